//! What the scheduler remembers of the cluster: its nodes, and of every pod what matters to other pods.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::resources::{Amounts, request};
use crate::practice::field::{deleting, finished, int, items, text};

/// Namespace and name of a pod.
pub type Name = (String, String);

/// A pod that has, or is about to get, a node.
#[derive(Debug, Clone)]
pub struct Placed {
    pub name: Name,
    pub labels: Arc<Value>,
    pub request: Amounts,
    pub ports: BTreeSet<(String, String, i64)>,
    pub priority: i64,
    pub started: String,
    pub deleting: bool,
    /// Asked to go by the scheduler itself.
    pub preempted: bool,
    /// What it will not have beside it.
    pub repels: Vec<Value>,
    pub claims: Vec<String>,
}

impl Placed {
    #[must_use]
    pub fn of(pod: &Value) -> Self {
        let metadata = &pod["metadata"];
        Self {
            name: (text(&metadata["namespace"]).to_owned(), text(&metadata["name"]).to_owned()),
            labels: Arc::new(metadata["labels"].clone()),
            request: request(pod),
            ports: host_ports(pod),
            priority: int(&pod["spec"]["priority"]),
            started: text(&pod["status"]["startTime"]).to_owned(),
            deleting: deleting(pod),
            preempted: crate::practice::field::condition(pod, "DisruptionTarget")["reason"] == "PreemptionByScheduler",
            repels: items(&pod["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]).to_vec(),
            claims: claims(pod),
        }
    }
}

/// The names of the claims a pod mounts.
#[must_use]
pub fn claims(pod: &Value) -> Vec<String> {
    let name = text(&pod["metadata"]["name"]);
    items(&pod["spec"]["volumes"])
        .iter()
        .filter_map(|volume| match volume["persistentVolumeClaim"]["claimName"].as_str() {
            Some(claim) => Some(claim.to_owned()),
            None => volume.get("ephemeral").map(|_| format!("{name}-{}", text(&volume["name"]))),
        })
        .collect()
}

/// Address, protocol and number of the node's ports that a pod takes.
#[must_use]
pub fn host_ports(pod: &Value) -> BTreeSet<(String, String, i64)> {
    let containers = ["initContainers", "containers"].iter().flat_map(|list| {
        let sidecar = |container: &&Value| *list == "containers" || container["restartPolicy"] == "Always";
        items(&pod["spec"][*list]).iter().filter(sidecar)
    });
    containers
        .flat_map(|container| items(&container["ports"]))
        .filter(|port| int(&port["hostPort"]) > 0)
        .map(|port| {
            let address = port["hostIP"].as_str().filter(|address| !address.is_empty()).unwrap_or("0.0.0.0");
            (
                address.to_owned(),
                port["protocol"].as_str().unwrap_or("TCP").to_owned(),
                int(&port["hostPort"]),
            )
        })
        .collect()
}

/// A node and the pods on it.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    pub node: Value,
    pub pods: BTreeMap<Name, Placed>,
}

impl Machine {
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        self.node["metadata"]["labels"][key].as_str()
    }

    #[must_use]
    pub fn name(&self) -> &str {
        text(&self.node["metadata"]["name"])
    }
}

/// The nodes by name.
#[derive(Debug, Clone, Default)]
pub struct Cluster {
    pub machines: BTreeMap<String, Machine>,
    places: BTreeMap<Name, String>,
    /// Of the pod seen last; those of one template share theirs.
    labels: Arc<Value>,
}

impl Cluster {
    /// Learns of a node; one that is gone keeps its pods until they go too.
    pub fn see_node(&mut self, node: Value, gone: bool) {
        let machine = self.machines.entry(text(&node["metadata"]["name"]).to_owned()).or_default();
        machine.node = if gone { Value::Null } else { node };
        self.tidy();
    }

    /// Learns of a pod that has a node; true when it no longer takes room.
    pub fn see_pod(&mut self, pod: &Value, gone: bool) -> bool {
        let mut placed = Placed::of(pod);
        if placed.labels == self.labels {
            placed.labels = self.labels.clone();
        }
        self.labels = placed.labels.clone();
        let name = placed.name.clone();
        let old = self.places.remove(&name);
        if let Some(machine) = old.as_ref().and_then(|old| self.machines.get_mut(old)) {
            machine.pods.remove(&name);
        }
        let over = gone || finished(pod);
        if !over {
            let node = text(&pod["spec"]["nodeName"]).to_owned();
            self.machines.entry(node.clone()).or_default().pods.insert(name.clone(), placed);
            self.places.insert(name, node);
        }
        self.tidy();
        over && old.is_some()
    }

    fn tidy(&mut self) {
        self.machines.retain(|_, machine| !machine.node.is_null() || !machine.pods.is_empty());
    }

    /// The nodes there are.
    pub fn nodes(&self) -> impl Iterator<Item = &Machine> {
        self.machines.values().filter(|machine| !machine.node.is_null())
    }
}
