//! Rows of what carries traffic.

use serde_json::{Value, json};

use super::{Seen, at_most, joined, labels, list, or, selector};
use crate::practice::kind::Kind;

pub fn row(kind: &Kind, seen: &Seen) -> Option<Value> {
    let Seen { name, age, spec, object, .. } = seen;
    Some(match kind.built_in() {
        "Service" => {
            let address = spec["clusterIPs"][0].as_str().unwrap_or_else(|| or(&spec["clusterIP"], "<none>"));
            json!([name, spec["type"], address, external(seen), ports(spec), age, labels(&spec["selector"])])
        }
        "Endpoints" => json!([name, endpoints(object), age]),
        "EndpointSlice" => json!([name, object["addressType"], slice_ports(object), slice_addresses(object), age]),
        "Ingress" => {
            let ports = if list(spec, "tls").is_empty() { "80" } else { "80, 443" };
            json!([name, or(&spec["ingressClassName"], "<none>"), hosts(spec), balancer(seen), ports, age])
        }
        "IngressClass" => json!([
            default_marked(seen, "ingressclass.kubernetes.io/is-default-class"),
            spec["controller"],
            parameters(spec),
            age
        ]),
        "NetworkPolicy" => json!([name, selector(&spec["podSelector"]), age]),
        "ServiceCIDR" => json!([name, joined(list(spec, "cidrs").iter().filter_map(Value::as_str)), age]),
        "IPAddress" => json!([name, parent(spec)]),
        _ => return None,
    })
}

/// The name, with a mark where an annotation makes the class the default one.
pub fn default_marked(seen: &Seen, annotation: &str) -> String {
    let name = or(seen.name, "");
    if seen.object["metadata"]["annotations"][annotation] == "true" {
        format!("{name} (default)")
    } else {
        name.to_owned()
    }
}

fn balancer(seen: &Seen) -> String {
    let mut all: Vec<&str> = list(&seen.status["loadBalancer"], "ingress")
        .iter()
        .map(|one| or(&one["ip"], or(&one["hostname"], "")))
        .filter(|text| !text.is_empty())
        .collect();
    all.sort_unstable();
    all.join(",")
}

fn external(seen: &Seen) -> String {
    let spec = seen.spec;
    let own: Vec<&str> = list(spec, "externalIPs").iter().filter_map(Value::as_str).collect();
    let none = match or(&spec["type"], "") {
        "LoadBalancer" => {
            let balanced = balancer(seen);
            let all: Vec<&str> = Some(balanced.as_str()).into_iter().filter(|text| !text.is_empty()).chain(own).collect();
            return if all.is_empty() { "<pending>".to_owned() } else { all.join(",") };
        }
        "ExternalName" => return or(&spec["externalName"], "").to_owned(),
        "ClusterIP" | "NodePort" => "<none>",
        _ => return "<unknown>".to_owned(),
    };
    if own.is_empty() { none.to_owned() } else { own.join(",") }
}

fn ports(spec: &Value) -> String {
    let port = |port: &Value| {
        let protocol = or(&port["protocol"], "TCP");
        match port["nodePort"].as_i64() {
            Some(node) if node > 0 => format!("{}:{node}/{protocol}", port["port"]),
            _ => format!("{}/{protocol}", port["port"]),
        }
    };
    let all: Vec<String> = list(spec, "ports").iter().map(port).collect();
    if all.is_empty() { "<none>".to_owned() } else { all.join(",") }
}

fn endpoints(object: &Value) -> String {
    let mut all = Vec::new();
    for subset in list(object, "subsets") {
        let addresses = || list(subset, "addresses").iter().map(|one| or(&one["ip"], ""));
        if list(subset, "ports").is_empty() {
            all.extend(addresses().map(str::to_owned));
        }
        for port in list(subset, "ports") {
            all.extend(addresses().map(|address| format!("{address}:{}", port["port"])));
        }
    }
    // A list of subsets that holds no address that is ready shows nothing at all.
    let none = if list(object, "subsets").is_empty() { "<none>" } else { "" };
    at_most(3, &all, none)
}

fn slice_ports(slice: &Value) -> String {
    let port = |port: &Value| match (&port["port"], port["name"].as_str()) {
        (Value::Null, Some(name)) => name.to_owned(),
        (Value::Null, None) => "*".to_owned(),
        (number, _) => number.to_string(),
    };
    let all: Vec<String> = list(slice, "ports").iter().map(port).collect();
    at_most(3, &all, "<unset>")
}

fn slice_addresses(slice: &Value) -> String {
    let addresses = list(slice, "endpoints").iter().flat_map(|one| list(one, "addresses"));
    let all: Vec<String> = addresses.filter_map(Value::as_str).map(str::to_owned).collect();
    at_most(3, &all, "<unset>")
}

fn hosts(spec: &Value) -> String {
    let rules = list(spec, "rules");
    let all: Vec<String> = rules
        .iter()
        .map(|rule| or(&rule["host"], "").to_owned())
        .filter(|host| !host.is_empty())
        .collect();
    match (all.len(), rules.len()) {
        (0, _) => "*".to_owned(),
        (shown, _) if shown <= 3 => all.join(","),
        (_, rules) => format!("{} + {} more...", all[..3].join(","), rules - 3),
    }
}

fn parameters(spec: &Value) -> String {
    let parameters = &spec["parameters"];
    if parameters.is_null() {
        return "<none>".to_owned();
    }
    let group = parameters["apiGroup"].as_str().map(|group| format!(".{group}")).unwrap_or_default();
    format!("{}{group}/{}", or(&parameters["kind"], ""), or(&parameters["name"], ""))
}

fn parent(spec: &Value) -> String {
    let parent = &spec["parentRef"];
    if parent.is_null() {
        return "<none>".to_owned();
    }
    let parts = [&parent["resource"], &parent["namespace"], &parent["name"]];
    let texts: Vec<&str> = parts.into_iter().map(|part| or(part, "")).filter(|text| !text.is_empty()).collect();
    texts.join("/")
}
