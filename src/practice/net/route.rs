//! Where a connection goes: Services to their endpoints as kube-proxy sends them, addresses to pods, past the policies.

use serde_json::Value;

use super::NoRoute;
use super::policy;
use crate::practice::field::{finished, int, items, text};
use crate::practice::kind::{ENDPOINT_SLICE, NODE, POD, SERVICE};
use crate::practice::world::World;

/// Where the API server listens on its node.
const API_PORT: u16 = 6443;

/// What an address and port lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A pod's uid and the port there.
    Pod(String, u16),
    /// The API server.
    Api,
}

/// The pod that has an address.
pub fn pod_at(world: &World, address: &str) -> Option<Value> {
    let pods = world.store.objects(&POD, None);
    pods.into_iter()
        .find(|pod| pod["status"]["podIP"] == address && !finished(pod) && pod["spec"]["hostNetwork"] != true)
}

/// The address of the node that the API server runs on: policies see it, not the Service's.
fn api_host(world: &World) -> String {
    let nodes = world.store.objects(&NODE, None);
    nodes.first().map_or("", |node| text(&node["status"]["addresses"][0]["address"])).to_owned()
}

/// Where a connection from a pod (none: the node itself) to an address ends.
///
/// # Errors
/// As the caller meets it: refused, or nothing comes back.
pub fn find(world: &mut World, from: Option<&Value>, address: &str, port: u16) -> Result<Target, NoRoute> {
    let (mut address, mut port) = (address.to_owned(), port);
    let services = world.store.objects(&SERVICE, None);
    if let Some(service) = services.iter().find(|service| service["spec"]["clusterIP"] == address.as_str()) {
        if text(&service["metadata"]["name"]) == "kubernetes" && text(&service["metadata"]["namespace"]) == "default" {
            let host = api_host(world);
            let passes = from.is_none_or(|pod| policy::may_leave(world, pod, &host, API_PORT));
            return match (port, passes) {
                (443, true) => Ok(Target::Api),
                (443, false) => Err(NoRoute::TimedOut),
                _ => Err(NoRoute::Refused),
            };
        }
        let wanted = items(&service["spec"]["ports"])
            .iter()
            .find(|known| int(&known["port"]) == i64::from(port))
            .cloned();
        // kube-proxy refuses what comes for a port that the Service does not have.
        let Some(wanted) = wanted else { return Err(NoRoute::Refused) };
        let ready = endpoints(world, service, &wanted);
        if ready.is_empty() {
            return Err(NoRoute::Refused);
        }
        let chosen = (world.chance() * ready.len() as f64) as usize;
        (address, port) = ready[chosen].clone();
    }
    if let Some(pod) = pod_at(world, &address) {
        return if policy::allows(world, from, &pod, port) {
            Ok(Target::Pod(text(&pod["metadata"]["uid"]).to_owned(), port))
        } else {
            Err(NoRoute::TimedOut)
        };
    }
    // An address of the pods' network that no pod has: the node says so. Others are beyond the cluster.
    Err(if address.starts_with("10.244.") {
        NoRoute::Unreachable
    } else {
        NoRoute::TimedOut
    })
}

/// Addresses and ports of a Service's ready endpoints for one of its ports.
pub fn endpoints(world: &World, service: &Value, port: &Value) -> Vec<(String, u16)> {
    let metadata = &service["metadata"];
    let slices = world.store.objects(&ENDPOINT_SLICE, Some(text(&metadata["namespace"])));
    let own = slices
        .iter()
        .filter(|slice| slice["metadata"]["labels"]["kubernetes.io/service-name"] == metadata["name"]);
    let mut found = Vec::new();
    for slice in own {
        let number = items(&slice["ports"]).iter().find(|known| text(&known["name"]) == text(&port["name"]));
        let Some(number) = number.and_then(|known| u16::try_from(int(&known["port"])).ok()).filter(|number| *number > 0) else {
            continue;
        };
        let ready = items(&slice["endpoints"]).iter().filter(|endpoint| endpoint["conditions"]["ready"] != false);
        found.extend(
            ready
                .flat_map(|endpoint| items(&endpoint["addresses"]))
                .map(|address| (text(address).to_owned(), number)),
        );
    }
    found
}
