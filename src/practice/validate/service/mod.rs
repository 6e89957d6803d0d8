//! Validation of Services.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::check::{Faults, labels, one_of, port, port_or_name};
use super::difference::in_go;
use super::format;
use crate::practice::field::{int, items, text};
use crate::practice::status::Fault;

mod address;

pub use address::check as addresses;

/// The longest that a client may stay with a Pod.
const LONGEST: i64 = 86_400;
/// What the health check of a load balancer needs.
const HEALTH_CHECK: &str = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
const BALANCER_ONLY: &str = "may only be used when `type` is 'LoadBalancer'";

pub fn headless(spec: &Value) -> bool {
    spec["clusterIPs"] == json!(["None"])
}

pub fn spec(spec: &Value, faults: &mut Faults) {
    let kind = text(&spec["type"]);
    if items(&spec["ports"]).is_empty() && kind != "ExternalName" && !headless(spec) {
        faults.push(Fault::required("spec.ports", ""));
    }
    match kind {
        "ExternalName" => external(spec, faults),
        "NodePort" | "LoadBalancer" if headless(spec) => {
            let why = format!("may not be set to 'None' for {kind} services");
            faults.push(Fault::invalid("spec.clusterIPs[0]", &"None".into(), &why));
        }
        _ => {}
    }
    each_port(spec, faults);
    labels("spec.selector", &spec["selector"], faults);
    one_of("spec.sessionAffinity", &spec["sessionAffinity"], &["ClientIP", "None"], faults);
    let seconds = &spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"];
    if spec["sessionAffinity"] == "ClientIP" && !(1..=LONGEST).contains(&int(seconds)) {
        let why = format!("must be greater than 0 and less than {LONGEST}");
        faults.push(Fault::invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", seconds, &why));
    }
    addresses(spec, faults);
    for (index, address) in items(&spec["externalIPs"]).iter().enumerate() {
        format::endpoint(&format!("spec.externalIPs[{index}]"), address, faults);
    }
    one_of("spec.type", &spec["type"], &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], faults);
    ports(spec, faults);
    balancer(spec, faults);
    policies(spec, faults);
}

fn external(spec: &Value, faults: &mut Faults) {
    for field in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        if spec[field].is_string() || !items(&spec[field]).is_empty() {
            faults.push(Fault::forbidden(format!("spec.{field}"), "may not be set for ExternalName services"));
        }
    }
    let name = text(&spec["externalName"]);
    if name.is_empty() {
        faults.push(Fault::required("spec.externalName", ""));
    } else if let Some(why) = format::subdomain(name.strip_suffix('.').unwrap_or(name)) {
        faults.push(Fault::invalid("spec.externalName", &spec["externalName"], &why));
    }
}

fn each_port(spec: &Value, faults: &mut Faults) {
    let ports = items(&spec["ports"]);
    let mut names = BTreeSet::new();
    for (index, one) in ports.iter().enumerate() {
        let at = format!("spec.ports[{index}]");
        match text(&one["name"]) {
            "" if ports.len() > 1 => faults.push(Fault::required(format!("{at}.name"), "")),
            "" => {}
            name => {
                if let Some(why) = format::label(name) {
                    faults.push(Fault::invalid(format!("{at}.name"), &one["name"], &why));
                }
                if !names.insert(name) {
                    faults.push(Fault::duplicate(format!("{at}.name"), &one["name"]));
                }
            }
        }
        port(&format!("{at}.port"), &one["port"], faults);
        one_of(&format!("{at}.protocol"), &one["protocol"], &["SCTP", "TCP", "UDP"], faults);
        port_or_name(&format!("{at}.targetPort"), &one["targetPort"], faults);
        if let Some(protocol) = one["appProtocol"].as_str() {
            for why in format::qualified(protocol) {
                faults.push(Fault::invalid(format!("{at}.appProtocol"), &one["appProtocol"], &why));
            }
        }
    }
}

