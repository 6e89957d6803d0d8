//! Validation in Kubernetes' own words, for the mistakes that learners make first.

mod batch;
mod check;
mod format;
mod limits;
mod pod;
mod policy;
mod service;
mod storage;
mod workload;

use serde_json::Value;

pub use pod::quantity;

use super::kind::Kind;
use super::status::{Fault, Status};

/// Checks a new object.
///
/// # Errors
/// 422 with every fault found.
pub fn create(kind: &Kind, object: &Value) -> Result<(), Status> {
    let mut faults = Vec::new();
    metadata(kind, &object["metadata"], &mut faults);
    match kind.kind {
        "Pod" => pod::spec("spec", &object["spec"], &mut faults),
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" => workload::spec(kind, &object["spec"], &mut faults),
        "Job" => batch::job(object, &mut faults),
        "CronJob" => batch::cron_job(object, &mut faults),
        "PersistentVolumeClaim" => storage::claim("spec", &object["spec"], &mut faults),
        "PersistentVolume" => storage::volume(&object["spec"], &mut faults),
        "StorageClass" => storage::storage_class(object, &mut faults),
        "PodDisruptionBudget" => policy::budget(&object["spec"], &mut faults),
        "PriorityClass" => policy::priority_class(object, &mut faults),
        "HorizontalPodAutoscaler" => policy::autoscaler(&object["spec"], &mut faults),
        "ResourceQuota" => limits::quota(&object["spec"], &mut faults),
        "LimitRange" => limits::range(&object["spec"], &mut faults),
        "Service" => service::spec(&object["spec"], &mut faults),
        "ConfigMap" | "Secret" => keys(&object["data"], &mut faults),
        _ => {}
    }
    refuse(kind, object, &faults)
}

/// Checks an object that replaces another.
///
/// # Errors
/// 422 with every fault found.
pub fn update(kind: &Kind, old: &Value, object: &Value) -> Result<(), Status> {
    let mut faults = Vec::new();
    labels("metadata.labels", &object["metadata"]["labels"], &mut faults);
    // What did not change was right when it was written.
    let changed = old["spec"] != object["spec"];
    match kind.kind {
        "Pod" if changed => pod::update(&old["spec"], &object["spec"], &mut faults),
        "StatefulSet" if changed => {
            workload::spec(kind, &object["spec"], &mut faults);
            workload::stateful_update(&old["spec"], &object["spec"], &mut faults);
        }
        "Job" if changed => batch::job_update(old, object, &mut faults),
        "CronJob" if changed => batch::cron_job(object, &mut faults),
        "PersistentVolumeClaim" if changed => storage::claim_update(old, object, &mut faults),
        "StorageClass" => storage::class_update(old, object, &mut faults),
        "PodDisruptionBudget" if changed => policy::budget(&object["spec"], &mut faults),
        "PriorityClass" if old["value"] != object["value"] => faults.push(Fault::forbidden("value", "may not be changed in an update.")),
        "HorizontalPodAutoscaler" if changed => policy::autoscaler(&object["spec"], &mut faults),
        "ResourceQuota" if changed => limits::quota(&object["spec"], &mut faults),
        "LimitRange" if changed => limits::range(&object["spec"], &mut faults),
        "Deployment" | "ReplicaSet" | "DaemonSet" if changed => {
            workload::spec(kind, &object["spec"], &mut faults);
            immutable("spec.selector", &old["spec"]["selector"], &object["spec"]["selector"], &mut faults);
        }
        "Service" if changed => {
            service::spec(&object["spec"], &mut faults);
            service::update(&old["spec"], &object["spec"], &mut faults);
        }
        "ConfigMap" | "Secret" => {
            keys(&object["data"], &mut faults);
            if old["immutable"] == true && (old["data"] != object["data"] || object["immutable"] != true) {
                faults.push(Fault::forbidden("data", "field is immutable when `immutable` is set"));
            }
            immutable("type", &old["type"], &object["type"], &mut faults);
        }
        _ => {}
    }
    refuse(kind, object, &faults)
}

fn refuse(kind: &Kind, object: &Value, faults: &[Fault]) -> Result<(), Status> {
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Status::invalid(kind, object["metadata"]["name"].as_str().unwrap_or_default(), faults))
    }
}

fn immutable(field: &str, old: &Value, new: &Value, faults: &mut Vec<Fault>) {
    if old != new {
        faults.push(Fault::invalid(field, new, "field is immutable"));
    }
}

fn metadata(kind: &Kind, metadata: &Value, faults: &mut Vec<Fault>) {
    let name = metadata["name"].as_str().unwrap_or_default();
    let wrong = match kind.kind {
        "Namespace" => format::label(name),
        "Service" => format::service(name),
        // Events carry what they like as names.
        "Event" => None,
        _ => format::subdomain(name),
    };
    if let Some(why) = wrong {
        faults.push(Fault::invalid("metadata.name", &metadata["name"], &why));
    }
    labels("metadata.labels", &metadata["labels"], faults);
}

/// Label values.
fn labels(field: &str, labels: &Value, faults: &mut Vec<Fault>) {
    for value in labels.as_object().into_iter().flatten().map(|(_, value)| value) {
        if let Some(why) = format::label_value(value.as_str().unwrap_or_default()) {
            faults.push(Fault::invalid(field, value, &why));
        }
    }
}

