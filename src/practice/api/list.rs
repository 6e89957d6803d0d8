//! Lists: whole, selected, or in pages.

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::call::Call;
use super::continuing::Continue;
use super::path::Resource;
use super::{answer, table};
use crate::practice::cluster::Practice;
use crate::practice::kind::Kind;
use crate::practice::selector::Selector;
use crate::practice::status::Status;
use crate::practice::store::{Store, decode};
use crate::practice::types::write;
use crate::practice::view;

/// Answers a list request.
pub fn serve(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    let selector = call.selector(at.kind)?;
    let limit = call.number("limit")?.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
    let from = match call.param("continue") {
        "" => None,
        token => Some(Continue::parse(token)?),
    };
    let found = practice.read(|world| {
        if let Some(version) = version(call, from.is_some())? {
            at_version(&world.store, at, version, call.param("resourceVersionMatch") == "Exact")?;
        }
        Ok(match &from {
            Some(lost) if lost.version.is_some_and(|version| version < world.store.forgotten()) => Err(lost.clone()),
            from => Ok(page(&world.store, at, &selector, limit, from.as_ref())),
        })
    })?;
    Ok(match found {
        Err(lost) => too_old(lost),
        Ok(page) if table::wanted(call) => {
            let (kind, now, included) = (at.kind, practice.now(), call.param("includeObject").to_owned());
            let lines = page
                .items
                .into_iter()
                .map(move |object| table::line(kind, decode(&object), now, &included).into());
            answer::listed(table::head(kind, &page.metadata, true), lines, "]}\n")
        }
        Ok(page) => {
            let kind = at.kind;
            let head = format!(
                r#"{{"kind":"{}","apiVersion":"{}","metadata":{},"items":["#,
                kind.list_kind(),
                kind.api_version(),
                String::from_utf8_lossy(&write::typed("meta/v1", "ListMeta", &page.metadata).unwrap_or_default())
            );
            answer::listed(head, page.items.into_iter().map(move |object| item(kind, view::shown(kind, &object))), "]}\n")
        }
    })
}

/// An object in a list, whose head says what it is; objects of kinds that a definition made say it each.
fn item(kind: &Kind, object: Bytes) -> Bytes {
    let head = format!(r#"{{"kind":"{}","apiVersion":"{}","#, kind.kind, kind.api_version());
    match object.strip_prefix(head.as_bytes()) {
        Some(rest) if kind.custom.is_none() => [b"{", rest].concat().into(),
        _ => object,
    }
}

/// The version asked for, where one is.
fn version(call: &Call, going_on: bool) -> Result<Option<u64>, Status> {
    let text = call.param("resourceVersion");
    if going_on && !matches!(text, "" | "0") {
        return Err(Status::bad_request("specifying resource version is not allowed when using continue"));
    }
    let parsed = super::call::version(text).map_err(|why| Status::bad_request(format!("invalid resource version: {why}")))?;
    Ok(parsed.filter(|version| *version > 0))
}

/// Whether the present state can stand for a version: it must not lie ahead, and if it is meant exactly nothing may have changed since.
fn at_version(store: &Store, at: &Resource, version: u64, exactly: bool) -> Result<(), Status> {
    if version > store.version() {
        return Err(Status::version_too_large(version, store.version()));
    }
    let unchanged = || {
        version >= store.forgotten()
            && store
                .since(version)
                .is_some_and(|mut changes| changes.all(|change| change.kind.key() != at.kind.key()))
    };
    if exactly && !unchanged() {
        return Err(Status::expired("The resourceVersion for the provided list is too old."));
    }
    Ok(())
}

/// 410 with a token to go on from what there is now.
fn too_old(from: Continue) -> Response {
    let status = Status::expired(
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the \
         continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - \
         objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
    );
    let mut body = status.body();
    body["metadata"]["continue"] = Continue { version: None, ..from }.token().into();
    answer::typed(StatusCode::GONE, "application/json", body.to_string())
}

/// Some of the objects that match, in order.
struct Page {
    metadata: Value,
    items: Vec<Bytes>,
}

fn page(store: &Store, at: &Resource, selector: &Selector, limit: Option<usize>, from: Option<&Continue>) -> Page {
    let version = from.and_then(|from| from.version).unwrap_or(store.version());
    let after = from.map(|from| (from.namespace.as_str(), from.name.as_str()));
    let mut matching = store
        .range(at.kind, at.namespace.as_deref(), after)
        .filter(|(_, _, object)| selector.is_empty() || selector.matches(&decode(object)));
    let mut items = Vec::new();
    let mut last = None;
    for (namespace, name, object) in matching.by_ref().take(limit.unwrap_or(usize::MAX)) {
        items.push(object.clone());
        last = Some((namespace, name));
    }
    let mut metadata = json!({"resourceVersion": version.to_string()});
    if let (Some(_), Some((namespace, name))) = (limit, last) {
        let left = matching.count();
        if left > 0 {
            metadata["continue"] = Continue {
                version: Some(version),
                namespace: namespace.to_owned(),
                name: name.to_owned(),
            }
            .token()
            .into();
            if selector.is_empty() {
                metadata["remainingItemCount"] = left.into();
            }
        }
    }
    Page { metadata, items }
}
