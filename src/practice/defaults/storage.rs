//! Defaults of volumes, claims and their classes (kubernetes `pkg/apis/core/v1/defaults.go`, `storage/v1`).

use serde_json::{Value, json};

use super::set;

pub fn claim(object: &mut Value) {
    set(&mut object["spec"], "volumeMode", "Filesystem".into());
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
