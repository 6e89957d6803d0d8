//! Validation of Ingresses and NetworkPolicies (kubernetes `pkg/apis/networking/validation`).

use serde_json::Value;

use super::check::{Faults, one_of, port, port_or_name, required, selector};
use super::format;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;

pub fn ingress(spec: &Value, faults: &mut Faults) {
    if items(&spec["rules"]).is_empty() && spec["defaultBackend"].is_null() {
        faults.push(Fault {
            reason: "FieldValueInvalid",
            field: "spec".to_owned(),
            text: "Invalid value: either `defaultBackend` or `rules` must be specified".to_owned(),
        });
    }
    for (index, tls) in items(&spec["tls"]).iter().enumerate() {
        for (place, name) in items(&tls["hosts"]).iter().enumerate() {
            host(&format!("spec.tls[{index}].hosts[{place}]"), name, faults);
        }
    }
    for (index, rule) in items(&spec["rules"]).iter().enumerate() {
        let at = format!("spec.rules[{index}]");
        if !text(&rule["host"]).is_empty() {
            if text(&rule["host"]).parse::<std::net::IpAddr>().is_ok() {
                faults.push(Fault::invalid(format!("{at}.host"), &rule["host"], "must be a DNS name, not an IP address"));
            } else {
                host(&format!("{at}.host"), &rule["host"], faults);
            }
        }
        if rule["http"].is_object() {
            paths(&format!("{at}.http.paths"), &rule["http"]["paths"], faults);
        }
    }
    if spec["defaultBackend"].is_object() {
        backend("spec.defaultBackend", &spec["defaultBackend"], faults);
    }
    if let Some(why) = Some(text(&spec["ingressClassName"]))
        .filter(|name| !name.is_empty())
        .and_then(format::subdomain)
    {
        faults.push(Fault::invalid("spec.ingressClassName", &spec["ingressClassName"], &why));
    }
}

fn host(at: &str, name: &Value, faults: &mut Faults) {
    let form = if text(name).contains('*') { format::wildcard } else { format::subdomain };
    if let Some(why) = form(text(name)) {
        faults.push(Fault::invalid(at, name, &why));
    }
}

fn paths(at: &str, paths: &Value, faults: &mut Faults) {
    if items(paths).is_empty() {
        faults.push(Fault::required(at, ""));
    }
    for (index, path) in items(paths).iter().enumerate() {
        let at = format!("{at}[{index}]");
        let given = text(&path["path"]);
        match text(&path["pathType"]) {
            "" => {
                faults.push(Fault::required(format!("{at}.pathType"), "pathType must be specified"));
                continue;
            }
            "Exact" | "Prefix" => {
                if !given.starts_with('/') {
                    faults.push(Fault::invalid(format!("{at}.path"), &path["path"], "must be an absolute path"));
                }
                for part in ["//", "/./", "/../", "%2f", "%2F"].iter().filter(|part| given.contains(**part)) {
                    faults.push(Fault::invalid(format!("{at}.path"), &path["path"], &format!("must not contain '{part}'")));
                }
            }
            "ImplementationSpecific" => {
                if !given.is_empty() && !given.starts_with('/') {
                    faults.push(Fault::invalid(format!("{at}.path"), &path["path"], "must be an absolute path"));
                }
            }
            _ => {
                let known = ["Exact", "ImplementationSpecific", "Prefix"];
                faults.push(Fault::unsupported(format!("{at}.pathType"), &path["pathType"], &known));
            }
        }
        backend(&format!("{at}.backend"), &path["backend"], faults);
    }
}

fn backend(at: &str, backend: &Value, faults: &mut Faults) {
    let (service, resource) = (&backend["service"], &backend["resource"]);
    if service.is_object() && resource.is_object() {
        faults.push(Fault::invalid(at, &"".into(), "cannot set both resource and service backends"));
    } else if service.is_object() {
        if required(&format!("{at}.service.name"), &service["name"], faults)
            && let Some(why) = format::label(text(&service["name"]))
        {
            faults.push(Fault::invalid(format!("{at}.service.name"), &service["name"], &why));
        }
        let (name, number) = (text(&service["port"]["name"]), service["port"]["number"].as_i64().unwrap_or(0));
        match (name, number) {
            ("", 0) => faults.push(Fault::required(at, "port name or number is required")),
            ("", _) => port(&format!("{at}.service.port.number"), &service["port"]["number"], faults),
            (_, 0) => port_or_name(&format!("{at}.service.port.name"), &service["port"]["name"], faults),
            _ => faults.push(Fault::invalid(at, &"".into(), "cannot set both port name & port number")),
        }
    } else if !resource.is_object() {
        faults.push(Fault::required(at, "must specify one of: resource or service"));
    }
}

pub fn policy(spec: &Value, faults: &mut Faults) {
    selector("spec.podSelector", &spec["podSelector"], faults);
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        for (index, rule) in items(&spec[direction]).iter().enumerate() {
            let at = format!("spec.{direction}[{index}]");
            for (place, one) in items(&rule["ports"]).iter().enumerate() {
                let at = format!("{at}.ports[{place}]");
                one_of(&format!("{at}.protocol"), &one["protocol"], &["SCTP", "TCP", "UDP"], faults);
                port_or_name(&format!("{at}.port"), &one["port"], faults);
            }
            for (place, one) in items(&rule[peers]).iter().enumerate() {
                peer(&format!("{at}.{peers}[{place}]"), one, faults);
            }
        }
    }
    let types = items(&spec["policyTypes"]);
    if types.len() > 2 {
        faults.push(Fault::invalid(
            "spec.policyTypes",
            &spec["policyTypes"],
            "may not specify more than two policyTypes",
        ));
        return;
    }
    for (index, one) in types.iter().enumerate() {
        one_of(&format!("spec.policyTypes[{index}]"), one, &["Ingress", "Egress"], faults);
    }
}

fn peer(at: &str, peer: &Value, faults: &mut Faults) {
    for field in ["podSelector", "namespaceSelector"] {
        selector(&format!("{at}.{field}"), &peer[field], faults);
    }
    let block = &peer["ipBlock"];
    if block.is_object() {
        if required(&format!("{at}.ipBlock.cidr"), &block["cidr"], faults)
            && let Some(why) = format::network(text(&block["cidr"]))
        {
            faults.push(Fault::invalid(format!("{at}.ipBlock.cidr"), &block["cidr"], &why));
        }
        for (index, one) in items(&block["except"]).iter().enumerate() {
            if let Some(why) = format::network(text(one)) {
                faults.push(Fault::invalid(format!("{at}.ipBlock.except[{index}]"), one, &why));
            }
        }
    }
    let others = peer["podSelector"].is_object() || peer["namespaceSelector"].is_object();
    if others && block.is_object() {
        faults.push(Fault::forbidden(at, "may not specify both ipBlock and another peer"));
    } else if !others && !block.is_object() {
        faults.push(Fault::required(at, "must specify a peer"));
    }
}
