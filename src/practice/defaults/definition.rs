//! What a CustomResourceDefinition leaves out (apiextensions `v1/defaults.go`), and what its status begins with.

use serde_json::{Value, json};

use crate::practice::types::{Id, Shape, table};

use super::set;
use crate::practice::field::{items, text};

const VERSION: &str = "apiextensions.k8s.io/v1";

pub fn definition(object: &mut Value) {
    let spec = &mut object["spec"];
    if !spec.is_object() {
        return;
    }
    if let Some(id) = table().find(VERSION, "CustomResourceDefinitionSpec") {
        tidy(id, spec);
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

/// Leaves out what says nothing, as Go does not write it: all the way down, for a schema is long.
fn tidy(id: Id, object: &mut Value) {
    let Some(map) = object.as_object_mut() else { return };
    map.retain(|name, value| {
        let Some(field) = table().field(id, name) else { return true };
        match &field.shape {
            Shape::Type(inner) => tidy(*inner, value),
            // A schema, or something else in its place.
            Shape::Any if matches!(field.name, "items" | "additionalProperties") => tidy(id, value),
            Shape::List(inner) => each(inner, value.as_array_mut().into_iter().flatten()),
            Shape::Map(inner) => each(inner, value.as_object_mut().into_iter().flatten().map(|(_, value)| value)),
            _ => {}
        }
        field.keep || matches!(field.shape, Shape::Type(_)) || !is_zero(value)
    });
}

fn each<'a>(shape: &Shape, values: impl Iterator<Item = &'a mut Value>) {
    if let Shape::Type(id) = shape {
        values.for_each(|value| tidy(*id, value));
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Bool(true) => false,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_left_out() {
        let schema = json!({"type": "object", "nullable": false, "properties": {"a": {"type": "array", "description": "",
            "items": {"type": "integer", "nullable": false, "minimum": 0}}}});
        let mut object = json!({"spec": {"names": {"kind": "Cat", "shortNames": []}, "preserveUnknownFields": false,
            "versions": [{"name": "v1", "served": false, "deprecated": false, "schema": {"openAPIV3Schema": schema}}]}});
        definition(&mut object);
        let schema = json!({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer", "minimum": 0}}}});
        assert_eq!(
            object["spec"],
            json!({"names": {"kind": "Cat", "singular": "cat", "listKind": "CatList"}, "conversion": {"strategy": "None"},
                "versions": [{"name": "v1", "served": false, "schema": {"openAPIV3Schema": schema}}]})
        );
    }
}
