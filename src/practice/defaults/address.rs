//! What Services are given: cluster addresses and node ports, and what they lose when they become another type.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::{each, family};
use crate::practice::field::{int, items, text};
use crate::practice::kind::SERVICE;
use crate::practice::status::{Fault, Status};
use crate::practice::world::World;

const NODE_PORTS: std::ops::RangeInclusive<i64> = 30_000..=32_767;
const OUT_OF_RANGE: &str = "provided port is not in the valid range. The range of valid ports is 30000-32767";

fn on_nodes(spec: &Value) -> bool {
    matches!(text(&spec["type"]), "NodePort" | "LoadBalancer")
}

/// Fits a changed Service to its type: what the old type had goes if it was not changed too, what the new one needs comes.
///
/// # Errors
/// 422 for a port or an address that cannot be had.
pub fn changed(world: &mut World, old: &Value, object: &mut Value) -> Result<(), Status> {
    if old["spec"] != object["spec"] {
        family::settle(&old["spec"], object)?;
    }
    let (before, spec) = (&old["spec"], &mut object["spec"]);
    if before["type"] == spec["type"] && before["ports"] == spec["ports"] {
        return Ok(());
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
    // What stays the Service's own is not asked for again.
    let held = before["clusterIP"] == object["spec"]["clusterIP"] || before["clusterIP"] == "None";
    allocated(world, object, &numbers(before), held)
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

/// Gives a new Service the addresses and ports that its type has and that it does not name.
///
/// # Errors
/// 422 for a port or an address that cannot be had: it is asked for before the rest is looked at.
pub fn service(world: &mut World, object: &mut Value) -> Result<(), Status> {
    family::settle(&Value::Null, object)?;
    allocated(world, object, &BTreeSet::new(), false)
}

fn allocated(world: &mut World, object: &mut Value, own: &BTreeSet<i64>, held: bool) -> Result<(), Status> {
    let spec = &object["spec"];
    if spec["type"] == "ExternalName" {
        return Ok(());
    }
    let refuse = |object: &Value, fault: Fault| Status::invalid(&SERVICE, text(&object["metadata"]["name"]), &[fault]);
    let address = text(&spec["clusterIP"]).to_owned();
    if address.is_empty() {
        let address = free_address(world);
        object["spec"]["clusterIP"] = address.into();
    } else if !held && let Some(why) = address.parse().ok().and_then(|address| unavailable(world, address)) {
        let why = format!("failed to allocate IP {address}: {why}");
        return Err(refuse(object, Fault::invalid("spec.clusterIPs", &json!([address]), &why)));
    }
    let spec = &mut object["spec"];
    spec["clusterIPs"] = json!([spec["clusterIP"]]);
    if on_nodes(spec) {
        on_every_node(world, object, own).map_err(|fault| refuse(object, fault))?;
    }
    Ok(())
}

/// Takes the ports on the nodes that a Service names, and finds free ones for the rest.
fn on_every_node(world: &mut World, object: &mut Value, own: &BTreeSet<i64>) -> Result<(), Fault> {
    let mut taken: BTreeSet<(i64, String)> = world.store.objects(&SERVICE, None).iter().flat_map(ports).collect();
    taken.retain(|(number, _)| !own.contains(number));
    for (index, port) in items(&object["spec"]["ports"]).iter().enumerate() {
        let (number, field) = (int(&port["nodePort"]), format!("spec.ports[{index}].nodePort"));
        if number == 0 || own.contains(&number) {
            continue;
        }
        if !NODE_PORTS.contains(&number) {
            return Err(Fault::invalid(field, &port["nodePort"], OUT_OF_RANGE));
        }
        if !taken.insert((number, text(&port["protocol"]).to_owned())) {
            return Err(Fault::invalid(field, &port["nodePort"], "provided port is already allocated"));
        }
    }
    for port in each(&mut object["spec"], "ports").filter(|port| int(&port["nodePort"]) == 0) {
        let free = (0..)
            .map(|_| NODE_PORTS.start() + (world.chance() * 2_768.0) as i64)
            .take(10_000)
            .find(|number| taken.insert((*number, text(&port["protocol"]).to_owned())));
        port["nodePort"] = free.into();
    }
    Ok(())
}

/// Why an address cannot be given to a Service.
fn unavailable(world: &World, address: Ipv4Addr) -> Option<&'static str> {
    if address.octets()[..2] != [10, 96] {
        return Some("the provided network does not match the current range");
    }
    let taken = |service: &Value| text(&service["spec"]["clusterIP"]).parse() == Ok(address);
    world
        .store
        .objects(&SERVICE, None)
        .iter()
        .any(taken)
        .then_some("provided IP is already allocated")
}

fn ports(service: &Value) -> Vec<(i64, String)> {
    items(&service["spec"]["ports"])
        .iter()
        .filter_map(|port| Some((port["nodePort"].as_i64()?, text(&port["protocol"]).to_owned())))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::practice::kind::SERVICE;
    use crate::practice::{Options, Practice};

    #[tokio::test(start_paused = true)]
    async fn ports_and_addresses_are_given_once() {
        let practice = Practice::start(Options::default());
        let create = |name: &str, spec: serde_json::Value| {
            let object = json!({"metadata": {"name": name, "namespace": "default"}, "spec": spec});
            practice
                .write(|world| world.create(&SERVICE, object))
                .map(|made| made["spec"]["clusterIP"].clone())
        };
        let on_node = |port: i64| json!({"type": "NodePort", "ports": [{"port": 80, "protocol": "TCP", "nodePort": port}]});
        let told = |result: Result<serde_json::Value, crate::practice::status::Status>| result.unwrap_err().message;
        let address = create("a", on_node(30_123)).unwrap();
        let start = "is invalid: spec.ports[0].nodePort: Invalid value:";
        assert_eq!(
            told(create("b", on_node(30_123))),
            format!("Service \"b\" {start} 30123: provided port is already allocated")
        );
        let range = "provided port is not in the valid range. The range of valid ports is 30000-32767";
        assert_eq!(told(create("b", on_node(80))), format!("Service \"b\" {start} 80: {range}"));
        let again = json!({"clusterIP": address, "ports": [{"port": 80, "protocol": "TCP"}]});
        assert!(told(create("c", again)).ends_with("provided IP is already allocated"));
        let outside = json!({"clusterIP": "10.0.0.1", "ports": [{"port": 80, "protocol": "TCP"}]});
        assert!(told(create("d", outside)).ends_with("failed to allocate IP 10.0.0.1: the provided network does not match the current range"));
    }
}
