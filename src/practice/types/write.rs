//! Objects as Go writes them: the members of a structure in the order of its type, those of maps by name (`encoding/json`).

use std::sync::LazyLock;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Id, Shape, Table, table};

/// Where a member stands in its structure, and what it is.
type Place = (usize, &'static Shape);

/// The members of each type, those of embedded structures among them, by name.
static PLACES: LazyLock<Vec<Vec<(&'static str, Place)>>> = LazyLock::new(|| table().ids().map(|id| places(table(), id)).collect());

fn places(table: &'static Table, id: Id) -> Vec<(&'static str, Place)> {
    let mut members = Vec::new();
    collect(table, id, &mut members);
    let mut places: Vec<_> = members.into_iter().enumerate().map(|(at, (name, shape))| (name, (at, shape))).collect();
    places.sort_unstable_by_key(|(name, _)| *name);
    places
}

fn collect(table: &'static Table, id: Id, members: &mut Vec<(&'static str, &'static Shape)>) {
    for field in &table.of(id).fields {
        match (field.name, &field.shape) {
            ("", Shape::Type(inner)) => collect(table, *inner, members),
            (name, shape) => members.push((name, shape)),
        }
    }
}

/// The bytes of an object; `None` when its kind is not of the table.
#[must_use]
pub fn object(value: &Value) -> Option<Vec<u8>> {
    let text = |field: &str| value[field].as_str().unwrap_or_default();
    typed(text("apiVersion"), text("kind"), value).or_else(|| match text("apiVersion") {
        // Status and discovery, which are of no group
        "" | "v1" => typed("meta/v1", text("kind"), value),
        _ => None,
    })
}

/// The bytes of a value of a type; `None` when the table has no such type.
#[must_use]
pub fn typed(api_version: &str, kind: &str, value: &Value) -> Option<Vec<u8>> {
    let shape = table().shape(api_version, kind)?;
    let mut out = Vec::with_capacity(4096);
    write(&mut out, shape, value);
    Some(out)
}

/// A value of no type.
#[must_use]
pub fn any(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out, &Shape::Any, value);
    out
}

fn write(out: &mut Vec<u8>, shape: &'static Shape, value: &Value) {
    match (shape, value) {
        (Shape::Type(id), Value::Object(map)) => structure(out, &PLACES[*id], map),
        (Shape::List(inner), Value::Array(list)) => elements(out, inner, list),
        (_, Value::Array(list)) => elements(out, &Shape::Any, list),
        (Shape::Map(inner), Value::Object(map)) => members(out, map.iter().map(|(name, value)| (name.as_str(), &**inner, value))),
        (_, Value::Object(map)) => members(out, map.iter().map(|(name, value)| (name.as_str(), &Shape::Any, value))),
        (_, Value::String(text)) => string(out, text),
        (_, plain) => leaf(out, plain),
    }
}

/// The members that the type knows in its order, then any other.
fn structure(out: &mut Vec<u8>, places: &[(&'static str, Place)], map: &Map<String, Value>) {
    let mut found: Vec<(usize, &str, &'static Shape, &Value)> = Vec::with_capacity(map.len());
    // Both are in the order of the names.
    let mut known = places.iter().peekable();
    for (name, value) in map {
        while known.next_if(|(before, _)| *before < name.as_str()).is_some() {}
        let place = known.peek().filter(|(own, _)| own == name);
        let (at, shape) = place.map_or((usize::MAX, &Shape::Any), |(_, place)| *place);
        found.push((at, name, shape, value));
    }
    found.sort_unstable_by_key(|(at, name, ..)| (*at, *name));
    members(out, found.into_iter().map(|(_, name, shape, value)| (name, shape, value)));
}

fn members<'a>(out: &mut Vec<u8>, members: impl Iterator<Item = (&'a str, &'static Shape, &'a Value)>) {
    out.push(b'{');
    for (at, (name, shape, value)) in members.enumerate() {
        out.extend((at > 0).then_some(b','));
        string(out, name);
        out.push(b':');
        write(out, shape, value);
    }
    out.push(b'}');
}

fn elements(out: &mut Vec<u8>, inner: &'static Shape, list: &[Value]) {
    out.push(b'[');
    for (at, value) in list.iter().enumerate() {
        out.extend((at > 0).then_some(b','));
        write(out, inner, value);
    }
    out.push(b']');
}

/// The bytes that stand in a text as they are; 0xe2 begins the line ends that only Unicode knows.
const PLAIN: [bool; 256] = {
    let (mut plain, mut byte) = ([true; 256], 0);
    while byte < 256 {
        plain[byte] = byte >= 0x20 && !matches!(byte as u8, b'"' | b'\\' | b'<' | b'>' | b'&' | 0xe2);
        byte += 1;
    }
    plain
};

/// A text, in which Go hides what HTML would take for its own. Nearly all are plain, and all that is written comes through here.
fn string(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|byte| PLAIN[usize::from(byte)]) {
        out.reserve(text.len() + 2);
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        return out.push(b'"');
    }
    let from = out.len();
    leaf(out, text);
    if memchr::memchr3(b'<', b'>', b'&', &out[from..]).is_none() {
        return;
    }
    for byte in out.split_off(from) {
        match byte {
            b'<' => out.extend_from_slice(b"\\u003c"),
            b'>' => out.extend_from_slice(b"\\u003e"),
            b'&' => out.extend_from_slice(b"\\u0026"),
            byte => out.push(byte),
        }
    }
}

fn leaf(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    // plain values have always a form in JSON
    let _ = serde_json::to_writer(out, value);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_stand_in_the_order_of_their_type() {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "status": {}, "spec": {"nodeName": "n", "containers": [{"image": "i", "name": "c", "odd": 1}]},
            "metadata": {"labels": {"b": "1", "a": "<&>"}, "name": "web"}});
        assert_eq!(
            String::from_utf8(object(&pod).unwrap()).unwrap(),
            r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","labels":{"a":"\u003c\u0026\u003e","b":"1"}},"spec":{"containers":[{"name":"c","image":"i","odd":1}],"nodeName":"n"},"status":{}}"#
        );
    }

    #[test]
    fn what_has_no_type_has_no_order() {
        assert_eq!(object(&json!({"apiVersion": "example.org/v1", "kind": "Ship"})), None);
        assert_eq!(any(&json!({"b": "x>y", "a": [1, null]})), br#"{"a":[1,null],"b":"x\u003ey"}"#);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost(name in ".{0,12}", key in ".{0,12}", number in proptest::num::i64::ANY) {
            let given = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, key.clone(): number}, "data": {key: name}});
            let read: Value = serde_json::from_slice(&object(&given).unwrap_or_default()).unwrap_or_default();
            proptest::prop_assert_eq!(read, given);
        }
    }
}
