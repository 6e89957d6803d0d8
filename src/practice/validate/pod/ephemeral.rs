//! Validation of ephemeral containers: what they may not have, and that they only come (core validation, `ValidatePodEphemeralContainersUpdate`).

use std::collections::BTreeSet;

use serde_json::Value;

use super::{container, volume};
use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::Faults;
use crate::practice::validate::difference::{difference, one_of_type};

const FIELD: &str = "spec.ephemeralContainers";
/// What only containers of a spec may have.
const NOT_TAKEN: [&str; 6] = ["ports", "resources", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"];

/// Those of a new spec against those of the old one.
pub fn update(old: &Value, new: &Value, faults: &mut Faults) {
    let part = |spec: &Value| items(&spec["ephemeralContainers"]).to_vec();
    let names = |field: &str| items(&new[field]).iter().map(|one| text(&one["name"]).to_owned()).collect::<BTreeSet<_>>();
    let (mut taken, others) = (names("initContainers"), names("containers"));
    taken.extend(others.iter().cloned());
    let volumes = volume::all("spec", new, &mut Vec::new());
    for (index, one) in part(new).iter().enumerate() {
        let at = format!("{FIELD}[{index}]");
        let target = text(&one["targetContainerName"]);
        container::check(&at, new, one, false, &volumes, &mut taken, faults);
        if !target.is_empty() && !others.contains(target) {
            faults.push(Fault::not_found(format!("{at}.targetContainerName"), &target.into()));
        }
        for field in NOT_TAKEN.iter().filter(|field| set(&one[**field])) {
            faults.push(Fault::forbidden(format!("{at}.{field}"), "cannot be set for an Ephemeral Container"));
        }
    }
    for before in part(old) {
        let name = text(&before["name"]);
        match part(new).iter().find(|one| one["name"] == before["name"]) {
            None => faults.push(Fault::forbidden(FIELD, &format!("existing ephemeral containers {name:?} may not be removed\n"))),
            Some(after) if *after != before => {
                let shown = difference(&one_of_type("EphemeralContainer", &before), &one_of_type("EphemeralContainer", after));
                faults.push(Fault::forbidden(
                    FIELD,
                    &format!("existing ephemeral containers {name:?} may not be changed\n{shown}"),
                ));
            }
            Some(_) => {}
        }
    }
}

/// Whether a field has something in it.
fn set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(fields) => fields.values().any(set),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    }
}
