//! Validation of Services.

use std::collections::BTreeSet;

use serde_json::Value;

use super::pod::PORT_RANGE;
use crate::practice::status::Fault;

pub fn spec(spec: &Value, faults: &mut Vec<Fault>) {
    let ports = spec["ports"].as_array().map_or(&[][..], Vec::as_slice);
    let kind = spec["type"].as_str().unwrap_or_default();
    if ports.is_empty() && kind != "ExternalName" && spec["clusterIP"] != "None" {
        faults.push(Fault::required("spec.ports", ""));
    }
    if !matches!(kind, "" | "ClusterIP" | "ExternalName" | "LoadBalancer" | "NodePort") {
        faults.push(Fault::unsupported(
            "spec.type",
            &spec["type"],
            &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"],
        ));
    }
    let mut names = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let at = format!("spec.ports[{index}]");
        match port["name"].as_str().unwrap_or_default() {
            "" if ports.len() > 1 => faults.push(Fault::required(format!("{at}.name"), "")),
            "" => {}
            name if !names.insert(name) => faults.push(Fault::duplicate(format!("{at}.name"), &port["name"])),
            _ => {}
        }
        for field in ["port", "targetPort"] {
            if port[field].as_i64().is_some_and(|number| !(1..=65_535).contains(&number)) {
                faults.push(Fault::invalid(format!("{at}.{field}"), &port[field], PORT_RANGE));
            }
        }
        if port["nodePort"]
            .as_i64()
            .is_some_and(|number| number != 0 && !(30_000..=32_767).contains(&number))
        {
            let why = "provided port is not in the valid range. The range of valid ports is 30000-32767";
            faults.push(Fault::invalid(format!("{at}.nodePort"), &port["nodePort"], why));
        }
    }
}

/// A cluster address stays.
pub fn update(old: &Value, new: &Value, faults: &mut Vec<Fault>) {
    if old["type"] != "ExternalName" && new["type"] != "ExternalName" && old["clusterIP"] != new["clusterIP"] {
        faults.push(Fault::invalid("spec.clusterIPs[0]", &new["clusterIPs"], "may not change once set"));
    }
}
