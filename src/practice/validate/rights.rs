//! Validation of roles, their bindings, and nodes.

use base64::Engine as _;
use serde_json::{Value, json};

use super::check::{Faults, one_of, required};
use super::format;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;

pub fn role(kind: &str, rules: &Value, faults: &mut Faults) {
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
    required("roleRef.name", &role["name"], faults);
    for (index, subject) in items(&object["subjects"]).iter().enumerate() {
        let at = format!("subjects[{index}]");
        required(&format!("{at}.name"), &subject["name"], faults);
        one_of(&format!("{at}.kind"), &subject["kind"], &["ServiceAccount", "User", "Group"], faults);
        if subject["kind"] == "ServiceAccount" && kind == "ClusterRoleBinding" {
            required(&format!("{at}.namespace"), &subject["namespace"], faults);
        }
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
    for (index, taint) in items(&spec["taints"]).iter().enumerate() {
        // Kubernetes looks for them where they once were.
        let at = format!("metadata.taints[{index}]");
        for why in format::qualified(text(&taint["key"])) {
            faults.push(Fault::invalid(format!("{at}.key"), &taint["key"], &why));
        }
        one_of(
            &format!("{at}.effect"),
            &taint["effect"],
            &["NoSchedule", "PreferNoSchedule", "NoExecute"],
            faults,
        );
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
