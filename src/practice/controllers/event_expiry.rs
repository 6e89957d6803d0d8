//! Events are kept for one hour after they were last seen.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::practice::kind::EVENT;
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// When an event expires, unless it is seen again.
#[derive(Debug)]
struct Lease {
    until: Timestamp,
    namespace: Arc<str>,
    name: Arc<str>,
    /// The version of the event that it is for.
    version: u64,
}

/// Takes old events away.
#[derive(Debug, Default)]
pub struct EventExpiry {
    /// The next to end in front: all last equally long.
    leases: VecDeque<Lease>,
}

impl EventExpiry {
    /// Has itself called when the next lease ends; one piece of work stands for all of them.
    fn wait(&self, me: Id, world: &mut World) {
        if let Some(next) = self.leases.front() {
            let wait = Duration::try_from(next.until.duration_since(world.now)).unwrap_or_default();
            world.queue(me, Key::new("", ""), wait);
        }
    }
}

impl Controller for EventExpiry {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &EVENT && change.what != What::Deleted {
            self.leases.push_back(Lease {
                until: world.now + KEPT,
                namespace: change.namespace.clone(),
                name: change.name.clone(),
                version: change.version,
            });
            self.wait(me, world);
        }
    }

    fn run(&mut self, me: Id, world: &mut World, _key: &Key) {
        while self.leases.front().is_some_and(|lease| lease.until <= world.now) {
            let Some(lease) = self.leases.pop_front() else { break };
            let event = world.store.get(&EVENT, &lease.namespace, &lease.name).unwrap_or_default();
            if event["metadata"]["resourceVersion"] == *lease.version.to_string() {
                world.store.remove(&EVENT, &lease.namespace, &lease.name);
            }
        }
        self.wait(me, world);
    }
}
