//! The TTL controller: finished Jobs go when the time their spec gives them is over.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::practice::field::{condition, deleting, instant, text};
use crate::practice::kind::JOB;
use crate::practice::registry::{Deletion, Propagation};
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

/// The TTL controller.
#[derive(Debug, Default)]
pub struct TtlAfterFinished;

impl Controller for TtlAfterFinished {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind != &JOB || change.what == What::Deleted {
            return;
        }
        if let Some(at) = expiry(change.decoded()) {
            let wait = Duration::try_from(at.duration_since(world.now)).unwrap_or_default();
            world.queue(me, Key::new(&change.namespace, &change.name), wait);
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let Some(job) = world.store.get(&JOB, &key.namespace, &key.name) else {
            return;
        };
        let Some(at) = expiry(&job) else { return };
        if at > world.now {
            let wait = Duration::try_from(at.duration_since(world.now)).unwrap_or_default();
            return world.queue(me, key.clone(), wait);
        }
        let how = Deletion {
            propagation: Propagation::Foreground,
            uid: Some(text(&job["metadata"]["uid"]).to_owned()),
            ..Deletion::default()
        };
        // Gone already is as good.
        let _ = world.delete(&JOB, &key.namespace, &key.name, &how);
    }
}

/// When a Job is to go, once it has finished.
fn expiry(job: &Value) -> Option<Timestamp> {
    let seconds = job["spec"]["ttlSecondsAfterFinished"].as_i64().filter(|_| !deleting(job))?;
    let end = ["Complete", "Failed"]
        .iter()
        .map(|kind| condition(job, kind))
        .find(|condition| condition["status"] == "True")?;
    Some(instant(&end["lastTransitionTime"])? + SignedDuration::from_secs(seconds))
}
