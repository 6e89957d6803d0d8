//! Defaults of role bindings (kubernetes `pkg/apis/rbac/v1/defaults.go`).

use serde_json::Value;

use super::{each, set};

const GROUP: &str = "rbac.authorization.k8s.io";

pub fn binding(object: &mut Value) {
    if object["roleRef"].is_object() {
        set(&mut object["roleRef"], "apiGroup", GROUP.into());
    }
    for subject in each(object, "subjects") {
        if matches!(subject["kind"].as_str(), Some("User" | "Group")) {
            set(subject, "apiGroup", GROUP.into());
        }
    }
}
