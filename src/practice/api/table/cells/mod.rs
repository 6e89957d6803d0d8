//! What an object of each kind shows in its columns.

mod access;
mod cluster;
mod defined;
mod extension;
mod network;
mod storage;
mod workload;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::age::age;
use crate::practice::kind::Kind;
use crate::practice::selector::written;

/// The cells of an object.
pub fn row(kind: &Kind, object: &Value, now: Timestamp) -> Vec<Value> {
    let seen = Seen {
        name: &object["metadata"]["name"],
        age: age(&object["metadata"]["creationTimestamp"], now),
        spec: &object["spec"],
        status: &object["status"],
        object,
        now,
    };
    if let Some(custom) = kind.custom {
        return defined::row(custom, &seen);
    }
    let cells = workload::row(kind, &seen)
        .or_else(|| network::row(kind, &seen))
        .or_else(|| storage::row(kind, &seen))
        .or_else(|| access::row(kind, &seen))
        .or_else(|| cluster::row(kind, &seen))
        .or_else(|| extension::row(kind, &seen))
        .unwrap_or_else(|| json!([seen.name, object["metadata"]["creationTimestamp"]]));
    cells.as_array().cloned().unwrap_or_default()
}

/// An object, and what nearly every row says of it.
struct Seen<'a> {
    name: &'a Value,
    age: String,
    spec: &'a Value,
    status: &'a Value,
    object: &'a Value,
    now: Timestamp,
}

/// A number, 0 when it is not there.
fn count(value: &Value) -> Value {
    json!(value.as_i64().unwrap_or(0))
}

/// A text, or what stands for none.
fn or<'a>(value: &'a Value, none: &'a str) -> &'a str {
    value.as_str().filter(|text| !text.is_empty()).unwrap_or(none)
}

/// A truth, `otherwise` when it is not said.
fn truth(value: &Value, otherwise: bool) -> bool {
    value.as_bool().unwrap_or(otherwise)
}

fn entries(map: &Value) -> usize {
    map.as_object().map_or(0, serde_json::Map::len)
}

fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object[field].as_array().map_or(&[], Vec::as_slice)
}

/// Texts joined by commas.
fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.collect::<Vec<_>>().join(",")
}

/// At most so many of a list, and how many more there are.
fn at_most(max: usize, all: &[String], none: &str) -> String {
    match all.len() {
        0 => none.to_owned(),
        len if len <= max => all.join(","),
        len => format!("{} + {} more...", all[..max].join(","), len - max),
    }
}

/// A map of labels, `none` when it is empty.
fn labels(map: &Value) -> String {
    let pairs: Vec<String> = map
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    if pairs.is_empty() { "<none>".to_owned() } else { pairs.join(",") }
}

/// A label selector in the form in which kubectl takes one.
fn selector(selector: &Value) -> String {
    match written(selector) {
        text if text.is_empty() => "<none>".to_owned(),
        text => text,
    }
}
