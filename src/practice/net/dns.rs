//! The cluster's names: Services, headless ones, pods behind them, by the search list that the kubelet gives each pod.

use serde_json::Value;

use super::{NoRoute, policy};
use crate::practice::field::{items, text};
use crate::practice::kind::{ENDPOINT_SLICE, SERVICE, by_name};
use crate::practice::world::World;

/// The cluster's domain.
pub const DOMAIN: &str = "cluster.local";
/// Where the name server answers.
pub const SERVER: &str = "10.96.0.10";

/// The names that are tried for a name, in order.
pub fn candidates(name: &str, namespace: &str, policy: &str) -> Vec<String> {
    if let Some(full) = name.strip_suffix('.') {
        return vec![full.to_owned()];
    }
    if policy == "Default" {
        return vec![name.to_owned()];
    }
    let mut all = searched(name, namespace);
    // Names with five dots are tried as they are first (`ndots:5`).
    all.insert(if name.matches('.').count() >= 5 { 0 } else { all.len() }, name.to_owned());
    all
}

/// A name with each suffix of a pod's search list.
pub fn searched(name: &str, namespace: &str) -> Vec<String> {
    let suffixes = [format!("{namespace}.svc.{DOMAIN}"), format!("svc.{DOMAIN}"), DOMAIN.to_owned()];
    suffixes.iter().map(|suffix| format!("{name}.{suffix}")).collect()
}

/// Whether the cluster's name server knows of a name itself; it has nobody to ask for others.
pub fn is_ours(name: &str) -> bool {
    name.trim_end_matches('.').ends_with(DOMAIN)
}

/// The addresses of a name as a pod looks it up.
///
/// # Errors
/// When no candidate exists, or the name server may not be asked.
pub fn resolve(world: &World, from: Option<&Value>, name: &str) -> Result<Vec<String>, NoRoute> {
    if name.parse::<std::net::Ipv4Addr>().is_ok() {
        return Ok(vec![name.to_owned()]);
    }
    let namespace = from.map_or("default", |pod| text(&pod["metadata"]["namespace"])).to_owned();
    if let Some(pod) = from {
        if name == "localhost" {
            return Ok(vec!["127.0.0.1".to_owned()]);
        }
        let aliases = items(&pod["spec"]["hostAliases"]);
        if let Some(alias) = aliases.iter().find(|alias| items(&alias["hostnames"]).iter().any(|host| host == name)) {
            return Ok(vec![text(&alias["ip"]).to_owned()]);
        }
        if name == hostname(pod) || full_name(pod).is_some_and(|full| name == full) {
            return Ok(vec![text(&pod["status"]["podIP"]).to_owned()]);
        }
        if !policy::may_ask_names(world, pod) {
            return Err(NoRoute::Deaf);
        }
    }
    let policy = from.map_or("", |pod| text(&pod["spec"]["dnsPolicy"])).to_owned();
    candidates(name, &namespace, &policy)
        .iter()
        .map(|name| record(world, name))
        .find(|found| !found.is_empty())
        .ok_or(NoRoute::Unknown)
}

/// What a pod with a subdomain is called in full.
pub fn full_name(pod: &Value) -> Option<String> {
    let subdomain = pod["spec"]["subdomain"].as_str().filter(|subdomain| !subdomain.is_empty())?;
    Some(format!("{}.{subdomain}.{}.svc.{DOMAIN}", hostname(pod), text(&pod["metadata"]["namespace"])))
}

/// What a pod calls itself.
pub fn hostname(pod: &Value) -> &str {
    pod["spec"]["hostname"].as_str().unwrap_or_else(|| text(&pod["metadata"]["name"]))
}

/// The addresses of one full name.
pub fn record(world: &World, name: &str) -> Vec<String> {
    followed(world, name, 0)
}

/// How many other names a name may lead to before it has an address.
const LONGEST: u32 = 8;

fn followed(world: &World, name: &str, steps: u32) -> Vec<String> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let Some(inner) = name.strip_suffix(DOMAIN).and_then(|rest| rest.strip_suffix('.')) else {
        return Vec::new();
    };
    let parts: Vec<&str> = inner.split('.').collect();
    match parts.as_slice() {
        ["kube-dns", "kube-system", "svc"] => vec![SERVER.to_owned()],
        [service, namespace, "svc"] => match other_name(world, service, namespace) {
            Some(other) if steps < LONGEST => followed(world, &other, steps + 1),
            _ => of_service(world, service, namespace, None),
        },
        [host, service, namespace, "svc"] => of_service(world, service, namespace, Some(host)),
        [address, _, "pod"] => {
            let address = address.replace('-', ".");
            if address.parse::<std::net::Ipv4Addr>().is_ok() {
                vec![address]
            } else {
                Vec::new()
            }
        }
        _ => Vec::new(),
    }
}

/// The name that a Service of type ExternalName stands for.
fn other_name(world: &World, name: &str, namespace: &str) -> Option<String> {
    let service = world.store.get(&SERVICE, namespace, name)?;
    let external = service["spec"]["type"] == "ExternalName";
    external.then(|| text(&service["spec"]["externalName"]).to_owned())
}

fn of_service(world: &World, name: &str, namespace: &str, host: Option<&str>) -> Vec<String> {
    let Some(service) = world.store.get(&SERVICE, namespace, name) else {
        return Vec::new();
    };
    match text(&service["spec"]["clusterIP"]) {
        _ if service["spec"]["type"] == "ExternalName" => return Vec::new(),
        "None" => {}
        address if host.is_none() => return vec![address.to_owned()],
        _ => return Vec::new(),
    }
    let early = service["spec"]["publishNotReadyAddresses"] == true;
    let slices = world.store.objects(&ENDPOINT_SLICE, Some(namespace));
    let own = slices.iter().filter(|slice| slice["metadata"]["labels"]["kubernetes.io/service-name"] == name);
    own.flat_map(|slice| items(&slice["endpoints"]))
        .filter(|endpoint| early || endpoint["conditions"]["ready"] != false)
        .filter(|endpoint| host.is_none_or(|host| text(&endpoint["hostname"]) == host))
        .flat_map(|endpoint| items(&endpoint["addresses"]))
        .map(|address| text(address).to_owned())
        .collect()
}

/// Whether the kind is served at all, for what other parts may bring.
pub(super) fn served(kind: &str) -> Option<&'static crate::practice::kind::Kind> {
    by_name(kind)
}
