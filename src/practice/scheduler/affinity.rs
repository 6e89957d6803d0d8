//! Node selectors, node affinity, and the affinities between pods.

use serde_json::Value;

use super::cluster::{Cluster, Machine, Placed};
use crate::practice::field::{int, items, selects, text};
use crate::practice::kind::NAMESPACE;
use crate::practice::world::World;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Whether a node is one that a pod's selector and node affinity ask for.
#[must_use]
pub fn selected(pod: &Value, node: &Value) -> bool {
    let labels = &node["metadata"]["labels"];
    let plain = pod["spec"]["nodeSelector"]
        .as_object()
        .is_none_or(|wanted| wanted.iter().all(|(key, value)| labels.get(key) == Some(value)));
    let required = &pod["spec"]["affinity"]["nodeAffinity"][REQUIRED];
    plain && (required.is_null() || items(&required["nodeSelectorTerms"]).iter().any(|term| matches(term, node)))
}

/// Whether a node selector term matches; one that asks for nothing matches nothing.
#[must_use]
pub fn matches(term: &Value, node: &Value) -> bool {
    let (labels, fields) = (items(&term["matchExpressions"]), items(&term["matchFields"]));
    let name = node["metadata"]["name"].clone();
    (!labels.is_empty() || !fields.is_empty())
        && labels.iter().all(|one| expressed(one, node["metadata"]["labels"].get(text(&one["key"]))))
        && fields.iter().all(|one| expressed(one, (one["key"] == "metadata.name").then_some(&name)))
}

fn expressed(expression: &Value, value: Option<&Value>) -> bool {
    let values = items(&expression["values"]);
    let among = value.is_some_and(|value| values.contains(value));
    let number = |value: &Value| text(value).parse::<i64>().ok();
    let compared = |less: bool| {
        let (own, bound) = (value.and_then(number), values.first().and_then(number));
        own.zip(bound).is_some_and(|(own, bound)| if less { own < bound } else { own > bound })
    };
    match text(&expression["operator"]) {
        "In" => among,
        "NotIn" => !among,
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Lt" => compared(true),
        "Gt" => compared(false),
        _ => false,
    }
}

/// The nodes a pod asks for by name, when it asks for nothing else.
#[must_use]
pub fn named(pod: &Value) -> Option<Vec<String>> {
    let required = &pod["spec"]["affinity"]["nodeAffinity"][REQUIRED];
    let mut names = Vec::new();
    for term in items(&required["nodeSelectorTerms"]) {
        let field = items(&term["matchFields"])
            .iter()
            .find(|one| one["key"] == "metadata.name" && one["operator"] == "In")?;
        names.extend(items(&field["values"]).iter().map(|name| text(name).to_owned()));
    }
    (!required.is_null()).then_some(names)
}

/// How much a pod would like a node.
#[must_use]
pub fn liking(pod: &Value, node: &Value) -> i64 {
    let preferred = items(&pod["spec"]["affinity"]["nodeAffinity"][PREFERRED]).iter();
    preferred.filter(|one| matches(&one["preference"], node)).map(|one| int(&one["weight"])).sum()
}

/// Whether a term of pod affinity speaks of a pod.
fn means(world: &World, term: &Value, home: &str, own: &Value, other: &Placed) -> bool {
    let listed = items(&term["namespaces"]);
    let selector = &term["namespaceSelector"];
    let space = &other.name.0;
    let among = listed.iter().any(|name| name == space.as_str())
        || !selector.is_null() && world.store.get(&NAMESPACE, "", space).is_some_and(|space| covers(selector, &space))
        || listed.is_empty() && selector.is_null() && space == home;
    among && covers_pod(term, own, &other.labels)
}

/// Whether a label selector matches, where the empty one matches all.
fn covers(selector: &Value, object: &Value) -> bool {
    let empty = |field: &str| selector[field].as_object().is_none_or(serde_json::Map::is_empty) && items(&selector[field]).is_empty();
    !selector.is_null() && (empty("matchLabels") && empty("matchExpressions") || selects(selector, object))
}

fn covers_pod(term: &Value, own: &Value, labels: &Value) -> bool {
    let pod = serde_json::json!({"metadata": {"labels": labels}});
    let same = |key: &Value| own.get(text(key)).is_none_or(|value| labels.get(text(key)) == Some(value));
    let other = |key: &Value| own.get(text(key)).is_none_or(|value| labels.get(text(key)) != Some(value));
    covers(&term["labelSelector"], &pod) && items(&term["matchLabelKeys"]).iter().all(same) && items(&term["mismatchLabelKeys"]).iter().all(other)
}

