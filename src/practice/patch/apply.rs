//! Server-side apply: merges what a manager wants into an object, and refuses what another manager owns.

use serde_json::{Map, Value, json};

use super::fields::{Fields, Path, display, get, remove};
use super::managed::is_element;
use super::schema::{self, List, Node};
use crate::practice::kind::Kind;
use crate::practice::status::Status;

/// Who applies, and how.
#[derive(Debug, Clone, Copy)]
pub struct Manager<'a> {
    pub name: &'a str,
    pub force: bool,
    pub time: &'a str,
    /// Empty for the object itself.
    pub subresource: &'a str,
}

impl Manager<'_> {
    fn owns(&self, entry: &Value) -> bool {
        entry["manager"] == self.name && entry["operation"] == "Apply" && entry["subresource"].as_str().unwrap_or_default() == self.subresource
    }
}

/// The managedFields entry of an apply that sets `fields`.
#[must_use]
pub fn entry(kind: &Kind, fields: &Fields, manager: &Manager) -> Value {
    let mut entry = json!({"manager": manager.name, "operation": "Apply", "apiVersion": kind.api_version(), "time": manager.time,
        "fieldsType": "FieldsV1", "fieldsV1": fields.encode()});
    if !manager.subresource.is_empty() {
        entry["subresource"] = manager.subresource.into();
    }
    entry
}

