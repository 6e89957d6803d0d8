//! What Services are given: cluster addresses and node ports, and what they lose when they become another type.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{each, set};
use crate::practice::field::{int, items, text};
use crate::practice::kind::SERVICE;
use crate::practice::world::World;

fn on_nodes(spec: &Value) -> bool {
    matches!(text(&spec["type"]), "NodePort" | "LoadBalancer")
}

/// Fits a changed Service to its type: what the old type had goes if it was not changed too, what the new one needs comes.
pub fn changed(world: &mut World, old: &Value, object: &mut Value) {
    let (before, spec) = (&old["spec"], &mut object["spec"]);
    if before["type"] == spec["type"] && before["ports"] == spec["ports"] {
        return;
    }
    if on_nodes(before) && !on_nodes(spec) {
        let taken = numbers(before);
        for port in each(spec, "ports").filter(|port| taken.contains(&int(&port["nodePort"]))) {
            drop_fields(port, &Value::Null, &["nodePort"]);
        }
        drop_fields(spec, before, &["externalTrafficPolicy", "allocateLoadBalancerNodePorts"]);
    } else if on_nodes(before) {
        keep_numbers(before, spec);
    }
    if before["type"] != "ExternalName" && spec["type"] == "ExternalName" {
        drop_fields(
            spec,
            before,
            &["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"],
        );
    }
    if before["type"] == "ExternalName" && spec["type"] != "ExternalName" {
        drop_fields(spec, before, &["externalName"]);
    }
    service(world, object);
}

/// Takes fields away that are as they were; an absent `before` takes them in any case.
fn drop_fields(object: &mut Value, before: &Value, fields: &[&str]) {
    let Some(map) = object.as_object_mut() else { return };
    for field in fields {
        if before.is_null() || map.get(*field) == before.get(*field) {
            map.remove(*field);
        }
    }
}

/// A port that is sent without its number on the nodes keeps the one it has.
fn keep_numbers(before: &Value, spec: &mut Value) {
    let taken = numbers(spec);
    for port in each(spec, "ports").filter(|port| int(&port["nodePort"]) == 0) {
        let same = |old: &&Value| old["port"] == port["port"] && old["protocol"] == port["protocol"];
        if let Some(number) = items(&before["ports"]).iter().find(same).map(|old| int(&old["nodePort"]))
            && number > 0
            && !taken.contains(&number)
        {
            port["nodePort"] = number.into();
        }
    }
}

fn numbers(spec: &Value) -> BTreeSet<i64> {
    items(&spec["ports"])
        .iter()
        .map(|port| int(&port["nodePort"]))
        .filter(|number| *number > 0)
        .collect()
}

/// Gives a Service the addresses and ports that its type has and that it does not name.
pub fn service(world: &mut World, object: &mut Value) {
    let spec = &object["spec"];
    if spec["type"] == "ExternalName" {
        return;
    }
    if spec["clusterIP"].as_str().unwrap_or_default().is_empty() {
        let address = free_address(world);
        object["spec"]["clusterIP"] = address.into();
    }
    let spec = &mut object["spec"];
    spec["clusterIPs"] = json!([spec["clusterIP"]]);
    set(spec, "ipFamilies", json!(["IPv4"]));
    set(spec, "ipFamilyPolicy", "SingleStack".into());
    if matches!(spec["type"].as_str(), Some("NodePort" | "LoadBalancer")) {
        let taken: BTreeSet<i64> = world.store.objects(&SERVICE, None).iter().flat_map(ports).collect();
        for port in each(&mut object["spec"], "ports").filter(|port| port["nodePort"].as_i64().unwrap_or(0) == 0) {
            let free = (0..)
                .map(|_| 30_000 + (world.chance() * 2_768.0) as i64)
                .take(10_000)
                .find(|number| !taken.contains(number));
            port["nodePort"] = free.into();
        }
    }
}

fn ports(service: &Value) -> Vec<i64> {
    service["spec"]["ports"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|port| port["nodePort"].as_i64())
        .collect()
}

/// An address of the service network that no Service has.
fn free_address(world: &mut World) -> String {
    let taken: BTreeSet<String> = world
        .store
        .objects(&SERVICE, None)
        .iter()
        .filter_map(|service| service["spec"]["clusterIP"].as_str().map(str::to_owned))
        .collect();
    loop {
        // The low end of the range is for addresses that are asked for by name.
        let number = 256 + (world.chance() * 65_278.0) as u32;
        let address = format!("10.96.{}.{}", number >> 8, number & 255);
        if !taken.contains(&address) {
            return address;
        }
    }
}
