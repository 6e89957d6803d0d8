//! Rows of kinds that a cluster defined: what the paths of their columns find (apiextensions `tableconvertor`).

use jiff::Timestamp;
use serde_json::Value;

use super::Seen;
use crate::practice::api::table::age::age;
use crate::practice::custom::{Column, Custom};
use crate::practice::patch::strategic::printed;

pub fn row(custom: &Custom, seen: &Seen) -> Vec<Value> {
    let cells = custom.columns.iter().map(|column| cell(column, seen.object, seen.now));
    [seen.name.clone()].into_iter().chain(cells).collect()
}

/// The first value that a column finds, where it is of the column's type.
fn cell(column: &Column, object: &Value, now: Timestamp) -> Value {
    let Some(value) = column.path.find(object).into_iter().next() else {
        return Value::Null;
    };
    match (column.kind.as_str(), value) {
        (_, Value::Null) => Value::Null,
        ("string", Value::Object(_) | Value::Array(_)) => value.to_string().into(),
        ("string", value) => printed(value).into(),
        ("integer", Value::Number(number)) => number.as_i64().or(number.as_f64().map(|number| number as i64)).into(),
        ("number", Value::Number(_)) | ("boolean", Value::Bool(_)) => value.clone(),
        ("date", Value::String(text)) if text.parse::<Timestamp>().is_ok() => age(value, now).into(),
        ("date", Value::String(_)) => "<invalid>".into(),
        _ => Value::Null,
    }
}
