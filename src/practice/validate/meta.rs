//! Validation of metadata: names, labels, annotations, owners, finalizers.

use serde_json::Value;

use super::check::{Faults, labels};
use super::format;
use crate::practice::field::{items, text};
use crate::practice::kind::{CUSTOM_RESOURCE_DEFINITION, Kind};
use crate::practice::status::Fault;

/// How large the annotations of an object may be together.
const ANNOTATIONS: usize = 256 * 1024;
/// Finalizers that need no domain.
const FINALIZERS: [&str; 3] = ["kubernetes", "orphan", "foregroundDeletion"];

/// The metadata of a new object.
pub fn create(kind: &Kind, metadata: &Value, faults: &mut Faults) {
    let (name, prefix) = (text(&metadata["name"]), text(&metadata["generateName"]));
    // A prefix may end where a name may not.
    let stem = prefix.strip_suffix('-').map_or_else(|| prefix.to_owned(), |stem| format!("{stem}a"));
    if let Some(why) = Some(stem).filter(|stem| !stem.is_empty()).and_then(|stem| wrong(kind, &stem)) {
        faults.push(Fault::invalid("metadata.generateName", &metadata["generateName"], &why));
    }
    if let Some(why) = wrong(kind, name) {
        faults.push(Fault::invalid("metadata.name", &metadata["name"], &why));
    }
    update(kind, metadata, faults);
}

/// What is wrong with a name of a kind.
fn wrong(kind: &Kind, name: &str) -> Option<String> {
    match kind.built_in() {
        "Namespace" | "Service" | "StatefulSet" => format::label(name),
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" => format::path_segment(name).into_iter().next(),
        // Events carry what they like as names.
        "Event" => None,
        _ => format::subdomain(name),
    }
}

/// What may be wrong in any write.
pub fn update(kind: &Kind, metadata: &Value, faults: &mut Faults) {
    labels("metadata.labels", &metadata["labels"], faults);
    annotations("metadata.annotations", &metadata["annotations"], faults);
    for owner in items(&metadata["ownerReferences"]) {
        if text(&owner["apiVersion"]).is_empty() {
            faults.push(Fault::invalid("metadata.ownerReferences.apiVersion", &"".into(), "version must not be empty"));
        }
        for field in ["kind", "name", "uid"] {
            if text(&owner[field]).is_empty() {
                faults.push(Fault::invalid(format!("metadata.ownerReferences.{field}"), &"".into(), "must not be empty"));
            }
        }
    }
    for (index, finalizer) in items(&metadata["finalizers"]).iter().enumerate() {
        for why in format::qualified(text(finalizer)) {
            faults.push(Fault::invalid("metadata.finalizers", finalizer, &why));
        }
        // Definitions and what they define may be held by what they like.
        if kind.custom.is_none() && kind != &CUSTOM_RESOURCE_DEFINITION {
            standing(&format!("metadata.finalizers[{index}]"), finalizer, faults);
        }
    }
}

/// A finalizer is one of those that everyone knows, or has a domain.
pub fn standing(at: &str, finalizer: &Value, faults: &mut Faults) {
    if !text(finalizer).contains('/') && !FINALIZERS.contains(&text(finalizer)) {
        let why = "name is neither a standard finalizer name nor is it fully qualified";
        faults.push(Fault::invalid(at, finalizer, why));
    }
}

/// What is being deleted takes no more finalizers.
pub fn going(old: &Value, metadata: &Value, faults: &mut Faults) {
    if old["deletionTimestamp"].is_null() {
        return;
    }
    let before = items(&old["finalizers"]);
    let mut added: Vec<String> = items(&metadata["finalizers"])
        .iter()
        .filter(|one| !before.contains(one))
        .map(Value::to_string)
        .collect();
    if !added.is_empty() {
        added.sort_unstable();
        let why = format!(
            "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
            added.join(", ")
        );
        faults.push(Fault::forbidden("metadata.finalizers", &why));
    }
}

/// Keys of annotations, which may be in capitals, and how much there is.
pub fn annotations(at: &str, annotations: &Value, faults: &mut Faults) {
    let mut size = 0;
    for (key, value) in annotations.as_object().into_iter().flatten() {
        size += key.len() + text(value).len();
        for why in format::qualified(&key.to_lowercase()) {
            faults.push(Fault::invalid(at, &key.as_str().into(), &why));
        }
    }
    if size > ANNOTATIONS {
        faults.push(Fault::too_long(at, ANNOTATIONS));
    }
}
