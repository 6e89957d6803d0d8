//! Validation of Services.

use std::collections::BTreeSet;

use serde_json::Value;

use super::check::{Faults, labels, one_of, port, port_or_name};
use super::format;
use crate::practice::field::{int, items, text};
use crate::practice::status::Fault;

pub fn spec(spec: &Value, faults: &mut Faults) {
    let kind = text(&spec["type"]);
    let address = text(&spec["clusterIP"]);
    match kind {
        "ExternalName" => external(spec, faults),
        "NodePort" | "LoadBalancer" if address == "None" => {
            let why = format!("may not be set to 'None' for {kind} services");
            faults.push(Fault::invalid("spec.clusterIPs[0]", &spec["clusterIP"], &why));
        }
        _ if !matches!(address, "" | "None") => {
            if let Some(why) = format::address(address) {
                faults.push(Fault::invalid("spec.clusterIPs[0]", &spec["clusterIP"], &why));
            }
        }
        _ => {}
    }
    if items(&spec["ports"]).is_empty() && kind != "ExternalName" && address != "None" {
        faults.push(Fault::required("spec.ports", ""));
    }
    ports(spec, faults);
    labels("spec.selector", &spec["selector"], faults);
    one_of("spec.sessionAffinity", &spec["sessionAffinity"], &["ClientIP", "None"], faults);
    for (index, address) in items(&spec["externalIPs"]).iter().enumerate() {
        if let Some(why) = format::address(text(address)) {
            faults.push(Fault::invalid(format!("spec.externalIPs[{index}]"), address, &why));
        }
    }
    one_of("spec.type", &spec["type"], &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], faults);
    policies(spec, faults);
}

fn external(spec: &Value, faults: &mut Faults) {
    let name = text(&spec["externalName"]);
    if name.is_empty() {
        faults.push(Fault::required("spec.externalName", ""));
    } else if let Some(why) = format::subdomain(name.trim_end_matches('.')) {
        faults.push(Fault::invalid("spec.externalName", &spec["externalName"], &why));
    }
}

fn policies(spec: &Value, faults: &mut Faults) {
    for field in ["externalTrafficPolicy", "internalTrafficPolicy"] {
        one_of(&format!("spec.{field}"), &spec[field], &["Cluster", "Local"], faults);
    }
    let outside = matches!(text(&spec["type"]), "NodePort" | "LoadBalancer") || !items(&spec["externalIPs"]).is_empty();
    if !spec["externalTrafficPolicy"].is_null() && !outside {
        let why = "may only be set for externally-accessible services";
        faults.push(Fault::invalid("spec.externalTrafficPolicy", &spec["externalTrafficPolicy"], why));
    }
}

fn ports(spec: &Value, faults: &mut Faults) {
    let ports = items(&spec["ports"]);
    let (mut names, mut taken, mut numbers) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (index, one) in ports.iter().enumerate() {
        let at = format!("spec.ports[{index}]");
        match text(&one["name"]) {
            "" if ports.len() > 1 => faults.push(Fault::required(format!("{at}.name"), "")),
            "" => {}
            name => match format::label(name) {
                Some(why) => faults.push(Fault::invalid(format!("{at}.name"), &one["name"], &why)),
                None if !names.insert(name) => faults.push(Fault::duplicate(format!("{at}.name"), &one["name"])),
                None => {}
            },
        }
        port(&format!("{at}.port"), &one["port"], faults);
        one_of(&format!("{at}.protocol"), &one["protocol"], &["SCTP", "TCP", "UDP"], faults);
        port_or_name(&format!("{at}.targetPort"), &one["targetPort"], faults);
        let number = int(&one["nodePort"]);
        let inside = matches!(text(&spec["type"]), "" | "ClusterIP");
        if number != 0 && inside {
            let why = "may not be used when `type` is 'ClusterIP'";
            faults.push(Fault::forbidden(format!("{at}.nodePort"), why));
        } else if number != 0 && !numbers.insert((number, text(&one["protocol"]))) {
            faults.push(Fault::duplicate(format!("{at}.nodePort"), &one["nodePort"]));
        }
    }
    for (index, one) in ports.iter().enumerate() {
        let key = (int(&one["port"]), text(&one["protocol"]));
        if int(&one["port"]) > 0 && !taken.insert(key) {
            let value = serde_json::json!({"name": one["name"], "protocol": key.1, "port": key.0, "targetPort": one["targetPort"]});
            faults.push(Fault::duplicate(format!("spec.ports[{index}]"), &value));
        }
    }
}

/// A cluster address stays.
pub fn update(old: &Value, new: &Value, faults: &mut Faults) {
    if old["type"] != "ExternalName" && new["type"] != "ExternalName" && old["clusterIP"] != new["clusterIP"] {
        let value = serde_json::json!([new["clusterIP"]]);
        faults.push(Fault::invalid("spec.clusterIPs[0]", &value, "may not change once set"));
    }
}
