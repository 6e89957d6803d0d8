//! The DaemonSet controller: one pod on every node that may have it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::pods::{Owner, available, concerned, until_available};
use super::revision::{self, HASH};
use crate::practice::event::Source;
use crate::practice::field::{deleting, int, items, ready, text};
use crate::practice::kind::{DAEMON_SET, NODE, POD};
use crate::practice::scheduler::{selected, untolerated};
use crate::practice::store::Change;
use crate::practice::world::{Controller, Id, Key, World};

mod update;

const SOURCE: Source<'static> = Source::controller("daemonset-controller");
const GENERATION: &str = "deprecated.daemonset.template.generation";
/// A failed pod is replaced at once, then after one second, two, four and so on.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(15 * 60);

/// The DaemonSet controller.
#[derive(Debug, Default)]
pub struct DaemonSets {
    /// When the pod of a set last failed on a node, and how long the next may not be replaced.
    failures: BTreeMap<(String, String), (Timestamp, Duration)>,
    /// Refusals in a row, by set.
    refused: BTreeMap<(String, String), u32>,
}

impl Controller for DaemonSets {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let keys: Vec<(String, String)> = if change.kind == &DAEMON_SET {
            vec![(change.namespace.to_string(), change.name.to_string())]
        } else if change.kind == &POD {
            concerned(world, &DAEMON_SET, change)
                .into_iter()
                .map(|name| (change.namespace.to_string(), name))
                .collect()
        } else if change.kind == &NODE {
            let (node, before) = (change.decoded(), change.earlier());
            let same = |pointer: &str| node.pointer(pointer) == before.pointer(pointer);
            if same("/spec") && same("/metadata/labels") {
                return;
            }
            world.store.objects(&DAEMON_SET, None).iter().map(crate::practice::store::names).collect()
        } else {
            return;
        };
        for (namespace, name) in keys {
            let after = world.between(5, 10);
            world.queue(me, Key::new(&namespace, &name), after);
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let name = (key.namespace.clone(), key.name.clone());
        let Some(set) = world.store.get(&DAEMON_SET, &key.namespace, &key.name).filter(|set| !deleting(set)) else {
            self.refused.remove(&name);
            return;
        };
        let Some(revision) = revision::present(world, &DAEMON_SET, &set) else {
            return;
        };
        let mut sync = Sync::new(world, &set, text(&revision["metadata"]["labels"][HASH]));
        let (refused, again) = sync.manage(&mut self.failures);
        if !refused {
            sync.reload();
            sync.update();
        }
        sync.reload();
        let waits = sync.pods.iter().filter_map(|pod| until_available(sync.world, &set, pod)).chain(again).min();
        sync.finish();
        if refused {
            let times = self.refused.entry(name).or_insert(0);
            let wait = Duration::from_millis(5).saturating_mul(1 << (*times).min(18)).min(Duration::from_secs(1000));
            *times += 1;
            world.queue(me, Key::new(&key.namespace, &key.name).task("again"), wait);
        } else {
            self.refused.remove(&name);
        }
        if let Some(wait) = waits {
            world.queue(me, key.clone(), wait);
        }
    }
}

/// One look at one set.
struct Sync<'a> {
    world: &'a mut World,
    set: &'a Value,
    hash: String,
    nodes: Vec<Value>,
    pods: Vec<Value>,
}

/// The set as the owner of its pods.
fn owner(set: &Value) -> Owner<'_> {
    Owner {
        source: SOURCE,
        kind: &DAEMON_SET,
        object: set,
    }
}

/// The node a pod is on or meant for.
fn target(pod: &Value) -> &str {
    let placed = text(&pod["spec"]["nodeName"]);
    if !placed.is_empty() {
        return placed;
    }
    let terms = &pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
    items(terms)
        .iter()
        .flat_map(|term| items(&term["matchFields"]))
        .find(|field| field["key"] == "metadata.name")
        .map_or("", |field| text(&field["values"][0]))
}

impl<'a> Sync<'a> {
    fn new(world: &'a mut World, set: &'a Value, hash: &str) -> Self {
        let nodes = world.store.objects(&NODE, None);
        let pods = owner(set).claim(world);
        Self {
            world,
            set,
            hash: hash.to_owned(),
            nodes,
            pods,
        }
    }

