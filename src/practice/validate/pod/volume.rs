//! The volumes of a Pod.

use std::collections::BTreeMap;

use serde_json::Value;

use super::source;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, formed, required};
use crate::practice::validate::format;

/// The volumes that are right, by name.
pub type Volumes = BTreeMap<String, Value>;

/// What a volume may be made of, in the order in which Kubernetes looks.
const SOURCES: [&str; 30] = [
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "flocker",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "quobyte",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "storageos",
    "projected",
    "scaleIO",
    "csi",
    "ephemeral",
    "image",
];

/// Checks all volumes; what is wrong is not there for those that mount it.
pub fn all(at: &str, spec: &Value, faults: &mut Faults) -> Volumes {
    let mut good = Volumes::new();
    for (index, volume) in items(&spec["volumes"]).iter().enumerate() {
        let at = format!("{at}.volumes[{index}]");
        let (mut own, name) = (Vec::new(), text(&volume["name"]));
        made_of(&at, volume, &mut own);
        let field = format!("{at}.name");
        required(&field, &volume["name"], &mut own);
        formed(&field, &volume["name"], format::label, &mut own);
        if good.contains_key(name) {
            own.push(Fault::duplicate(field, &volume["name"]));
        }
        if own.is_empty() {
            good.insert(name.to_owned(), volume.clone());
        }
        faults.append(&mut own);
    }
    good
}

fn made_of(at: &str, volume: &Value, faults: &mut Faults) {
    let given = SOURCES.iter().filter(|kind| volume[**kind].is_object());
    for (place, kind) in given.enumerate() {
        if place > 0 {
            faults.push(Fault::forbidden(format!("{at}.{kind}"), "may not specify more than 1 volume type"));
        } else {
            source::check(&format!("{at}.{kind}"), kind, &volume[*kind], faults);
        }
    }
}
