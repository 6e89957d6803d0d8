//! The paths of an OpenAPI document: by them kubectl finds a resource's kind, and what a patch of it may say.

use serde_json::{Map, Value, json};

use crate::practice::kind::Kind;

const PATCHES: [&str; 4] = [
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
];

/// The paths of kinds under their group's root.
pub fn paths(kinds: &[&Kind], root: &str) -> Map<String, Value> {
    let mut paths = Map::new();
    for kind in kinds {
        let scope = if kind.namespaced { "/namespaces/{namespace}" } else { "" };
        let collection = format!("{root}{scope}/{}", kind.plural);
        paths.insert(format!("{collection}/{{name}}"), object(kind));
        paths.insert(collection, json!({"get": operation(kind, "list"), "post": operation(kind, "post")}));
    }
    paths
}

fn object(kind: &Kind) -> Value {
    let mut patch = operation(kind, "patch");
    patch["parameters"] = ["dryRun", "fieldManager", "fieldValidation", "force"]
        .iter()
        .map(|name| json!({"name": name, "in": "query", "schema": {"type": if *name == "force" { "boolean" } else { "string" }, "uniqueItems": true}}))
        .collect();
    // What a cluster defines takes no strategic patches.
    let patches = if kind.custom.is_some() { &PATCHES[..3] } else { &PATCHES[..] };
    let content: Map<String, Value> = patches.iter().map(|media| ((*media).to_owned(), json!({}))).collect();
    patch["requestBody"] = json!({"content": content, "required": true});
    json!({"get": operation(kind, "get"), "put": operation(kind, "put"), "patch": patch, "delete": operation(kind, "delete")})
}

fn operation(kind: &Kind, action: &str) -> Value {
    json!({"x-kubernetes-action": action, "responses": {"200": {"description": "OK"}},
        "x-kubernetes-group-version-kind": {"group": kind.group, "version": kind.version, "kind": kind.kind}})
}