    fn reload(&mut self) {
        self.pods = owner(self.set).claim(self.world);
    }

    /// The pods on or meant for a node, the oldest first and those with a node before those without.
    fn on(&self, node: &Value) -> Vec<Value> {
        let name = text(&node["metadata"]["name"]);
        let mut pods: Vec<Value> = self.pods.iter().filter(|pod| target(pod) == name).cloned().collect();
        pods.sort_by_key(|pod| {
            (
                text(&pod["spec"]["nodeName"]).is_empty(),
                text(&pod["metadata"]["creationTimestamp"]).to_owned(),
            )
        });
        pods
    }

    /// Whether a node should have a pod, and whether one that is there may stay.
    fn wants(&self, node: &Value) -> (bool, bool) {
        let pod = json!({"spec": self.template()["spec"]});
        let named = text(&pod["spec"]["nodeName"]);
        if !(named.is_empty() || node["metadata"]["name"] == named) || !selected(&pod, node) {
            return (false, false);
        }
        if untolerated(&pod, node, &["NoSchedule", "NoExecute"]).is_none() {
            return (true, true);
        }
        (false, untolerated(&pod, node, &["NoExecute"]).is_none())
    }

    /// The set's template with the tolerations and labels that its pods get.
    fn template(&self) -> Value {
        let mut template = self.set["spec"]["template"].clone();
        let mut tolerations = items(&template["spec"]["tolerations"]).to_vec();
        let mut add = |key: &str, effect: &str| {
            let key = format!("node.kubernetes.io/{key}");
            tolerations.retain(|one| !(one["key"] == key.as_str() && one["effect"] == effect && one["operator"] == "Exists"));
            tolerations.push(json!({"key": key, "operator": "Exists", "effect": effect}));
        };
        add("not-ready", "NoExecute");
        add("unreachable", "NoExecute");
        for key in ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"] {
            add(key, "NoSchedule");
        }
        if template["spec"]["hostNetwork"] == true {
            add("network-unavailable", "NoSchedule");
        }
        template["spec"]["tolerations"] = tolerations.into();
        template["metadata"]["labels"][HASH] = self.hash.as_str().into();
        if let Some(generation) = self.set["metadata"]["annotations"][GENERATION].as_str() {
            template["metadata"]["labels"]["pod-template-generation"] = generation.into();
        }
        template
    }

    /// Makes pods where they lack, takes them away where they should not be or have ended.
    fn manage(&mut self, failures: &mut BTreeMap<(String, String), (Timestamp, Duration)>) -> (bool, Option<Duration>) {
        let (mut missing, mut surplus, mut again) = (Vec::new(), Vec::new(), None);
        for node in self.nodes.clone() {
            let (run, stay) = self.wants(&node);
            let pods = self.on(&node);
            if run && pods.is_empty() {
                missing.push(node);
            } else if stay {
                let (ended, mut alive): (Vec<Value>, Vec<Value>) = pods.into_iter().filter(|pod| !deleting(pod)).partition(crate::practice::field::finished);
                for pod in ended {
                    match self.replace_ended(&pod, &node, failures) {
                        None => surplus.push(pod),
                        wait => again = again.min(wait).or(wait),
                    }
                }
                if self.surge() == 0 {
                    surplus.extend(alive.drain(1.min(alive.len())..));
                } else {
                    surplus.extend(self.surplus_in_surge(alive));
                }
            } else {
                surplus.extend(pods);
            }
        }
        let gone = |pod: &&Value| text(&pod["spec"]["nodeName"]).is_empty() && !self.nodes.iter().any(|node| node["metadata"]["name"] == target(pod));
        surplus.extend(self.pods.iter().filter(gone).cloned());
        (self.apply(&missing, &surplus), again)
    }

    /// Tells of a pod that has ended and lets it be replaced, or says how long it has to stay.
    fn replace_ended(&mut self, pod: &Value, node: &Value, failures: &mut BTreeMap<(String, String), (Timestamp, Duration)>) -> Option<Duration> {
        let (metadata, name) = (&pod["metadata"], text(&node["metadata"]["name"]));
        let subject = format!("daemon pod {}/{} on node {name}", text(&metadata["namespace"]), text(&metadata["name"]));
        if pod["status"]["phase"] == "Succeeded" {
            let message = format!("Found succeeded {subject}, will try to delete it");
            owner(self.set).tell(self.world, "Normal", "SucceededDaemonPod", &message);
            return None;
        }
        let key = (text(&self.set["metadata"]["uid"]).to_owned(), name.to_owned());
        let now = self.world.now;
        if let Some((at, wait)) = failures.get(&key).copied() {
            let since = Duration::try_from(now.duration_since(at)).unwrap_or_default();
            if since < wait {
                return Some(wait);
            }
            let fresh = since > 2 * LONGEST_BACK_OFF;
            failures.insert(key, (now, if fresh { Duration::from_secs(1) } else { (2 * wait).min(LONGEST_BACK_OFF) }));
        } else {
            failures.insert(key, (now, Duration::from_secs(1)));
        }
        let message = format!("Found failed {subject}, will try to kill it");
        owner(self.set).tell(self.world, "Warning", "FailedDaemonPod", &message);
        None
    }

    /// Makes pods for nodes and takes others away; true when a pod was refused.
    fn apply(&mut self, missing: &[Value], surplus: &[Value]) -> bool {
        let template = self.template();
        let fresh = missing.iter().map(|node| {
            let mut pod = owner(self.set).pod(&template);
            let field = json!({"key": "metadata.name", "operator": "In", "values": [node["metadata"]["name"]]});
            pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] =
                json!({"nodeSelectorTerms": [{"matchFields": [field]}]});
            pod
        });
        let (_, refusal) = owner(self.set).create_all(self.world, fresh);
        for pod in surplus {
            owner(self.set).delete(self.world, pod);
        }
        refusal.is_some()
    }

    fn finish(self) {
        let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
        let mut add = |field: &'static str| *counts.entry(field).or_insert(0) += 1;
        for node in &self.nodes {
            let pods = self.on(node);
            if !self.wants(node).0 {
                if !pods.is_empty() {
                    add("numberMisscheduled");
                }
                continue;
            }
            add("desiredNumberScheduled");
            let Some(pod) = pods.first() else { continue };
            add("currentNumberScheduled");
            if ready(pod) {
                add("numberReady");
            }
            if available(self.world, self.set, pod) {
                add("numberAvailable");
            }
            if pod["metadata"]["labels"][HASH] == *self.hash {
                add("updatedNumberScheduled");
            }
        }
        let count = |field: &str| counts.get(field).copied().unwrap_or(0);
        let mut status = json!({"observedGeneration": self.set["metadata"]["generation"]});
        for field in ["currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady"] {
            status[field] = count(field).into();
        }
        let lacking = count("desiredNumberScheduled") - count("numberAvailable");
        for (field, number) in [
            ("updatedNumberScheduled", count("updatedNumberScheduled")),
            ("numberAvailable", count("numberAvailable")),
            ("numberUnavailable", lacking),
        ] {
            if number > 0 {
                status[field] = number.into();
            }
        }
        let hash = self.hash.clone();
        let used = |revision: &Value| {
            let own = &revision["metadata"]["labels"][HASH];
            *own == *hash || self.pods.iter().any(|pod| pod["metadata"]["labels"][HASH] == *own)
        };
        owner(self.set).write_status(self.world, status);
        revision::truncate(self.world, self.set, used);
    }

    /// How many nodes may have a second pod while the set is updated.
    fn surge(&self) -> i64 {
        self.share("maxSurge", 0)
    }

    /// A number or a share of the nodes that should have a pod, rounded up.
    fn share(&self, field: &str, otherwise: i64) -> i64 {
        let value = &self.set["spec"]["updateStrategy"]["rollingUpdate"][field];
        match value.as_str().and_then(|text| text.trim_end_matches('%').parse::<i64>().ok()) {
            Some(percent) => {
                let nodes = self.nodes.iter().filter(|node| self.wants(node).0).count() as i64;
                (nodes * percent + 99) / 100
            }
            None if value.is_null() => otherwise,
            None => int(value),
        }
    }
}
