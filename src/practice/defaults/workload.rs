//! Defaults of the workloads that make Pods (kubernetes `pkg/apis/apps/v1/defaults.go`).

use serde_json::{Value, json};

use super::pod::pod_spec;
use super::{each, set, storage};

pub fn deployment(object: &mut Value) {
    let spec = &mut object["spec"];
    set(spec, "replicas", 1.into());
    set(spec, "revisionHistoryLimit", 10.into());
    set(spec, "progressDeadlineSeconds", 600.into());
    let strategy = rolling(spec, "strategy");
    if strategy["type"] == "RollingUpdate" {
        set(&mut strategy["rollingUpdate"], "maxUnavailable", "25%".into());
        set(&mut strategy["rollingUpdate"], "maxSurge", "25%".into());
    }
    template(spec);
}

pub fn replica_set(object: &mut Value) {
    set(&mut object["spec"], "replicas", 1.into());
    template(&mut object["spec"]);
}

/// An old-style controller takes its selector and its own labels from its template.
pub fn replication_controller(object: &mut Value) {
    set(&mut object["spec"], "replicas", 1.into());
    template(&mut object["spec"]);
    let labels = object["spec"]["template"]["metadata"]["labels"].clone();
    if labels.is_object() {
        set(&mut object["spec"], "selector", labels.clone());
        set(&mut object["metadata"], "labels", labels);
    }
}

pub fn stateful_set(object: &mut Value) {
    let spec = &mut object["spec"];
    set(spec, "podManagementPolicy", "OrderedReady".into());
    set(spec, "replicas", 1.into());
    set(spec, "revisionHistoryLimit", 10.into());
    partition(spec);
    set(spec, "persistentVolumeClaimRetentionPolicy", json!({}));
    for when in ["whenDeleted", "whenScaled"] {
        set(&mut spec["persistentVolumeClaimRetentionPolicy"], when, "Retain".into());
    }
    for claim in each(spec, "volumeClaimTemplates") {
        set(claim, "apiVersion", "v1".into());
        set(claim, "kind", "PersistentVolumeClaim".into());
        storage::claim(claim);
        claim["status"] = json!({"phase": "Pending"});
    }
    template(spec);
}

/// A strategy that has a type has a partition only when it says how it rolls.
fn partition(spec: &mut Value) {
    set(spec, "updateStrategy", json!({}));
    let strategy = &mut spec["updateStrategy"];
    if strategy["type"].is_null() {
        strategy["type"] = "RollingUpdate".into();
        set(strategy, "rollingUpdate", json!({}));
    }
    if let Some(rolling) = strategy.get_mut("rollingUpdate").and_then(Value::as_object_mut) {
        // A gate that is closed by default.
        rolling.remove("maxUnavailable");
    }
    if strategy["type"] == "RollingUpdate" && strategy["rollingUpdate"].is_object() {
        set(&mut strategy["rollingUpdate"], "partition", 0.into());
    }
}

pub fn daemon_set(object: &mut Value) {
    let spec = &mut object["spec"];
    set(spec, "revisionHistoryLimit", 10.into());
    let strategy = rolling(spec, "updateStrategy");
    if strategy["type"] == "RollingUpdate" {
        set(&mut strategy["rollingUpdate"], "maxUnavailable", 1.into());
        set(&mut strategy["rollingUpdate"], "maxSurge", 0.into());
    }
    template(spec);
}

pub fn pod_template(object: &mut Value) {
    if let Some(spec) = object.get_mut("template").and_then(|template| template.get_mut("spec")) {
        pod_spec(spec);
    }
}

/// How updates go: rolling where nothing else is said, which then has its own settings.
fn rolling<'a>(spec: &'a mut Value, field: &str) -> &'a mut Value {
    set(spec, field, json!({}));
    let strategy = &mut spec[field];
    set(strategy, "type", "RollingUpdate".into());
    if strategy["type"] == "RollingUpdate" {
        set(strategy, "rollingUpdate", json!({}));
    }
    strategy
}

/// The Pod template of a spec.
pub fn template(spec: &mut Value) {
    if let Some(template) = spec.get_mut("template") {
        set(template, "metadata", json!({}));
        pod_spec(&mut template["spec"]);
    }
}
