//! Validation of roles, their bindings, and nodes.

use base64::Engine as _;
use serde_json::{Value, json};

use super::check::{Faults, formed, one_of, readable, required, segment, selector};
use super::difference::in_go;
use super::format;
use super::meta::standing;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;

pub fn role(kind: &str, object: &Value, faults: &mut Faults) {
    rules(kind, &object["rules"], faults);
    let aggregation = &object["aggregationRule"];
    let (at, selectors) = ("aggregationRule.clusterRoleSelectors", items(&aggregation["clusterRoleSelectors"]));
    if aggregation.is_object() && selectors.is_empty() {
        let why = "at least one clusterRoleSelector required if aggregationRule is non-nil";
        faults.push(Fault::required(at, why));
    }
    for (index, one) in selectors.iter().enumerate() {
        let at = format!("{at}[{index}]");
        selector(&at, one, faults);
        // What is shown is what was read of it: nothing.
        if !readable(one) {
            faults.push(Fault::invalid(at, &Value::Null, "invalid label selector."));
        }
    }
}

fn rules(kind: &str, rules: &Value, faults: &mut Faults) {
    for (index, rule) in items(rules).iter().enumerate() {
        let at = format!("rules[{index}]");
        let empty = |field: &str| items(&rule[field]).is_empty();
        if empty("verbs") {
            faults.push(Fault::required(format!("{at}.verbs"), "verbs must contain at least one value"));
        }
        if !empty("nonResourceURLs") {
            if kind == "Role" {
                let why = "namespaced rules cannot apply to non-resource URLs";
                faults.push(Fault::invalid(format!("{at}.nonResourceURLs"), &rule["nonResourceURLs"], why));
            }
            if ["apiGroups", "resources", "resourceNames"].iter().any(|field| !empty(field)) {
                let why = "rules cannot apply to both regular resources and non-resource URLs";
                faults.push(Fault::invalid(format!("{at}.nonResourceURLs"), &rule["nonResourceURLs"], why));
            }
            continue;
        }
        if empty("apiGroups") {
            faults.push(Fault::required(format!("{at}.apiGroups"), "resource rules must supply at least one api group"));
        }
        if empty("resources") {
            faults.push(Fault::required(format!("{at}.resources"), "resource rules must supply at least one resource"));
        }
    }
}

pub fn binding(kind: &str, object: &Value, faults: &mut Faults) {
    let role = &object["roleRef"];
    let kinds: &[&str] = if kind == "RoleBinding" { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
    one_of("roleRef.apiGroup", &role["apiGroup"], &["rbac.authorization.k8s.io"], faults);
    one_of("roleRef.kind", &role["kind"], kinds, faults);
    segment("roleRef.name", &role["name"], faults);
    for (index, subject) in items(&object["subjects"]).iter().enumerate() {
        whom(&format!("subjects[{index}]"), kind, subject, faults);
    }
}

fn whom(at: &str, binding: &str, subject: &Value, faults: &mut Faults) {
    const GROUP: &str = "rbac.authorization.k8s.io";
    required(&format!("{at}.name"), &subject["name"], faults);
    let group = match text(&subject["kind"]) {
        "ServiceAccount" => {
            formed(&format!("{at}.name"), &subject["name"], format::subdomain, faults);
            ""
        }
        "User" | "Group" => GROUP,
        _ => return faults.push(Fault::unsupported(format!("{at}.kind"), &subject["kind"], &["ServiceAccount", "User", "Group"])),
    };
    one_of(&format!("{at}.apiGroup"), &subject["apiGroup"], &[group], faults);
    if group.is_empty() && binding == "ClusterRoleBinding" {
        required(&format!("{at}.namespace"), &subject["namespace"], faults);
    }
}

/// The finalizers of a namespace's own.
pub fn namespace(spec: &Value, faults: &mut Faults) {
    let at = "spec.finalizers";
    for finalizer in items(&spec["finalizers"]) {
        for why in format::qualified(text(finalizer)) {
            faults.push(Fault::invalid(at, finalizer, &why));
        }
        standing(at, finalizer, faults);
    }
}

/// A binding keeps its role.
pub fn binding_update(old: &Value, new: &Value, faults: &mut Faults) {
    if old["roleRef"] != new["roleRef"] {
        let role = &new["roleRef"];
        let shown = json!({"APIGroup": role["apiGroup"], "Kind": role["kind"], "Name": role["name"]});
        faults.push(Fault::invalid("roleRef", &shown, "cannot change roleRef"));
    }
}

pub fn node(spec: &Value, faults: &mut Faults) {
    let taints = items(&spec["taints"]);
    for (index, taint) in taints.iter().enumerate() {
        // Kubernetes looks for them where they once were.
        let at = format!("metadata.taints[{index}]");
        let key = |one: &Value| (text(&one["key"]).to_owned(), text(&one["effect"]).to_owned());
        for why in format::qualified(text(&taint["key"])) {
            faults.push(Fault::invalid(format!("{at}.key"), &taint["key"], &why));
        }
        formed(&format!("{at}.value"), &taint["value"], format::label_value, faults);
        if required(&format!("{at}.effect"), &taint["effect"], faults) {
            let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
            one_of(&format!("{at}.effect"), &taint["effect"], &effects, faults);
        }
        if taints[..index].iter().any(|other| key(other) == key(taint)) {
            let mut fault = Fault::duplicate(at, taint).shown(taint, &in_go("v1", "Taint", taint));
            fault.text.push_str(": taints must be unique by key and effect pair");
            faults.push(fault);
        }
    }
    let (at, ranges) = ("spec.podCIDRs", items(&spec["podCIDRs"]));
    for (index, range) in ranges.iter().enumerate() {
        if let Some(why) = format::network(text(range)) {
            faults.push(Fault::invalid(format!("{at}[{index}]"), range, &why));
        }
    }
    let wide = |range: &Value| text(range).contains(':');
    if ranges.len() > 2 || ranges.len() == 2 && wide(&ranges[0]) == wide(&ranges[1]) {
        let why = "may specify no more than one CIDR for each IP family";
        faults.push(Fault::invalid(at, &spec["podCIDRs"], why));
    }
}

/// A request for a certificate: what is asked of whom.
pub fn certificate_request(spec: &Value, faults: &mut Faults) {
    const SHORTEST: i64 = 600;
    let request = base64::engine::general_purpose::STANDARD.decode(text(&spec["request"])).unwrap_or_default();
    if !String::from_utf8_lossy(&request).contains("-----BEGIN CERTIFICATE REQUEST-----") {
        faults.push(Fault::invalid("spec.request", &spec["request"], "PEM block type must be CERTIFICATE REQUEST"));
    }
    if items(&spec["usages"]).is_empty() {
        faults.push(Fault::required("spec.usages", ""));
    }
    let signer = text(&spec["signerName"]);
    match signer.split_once('/') {
        _ if signer.is_empty() => faults.push(Fault::required("spec.signerName", "")),
        Some((domain, path)) if domain.contains('.') && !path.is_empty() => {}
        _ => {
            let why = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
            faults.push(Fault::invalid("spec.signerName", &spec["signerName"], why));
        }
    }
    if spec["expirationSeconds"].as_i64().is_some_and(|seconds| seconds < SHORTEST) {
        let why = "may not specify a duration less than 600 seconds (10 minutes)";
        faults.push(Fault::invalid("spec.expirationSeconds", &spec["expirationSeconds"], why));
    }
}
