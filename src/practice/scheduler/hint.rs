//! Queueing hints: whether what came, went or changed can help a pod that was turned away. Each plugin that turned it away is asked
//! as the scheduler's own plugins are (`isSchedulableAfter…` in `pkg/scheduler/framework/plugins`).

use serde_json::Value;

use super::cluster::{Machine, Placed, claims, host_ports};
use super::filter::{clash, untolerated};
use super::resources::{request, short};
use super::{affinity, spread};
use crate::practice::field::text;
use crate::practice::world::World;

/// What happened in the cluster.
pub enum News<'a> {
    /// A pod got its node.
    Placed(&'a Placed),
    /// A pod is gone from its node, or done.
    Gone(&'a Placed),
    /// A pod on a node has other labels or asks for other resources.
    Changed { before: &'a Placed, now: &'a Placed },
    /// A node came, or changed from what it was.
    Node { before: &'a Value, node: &'a Value },
    /// A claim of this namespace and name came or changed.
    Claim(&'a str, &'a str),
    /// A volume or a storage class came or changed.
    Storage,
    /// The waiting pod itself was changed.
    Own { before: &'a Value, pod: &'a Value },
}

impl News<'_> {
    /// Whether it can help a pod which a plugin turned away.
    #[must_use]
    pub fn helps(&self, world: &World, pod: &Value, plugin: &str) -> bool {
        let namespace = text(&pod["metadata"]["namespace"]);
        match (self, plugin) {
            (News::Gone(_), "NodeResourcesFit") | (News::Storage, "VolumeBinding") => true,
            (News::Gone(other), "NodePorts") => host_ports(pod).iter().any(|port| other.ports.iter().any(|taken| clash(port, taken))),
            (News::Gone(other), "VolumeRestrictions") => other.name.0 == namespace && claims(pod).iter().any(|claim| other.claims.contains(claim)),
            (News::Gone(other) | News::Placed(other), "PodTopologySpread") => spread::concerned(pod, other),
            (News::Gone(other), "InterPodAffinity") => affinity::repelled(world, pod, other),
            (News::Placed(other), "InterPodAffinity") => affinity::attracted(world, pod, other),
            (News::Changed { before, now }, "InterPodAffinity") => {
                affinity::attracted(world, pod, now) && !affinity::attracted(world, pod, before)
                    || affinity::repelled(world, pod, before) && !affinity::repelled(world, pod, now)
            }
            (News::Changed { before, now }, "PodTopologySpread") => spread::concerned(pod, before) != spread::concerned(pod, now),
            (News::Changed { before, now }, "NodeResourcesFit") => before.request != now.request,
            (News::Claim(space, name), "VolumeBinding") => *space == namespace && claims(pod).iter().any(|claim| claim == name),
            (News::Own { before, pod }, "TaintToleration" | "NodeUnschedulable") => before["spec"]["tolerations"] != pod["spec"]["tolerations"],
            (News::Own { before, pod }, "InterPodAffinity" | "PodTopologySpread") => before["metadata"]["labels"] != pod["metadata"]["labels"],
            (News::Own { before, pod }, "NodeResourcesFit") => request(before) != request(pod),
            (News::Node { before, node }, plugin) => node_helps(before, node, pod, plugin),
            _ => false,
        }
    }
}

fn node_helps(before: &Value, node: &Value, pod: &Value, plugin: &str) -> bool {
    let moved = before["metadata"]["labels"] != node["metadata"]["labels"] || before["spec"]["taints"] != node["spec"]["taints"];
    match plugin {
        "NodeUnschedulable" => node["spec"]["unschedulable"] != true,
        "TaintToleration" => untolerated(pod, node, &["NoSchedule", "NoExecute"]).is_none(),
        "NodeAffinity" => affinity::selected(pod, node),
        "NodeResourcesFit" => {
            let empty = Machine {
                node: node.clone(),
                ..Machine::default()
            };
            before["status"]["allocatable"] != node["status"]["allocatable"] && short(&empty, &request(pod)).is_none()
        }
        "VolumeBinding" | "PodTopologySpread" | "InterPodAffinity" => before.is_null() || moved,
        _ => before.is_null(),
    }
}
