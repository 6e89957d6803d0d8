//! Reads JSON as Kubernetes' decoder does: by the type of what is read, with Go's words for what does not fit, in one pass.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::leaf::{self, Misfit};
use super::{Id, Shape, Type, table};

/// How deep a document may nest.
const DEPTH: usize = 96;

/// What was read, and which of its fields a strict reader refuses, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    pub object: Value,
    pub odd: Vec<String>,
}

/// Reads a value as a type.
///
/// # Errors
/// What does not fit its type, in Go's words; for what is no JSON at all, the reader's own.
pub fn decode<'de, D: Deserializer<'de>>(id: Id, from: D) -> Result<Decoded, String> {
    let reading = Reading::default();
    let whole = At {
        reading: &reading,
        shape: &Shape::Type(id),
        owner: table().of(id),
        depth: DEPTH,
    };
    let object = whole.deserialize(from);
    if let Some(misfit) = reading.misfit.take() {
        return Err(misfit);
    }
    let object = object.map_err(|error| error.to_string())?.unwrap_or_default();
    Ok(Decoded {
        object,
        odd: reading.odd.take(),
    })
}

/// A step of the way to a place in the document.
#[derive(Debug, Clone)]
enum Step {
    /// A field of a type.
    Field(Id, &'static str),
    /// A key of a map, or a field that the type does not have.
    Key(String),
    Index(usize),
}

#[derive(Debug, Default)]
struct Reading {
    way: RefCell<Vec<Step>>,
    odd: RefCell<Vec<String>>,
    misfit: RefCell<Option<String>>,
}

impl Reading {
    /// `spec.containers[0].image`.
    fn way(&self) -> String {
        let mut text = String::new();
        for step in self.way.borrow().iter() {
            match step {
                Step::Index(index) => text += &format!("[{index}]"),
                Step::Field(..) | Step::Key(_) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    match step {
                        Step::Key(name) => text += name,
                        Step::Field(_, name) => text += name,
                        Step::Index(_) => {}
                    }
                }
            }
        }
        text
    }

    /// `spec.volumes.VolumeSource.emptyDir`: fields alone, and the members of a struct that they stand in.
    fn fields(&self) -> String {
        let way = self.way.borrow();
        let names = way.iter().flat_map(|step| match step {
            Step::Field(id, name) => table().members(*id, name).into_iter().chain([*name]).collect(),
            Step::Key(_) | Step::Index(_) => Vec::new(),
        });
        names.collect::<Vec<_>>().join(".")
    }

    fn odd(&self, what: &str, name: &str) {
        self.way.borrow_mut().push(Step::Key(name.to_owned()));
        let text = format!("{what} field {:?}", self.way());
        self.way.borrow_mut().pop();
        let mut odd = self.odd.borrow_mut();
        if !odd.contains(&text) {
            odd.push(text);
        }
    }
}

/// A place that is being read: what should be there, and the struct it belongs to.
#[derive(Clone, Copy)]
struct At<'a> {
    reading: &'a Reading,
    shape: &'a Shape,
    owner: &'static Type,
    depth: usize,
}

impl At<'_> {
    fn fail<E: serde::de::Error>(&self, why: String) -> E {
        self.reading.misfit.replace(Some(why));
        E::custom("does not fit")
    }

    /// What Go's decoder says of a value that its field cannot hold.
    fn misfit<E: serde::de::Error>(&self, found: &str) -> E {
        let (fields, wanted) = (self.reading.fields(), go(self.shape));
        if fields.is_empty() {
            return self.fail(format!("json: cannot unmarshal {found} into Go value of type {wanted}"));
        }
        self.fail(format!(
            "json: cannot unmarshal {found} into Go struct field {}.{fields} of type {wanted}",
            self.owner.short()
        ))
    }

    fn leaf<E: serde::de::Error>(&self, read: Result<Value, Misfit>) -> Result<Option<Value>, E> {
        read.map(Some).map_err(|misfit| self.fail(misfit.to_string()))
    }

    fn number<E: serde::de::Error>(&self, number: Number) -> Result<Option<Value>, E> {
        let whole = |range: &str| match range {
            "int32" => number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
            "uint32" => number.as_u64().is_some_and(|n| u32::try_from(n).is_ok()),
            "uint64" => number.is_u64(),
            "byte" => number.as_u64().is_some_and(|n| n < 256),
            _ => number.is_i64(),
        };
        match self.shape {
            Shape::Whole(range) if !whole(range) => Err(self.misfit(&format!("number {number}"))),
            Shape::IntOrString if !whole("int32") => Err(self.misfit(&format!("number {number}"))),
            Shape::Whole(_) | Shape::IntOrString | Shape::Float | Shape::Any => Ok(Some(number.into())),
            Shape::Quantity => self.leaf(leaf::quantity(&number.to_string())),
            _ => Err(self.misfit("number")),
        }
    }

    /// What stands in a list or map where null was given.
    fn zero(&self) -> Value {
        match self.shape {
            Shape::Text(_) | Shape::Bytes => "".into(),
            Shape::Bool => false.into(),
            Shape::Whole(_) | Shape::Float | Shape::IntOrString => 0.into(),
            Shape::Quantity => "0".into(),
            Shape::Type(_) => Value::Object(Map::new()),
            _ => Value::Null,
        }
    }
}

