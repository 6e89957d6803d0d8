//! `metadata.managedFields` of writes that are not applies: what a manager changed is its own, and no one else's any more.

use serde_json::{Value, json};

use super::fields::{Fields, get};
use crate::practice::kind::Kind;

/// Who writes, through which subresource, when.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    pub manager: &'a str,
    /// Empty for the object itself.
    pub subresource: &'a str,
    pub time: &'a str,
}

/// Records a write that is about to turn `old` into `new`.
pub fn record(kind: &Kind, old: Option<&Value>, new: &mut Value, writer: &Writer) {
    let Writer { manager, subresource, time } = *writer;
    let present = if subresource == "status" {
        Fields::of_status(kind, new)
    } else {
        Fields::of(kind, new)
    };
    let changed: Fields = Fields(
        present
            .0
            .iter()
            .filter(|path| old.is_none_or(|old| get(old, path) != get(new, path)))
            .cloned()
            .collect(),
    );
    let mut entries = known(old, new);
    let mine =
        |entry: &Value| entry["manager"] == manager && entry["operation"] == "Update" && entry["subresource"].as_str().unwrap_or_default() == subresource;
    let mut own = changed.clone();
    for entry in &mut entries {
        let mut fields = Fields::decode(&entry["fieldsV1"]);
        let count = fields.0.len();
        if mine(entry) {
            own.0.extend(fields.0.iter().filter(|path| present.0.contains(*path)).cloned());
            continue;
        }
        // An element of a keyed list is shared: changing a field in it takes only that field.
        let lost = |path: &[String]| !present.0.contains(path) || changed.0.contains(path) && !is_element(path);
        let elsewhere = |path: &[String]| (path.first().is_some_and(|part| part == "f:status")) != (subresource == "status");
        fields.0.retain(|path| elsewhere(path) || !lost(path));
        if fields.0.len() != count {
            entry["fieldsV1"] = fields.encode();
        }
    }
    let unchanged = entries.iter().any(|entry| mine(entry) && entry["fieldsV1"] == own.encode());
    if !unchanged {
        entries.retain(|entry| !mine(entry));
        if !own.0.is_empty() {
            let mut entry = json!({"manager": manager, "operation": "Update", "apiVersion": kind.api_version(), "time": time,
                "fieldsType": "FieldsV1", "fieldsV1": own.encode()});
            if !subresource.is_empty() {
                entry["subresource"] = subresource.into();
            }
            entries.push(entry);
        }
    }
    entries.retain(|entry| entry["fieldsV1"].as_object().is_some_and(|fields| !fields.is_empty()));
    if !entries.is_empty() {
        new["metadata"]["managedFields"] = Value::Array(entries);
    }
}

/// The entries to go on from: those sent, when a writer sets them itself, or those that were there.
fn known(old: Option<&Value>, new: &Value) -> Vec<Value> {
    let sent = new["metadata"]["managedFields"].as_array();
    if let Some(sent) = sent {
        let reset = sent.is_empty() || matches!(sent.as_slice(), [one] if one.as_object().is_some_and(serde_json::Map::is_empty));
        return if reset { Vec::new() } else { sent.clone() };
    }
    old.and_then(|old| old["metadata"]["managedFields"].as_array()).cloned().unwrap_or_default()
}

/// Whether a path names a whole element of a keyed list: several managers may share one.
pub fn is_element(path: &[String]) -> bool {
    path.last().is_some_and(|last| last.starts_with("k:"))
}
