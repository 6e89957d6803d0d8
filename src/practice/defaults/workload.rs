//! Defaults of the workloads that make Pods (kubernetes `pkg/apis/apps/v1/defaults.go`).

use serde_json::{Value, json};

use super::pod::pod_spec;
use super::set;

pub fn deployment(object: &mut Value) {
    let spec = &mut object["spec"];
    set(spec, "replicas", 1.into());
    set(spec, "revisionHistoryLimit", 10.into());
    set(spec, "progressDeadlineSeconds", 600.into());
    set(spec, "strategy", json!({}));
    let strategy = &mut spec["strategy"];
    set(strategy, "type", "RollingUpdate".into());
    if strategy["type"] == "RollingUpdate" {
        set(strategy, "rollingUpdate", json!({}));
        set(&mut strategy["rollingUpdate"], "maxUnavailable", "25%".into());
        set(&mut strategy["rollingUpdate"], "maxSurge", "25%".into());
    }
    template(spec);
}

pub fn replica_set(object: &mut Value) {
    set(&mut object["spec"], "replicas", 1.into());
    template(&mut object["spec"]);
}

fn template(spec: &mut Value) {
    if let Some(template) = spec.get_mut("template") {
        set(template, "metadata", json!({}));
        pod_spec(&mut template["spec"]);
    }
}
