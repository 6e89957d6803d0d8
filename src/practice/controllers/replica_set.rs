//! The ReplicaSet controller: as many pods as asked for, made one way and taken away the least valuable first.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::pods::{Owner, active, available, brief, concerned, until_available, worth};
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
        let pods = owner.claim_as(world, brief);
        let terminating = pods.iter().filter(|pod| deleting(pod) && !finished(pod)).count();
        let pods: Vec<Value> = pods.into_iter().filter(active).collect();
        let failure = if deleting(&set) { None } else { manage(world, owner, &pods) };
        owner.write_status(world, status(world, &set, &pods, terminating, failure.as_ref()));
        if failure.is_some() {
            let times = self.refused.entry(name).or_insert(0);
            let wait = FIRST_RETRY.saturating_mul(1 << (*times).min(20)).min(LONGEST_RETRY);
            *times += 1;
            // Besides what the next change asks for, not instead of it.
            world.queue(me, Key::new(&key.namespace, &key.name).task("again"), wait);
        } else {
            self.refused.remove(&name);
        }
        if let Some(wait) = pods.iter().filter_map(|pod| until_available(world, &set, pod)).min() {
            world.queue(me, Key::new(&key.namespace, &key.name), wait);
        }
    }
}

/// Makes or takes away pods; gives back the condition of a refusal.
fn manage(world: &mut World, owner: Owner<'_>, pods: &[Value]) -> Option<Value> {
    let set = owner.object;
    let wanted = usize::try_from(set["spec"]["replicas"].as_i64().unwrap_or(1)).unwrap_or_default();
    let missing = wanted.saturating_sub(pods.len()).min(BURST);
    let fresh = (0..missing).map(|_| owner.pod(&set["spec"]["template"]));
    if let (_, Some(refusal)) = owner.create_all(world, fresh) {
        return Some(
            json!({"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": refusal.message,
            "lastTransitionTime": world.seconds()}),
        );
    }
    let surplus = pods.len().saturating_sub(wanted).min(BURST);
    if surplus > 0 {
        let mut victims: Vec<&Value> = pods.iter().collect();
        victims.sort_by_cached_key(|pod| worth(pod, pods));
        victims.into_iter().take(surplus).for_each(|pod| owner.delete(world, pod));
    }
    None
}

fn status(world: &World, set: &Value, pods: &[Value], terminating: usize, failure: Option<&Value>) -> Value {
    let template = &set["spec"]["template"]["metadata"]["labels"];
    let labelled = pods.iter().filter(|pod| {
        template
            .as_object()
            .is_none_or(|labels| labels.iter().all(|(key, value)| pod["metadata"]["labels"].get(key) == Some(value)))
    });
    let mut status = json!({"replicas": pods.len(), "terminatingReplicas": terminating, "observedGeneration": set["metadata"]["generation"]});
    for (field, count) in [
        ("fullyLabeledReplicas", labelled.count()),
        ("readyReplicas", pods.iter().filter(|pod| ready(pod)).count()),
        ("availableReplicas", pods.iter().filter(|pod| available(world, set, pod)).count()),
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
