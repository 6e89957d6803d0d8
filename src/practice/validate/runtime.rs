//! Validation of RuntimeClasses and Leases (kubernetes `pkg/apis/node`, `coordination`).

use serde_json::{Value, json};

use super::check::{Faults, formed, labels, not_negative, required};
use super::difference::in_go;
use super::{format, pod};
use crate::practice::field::{items, text};
use crate::practice::status::Fault;

pub fn class(object: &Value, faults: &mut Faults) {
    required("handler", &object["handler"], faults);
    formed("handler", &object["handler"], format::label, faults);
    // What a pod takes by itself is looked at as the limits of a container.
    pod::resources("overhead", &json!({"limits": object["overhead"]["podFixed"]}), faults);
    labels("scheduling.nodeSelector", &object["scheduling"]["nodeSelector"], faults);
    let at = "scheduling.tolerations";
    pod::tolerations(at, &object["scheduling"]["tolerations"], faults);
    let all = items(&object["scheduling"]["tolerations"]);
    let same = |one: &Value, other: &Value| {
        ["key", "operator", "value", "effect"]
            .iter()
            .all(|field| text(&one[*field]) == text(&other[*field]))
    };
    for (index, one) in all.iter().enumerate() {
        if all[..index].iter().any(|other| same(one, other)) {
            faults.push(Fault::duplicate(format!("{at}[{index}]"), one).shown(one, &in_go("v1", "Toleration", one)));
        }
    }
}

pub fn lease(spec: &Value, faults: &mut Faults) {
    let seconds = &spec["leaseDurationSeconds"];
    if seconds.as_i64().is_some_and(|seconds| seconds <= 0) {
        faults.push(Fault::invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0"));
    }
    not_negative("spec", spec, &["leaseTransitions"], faults);
}
