//! Validation in Kubernetes' own words, for the mistakes that learners make first.

mod format;
mod pod;
mod service;
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
        "Deployment" | "ReplicaSet" => workload::spec(kind, &object["spec"], &mut faults),
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
        "Deployment" | "ReplicaSet" if changed => {
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
    use crate::practice::kind::{DEPLOYMENT, SERVICE};

    fn message(object: &Value) -> String {
        create(&DEPLOYMENT, object).unwrap_err().message
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
