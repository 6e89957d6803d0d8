//! `metadata.managedFields` of writes that are not applies: what a manager changed is its own, and no one else's any more.

use serde_json::{Value, json};

use super::fields::{Fields, Path, get};
use super::schema::Node;
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
    let Writer { manager, subresource, .. } = *writer;
    let mut present = if subresource == "status" {
        Fields::written_status(kind, new)
    } else {
        Fields::written(kind, new)
    };
    let values = present.leaves();
    let changed = |path: &Path| match old {
        // What holds others is written by who brings it, not by who changes something in it.
        _ if !values.contains(path) => !was_there(kind, old, path),
        Some(old) => get(old, path) != get(new, path),
        None => true,
    };
    let mut entries = known(old, new);
    if entries.is_empty() {
        // nobody has anything to lose
        present.0.retain(changed);
        if !present.0.is_empty() {
            new["metadata"]["managedFields"] = json!([entry(kind, writer, &present)]);
        }
        return;
    }
    let changed = Fields(present.0.iter().filter(|path| changed(path)).cloned().collect());
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
        let lost = |path: &[String]| !present.0.contains(path) || changed.0.contains(path) && values.contains(path);
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
            entries.push(entry(kind, writer, &own));
        }
    }
    entries.retain(|entry| entry["fieldsV1"].as_object().is_some_and(|fields| !fields.is_empty()));
    if !entries.is_empty() {
        new["metadata"]["managedFields"] = Value::Array(entries);
    }
}

/// The entry of what a writer owns.
fn entry(kind: &Kind, writer: &Writer, fields: &Fields) -> Value {
    let mut entry = json!({"manager": writer.manager, "operation": "Update", "apiVersion": kind.api_version(), "time": writer.time,
        "fieldsType": "FieldsV1", "fieldsV1": fields.encode()});
    if writer.subresource == "scale"
        && kind.custom.is_some()
        && let Some(entry) = entry.as_object_mut()
    {
        // Translated back from the scale, it has lost its time.
        entry.remove("time");
    }
    if !writer.subresource.is_empty() {
        entry["subresource"] = writer.subresource.into();
    }
    entry
}

/// Whether something was in the object before, or is in every object of the kind.
pub fn was_there(kind: &Kind, old: Option<&Value>, path: &[String]) -> bool {
    old.is_some_and(|old| get(old, path).is_some()) || in_every(kind, path)
}

/// Whether all objects of a kind have a place, if only empty.
fn in_every(kind: &Kind, path: &[String]) -> bool {
    let mut node = Node::of(kind);
    path.iter().all(|part| match part.strip_prefix("f:") {
        Some(name) => {
            node = node.field(name);
            node.always()
        }
        None => false,
    })
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
