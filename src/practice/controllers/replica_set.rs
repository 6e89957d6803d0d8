//! The ReplicaSet controller: as many pods as asked for, made one way and taken away the least valuable first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::practice::event::{Note, Source};
use crate::practice::field::{condition, controlled_by, controller, deleting, finished, instant, int, items, owner_reference, ready, selects, text};
use crate::practice::kind::{POD, REPLICA_SET};
use crate::practice::registry::{Deletion, Part};
use crate::practice::store::Change;
use crate::practice::world::{Controller, Id, Key, World};

const SOURCE: Source<'static> = Source::controller("replicaset-controller");
/// The wait after the first refusal; it doubles with every further one.
const FIRST_RETRY: Duration = Duration::from_millis(5);
const LONGEST_RETRY: Duration = Duration::from_secs(1000);

/// The ReplicaSet controller.
#[derive(Debug, Default)]
pub struct ReplicaSets {
    /// Refusals in a row, by replica set.
    refused: BTreeMap<Key, u32>,
}

impl Controller for ReplicaSets {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &REPLICA_SET {
            let after = world.between(4, 9);
            world.queue(me, Key::new(&change.namespace, &change.name), after);
        } else if change.kind == &POD {
            let pod = change.decoded();
            let names: Vec<String> = match controller(&pod) {
                Some(owner) if owner["kind"] == "ReplicaSet" => vec![text(&owner["name"]).to_owned()],
                Some(_) => return,
                None => {
                    let sets = world.store.objects(&REPLICA_SET, Some(&change.namespace));
                    sets.iter()
                        .filter(|set| selects(&set["spec"]["selector"], &pod))
                        .map(|set| text(&set["metadata"]["name"]).to_owned())
                        .collect()
                }
            };
            for name in names {
                let after = world.between(4, 9);
                world.queue(me, Key::new(&change.namespace, &name), after);
            }
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let Some(set) = world.store.get(&REPLICA_SET, &key.namespace, &key.name) else {
            self.refused.remove(key);
            return;
        };
        let pods = claim(world, &set);
        let (active, terminating): (Vec<Value>, Vec<Value>) = pods.into_iter().filter(|pod| !finished(pod)).partition(|pod| !deleting(pod));
        let failure = if deleting(&set) { None } else { manage(world, &set, &active) };
        write_status(world, &set, &active, terminating.len(), failure.as_ref());
        if failure.is_some() {
            let times = self.refused.entry(key.clone()).or_insert(0);
            let wait = FIRST_RETRY.saturating_mul(1 << (*times).min(20)).min(LONGEST_RETRY);
            *times += 1;
            world.queue(me, key.clone(), wait);
        } else {
            self.refused.remove(key);
        }
        if let Some(wait) = active.iter().filter_map(|pod| until_available(world, &set, pod)).min() {
            world.queue(me, key.clone(), wait);
        }
    }
}

/// The set's pods; takes in those that match and have no controller, and lets go of those that no longer match.
fn claim(world: &mut World, set: &Value) -> Vec<Value> {
    let namespace = text(&set["metadata"]["namespace"]).to_owned();
    let mut own = Vec::new();
    for mut pod in world.store.objects(&POD, Some(&namespace)) {
        let matching = selects(&set["spec"]["selector"], &pod);
        if controlled_by(&pod, set) {
            if matching {
                own.push(pod);
            } else {
                let others: Vec<Value> = items(&pod["metadata"]["ownerReferences"])
                    .iter()
                    .filter(|owner| owner["uid"] != set["metadata"]["uid"])
                    .cloned()
                    .collect();
                pod["metadata"]["ownerReferences"] = others.into();
                let _ = world.update(&POD, pod, Part::Spec);
            }
        } else if matching && controller(&pod).is_none() && !deleting(&pod) && !deleting(set) && !finished(&pod) {
            let mut owners = items(&pod["metadata"]["ownerReferences"]).to_vec();
            owners.push(owner_reference(&REPLICA_SET, set));
            pod["metadata"]["ownerReferences"] = owners.into();
            own.extend(world.update(&POD, pod, Part::Spec));
        }
    }
    own
}

