//! Kinds by the names people give them on the command line.

/// Names that kubectl takes for a kind, the kind's own name last.
const NAMES: [&[&str]; 24] = [
    &["po", "pods", "Pod"],
    &["deploy", "deployments", "Deployment"],
    &["rs", "replicasets", "ReplicaSet"],
    &["sts", "statefulsets", "StatefulSet"],
    &["ds", "daemonsets", "DaemonSet"],
    &["jobs", "Job"],
    &["cj", "cronjobs", "CronJob"],
    &["svc", "services", "Service"],
    &["endpointslices", "EndpointSlice"],
    &["cm", "configmaps", "ConfigMap"],
    &["secrets", "Secret"],
    &["sa", "serviceaccounts", "ServiceAccount"],
    &["pvc", "persistentvolumeclaims", "PersistentVolumeClaim"],
    &["pv", "persistentvolumes", "PersistentVolume"],
    &["ing", "ingresses", "Ingress"],
    &["netpol", "networkpolicies", "NetworkPolicy"],
    &["quota", "resourcequotas", "ResourceQuota"],
    &["limits", "limitranges", "LimitRange"],
    &["hpa", "horizontalpodautoscalers", "HorizontalPodAutoscaler"],
    &["pdb", "poddisruptionbudgets", "PodDisruptionBudget"],
    &["roles", "Role"],
    &["rolebindings", "RoleBinding"],
    &["ns", "namespaces", "Namespace"],
    &["no", "nodes", "Node"],
];

/// The kind that a name stands for; a name that is not known stands for itself.
#[must_use]
pub fn of(name: &str) -> String {
    let kind = NAMES.iter().find(|names| names.iter().any(|known| known.eq_ignore_ascii_case(name)));
    kind.and_then(|names| names.last()).map_or_else(|| name.to_owned(), |kind| (*kind).to_owned())
}

/// Kinds that run pods and have replicas, or are a pod.
#[must_use]
pub fn is_workload(kind: &str) -> bool {
    matches!(kind, "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Pod")
}

/// Well-known kinds that live outside namespaces.
#[must_use]
pub fn is_cluster_scoped(kind: &str) -> bool {
    const KINDS: [&str; 15] = [
        "Namespace",
        "Node",
        "PersistentVolume",
        "StorageClass",
        "ClusterRole",
        "ClusterRoleBinding",
        "PriorityClass",
        "IngressClass",
        "RuntimeClass",
        "CustomResourceDefinition",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "CSIDriver",
    ];
    KINDS.contains(&kind)
}
