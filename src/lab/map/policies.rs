//! What NetworkPolicies let through to pods and out of them, and what they let nobody through to.

use serde_json::Value;

use super::{State, Stop, by_name, labels, nearest, side};
use crate::cluster::snapshot::{ObjectRow, PodRow, Snapshot};
use crate::scenario::clue::Pair;

/// Where names are looked up.
const DNS: u64 = 53;

/// Each policy with its rules; a rule that meets nothing is broken, and so is a look-up that no rule lets out.
pub(super) fn policies(snapshot: &Snapshot) -> Vec<Stop> {
    let mut stops = Vec::new();
    for policy in by_name(snapshot, "NetworkPolicy") {
        let pods = held(snapshot, policy);
        stops.push(Stop {
            kind: policy.kind.clone(),
            name: policy.name.clone(),
            note: format!("holds {} ({} of {})", said(policy, "spec.podSelector"), pods.len(), snapshot.pods.len()),
            ..Stop::default()
        });
        for direction in [Direction::Ingress, Direction::Egress] {
            rules(snapshot, policy, &pods, direction, &mut stops);
        }
    }
    stops
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    /// The field of its rules, and that of a rule's other side.
    fn fields(self) -> (&'static str, &'static str) {
        match self {
            Self::Ingress => ("ingress", "from"),
            Self::Egress => ("egress", "to"),
        }
    }
}

fn said<'a>(policy: &'a ObjectRow, path: &str) -> &'a str {
    policy.facts.iter().find(|fact| fact.path == path).map_or("", |fact| fact.text.as_str())
}

/// The rules of a direction; none where the policy does not speak of it.
fn list(policy: &ObjectRow, direction: Direction) -> Option<Vec<Value>> {
    let text = said(policy, &format!("spec.{}", direction.fields().0));
    (!text.is_empty()).then(|| serde_json::from_str(text).unwrap_or_default())
}

/// The pods that a policy takes hold of.
fn held<'a>(snapshot: &'a Snapshot, policy: &ObjectRow) -> Vec<&'a PodRow> {
    let selector = said(policy, "spec.podSelector");
    let fits = |pod: &&PodRow| {
        let mut pairs = selector.split(", ").filter_map(|pair| pair.split_once('='));
        pairs.all(|(key, value)| pod.labels.get(key).is_some_and(|label| label == value))
    };
    snapshot.pods_by_age().into_iter().filter(fits).collect()
}

fn rules(snapshot: &Snapshot, policy: &ObjectRow, pods: &[&PodRow], direction: Direction, stops: &mut Vec<Stop>) {
    let Some(rules) = list(policy, direction) else { return };
    let (field, other) = direction.fields();
    if rules.is_empty() {
        stops.push(Stop {
            depth: 1,
            state: State::Broken,
            kind: field.to_owned(),
            name: "none".to_owned(),
            note: "nothing is let through".to_owned(),
            pair: None,
        });
        return;
    }
    for (place, rule) in rules.iter().enumerate() {
        let pair = stranger(snapshot, policy, rule, &format!("spec.{field}[{place}].{other}"), other);
        let pair = pair.or_else(|| deaf(policy, rule, pods, place).filter(|_| direction == Direction::Ingress));
        stops.push(Stop {
            depth: 1,
            state: if pair.is_some() { State::Broken } else { State::Good },
            kind: format!("{field} {other}"),
            name: peers(&rule[other]),
            note: format!("on {}", ports(rule)),
            pair,
        });
    }
    if direction == Direction::Egress && !pods.is_empty() && !looks_up(snapshot, pods) {
        stops.push(Stop {
            depth: 1,
            state: State::Broken,
            kind: format!("{field} {other}"),
            name: "DNS".to_owned(),
            note: "no rule lets a look-up of a name out".to_owned(),
            pair: Some(Pair {
                left: side(
                    "NetworkPolicy",
                    &policy.name,
                    "spec.egress[].ports",
                    rules.iter().map(ports).collect::<Vec<_>>().join(", "),
                ),
                right: side("Service", "kube-dns", "spec.ports", format!("UDP {DNS}, TCP {DNS}")),
            }),
        });
    }
}

