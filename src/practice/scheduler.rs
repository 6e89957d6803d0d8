//! The scheduler: finds a node for every pod that has none, or says why there is none.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::event::Note;
use super::field::{deleting, expressed, finished, int, items, milli, text};
use super::kind::{NODE, POD};
use super::store::{Change, What};
use super::world::{Controller, Id, Key, World};

const FLUSH: Duration = Duration::from_secs(300);
const NOT_HELPFUL: &str = "Preemption is not helpful for scheduling.";

/// The default scheduler.
#[derive(Debug, Default)]
pub struct Scheduler {
    /// Pods that found no node, with how often.
    waiting: BTreeMap<Key, u32>,
}

/// Why a node cannot take a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Misfit {
    reasons: Vec<String>,
    /// Whether another pod's end could make room.
    room_could_be_made: bool,
}

impl Controller for Scheduler {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &POD {
            let pod = change.decoded();
            let key = Key::new(&change.namespace, &change.name);
            if change.what == What::Deleted {
                self.waiting.remove(&key);
                if !text(&pod["spec"]["nodeName"]).is_empty() {
                    self.retry(me, world);
                }
            } else if text(&pod["spec"]["nodeName"]).is_empty() && !deleting(&pod) && !self.waiting.contains_key(&key) {
                let after = world.between(3, 8);
                world.queue(me, key, after);
            }
        } else if change.kind == &NODE
            && change
                .before
                .as_ref()
                .is_none_or(|before| relevant(&super::store::decode(before)) != relevant(&change.decoded()))
        {
            self.retry(me, world);
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let Some(pod) = world.store.get(&POD, &key.namespace, &key.name) else {
            return;
        };
        let scheduler = text(&pod["spec"]["schedulerName"]);
        if !text(&pod["spec"]["nodeName"]).is_empty() || deleting(&pod) || !matches!(scheduler, "" | "default-scheduler") {
            self.waiting.remove(key);
            return;
        }
        match place(world, &pod) {
            Ok(node) => {
                self.waiting.remove(key);
                bind(world, pod, &node);
            }
            Err(message) => {
                *self.waiting.entry(key.clone()).or_insert(0) += 1;
                world.queue(me, key.clone(), FLUSH);
                refuse(world, pod, &message);
            }
        }
    }
}

impl Scheduler {
    /// Something changed that may help: tries the waiting pods again, each after its back-off of 1 to 10 s.
    fn retry(&self, me: Id, world: &mut World) {
        for (key, times) in &self.waiting {
            world.queue(me, key.clone(), Duration::from_secs((1 << (*times).saturating_sub(1).min(4)).min(10)));
        }
    }
}

/// The parts of a node that can make a pod fit.
fn relevant(node: &Value) -> (Value, Value, Value) {
    (node["spec"].clone(), node["metadata"]["labels"].clone(), node["status"]["allocatable"].clone())
}

/// The node for a pod, or the text of the refusal.
fn place(world: &World, pod: &Value) -> Result<String, String> {
    let nodes = world.store.objects(&NODE, None);
    if nodes.is_empty() {
        return Err("no nodes available to schedule pods".to_owned());
    }
    let pods: Vec<Value> = world.store.objects(&POD, None).into_iter().filter(|pod| !finished(pod)).collect();
    let mut best: Option<(usize, String)> = None;
    let mut misfits = Vec::new();
    for node in &nodes {
        let name = text(&node["metadata"]["name"]);
        let there: Vec<&Value> = pods.iter().filter(|other| text(&other["spec"]["nodeName"]) == name).collect();
        match misfit(node, pod, &there) {
            Some(misfit) => misfits.push(misfit),
            None if best.as_ref().is_none_or(|(least, _)| there.len() < *least) => best = Some((there.len(), name.to_owned())),
            None => {}
        }
    }
    best.map(|(_, name)| name).ok_or_else(|| explain(&misfits))
}