/// The name of a shape's Go type.
fn go(shape: &Shape) -> String {
    match shape {
        Shape::Text(name) if *name != "string" => format!("v1.{name}"),
        Shape::Text(name) | Shape::Whole(name) => (*name).to_owned(),
        Shape::Bool => "bool".to_owned(),
        Shape::Float => "float64".to_owned(),
        Shape::Bytes => "[]uint8".to_owned(),
        Shape::Quantity => "resource.Quantity".to_owned(),
        Shape::IntOrString => "int32".to_owned(),
        Shape::Time | Shape::MicroTime => "string".to_owned(),
        Shape::Any => "interface {}".to_owned(),
        Shape::Wrapped => "[]string".to_owned(),
        Shape::Type(id) => table().of(*id).go().to_owned(),
        Shape::List(element) => format!("[]{}", go(element)),
        Shape::Map(value) => format!("map[string]{}", go(value)),
    }
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    /// `None` for null: a field that is null is not there.
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        if self.depth == 0 {
            return Err(self.fail("exceeded max depth".to_owned()));
        }
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Option<Value>;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}", go(self.shape))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        match self.shape {
            Shape::Bool | Shape::Any => Ok(Some(value.into())),
            Shape::Quantity => self.leaf(leaf::quantity(if value { "true" } else { "false" })),
            _ => Err(self.misfit("bool")),
        }
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        self.number(value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        self.number(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
        match Number::from_f64(value) {
            Some(number) => self.number(number),
            None => Err(self.misfit("number")),
        }
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
        match self.shape {
            Shape::Text(_) | Shape::IntOrString | Shape::Any => Ok(Some(value.into())),
            Shape::Bytes => self.leaf(leaf::base64(value)),
            Shape::Quantity => self.leaf(leaf::quantity(value)),
            Shape::Time => self.leaf(leaf::time(value)),
            Shape::MicroTime => self.leaf(leaf::micro_time(value)),
            _ => Err(self.misfit("string")),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        const TEXT: &Shape = &Shape::Text("string");
        let element = match self.shape {
            Shape::List(element) => element,
            Shape::Wrapped => TEXT,
            Shape::Any => &Shape::Any,
            Shape::Quantity => return self.leaf(leaf::quantity("[")),
            _ => return Err(self.misfit("array")),
        };
        let at = At {
            shape: element,
            depth: self.depth - 1,
            ..self
        };
        let mut out = Vec::new();
        loop {
            self.reading.way.borrow_mut().push(Step::Index(out.len()));
            let next = list.next_element_seed(at)?;
            self.reading.way.borrow_mut().pop();
            match next {
                Some(value) => out.push(value.unwrap_or_else(|| at.zero())),
                None => return Ok(Some(out.into())),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        match self.shape {
            Shape::Type(id) => self.fields(*id, map),
            Shape::Map(value) => self.entries(value, map),
            Shape::Any => self.entries(&Shape::Any, map),
            Shape::Quantity => self.leaf(leaf::quantity("{")),
            _ => Err(self.misfit("object")),
        }
    }
}

impl At<'_> {
    /// The fields of a struct; those that it does not have are noted and left out.
    fn fields<'de, A: MapAccess<'de>>(self, id: Id, mut map: A) -> Result<Option<Value>, A::Error> {
        let mut out = Map::new();
        let mut seen: Vec<&str> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let Some(field) = table().field(id, &name) else {
                self.reading.odd("unknown", &name);
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if seen.contains(&field.name) {
                self.reading.odd("duplicate", &name);
            }
            seen.push(field.name);
            self.reading.way.borrow_mut().push(Step::Field(id, field.name));
            let value = map.next_value_seed(At {
                shape: &field.shape,
                owner: table().of(id),
                depth: self.depth - 1,
                ..self
            })?;
            self.reading.way.borrow_mut().pop();
            if let Some(value) = value {
                out.insert(name, value);
            }
        }
        Ok(Some(out.into()))
    }

    fn entries<'de, A: MapAccess<'de>>(self, shape: &Shape, mut map: A) -> Result<Option<Value>, A::Error> {
        let mut out = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if out.contains_key(&name) && *shape != Shape::Any {
                self.reading.odd("duplicate", &name);
            }
            self.reading.way.borrow_mut().push(Step::Key(name.clone()));
            let at = At {
                shape,
                depth: self.depth - 1,
                ..self
            };
            let value = map.next_value_seed(at)?;
            self.reading.way.borrow_mut().pop();
            out.insert(name, value.unwrap_or_else(|| at.zero()));
        }
        Ok(Some(out.into()))
    }
}
