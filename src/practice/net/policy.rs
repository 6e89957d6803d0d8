//! NetworkPolicies: which connections between pods pass.

use serde_json::Value;

use super::dns;
use crate::practice::field::{int, items, selects, text};
use crate::practice::kind::NAMESPACE;
use crate::practice::world::World;

/// Whether a connection from a pod (none: from the node, which always may) to a port of a pod passes.
pub fn allows(world: &World, from: Option<&Value>, to: &Value, port: u16) -> bool {
    let Some(from) = from else { return true };
    if from["metadata"]["uid"] == to["metadata"]["uid"] {
        return true;
    }
    passes(world, from, "Egress", Some(to), to, port, "TCP") && passes(world, to, "Ingress", Some(from), to, port, "TCP")
}

/// Whether a pod may ask the cluster's name server.
pub fn may_ask_names(world: &World, from: &Value) -> bool {
    // The name server stands in for a pod of kube-system.
    let server = serde_json::json!({"metadata": {"namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}}, "status": {"podIP": dns::SERVER}});
    passes(world, from, "Egress", Some(&server), &server, 53, "UDP")
}

/// Whether a pod may reach what is outside of the cluster's pods.
pub fn may_leave(world: &World, from: &Value, address: &str, port: u16) -> bool {
    let outside = serde_json::json!({"metadata": {"namespace": ""}, "status": {"podIP": address}});
    passes(world, from, "Egress", None, &outside, port, "TCP")
}

/// Whether the policies that select a pod let one direction pass: none of them restricts it, or one rule allows it.
fn passes(world: &World, subject: &Value, direction: &str, peer: Option<&Value>, target: &Value, port: u16, protocol: &str) -> bool {
    let Some(kind) = dns::served("NetworkPolicy") else { return true };
    let policies = world.store.objects(kind, Some(text(&subject["metadata"]["namespace"])));
    let restricting: Vec<&Value> = policies
        .iter()
        .filter(|policy| chosen(&policy["spec"]["podSelector"], subject) && restricts(&policy["spec"], direction))
        .collect();
    let (field, peers) = if direction == "Egress" { ("egress", "to") } else { ("ingress", "from") };
    let (other, namespace) = (peer.unwrap_or(target), text(&subject["metadata"]["namespace"]));
    restricting.is_empty()
        || restricting.iter().flat_map(|policy| items(&policy["spec"][field])).any(|rule| {
            let (ports, peers) = (items(&rule["ports"]), items(&rule[peers]));
            (ports.is_empty() || ports.iter().any(|wanted| on_port(wanted, target, port, protocol)))
                && (peers.is_empty() || peers.iter().any(|wanted| is_peer(world, wanted, other, namespace)))
        })
}

/// An empty selector chooses everything.
fn chosen(selector: &Value, object: &Value) -> bool {
    selector.as_object().is_none_or(serde_json::Map::is_empty) || selects(selector, object)
}

fn restricts(spec: &Value, direction: &str) -> bool {
    let types = items(&spec["policyTypes"]);
    match types.is_empty() {
        true => direction == "Ingress" || !spec["egress"].is_null(),
        false => types.iter().any(|kind| kind == direction),
    }
}

fn on_port(wanted: &Value, target: &Value, port: u16, protocol: &str) -> bool {
    if wanted["protocol"].as_str().unwrap_or("TCP") != protocol {
        return false;
    }
    let (port, end) = (i64::from(port), wanted["endPort"].as_i64());
    match &wanted["port"] {
        Value::Null => true,
        Value::String(name) => items(&target["spec"]["containers"])
            .iter()
            .flat_map(|container| items(&container["ports"]))
            .any(|known| known["name"] == name.as_str() && int(&known["containerPort"]) == port),
        number => (int(number)..=end.unwrap_or(int(number))).contains(&port),
    }
}

fn is_peer(world: &World, wanted: &Value, peer: &Value, namespace: &str) -> bool {
    if let Some(block) = wanted["ipBlock"]["cidr"].as_str() {
        let address = text(&peer["status"]["podIP"]);
        return within(block, address) && !items(&wanted["ipBlock"]["except"]).iter().any(|except| within(text(except), address));
    }
    let home = text(&peer["metadata"]["namespace"]);
    let there = match wanted.get("namespaceSelector").filter(|selector| !selector.is_null()) {
        None => home == namespace,
        Some(selector) => world.store.get(&NAMESPACE, "", home).is_some_and(|object| chosen(selector, &object)),
    };
    there && wanted.get("podSelector").is_none_or(|selector| chosen(selector, peer))
}

/// Whether an address lies in a block such as `10.0.0.0/8`.
fn within(block: &str, address: &str) -> bool {
    let (base, length) = block.split_once('/').unwrap_or((block, "32"));
    let number = |text: &str| text.parse::<std::net::Ipv4Addr>().map(u32::from);
    let (Ok(base), Ok(address), Ok(length)) = (number(base), number(address), length.parse::<u32>()) else {
        return false;
    };
    let mask = u32::MAX.checked_shl(32 - length.min(32)).unwrap_or(0);
    base & mask == address & mask
}