/// Makes or takes away pods; gives back the condition of a refusal.
fn manage(world: &mut World, set: &Value, active: &[Value]) -> Option<Value> {
    let wanted = usize::try_from(set["spec"]["replicas"].as_i64().unwrap_or(1)).unwrap_or_default();
    for _ in active.len()..wanted {
        if let Err(message) = create(world, set) {
            return Some(
                json!({"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message, "lastTransitionTime": world.seconds()}),
            );
        }
    }
    let mut victims: Vec<&Value> = active.iter().collect();
    victims.sort_by_key(|pod| worth(pod, active));
    for pod in victims.into_iter().take(active.len().saturating_sub(wanted)) {
        let name = text(&pod["metadata"]["name"]);
        if world.delete(&POD, text(&pod["metadata"]["namespace"]), name, &Deletion::default()).is_ok() {
            tell(world, set, "Normal", "SuccessfulDelete", &format!("Deleted pod: {name}"));
        }
    }
    None
}

fn create(world: &mut World, set: &Value) -> Result<(), String> {
    let template = &set["spec"]["template"];
    let mut metadata = json!({"generateName": format!("{}-", text(&set["metadata"]["name"])), "namespace": set["metadata"]["namespace"],
        "ownerReferences": [owner_reference(&REPLICA_SET, set)]});
    for field in ["labels", "annotations", "finalizers"] {
        if let Some(value) = template["metadata"].get(field) {
            metadata[field] = value.clone();
        }
    }
    let pod = json!({"metadata": metadata, "spec": template["spec"], "status": {"phase": "Pending"}});
    match world.create(&POD, pod) {
        Ok(pod) => {
            tell(
                world,
                set,
                "Normal",
                "SuccessfulCreate",
                &format!("Created pod: {}", text(&pod["metadata"]["name"])),
            );
            Ok(())
        }
        Err(refusal) => {
            tell(world, set, "Warning", "FailedCreate", &format!("Error creating: {}", refusal.message));
            Err(refusal.message)
        }
    }
}

/// What keeps a pod from being taken away first, most telling first; the smallest goes first.
type Worth = (bool, u8, bool, i64, Reverse<usize>, Reverse<String>, Reverse<i64>, Reverse<String>);

fn worth(pod: &Value, all: &[Value]) -> Worth {
    let node = &pod["spec"]["nodeName"];
    let phase = match text(&pod["status"]["phase"]) {
        "Pending" | "" => 0,
        "Unknown" => 1,
        _ => 2,
    };
    let cost = text(&pod["metadata"]["annotations"]["controller.kubernetes.io/pod-deletion-cost"])
        .parse()
        .unwrap_or(0);
    let siblings = all.iter().filter(|other| ready(other) && &other["spec"]["nodeName"] == node).count();
    let since = text(&condition(pod, "Ready")["lastTransitionTime"]).to_owned();
    let restarts = items(&pod["status"]["containerStatuses"])
        .iter()
        .map(|status| int(&status["restartCount"]))
        .sum();
    let created = text(&pod["metadata"]["creationTimestamp"]).to_owned();
    (
        !text(node).is_empty(),
        phase,
        ready(pod),
        cost,
        Reverse(siblings),
        Reverse(since),
        Reverse(restarts),
        Reverse(created),
    )
}

/// How long a ready pod still has to stay ready to count as available; `None` when it does or is not ready.
fn until_available(world: &World, set: &Value, pod: &Value) -> Option<Duration> {
    let least = SignedDuration::from_secs(int(&set["spec"]["minReadySeconds"]));
    let since = instant(&condition(pod, "Ready")["lastTransitionTime"])?;
    let left = least - world.now.duration_since(since);
    (ready(pod) && left > SignedDuration::ZERO).then(|| Duration::try_from(left).unwrap_or_default())
}

fn write_status(world: &mut World, set: &Value, active: &[Value], terminating: usize, failure: Option<&Value>) {
    let Some(mut fresh) = world
        .store
        .get(&REPLICA_SET, text(&set["metadata"]["namespace"]), text(&set["metadata"]["name"]))
    else {
        return;
    };
    let template = &set["spec"]["template"]["metadata"]["labels"];
    let labelled = active.iter().filter(|pod| {
        template
            .as_object()
            .is_none_or(|labels| labels.iter().all(|(key, value)| pod["metadata"]["labels"].get(key) == Some(value)))
    });
    let ready_pods = active.iter().filter(|pod| ready(pod)).count();
    let available = active.iter().filter(|pod| ready(pod) && until_available(world, set, pod).is_none()).count();
    let mut status = json!({"replicas": active.len(), "terminatingReplicas": terminating, "observedGeneration": set["metadata"]["generation"]});
    for (field, count) in [
        ("fullyLabeledReplicas", labelled.count()),
        ("readyReplicas", ready_pods),
        ("availableReplicas", available),
    ] {
        if count > 0 {
            status[field] = count.into();
        }
    }
    if let Some(failure) = failure {
        let old = condition(set, "ReplicaFailure");
        status["conditions"] = json!([if old.is_null() { failure } else { old }]);
    }
    fresh["status"] = status;
    // Changed or gone meanwhile: the next look will see it.
    let _ = world.update(&REPLICA_SET, fresh, Part::Status);
}

fn tell(world: &mut World, set: &Value, kind: &str, reason: &str, message: &str) {
    world.event(
        SOURCE,
        &REPLICA_SET,
        set,
        Note {
            kind,
            reason,
            message,
            path: "",
        },
    );
}
