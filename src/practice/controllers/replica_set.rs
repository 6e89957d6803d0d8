//! The ReplicaSet controller: as many pods as asked for, made one way and taken away the least valuable first.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::pods::{Owner, active, available, concerned, rankable, until_available, worth};
use crate::practice::event::Source;
use crate::practice::field::{condition, deleting, finished, ready};
use crate::practice::kind::{POD, REPLICA_SET};
use crate::practice::store::Change;
use crate::practice::world::{Controller, Id, Key, World};

const SOURCE: Source<'static> = Source::controller("replicaset-controller");
/// The wait after the first refusal; it doubles with every further one.
const FIRST_RETRY: Duration = Duration::from_millis(5);
const LONGEST_RETRY: Duration = Duration::from_secs(1000);
/// Pods made or taken away at one look.
const BURST: usize = 500;

/// The ReplicaSet controller.
#[derive(Debug, Default)]
pub struct ReplicaSets {
    /// Refusals in a row, by replica set.
    refused: BTreeMap<(String, String), u32>,
}

impl Controller for ReplicaSets {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let names = if change.kind == &REPLICA_SET {
            vec![change.name.to_string()]
        } else if change.kind == &POD {
            concerned(world, &REPLICA_SET, change)
        } else {
            return;
        };
        for name in names {
            // What a pod does is heard of a little later than what is asked for.
            let after = if change.kind == &POD { world.between(5, 9) } else { world.between(2, 5) };
            world.queue(me, Key::new(&change.namespace, &name), after);
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let name = (key.namespace.clone(), key.name.clone());
        let Some(set) = world.store.get(&REPLICA_SET, &key.namespace, &key.name) else {
            self.refused.remove(&name);
            return;
        };
        let owner = Owner {
            source: SOURCE,
            kind: &REPLICA_SET,
            object: &set,
        };
        let pods = owner.claim_as(world, |world, pod| Seen::of(world, &set, &pod));
        let failure = if deleting(&set) {
            None
        } else {
            manage(world, owner, count(&pods, |pod| pod.active))
        };
        owner.write_status(world, status(&set, &pods, failure.as_ref()));
        if failure.is_some() {
            let times = self.refused.entry(name).or_insert(0);
            let wait = FIRST_RETRY.saturating_mul(1 << (*times).min(20)).min(LONGEST_RETRY);
            *times += 1;
            // Besides what the next change asks for, not instead of it.
            world.queue(me, Key::new(&key.namespace, &key.name).task("again"), wait);
        } else {
            self.refused.remove(&name);
        }
        if let Some(wait) = pods.iter().filter_map(|pod| pod.wait).min() {
            world.queue(me, Key::new(&key.namespace, &key.name), wait);
        }
    }
}

/// What a replica set counts in a pod of its own.
struct Seen {
    /// Neither ended nor asked to go; all else is asked of these alone.
    active: bool,
    terminating: bool,
    labelled: bool,
    ready: bool,
    available: bool,
    /// Until it is available.
    wait: Option<Duration>,
}

impl Seen {
    fn of(world: &World, set: &Value, pod: &Value) -> Self {
        let active = active(pod);
        let template = set["spec"]["template"]["metadata"]["labels"].as_object();
        let bears = |(key, value): (&String, &Value)| pod["metadata"]["labels"].get(key) == Some(value);
        Self {
            active,
            terminating: deleting(pod) && !finished(pod),
            labelled: active && template.is_none_or(|labels| labels.iter().all(bears)),
            ready: active && ready(pod),
            available: active && available(world, set, pod),
            wait: until_available(world, set, pod).filter(|_| active),
        }
    }
}

fn count(pods: &[Seen], which: impl Fn(&Seen) -> bool) -> usize {
    pods.iter().filter(|pod| which(pod)).count()
}

/// Makes or takes away pods, where `there` count; gives back the condition of a refusal.
fn manage(world: &mut World, owner: Owner<'_>, there: usize) -> Option<Value> {
    let set = owner.object;
    let wanted = usize::try_from(set["spec"]["replicas"].as_i64().unwrap_or(1)).unwrap_or_default();
    let missing = wanted.saturating_sub(there).min(BURST);
    let fresh = (0..missing).map(|_| owner.pod(&set["spec"]["template"]));
    if let (_, Some(refusal)) = owner.create_all(world, fresh) {
        return Some(
            json!({"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": refusal.message,
            "lastTransitionTime": world.seconds()}),
        );
    }
    let surplus = there.saturating_sub(wanted).min(BURST);
    if surplus > 0 {
        let mut pods = owner.claim_as(world, |_, pod| rankable(pod));
        pods.retain(active);
        let mut victims: Vec<&Value> = pods.iter().collect();
        victims.sort_by_cached_key(|pod| worth(pod, &pods));
        victims.into_iter().take(surplus).for_each(|pod| owner.delete(world, pod));
    }
    None
}

fn status(set: &Value, pods: &[Seen], failure: Option<&Value>) -> Value {
    let terminating = count(pods, |pod| pod.terminating);
    let replicas = count(pods, |pod| pod.active);
    let mut status = json!({"replicas": replicas, "terminatingReplicas": terminating, "observedGeneration": set["metadata"]["generation"]});
    for (field, count) in [
        ("fullyLabeledReplicas", count(pods, |pod| pod.labelled)),
        ("readyReplicas", count(pods, |pod| pod.ready)),
        ("availableReplicas", count(pods, |pod| pod.available)),
    ] {
        if count > 0 {
            status[field] = count.into();
        }
    }
    if let Some(failure) = failure {
        let old = condition(set, "ReplicaFailure");
        status["conditions"] = json!([if old.is_null() { failure } else { old }]);
    }
    status
}
