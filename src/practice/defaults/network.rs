//! Defaults of what carries traffic besides Services (kubernetes `pkg/apis/networking/v1`, `discovery/v1`, `core/v1`).

use serde_json::{Value, json};

use super::{each, set};

pub fn policy(object: &mut Value) {
    let spec = &mut object["spec"];
    if spec["policyTypes"].as_array().is_none_or(Vec::is_empty) {
        let egress = spec["egress"].as_array().is_some_and(|rules| !rules.is_empty());
        spec["policyTypes"] = if egress { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) };
    }
    for direction in ["ingress", "egress"] {
        for port in each(spec, direction).flat_map(|rule| each(rule, "ports")) {
            set(port, "protocol", "TCP".into());
        }
    }
}

pub fn ingress_class(object: &mut Value) {
    if let Some(parameters) = object["spec"].get_mut("parameters") {
        set(parameters, "scope", "Cluster".into());
    }
}

pub fn endpoints(object: &mut Value) {
    for port in each(object, "subsets").flat_map(|subset| each(subset, "ports")) {
        set(port, "protocol", "TCP".into());
    }
}

pub fn endpoint_slice(object: &mut Value) {
    for port in each(object, "ports") {
        set(port, "name", "".into());
        set(port, "protocol", "TCP".into());
    }
    for endpoint in each(object, "endpoints") {
        set(endpoint, "conditions", json!({}));
    }
}
