//! Watched objects cut down to rows, once, as they arrive.

mod event;
mod object;
mod pod;

use std::collections::BTreeMap;

use jiff::Timestamp;
use kube::api::DynamicObject;
use serde_json::Value;

use super::snapshot::{ConditionRow, NodeRow, Row, Uid};

/// The row of an object of any kind.
#[must_use]
pub fn row(object: DynamicObject) -> Row {
    let value = serde_json::to_value(object).unwrap_or_default();
    match value["kind"].as_str() {
        Some("Pod") => Row::Pod(pod::row(&value)),
        Some("Event") => Row::Event(event::row(&value)),
        Some("Node") => Row::Node(node(&value)),
        _ => Row::Object(object::row(&value)),
    }
}

fn node(value: &Value) -> NodeRow {
    let images = items(&value["status"]["images"])
        .map(|image| (items(&image["names"]).map(text).collect(), image["sizeBytes"].as_u64().unwrap_or_default()))
        .collect();
    NodeRow {
        uid: uid(value),
        name: text(&value["metadata"]["name"]),
        images,
    }
}

fn uid(value: &Value) -> Uid {
    Uid(text(&value["metadata"]["uid"]))
}

/// A text of the cluster's, cleaned.
fn text(value: &Value) -> String {
    super::clean(value.as_str().unwrap_or_default())
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

fn count(value: &Value) -> u32 {
    value.as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or_default()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| (super::clean(key), text(value)))
        .collect()
}

fn conditions(value: &Value) -> Vec<ConditionRow> {
    items(&value["status"]["conditions"])
        .map(|condition| ConditionRow {
            kind: text(&condition["type"]),
            status: text(&condition["status"]),
            reason: text(&condition["reason"]),
            message: text(&condition["message"]),
        })
        .collect()
}

/// Kind and name of the controlling owner.
fn owner(value: &Value) -> Option<(String, String)> {
    let owner = items(&value["metadata"]["ownerReferences"]).find(|owner| owner["controller"] == true)?;
    Some((text(&owner["kind"]), text(&owner["name"])))
}

fn deleting(value: &Value) -> bool {
    !value["metadata"]["deletionTimestamp"].is_null()
}
