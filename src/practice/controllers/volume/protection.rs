//! Protection: a claim that a pod uses, and a volume that a claim uses, is deleted only when it is free.

use serde_json::Value;

use super::claims::in_use;
use crate::practice::field::{deleting, finished};
use crate::practice::kind::{Kind, PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, POD};
use crate::practice::registry::{Part, finalizers};
use crate::practice::scheduler::mounted_claims;
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

const CLAIM: &str = "kubernetes.io/pvc-protection";
const VOLUME: &str = "kubernetes.io/pv-protection";

/// Lets go of claims and volumes that are free.
#[derive(Debug, Default)]
pub struct Protection;

impl Controller for Protection {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.what == What::Deleted && change.kind != &POD {
            return;
        }
        let after = world.between(6, 14);
        if change.kind == &PERSISTENT_VOLUME_CLAIM || change.kind == &PERSISTENT_VOLUME {
            if deleting(change.decoded()) {
                world.queue(me, Key::new(&change.namespace, &change.name), after);
            }
        } else if change.kind == &POD {
            let pod = change.decoded();
            if change.what == What::Deleted || finished(pod) {
                for claim in mounted_claims(pod) {
                    world.queue(me, Key::new(&change.namespace, &claim), after);
                }
            }
        }
    }

    fn run(&mut self, _me: Id, world: &mut World, key: &Key) {
        let kind = if key.namespace.is_empty() {
            &PERSISTENT_VOLUME
        } else {
            &PERSISTENT_VOLUME_CLAIM
        };
        let Some(object) = world.store.get(kind, &key.namespace, &key.name).filter(deleting) else {
            return;
        };
        if key.namespace.is_empty() && object["status"]["phase"] != "Bound" {
            release(world, kind, object, VOLUME);
        } else if !key.namespace.is_empty() && !in_use(world, &object) {
            release(world, kind, object, CLAIM);
        }
    }
}

fn release(world: &mut World, kind: &'static Kind, mut object: Value, finalizer: &str) {
    let rest: Vec<String> = finalizers(&object).into_iter().filter(|held| held != finalizer).collect();
    object["metadata"]["finalizers"] = rest.into();
    // Gone meanwhile is as good.
    let _ = world.update(kind, object, Part::Spec);
}
