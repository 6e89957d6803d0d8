//! What server-side apply says of values that are not of their type (structured-merge-diff `typed/validate.go`).

use serde_json::Value;

use super::schema::{Additional, Schema};
use crate::practice::patch::schema::{List, key};
use crate::practice::patch::strategic::printed;

/// What in a configuration is not of its type.
#[must_use]
pub fn misfits(schema: &Schema, wanted: &Value) -> Vec<String> {
    let mut found = Vec::new();
    fields(schema, "", wanted, &mut found);
    found
}

fn value(schema: &Schema, at: &str, value: &Value, found: &mut Vec<String>) {
    if value.is_null() || schema.int_or_string {
        return;
    }
    let shown = || format!("&{{{}}}", printed(value));
    match schema.kind.as_str() {
        "integer" | "number" if !value.is_number() => found.push(format!("{at}: expected numeric (int or float), got {}", go(value))),
        "string" if !value.is_string() => found.push(format!("{at}: expected string, got &value.valueUnstructured{{Value:{}}}", literal(value))),
        "boolean" if !value.is_boolean() => found.push(format!("{at}: expected boolean, got {}", shown())),
        "array" => match value {
            Value::Array(elements) => list(schema, at, elements, found),
            _ => found.push(format!("{at}: expected list, got {}", shown())),
        },
        "object" if value.is_object() => fields(schema, at, value, found),
        "object" => found.push(format!("{at}: expected map, got {}", shown())),
        _ => {}
    }
}

fn fields(schema: &Schema, at: &str, object: &Value, found: &mut Vec<String>) {
    for (name, inner) in object.as_object().into_iter().flatten() {
        let known = match &schema.additional {
            Additional::Of(known) => schema.properties.get(name).or(Some(known)),
            _ => schema.properties.get(name),
        };
        if let Some(known) = known.filter(|_| !(schema.embedded && name == "metadata")) {
            value(known, &format!("{at}.{name}"), inner, found);
        }
    }
}

fn list(schema: &Schema, at: &str, elements: &[Value], found: &mut Vec<String>) {
    for (index, element) in elements.iter().enumerate() {
        let way = match schema.list {
            Some(List::Keyed(_)) if !element.is_object() => {
                found.push(format!("{at}: element {index}: associative list with keys may not have non-map elements"));
                continue;
            }
            Some(List::Keyed(keys)) => match key(element, keys) {
                Some(key) => {
                    let pairs: Vec<String> = key.iter().map(|(name, value)| format!("{name}={value}")).collect();
                    format!("{at}[{}]", pairs.join(","))
                }
                None => {
                    found.push(format!(
                        "{at}: element {index}: associative list with keys has an element that omits all key fields {} (and doesn't have default values for any \
                         key fields)",
                        Value::from(keys.to_vec())
                    ));
                    continue;
                }
            },
            Some(List::Set) => format!("{at}[={element}]"),
            _ => format!("{at}[{index}]"),
        };
        let again = elements[..index].iter().any(|earlier| match schema.list {
            Some(List::Keyed(keys)) => key(earlier, keys) == key(element, keys),
            Some(List::Set) => earlier == element,
            _ => false,
        });
        if again {
            found.push(format!("{at}: duplicate entries for key {}", &way[at.len()..]));
        } else if let Some(known) = &schema.items {
            value(known, &way, element, found);
        }
    }
}

/// The Go type of a value.
fn go(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::String(_) => "string",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// A value as Go writes it in a program.
fn literal(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Array(list) => format!("[]interface {{}}{{{}}}", joined(list.iter().map(literal).collect())),
        Value::Object(map) => {
            let entries = map.iter().map(|(name, value)| format!("{name:?}:{}", literal(value)));
            format!("map[string]interface {{}}{{{}}}", joined(entries.collect()))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_has_its_words() {
        let text = json!({"type": "string"});
        let ports = json!({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port"],
            "items": {"type": "object", "properties": {"port": {"type": "integer"}}}});
        let schema = Schema::root(
            &json!({"type": "object", "properties": {"text": text, "count": {"type": "integer"}, "ports": ports,
            "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": text}, "map": {"type": "object", "additionalProperties": text}}}),
            false,
        );
        for (wanted, words) in [
            (json!({"text": 1}), ".text: expected string, got &value.valueUnstructured{Value:1}"),
            (json!({"count": "x"}), ".count: expected numeric (int or float), got string"),
            (json!({"ports": {"port": 1}}), ".ports: expected list, got &{map[port:1]}"),
            (
                json!({"ports": [1]}),
                ".ports: element 0: associative list with keys may not have non-map elements",
            ),
            (
                json!({"ports": [{"port": "x"}]}),
                ".ports[port=\"x\"].port: expected numeric (int or float), got string",
            ),
            (json!({"tags": ["a", "a"]}), ".tags: duplicate entries for key [=\"a\"]"),
            (json!({"map": {"a": 1}}), ".map.a: expected string, got &value.valueUnstructured{Value:1}"),
        ] {
            assert_eq!(misfits(&schema, &wanted), [words]);
        }
        assert_eq!(
            misfits(&schema, &json!({"text": "a", "count": 1, "ports": [{"port": 1}, {"port": 2}]})),
            [] as [String; 0]
        );
    }
}
