//! From apiVersion and kind to the API's resource.

use kube::core::{ApiResource, GroupVersionKind};

/// Kinds that live outside namespaces.
const CLUSTER_SCOPED: &[&str] = &[
    "Namespace",
    "Node",
    "PersistentVolume",
    "StorageClass",
    "ClusterRole",
    "ClusterRoleBinding",
    "PriorityClass",
    "CustomResourceDefinition",
    "IngressClass",
    "RuntimeClass",
];

/// The API version of the kinds that klab itself asks for by kind alone.
const KNOWN: &[(&str, &str)] = &[
    ("Pod", "v1"),
    ("Event", "v1"),
    ("Node", "v1"),
    ("Namespace", "v1"),
    ("Service", "v1"),
    ("ConfigMap", "v1"),
    ("Secret", "v1"),
    ("ServiceAccount", "v1"),
    ("PersistentVolumeClaim", "v1"),
    ("ResourceQuota", "v1"),
    ("Deployment", "apps/v1"),
    ("ReplicaSet", "apps/v1"),
    ("StatefulSet", "apps/v1"),
    ("DaemonSet", "apps/v1"),
    ("Job", "batch/v1"),
    ("CronJob", "batch/v1"),
    ("EndpointSlice", "discovery.k8s.io/v1"),
];

/// The resource of a kind under an API version.
#[must_use]
pub fn resource(api_version: &str, kind: &str) -> ApiResource {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

/// The resource of a kind that klab knows by name.
#[must_use]
pub fn known(kind: &str) -> Option<ApiResource> {
    KNOWN.iter().find(|(name, _)| *name == kind).map(|(kind, version)| resource(version, kind))
}

/// Whether objects of the kind live outside namespaces.
#[must_use]
pub fn cluster_scoped(kind: &str) -> bool {
    CLUSTER_SCOPED.contains(&kind)
}
