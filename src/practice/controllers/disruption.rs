//! The disruption controller: how many of a budget's pods are healthy, and how many of them may go.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::pods::Owner;
use crate::practice::event::{Note, Source};
use crate::practice::field::{condition, controller, deleting, instant, int, ready, selects_all, text};
use crate::practice::kind::{DEPLOYMENT, POD, POD_DISRUPTION_BUDGET, REPLICA_SET, REPLICATION_CONTROLLER, STATEFUL_SET};
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

const SOURCE: Source<'static> = Source::controller("controllermanager");
/// How long a pod that was let go may still be there.
const DELETION: SignedDuration = SignedDuration::from_mins(2);

/// The disruption controller.
#[derive(Debug, Default)]
pub struct Disruption;

/// The budgets that speak of a pod.
#[must_use]
pub fn budgets(world: &World, pod: &Value) -> Vec<Value> {
    let mut budgets = world.store.objects(&POD_DISRUPTION_BUDGET, Some(text(&pod["metadata"]["namespace"])));
    budgets.retain(|budget| selects_all(&budget["spec"]["selector"], pod));
    budgets
}

/// The condition that says whether a pod may go.
#[must_use]
pub fn allowed(world: &World, budget: &Value, number: i64) -> Value {
    let (status, reason) = if number > 0 {
        ("True", "SufficientPods")
    } else {
        ("False", "InsufficientPods")
    };
    let known = condition(budget, "DisruptionAllowed");
    let since = if known["status"] == status {
        known["lastTransitionTime"].clone()
    } else {
        world.seconds().into()
    };
    json!({"type": "DisruptionAllowed", "status": status, "reason": reason, "message": "", "observedGeneration": budget["metadata"]["generation"],
        "lastTransitionTime": since})
}

impl Controller for Disruption {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let name = if change.kind == &POD_DISRUPTION_BUDGET && change.what != What::Deleted {
            change.name.to_string()
        } else if change.kind == &POD {
            let pod = change.decoded();
            let budgets = budgets(world, pod);
            let Some(chosen) = budgets.get((world.chance() * budgets.len() as f64) as usize) else {
                return;
            };
            let name = text(&chosen["metadata"]["name"]).to_owned();
            if budgets.len() > 1 {
                let task = format!("tell:{}", change.name);
                world.queue(me, Key::new(&change.namespace, &name).task(task), Duration::from_millis(2));
            }
            name
        } else {
            return;
        };
        let after = world.between(4, 12);
        world.queue(me, Key::new(&change.namespace, &name), after);
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        if let Some(pod) = key.task.strip_prefix("tell:") {
            return tell_of_several(world, &key.namespace, pod, &key.name);
        }
        let Some(budget) = world.store.get(&POD_DISRUPTION_BUDGET, &key.namespace, &key.name) else {
            return;
        };
        if let Some(wait) = sync(world, &budget) {
            world.queue(me, key.clone(), wait);
        }
    }
}

/// Says that a pod has several budgets, which evictions cannot respect.
fn tell_of_several(world: &mut World, namespace: &str, pod: &str, chosen: &str) {
    let Some(object) = world.store.get(&POD, namespace, pod) else { return };
    let message = format!("Pod {namespace:?}/{pod:?} matches multiple PodDisruptionBudgets.  Chose {chosen:?} arbitrarily.");
    let note = Note {
        kind: "Warning",
        reason: "MultiplePodDisruptionBudgets",
        message: &message,
        path: "",
    };
    world.event(SOURCE, &POD, &object, note);
}

/// Brings a budget's status up to date; says when a pod that was let go is given up on.
fn sync(world: &mut World, budget: &Value) -> Option<Duration> {
    let mut pods = world.store.objects(&POD, Some(text(&budget["metadata"]["namespace"])));
    pods.retain(|pod| selects_all(&budget["spec"]["selector"], pod));
    let owner = Owner {
        source: SOURCE,
        kind: &POD_DISRUPTION_BUDGET,
        object: budget,
    };
    if pods.is_empty() {
        owner.tell(world, "Normal", "NoPods", "No matching pods found");
    }
    let (going, wait) = going(world, budget, &pods);
    let healthy = |pod: &&Value| ready(pod) && !deleting(pod) && going.get(text(&pod["metadata"]["name"])).is_none();
    let current = pods.iter().filter(healthy).count() as i64;
    let (expected, desired) = wanted(world, budget, &pods);
    let spare = if expected > 0 { (current - desired).max(0) } else { 0 };
    let mut status = json!({"currentHealthy": current, "desiredHealthy": desired, "expectedPods": expected, "disruptionsAllowed": spare,
        "observedGeneration": budget["metadata"]["generation"], "conditions": [allowed(world, budget, spare)]});
    if going.as_object().is_some_and(|going| !going.is_empty()) {
        status["disruptedPods"] = going;
    }
    owner.write_status(world, status);
    wait
}

/// The pods that were let go and are not gone yet, and when the first of them is given up on.
fn going(world: &World, budget: &Value, pods: &[Value]) -> (Value, Option<Duration>) {
    let (mut left, mut wait) = (json!({}), None);
    for (name, time) in budget["status"]["disruptedPods"].as_object().into_iter().flatten() {
        let there = pods.iter().any(|pod| pod["metadata"]["name"] == **name && !deleting(pod));
        let until = instant(time).map(|at| at + DELETION).filter(|until| there && *until > world.now);
        if let Some(until) = until {
            left[name] = time.clone();
            let rest = Duration::try_from(until.duration_since(world.now)).unwrap_or_default();
            wait = Some(wait.map_or(rest, |known: Duration| known.min(rest)));
        }
    }
    (left, wait)
}

/// How many pods there should be, and how many of them have to be healthy.
fn wanted(world: &World, budget: &Value, pods: &[Value]) -> (i64, i64) {
    let spec = &budget["spec"];
    let share = |value: &Value, of: i64| match value.as_str().and_then(|text| text.trim_end_matches('%').parse::<i64>().ok()) {
        Some(percent) => (of * percent + 99) / 100,
        None => int(value),
    };
    if !spec["maxUnavailable"].is_null() {
        let expected = scale(world, pods);
        return (expected, (expected - share(&spec["maxUnavailable"], expected)).max(0));
    }
    match &spec["minAvailable"] {
        Value::Number(least) => (pods.len() as i64, least.as_i64().unwrap_or_default()),
        least => {
            let expected = scale(world, pods);
            (expected, share(least, expected))
        }
    }
}

/// The replicas that the owners of pods are asked for, all together.
fn scale(world: &World, pods: &[Value]) -> i64 {
    let mut owners: BTreeMap<String, i64> = BTreeMap::new();
    for pod in pods {
        let namespace = text(&pod["metadata"]["namespace"]);
        let mut next = controller(pod).cloned();
        while let Some(owner) = next.take() {
            let kinds = [&REPLICA_SET, &DEPLOYMENT, &STATEFUL_SET, &REPLICATION_CONTROLLER];
            let Some(kind) = kinds.into_iter().find(|kind| owner["kind"] == kind.kind) else {
                break;
            };
            let Some(object) = world.store.get(kind, namespace, text(&owner["name"])) else {
                break;
            };
            next = controller(&object).filter(|_| kind == &REPLICA_SET).cloned();
            if next.is_none() {
                owners.insert(text(&object["metadata"]["uid"]).to_owned(), object["spec"]["replicas"].as_i64().unwrap_or(1));
            }
        }
    }
    owners.values().sum()
}
