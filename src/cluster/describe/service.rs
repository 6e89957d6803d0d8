//! `kubectl describe service`.

use serde_json::Value;

use super::DescribeInput;
use super::page::Page;
use super::words::{annotations, either, labels, list, number, or_none, sorted, string};

pub fn service(page: &mut Page, input: &DescribeInput) {
    let (metadata, spec) = (&input.object["metadata"], &input.object["spec"]);
    page.field(0, "Name", string(&metadata["name"]));
    page.field(0, "Namespace", string(&metadata["namespace"]));
    labels(page, "Labels", &metadata["labels"]);
    annotations(page, "Annotations", &metadata["annotations"]);
    let selector = sorted(&spec["selector"])
        .into_iter()
        .map(|(key, value)| format!("{key}={}", string(value)))
        .collect::<Vec<_>>();
    page.field(0, "Selector", or_none(&selector.join(",")));
    page.field(0, "Type", string(&spec["type"]));
    if spec["ipFamilyPolicy"].is_string() {
        page.field(0, "IP Family Policy", string(&spec["ipFamilyPolicy"]));
    }
    page.field(0, "IP Families", or_none(&joined(&spec["ipFamilies"])));
    page.field(0, "IP", string(&spec["clusterIP"]));
    page.field(0, "IPs", or_none(&joined(&spec["clusterIPs"])));
    let ingress = list(&input.object["status"]["loadBalancer"]["ingress"]);
    let ingress = ingress
        .iter()
        .map(|at| if at["ip"].is_string() { string(&at["ip"]) } else { string(&at["hostname"]) })
        .collect::<Vec<_>>()
        .join(", ");
    for (name, value) in [
        ("External IPs", joined(&spec["externalIPs"])),
        ("Desired LoadBalancer IP", string(&spec["loadBalancerIP"]).to_owned()),
        ("LoadBalancer Ingress", ingress),
        ("External Name", string(&spec["externalName"]).to_owned()),
    ] {
        if !value.is_empty() {
            page.field(0, name, value);
        }
    }
    for port in list(&spec["ports"]) {
        one_port(page, port, &input.slices);
    }
    page.field(0, "Session Affinity", string(&spec["sessionAffinity"]));
    for (name, key) in [
        ("External Traffic Policy", "externalTrafficPolicy"),
        ("Internal Traffic Policy", "internalTrafficPolicy"),
        ("Traffic Distribution", "trafficDistribution"),
    ] {
        if !string(&spec[key]).is_empty() {
            page.field(0, name, string(&spec[key]));
        }
    }
    if number(&spec["healthCheckNodePort"]) != 0 {
        page.field(0, "HealthCheck NodePort", number(&spec["healthCheckNodePort"]));
    }
    if !joined(&spec["loadBalancerSourceRanges"]).is_empty() {
        page.field(0, "LoadBalancer Source Ranges", joined(&spec["loadBalancerSourceRanges"]));
    }
}

fn joined(values: &Value) -> String {
    list(values).iter().map(string).collect::<Vec<_>>().join(",")
}

fn one_port(page: &mut Page, port: &Value, slices: &[Value]) {
    let (name, protocol) = (string(&port["name"]), string(&port["protocol"]));
    let shown = if name.is_empty() { "<unset>" } else { name };
    page.field(0, "Port", format!("{shown}\t{}/{protocol}", number(&port["port"])));
    page.field(0, "TargetPort", format!("{}/{protocol}", either(&port["targetPort"])));
    if number(&port["nodePort"]) != 0 {
        page.field(0, "NodePort", format!("{shown}\t{}/{protocol}", number(&port["nodePort"])));
    }
    page.field(0, "Endpoints", endpoints(name, slices));
}

/// Ready addresses behind a port, three at most.
fn endpoints(port_name: &str, slices: &[Value]) -> String {
    let mut all = Vec::new();
    for slice in slices {
        let ready = || list(&slice["endpoints"]).iter().filter(|endpoint| endpoint["conditions"]["ready"] != false);
        let address = |endpoint: &Value| string(&endpoint["addresses"][0]).to_owned();
        if list(&slice["ports"]).is_empty() {
            all.extend(ready().map(address));
        }
        for port in list(&slice["ports"]).iter().filter(|port| port["name"].is_null() || port["name"] == port_name) {
            let host = |address: String| if address.contains(':') { format!("[{address}]") } else { address };
            all.extend(ready().map(|endpoint| format!("{}:{}", host(address(endpoint)), number(&port["port"]))));
        }
    }
    let more = if all.len() > 3 {
        format!(" + {} more...", all.len() - 3)
    } else {
        String::new()
    };
    all.truncate(3);
    all.join(",") + &more
}
