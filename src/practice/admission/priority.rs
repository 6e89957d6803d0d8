//! PriorityClasses: the number that a class stands for, and the one class that may be the default.

use serde_json::{Value, json};

use super::Refusal;
use crate::practice::field::text;
use crate::practice::kind::{Kind, PRIORITY_CLASS};
use crate::practice::store::decode;
use crate::practice::world::World;

/// Sets the priority of a new Pod.
pub fn resolve(world: &World, kind: &Kind, object: &mut Value) -> Result<(), Refusal> {
    if kind.built_in() != "Pod" {
        return Ok(());
    }
    let spec = &mut object["spec"];
    let name = text(&spec["priorityClassName"]).to_owned();
    let class = if name.is_empty() {
        default_class(world)
    } else {
        let found = world.store.get(&PRIORITY_CLASS, "", &name);
        Some(found.ok_or_else(|| format!("no PriorityClass with name {name} was found"))?)
    };
    let class = class.unwrap_or_else(|| json!({"value": 0, "preemptionPolicy": "PreemptLowerPriority"}));
    if let Some(class) = class["metadata"]["name"].as_str() {
        spec["priorityClassName"] = class.into();
    }
    let value = class["value"].as_i64().unwrap_or(0);
    if let Some(given) = spec["priority"].as_i64().filter(|given| *given != value) {
        return Err(format!(
            "the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {value} from the given PriorityClass name"
        ));
    }
    spec["priority"] = value.into();
    if let Some(policy) = class["preemptionPolicy"].as_str() {
        if let Some(given) = spec["preemptionPolicy"].as_str().filter(|given| *given != policy) {
            return Err(format!(
                "the string value of PreemptionPolicy ({given}) must not be provided in pod spec; priority admission controller computed {policy} from the given PriorityClass name"
            ));
        }
        spec["preemptionPolicy"] = policy.into();
    }
    Ok(())
}

fn default_class(world: &World) -> Option<Value> {
    let all = world.store.list(&PRIORITY_CLASS, None).map(decode);
    all.filter(|class| class["globalDefault"] == true).min_by_key(|class| class["value"].as_i64())
}

/// There is one default class at most.
pub fn check(world: &World, kind: &Kind, object: &Value) -> Result<(), Refusal> {
    if kind.built_in() != "PriorityClass" || object["globalDefault"] != true {
        return Ok(());
    }
    match default_class(world) {
        Some(other) if other["metadata"]["name"] != object["metadata"]["name"] => Err(format!(
            "PriorityClass {} is already marked as default. Only one default can exist",
            text(&other["metadata"]["name"])
        )),
        _ => Ok(()),
    }
}