/// A rule's other side that is no pod of this namespace though it should be one, beside the pod that comes nearest.
fn stranger(snapshot: &Snapshot, policy: &ObjectRow, rule: &Value, path: &str, other: &str) -> Option<Pair> {
    let peers = rule[other].as_array().filter(|peers| !peers.is_empty())?;
    let selector = |peer: &Value| {
        let here = peer["namespaceSelector"].is_null() && peer["ipBlock"].is_null() && peer["podSelector"]["matchExpressions"].is_null();
        let pairs = peer["podSelector"]["matchLabels"].as_object().filter(|_| here)?;
        Some(
            pairs
                .iter()
                .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect(),
        )
    };
    let wanted: Vec<std::collections::BTreeMap<String, String>> = peers.iter().map(selector).collect::<Option<_>>()?;
    let meets = |pod: &PodRow| wanted.iter().any(|pairs| pairs.iter().all(|(key, value)| pod.labels.get(key) == Some(value)));
    let first = wanted.first().filter(|_| !snapshot.pods.values().any(meets))?;
    let pod = nearest(snapshot, first)?;
    Some(Pair {
        left: side("NetworkPolicy", &policy.name, path, labels(first)),
        right: side("Pod", &pod.name, "metadata.labels", labels(&pod.labels)),
    })
}

/// Ports that are let in and that no container of the pods says it listens on.
fn deaf(policy: &ObjectRow, rule: &Value, pods: &[&PodRow], place: usize) -> Option<Pair> {
    let let_in = rule["ports"].as_array().filter(|ports| !ports.is_empty())?;
    let pod = pods.iter().find(|pod| !pod.ports.is_empty())?;
    let name = |port: &Value| port["port"].as_str().map_or_else(|| port["port"].to_string(), str::to_owned);
    let open = |port: &&Value| {
        let name = name(port);
        port["port"].is_null() || !port["endPort"].is_null() || pods.iter().flat_map(|pod| &pod.ports).any(|open| open.port == name || open.name == name)
    };
    if let_in.iter().any(|port| open(&port)) {
        return None;
    }
    let there: Vec<&str> = pod.ports.iter().map(|port| port.port.as_str()).collect();
    Some(Pair {
        left: side("NetworkPolicy", &policy.name, &format!("spec.ingress[{place}].ports"), ports(rule)),
        right: side("Pod", &pod.name, "containerPort", there.join(", ")),
    })
}

/// Whether any policy lets look-ups out of all of these pods; what one of them allows is allowed.
fn looks_up(snapshot: &Snapshot, pods: &[&PodRow]) -> bool {
    let lets = |rule: &Value| {
        let ports = rule["ports"].as_array().filter(|ports| !ports.is_empty());
        ports.is_none_or(|ports| {
            ports.iter().any(|port| {
                let first = port["port"].as_u64();
                let last = port["endPort"].as_u64().or(first);
                port["port"].is_null() || port["port"] == "dns" || (first <= Some(DNS) && last >= Some(DNS))
            })
        })
    };
    pods.iter().all(|pod| {
        by_name(snapshot, "NetworkPolicy").into_iter().any(|policy| {
            let holds = held(snapshot, policy).iter().any(|other| other.uid == pod.uid);
            holds && list(policy, Direction::Egress).is_some_and(|rules| rules.iter().any(lets))
        })
    })
}

/// `app=api`, `namespaces team=a`, `10.0.0.0/8`; without any, everybody.
fn peers(peers: &Value) -> String {
    let pairs = |selector: &Value, all: &str| {
        let pairs = selector["matchLabels"].as_object().into_iter().flatten();
        let said: Vec<String> = pairs.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
        match (said.is_empty(), selector["matchExpressions"].is_array()) {
            (true, false) => all.to_owned(),
            (true, true) => "some by expression".to_owned(),
            _ => said.join(", "),
        }
    };
    let peer = |peer: &Value| {
        if let Some(block) = peer["ipBlock"]["cidr"].as_str() {
            return block.to_owned();
        }
        let pods = (!peer["podSelector"].is_null()).then(|| pairs(&peer["podSelector"], "every pod"));
        let namespaces = (!peer["namespaceSelector"].is_null()).then(|| format!("namespaces {}", pairs(&peer["namespaceSelector"], "of all names")));
        [pods, namespaces].into_iter().flatten().collect::<Vec<_>>().join(" of ")
    };
    match peers.as_array() {
        Some(some) if !some.is_empty() => some.iter().map(peer).collect::<Vec<_>>().join(" or "),
        _ => "everybody".to_owned(),
    }
}

/// `TCP 80, UDP 53`, or every port.
fn ports(rule: &Value) -> String {
    let port = |port: &Value| {
        let number = port["port"].as_str().map_or_else(|| port["port"].to_string(), str::to_owned);
        let last = port["endPort"].as_u64().map(|last| format!("-{last}")).unwrap_or_default();
        let number = if port["port"].is_null() { "every port".to_owned() } else { number + &last };
        format!("{} {number}", port["protocol"].as_str().unwrap_or("TCP"))
    };
    match rule["ports"].as_array() {
        Some(some) if !some.is_empty() => some.iter().map(port).collect::<Vec<_>>().join(", "),
        _ => "every port".to_owned(),
    }
}
