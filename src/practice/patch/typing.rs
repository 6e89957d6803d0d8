//! What server-side apply says of values that are not of their type (structured-merge-diff `typed/validate.go`).

use std::collections::HashSet;

use serde_json::Value;

use super::schema::{List, Node, Wanted, key};
use super::strategic::printed;
use crate::practice::kind::Kind;

/// What in a configuration is not of its type, or in no type at all.
#[must_use]
pub fn misfits(kind: &Kind, configuration: &Value) -> Vec<String> {
    let mut found = Vec::new();
    value(Node::of(kind), "", configuration, &mut found);
    found
}

fn value(node: Node, at: &str, value: &Value, found: &mut Vec<String>) {
    let shown = || format!("&{{{}}}", printed(value));
    match (node.wanted(), value) {
        (_, Value::Null)
        | (Wanted::Any, _)
        | (Wanted::Number, Value::Number(_))
        | (Wanted::Text, Value::String(_))
        | (Wanted::Bool, Value::Bool(_))
        | (Wanted::Scalar, Value::Number(_) | Value::String(_) | Value::Bool(_)) => {}
        (Wanted::List, Value::Array(elements)) => list(node, at, elements, found),
        (Wanted::Fields, Value::Object(_)) => fields(node, at, value, found),
        (Wanted::Number, _) => found.push(format!("{at}: expected numeric (int or float), got {}", go(value))),
        (Wanted::Text, _) => found.push(format!("{at}: expected string, got &value.valueUnstructured{{Value:{}}}", literal(value))),
        (Wanted::Bool, _) => found.push(format!("{at}: expected boolean, got {}", shown())),
        (Wanted::Scalar, _) => found.push(format!("{at}: expected any scalar, got {}", shown())),
        (Wanted::List, _) => found.push(format!("{at}: expected list, got {}", shown())),
        (Wanted::Fields, _) => found.push(format!("{at}: expected map, got {}", shown())),
    }
}

fn fields(node: Node, at: &str, object: &Value, found: &mut Vec<String>) {
    for (name, inner) in object.as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        if node.knows(name) {
            value(node.field(name), &at, inner, found);
        } else {
            found.push(format!("{at}: field not declared in schema"));
        }
    }
}

fn list(node: Node, at: &str, elements: &[Value], found: &mut Vec<String>) {
    let mut seen = HashSet::new();
    for (index, element) in elements.iter().enumerate() {
        let way = match node.list() {
            List::Keyed(_) if !element.is_object() => {
                found.push(format!("{at}: element {index}: associative list with keys may not have non-map elements"));
                continue;
            }
            List::Keyed(keys) => match key(&node.element().with_defaults(element, keys), keys) {
                Some(key) => {
                    let pairs: Vec<String> = key.iter().map(|(name, value)| format!("{name}={value}")).collect();
                    format!("[{}]", pairs.join(","))
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
            List::Set => format!("[={element}]"),
            List::Atomic => format!("[{index}]"),
        };
        if seen.contains(&way) {
            found.push(format!("{at}: duplicate entries for key {way}"));
        } else {
            value(node.element(), &format!("{at}{way}"), element, found);
            seen.insert(way);
        }
    }
}

/// The Go type of a value.
#[must_use]
pub fn go(value: &Value) -> &'static str {
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
    use crate::practice::custom::schema::Schema;
    use crate::practice::kind::{DEPLOYMENT, SERVICE};

    #[test]
    fn every_type_has_its_words() {
        let text = json!({"type": "string"});
        let ports = json!({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port"],
            "items": {"type": "object", "properties": {"port": {"type": "integer"}}}});
        let schema: &'static Schema = Box::leak(Box::new(Schema::root(
            &json!({"type": "object", "properties": {"text": text, "count": {"type": "integer"}, "ports": ports,
            "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": text}, "map": {"type": "object", "additionalProperties": text}}}),
            false,
        )));
        let misfits = |wanted: &Value| {
            let mut found = Vec::new();
            value(Node::defined(schema), "", wanted, &mut found);
            found
        };
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
            assert_eq!(misfits(&wanted), [words]);
        }
        assert_eq!(
            misfits(&json!({"text": "a", "count": 1, "ports": [{"port": 1}, {"port": 2}]})),
            [] as [String; 0]
        );
    }

    #[test]
    fn the_kinds_that_come_with_kubernetes_are_held_to_their_types_too() {
        let service = |spec: Value| {
            misfits(
                &SERVICE,
                &json!({"kind": "Service", "apiVersion": "v1", "metadata": {"name": "a"}, "spec": spec}),
            )
        };
        assert_eq!(
            service(json!({"ports": [{"port": "80"}, {"port": 80.5}], "nope": 2})),
            [
                ".spec.nope: field not declared in schema",
                ".spec.ports[port=\"80\",protocol=\"TCP\"].port: expected numeric (int or float), got string"
            ]
        );
        assert_eq!(
            service(json!({"ports": [{"port": 80}, {"port": 80}]})),
            [".spec.ports: duplicate entries for key [port=80,protocol=\"TCP\"]"]
        );
        let container = json!({"args": [1], "resources": {"limits": {"cpu": 1, "memory": [1]}}, "ports": [{"hostPort": 1}]});
        let template = json!({"spec": {"containers": [container], "volumes": null}});
        assert_eq!(
            misfits(&DEPLOYMENT, &json!({"spec": {"paused": 1, "template": template}})),
            [
                ".spec.paused: expected boolean, got &{1}",
                ".spec.template.spec.containers[name=\"\"].args[0]: expected string, got &value.valueUnstructured{Value:1}",
                ".spec.template.spec.containers[name=\"\"].resources.limits.memory: expected any scalar, got &{[1]}",
            ]
        );
    }
}