/// Keys of ConfigMaps and Secrets.
fn keys(data: &Value, faults: &mut Vec<Fault>) {
    for key in data.as_object().into_iter().flatten().map(|(key, _)| key) {
        if let Some(why) = format::config_key(key) {
            faults.push(Fault::invalid(format!("data[{key}]"), &key.as_str().into(), &why));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::practice::kind::{CRON_JOB, DAEMON_SET, DEPLOYMENT, PERSISTENT_VOLUME_CLAIM, SERVICE};

    fn message(object: &Value) -> String {
        create(&DEPLOYMENT, object).unwrap_err().message
    }

    #[test]
    fn workloads_say_what_is_wrong_with_them() {
        let told = |kind: &'static Kind, object: Value| create(kind, &object).unwrap_err().message;
        let pod = json!({"restartPolicy": "Always", "containers": [{"name": "app", "image": "web:1"}]});
        let cron = json!({"metadata": {"name": "tick"}, "spec": {"schedule": "61 3 * * *", "timeZone": "Mars/North", "jobTemplate": {"spec": {"template": {"spec": pod}}}}});
        let restart = "spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"";
        assert_eq!(
            told(&CRON_JOB, cron),
            format!(
                "CronJob.batch \"tick\" is invalid: [spec.schedule: Invalid value: \"61 3 * * *\": end of range (61) above maximum (59): 61, \
                 spec.timeZone: Invalid value: \"Mars/North\": unknown time zone Mars/North, {restart}]"
            )
        );
        let set = json!({"metadata": {"name": "agent"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "updateStrategy": {"type": "Recreate"},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": pod}}});
        let strategy =
            "spec.updateStrategy: Unsupported value: {\"Type\":\"Recreate\",\"RollingUpdate\":null}: supported values: \"RollingUpdate\", \"OnDelete\"";
        assert_eq!(told(&DAEMON_SET, set), format!("DaemonSet.apps \"agent\" is invalid: {strategy}"));
    }

    #[test]
    fn a_claim_shows_what_was_changed_of_it() {
        let claim = |mode: &str| {
            json!({"metadata": {"name": "soil"}, "spec": {"accessModes": [mode], "resources": {"requests": {"storage": "1Gi"}},
                "storageClassName": "", "volumeMode": "Filesystem"}})
        };
        let told = update(&PERSISTENT_VOLUME_CLAIM, &claim("ReadWriteOnce"), &claim("ReadWriteMany"))
            .unwrap_err()
            .message;
        let difference =
            "@@ -1,6 +1,6 @@\n {\n  \"AccessModes\": [\n-  \"ReadWriteOnce\"\n+  \"ReadWriteMany\"\n  ],\n  \"Selector\": null,\n  \"Resources\": {\n";
        assert!(told.ends_with(difference), "{told}");
    }

    #[test]
    fn every_fault_of_a_deployment_is_named_in_order() {
        let object = json!({"metadata": {"name": "Upper_Case"}, "spec": {"replicas": -1, "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "other"}}, "spec": {"restartPolicy": "Always",
            "containers": [{"name": "app", "image": "example/web:1.0", "ports": [{"containerPort": 99999}]}]}}}});
        let status = create(&DEPLOYMENT, &object).unwrap_err();
        let fields: Vec<&str> = status.details["causes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|cause| cause["field"].as_str().unwrap())
            .collect();
        let containers = "spec.template.spec.containers[0].ports[0].containerPort";
        assert_eq!(fields, ["metadata.name", "spec.replicas", "spec.template.metadata.labels", containers]);
        assert!(
            status
                .message
                .starts_with("Deployment.apps \"Upper_Case\" is invalid: [metadata.name: Invalid value: \"Upper_Case\": a lowercase RFC 1123")
        );
        assert!(
            status
                .message
                .contains("spec.template.metadata.labels: Invalid value: {\"app\":\"other\"}: `selector` does not match template `labels`")
        );
        assert!(status.message.contains("Invalid value: 99999: must be between 1 and 65535, inclusive"));
    }

    #[test]
    fn what_is_missing_is_required() {
        let object = json!({"metadata": {"name": "web"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}},
            "spec": {"restartPolicy": "Always", "containers": [{"image": "x"}, {"name": "a"}, {"name": "a", "image": "y"}]}}}});
        let text = message(&object);
        for part in [
            "containers[0].name: Required value",
            "containers[1].image: Required value",
            "containers[2].name: Duplicate value: \"a\"",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn a_selector_does_not_change() {
        let object = |app: &str| {
            json!({"metadata": {"name": "web"}, "spec": {"selector": {"matchLabels": {"app": app}}, "template": {"metadata": {"labels": {"app": app}},
            "spec": {"restartPolicy": "Always", "containers": [{"name": "a", "image": "x"}]}}}})
        };
        let status = update(&DEPLOYMENT, &object("web"), &object("web2")).unwrap_err();
        assert_eq!(
            status.message,
            "Deployment.apps \"web\" is invalid: spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"web2\"}}: field is immutable"
        );
    }

    #[test]
    fn a_node_port_has_its_range() {
        let object = json!({"metadata": {"name": "np"}, "spec": {"type": "NodePort", "ports": [{"port": 80, "targetPort": 80, "nodePort": 80}]}});
        let status = create(&SERVICE, &object).unwrap_err();
        let expected = "Service \"np\" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767";
        assert_eq!(status.message, expected);
    }
}
