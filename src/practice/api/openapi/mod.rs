//! OpenAPI v3, a document for each group and version: what kubectl explains, validates and merges by.

#[cfg(test)]
mod generate;
mod marks;
pub mod old;
mod paths;
mod schemas;

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::{answer, discovery};
use crate::practice::kind::{KINDS, Kind};
use crate::practice::status::Status;
use crate::practice::types;

/// `/openapi/v3`: where the documents are.
pub fn index() -> Response {
    // kubectl keeps a document for as long as its address stays the same.
    let mut hasher = DefaultHasher::new();
    (env!("CARGO_PKG_VERSION"), KINDS, types::FIELDS, types::ENUMS).hash(&mut hasher);
    let hash = hasher.finish();
    let mut paths = Map::new();
    for kind in KINDS {
        let way = way(kind.group, kind.version);
        paths.insert(way.clone(), json!({"serverRelativeURL": format!("/openapi/v3/{way}?hash={hash:X}")}));
    }
    answer::object(&json!({"paths": paths}))
}

/// `/openapi/v3/…`: the document of a group and version.
///
/// # Errors
/// 404 for a group that is not served.
pub fn document(group: &str, version: &str) -> Result<Response, Status> {
    let kinds: Vec<&Kind> = KINDS.iter().copied().filter(|kind| kind.group == group && kind.version == version).collect();
    if kinds.is_empty() {
        return Err(Status::no_such_path());
    }
    let document = json!({
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": discovery::VERSION},
        "paths": paths::paths(&kinds, &format!("/{}", way(group, version))),
        "components": {"schemas": schemas(&kinds)},
    });
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