/// What ports may not be together.
fn ports(spec: &Value, faults: &mut Faults) {
    let ports = || items(&spec["ports"]).iter().enumerate();
    let taken = |port: &&Value, field: &str| (int(&port[field]), text(&port["protocol"]).to_owned());
    for (index, _) in ports().filter(|(_, port)| spec["type"] == "ClusterIP" && int(&port["nodePort"]) != 0) {
        let why = "may not be used when `type` is 'ClusterIP'";
        faults.push(Fault::forbidden(format!("spec.ports[{index}].nodePort"), why));
    }
    let mut numbers = BTreeSet::new();
    for (index, port) in ports().filter(|(_, port)| int(&port["nodePort"]) != 0) {
        if !numbers.insert(taken(&port, "nodePort")) {
            faults.push(Fault::duplicate(format!("spec.ports[{index}].nodePort"), &port["nodePort"]));
        }
    }
    let mut numbers = BTreeSet::new();
    for (index, port) in ports() {
        if !numbers.insert(taken(&port, "port")) {
            let key = json!({"protocol": port["protocol"], "port": port["port"], "targetPort": 0});
            faults.push(Fault::duplicate(format!("spec.ports[{index}]"), &key).shown(&key, &in_go("v1", "ServicePort", &key)));
        }
    }
}

/// What belongs to a load balancer.
fn balancer(spec: &Value, faults: &mut Faults) {
    let own = spec["type"] == "LoadBalancer";
    // Kubernetes spells this field in its own way.
    let at = "spec.LoadBalancerSourceRanges";
    let ranges = items(&spec["loadBalancerSourceRanges"]);
    if !own && !ranges.is_empty() {
        faults.push(Fault::forbidden(at, BALANCER_ONLY));
    }
    for (index, range) in ranges.iter().enumerate() {
        if let Some(why) = format::network(text(range).trim()) {
            faults.push(Fault::invalid(format!("{at}[{index}]"), &text(range).trim().into(), &why));
        }
    }
    let class = &spec["loadBalancerClass"];
    for field in ["allocateLoadBalancerNodePorts", "loadBalancerClass"] {
        if !own && !spec[field].is_null() {
            faults.push(Fault::forbidden(format!("spec.{field}"), BALANCER_ONLY));
        }
    }
    for why in class.as_str().filter(|_| own).map(format::qualified).unwrap_or_default() {
        faults.push(Fault::invalid("spec.loadBalancerClass", class, &why));
    }
}

fn policies(spec: &Value, faults: &mut Faults) {
    let policy = &spec["externalTrafficPolicy"];
    let outside = matches!(text(&spec["type"]), "NodePort" | "LoadBalancer") || spec["type"] == "ClusterIP" && !items(&spec["externalIPs"]).is_empty();
    if !text(policy).is_empty() && !outside {
        let why = "may only be set for externally-accessible services";
        faults.push(Fault::invalid("spec.externalTrafficPolicy", policy, why));
    } else if outside {
        one_of("spec.externalTrafficPolicy", policy, &["Cluster", "Local"], faults);
    }
    let checked = spec["type"] == "LoadBalancer" && policy == "Local";
    if int(&spec["healthCheckNodePort"]) != 0 && !checked {
        faults.push(Fault::invalid("spec.healthCheckNodePort", &spec["healthCheckNodePort"], HEALTH_CHECK));
    }
    one_of("spec.internalTrafficPolicy", &spec["internalTrafficPolicy"], &["Cluster", "Local"], faults);
    let near = ["PreferClose", "PreferSameZone", "PreferSameNode"];
    one_of("spec.trafficDistribution", &spec["trafficDistribution"], &near, faults);
}

/// A cluster address stays, and so does the class of a load balancer.
pub fn update(old: &Value, new: &Value, faults: &mut Faults) {
    let inside = |spec: &Value| spec["type"] != "ExternalName";
    if inside(old) && inside(new) && old["clusterIP"] != new["clusterIP"] {
        faults.push(Fault::invalid("spec.clusterIPs[0]", &json!([new["clusterIP"]]), "may not change once set"));
    }
    let balanced = |spec: &Value| spec["type"] == "LoadBalancer";
    if balanced(old) && balanced(new) && old["loadBalancerClass"] != new["loadBalancerClass"] {
        faults.push(Fault::invalid("spec.loadBalancerClass", &new["loadBalancerClass"], "may not change once set"));
    }
}
