//! Defaults of volumes, claims and their classes (kubernetes `pkg/apis/core/v1/defaults.go`, `storage/v1`).

use serde_json::{Value, json};

use super::set;

pub fn claim(object: &mut Value) {
    let spec = &mut object["spec"];
    set(spec, "volumeMode", "Filesystem".into());
    sources(spec);
}

/// Where a claim's content comes from: another namespace only behind a gate that is closed; the older field knows two kinds, and what is given in one
/// way is given in the other.
fn sources(spec: &mut Value) {
    let Some(fields) = spec.as_object_mut() else { return };
    let given = |fields: &serde_json::Map<String, Value>, field: &str| fields.get(field).is_some_and(|one| !one.is_null());
    if fields
        .get("dataSourceRef")
        .is_some_and(|one| one["namespace"].as_str().is_some_and(|namespace| !namespace.is_empty()))
    {
        fields.remove("dataSourceRef");
    }
    if given(fields, "dataSource") && !given(fields, "dataSourceRef") {
        let one = &fields["dataSource"];
        let group = one["apiGroup"].as_str().unwrap_or_default();
        if !matches!(
            (group, one["kind"].as_str()),
            ("", Some("PersistentVolumeClaim")) | ("snapshot.storage.k8s.io", Some("VolumeSnapshot"))
        ) {
            fields.remove("dataSource");
        }
    }
    for (from, to) in [("dataSource", "dataSourceRef"), ("dataSourceRef", "dataSource")] {
        if given(fields, from) && !given(fields, to) {
            fields.insert(to.to_owned(), fields[from].clone());
        }
    }
}

pub fn volume(object: &mut Value) {
    let spec = &mut object["spec"];
    set(spec, "persistentVolumeReclaimPolicy", "Retain".into());
    set(spec, "volumeMode", "Filesystem".into());
    if let Some(path) = spec.get_mut("hostPath") {
        set(path, "type", "".into());
    }
}

pub fn class(object: &mut Value) {
    set(object, "reclaimPolicy", "Delete".into());
    set(object, "volumeBindingMode", "Immediate".into());
}

pub fn csi_driver(object: &mut Value) {
    let spec = &mut object["spec"];
    set(spec, "attachRequired", true.into());
    set(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType".into());
    for off in ["podInfoOnMount", "requiresRepublish", "seLinuxMount", "storageCapacity"] {
        set(spec, off, false.into());
    }
    set(spec, "volumeLifecycleModes", json!(["Persistent"]));
}
