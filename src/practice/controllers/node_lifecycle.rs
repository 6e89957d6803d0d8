//! The node lifecycle controller: what a node's spec and conditions say of it becomes taints, and its pods become unready with it.

use serde_json::{Value, json};

use crate::practice::event::{Note, Source};
use crate::practice::field::{condition, deleting, items, ready, text};
use crate::practice::kind::{NODE, POD};
use crate::practice::registry::Part;
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

const SOURCE: Source<'static> = Source::controller("node-controller");
/// The taints that this controller alone sets and takes away.
const OWN: &[&str] = &[
    "not-ready",
    "unreachable",
    "memory-pressure",
    "disk-pressure",
    "pid-pressure",
    "network-unavailable",
    "unschedulable",
];

/// The node lifecycle controller.
#[derive(Debug, Default)]
pub struct NodeLifecycle;

/// The taints a node should have: their names without the prefix, and effects.
fn wanted(node: &Value) -> Vec<(&'static str, &'static str)> {
    let is = |kind: &str, status: &str| condition(node, kind)["status"] == status;
    let mut taints = Vec::new();
    if node["spec"]["unschedulable"] == true {
        taints.push(("unschedulable", "NoSchedule"));
    }
    for (kind, status, taint) in [
        ("Ready", "False", "not-ready"),
        ("Ready", "Unknown", "unreachable"),
        ("MemoryPressure", "True", "memory-pressure"),
        ("DiskPressure", "True", "disk-pressure"),
        ("PIDPressure", "True", "pid-pressure"),
        ("NetworkUnavailable", "True", "network-unavailable"),
    ] {
        if is(kind, status) {
            taints.push((taint, "NoSchedule"));
            if kind == "Ready" {
                taints.push((taint, "NoExecute"));
            }
        }
    }
    taints
}

impl Controller for NodeLifecycle {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &NODE && change.what != What::Deleted {
            if change.what == What::Added {
                let after = world.between(100, 5_000);
                world.queue(me, Key::new("", &change.name).task("registered"), after);
            }
            let (node, before) = (change.decoded(), change.earlier());
            let stood = condition(before, "Ready")["status"].clone();
            if stood == "True" && condition(node, "Ready")["status"] != "True" {
                let after = world.between(20, 60);
                world.queue(me, Key::new("", &change.name).task("unready"), after);
            }
            let after = world.between(5, 15);
            world.queue(me, Key::new("", &change.name), after);
        }
    }

    fn run(&mut self, _me: Id, world: &mut World, key: &Key) {
        let Some(mut node) = world.store.get(&NODE, "", &key.name) else { return };
        if key.task == "unready" {
            return mark_pods(world, &node);
        }
        if key.task == "registered" {
            return registered(world, &node);
        }
        let full = |name: &str| format!("node.kubernetes.io/{name}");
        let wanted = wanted(&node);
        let mut taints = items(&node["spec"]["taints"]).to_vec();
        taints.retain(|taint| {
            let own = OWN.iter().find(|name| taint["key"] == full(name));
            own.is_none_or(|name| wanted.iter().any(|(key, effect)| key == name && taint["effect"] == *effect))
        });
        for (name, effect) in wanted {
            if !taints.iter().any(|taint| taint["key"] == full(name) && taint["effect"] == effect) {
                taints.push(json!({"key": full(name), "effect": effect, "timeAdded": world.seconds()}));
            }
        }
        match taints.is_empty() {
            true => drop(node["spec"].as_object_mut().map(|spec| spec.remove("taints"))),
            false => node["spec"]["taints"] = taints.into(),
        }
        // The node may have gone meanwhile.
        let _ = world.update(&NODE, node, Part::Spec);
    }
}

fn registered(world: &mut World, node: &Value) {
    let name = text(&node["metadata"]["name"]);
    let note = Note {
        kind: "Normal",
        reason: "RegisteredNode",
        message: &format!("Node {name} event: Registered Node {name} in Controller"),
        path: "",
    };
    world.event(SOURCE, &NODE, node, note);
}

/// The pods of a node that is not ready are not ready either.
fn mark_pods(world: &mut World, node: &Value) {
    let here = |pod: &Value| pod["spec"]["nodeName"] == node["metadata"]["name"] && ready(pod) && !deleting(pod);
    for mut pod in world.store.objects(&POD, None).into_iter().filter(here) {
        let now = world.seconds();
        for condition in pod["status"]["conditions"].as_array_mut().into_iter().flatten() {
            if text(&condition["type"]) == "Ready" {
                condition["status"] = "False".into();
                condition["lastTransitionTime"] = now.as_str().into();
            }
        }
        let note = Note {
            kind: "Warning",
            reason: "NodeNotReady",
            message: "Node is not ready",
            path: "",
        };
        world.event(SOURCE, &POD, &pod, note);
        // Gone meanwhile is as good.
        let _ = world.update(&POD, pod, Part::Status);
    }
}
