//! Validation in Kubernetes' own words.

mod admission_policy;
mod autoscaler;
mod batch;
mod check;
mod class;
mod config;
mod custom;
mod definition;
mod difference;
mod endpoints;
mod event;
pub mod format;
mod ingress;
mod kinds;
mod limits;
mod meta;
mod network;
mod pod;
mod policy;
mod range;
mod rights;
mod runtime;
mod service;
mod stateful;
mod storage;
mod workload;

use serde_json::Value;

pub use self::service::addresses as service_addresses;

use super::field::text;
use super::kind::Kind;
use super::status::{Fault, Status};

/// Checks a new object.
///
/// # Errors
/// 422 with every fault found.
pub fn create(kind: &Kind, object: &Value) -> Result<(), Status> {
    let mut faults = Vec::new();
    if kind.built_in() == "Event" {
        event::create(kind, object, &mut faults);
        return refuse(kind, object, &faults);
    }
    meta::create(kind, &object["metadata"], &mut faults);
    if let Some(defined) = kind.custom {
        // A new object has nothing that was wrong before.
        drop(custom::object(defined, None, object, &mut faults));
    }
    if kind.built_in() == "CustomResourceDefinition" {
        definition::own(object, &mut faults);
    }
    kinds::content(kind, None, object, &mut faults);
    if kind.built_in() == "Pod" {
        pod::own(&object["spec"], &mut faults);
    }
    refuse(kind, object, &faults)
}

/// Checks an object that replaces another; says what is wrong in it and was so before.
///
/// # Errors
/// 422 with every fault found.
pub fn update(kind: &Kind, old: &Value, object: &Value) -> Result<Vec<String>, Status> {
    let mut faults = Vec::new();
    if kind.built_in() == "Event" {
        event::update(kind, old, object, &mut faults);
        return refuse(kind, object, &faults).map(|()| Vec::new());
    }
    if old["metadata"] != object["metadata"] {
        meta::update(kind, &object["metadata"], &mut faults);
        meta::going(&old["metadata"], &object["metadata"], &mut faults);
    }
    if kind.built_in() == "Job" && old["spec"] != object["spec"] {
        batch::job_update(old, object, &mut faults);
        return refuse(kind, object, &faults).map(|()| Vec::new());
    }
    if let Some(defined) = kind.custom {
        let warnings = custom::object(defined, Some(old), object, &mut faults);
        return refuse(kind, object, &faults).map(|()| warnings);
    }
    // What did not change was right when it was written.
    if rewritten(old, object) {
        kinds::replaced(kind, old, object, &mut faults);
    }
    refuse(kind, object, &faults).map(|()| Vec::new())
}

/// Checks what only the version that an object was sent in asks for.
///
/// # Errors
/// 422 with every fault found.
pub fn as_sent(kind: &Kind, old: Option<&Value>, object: &Value) -> Result<(), Status> {
    let mut faults = Vec::new();
    if kind.built_in() == "Event" && kind.stored.is_some() {
        match old {
            Some(old) => event::update(kind, old, object, &mut faults),
            None => event::create(kind, object, &mut faults),
        }
    }
    refuse(kind.stored.unwrap_or(kind), object, &faults)
}

/// Checks the status of an object that replaces another; says what is wrong in the object and was so before.
///
/// # Errors
/// 422 with every fault found.
pub fn status(kind: &Kind, old: &Value, object: &Value) -> Result<Vec<String>, Status> {
    let mut faults = Vec::new();
    let warnings = match kind.custom {
        Some(defined) => custom::status(defined, old, object, &mut faults),
        None => Vec::new(),
    };
    refuse(kind, object, &faults).map(|()| warnings)
}

/// Checks the ephemeral containers of a Pod that replaces another.
///
/// # Errors
/// 422 with every fault found.
pub fn ephemeral(kind: &Kind, old: &Value, object: &Value) -> Result<(), Status> {
    let mut faults = Vec::new();
    pod::update_ephemeral(&old["spec"], &object["spec"], &mut faults);
    refuse(kind, object, &faults)
}

/// Checks the resources of a running Pod's containers that replace others.
///
/// # Errors
/// 422 with every fault found.
pub fn resize(kind: &Kind, old: &Value, object: &Value) -> Result<(), Status> {
    let mut faults = Vec::new();
    pod::spec("spec", &object["spec"], &mut faults);
    pod::update_resources(old, object, &mut faults);
    refuse(kind, object, &faults)
}

/// Whether more than the metadata and the status of an object is another.
fn rewritten(old: &Value, new: &Value) -> bool {
    let fields = [old, new].into_iter().filter_map(Value::as_object).flat_map(|object| object.keys());
    let mut own = fields.filter(|field| !matches!(field.as_str(), "metadata" | "status"));
    own.any(|field| old.get(field) != new.get(field))
}

fn refuse(kind: &Kind, object: &Value, faults: &[Fault]) -> Result<(), Status> {
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Status::invalid(kind, text(&object["metadata"]["name"]), faults))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::practice::kind::{CRON_JOB, DAEMON_SET, DEPLOYMENT, PERSISTENT_VOLUME_CLAIM};

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
            "containers": [{"name": "app", "image": "acme/shop:1.0", "ports": [{"containerPort": 99999}]}]}}}});
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
}
