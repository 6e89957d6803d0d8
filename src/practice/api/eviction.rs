//! Evictions: deletions of pods that their disruption budgets have a say in (kubernetes `pkg/registry/core/pod/storage/eviction.go`).

use axum::response::Response;
use serde_json::{Value, json};

use super::call::Call;
use super::path::Resource;
use super::{answer, verbs};
use crate::practice::cluster::Practice;
use crate::practice::controllers::disruption::{allowed, budgets};
use crate::practice::field::{deleting, finished, int, items, ready, text};
use crate::practice::kind::{POD, POD_DISRUPTION_BUDGET};
use crate::practice::registry::Part;
use crate::practice::status::Status;
use crate::practice::world::World;

pub fn serve(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    let how = verbs::deletion(call)?;
    if call.json()?["metadata"]["name"] != at.name.as_str() {
        return Err(Status::bad_request("name in URL does not match name in Eviction object"));
    }
    verbs::write_unless(practice, at, call, how.dry_run, |world| {
        let pod = world.store.get(&POD, at.ns(), &at.name).ok_or_else(|| Status::not_found(&POD, &at.name))?;
        permit(world, &pod)?;
        if !deleting(&pod) {
            mark(world, pod);
        }
        world.delete(&POD, at.ns(), &at.name, &how)
    })?;
    Ok(answer::created(
        &json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}),
    ))
}

/// Takes the pod off its budget, where it has one.
fn permit(world: &mut World, pod: &Value) -> Result<(), Status> {
    if finished(pod) || pod["status"]["phase"] == "Pending" || deleting(pod) {
        return Ok(());
    }
    let mut budgets = budgets(world, pod);
    if budgets.len() > 1 {
        return Err(Status::several_budgets());
    }
    let Some(mut budget) = budgets.pop() else { return Ok(()) };
    let (status, metadata) = (&budget["status"], &budget["metadata"]);
    let (current, desired) = (int(&status["currentHealthy"]), int(&status["desiredHealthy"]));
    let enough = current >= desired && desired > 0;
    if !ready(pod) && (enough || budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow") {
        return Ok(());
    }
    let name = text(&metadata["name"]);
    if int(&status["observedGeneration"]) < int(&metadata["generation"]) {
        let why = format!("The disruption budget {name} is still being processed by the server.");
        return Err(Status::budget(&why, Some(10)));
    }
    let left = int(&status["disruptionsAllowed"]);
    if left == 0 {
        let why = format!("The disruption budget {name} needs {desired} healthy pods and has {current} currently");
        return Err(Status::budget(&why, None));
    }
    budget["status"]["disruptionsAllowed"] = (left - 1).into();
    budget["status"]["disruptedPods"][text(&pod["metadata"]["name"])] = world.seconds().into();
    if left == 1 {
        budget["status"]["conditions"] = json!([allowed(world, &budget, 0)]);
    }
    world.update(&POD_DISRUPTION_BUDGET, budget, Part::Status).map(drop)
}

/// Says in the pod's conditions why it goes.
fn mark(world: &mut World, mut pod: Value) {
    let mut conditions = items(&pod["status"]["conditions"]).to_vec();
    conditions.retain(|condition| condition["type"] != "DisruptionTarget");
    conditions.push(
        json!({"type": "DisruptionTarget", "observedGeneration": pod["metadata"]["generation"], "status": "True", "lastProbeTime": null,
        "lastTransitionTime": world.seconds(), "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting"}),
    );
    pod["status"]["conditions"] = conditions.into();
    // Gone meanwhile: the deletion that follows says so.
    let _ = world.update(&POD, pod, Part::Status);
}
