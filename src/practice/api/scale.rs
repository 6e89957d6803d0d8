//! `/scale`: replicas of a workload as an `autoscaling/v1` Scale.

use axum::response::Response;
use serde_json::{Value, json};

use super::call::Call;
use super::path::Resource;
use super::{answer, patching, table, verbs};
use crate::practice::cluster::Practice;
use crate::practice::custom::scale::{get, set};
use crate::practice::field::text;
use crate::practice::kind::Kind;
use crate::practice::status::{Fault, Status};

pub fn serve(practice: &Practice, at: &Resource, call: Call) -> Result<Response, Status> {
    let find = |world: &crate::practice::world::World| world.store.get(at.kind, at.ns(), &at.name).ok_or_else(|| Status::not_found(at.kind, &at.name));
    if call.method == "GET" {
        let object = practice.read(find)?;
        if let Some(custom) = at
            .kind
            .custom
            .and_then(|custom| custom.scale.as_ref())
            .filter(|custom| get(&object, &custom.replicas).is_null())
        {
            return Err(Status::internal(format!("the spec replicas field {:?} does not exist", custom.written)));
        }
        let scale = scale(at.kind, &object);
        if table::wanted(&call) {
            return Ok(table::answer(table::of_scale(scale, practice.now(), &call)));
        }
        return Ok(answer::object(&scale));
    }
    let body = if call.method == "PUT" {
        let scale = call.json()?;
        verbs::named(at, &scale)?;
        scale
    } else {
        call.patch()?
    };
    let made = verbs::write(practice, at, &call, |world| {
        let mut object = find(world)?;
        let wanted = if call.method == "PUT" {
            body
        } else {
            patching::patched(at.kind, &scale(at.kind, &object), &body, &call)?
        };
        let version = &wanted["metadata"]["resourceVersion"];
        if version.is_string() && *version != object["metadata"]["resourceVersion"] {
            return Err(Status::conflict(at.kind, &at.name));
        }
        let replicas = wanted["spec"]["replicas"].as_i64().unwrap_or(0);
        if replicas < 0 {
            let fault = Fault::invalid("spec.replicas", &replicas.into(), "must be greater than or equal to 0");
            return Err(Status::invalid_as("Scale", "autoscaling", &at.name, &[fault]));
        }
        match at.kind.custom.and_then(|custom| custom.scale.as_ref()) {
            Some(custom) => set(&mut object, &custom.replicas, replicas.into()),
            None => object["spec"]["replicas"] = replicas.into(),
        }
        verbs::replace(world, at, object, &call)
    })?;
    Ok(answer::object(&scale(at.kind, &made)))
}

/// The Scale of a workload.
fn scale(kind: &Kind, object: &Value) -> Value {
    let metadata = &object["metadata"];
    let shown = |replicas: &Value, current: &Value, selector: &str| {
        let mut scale = json!({
            "kind": "Scale", "apiVersion": "autoscaling/v1",
            "metadata": {"name": metadata["name"], "namespace": metadata["namespace"], "uid": metadata["uid"],
                "resourceVersion": metadata["resourceVersion"], "creationTimestamp": metadata["creationTimestamp"]},
            "spec": if *replicas == 0 { json!({}) } else { json!({"replicas": replicas}) },
            "status": {"replicas": current.as_i64().unwrap_or(0)},
        });
        if !selector.is_empty() || kind.custom.is_none() {
            scale["status"]["selector"] = selector.into();
        }
        scale
    };
    if let Some(custom) = kind.custom.and_then(|custom| custom.scale.as_ref()) {
        let selector = custom.selector.as_ref().map(|steps| text(get(object, steps))).unwrap_or_default();
        let replicas = get(object, &custom.replicas).as_i64().unwrap_or(0).into();
        return shown(&replicas, get(object, &custom.current), selector);
    }
    let labels = object["spec"]["selector"]["matchLabels"].as_object();
    let selector: Vec<String> = labels
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    shown(&object["spec"]["replicas"], &object["status"]["replicas"], &selector.join(","))
}
