//! The ephemeral volume controller: makes the claims that pods bring along, owned by them.

use serde_json::json;

use crate::practice::field::{deleting, items, owner_reference, text};
use crate::practice::kind::{PERSISTENT_VOLUME_CLAIM, POD};
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

/// The ephemeral volume controller.
#[derive(Debug, Default)]
pub struct Ephemeral;

impl Controller for Ephemeral {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &POD && change.what == What::Added {
            let pod = change.decoded();
            if items(&pod["spec"]["volumes"]).iter().any(|volume| volume.get("ephemeral").is_some()) {
                let after = world.between(8, 16);
                world.queue(me, Key::new(&change.namespace, &change.name), after);
            }
        }
    }

    fn run(&mut self, _me: Id, world: &mut World, key: &Key) {
        let Some(pod) = world.store.get(&POD, &key.namespace, &key.name).filter(|pod| !deleting(pod)) else {
            return;
        };
        for volume in items(&pod["spec"]["volumes"]).iter().filter(|volume| volume.get("ephemeral").is_some()) {
            let template = &volume["ephemeral"]["volumeClaimTemplate"];
            let mut metadata = json!({"name": format!("{}-{}", key.name, text(&volume["name"])), "namespace": key.namespace,
                "ownerReferences": [owner_reference(&POD, &pod)]});
            for field in ["labels", "annotations"] {
                if let Some(map) = template["metadata"].get(field) {
                    metadata[field] = map.clone();
                }
            }
            // A claim of that name that is not the pod's own is not touched; the scheduler says so.
            let _ = world.create(&PERSISTENT_VOLUME_CLAIM, json!({"metadata": metadata, "spec": template["spec"]}));
        }
    }
}
