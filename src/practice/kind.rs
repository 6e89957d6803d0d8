//! The table of kinds the practice cluster serves: adding a kind is adding a row.

/// A kind of the API: where it lives and what it is called.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind {
    /// API group, empty for core.
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
    pub plural: &'static str,
    pub singular: &'static str,
    pub short: &'static [&'static str],
    pub namespaced: bool,
    /// Whether `kubectl get all` lists it.
    pub all: bool,
    /// Subresources besides the object itself, such as `status` or `scale`.
    pub subresources: &'static [&'static str],
    /// Whether a change of `spec` counts `metadata.generation` up.
    pub generation: bool,
}

impl Kind {
    /// `apps/v1`, or `v1` for core.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `deployments.apps`, or `pods` for core: how errors name the resource.
    #[must_use]
    pub fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }
}

macro_rules! kind {
    ($name:ident, $group:literal, $version:literal, $kind:literal, $plural:literal, $singular:literal, [$($short:literal),*],
     namespaced: $ns:literal, all: $all:literal, sub: [$($sub:literal),*], generation: $generation:literal) => {
        pub static $name: Kind = Kind { group: $group, version: $version, kind: $kind, plural: $plural, singular: $singular,
            short: &[$($short),*], namespaced: $ns, all: $all, subresources: &[$($sub),*], generation: $generation };
    };
}

kind!(NAMESPACE, "", "v1", "Namespace", "namespaces", "namespace", ["ns"], namespaced: false, all: false, sub: ["status", "finalize"], generation: false);
kind!(NODE, "", "v1", "Node", "nodes", "node", ["no"], namespaced: false, all: false, sub: ["status"], generation: false);
kind!(POD, "", "v1", "Pod", "pods", "pod", ["po"], namespaced: true, all: true, sub: ["status", "log", "binding", "eviction"], generation: true);
kind!(EVENT, "", "v1", "Event", "events", "event", ["ev"], namespaced: true, all: false, sub: [], generation: false);
kind!(SERVICE, "", "v1", "Service", "services", "service", ["svc"], namespaced: true, all: true, sub: ["status"], generation: false);
kind!(CONFIG_MAP, "", "v1", "ConfigMap", "configmaps", "configmap", ["cm"], namespaced: true, all: false, sub: [], generation: false);
kind!(SECRET, "", "v1", "Secret", "secrets", "secret", [], namespaced: true, all: false, sub: [], generation: false);
kind!(SERVICE_ACCOUNT, "", "v1", "ServiceAccount", "serviceaccounts", "serviceaccount", ["sa"], namespaced: true, all: false, sub: [], generation: false);
kind!(DEPLOYMENT, "apps", "v1", "Deployment", "deployments", "deployment", ["deploy"], namespaced: true, all: true, sub: ["status", "scale"], generation: true);
kind!(REPLICA_SET, "apps", "v1", "ReplicaSet", "replicasets", "replicaset", ["rs"], namespaced: true, all: true, sub: ["status", "scale"], generation: true);
kind!(ENDPOINT_SLICE, "discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "endpointslice", [], namespaced: true, all: false, sub: [], generation: true);

/// Every kind served, in discovery's order.
pub static KINDS: &[&Kind] = &[
    &NAMESPACE,
    &NODE,
    &POD,
    &EVENT,
    &SERVICE,
    &CONFIG_MAP,
    &SECRET,
    &SERVICE_ACCOUNT,
    &DEPLOYMENT,
    &REPLICA_SET,
    &ENDPOINT_SLICE,
];

/// The fields besides name and namespace that a field selector may name.
#[must_use]
pub fn selectable(kind: &Kind) -> &'static [&'static str] {
    match kind.kind {
        "Pod" => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
        "Event" => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        "Node" => &["spec.unschedulable"],
        "Namespace" => &["status.phase"],
        "Secret" => &["type"],
        "Service" => &["spec.clusterIP", "spec.type"],
        "ReplicaSet" => &["status.replicas"],
        _ => &[],
    }
}

/// The kind served under a group, version and plural.
#[must_use]
pub fn by_plural(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
    KINDS
        .iter()
        .copied()
        .find(|kind| kind.group == group && kind.version == version && kind.plural == plural)
}

/// The kind with this `kind` name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.kind == name)
}