/// The first filter that a node fails, in the scheduler's order.
fn misfit(node: &Value, pod: &Value, there: &[&Value]) -> Option<Misfit> {
    let fixed = |reason: &str| {
        Some(Misfit {
            reasons: vec![reason.to_owned()],
            room_could_be_made: false,
        })
    };
    let tolerated = |taint: &Value| items(&pod["spec"]["tolerations"]).iter().any(|toleration| tolerates(toleration, taint));
    let unschedulable = json!({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"});
    if node["spec"]["unschedulable"] == true && !tolerated(&unschedulable) {
        return fixed("node(s) were unschedulable");
    }
    let hard = |taint: &&Value| matches!(text(&taint["effect"]), "NoSchedule" | "NoExecute");
    if items(&node["spec"]["taints"]).iter().filter(hard).any(|taint| !tolerated(taint)) {
        return fixed("node(s) had untolerated taint(s)");
    }
    if !selected(node, pod) {
        return fixed("node(s) didn't match Pod's node affinity/selector");
    }
    if there.iter().any(|other| !host_ports(other).is_disjoint(&host_ports(pod))) {
        return Some(Misfit {
            reasons: vec!["node(s) didn't have free ports for the requested pod ports".to_owned()],
            room_could_be_made: true,
        });
    }
    short(node, pod, there)
}

/// What a node has too little of.
fn short(node: &Value, pod: &Value, there: &[&Value]) -> Option<Misfit> {
    let allocatable = &node["status"]["allocatable"];
    let (mut reasons, mut room) = (Vec::new(), true);
    if there.len() as i128 >= milli(&allocatable["pods"]) / 1000 && !allocatable["pods"].is_null() {
        reasons.push("Too many pods".to_owned());
    }
    for resource in requested(pod) {
        let wanted = request(pod, &resource);
        let used: i128 = there.iter().map(|other| request(other, &resource)).sum();
        let capacity = milli(&allocatable[&resource]);
        if wanted > 0 && wanted + used > capacity {
            room &= wanted <= capacity;
            reasons.push(format!("Insufficient {resource}"));
        }
    }
    (!reasons.is_empty()).then_some(Misfit {
        reasons,
        room_could_be_made: room,
    })
}

fn requested(pod: &Value) -> BTreeSet<String> {
    let all = items(&pod["spec"]["containers"]).iter().chain(items(&pod["spec"]["initContainers"]));
    all.filter_map(|container| container["resources"]["requests"].as_object())
        .flat_map(|requests| requests.keys().cloned())
        .collect()
}

/// A pod's request: the sum of its containers, or one init container's if that is more.
fn request(pod: &Value, resource: &str) -> i128 {
    let of = |container: &Value| milli(&container["resources"]["requests"][resource]);
    let main: i128 = items(&pod["spec"]["containers"]).iter().map(of).sum();
    items(&pod["spec"]["initContainers"]).iter().map(of).fold(main, i128::max)
}

fn host_ports(pod: &Value) -> BTreeSet<i64> {
    let ports = items(&pod["spec"]["containers"]).iter().flat_map(|container| items(&container["ports"]));
    ports.map(|port| int(&port["hostPort"])).filter(|port| *port > 0).collect()
}

fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let effect = toleration["effect"].is_null() || text(&toleration["effect"]).is_empty() || toleration["effect"] == taint["effect"];
    let key = text(&toleration["key"]).is_empty() || toleration["key"] == taint["key"];
    effect && key && (toleration["operator"] == "Exists" || text(&toleration["value"]) == text(&taint["value"]) && !text(&toleration["key"]).is_empty())
}

fn selected(node: &Value, pod: &Value) -> bool {
    let labels = &node["metadata"]["labels"];
    let plain = pod["spec"]["nodeSelector"]
        .as_object()
        .is_none_or(|wanted| wanted.iter().all(|(key, value)| labels.get(key) == Some(value)));
    let required = &pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
    let term = |term: &Value| items(&term["matchExpressions"]).iter().all(|expression| expressed(expression, labels));
    plain && (required.is_null() || items(required).iter().any(term))
}

/// The text of FailedScheduling: how many nodes fail for what, and whether taking pods away would help.
fn explain(misfits: &[Misfit]) -> String {
    let nodes = misfits.len();
    let parts = |reasons: Vec<&str>| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for reason in reasons {
            *counts.entry(reason).or_insert(0) += 1;
        }
        let mut parts: Vec<String> = counts.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        parts.sort();
        parts.join(", ")
    };
    let filters = parts(misfits.iter().flat_map(|misfit| misfit.reasons.iter().map(String::as_str)).collect());
    let victims = misfits.iter().map(|misfit| {
        if misfit.room_could_be_made {
            "No preemption victims found for incoming pod."
        } else {
            NOT_HELPFUL
        }
    });
    let preemption = parts(victims.collect());
    format!("0/{nodes} nodes are available: {filters}. no new claims to deallocate, preemption: 0/{nodes} nodes are available: {preemption}")
}

/// Writes the node and the condition in one change, as the binding subresource does.
fn bind(world: &mut World, mut pod: Value, node: &str) {
    pod["spec"]["nodeName"] = node.into();
    pod["status"]["conditions"] = json!([{"type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": world.seconds()}]);
    let message = format!(
        "Successfully assigned {}/{} to {node}",
        text(&pod["metadata"]["namespace"]),
        text(&pod["metadata"]["name"])
    );
    let pod = world.store.put(&POD, pod);
    world.scheduler_event(
        &POD,
        &pod,
        Note {
            kind: "Normal",
            reason: "Scheduled",
            message: &message,
            path: "",
        },
        "Binding",
    );
}

fn refuse(world: &mut World, mut pod: Value, message: &str) {
    let condition = json!({"type": "PodScheduled", "observedGeneration": pod["metadata"]["generation"], "status": "False", "lastProbeTime": null,
        "lastTransitionTime": world.seconds(), "reason": "Unschedulable", "message": message});
    let old = super::field::condition(&pod, "PodScheduled");
    if old["message"] != message {
        pod["status"]["conditions"] = json!([condition]);
        pod = world.store.put(&POD, pod);
    }
    world.scheduler_event(
        &POD,
        &pod,
        Note {
            kind: "Warning",
            reason: "FailedScheduling",
            message,
            path: "",
        },
        "Scheduling",
    );
}
