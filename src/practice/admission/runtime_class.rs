//! RuntimeClasses: what a class of runtimes adds to the pods that name it (`plugin/pkg/admission/runtimeclass`).

use serde_json::{Value, json};

use super::Refusal;
use crate::practice::field::{items, text};
use crate::practice::kind::{Kind, RUNTIME_CLASS};
use crate::practice::world::World;

/// Sets the overhead of a new Pod, and where it may run.
pub fn resolve(world: &World, kind: &Kind, object: &mut Value) -> Result<(), Refusal> {
    let name = text(&object["spec"]["runtimeClassName"]).to_owned();
    if kind.built_in() != "Pod" {
        return Ok(());
    }
    let class = match name.as_str() {
        "" => Value::Null,
        name => {
            let found = world.store.get(&RUNTIME_CLASS, "", name);
            found.ok_or_else(|| format!("pod rejected: RuntimeClass \"{name}\" not found"))?
        }
    };
    let spec = &mut object["spec"];
    let overhead = &class["overhead"]["podFixed"];
    if !spec["overhead"].is_null() && spec["overhead"] != *overhead {
        return Err(if overhead.is_null() {
            "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead".to_owned()
        } else {
            "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead".to_owned()
        });
    }
    if !overhead.is_null() {
        spec["overhead"] = overhead.clone();
    }
    scheduled(&class["scheduling"], spec)
}

fn scheduled(scheduling: &Value, spec: &mut Value) -> Result<(), Refusal> {
    for (key, value) in scheduling["nodeSelector"].as_object().into_iter().flatten() {
        if spec["nodeSelector"].get(key).is_some_and(|own| own != value) {
            return Err(format!(
                "pod rejected: conflict: runtimeClass.scheduling.nodeSelector[{key}] = {}; pod.spec.nodeSelector[{key}] = {}",
                text(value),
                text(&spec["nodeSelector"][key])
            ));
        }
        if !spec["nodeSelector"].is_object() {
            spec["nodeSelector"] = json!({});
        }
        spec["nodeSelector"][key] = value.clone();
    }
    let mut tolerations = items(&spec["tolerations"]).to_vec();
    for toleration in items(&scheduling["tolerations"]) {
        if !tolerations.contains(toleration) {
            tolerations.push(toleration.clone());
        }
    }
    if !tolerations.is_empty() {
        spec["tolerations"] = tolerations.into();
    }
    Ok(())
}
