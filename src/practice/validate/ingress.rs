//! Validation of Ingresses and their classes (kubernetes `pkg/apis/networking/validation`).

use std::net::IpAddr;

use serde_json::Value;

use super::check::{Faults, formed, one_of, port, port_or_name, prefixed_path, required, segment};
use super::format;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;

const CLASS: &str = "kubernetes.io/ingress.class";
const NOT_IN_PATHS: [&str; 5] = ["//", "/./", "/../", "%2f", "%2F"];
const NOT_AT_END: [&str; 2] = ["/..", "/."];

pub fn ingress(old: Option<&Value>, object: &Value, faults: &mut Faults) {
    let spec = &object["spec"];
    if items(&spec["rules"]).is_empty() && spec["defaultBackend"].is_null() {
        let why = "either `defaultBackend` or `rules` must be specified";
        faults.push(Fault::invalid("spec", &spec["rules"], why));
    }
    if spec["defaultBackend"].is_object() {
        backend("spec.defaultBackend", &spec["defaultBackend"], faults);
    }
    for (index, rule) in items(&spec["rules"]).iter().enumerate() {
        let at = format!("spec.rules[{index}]");
        if !text(&rule["host"]).is_empty() {
            if text(&rule["host"]).parse::<IpAddr>().is_ok() {
                faults.push(Fault::invalid(format!("{at}.host"), &rule["host"], "must be a DNS name, not an IP address"));
            }
            host(&format!("{at}.host"), &rule["host"], faults);
        }
        if rule["http"].is_object() {
            paths(&format!("{at}.http.paths"), &rule["http"]["paths"], faults);
        }
    }
    for (index, tls) in items(&spec["tls"]).iter().enumerate() {
        for (place, name) in items(&tls["hosts"]).iter().enumerate() {
            host(&format!("spec.tls[{index}].hosts[{place}]"), name, faults);
        }
        formed(&format!("spec.tls[{index}].secretName"), &tls["secretName"], format::subdomain, faults);
    }
    let (class, noted) = (&spec["ingressClassName"], &object["metadata"]["annotations"][CLASS]);
    if let Some(why) = class.as_str().and_then(format::subdomain) {
        faults.push(Fault::invalid("spec.ingressClassName", class, &why));
    }
    if old.is_none() && !class.is_null() && !noted.is_null() && class != noted {
        let why = "must match `ingressClassName` when both are specified";
        faults.push(Fault::invalid(format!("annotations.{CLASS}"), noted, why));
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
        if path["pathType"].is_null() {
            faults.push(Fault::required(format!("{at}.pathType"), "pathType must be specified"));
            continue;
        }
        let known = ["Exact", "ImplementationSpecific", "Prefix"];
        one_of(&format!("{at}.pathType"), &path["pathType"], &known, faults);
        matched(&format!("{at}.path"), path, faults);
        backend(&format!("{at}.backend"), &path["backend"], faults);
    }
}

/// The path itself, which is more than a text where it is matched.
fn matched(at: &str, path: &Value, faults: &mut Faults) {
    let given = text(&path["path"]);
    let mut wrong = |why: &str| faults.push(Fault::invalid(at, &given.into(), why));
    let strict = matches!(text(&path["pathType"]), "Exact" | "Prefix");
    let loose = path["pathType"] == "ImplementationSpecific" && !given.is_empty();
    if (strict || loose) && !given.starts_with('/') {
        wrong("must be an absolute path");
    }
    for part in NOT_IN_PATHS.iter().filter(|part| strict && given.contains(**part)) {
        wrong(&format!("must not contain '{part}'"));
    }
    for end in NOT_AT_END.iter().filter(|end| strict && given.ends_with(**end)) {
        wrong(&format!("cannot end with '{end}'"));
    }
}

fn backend(at: &str, backend: &Value, faults: &mut Faults) {
    let (service, resource) = (&backend["service"], &backend["resource"]);
    match (service.is_object(), resource.is_object()) {
        (true, true) => faults.push(Fault::invalid(at, &"".into(), "cannot set both resource and service backends")),
        (false, true) => reference(&format!("{at}.resource"), resource, faults),
        (true, false) => served(at, service, faults),
        (false, false) => faults.push(Fault::invalid(at, &"".into(), "resource or service backend is required")),
    }
}

fn served(at: &str, service: &Value, faults: &mut Faults) {
    required(&format!("{at}.service.name"), &service["name"], faults);
    formed(&format!("{at}.service.name"), &service["name"], format::label, faults);
    let (name, number) = (text(&service["port"]["name"]), service["port"]["number"].as_i64().unwrap_or(0));
    match (name, number) {
        ("", 0) => faults.push(Fault::required(at, "port name or number is required")),
        ("", _) => port(&format!("{at}.service.port.number"), &service["port"]["number"], faults),
        (_, 0) => port_or_name(&format!("{at}.service.port.name"), &service["port"]["name"], faults),
        _ => faults.push(Fault::invalid(at, &"".into(), "cannot set both port name & port number")),
    }
}

/// A reference to an object of any kind.
fn reference(at: &str, reference: &Value, faults: &mut Faults) {
    let group = &reference["apiGroup"];
    if let Some(why) = group.as_str().and_then(format::subdomain) {
        faults.push(Fault::invalid(format!("{at}.apiGroup"), group, &why));
    }
    for field in ["kind", "name"] {
        segment(&format!("{at}.{field}"), &reference[field], faults);
    }
}

pub fn class(spec: &Value, faults: &mut Faults) {
    let controller = "spec.controller";
    if text(&spec["controller"]).len() > 250 {
        faults.push(Fault::too_long(controller, 250));
    }
    prefixed_path(controller, &spec["controller"], faults);
    let (at, parameters) = ("spec.parameters", &spec["parameters"]);
    if parameters.is_null() {
        return;
    }
    reference(at, parameters, faults);
    one_of(&format!("{at}.scope"), &parameters["scope"], &["Cluster", "Namespace"], faults);
    let namespace = format!("{at}.namespace");
    match (text(&parameters["scope"]), text(&parameters["namespace"])) {
        ("Namespace", "") => faults.push(Fault::required(namespace, "`parameters.scope` is set to 'Namespace'")),
        ("Namespace", _) => formed(&namespace, &parameters["namespace"], format::label, faults),
        ("Cluster", _) if !parameters["namespace"].is_null() => {
            faults.push(Fault::forbidden(namespace, "`parameters.scope` is set to 'Cluster'"));
        }
        _ => {}
    }
}
