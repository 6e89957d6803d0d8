//! The taint eviction controller: pods that do not tolerate a NoExecute taint of their node go, at once or when their patience ends.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::practice::event::{Note, Source};
use crate::practice::field::{deleting, finished, items, text};
use crate::practice::kind::{NODE, POD};
use crate::practice::registry::{Deletion, Part};
use crate::practice::scheduler::tolerates;
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

const SOURCE: Source<'static> = Source::controller("taint-eviction-controller");

/// The taint eviction controller.
#[derive(Debug, Default)]
pub struct TaintEviction {
    /// When pods have to go.
    due: BTreeMap<Key, Timestamp>,
    /// Nodes that have such taints.
    tainted: BTreeSet<String>,
}

/// The taints of a node that pods may not stay under.
fn hard(node: &Value) -> Vec<Value> {
    items(&node["spec"]["taints"])
        .iter()
        .filter(|taint| taint["effect"] == "NoExecute")
        .cloned()
        .collect()
}

/// How long a pod may stay under taints; `None` for ever.
fn patience(pod: &Value, taints: &[Value]) -> Option<i64> {
    let tolerations = items(&pod["spec"]["tolerations"]);
    let mut least: Option<i64> = None;
    for taint in taints {
        let Some(toleration) = tolerations.iter().find(|one| tolerates(one, taint)) else {
            return Some(0);
        };
        if let Some(seconds) = toleration["tolerationSeconds"].as_i64() {
            let seconds = seconds.max(0);
            least = Some(least.map_or(seconds, |known| known.min(seconds)));
        }
    }
    least
}

impl Controller for TaintEviction {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &POD {
            let key = Key::new(&change.namespace, &change.name);
            if change.what == What::Deleted {
                self.due.remove(&key);
                return world.unqueue(me, &key);
            }
            if change.status_only || self.tainted.is_empty() {
                return;
            }
            let pod = change.decoded();
            if self.tainted.contains(text(&pod["spec"]["nodeName"])) && change.earlier()["spec"] != pod["spec"] {
                world.queue(me, key.task("look"), Duration::from_millis(8));
            }
        } else if change.kind == &NODE {
            let (node, before) = (change.decoded(), change.earlier());
            let taints = hard(node);
            if hard(before) == taints {
                return;
            }
            match taints.is_empty() || change.what == What::Deleted {
                true => drop(self.tainted.remove(&*change.name)),
                false => drop(self.tainted.insert(change.name.to_string())),
            }
            for pod in world.store.objects(&POD, None).iter().filter(|pod| pod["spec"]["nodeName"] == *change.name) {
                let (namespace, name) = crate::practice::store::names(pod);
                let after = world.between(5, 15);
                world.queue(me, Key::new(&namespace, &name).task("look"), after);
            }
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let known = Key::new(&key.namespace, &key.name);
        let Some(pod) = world.store.get(&POD, &key.namespace, &key.name).filter(|pod| !deleting(pod) && !finished(pod)) else {
            self.due.remove(&known);
            return;
        };
        if key.task.is_empty() {
            self.due.remove(&known);
            return evict(world, pod);
        }
        let node = world.store.get(&NODE, "", text(&pod["spec"]["nodeName"])).unwrap_or_default();
        match patience(&pod, &hard(&node)) {
            Some(0) => {
                self.due.remove(&known);
                evict(world, pod);
            }
            Some(seconds) => {
                // A deadline that was set stays, unless the new one is nearer.
                let at = world.now + SignedDuration::from_secs(seconds);
                let at = self.due.get(&known).map_or(at, |set| at.min(*set));
                self.due.insert(known.clone(), at);
                world.queue(me, known, Duration::try_from(at.duration_since(world.now)).unwrap_or_default());
            }
            None => {
                if self.due.remove(&known).is_some() {
                    world.unqueue(me, &known);
                    tell(world, &pod, &format!("Cancelling deletion of Pod {}/{}", key.namespace, key.name));
                }
            }
        }
    }
}

fn tell(world: &mut World, pod: &Value, message: &str) {
    let note = Note {
        kind: "Normal",
        reason: "TaintManagerEviction",
        message,
        path: "",
    };
    world.event(SOURCE, &POD, pod, note);
}

fn evict(world: &mut World, mut pod: Value) {
    let (namespace, name) = crate::practice::store::names(&pod);
    tell(world, &pod, &format!("Marking for deletion Pod {namespace}/{name}"));
    let mut conditions = items(&pod["status"]["conditions"]).to_vec();
    conditions.retain(|condition| condition["type"] != "DisruptionTarget");
    conditions.push(
        json!({"type": "DisruptionTarget", "observedGeneration": pod["metadata"]["generation"], "status": "True", "lastProbeTime": null,
        "lastTransitionTime": world.seconds(), "reason": "DeletionByTaintManager", "message": "Taint manager: deleting due to NoExecute taint"}),
    );
    pod["status"]["conditions"] = conditions.into();
    // Gone meanwhile is as good.
    let _ = world.update(&POD, pod, Part::Status);
    let _ = world.delete(&POD, &namespace, &name, &Deletion::default());
}