/// Whether a pod that a term speaks of is in the same place as a node.
fn beside(world: &World, term: &Value, pod: &Value, cluster: &Cluster, machine: &Machine) -> bool {
    let key = text(&term["topologyKey"]);
    let Some(place) = machine.label(key) else { return false };
    let (home, own) = (text(&pod["metadata"]["namespace"]), &pod["metadata"]["labels"]);
    let near = cluster
        .nodes()
        .filter(|other| other.label(key) == Some(place) && other.name() != machine.name());
    let all = near.chain([machine]);
    all.flat_map(|other| other.pods.values()).any(|other| means(world, term, home, own, other))
}

/// Why the affinities between pods keep a pod from a node, and whether that lasts.
#[must_use]
pub fn misfit(world: &World, pod: &Value, cluster: &Cluster, machine: &Machine) -> Option<(&'static str, bool)> {
    let attracts = items(&pod["spec"]["affinity"]["podAffinity"][REQUIRED]);
    if !attracts.iter().all(|term| beside(world, term, pod, cluster, machine)) && !first_of_its_kind(world, attracts, pod, cluster, machine) {
        return Some(("node(s) didn't match pod affinity rules", true));
    }
    let repels = items(&pod["spec"]["affinity"]["podAntiAffinity"][REQUIRED]);
    if repels.iter().any(|term| beside(world, term, pod, cluster, machine)) {
        return Some(("node(s) didn't match pod anti-affinity rules", false));
    }
    if cluster.nodes().flat_map(|there| there.pods.values()).all(|other| other.repels.is_empty()) {
        return None;
    }
    let me = Placed::of(pod);
    let repelled = cluster.nodes().any(|there| {
        let there = if there.name() == machine.name() { machine } else { there };
        there.pods.values().any(|other| {
            other.repels.iter().any(|term| {
                let key = text(&term["topologyKey"]);
                machine.label(key).is_some() && there.label(key) == machine.label(key) && means(world, term, &other.name.0, &other.labels, &me)
            })
        })
    });
    repelled.then_some(("node(s) didn't satisfy existing pods anti-affinity rules", false))
}

/// Whether a pod that came is one that all of another's required affinity asks for.
#[must_use]
pub fn attracted(world: &World, pod: &Value, came: &Placed) -> bool {
    let (home, own) = (text(&pod["metadata"]["namespace"]), &pod["metadata"]["labels"]);
    let terms = items(&pod["spec"]["affinity"]["podAffinity"][REQUIRED]);
    !terms.is_empty() && terms.iter().all(|term| means(world, term, home, own, came))
}

/// Whether a pod that is gone was one that another would not have beside it, or would not have had it.
#[must_use]
pub fn repelled(world: &World, pod: &Value, gone: &Placed) -> bool {
    let me = Placed::of(pod);
    let terms = items(&pod["spec"]["affinity"]["podAntiAffinity"][REQUIRED]);
    terms.iter().any(|term| means(world, term, &me.name.0, &me.labels, gone))
        || gone.repels.iter().any(|term| means(world, term, &gone.name.0, &gone.labels, &me))
}

/// A pod may be the first of those its affinity asks for, anywhere the topology is known.
fn first_of_its_kind(world: &World, terms: &[Value], pod: &Value, cluster: &Cluster, machine: &Machine) -> bool {
    let (home, own, me) = (text(&pod["metadata"]["namespace"]), &pod["metadata"]["labels"], Placed::of(pod));
    let nobody = |term: &Value| {
        let all = cluster.nodes().filter(|there| there.label(text(&term["topologyKey"])).is_some());
        !all.flat_map(|there| there.pods.values()).any(|other| means(world, term, home, own, other))
    };
    terms
        .iter()
        .all(|term| machine.label(text(&term["topologyKey"])).is_some() && nobody(term) && means(world, term, home, own, &me))
}

/// How much a pod would like to be, or not to be, beside the pods of a node.
#[must_use]
pub fn company(world: &World, pod: &Value, cluster: &Cluster, machine: &Machine) -> i64 {
    let sum = |list: &str| -> i64 {
        let preferred = items(&pod["spec"]["affinity"][list][PREFERRED]).iter();
        preferred
            .filter(|one| beside(world, &one["podAffinityTerm"], pod, cluster, machine))
            .map(|one| int(&one["weight"]))
            .sum()
    };
    sum("podAffinity") - sum("podAntiAffinity")
}
