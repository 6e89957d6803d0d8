//! Lists that are sets or maps: no element twice (apiextensions `schema/listtype`).

use serde_json::{Map, Value};

use super::schema::{Additional, Schema};
use crate::practice::patch::schema::List;
use crate::practice::status::Fault;

/// What stands twice in lists where it may not.
pub fn check(schema: &Schema, at: &str, value: &Value, faults: &mut Vec<Fault>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                if let Additional::Of(known) = &schema.additional {
                    check(known, &format!("{at}[{name}]"), inner, faults);
                }
                if let Some(known) = schema.properties.get(name) {
                    let way = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                    check(known, &way, inner, faults);
                }
            }
        }
        Value::Array(list) => {
            match schema.list {
                Some(List::Set) => twice(list, at, faults),
                Some(List::Keyed(keys)) => {
                    let keys: Vec<Value> = list.iter().map(|element| key(element, keys)).collect();
                    twice(&keys, at, faults);
                }
                _ => {}
            }
            if let Some(known) = &schema.items {
                for (index, element) in list.iter().enumerate() {
                    check(known, &format!("{at}[{index}]"), element, faults);
                }
            }
        }
        _ => {}
    }
}

fn key(element: &Value, keys: &[&str]) -> Value {
    let there = keys.iter().filter_map(|key| Some(((*key).to_owned(), element.get(*key)?.clone())));
    Value::Object(there.collect::<Map<_, _>>())
}

/// Says of each value once that it stands there again.
fn twice(values: &[Value], at: &str, faults: &mut Vec<Fault>) {
    for (index, value) in values.iter().enumerate() {
        if values[..index].iter().filter(|earlier| *earlier == value).count() == 1 {
            faults.push(Fault::duplicate(format!("{at}[{index}]"), value));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_element_stands_in_a_set_once() {
        let schema = Schema::of(
            &json!({"type": "object", "properties": {"set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
            "map": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "items": {"type": "object"}}}}),
        );
        let mut faults = Vec::new();
        check(
            &schema,
            "",
            &json!({"set": ["a", "b", "a", "a"], "map": [{"name": "x", "n": 1}, {"name": "x", "n": 2}]}),
            &mut faults,
        );
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(told, [r#"map[1]: Duplicate value: {"name":"x"}"#, r#"set[2]: Duplicate value: "a""#]);
    }
}
