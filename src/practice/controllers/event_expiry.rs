//! Events are kept for one hour after they were last seen.

use std::time::Duration;

use crate::practice::kind::EVENT;
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

const KEPT: Duration = Duration::from_secs(3600);

/// Takes old events away.
#[derive(Debug, Default)]
pub struct EventExpiry;

impl Controller for EventExpiry {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &EVENT {
            let key = Key::new(&change.namespace, &change.name);
            world.unqueue(me, &key);
            if change.what != What::Deleted {
                world.queue(me, key, KEPT);
            }
        }
    }

    fn run(&mut self, _me: Id, world: &mut World, key: &Key) {
        world.store.remove(&EVENT, &key.namespace, &key.name);
    }
}
