//! `/scale`: replicas of a workload as an `autoscaling/v1` Scale.

use axum::response::Response;
use serde_json::{Value, json};

use super::call::Call;
use super::path::Resource;
use super::{answer, patching, verbs};
use crate::practice::cluster::Practice;
use crate::practice::status::Status;

pub fn serve(practice: &Practice, at: &Resource, call: Call) -> Result<Response, Status> {
    let find = |world: &crate::practice::world::World| world.store.get(at.kind, at.ns(), &at.name).ok_or_else(|| Status::not_found(at.kind, &at.name));
    if call.method == "GET" {
        return Ok(answer::object(&scale(&practice.read(find)?)));
    }
    let body = if call.method == "PUT" {
        let scale = call.json()?;
        verbs::named(at, &scale)?;
        scale
    } else {
        call.patch()?
    };
    let made = verbs::write(practice, &call, |world| {
        let mut object = find(world)?;
        let wanted = if call.method == "PUT" {
            body
        } else {
            patching::patched(at.kind, &scale(&object), &body, &call)?
        };
        let version = &wanted["metadata"]["resourceVersion"];
        if version.is_string() && *version != object["metadata"]["resourceVersion"] {
            return Err(Status::conflict(at.kind, &at.name));
        }
        let replicas = wanted["spec"]["replicas"].as_i64().unwrap_or(0);
        object["spec"]["replicas"] = replicas.into();
        verbs::replace(world, at, object, call.manager())
    })?;
    Ok(answer::object(&scale(&made)))
}

/// The Scale of a workload.
fn scale(object: &Value) -> Value {
    let labels = object["spec"]["selector"]["matchLabels"].as_object();
    let selector: Vec<String> = labels
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    let metadata = &object["metadata"];
    json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1",
        "metadata": {"name": metadata["name"], "namespace": metadata["namespace"], "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"], "creationTimestamp": metadata["creationTimestamp"]},
        "spec": {"replicas": object["spec"]["replicas"]},
        "status": {"replicas": object["status"]["replicas"].as_i64().unwrap_or(0), "selector": selector.join(",")},
    })
}
