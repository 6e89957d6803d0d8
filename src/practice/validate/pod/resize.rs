//! What of the resources of a running Pod may change (kubernetes `ValidatePodResize`).

use serde_json::Value;

use crate::practice::defaults::quality;
use crate::practice::field::items;
use crate::practice::status::Fault;
use crate::practice::validate::check::Faults;

/// The resources of a Pod's containers against those they had.
pub fn update(old: &Value, new: &Value, faults: &mut Faults) {
    if old["status"]["qosClass"] != quality(&new["spec"]) {
        let why = "Pod QOS Class may not change as a result of resizing";
        faults.push(Fault::invalid("spec", &old["status"]["qosClass"], why));
    }
    for field in ["containers", "initContainers"] {
        let (before, after) = (items(&old["spec"][field]), items(&new["spec"][field]));
        for (index, (before, after)) in before.iter().zip(after).enumerate() {
            for part in ["requests", "limits"] {
                let gone = ["cpu", "memory"]
                    .iter()
                    .any(|name| !before["resources"][part][*name].is_null() && after["resources"][part][*name].is_null());
                if gone {
                    let why = format!("resource {part} cannot be removed");
                    faults.push(Fault::forbidden(format!("spec.{field}[{index}].resources.{part}"), &why));
                }
            }
        }
    }
    if without_sizes(&old["spec"]) != without_sizes(&new["spec"]) {
        faults.push(Fault::forbidden("spec", "only cpu and memory resources are mutable"));
    }
}

/// A spec without what a resize may change.
fn without_sizes(spec: &Value) -> Value {
    let mut spec = spec.clone();
    for field in ["containers", "initContainers"] {
        for container in spec[field].as_array_mut().into_iter().flatten() {
            let Some(resources) = container["resources"].as_object_mut() else { continue };
            for part in ["requests", "limits"] {
                if let Some(amounts) = resources.get_mut(part).and_then(Value::as_object_mut) {
                    amounts.retain(|name, _| !matches!(name.as_str(), "cpu" | "memory"));
                }
            }
            resources.retain(|_, amounts| amounts.as_object().is_none_or(|amounts| !amounts.is_empty()));
        }
    }
    spec
}
