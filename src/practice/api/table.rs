//! Server-side Tables: the columns that `kubectl get` prints (kubernetes `pkg/printers/internalversion/printers.go`).

mod age;
mod cells;
mod columns;

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

pub use self::age::age;
use self::cells::row;
use self::columns::definitions;
use super::answer;
use super::call::Call;
use crate::practice::kind::Kind;
use crate::practice::view;

/// Whether a call wants a Table, and prefers it.
pub fn wanted(call: &Call) -> bool {
    call.accept()
        .split(',')
        .next()
        .is_some_and(|first| first.contains("as=Table") && first.split(';').any(|part| part.trim() == "v=v1"))
}

/// A Table of one object.
pub fn table(kind: &'static Kind, object: Value, now: Timestamp, call: &Call, columns: bool) -> String {
    let metadata = json!({"resourceVersion": object["metadata"]["resourceVersion"]});
    let line = line(kind, object, now, call.param("includeObject"));
    format!("{}{line}]}}", head(kind, &metadata, columns))
}

/// What comes before the lines of a Table, with the columns or without.
pub fn head(kind: &'static Kind, metadata: &Value, columns: bool) -> String {
    begun(metadata, if columns { definitions(kind) } else { Vec::new() })
}

/// A Table of the Scale of a workload (`printScale`).
pub fn of_scale(scale: Value, now: Timestamp, call: &Call) -> String {
    let metadata = &scale["metadata"];
    let cells = json!([
        metadata["name"],
        scale["spec"]["replicas"].as_i64().unwrap_or(0),
        scale["status"]["replicas"],
        age(&metadata["creationTimestamp"], now)
    ]);
    let head = begun(&json!({"resourceVersion": metadata["resourceVersion"]}), columns::of_scale());
    let line = json!({"cells": cells, "object": shown(scale, call.param("includeObject"), |whole| whole)});
    format!("{head}{line}]}}")
}

fn begun(metadata: &Value, definitions: Vec<Value>) -> String {
    format!(
        r#"{{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{metadata},"columnDefinitions":{},"rows":["#,
        Value::from(definitions)
    )
}

/// The line of an object, which goes with it as `includeObject` wants.
pub fn line(kind: &'static Kind, mut object: Value, now: Timestamp, include: &str) -> String {
    if kind.custom.is_some() {
        object = view::show(kind, object);
    }
    let mut line = json!({"cells": row(kind, &object, now)});
    if let Some(conditions) = completed(kind, &object) {
        line["conditions"] = conditions;
    }
    line["object"] = shown(object, include, |whole| view::show(kind, whole));
    line.to_string()
}

pub fn answer(table: String) -> Response {
    answer::typed(StatusCode::OK, "application/json", table)
}

/// What the row of a Pod that has ended says of it besides its cells.
fn completed(kind: &Kind, object: &Value) -> Option<Value> {
    let message = match object["status"]["phase"].as_str() {
        Some("Succeeded") => "The pod has completed successfully.",
        Some("Failed") => "The pod failed.",
        _ => return None,
    };
    (kind.built_in() == "Pod").then(|| json!([{"type": "Completed", "status": "True", "reason": object["status"]["phase"], "message": message}]))
}

/// The object that goes with a line.
fn shown(mut object: Value, how: &str, whole: impl FnOnce(Value) -> Value) -> Value {
    match how {
        "None" => Value::Null,
        "Object" => whole(object),
        _ => json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"].take()}),
    }
}
