//! What the types' own schemas do not say and the table knows: required fields, how lists merge, which values a field takes.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::practice::types::{Field, Id, ListType, Shape, table};

/// The name a type has in OpenAPI documents: `io.k8s.api.apps.v1.Deployment`.
pub fn schema_name(id: Id) -> String {
    let name = table().of(id).name;
    let (group, rest) = name.rsplit_once('/').unwrap_or(("core", name));
    match group {
        "meta" => format!("io.k8s.apimachinery.pkg.apis.meta.{rest}"),
        "apiextensions.k8s.io" => format!("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.{rest}"),
        "apiregistration.k8s.io" => format!("io.k8s.kube-aggregator.pkg.apis.apiregistration.{rest}"),
        group => format!("io.k8s.api.{}.{rest}", group.split('.').next().unwrap_or(group)),
    }
}

/// The type of a name in OpenAPI documents.
fn id(name: &str) -> Option<Id> {
    static NAMES: LazyLock<HashMap<String, Id>> = LazyLock::new(|| table().ids().map(|id| (schema_name(id), id)).collect());
    NAMES.get(name).copied()
}

/// Adds to a schema what the table says of its type.
pub fn add(name: &str, schema: &mut Value) {
    let Some(id) = id(name) else { return };
    let mut required = Vec::new();
    mark(id, id, schema, &mut required);
    required.sort_unstable();
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("required");
        if !required.is_empty() {
            schema.insert("required".to_owned(), json!(required));
        }
    }
}

/// Marks the fields of a type that stand in the schema of `owner`.
fn mark(owner: Id, id: Id, schema: &mut Value, required: &mut Vec<&'static str>) {
    for field in &table().of(id).fields {
        if let (true, Shape::Type(member)) = (field.name.is_empty(), &field.shape) {
            mark(owner, *member, schema, required);
            continue;
        }
        if field.required {
            required.push(field.name);
        }
        let Some(property) = schema["properties"].get_mut(field.name) else { continue };
        merging(field, property);
        if let Some(values) = table().values(owner, field.name) {
            property["enum"] = values.iter().map(|(value, _)| *value).collect();
            let meanings: Vec<String> = values.iter().map(|(value, meaning)| possible(value, meaning)).collect();
            let said = property["description"].as_str().unwrap_or_default();
            property["description"] = format!("{said}\n\nPossible enum values:\n{}", meanings.join("\n")).trim_start().into();
        }
    }
}

fn merging(field: &Field, property: &mut Value) {
    match &field.list {
        Some(ListType::Atomic) => property["x-kubernetes-list-type"] = "atomic".into(),
        Some(ListType::Set) => property["x-kubernetes-list-type"] = "set".into(),
        Some(ListType::Map(keys)) => {
            property["x-kubernetes-list-type"] = "map".into();
            property["x-kubernetes-list-map-keys"] = json!(keys);
        }
        None => {}
    }
    if field.atomic {
        property["x-kubernetes-map-type"] = "atomic".into();
    }
    let strategies: Vec<&str> = [(field.merge_key.is_some(), "merge"), (field.retain_keys, "retainKeys")]
        .into_iter()
        .filter_map(|(is, name)| is.then_some(name))
        .collect();
    if !strategies.is_empty() {
        property["x-kubernetes-patch-strategy"] = strategies.join(",").into();
    }
    if let Some(key) = field.merge_key.filter(|key| !key.is_empty()) {
        property["x-kubernetes-patch-merge-key"] = key.into();
    }
}

/// A value and what it means, as Kubernetes' documents list it.
fn possible(value: &str, meaning: &str) -> String {
    format!(" - `{value:?}` {}", meaning.replace("\\n", "\n")).trim_end().to_owned()
}
