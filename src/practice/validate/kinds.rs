//! What is asked of the objects of each kind.

use serde_json::Value;

use super::check::{Faults, immutable, same_selector};
use super::{
    admission_policy, autoscaler, batch, class, config, definition, endpoints, ingress, limits, network, pod, policy, range, rights, runtime, service,
    stateful, storage, workload,
};
use crate::practice::kind::Kind;

/// What is wrong in an object for itself, besides its metadata.
pub fn content(kind: &Kind, old: Option<&Value>, object: &Value, faults: &mut Faults) {
    let spec = &object["spec"];
    match kind.built_in() {
        "Pod" => pod::spec("spec", spec, faults),
        "Deployment" | "ReplicaSet" | "DaemonSet" => workload::spec(kind, spec, faults),
        "ReplicationController" => workload::replication_controller(spec, faults),
        "PodTemplate" => pod::template("template", &object["template"], faults),
        "StatefulSet" => stateful::spec(spec, old.is_none(), faults),
        "Job" => batch::job(object, faults),
        "CronJob" => batch::cron_job(old, object, faults),
        "Service" => service::spec(spec, faults),
        "Endpoints" => endpoints::subsets(&object["subsets"], faults),
        "EndpointSlice" => endpoints::slice(old, object, faults),
        "Ingress" => ingress::ingress(old, object, faults),
        "IngressClass" => ingress::class(spec, faults),
        "NetworkPolicy" => network::policy(spec, faults),
        "ConfigMap" => config::config_map(object, faults),
        "Secret" => config::secret(object, faults),
        "Namespace" => rights::namespace(spec, faults),
        "PersistentVolumeClaim" => storage::claim("spec", spec, faults),
        "PersistentVolume" => storage::volume(spec, faults),
        "StorageClass" => class::storage(object, faults),
        "HorizontalPodAutoscaler" => autoscaler::autoscaler(spec, faults),
        "PodDisruptionBudget" => policy::budget(spec, faults),
        "ResourceQuota" => limits::quota(spec, faults),
        "LimitRange" => range::range(spec, faults),
        "PriorityClass" => policy::priority_class(object, faults),
        "RuntimeClass" => runtime::class(object, faults),
        "Lease" => runtime::lease(spec, faults),
        "VolumeAttributesClass" => class::attributes(object, faults),
        "Role" | "ClusterRole" => rights::role(kind.kind, object, faults),
        "RoleBinding" | "ClusterRoleBinding" => rights::binding(kind.kind, object, faults),
        "Node" => rights::node(spec, faults),
        "CertificateSigningRequest" => rights::certificate_request(spec, faults),
        "CustomResourceDefinition" => definition::definition(object, faults),
        "ValidatingAdmissionPolicy" => admission_policy::policy(object, faults),
        "ValidatingAdmissionPolicyBinding" => admission_policy::binding(object, faults),
        _ => {}
    }
}

/// An object that replaces another: what it is now, and what became of what may not change.
pub fn replaced(kind: &Kind, old: &Value, object: &Value, faults: &mut Faults) {
    // These are asked first what became of what may not change.
    let first = matches!(
        kind.built_in(),
        "Service" | "DaemonSet" | "ConfigMap" | "Secret" | "IngressClass" | "PriorityClass"
    );
    if first {
        changes(kind, old, object, faults);
    }
    // What a priority or a namespace is, is not looked at again.
    if !matches!(kind.built_in(), "PriorityClass" | "Namespace") {
        content(kind, Some(old), object, faults);
    }
    if kind.built_in() == "Pod" {
        pod::images(&object["spec"], faults);
    }
    if !first {
        changes(kind, old, object, faults);
    }
}

/// What may not become another.
fn changes(kind: &Kind, old: &Value, object: &Value, faults: &mut Faults) {
    let (before, spec) = (&old["spec"], &object["spec"]);
    match kind.built_in() {
        "Pod" => pod::update(before, spec, faults),
        "StatefulSet" => stateful::update(before, spec, faults),
        "Deployment" | "ReplicaSet" | "DaemonSet" => same_selector("spec.selector", &before["selector"], &spec["selector"], faults),
        "Service" => service::update(before, spec, faults),
        "EndpointSlice" => immutable("addressType", &old["addressType"], &object["addressType"], faults),
        "IngressClass" => immutable("spec.controller", &before["controller"], &spec["controller"], faults),
        "ConfigMap" => config::update(old, object, &["data", "binaryData"], faults),
        "Secret" => {
            immutable("type", &old["type"], &object["type"], faults);
            config::update(old, object, &["data"], faults);
        }
        "ResourceQuota" => immutable("spec.scopes", &before["scopes"], &spec["scopes"], faults),
        "RuntimeClass" => immutable("handler", &old["handler"], &object["handler"], faults),
        "VolumeAttributesClass" => class::attributes_update(old, object, faults),
        "PersistentVolumeClaim" => storage::claim_update(old, object, faults),
        "PersistentVolume" => storage::volume_update(old, object, faults),
        "StorageClass" => class::storage_update(old, object, faults),
        "RoleBinding" | "ClusterRoleBinding" => rights::binding_update(old, object, faults),
        "CustomResourceDefinition" => definition::update(old, object, faults),
        "PriorityClass" => policy::priority_update(old, object, faults),
        _ => {}
    }
}
