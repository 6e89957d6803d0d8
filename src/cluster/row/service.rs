//! Columns of Services and their EndpointSlices.

use serde_json::Value;

use super::{list, words};

/// `80:30080/TCP,443/TCP`.
pub fn ports(spec: &Value) -> String {
    let port = |port: &Value| {
        let (number, node) = (port["port"].as_i64().unwrap_or(0), port["nodePort"].as_i64().unwrap_or(0));
        let protocol = words(&port["protocol"]);
        if node == 0 {
            format!("{number}/{protocol}")
        } else {
            format!("{number}:{node}/{protocol}")
        }
    };
    some_or(list(&spec["ports"]).map(port).collect::<Vec<_>>().join(","), "<none>")
}

/// Where a Service can be reached from outside.
pub fn external_ip(service: &Value) -> String {
    let spec = &service["spec"];
    let mut ips: Vec<String> = Vec::new();
    match spec["type"].as_str() {
        Some("ExternalName") => return words(&spec["externalName"]),
        Some("LoadBalancer") => {
            ips.extend(balanced(service));
            ips.extend(list(&spec["externalIPs"]).map(words));
            return some_or(ips.join(","), "<pending>");
        }
        _ => ips.extend(list(&spec["externalIPs"]).map(words)),
    }
    some_or(ips.join(","), "<none>")
}

/// Addresses that a load balancer gave.
fn balanced(object: &Value) -> impl Iterator<Item = String> {
    let ingress = list(&object["status"]["loadBalancer"]["ingress"]);
    ingress.map(|at| if at["ip"].is_string() { words(&at["ip"]) } else { words(&at["hostname"]) })
}

/// Where an Ingress is reached.
pub fn balancer(ingress: &Value) -> String {
    balanced(ingress).collect::<Vec<_>>().join(",")
}

/// The hosts of an Ingress, three at most.
pub fn hosts(spec: &Value) -> String {
    let rules = list(&spec["rules"]).count();
    let all: Vec<String> = list(&spec["rules"]).map(|rule| words(&rule["host"])).filter(|host| !host.is_empty()).collect();
    match all.len() {
        0 => "*".to_owned(),
        1..=3 => all.join(","),
        _ => format!("{} + {} more...", all[..3].join(","), rules - 3),
    }
}

/// Ports of an EndpointSlice, three at most.
pub fn slice_ports(slice: &Value) -> String {
    first_three(
        &list(&slice["ports"])
            .map(|port| port["port"].as_i64().map_or("*".to_owned(), |port| port.to_string()))
            .collect::<Vec<_>>(),
    )
}

/// Addresses of an EndpointSlice, three at most.
pub fn slice_endpoints(slice: &Value) -> String {
    first_three(
        &list(&slice["endpoints"])
            .flat_map(|endpoint| list(&endpoint["addresses"]))
            .map(words)
            .collect::<Vec<_>>(),
    )
}

fn first_three(all: &[String]) -> String {
    match all {
        [] => "<unset>".to_owned(),
        [a, b, c, rest @ ..] if !rest.is_empty() => format!("{a},{b},{c} + {} more...", rest.len()),
        few => few.join(","),
    }
}

fn some_or(text: String, none: &str) -> String {
    if text.is_empty() { none.to_owned() } else { text }
}
