//! The Job controller: runs pods until enough have succeeded, or until too many have failed.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use self::sync::Sync;
use super::pods::concerned;
use crate::practice::event::Source;
use crate::practice::field::{controller, instant, int, items, text};
use crate::practice::kind::{JOB, POD};
use crate::practice::registry::{Part, finalizers};
use crate::practice::store::{Change, What, decode};
use crate::practice::world::{Controller, Id, Key, World};

mod finish;
mod index;
mod manage;
mod policy;
mod sync;

const SOURCE: Source<'static> = Source::controller("job-controller");
/// Held by a pod until its end is counted.
const TRACKING: &str = "batch.kubernetes.io/job-tracking";
/// Changes of pods and of the status are gathered for so long.
const BATCH: Duration = Duration::from_secs(1);
const FIRST_BACK_OFF: Duration = Duration::from_secs(10);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(600);

/// Failed pods since the last that succeeded: how many, and when the last one ended.
#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    count: u32,
    last: Option<Timestamp>,
}

impl Failures {
    /// How long a new pod still has to wait.
    fn wait(self, now: Timestamp) -> Duration {
        let Some(last) = self.last.filter(|_| self.count > 0) else {
            return Duration::ZERO;
        };
        let back_off = FIRST_BACK_OFF.saturating_mul(1 << (self.count - 1).min(10)).min(LONGEST_BACK_OFF);
        back_off.saturating_sub(Duration::try_from(now.duration_since(last)).unwrap_or_default())
    }
}

/// The Job controller.
#[derive(Debug, Default)]
pub struct Jobs {
    failures: BTreeMap<String, Failures>,
    /// Refusals in a row, by job.
    refused: BTreeMap<String, u32>,
}

impl Controller for Jobs {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &JOB {
            let generation = |object: &Value| object["metadata"]["generation"].clone();
            let own = change
                .before
                .as_ref()
                .is_some_and(|before| change.what == What::Modified && generation(&decode(before)) == generation(change.decoded()));
            let after = if own { BATCH } else { world.between(6, 12) };
            world.queue(me, Key::new(&change.namespace, &change.name), after);
        } else if change.kind == &POD {
            for name in concerned(world, &JOB, change) {
                let orphan = world.store.encoded(&JOB, &change.namespace, &name).is_none();
                let after = if orphan { Duration::from_millis(5) } else { BATCH };
                world.queue(me, Key::new(&change.namespace, &name), after);
            }
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let job = world.store.get(&JOB, &key.namespace, &key.name);
        let Some(job) = job.filter(|job| !finished(job)) else {
            release(world, key);
            return;
        };
        if job["spec"]["managedBy"].as_str().is_some_and(|by| by != "kubernetes.io/job-controller") {
            return;
        }
        let uid = text(&job["metadata"]["uid"]).to_owned();
        let known = self.failures.get(&uid).copied().unwrap_or_default();
        let (failures, again, refused) = Sync::new(world, &job, known).run();
        self.failures.insert(uid.clone(), failures);
        if let Some(wait) = again {
            world.queue(me, key.clone(), wait);
        }
        if refused {
            let times = self.refused.entry(uid).or_insert(0);
            world.queue(me, key.clone(), Duration::from_secs(1 << (*times).min(6)).min(Duration::from_secs(60)));
            *times += 1;
        } else {
            self.refused.remove(&uid);
        }
    }
}

/// Whether a Job has come to its end.
#[must_use]
pub fn finished(job: &Value) -> bool {
    ended_as(job).is_some()
}

/// `Complete` or `Failed`, when it is.
#[must_use]
pub fn ended_as(job: &Value) -> Option<&Value> {
    items(&job["status"]["conditions"])
        .iter()
        .find(|condition| matches!(text(&condition["type"]), "Complete" | "Failed") && condition["status"] == "True")
}

/// Lets go of the pods of a Job that is over or no more.
fn release(world: &mut World, key: &Key) {
    for pod in world.store.objects(&POD, Some(&key.namespace)) {
        let its = controller(&pod).is_some_and(|owner| owner["kind"] == "Job" && owner["name"] == *key.name.as_str());
        if its {
            untrack(world, &pod);
        }
    }
}

fn tracked(pod: &Value) -> bool {
    items(&pod["metadata"]["finalizers"]).iter().any(|finalizer| finalizer == TRACKING)
}

/// Takes the tracking finalizer from a pod.
fn untrack(world: &mut World, pod: &Value) {
    let metadata = &pod["metadata"];
    let Some(mut pod) = world.store.get(&POD, text(&metadata["namespace"]), text(&metadata["name"])) else {
        return;
    };
    if !tracked(&pod) {
        return;
    }
    let rest: Vec<String> = finalizers(&pod).into_iter().filter(|finalizer| finalizer != TRACKING).collect();
    if let Some(metadata) = pod["metadata"].as_object_mut() {
        if rest.is_empty() {
            metadata.remove("finalizers");
        } else {
            metadata.insert("finalizers".to_owned(), rest.into());
        }
    }
    // Gone meanwhile is as good.
    let _ = world.update(&POD, pod, Part::Spec);
}

/// When a pod ended: its last container's end, or when it ceased to be ready.
fn ended_at(pod: &Value) -> Option<Timestamp> {
    let metadata = &pod["metadata"];
    let statuses = items(&pod["status"]["containerStatuses"]);
    let ends: Option<Vec<Timestamp>> = statuses.iter().map(|status| instant(&status["state"]["terminated"]["finishedAt"])).collect();
    let ready = crate::practice::field::condition(pod, "Ready");
    ends.and_then(|ends| ends.into_iter().max())
        .or_else(|| instant(&ready["lastTransitionTime"]).filter(|_| ready["status"] == "False"))
        .or_else(|| instant(&metadata["deletionTimestamp"]).map(|at| at - jiff::SignedDuration::from_secs(int(&metadata["deletionGracePeriodSeconds"]))))
        .or_else(|| instant(&metadata["creationTimestamp"]))
}
