//! Validation in Kubernetes' own words.

mod admission_policy;
mod batch;
mod check;
mod custom;
mod definition;
mod difference;
pub mod format;
mod limits;
mod meta;
mod network;
mod pod;
mod policy;
mod rights;
mod service;
mod storage;
mod workload;

use serde_json::Value;

use self::check::{Faults, immutable};
use super::field::text;
use super::kind::Kind;
use super::status::{Fault, Status};

/// Checks a new object.
///
/// # Errors
/// 422 with every fault found.
pub fn create(kind: &Kind, object: &Value) -> Result<(), Status> {
    let mut faults = Vec::new();
    if kind.built_in() != "CronJob" || text(&object["metadata"]["name"]).len() <= 52 {
        meta::create(kind, &object["metadata"], &mut faults);
    }
    if let Some(defined) = kind.custom {
        // A new object has nothing that was wrong before.
        drop(custom::object(defined, None, object, &mut faults));
    }
    if kind.built_in() == "CustomResourceDefinition" {
        definition::own(object, &mut faults);
    }
    content(kind, object, &mut faults);
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
    let parts = [
        "spec",
        "data",
        "stringData",
        "immutable",
        "type",
        "rules",
        "roleRef",
        "subjects",
        "value",
        "provisioner",
        "reclaimPolicy",
    ];
    if parts.iter().any(|part| old.get(part) != object.get(part)) {
        // Services are asked first what became of their addresses, DaemonSets of their selector.
        let first = matches!(kind.built_in(), "Service" | "DaemonSet");
        if first {
            changes(kind, old, object, &mut faults);
        }
        content(kind, object, &mut faults);
        if kind.built_in() == "Pod" {
            pod::images(&object["spec"], &mut faults);
        }
        if !first {
            changes(kind, old, object, &mut faults);
        }
    }
    refuse(kind, object, &faults).map(|()| Vec::new())
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

/// What is wrong in an object for itself, besides its metadata.
fn content(kind: &Kind, object: &Value, faults: &mut Faults) {
    let spec = &object["spec"];
    match kind.built_in() {
        "Pod" => pod::spec("spec", spec, faults),
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" => workload::spec(kind, spec, faults),
        "Job" => batch::job(object, faults),
        "CronJob" => batch::cron_job(object, faults),
        "Service" => service::spec(spec, faults),
        "Ingress" => network::ingress(spec, faults),
        "NetworkPolicy" => network::policy(spec, faults),
        "ConfigMap" => config_map(object, faults),
        "Secret" => secret(object, faults),
        "PersistentVolumeClaim" => storage::claim("spec", spec, faults),
        "PersistentVolume" => storage::volume(spec, faults),
        "StorageClass" => storage::storage_class(object, faults),
        "HorizontalPodAutoscaler" => policy::autoscaler(spec, faults),
        "PodDisruptionBudget" => policy::budget(spec, faults),
        "ResourceQuota" => limits::quota(spec, faults),
        "LimitRange" => limits::range(spec, faults),
        "PriorityClass" => policy::priority_class(object, faults),
        "Role" | "ClusterRole" => rights::role(kind.kind, &object["rules"], faults),
        "RoleBinding" | "ClusterRoleBinding" => rights::binding(kind.kind, object, faults),
        "Node" => rights::node(spec, faults),
        "CertificateSigningRequest" => rights::certificate_request(spec, faults),
        "CustomResourceDefinition" => definition::definition(object, faults),
        "ValidatingAdmissionPolicy" => admission_policy::policy(object, faults),
        "ValidatingAdmissionPolicyBinding" => admission_policy::binding(object, faults),
        _ => {}
    }
}

/// What may not become another.
fn changes(kind: &Kind, old: &Value, object: &Value, faults: &mut Faults) {
    let (before, spec) = (&old["spec"], &object["spec"]);
    match kind.built_in() {
        "Pod" => pod::update(before, spec, faults),
        "StatefulSet" => workload::stateful_update(before, spec, faults),
        "Deployment" | "ReplicaSet" | "DaemonSet" => immutable("spec.selector", &before["selector"], &spec["selector"], faults),
        "Service" => service::update(before, spec, faults),
        "ConfigMap" | "Secret" => {
            if old["immutable"] == true && (old["data"] != object["data"] || object["immutable"] != true) {
                faults.push(Fault::forbidden("data", "field is immutable when `immutable` is set"));
            }
            immutable("type", &old["type"], &object["type"], faults);
        }
        "PersistentVolumeClaim" => storage::claim_update(old, object, faults),
        "PersistentVolume" => storage::volume_update(old, object, faults),
        "StorageClass" => storage::class_update(old, object, faults),
        "RoleBinding" | "ClusterRoleBinding" => rights::binding_update(old, object, faults),
        "CustomResourceDefinition" => definition::update(old, object, faults),
        "PriorityClass" if old["value"] != object["value"] => {
            faults.push(Fault::forbidden("value", "may not be changed in an update."));
        }
        _ => {}
    }
}

fn refuse(kind: &Kind, object: &Value, faults: &[Fault]) -> Result<(), Status> {
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Status::invalid(kind, text(&object["metadata"]["name"]), faults))
    }
}

/// Keys of ConfigMaps and Secrets.
fn keys(data: &Value, faults: &mut Faults) {
    for key in data.as_object().into_iter().flatten().map(|(key, _)| key) {
        if let Some(why) = format::config_key(key) {
            faults.push(Fault::invalid(format!("data[{key}]"), &key.as_str().into(), &why));
        }
    }
}

/// How much a ConfigMap or a Secret may hold.
const CONTENT: usize = 1024 * 1024;

/// A ConfigMap's keys, each of them once, and how much is in it.
fn config_map(object: &Value, faults: &mut Faults) {
    keys(&object["data"], faults);
    let binary = &object["binaryData"];
    for (key, _) in object["data"].as_object().into_iter().flatten().filter(|(key, _)| !binary[key].is_null()) {
        faults.push(Fault::invalid(
            format!("data[{key}]"),
            &key.as_str().into(),
            "duplicate of key present in binaryData",
        ));
    }
    let length = |part: &Value| part.as_object().into_iter().flatten().map(|(_, value)| text(value).len()).sum::<usize>();
    if length(&object["data"]) + length(binary) / 4 * 3 > CONTENT {
        faults.push(Fault::too_long("[]", CONTENT));
    }
}

/// A Secret's keys, and what its type asks for.
fn secret(object: &Value, faults: &mut Faults) {
    keys(&object["data"], faults);
    let length: usize = object["data"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(_, value)| text(value).len() / 4 * 3)
        .sum();
    if length > CONTENT {
        faults.push(Fault::too_long("data", CONTENT));
    }
    let needed: &[&str] = match text(&object["type"]) {
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        _ => &[],
    };
    for key in needed.iter().filter(|key| object["data"][**key].is_null()) {
        faults.push(Fault::required(format!("data[{key}]"), ""));
    }
    let has = |key: &str| !object["data"][key].is_null();
    if object["type"] == "kubernetes.io/basic-auth" && !has("username") && !has("password") {
        for key in ["username", "password"] {
            faults.push(Fault::required(format!("data[{key}]"), ""));
        }
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
