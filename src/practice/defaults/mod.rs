//! What Kubernetes fills in: defaults on every write, admission's additions once, and what an update may leave out.

pub mod address;
mod admission;
mod admission_policy;
mod autoscaler;
mod batch;
mod definition;
mod family;
mod limit_range;
mod network;
mod pod;
mod rights;
mod service;
mod storage;
mod strategy;
mod workload;

use serde_json::{Value, json};

use super::custom::prune;
use super::kind::Kind;

pub use admission::{admit, quality, rank, tolerate};
pub use strategy::begin;

/// Fills in the defaults of a kind; doing it again changes nothing.
pub fn apply(kind: &Kind, object: &mut Value) {
    if let Some(custom) = kind.custom {
        return prune::default(&custom.schema, object);
    }
    match kind.built_in() {
        "Pod" => pod::pod(object),
        "Deployment" => workload::deployment(object),
        "ReplicaSet" => workload::replica_set(object),
        "StatefulSet" => workload::stateful_set(object),
        "DaemonSet" => workload::daemon_set(object),
        "ReplicationController" => workload::replication_controller(object),
        "PodTemplate" => workload::pod_template(object),
        "Job" => batch::job(object),
        "CronJob" => batch::cron_job(object),
        "Service" => service::service(object),
        "Endpoints" => network::endpoints(object),
        "EndpointSlice" => network::endpoint_slice(object),
        "NetworkPolicy" => network::policy(object),
        "IngressClass" => network::ingress_class(object),
        "PersistentVolumeClaim" => storage::claim(object),
        "PersistentVolume" => storage::volume(object),
        "StorageClass" => storage::class(object),
        "CSIDriver" => storage::csi_driver(object),
        "RoleBinding" | "ClusterRoleBinding" => rights::binding(object),
        "HorizontalPodAutoscaler" => autoscaler::autoscaler(object),
        "LimitRange" => limit_range::limit_range(object),
        "PriorityClass" => set(object, "preemptionPolicy", "PreemptLowerPriority".into()),
        "Namespace" => namespace(object),
        "Secret" => secret(object),
        "CustomResourceDefinition" => definition::definition(object),
        "ValidatingAdmissionPolicy" => admission_policy::policy(object),
        "ValidatingAdmissionPolicyBinding" => admission_policy::binding(object),
        _ => {}
    }
}

/// Keeps on an update what the server once chose and the writer left out.
pub fn keep(kind: &Kind, old: &Value, object: &mut Value) {
    let kept: &[&str] = match kind.built_in() {
        "Service" if object["spec"]["type"] != "ExternalName" => &["clusterIP", "clusterIPs"],
        "Namespace" => &["finalizers"],
        "Pod" => &["priority", "preemptionPolicy"],
        _ => &[],
    };
    match kind.built_in() {
        "DaemonSet" => strategy::count_templates(old, object),
        "CustomResourceDefinition" => definition::store(object),
        _ => {}
    }
    for field in kept {
        if object["spec"][*field].is_null() && !old["spec"][*field].is_null() {
            object["spec"][*field] = old["spec"][*field].clone();
        }
    }
}

fn namespace(object: &mut Value) {
    let name = object["metadata"]["name"].clone();
    set(&mut object["metadata"], "labels", json!({}));
    object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
}

fn secret(object: &mut Value) {
    set(object, "type", "Opaque".into());
    let Some(Value::Object(plain)) = object.as_object_mut().and_then(|secret| secret.remove("stringData")) else {
        return;
    };
    for (key, value) in plain {
        object["data"][key] = base64(value.as_str().unwrap_or_default().as_bytes()).into();
    }
}

fn base64(bytes: &[u8]) -> String {
    // The type Kubernetes' own clients encode with.
    serde_json::to_value(k8s_openapi::ByteString(bytes.to_vec()))
        .ok()
        .and_then(|text| text.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Sets a field that is not there.
fn set(object: &mut Value, field: &str, value: Value) {
    if object[field].is_null() {
        object[field] = value;
    }
}

/// The elements of a list, if it is one.
fn each<'a>(object: &'a mut Value, field: &str) -> impl Iterator<Item = &'a mut Value> {
    object.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten()
}
