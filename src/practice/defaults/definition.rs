//! What a CustomResourceDefinition leaves out (apiextensions `v1/defaults.go`), and what its status begins with.

use serde_json::{Value, json};

use super::set;
use crate::practice::field::{items, text};

pub fn definition(object: &mut Value) {
    let spec = &mut object["spec"];
    if !spec.is_object() {
        return;
    }
    set(spec, "conversion", json!({"strategy": "None"}));
    if !spec["conversion"]["webhook"]["clientConfig"]["service"].is_null() {
        set(&mut spec["conversion"]["webhook"]["clientConfig"]["service"], "port", 443.into());
    }
    let names = &mut spec["names"];
    let kind = text(&names["kind"]).to_owned();
    if text(&names["singular"]).is_empty() {
        names["singular"] = kind.to_lowercase().into();
    }
    if text(&names["listKind"]).is_empty() && !kind.is_empty() {
        names["listKind"] = format!("{kind}List").into();
    }
}

/// The status of a new one.
pub fn status(object: &Value) -> Value {
    let mut status = json!({"acceptedNames": {"kind": "", "plural": ""}, "conditions": null});
    status["storedVersions"] = stored(object).into_iter().collect();
    status
}

/// Notes the version in which objects are stored from now on.
pub fn store(object: &mut Value) {
    let Some(version) = stored(object) else { return };
    let mut known = items(&object["status"]["storedVersions"]).to_vec();
    if !known.contains(&version) {
        known.push(version);
        object["status"]["storedVersions"] = known.into();
    }
}

fn stored(object: &Value) -> Option<Value> {
    let versions = items(&object["spec"]["versions"]);
    versions
        .iter()
        .find(|version| version["storage"] == true)
        .map(|version| version["name"].clone())
}
