//! The scheduler's filters, in its order: the first that a node fails is the reason it cannot take a pod.

use serde_json::{Value, json};

use super::cluster::{Cluster, Machine, host_ports};
use super::resources::{Amounts, request, short};
use super::{affinity, spread, volume};
use crate::practice::field::{items, text};
use crate::practice::world::World;

/// Why a node cannot take a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The scheduler plugin that says so.
    pub plugin: &'static str,
    pub reasons: Vec<String>,
    /// Whether no other pod's end could change it.
    pub lasting: bool,
}

impl Misfit {
    fn new(plugin: &'static str, reason: &str, lasting: bool) -> Option<Self> {
        Some(Self {
            plugin,
            reasons: vec![reason.to_owned()],
            lasting,
        })
    }
}

/// A pod that looks for a node, with what is worked out once for all nodes.
pub struct Request<'a> {
    pub pod: &'a Value,
    pub amounts: Amounts,
    pub claims: volume::Claims,
}

impl<'a> Request<'a> {
    /// # Errors
    /// What rules all nodes out at once.
    pub fn new(world: &World, pod: &'a Value) -> Result<Self, (&'static str, String)> {
        Ok(Self {
            pod,
            amounts: request(pod),
            claims: volume::Claims::of(world, pod).map_err(|why| ("VolumeBinding", why))?,
        })
    }

    /// The first filter that a node fails.
    #[must_use]
    pub fn misfit(&self, world: &World, cluster: &Cluster, machine: &Machine) -> Option<Misfit> {
        let (pod, node) = (self.pod, &machine.node);
        let wanted = text(&pod["spec"]["nodeName"]);
        if node["spec"]["unschedulable"] == true && !tolerated(pod, &json!({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"})) {
            return Misfit::new("NodeUnschedulable", "node(s) were unschedulable", true);
        }
        if !wanted.is_empty() && wanted != machine.name() {
            return Misfit::new("NodeName", "node(s) didn't match the requested node name", true);
        }
        if untolerated(pod, node, &["NoSchedule", "NoExecute"]).is_some() {
            return Misfit::new("TaintToleration", "node(s) had untolerated taint(s)", true);
        }
        if !affinity::selected(pod, node) {
            return Misfit::new("NodeAffinity", "node(s) didn't match Pod's node affinity/selector", true);
        }
        let ports = host_ports(pod);
        if machine
            .pods
            .values()
            .flat_map(|other| &other.ports)
            .any(|taken| ports.iter().any(|port| clash(port, taken)))
        {
            return Misfit::new("NodePorts", "node(s) didn't have free ports for the requested pod ports", false);
        }
        short(machine, &self.amounts)
            .or_else(|| {
                let once = "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod";
                let taken = self.claims.taken(world, cluster, pod);
                taken.then(|| Misfit::new("VolumeRestrictions", once, false)).flatten()
            })
            .or_else(|| self.claims.misfit(world, node).and_then(|why| Misfit::new("VolumeBinding", &why, true)))
            .or_else(|| {
                let (why, lasting) = spread::misfit(pod, cluster, machine)?;
                Misfit::new("PodTopologySpread", why, lasting)
            })
            .or_else(|| {
                let (why, lasting) = affinity::misfit(world, pod, cluster, machine)?;
                Misfit::new("InterPodAffinity", why, lasting)
            })
    }
}

/// Whether two ports of a node cannot be had by two pods at once.
#[must_use]
pub fn clash(one: &(String, String, i64), other: &(String, String, i64)) -> bool {
    one.1 == other.1 && one.2 == other.2 && (one.0 == other.0 || one.0 == "0.0.0.0" || other.0 == "0.0.0.0")
}

/// The first taint of these effects that a pod does not tolerate.
#[must_use]
pub fn untolerated<'a>(pod: &Value, node: &'a Value, effects: &[&str]) -> Option<&'a Value> {
    let hard = |taint: &&Value| effects.contains(&text(&taint["effect"]));
    items(&node["spec"]["taints"]).iter().filter(hard).find(|taint| !tolerated(pod, taint))
}

/// Whether a pod tolerates a taint.
#[must_use]
pub fn tolerated(pod: &Value, taint: &Value) -> bool {
    items(&pod["spec"]["tolerations"]).iter().any(|toleration| tolerates(toleration, taint))
}

/// Whether one toleration covers a taint.
#[must_use]
pub fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let (key, value, effect) = (text(&toleration["key"]), text(&toleration["value"]), text(&toleration["effect"]));
    (effect.is_empty() || toleration["effect"] == taint["effect"])
        && (key.is_empty() || toleration["key"] == taint["key"])
        && match text(&toleration["operator"]) {
            "Exists" => true,
            "Lt" => text(&taint["value"]).parse::<i64>().ok() < value.parse().ok(),
            "Gt" => text(&taint["value"]).parse::<i64>().ok() > value.parse().ok(),
            _ => !key.is_empty() && value == text(&taint["value"]),
        }
}
