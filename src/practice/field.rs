//! Reading fields of objects that are held as JSON, and the few relations between objects all controllers need.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::kind::Kind;

/// A text field, empty when absent.
#[must_use]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A whole number, 0 when absent.
#[must_use]
pub fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

/// The items of a list, none when absent.
#[must_use]
pub fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// An instant, when the field holds one.
#[must_use]
pub fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// An object of these fields, which are moved into it; `json!` copies what it is given.
#[must_use]
pub fn fields<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Whether deletion of the object has begun.
#[must_use]
pub fn deleting(object: &Value) -> bool {
    !object["metadata"]["deletionTimestamp"].is_null()
}

/// Whether a pod has ended for good.
#[must_use]
pub fn finished(pod: &Value) -> bool {
    matches!(pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed"))
}

/// A status condition's `status`, empty when there is no such condition.
#[must_use]
pub fn condition<'a>(object: &'a Value, kind: &str) -> &'a Value {
    items(&object["status"]["conditions"])
        .iter()
        .find(|condition| condition["type"] == kind)
        .unwrap_or(&Value::Null)
}

/// Whether a pod's Ready condition holds.
#[must_use]
pub fn ready(pod: &Value) -> bool {
    condition(pod, "Ready")["status"] == "True"
}

/// The owner that controls an object.
#[must_use]
pub fn controller(object: &Value) -> Option<&Value> {
    items(&object["metadata"]["ownerReferences"]).iter().find(|owner| owner["controller"] == true)
}

/// Whether `owner` controls `object`.
#[must_use]
pub fn controlled_by(object: &Value, owner: &Value) -> bool {
    controller(object).is_some_and(|reference| reference["uid"] == owner["metadata"]["uid"])
}

/// The reference that makes an object the controller of what carries it.
#[must_use]
pub fn owner_reference(kind: &Kind, owner: &Value) -> Value {
    json!({"apiVersion": kind.api_version(), "kind": kind.kind, "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"],
        "controller": true, "blockOwnerDeletion": true})
}

/// Whether every label of a `matchLabels` map (or of a Service's selector) is there; an empty one matches nothing here.
#[must_use]
pub fn matches_labels(wanted: &Value, object: &Value) -> bool {
    let labels = &object["metadata"]["labels"];
    wanted
        .as_object()
        .is_some_and(|wanted| !wanted.is_empty() && wanted.iter().all(|(key, value)| labels.get(key) == Some(value)))
}

/// Whether a LabelSelector matches an object.
#[must_use]
pub fn selects(selector: &Value, object: &Value) -> bool {
    let expressions = items(&selector["matchExpressions"]);
    let labels = selector["matchLabels"].as_object().is_some_and(|map| !map.is_empty());
    (labels || !expressions.is_empty())
        && (!labels || matches_labels(&selector["matchLabels"], object))
        && expressions.iter().all(|expression| expressed(expression, &object["metadata"]["labels"]))
}

/// The same, where an empty selector matches everything.
#[must_use]
pub fn selects_all(selector: &Value, object: &Value) -> bool {
    let empty = selector["matchLabels"].as_object().is_none_or(serde_json::Map::is_empty) && items(&selector["matchExpressions"]).is_empty();
    !selector.is_null() && (empty || selects(selector, object))
}

/// Whether one selector expression holds for a map of labels.
#[must_use]
pub fn expressed(expression: &Value, labels: &Value) -> bool {
    let value = labels.get(text(&expression["key"]));
    let among = value.is_some_and(|value| items(&expression["values"]).contains(value));
    match text(&expression["operator"]) {
        "In" => among,
        "NotIn" => !among,
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        _ => false,
    }
}

/// A Kubernetes quantity in thousandths (`500m` is 500, `1` is 1000, `1Ki` is 1 024 000).
#[must_use]
pub fn milli(quantity: &Value) -> i128 {
    let text = match quantity {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return 0,
    };
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let factor: f64 = match suffix {
        "m" => 0.001,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        _ => 1.0,
    };
    number.parse::<f64>().map_or(0, |number| (number * factor * 1000.0).round() as i128)
}
