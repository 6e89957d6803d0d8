//! Topology spread constraints: how evenly pods of a kind lie over zones or nodes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::affinity::selected;
use super::cluster::{Cluster, Machine, Placed};
use super::filter::untolerated;
use crate::practice::field::{int, items, selects, text};

const UNEVEN: &str = "node(s) didn't match pod topology spread constraints";
const UNLABELLED: &str = "node(s) didn't match pod topology spread constraints (missing required label)";

fn constraints<'a>(pod: &'a Value, when: &'a str) -> impl Iterator<Item = &'a Value> {
    items(&pod["spec"]["topologySpreadConstraints"])
        .iter()
        .filter(move |constraint| text(&constraint["whenUnsatisfiable"]) == when)
}

/// Why spreading keeps a pod from a node, and whether that lasts.
#[must_use]
pub fn misfit(pod: &Value, cluster: &Cluster, machine: &Machine) -> Option<(&'static str, bool)> {
    for constraint in constraints(pod, "DoNotSchedule") {
        let Some(place) = machine.label(text(&constraint["topologyKey"])) else {
            return Some((UNLABELLED, true));
        };
        let counts = counts(pod, constraint, cluster, machine);
        let domains = constraint["minDomains"].as_u64().unwrap_or(1);
        let least = if (counts.len() as u64) < domains {
            0
        } else {
            counts.values().copied().min().unwrap_or(0)
        };
        let own = i64::from(selects(&selector(pod, constraint), pod));
        if counts.get(place).copied().unwrap_or(0) + own - least > int(&constraint["maxSkew"]) {
            return Some((UNEVEN, false));
        }
    }
    None
}

/// The selector of a constraint with the labels it takes from the pod itself.
fn selector(pod: &Value, constraint: &Value) -> Value {
    let mut selector = constraint["labelSelector"].clone();
    for key in items(&constraint["matchLabelKeys"]) {
        if let Some(value) = pod["metadata"]["labels"].get(text(key)) {
            selector["matchLabels"][text(key)] = value.clone();
        }
    }
    selector
}

/// Whether a pod's selector counts another.
fn counted_by(selector: &Value, pod: &Value, other: &Placed) -> bool {
    text(&pod["metadata"]["namespace"]) == other.name.0 && selects(selector, &json!({"metadata": {"labels": &*other.labels}}))
}

/// Whether another pod's coming or going changes how evenly a pod's kind lies.
#[must_use]
pub fn concerned(pod: &Value, other: &Placed) -> bool {
    constraints(pod, "DoNotSchedule").any(|constraint| counted_by(&selector(pod, constraint), pod, other))
}

/// Matching pods by place, over the nodes that count.
fn counts(pod: &Value, constraint: &Value, cluster: &Cluster, machine: &Machine) -> BTreeMap<String, i64> {
    let (key, selector) = (text(&constraint["topologyKey"]), selector(pod, constraint));
    let mut counts = BTreeMap::new();
    for there in cluster.nodes() {
        let there = if there.name() == machine.name() { machine } else { there };
        let Some(place) = there.label(key) else { continue };
        let counted = (constraint["nodeAffinityPolicy"] == "Ignore" || selected(pod, &there.node))
            && (constraint["nodeTaintsPolicy"] != "Honor" || untolerated(pod, &there.node, &["NoSchedule", "NoExecute"]).is_none());
        if !counted {
            continue;
        }
        let same = there.pods.values().filter(|other| !other.deleting && counted_by(&selector, pod, other));
        *counts.entry(place.to_owned()).or_insert(0) += same.count() as i64;
    }
    counts
}

/// How crowded a node's places are already; without constraints of its own a pod keeps away from its siblings.
#[must_use]
pub fn crowd(pod: &Value, cluster: &Cluster, machine: &Machine) -> i64 {
    let soft: Vec<&Value> = constraints(pod, "ScheduleAnyway").collect();
    if soft.is_empty() {
        let labels = &pod["metadata"]["labels"];
        return machine.pods.values().filter(|other| *other.labels == *labels).count() as i64;
    }
    let at = |constraint: &&Value| {
        let place = machine.label(text(&constraint["topologyKey"]))?;
        counts(pod, constraint, cluster, machine).get(place).copied()
    };
    soft.iter().filter_map(at).sum()
}
