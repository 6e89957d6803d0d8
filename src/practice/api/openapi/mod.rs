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
use crate::practice::field::fields;
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
    let document = fields([
        ("openapi", "3.0.0".into()),
        ("info", json!({"title": "Kubernetes", "version": discovery::VERSION})),
        ("paths", paths::paths(&kinds, &format!("/{}", way(group, version))).into()),
        ("components", fields([("schemas", schemas(&kinds).into())])),
    ]);
    let mut response = answer::object(&document);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, immutable"));
    Ok(response)
}

/// The schemas of kinds and of all types in them.
fn schemas(kinds: &[&Kind]) -> Map<String, Value> {
    let mut schemas = schemas::of(kinds);
    for (name, schema) in &mut schemas {
        marks::add(name, schema);
    }
    for kind in kinds.iter().filter(|kind| kind.custom.is_some()) {
        defined::add(kind, &mut schemas);
    }
    for kind in kinds {
        if let Some(schema) = types::table()
            .find(&kind.api_version(), kind.kind)
            .and_then(|id| schemas.get_mut(&marks::schema_name(id)))
        {
            schema["x-kubernetes-group-version-kind"] = json!([{"group": kind.group, "kind": kind.kind, "version": kind.version}]);
        }
    }
    schemas
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
