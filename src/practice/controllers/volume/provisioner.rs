//! A provisioner of the practice cluster's own: makes a volume for each claim whose class names it.

use serde_json::{Value, json};

use super::matching::{SELECTED_NODE, class_of, delayed};
use crate::practice::controllers::pods::Owner;
use crate::practice::event::Source;
use crate::practice::field::{deleting, text};
use crate::practice::kind::{PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, STORAGE_CLASS};
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

/// The name that classes call it by.
pub const NAME: &str = "klab.dev/host-path";

/// Makes volumes.
#[derive(Debug, Default)]
pub struct Provisioner;

impl Controller for Provisioner {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &PERSISTENT_VOLUME_CLAIM && change.what != What::Deleted {
            let claim = change.decoded();
            let asked = claim["metadata"]["annotations"]["volume.kubernetes.io/storage-provisioner"] == NAME;
            if asked && text(&claim["spec"]["volumeName"]).is_empty() {
                let after = world.between(10, 30);
                world.queue(me, Key::new(&change.namespace, &change.name).task("begin"), after);
            }
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let Some(claim) = world.store.get(&PERSISTENT_VOLUME_CLAIM, &key.namespace, &key.name) else {
            return;
        };
        let Some(class) = world.store.get(&STORAGE_CLASS, "", class_of(&claim)) else {
            return;
        };
        let volume = format!("pvc-{}", text(&claim["metadata"]["uid"]));
        let chosen = !claim["metadata"]["annotations"][SELECTED_NODE].is_null();
        let there = world.store.encoded(&PERSISTENT_VOLUME, "", &volume).is_some();
        if deleting(&claim) || there || !text(&claim["spec"]["volumeName"]).is_empty() || delayed(world, &claim) && !chosen {
            return;
        }
        if key.task == "begin" {
            let message = format!("External provisioner is provisioning volume for claim \"{}/{}\"", key.namespace, key.name);
            tell(world, &claim, "Provisioning", &message);
            let after = world.between(900, 1900);
            world.queue(me, Key::new(&key.namespace, &key.name).task("make"), after);
        } else if world.create(&PERSISTENT_VOLUME, made(&claim, &class, &volume)).is_ok() {
            tell(world, &claim, "ProvisioningSucceeded", &format!("Successfully provisioned volume {volume}"));
        }
    }
}

fn tell(world: &mut World, claim: &Value, reason: &str, message: &str) {
    let owner = Owner {
        source: Source::controller(NAME),
        kind: &PERSISTENT_VOLUME_CLAIM,
        object: claim,
    };
    owner.tell(world, "Normal", reason, message);
}

/// The volume for a claim, set aside for it.
fn made(claim: &Value, class: &Value, name: &str) -> Value {
    let metadata = &claim["metadata"];
    let mut spec = json!({"capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]}, "accessModes": claim["spec"]["accessModes"],
        "persistentVolumeReclaimPolicy": class["reclaimPolicy"], "storageClassName": class["metadata"]["name"], "volumeMode": claim["spec"]["volumeMode"],
        "hostPath": {"path": format!("/var/lib/klab/volumes/{name}"), "type": "DirectoryOrCreate"},
        "claimRef": {"kind": "PersistentVolumeClaim", "apiVersion": "v1", "namespace": metadata["namespace"], "name": metadata["name"],
            "uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}});
    let node = &metadata["annotations"][SELECTED_NODE];
    if !node.is_null() {
        let term = json!({"key": "kubernetes.io/hostname", "operator": "In", "values": [node]});
        spec["nodeAffinity"] = json!({"required": {"nodeSelectorTerms": [{"matchExpressions": [term]}]}});
    }
    json!({"metadata": {"name": name, "annotations": {"pv.kubernetes.io/provisioned-by": NAME}}, "spec": spec})
}
