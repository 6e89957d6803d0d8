//! How Kubernetes merges lists and maps: which are atomic, which are sets, which have keys.

use serde_json::{Map, Value};

/// How the elements of a list are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Replaced as a whole.
    Atomic,
    /// Values are their own keys.
    Set,
    /// Elements have these key fields.
    Keyed(&'static [&'static str]),
}

/// Lists in server-side apply, by the field and the field around it (`x-kubernetes-list-map-keys`).
#[must_use]
pub fn list(parent: &str, field: &str) -> List {
    match (parent, field) {
        (_, "containers" | "initContainers" | "ephemeralContainers" | "env" | "volumes" | "imagePullSecrets" | "resourceClaims") | ("", "secrets") => {
            List::Keyed(&["name"])
        }
        ("containers" | "initContainers" | "ephemeralContainers", "ports") => List::Keyed(&["containerPort", "protocol"]),
        ("spec", "ports") => List::Keyed(&["port", "protocol"]),
        (_, "volumeMounts") => List::Keyed(&["mountPath"]),
        (_, "volumeDevices") => List::Keyed(&["devicePath"]),
        (_, "conditions") | ("status", "addresses") => List::Keyed(&["type"]),
        (_, "hostAliases") => List::Keyed(&["ip"]),
        (_, "topologySpreadConstraints") => List::Keyed(&["topologyKey", "whenUnsatisfiable"]),
        ("metadata", "ownerReferences") => List::Keyed(&["uid"]),
        ("metadata", "finalizers") => List::Set,
        _ => List::Atomic,
    }
}

/// Lists in a strategic merge patch, which has one key each (`patchMergeKey`).
#[must_use]
pub fn strategic(parent: &str, field: &str) -> List {
    match (parent, field) {
        ("containers" | "initContainers" | "ephemeralContainers", "ports") => List::Keyed(&["containerPort"]),
        ("spec", "ports") => List::Keyed(&["port"]),
        (_, "topologySpreadConstraints") => List::Keyed(&["topologyKey"]),
        ("projected", "sources") | ("spec", "taints" | "tolerations") => List::Atomic,
        _ => list(parent, field),
    }
}

/// Maps that server-side apply replaces as a whole.
#[must_use]
pub fn atomic_map(parent: &str, field: &str) -> bool {
    matches!(
        field,
        "selector" | "nodeSelector" | "labelSelector" | "namespaceSelector" | "resourceFieldRef" | "fieldRef" | "secretKeyRef" | "configMapKeyRef"
    ) || (parent, field) == ("volumes", "emptyDir")
}

/// The key of an element, with the defaults that keys have; `None` when a key field is missing.
#[must_use]
pub fn key(element: &Value, keys: &[&str]) -> Option<Map<String, Value>> {
    keys.iter()
        .map(|key| {
            let value = match &element[*key] {
                Value::Null if *key == "protocol" => Value::from("TCP"),
                Value::Null => return None,
                value => value.clone(),
            };
            Some(((*key).to_owned(), value))
        })
        .collect()
}
