//! Validation of disruption budgets and priority classes (kubernetes `pkg/apis/policy`, `scheduling`).

use serde_json::Value;

use super::check::{self, not_more_than_all, number_or_percent, one_of};
use super::difference::in_go;
use crate::practice::status::Fault;

pub fn budget(spec: &Value, faults: &mut Vec<Fault>) {
    if !spec["minAvailable"].is_null() && !spec["maxUnavailable"].is_null() {
        let why = "minAvailable and maxUnavailable cannot be both set";
        let shown = in_go("policy/v1", "PodDisruptionBudgetSpec", spec);
        faults.push(Fault::invalid("spec", spec, why).shown(spec, &shown));
    }
    for field in ["minAvailable", "maxUnavailable"] {
        number_or_percent(&format!("spec.{field}"), &spec[field], faults);
        not_more_than_all(&format!("spec.{field}"), &spec[field], faults);
    }
    check::selector("spec.selector", &spec["selector"], faults);
    let policies = &["AlwaysAllow", "IfHealthyBudget"];
    one_of("spec.unhealthyPodEvictionPolicy", &spec["unhealthyPodEvictionPolicy"], policies, faults);
}

pub fn priority_class(object: &Value, faults: &mut Vec<Fault>) {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    if name.starts_with("system-") {
        let known = [("system-node-critical", 2_000_001_000_i64), ("system-cluster-critical", 2_000_000_000)];
        let error = match known.iter().find(|(known, _)| *known == name) {
            None => Some(format!("{name} is not a known system priority class")),
            Some((_, value)) if object["value"] != *value => Some(format!("value of {name} PriorityClass must be {value}")),
            Some(_) if object["globalDefault"] == true => Some(format!("globalDefault of {name} PriorityClass must be false")),
            Some(_) => None,
        };
        if let Some(error) = error {
            let why = format!("priority class names with 'system-' prefix are reserved for system use only. error: {error}");
            faults.push(Fault::forbidden("metadata.name", &why));
        }
    } else if object["value"].as_i64().is_some_and(|value| value > 1_000_000_000) {
        let why = "maximum allowed value of a user defined priority is 1000000000";
        faults.push(Fault::forbidden("value", why));
    }
    let policies = &["PreemptLowerPriority", "Never"];
    one_of("preemptionPolicy", &object["preemptionPolicy"], policies, faults);
}

/// A priority class keeps how important it is and what it does.
pub fn priority_update(old: &Value, new: &Value, faults: &mut Vec<Fault>) {
    if old["value"] != new["value"] {
        faults.push(Fault::forbidden("value", "may not be changed in an update."));
    }
    check::immutable("preemptionPolicy", &old["preemptionPolicy"], &new["preemptionPolicy"], faults);
}
