//! Bodies of kinds that a cluster defined: read without a type, so that they have to say what they are.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::body::{ACCEPTED, not_an_object, unrecognized};
use super::call::Call;
use super::protobuf;
use crate::practice::field::text;
use crate::practice::kind::Kind;
use crate::practice::status::{Fault, Status};
use crate::practice::typed;

/// The object that a body is.
///
/// # Errors
/// 400 for a body that is none, 415 for protobuf, 422 for an object of another kind.
pub fn object(call: &Call, kind: &Kind) -> Result<Value, Status> {
    if call.content_type() == protobuf::MEDIA {
        return Err(Status::unsupported_media_type(ACCEPTED));
    }
    let object = call.json().map_err(|status| unrecognized(kind, &call.body, status))?;
    let refused = |why: String| unrecognized(kind, &call.body, Status::bad_request(why));
    if !object.is_object() {
        return Err(refused(not_an_object(&object)));
    }
    if text(&object["kind"]).is_empty() {
        let body = String::from_utf8_lossy(&call.body).into_owned();
        return Err(refused(format!("Object 'Kind' is missing in '{body}'")));
    }
    is_a(kind, &object)?;
    let mut read = typed::read(kind, &object)?;
    let mut twice = duplicates(&call.body);
    twice.append(&mut read.odd);
    read.odd = twice;
    call.admit(kind, read, |why| why)
}

/// Whether an object is of a kind and version.
///
/// # Errors
/// 400 for another version, 422 for another kind.
pub fn is_a(kind: &Kind, object: &Value) -> Result<(), Status> {
    let (version, wanted) = (text(&object["apiVersion"]), kind.api_version());
    if version != wanted {
        let why = format!("the API version in the data ({version}) does not match the expected API version ({wanted})");
        return Err(Status::bad_request(why));
    }
    let own = text(&object["kind"]);
    if own == kind.kind {
        return Ok(());
    }
    let fault = Fault::invalid("kind", &object["kind"], &format!("must be {}", kind.kind));
    Err(Status::invalid_as(own, kind.group, text(&object["metadata"]["name"]), &[fault]))
}

/// The fields that a body has twice.
fn duplicates(body: &[u8]) -> Vec<String> {
    let found = RefCell::default();
    // What is no JSON was read as something else.
    let _ = Seek { way: "", found: &found }.deserialize(&mut serde_json::Deserializer::from_slice(body));
    found.into_inner()
}

/// A place in a body that is read for what is there twice.
struct Seek<'a> {
    way: &'a str,
    found: &'a RefCell<Vec<String>>,
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0;
        loop {
            let way = format!("{}[{index}]", self.way);
            let next = Seek { way: &way, found: self.found };
            if list.next_element_seed(next)?.is_none() {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let way = if self.way.is_empty() { name.clone() } else { format!("{}.{name}", self.way) };
            let told = format!("duplicate field {way:?}");
            if !seen.insert(name) && !self.found.borrow().contains(&told) {
                self.found.borrow_mut().push(told);
            }
            map.next_value_seed(Seek { way: &way, found: self.found })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_twice_is_found() {
        let body = br#"{"spec": {"a": 1, "a": 2, "list": [{"b": 1, "b": 2, "b": 3}]}, "spec": {}}"#;
        assert_eq!(
            duplicates(body),
            [
                r#"duplicate field "spec.a""#,
                r#"duplicate field "spec.list[0].b""#,
                r#"duplicate field "spec""#
            ]
        );
    }
}
