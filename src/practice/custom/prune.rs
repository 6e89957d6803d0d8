//! What a schema does to an object before anyone looks at it: unknown fields go, defaults come (apiextensions `schema/pruning`, `schema/defaulting`).

use serde_json::{Map, Value};

use super::schema::{Additional, Schema};

/// Fields of an object that every object has.
const META: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Takes away what the schema does not know; returns where it was, in order.
pub fn prune(schema: &Schema, object: &mut Value) -> Vec<String> {
    let mut gone = Vec::new();
    value(Some(schema), object, "", &mut gone);
    gone.sort();
    gone
}

fn value(schema: Option<&Schema>, object: &mut Value, at: &str, gone: &mut Vec<String>) {
    match object {
        Value::Object(map) => fields(schema, map, at, gone),
        Value::Array(list) => {
            let inner = schema.and_then(|schema| schema.items.as_deref());
            if schema.is_some_and(|schema| schema.preserve) && inner.is_none() {
                return;
            }
            for (index, element) in list.iter_mut().enumerate() {
                value(inner, element, &format!("{at}[{index}]"), gone);
            }
        }
        _ => {}
    }
}

fn fields(schema: Option<&Schema>, map: &mut Map<String, Value>, at: &str, gone: &mut Vec<String>) {
    let way = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    map.retain(|name, inner| {
        let meta = META.contains(&name.as_str());
        if let Some(schema) = schema {
            if schema.embedded && meta {
                return true;
            }
            match (schema.properties.get(name), &schema.additional) {
                (Some(known), _) => value(Some(known), inner, &way(name), gone),
                (None, Additional::Of(known)) => value(Some(known), inner, &way(name), gone),
                _ if schema.preserve => {}
                // A map of anything is a map of nothing that is known.
                (None, Additional::Any | Additional::Forbidden) => value(None, inner, &way(name), gone),
                (None, Additional::Unsaid) => {
                    gone.push(way(name));
                    return false;
                }
            }
            return true;
        }
        gone.push(way(name));
        false
    });
}

/// Fills in what the schema has defaults for; nulls that may not be there go, or become the default.
pub fn default(schema: &Schema, object: &mut Value) {
    match object {
        Value::Object(map) => {
            map.retain(|name, inner| {
                let known = schema.field(name);
                !inner.is_null() || known.is_none_or(|known| known.nullable || known.default.is_some())
            });
            for (name, known) in &schema.properties {
                if let Some(value) = &known.default
                    && map.get(name).is_none_or(|there| there.is_null() && !known.nullable)
                {
                    map.insert(name.clone(), value.clone());
                }
            }
            for (name, inner) in map.iter_mut() {
                if let Some(known) = schema.field(name) {
                    or_default(known, inner);
                    default(known, inner);
                }
            }
        }
        Value::Array(list) => {
            for (element, known) in list.iter_mut().filter_map(|element| Some((element, schema.items.as_deref()?))) {
                or_default(known, element);
                default(known, element);
            }
        }
        _ => {}
    }
}

fn or_default(schema: &Schema, value: &mut Value) {
    if let (true, false, Some(default)) = (value.is_null(), schema.nullable, &schema.default) {
        *value = default.clone();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Schema {
        Schema::root(
            &json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {
                "size": {"type": "integer", "default": 3}, "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": true,
                    "properties": {"shut": {"type": "object", "properties": {"a": {"type": "string"}}}}},
                "parts": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "on": {"type": "boolean", "default": true}}}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}}, "none": {"type": "string", "nullable": true}}}}}),
            false,
        )
    }

    #[test]
    fn what_is_not_in_the_schema_goes() {
        let mut object = json!({"apiVersion": "v", "kind": "K", "metadata": {"name": "a", "odd": 1}, "extra": 1, "spec": {"size": 1, "odd": {"x": 1},
            "open": {"free": 1, "shut": {"a": "b", "odd": 1}}, "parts": [{"name": "x", "odd": 1}], "labels": {"any": "thing"}}});
        let gone = prune(&schema(), &mut object);
        assert_eq!(gone, ["extra", "spec.odd", "spec.open.shut.odd", "spec.parts[0].odd"]);
        assert_eq!(
            object["spec"],
            json!({"size": 1, "open": {"free": 1, "shut": {"a": "b"}}, "parts": [{"name": "x"}], "labels": {"any": "thing"}})
        );
    }

    #[test]
    fn defaults_come_where_nothing_is() {
        let mut object = json!({"spec": {"size": null, "none": null, "parts": [{"name": null}, {"on": false}]}});
        default(&schema(), &mut object);
        assert_eq!(object["spec"], json!({"size": 3, "none": null, "parts": [{"on": true}, {"on": false}]}));
    }
}
