//! From protobuf to JSON by the table of types, as Go writes the same object in JSON: unset fields are left out.

use k8s_openapi::ByteString;
use serde_json::{Map, Value, json};

use super::wire::{self, Value as Wire};
use super::{Error, text_of};
use crate::practice::types::{self, Field, Id, Shape};

/// How deep messages may nest.
const DEPTH: usize = 64;
/// Kinds that belong to every group.
const EVERYWHERE: &[&str] = &["DeleteOptions"];

/// An object of a kind, without its kind and version.
pub fn object(version: &str, kind: &str, bytes: &[u8]) -> Result<Value, Error> {
    let table = types::table();
    let home = if EVERYWHERE.contains(&kind) { "meta/v1" } else { version };
    let id = table.find(home, kind).ok_or_else(|| Error::UnknownKind {
        kind: kind.to_owned(),
        version: version.to_owned(),
    })?;
    message(id, bytes, DEPTH).map(Value::Object)
}

fn message(id: Id, bytes: &[u8], depth: usize) -> Result<Map<String, Value>, Error> {
    let depth = depth.checked_sub(1).ok_or(Error::TooDeep)?;
    let fields = &types::table().of(id).fields;
    let mut object = Map::new();
    for field in wire::fields(bytes) {
        let (number, value) = field?;
        // A field this version does not know is passed over, as Go does.
        if let Some(field) = fields.iter().find(|field| field.number == number && number != 0) {
            add(&mut object, field, value, depth)?;
        }
    }
    Ok(object)
}

fn add(object: &mut Map<String, Value>, field: &Field, value: Wire, depth: usize) -> Result<(), Error> {
    match &field.shape {
        Shape::Type(id) if field.name.is_empty() => object.extend(message(*id, bytes(value, field)?, depth)?),
        Shape::List(element) => {
            let list = object.entry(field.name).or_insert_with(|| json!([]));
            let Value::Array(list) = list else { return Ok(()) };
            match (&**element, value) {
                // Numbers may come packed.
                (Shape::Whole(_), Wire::Bytes(mut packed)) => {
                    while !packed.is_empty() {
                        list.push(whole(wire::varint(&mut packed)?));
                    }
                }
                (element, value) => list.push(one(element, field, value, depth)?),
            }
        }
        Shape::Map(element) => {
            let (key, value) = entry(element, field, bytes(value, field)?, depth)?;
            let map = object.entry(field.name).or_insert_with(|| json!({}));
            map[key] = value;
        }
        shape => {
            let value = one(shape, field, value, depth)?;
            if field.keep && !value.is_null() || !is_zero(&value) {
                object.insert(field.name.to_owned(), value);
            }
        }
    }
    Ok(())
}

/// One value that is neither a list nor a map.
fn one(shape: &Shape, field: &Field, value: Wire, depth: usize) -> Result<Value, Error> {
    let mismatch = Error::Mismatch {
        wire: value.wire_type(),
        field: field.name,
    };
    Ok(match (shape, value) {
        (Shape::Bool, Wire::Varint(number)) => (number != 0).into(),
        (Shape::Whole(_), Wire::Varint(number)) => whole(number),
        (Shape::Float, Wire::Fixed64(bits)) => f64::from_bits(bits).into(),
        (Shape::Text(_), Wire::Bytes(bytes)) => text_of(bytes, field.name)?.into(),
        (Shape::Bytes, Wire::Bytes(bytes)) => json!(ByteString(bytes.to_vec())),
        (Shape::Type(id), Wire::Bytes(bytes)) => Value::Object(message(*id, bytes, depth)?),
        (Shape::Quantity, Wire::Bytes(bytes)) => text_of(part(bytes, 1)?, field.name)?.into(),
        (Shape::Time, Wire::Bytes(bytes)) => time(bytes, "%Y-%m-%dT%H:%M:%SZ")?,
        (Shape::MicroTime, Wire::Bytes(bytes)) => time(bytes, "%Y-%m-%dT%H:%M:%S.%6fZ")?,
        (Shape::IntOrString, Wire::Bytes(bytes)) => int_or_string(bytes, field)?,
        (Shape::Any, Wire::Bytes(bytes)) => match part(bytes, 1)? {
            [] => Value::Null,
            raw => serde_json::from_slice(raw).map_err(|bad| Error::Json(bad.to_string()))?,
        },
        (Shape::Wrapped, Wire::Bytes(bytes)) => {
            let texts = wire::fields(bytes).map(|item| match item? {
                (_, Wire::Bytes(text)) => text_of(text, field.name).map(Value::from),
                _ => Err(mismatch.clone()),
            });
            Value::Array(texts.collect::<Result<_, _>>()?)
        }
        _ => return Err(mismatch),
    })
}

/// Numbers are signed in all of Kubernetes' types; a negative one fills all 64 bits.
fn whole(number: u64) -> Value {
    (number as i64).into()
}

fn bytes<'a>(value: Wire<'a>, field: &Field) -> Result<&'a [u8], Error> {
    match value {
        Wire::Bytes(bytes) => Ok(bytes),
        other => Err(Error::Mismatch {
            wire: other.wire_type(),
            field: field.name,
        }),
    }
}

/// Key and value of a map's entry; either may be left out when it is empty.
fn entry(element: &Shape, field: &Field, bytes: &[u8], depth: usize) -> Result<(String, Value), Error> {
    let (mut key, mut value) = (String::new(), None);
    for part in wire::fields(bytes) {
        match part? {
            (1, Wire::Bytes(text)) => key = text_of(text, field.name)?,
            (2, wire) => value = Some(one(element, field, wire, depth)?),
            _ => {}
        }
    }
    let empty = || one(element, field, Wire::Bytes(&[]), depth);
    Ok((key, value.map_or_else(empty, Ok)?))
}

/// The bytes of a message's field; empty when it is not there.
fn part(bytes: &[u8], wanted: u32) -> Result<&[u8], Error> {
    let mut found = &[][..];
    for field in wire::fields(bytes) {
        if let (number, Wire::Bytes(bytes)) = field?
            && number == wanted
        {
            found = bytes;
        }
    }
    Ok(found)
}

fn numbers(bytes: &[u8]) -> Result<[i64; 2], Error> {
    let mut numbers = [0; 2];
    for field in wire::fields(bytes) {
        if let (number @ 1..=2, Wire::Varint(value)) = field? {
            numbers[number as usize - 1] = value as i64;
        }
    }
    Ok(numbers)
}

/// Seconds and nanoseconds; an empty message is no time.
fn time(bytes: &[u8], form: &str) -> Result<Value, Error> {
    let [seconds, nanos] = numbers(bytes)?;
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let nanos = i32::try_from(nanos).map_err(|_| Error::Overflow)?;
    let at = jiff::Timestamp::new(seconds, nanos).map_err(|_| Error::Overflow)?;
    Ok(at.strftime(form).to_string().into())
}

fn int_or_string(bytes: &[u8], field: &Field) -> Result<Value, Error> {
    let [kind, number] = numbers(bytes)?;
    Ok(if kind == 0 {
        number.into()
    } else {
        text_of(part(bytes, 3)?, field.name)?.into()
    })
}

/// What Go's `omitempty` leaves out; a struct it always writes.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        _ => false,
    }
}
