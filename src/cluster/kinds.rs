//! From apiVersion and kind to the address under which the server serves it.

use kube::Api;
use kube::api::{ApiResource, GroupVersionKind};
use kube::discovery::{Scope, pinned_kind};
use thiserror::Error;

use super::raw::Raw;
use super::{Cluster, fault};

/// A kind as the server serves it.
#[derive(Debug, Clone)]
pub struct Served {
    pub(super) resource: ApiResource,
    pub namespaced: bool,
}

/// A kind that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KindError {
    #[error("this cluster has no kind {kind} in {api_version}; check apiVersion and kind for a typing error or a version that is gone")]
    Unknown { api_version: String, kind: String },
    #[error("cannot ask the cluster about kind {kind}: {why}")]
    Unanswered { kind: String, why: String },
}

/// Kinds that every cluster serves, so that nothing need be asked: group and version, kind, plural, namespaced.
const BUILT_IN: &[(&str, &str, &str, bool)] = &[
    ("v1", "Pod", "pods", true),
    ("v1", "Event", "events", true),
    ("v1", "Service", "services", true),
    ("v1", "ConfigMap", "configmaps", true),
    ("v1", "Secret", "secrets", true),
    ("v1", "ServiceAccount", "serviceaccounts", true),
    ("v1", "PersistentVolumeClaim", "persistentvolumeclaims", true),
    ("v1", "ResourceQuota", "resourcequotas", true),
    ("v1", "LimitRange", "limitranges", true),
    ("v1", "Namespace", "namespaces", false),
    ("v1", "Node", "nodes", false),
    ("v1", "PersistentVolume", "persistentvolumes", false),
    ("apps/v1", "Deployment", "deployments", true),
    ("apps/v1", "ReplicaSet", "replicasets", true),
    ("apps/v1", "StatefulSet", "statefulsets", true),
    ("apps/v1", "DaemonSet", "daemonsets", true),
    ("batch/v1", "Job", "jobs", true),
    ("batch/v1", "CronJob", "cronjobs", true),
    ("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", true),
    ("storage.k8s.io/v1", "StorageClass", "storageclasses", false),
    ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", true),
    ("networking.k8s.io/v1", "Ingress", "ingresses", true),
    ("rbac.authorization.k8s.io/v1", "Role", "roles", true),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", true),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", false),
    ("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", true),
    ("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true),
];

/// Kinds that a lab may leave behind in a namespace: what is swept where the namespace itself must stay.
pub(super) fn swept() -> impl Iterator<Item = (String, String)> {
    let made_by_others = |kind: &str| matches!(kind, "ReplicaSet" | "Pod" | "EndpointSlice");
    let kinds = BUILT_IN.iter().filter(|(_, kind, _, namespaced)| *namespaced && *kind != "Event");
    // Owners before what they own, so that nothing is made again.
    let owners = kinds.clone().filter(move |(_, kind, ..)| !made_by_others(kind));
    owners
        .chain(kinds.filter(move |(_, kind, ..)| made_by_others(kind)))
        .map(|(api_version, kind, ..)| ((*api_version).to_owned(), (*kind).to_owned()))
}

/// The apiVersion of a kind that every cluster serves.
#[must_use]
pub fn built_in(kind: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(_, known, ..)| *known == kind).map(|(api_version, ..)| *api_version)
}

fn group_version_kind(api_version: &str, kind: &str) -> GroupVersionKind {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    GroupVersionKind::gvk(group, version, kind)
}

impl Cluster {
    /// How a kind is served; asked once, then remembered.
    ///
    /// # Errors
    /// When the cluster has no such kind, or does not answer.
    pub async fn kind(&self, api_version: &str, kind: &str) -> Result<Served, KindError> {
        let id = group_version_kind(api_version, kind);
        if let Some((.., plural, namespaced)) = BUILT_IN.iter().find(|built_in| built_in.0 == api_version && built_in.1 == kind) {
            return Ok(Served {
                resource: ApiResource::from_gvk_with_plural(&id, plural),
                namespaced: *namespaced,
            });
        }
        let key = (api_version.to_owned(), kind.to_owned());
        if let Some(served) = self.kinds.lock().ok().and_then(|kinds| kinds.get(&key).cloned()) {
            return Ok(served);
        }
        let unknown = || KindError::Unknown {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
        };
        let (resource, capabilities) = pinned_kind(&self.client, &id).await.map_err(|error| match &error {
            kube::Error::Discovery(_) => unknown(),
            _ if fault::code(&error) == Some(404) => unknown(),
            _ => KindError::Unanswered {
                kind: kind.to_owned(),
                why: fault::say(&error),
            },
        })?;
        let served = Served {
            resource,
            namespaced: capabilities.scope == Scope::Namespaced,
        };
        if let Ok(mut kinds) = self.kinds.lock() {
            kinds.insert(key, served.clone());
        }
        Ok(served)
    }

    /// Objects of a kind in the lab's namespace, or in the whole cluster for a kind without namespaces.
    pub(super) fn api(&self, served: &Served) -> Api<Raw> {
        self.api_in(served, &self.namespace)
    }

    pub(super) fn api_in(&self, served: &Served, namespace: &str) -> Api<Raw> {
        let client = self.client.clone();
        if served.namespaced {
            Api::namespaced_with(client, namespace, &served.resource)
        } else {
            Api::all_with(client, &served.resource)
        }
    }
}
