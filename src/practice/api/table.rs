//! Server-side Tables: the columns that `kubectl get` prints (kubernetes `pkg/printers/internalversion/printers.go`).

mod age;
mod cells;

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

pub use self::age::age;
use self::cells::{Column, columns, row};
use super::answer;
use super::call::Call;
use crate::practice::kind::Kind;

/// Whether a call wants a Table, and prefers it.
pub fn wanted(call: &Call) -> bool {
    call.accept()
        .split(',')
        .next()
        .is_some_and(|first| first.contains("as=Table") && first.split(';').any(|part| part.trim() == "v=v1"))
}

/// A Table of objects; `metadata` is the list's.
pub fn table(kind: &Kind, metadata: Value, objects: &[Value], now: Timestamp, call: &Call, head: bool) -> Value {
    let rows: Vec<Value> = objects
        .iter()
        .map(|object| json!({"cells": row(kind, object, now), "object": included(object, call.param("includeObject"))}))
        .collect();
    let definitions: Vec<Value> = if head { columns(kind).iter().map(definition).collect() } else { Vec::new() };
    json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "columnDefinitions": definitions, "rows": rows})
}

pub fn answer(table: &Value) -> Response {
    answer::typed(StatusCode::OK, "application/json", table.to_string())
}

fn definition(column: &Column) -> Value {
    let (format, priority) = (if column.name == "Name" { "name" } else { "" }, i32::from(column.wide));
    json!({"name": column.name, "type": column.kind, "format": format, "description": "", "priority": priority})
}

fn included(object: &Value, how: &str) -> Value {
    match how {
        "None" => Value::Null,
        "Object" => object.clone(),
        _ => json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"]}),
    }
}
