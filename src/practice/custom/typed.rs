//! What CEL sees of a structural schema: the types of its places, and values as they are there (apiserver `pkg/cel/common`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::schema::{Additional, Schema};
use crate::practice::cel::{Failed, Key, RESERVED, Type, Val, time};
use crate::practice::patch::schema::List;

/// Fields that every object has, and what of its metadata rules may see.
const WHOLE: [&str; 2] = ["apiVersion", "kind"];
const META: [&str; 2] = ["name", "generateName"];

/// The type of a place; `None` where nothing is known of what stands there.
#[must_use]
pub fn of(schema: &Schema, name: &str) -> Option<Type> {
    if schema.int_or_string {
        return Some(Type::Dyn);
    }
    Some(match schema.kind.as_str() {
        "boolean" => Type::Bool,
        "integer" => Type::Int,
        "number" => Type::Double,
        "string" => match schema.format.as_str() {
            "byte" => Type::Bytes,
            "duration" => Type::Span,
            "date" | "date-time" => Type::Time,
            _ => Type::Text,
        },
        "array" => Type::list(of(schema.items.as_deref()?, &format!("{name}.@idx"))?),
        "object" => match &schema.additional {
            Additional::Of(inner) => Type::map(of(inner, &format!("{name}.@elem"))?),
            _ => object(schema, name),
        },
        _ => return None,
    })
}

fn object(schema: &Schema, name: &str) -> Type {
    let known = schema.properties.iter();
    let mut fields: BTreeMap<String, Type> = known
        .filter_map(|(field, inner)| Some((escaped(field)?, of(inner, &format!("{name}.{field}"))?)))
        .collect();
    if schema.embedded {
        fields.extend(WHOLE.map(|field| (field.to_owned(), Type::Text)));
        let meta = META.map(|field| (field.to_owned(), Type::Text)).into();
        fields.insert("metadata".to_owned(), Type::object(format!("{name}.metadata"), meta));
    }
    Type::object(name, fields)
}

/// A field's name as expressions write it.
fn escaped(name: &str) -> Option<String> {
    if RESERVED.contains(&name) || ["true", "false", "null", "in"].contains(&name) {
        return Some(format!("__{name}__"));
    }
    let begins = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let known = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    (begins && name.chars().all(known)).then(|| {
        name.replace("__", "__underscores__")
            .replace('.', "__dot__")
            .replace('-', "__dash__")
            .replace('/', "__slash__")
    })
}

/// A value as it is at a place.
///
/// # Errors
/// When it is too deep.
pub fn val(schema: &Schema, value: &Value) -> Result<Val, Failed> {
    match value {
        _ if schema.int_or_string => Val::of(value),
        Value::Number(number) if schema.kind == "number" => Ok(Val::Double(number.as_f64().unwrap_or_default())),
        Value::Number(number) if schema.kind == "integer" => Ok(Val::Int(number.as_i64().unwrap_or_else(|| number.as_f64().unwrap_or_default() as i64))),
        Value::String(text) => Ok(texts(&schema.format, text)),
        Value::Array(list) => {
            let Some(items) = &schema.items else { return Val::of(value) };
            let held = list.iter().map(|element| val(items, element)).collect::<Result<_, _>>()?;
            match schema.list {
                Some(List::Set | List::Keyed(_)) => Val::set(held),
                _ => Val::list(held),
            }
        }
        Value::Object(map) => fields(schema, map),
        _ => Val::of(value),
    }
}

fn texts(format: &str, text: &str) -> Val {
    let read = match format {
        "date-time" => time::timestamp(text).map(Val::Time),
        "date" => time::timestamp(&format!("{text}T00:00:00Z")).map(Val::Time),
        "duration" => time::duration(text).map(Val::Span),
        "byte" => {
            let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text);
            bytes.ok().map(|bytes| Val::Bytes(bytes.into()))
        }
        _ => None,
    };
    read.unwrap_or_else(|| Val::from(text))
}

fn fields(schema: &Schema, map: &serde_json::Map<String, Value>) -> Result<Val, Failed> {
    let mut held = BTreeMap::new();
    for (name, value) in map {
        let value = match (&schema.additional, schema.properties.get(name)) {
            _ if schema.embedded && name == "metadata" => meta(value)?,
            // What is null is not there.
            (_, Some(_)) if value.is_null() => continue,
            (_, Some(inner)) => val(inner, value)?,
            (Additional::Of(inner), None) => val(inner, value)?,
            _ => Val::of(value)?,
        };
        let name = if matches!(schema.additional, Additional::Of(_)) {
            Some(name.clone())
        } else {
            escaped(name)
        };
        held.extend(name.map(|name| (Key::Text(name.into()), value)));
    }
    Val::map(held)
}

fn meta(metadata: &Value) -> Result<Val, Failed> {
    let there = META.iter().filter_map(|field| Some((Key::Text((*field).into()), metadata.get(*field)?)));
    Val::map(there.map(|(key, value)| Ok((key, Val::of(value)?))).collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_as_kubernetes_escapes_them() {
        for (name, written) in [
            ("plain", Some("plain")),
            ("dash-ed", Some("dash__dash__ed")),
            ("a.b/c", Some("a__dot__b__slash__c")),
            ("namespace", Some("__namespace__")),
            ("a__b", Some("a__underscores__b")),
            ("1a", None),
        ] {
            assert_eq!(escaped(name).as_deref(), written);
        }
    }
}
