//! What a kind's strategy does to a new object: its first status, and what holds or marks it from the start.

use serde_json::{Value, json};

use super::{definition, set};
use crate::practice::kind::Kind;
use crate::practice::world::World;

/// The annotation that counts a DaemonSet's templates.
const TEMPLATES: &str = "deprecated.daemonset.template.generation";

/// Prepares a new object that has its identity. A status that was sent along is dropped where status is a part of its own.
pub fn begin(world: &World, kind: &Kind, object: &mut Value) {
    match status(kind) {
        Some(status) => object["status"] = status,
        None if kind.subresources.contains(&"status") && !matches!(kind.built_in(), "Node" | "Pod") => {
            drop(object.as_object_mut().map(|object| object.remove("status")))
        }
        None => {}
    }
    match kind.built_in() {
        "CustomResourceDefinition" => object["status"] = definition::status(object),
        "Namespace" => set(&mut object["spec"], "finalizers", json!(["kubernetes"])),
        "PersistentVolumeClaim" => finalizer(object, "kubernetes.io/pvc-protection"),
        "PersistentVolume" => {
            finalizer(object, "kubernetes.io/pv-protection");
            object["status"]["lastPhaseTransitionTime"] = world.seconds().into();
        }
        "VolumeAttributesClass" => finalizer(object, "kubernetes.io/vac-protection"),
        "DaemonSet" => set(&mut object["metadata"]["annotations"], TEMPLATES, "1".into()),
        "Job" => job(object),
        _ => {}
    }
}

/// Counts the templates that a DaemonSet has had.
pub fn count_templates(old: &Value, object: &mut Value) {
    let count: i64 = old["metadata"]["annotations"][TEMPLATES]
        .as_str()
        .and_then(|count| count.parse().ok())
        .unwrap_or(0);
    let changed = old["spec"]["template"] != object["spec"]["template"];
    object["metadata"]["annotations"][TEMPLATES] = (count + i64::from(changed)).to_string().into();
}

/// The status a new object of a kind begins with.
fn status(kind: &Kind) -> Option<Value> {
    Some(match kind.built_in() {
        "Deployment" | "Job" | "CronJob" | "ResourceQuota" => json!({}),
        "ReplicaSet" | "ReplicationController" => json!({"replicas": 0}),
        "StatefulSet" => json!({"replicas": 0, "availableReplicas": 0}),
        "DaemonSet" => json!({"currentNumberScheduled": 0, "desiredNumberScheduled": 0, "numberMisscheduled": 0, "numberReady": 0}),
        "Service" | "Ingress" => json!({"loadBalancer": {}}),
        "Namespace" => json!({"phase": "Active"}),
        "PersistentVolumeClaim" | "PersistentVolume" => json!({"phase": "Pending"}),
        "PodDisruptionBudget" => json!({"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0}),
        "HorizontalPodAutoscaler" => json!({"currentMetrics": null, "desiredReplicas": 0}),
        _ => return None,
    })
}

fn finalizer(object: &mut Value, name: &str) {
    set(&mut object["metadata"], "finalizers", json!([]));
    if let Some(list) = object["metadata"]["finalizers"]
        .as_array_mut()
        .filter(|list| !list.iter().any(|held| held == name))
    {
        list.push(name.into());
    }
}

/// A Job that does not choose its own selector owns the pods that carry its uid.
fn job(object: &mut Value) {
    if object["spec"]["manualSelector"] == true {
        return;
    }
    let (uid, name) = (object["metadata"]["uid"].clone(), object["metadata"]["name"].clone());
    let labels = &mut object["spec"]["template"]["metadata"]["labels"];
    for key in ["batch.kubernetes.io/controller-uid", "controller-uid"] {
        set(labels, key, uid.clone());
    }
    for key in ["batch.kubernetes.io/job-name", "job-name"] {
        set(labels, key, name.clone());
    }
    // A Job without labels of its own has its template's.
    let labels = labels.clone();
    set(&mut object["metadata"], "labels", labels);
    let wanted = &mut object["spec"]["selector"]["matchLabels"];
    set(wanted, "batch.kubernetes.io/controller-uid", uid);
}
