//! What policies and their bindings leave out (kubernetes `pkg/apis/admissionregistration/v1/defaults.go`).

use serde_json::{Value, json};

use super::{each, set};

pub fn policy(object: &mut Value) {
    let spec = &mut object["spec"];
    set(spec, "failurePolicy", "Fail".into());
    matched(&mut spec["matchConstraints"]);
}

pub fn binding(object: &mut Value) {
    let spec = &mut object["spec"];
    matched(&mut spec["matchResources"]);
    if spec["paramRef"].is_object() && spec["paramRef"]["parameterNotFoundAction"].is_null() {
        spec["paramRef"]["parameterNotFoundAction"] = "Deny".into();
    }
    // Go leaves out what is not there.
    if let Some(spec) = spec.as_object_mut() {
        spec.retain(|_, value| !value.is_null());
    }
}

fn matched(resources: &mut Value) {
    if !resources.is_object() {
        return;
    }
    set(resources, "matchPolicy", "Equivalent".into());
    set(resources, "namespaceSelector", json!({}));
    set(resources, "objectSelector", json!({}));
    for rules in ["resourceRules", "excludeResourceRules"] {
        each(resources, rules).for_each(|rule| set(rule, "scope", "*".into()));
    }
}
