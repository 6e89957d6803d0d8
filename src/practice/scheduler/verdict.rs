//! What becomes of a pod that was looked at: bound, refused, promised a node, held back; and whom it drives out.

use serde_json::{Value, json};

use super::preempt::Plan;
use crate::practice::event::Note;
use crate::practice::field::{condition, items, text};
use crate::practice::kind::POD;
use crate::practice::registry::{Deletion, Part};
use crate::practice::world::World;

/// Places a pod and says so.
pub(super) fn bind(world: &mut World, pod: Value, node: &str) {
    let metadata = &pod["metadata"];
    let message = format!("Successfully assigned {}/{} to {node}", text(&metadata["namespace"]), text(&metadata["name"]));
    let pod = assign(world, pod, node);
    tell(world, &pod, "Normal", "Scheduled", &message, "Binding");
}

/// Writes the node and the condition in one change, as the binding subresource does.
pub fn assign(world: &mut World, mut pod: Value, node: &str) -> Value {
    pod["spec"]["nodeName"] = node.into();
    if let Some(status) = pod["status"].as_object_mut() {
        status.remove("nominatedNodeName");
    }
    let mut conditions = items(&pod["status"]["conditions"]).to_vec();
    conditions.retain(|condition| condition["type"] != "PodScheduled");
    conditions.push(json!({"type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": world.seconds()}));
    pod["status"]["conditions"] = conditions.into();
    world.store.put(&POD, pod)
}

pub(super) fn refuse(world: &mut World, mut pod: Value, message: &str) {
    tell(world, &pod, "Warning", "FailedScheduling", message, "Scheduling");
    set_condition(world, &mut pod, "Unschedulable", message);
}

/// Says on which node a pod will be once its volumes are there.
pub(super) fn nominate(world: &mut World, mut pod: Value, node: &str) {
    if pod["status"]["nominatedNodeName"] != node {
        pod["status"]["nominatedNodeName"] = node.into();
        world.store.put(&POD, pod);
    }
}

/// A pod with gates waits without a word.
pub(super) fn gate(world: &mut World, mut pod: Value) {
    set_condition(world, &mut pod, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
}

pub(super) fn set_condition(world: &mut World, pod: &mut Value, reason: &str, message: &str) {
    let metadata = &pod["metadata"];
    let stored = world.store.get(&POD, text(&metadata["namespace"]), text(&metadata["name"])).unwrap_or_default();
    let old = condition(pod, "PodScheduled").clone();
    let since = if old["status"] == "False" {
        old["lastTransitionTime"].clone()
    } else {
        world.seconds().into()
    };
    let fresh = json!({"type": "PodScheduled", "observedGeneration": metadata["generation"], "status": "False", "lastProbeTime": null,
        "lastTransitionTime": since, "reason": reason, "message": message});
    let mut conditions = items(&pod["status"]["conditions"]).to_vec();
    match conditions.iter_mut().find(|condition| condition["type"] == "PodScheduled") {
        Some(known) => *known = fresh,
        None => conditions.push(fresh),
    }
    pod["status"]["conditions"] = conditions.into();
    if pod["status"] != stored["status"] {
        *pod = world.store.put(&POD, pod.take());
    }
}

/// Takes the pods of a plan away.
pub(super) fn evict(world: &mut World, pod: &Value, plan: &Plan) {
    for victim in &plan.victims {
        let (namespace, name) = &victim.name;
        let Some(mut object) = world.store.get(&POD, namespace, name) else { continue };
        let mut conditions = items(&object["status"]["conditions"]).to_vec();
        conditions.retain(|condition| condition["type"] != "DisruptionTarget");
        conditions.push(
            json!({"type": "DisruptionTarget", "observedGeneration": object["metadata"]["generation"], "status": "True", "lastProbeTime": null,
            "lastTransitionTime": world.seconds(), "reason": "PreemptionByScheduler",
            "message": "default-scheduler: preempting to accommodate a higher priority pod"}),
        );
        object["status"]["conditions"] = conditions.into();
        let object = world.update(&POD, object, Part::Status).unwrap_or_default();
        // Gone meanwhile is as good.
        let _ = world.delete(&POD, namespace, name, &Deletion::default());
        let message = format!("Preempted by pod {} on node {}", text(&pod["metadata"]["uid"]), plan.node);
        tell(world, &object, "Normal", "Preempted", &message, "Preempting");
    }
}

pub(super) fn tell(world: &mut World, pod: &Value, kind: &str, reason: &str, message: &str, action: &str) {
    let path = "";
    world.scheduler_event(&POD, pod, Note { kind, reason, message, path }, action);
}
