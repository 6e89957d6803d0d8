//! Watched objects cut down to rows; all text is cleaned here, once.

mod columns;
mod event;
mod facts;
mod links;
mod object;
mod pod;
mod service;
mod storage;
mod wide;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

pub use event::event_row;
pub use object::{node_row, object_row};
pub use pod::pod_row;

use super::snapshot::{ConditionRow, Row, Uid};
use crate::text;

/// The row of an object of a kind; objects in lists do not say their own kind.
#[must_use]
pub fn row(api_version: &str, kind: &str, object: &Value) -> Row {
    match (api_version, kind) {
        ("v1", "Pod") => Row::Pod(pod_row(object)),
        ("v1", "Event") => Row::Event(event_row(object)),
        ("v1", "Node") => Row::Node(node_row(object)),
        _ => Row::Object(object_row(api_version, kind, object)),
    }
}

pub(super) fn uid(object: &Value) -> Uid {
    Uid(words(&object["metadata"]["uid"]))
}

/// A string field, cleaned; empty when there is none.
fn words(value: &Value) -> String {
    value.as_str().map(text::clean).unwrap_or_default()
}

fn number(value: &Value) -> u32 {
    value.as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str().and_then(|time| time.parse().ok())
}

fn list(value: &Value) -> impl DoubleEndedIterator<Item = &Value> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

fn pairs(value: &Value) -> BTreeMap<String, String> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| (text::clean(key), words(value)))
        .collect()
}

fn owner(object: &Value) -> Option<(String, String)> {
    let controller = list(&object["metadata"]["ownerReferences"]).find(|owner| owner["controller"] == true)?;
    Some((words(&controller["kind"]), words(&controller["name"])))
}

fn conditions(object: &Value) -> Vec<ConditionRow> {
    let condition = |c: &Value| ConditionRow {
        kind: words(&c["type"]),
        status: words(&c["status"]),
        reason: words(&c["reason"]),
        message: words(&c["message"]),
    };
    list(&object["status"]["conditions"]).map(condition).collect()
}
