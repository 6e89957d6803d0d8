//! OpenAPI v3, a document for each group and version: what kubectl explains, validates and merges by.

mod defined;
#[cfg(test)]
mod generate;
mod marks;
pub mod old;
mod paths;
mod schemas;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::{answer, discovery};
use crate::practice::kind::Kind;
use crate::practice::status::Status;
use crate::practice::types;

/// `/openapi/v3`: where the documents are.
pub fn index(kinds: &[&'static Kind]) -> Response {
    let mut hashers: BTreeMap<String, DefaultHasher> = BTreeMap::new();
    for kind in kinds {
        let hasher = hashers.entry(way(kind.group, kind.version)).or_default();
        (kind, kind.verbs, kind.subresources).hash(hasher);
        match kind.custom {
            Some(custom) => custom.written.to_string().hash(hasher),
            None => (env!("CARGO_PKG_VERSION"), types::FIELDS, types::ENUMS).hash(hasher),
        }
    }
    // kubectl keeps a document for as long as its address stays the same.
    let path = |(way, hasher): (String, DefaultHasher)| {
        let address = format!("/openapi/v3/{way}?hash={:X}", hasher.finish());
        (way, json!({"serverRelativeURL": address}))
    };
    let paths: Map<String, Value> = hashers.into_iter().map(path).collect();
    answer::object(&json!({"paths": paths}))
}

/// `/openapi/v3/…`: the document of a group and version.
///
/// # Errors
/// 404 for a group that is not served.
pub fn document(group: &str, version: &str, kinds: &[&'static Kind]) -> Result<Response, Status> {
    let kinds: Vec<&Kind> = kinds.iter().copied().filter(|kind| kind.group == group && kind.version == version).collect();
    if kinds.is_empty() {
        return Err(Status::no_such_path());
    }
    let head = format!(
        r#"{{"openapi":"3.0.0","info":{},"paths":{},"components":{{"schemas":{{"#,
        json!({"title": "Kubernetes", "version": discovery::VERSION}),
        Value::from(paths::paths(&kinds, &format!("/{}", way(group, version)))),
    );
    let schemas = schemas(&kinds).map(|(name, schema)| format!("{name:?}:{schema}").into());
    let mut response = answer::listed(head, schemas, "}}}");
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, immutable"));
    Ok(response)
}

/// The schemas of kinds and of all types in them, each made when it is asked for.
fn schemas(kinds: &[&Kind]) -> impl Iterator<Item = (String, Value)> + use<> {
    let named = |kind: &&Kind| {
        let id = types::table().find(&kind.api_version(), kind.kind)?;
        let marked = json!([{"group": kind.group, "kind": kind.kind, "version": kind.version}]);
        Some((marks::schema_name(id), marked))
    };
    let mut own: BTreeMap<String, Value> = kinds.iter().filter_map(named).collect();
    let defined: Vec<(String, Value)> = kinds.iter().filter_map(|kind| defined::schema(kind)).collect();
    let known = schemas::of(kinds).map(move |(name, mut schema)| {
        marks::add(&name, &mut schema);
        if let Some(kind) = own.remove(&name) {
            schema["x-kubernetes-group-version-kind"] = kind;
        }
        (name, schema)
    });
    defined.into_iter().chain(known)
}

fn way(group: &str, version: &str) -> String {
    if group.is_empty() {
        format!("api/{version}")
    } else {
        format!("apis/{group}/{version}")
    }
}

#[cfg(test)]
mod tests;