/// The object after an apply.
///
/// # Errors
/// 409 when another manager owns a field that would change, unless forced.
pub fn merge(kind: &Kind, live: &Value, wanted: &Value, manager: &Manager) -> Result<Value, Status> {
    if let Some(version) = wanted["metadata"]["resourceVersion"].as_str().filter(|version| !version.is_empty())
        && live["metadata"]["resourceVersion"] != version
    {
        return Err(Status::conflict(kind, live["metadata"]["name"].as_str().unwrap_or_default()));
    }
    let entries = live["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    let (mine, mut others): (Vec<Value>, Vec<Value>) = entries.into_iter().partition(|entry| manager.owns(entry));
    let before = mine.first().map(|entry| Fields::decode(&entry["fieldsV1"])).unwrap_or_default();
    let now = if manager.subresource == "status" {
        Fields::of_status(kind, wanted)
    } else {
        Fields::of(kind, wanted)
    };

    let mut merged = live.clone();
    let mut wanted = wanted.clone();
    if let Some(metadata) = wanted["metadata"].as_object_mut() {
        metadata.retain(|name, _| matches!(name.as_str(), "labels" | "annotations" | "finalizers" | "ownerReferences"));
    }
    if let Some(parts) = wanted.as_object_mut() {
        parts.retain(|name, _| manager.subresource.is_empty() || name == manager.subresource);
    }
    overlay(Node::of(kind), &mut merged, &wanted);

    let changed = |path: &Path| now.0.contains(path) && !is_element(path) && get(live, path) != get(&merged, path);
    let conflicts: Vec<(usize, Path)> = others
        .iter()
        .enumerate()
        .flat_map(|(index, other)| {
            Fields::decode(&other["fieldsV1"])
                .0
                .into_iter()
                .filter(changed)
                .map(move |path| (index, path))
                .collect::<Vec<_>>()
        })
        .collect();
    if !conflicts.is_empty() && !manager.force {
        return Err(conflict(&others, &conflicts));
    }
    for other in &mut others {
        let mut fields = Fields::decode(&other["fieldsV1"]);
        fields.0.retain(|path| !conflicts.iter().any(|(_, lost)| lost == path));
        other["fieldsV1"] = fields.encode();
    }
    others.retain(|entry| entry["fieldsV1"].as_object().is_some_and(|fields| !fields.is_empty()));

    let held: Vec<Fields> = others.iter().map(|other| Fields::decode(&other["fieldsV1"])).collect();
    // Outer fields come first in the set: a list's element goes as a whole when no one holds a part of it.
    let kept = |path: &[String]| now.touches(path) || held.iter().any(|fields| fields.touches(path));
    for path in before.0.difference(&now.0) {
        let mut gone = path.as_slice();
        while !gone.is_empty() && !kept(gone) {
            remove(&mut merged, gone);
            gone = &gone[..gone.len() - 1];
            if !get(&merged, gone).is_some_and(is_empty) {
                break;
            }
        }
    }
    let same = before == now && without_managers(&merged) == without_managers(live);
    others.push(mine.into_iter().next().filter(|_| same).unwrap_or_else(|| entry(kind, &now, manager)));
    let old = &live["metadata"]["managedFields"];
    merged["metadata"]["managedFields"] = if same_entries(&others, old) { old.clone() } else { Value::Array(others) };
    Ok(merged)
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

fn same_entries(new: &[Value], old: &Value) -> bool {
    old.as_array()
        .is_some_and(|old| old.len() == new.len() && old.iter().all(|entry| new.contains(entry)))
}

fn without_managers(object: &Value) -> Value {
    let mut object = object.clone();
    remove(&mut object, &["f:metadata".to_owned(), "f:managedFields".to_owned()]);
    object
}

/// Lays what is wanted over what is there.
fn overlay(node: Node, live: &mut Value, wanted: &Value) {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) if !node.atomic() => {
            for (name, value) in wanted {
                overlay(node.field(name), live.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::Array(live), Value::Array(wanted)) => match node.list() {
            List::Keyed(keys) => overlay_keyed(node, keys, live, wanted),
            List::Set => live.extend(wanted.iter().filter(|one| !live.contains(one)).cloned().collect::<Vec<_>>()),
            List::Atomic => *live = wanted.clone(),
        },
        (live, wanted) => *live = wanted.clone(),
    }
}

/// Wanted elements come in their own order, and before each what only others have and stood there.
fn overlay_keyed(node: Node, keys: &[&str], live: &mut Vec<Value>, wanted: &[Value]) {
    let key = |element: &Value| schema::key(element, keys);
    let is_wanted = |old: &Value| wanted.iter().any(|one| key(one) == key(old));
    let mut rest = std::mem::take(live);
    for element in wanted {
        let others = rest.iter().take_while(|old| !is_wanted(old)).count();
        live.extend(rest.drain(..others));
        let found = rest.iter().position(|old| key(old).is_some() && key(old) == key(element));
        let mut merged = found.map_or(Value::Object(Map::new()), |index| rest.remove(index));
        overlay(node.element(), &mut merged, element);
        live.push(merged);
    }
    live.append(&mut rest);
}

/// 409 with one cause a field, in Kubernetes' words.
fn conflict(others: &[Value], conflicts: &[(usize, Path)]) -> Status {
    let cause = |(index, path): &(usize, Path)| json!({"reason": "FieldManagerConflict", "message": format!("conflict with {}", who(&others[*index])), "field": display(path)});
    let message = if let [(index, path)] = conflicts {
        format!("Apply failed with 1 conflict: conflict with {}: {}", who(&others[*index]), display(path))
    } else {
        let mut lines = Vec::new();
        for (owner, other) in others.iter().enumerate() {
            let fields: Vec<String> = conflicts
                .iter()
                .filter(|(index, _)| *index == owner)
                .map(|(_, path)| format!("- {}", display(path)))
                .collect();
            if !fields.is_empty() {
                lines.push(format!("conflicts with {}:", who(other)));
                lines.extend(fields);
            }
        }
        format!("Apply failed with {} conflicts: {}", conflicts.len(), lines.join("\n"))
    };
    Status {
        code: 409,
        reason: "Conflict",
        message,
        details: json!({"causes": conflicts.iter().map(cause).collect::<Vec<_>>()}),
    }
}

/// How a conflict names a manager.
fn who(entry: &Value) -> String {
    let text = |field: &str| entry[field].as_str().unwrap_or_default();
    let mut who = format!("{:?}", text("manager"));
    if !text("subresource").is_empty() {
        who += &format!(" with subresource {:?}", text("subresource"));
    }
    if text("operation") == "Update" {
        who += &format!(" using {}", text("apiVersion"));
    }
    who
}
