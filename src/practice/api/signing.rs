//! Certificate requests: who asks for one is noted, and an approval changes nothing but the answer.

use serde_json::Value;

use super::call::Call;
use crate::practice::kind::{CERTIFICATE_SIGNING_REQUEST, Kind};
use crate::practice::world::World;

/// Notes in a new request who makes it; what it says of itself, or of an answer, does not count.
pub fn asked(kind: &Kind, object: &mut Value, call: &Call) {
    if kind != &CERTIFICATE_SIGNING_REQUEST {
        return;
    }
    let spec = &mut object["spec"];
    spec["username"] = call.user.name.as_str().into();
    spec["groups"] = call.user.groups.clone().into();
    for (field, value) in [("uid", Value::from(call.user.uid.as_str())), ("extra", serde_json::json!(call.user.extra))] {
        let empty = value == "" || value == serde_json::json!({});
        match spec.as_object_mut() {
            Some(spec) if empty => drop(spec.remove(field)),
            _ => spec[field] = value,
        }
    }
    object["status"] = serde_json::json!({});
}

/// The request with the conditions of an approval or denial, each with its times.
#[must_use]
pub fn answered(world: &World, old: &Value, mut sent: Value) -> Value {
    let mut object = old.clone();
    let mut conditions = sent["status"]["conditions"].take();
    for condition in conditions.as_array_mut().into_iter().flatten() {
        for time in ["lastUpdateTime", "lastTransitionTime"] {
            if condition[time].is_null() {
                condition[time] = world.seconds().into();
            }
        }
    }
    if !conditions.is_null() {
        object["status"]["conditions"] = conditions;
    }
    object["metadata"]["resourceVersion"] = sent["metadata"]["resourceVersion"].take();
    object
}
