//! Values of expressions.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::eval::Failed;
use crate::practice::quantity::Quantity;

/// How deep values may lie in one another.
const DEEPEST: usize = 500;

#[derive(Debug, Clone)]
pub enum Val {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Arc<str>),
    Bytes(Arc<[u8]>),
    List(Arc<Nest<Vec<Val>>>),
    /// A list in which the order does not count.
    Set(Arc<Nest<Vec<Val>>>),
    Map(Arc<Nest<BTreeMap<Key, Val>>>),
    Time(Timestamp),
    /// A duration in nanoseconds.
    Span(i64),
    Quantity(Quantity),
    Optional(Option<Arc<Nest<Val>>>),
    /// A type, by its name.
    Type(&'static str),
}

/// What holds other values, and how deep they lie.
#[derive(Debug)]
pub struct Nest<T> {
    depth: usize,
    pub held: T,
}

/// A key of a map; whole numbers are the same whatever their type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Bool(bool),
    Whole(i128),
    Text(Arc<str>),
}

impl From<String> for Val {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<&str> for Val {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Val {
    fn from(is: bool) -> Self {
        Self::Bool(is)
    }
}

/// A nest one deeper than what is in it.
fn nest<T>(deepest: usize, held: T) -> Result<Arc<Nest<T>>, Failed> {
    if deepest >= DEEPEST {
        return Err(Failed::too_much());
    }
    Ok(Arc::new(Nest { depth: deepest + 1, held }))
}

impl Val {
    /// A list.
    ///
    /// # Errors
    /// When it is too deep.
    pub fn list(held: Vec<Self>) -> Result<Self, Failed> {
        nest(held.iter().map(Self::depth).max().unwrap_or(0), held).map(Self::List)
    }

    /// A map.
    ///
    /// # Errors
    /// When it is too deep.
    pub fn map(held: BTreeMap<Key, Self>) -> Result<Self, Failed> {
        nest(held.values().map(Self::depth).max().unwrap_or(0), held).map(Self::Map)
    }

    /// A set.
    ///
    /// # Errors
    /// When it is too deep.
    pub fn set(held: Vec<Self>) -> Result<Self, Failed> {
        nest(held.iter().map(Self::depth).max().unwrap_or(0), held).map(Self::Set)
    }

    /// Something that is there.
    ///
    /// # Errors
    /// When it is too deep.
    pub fn some(held: Self) -> Result<Self, Failed> {
        nest(held.depth(), held).map(|nest| Self::Optional(Some(nest)))
    }

    pub const NONE: Self = Self::Optional(None);

    fn depth(&self) -> usize {
        match self {
            Self::List(nest) | Self::Set(nest) => nest.depth,
            Self::Map(nest) => nest.depth,
            Self::Optional(Some(nest)) => nest.depth,
            _ => 0,
        }
    }

    /// A value of JSON about which nothing is known.
    ///
    /// # Errors
    /// When it is too deep.
    pub fn of(value: &Value) -> Result<Self, Failed> {
        Ok(match value {
            Value::Null => Self::Null,
            Value::Bool(is) => Self::Bool(*is),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Self::Int(whole),
                None => Self::Double(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => Self::from(text.as_str()),
            Value::Array(list) => Self::list(list.iter().map(Self::of).collect::<Result<_, _>>()?)?,
            Value::Object(map) => {
                let fields = map.iter().map(|(name, value)| Ok((Key::Text(name.as_str().into()), Self::of(value)?)));
                Self::map(fields.collect::<Result<_, _>>()?)?
            }
        })
    }

    /// As a key of a map.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        match self {
            Self::Bool(is) => Some(Key::Bool(*is)),
            Self::Int(number) => Some(Key::Whole((*number).into())),
            Self::Uint(number) => Some(Key::Whole((*number).into())),
            // A number without a fraction is the whole one.
            Self::Double(number) if number.fract() == 0.0 && number.abs() < 1e18 => Some(Key::Whole(*number as i128)),
            Self::Text(text) => Some(Key::Text(text.clone())),
            _ => None,
        }
    }

    /// How much it is to work with.
    #[must_use]
    pub fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len() / 10,
            Self::Bytes(bytes) => bytes.len() / 10,
            Self::List(nest) | Self::Set(nest) => nest.held.len(),
            Self::Map(nest) => nest.held.len(),
            _ => 0,
        }
    }

    /// CEL's name of its type.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) | Self::Set(_) => "list",
            Self::Map(_) => "map",
            Self::Time(_) => "google.protobuf.Timestamp",
            Self::Span(_) => "google.protobuf.Duration",
            Self::Quantity(_) => "kubernetes.Quantity",
            Self::Optional(_) => "optional_type",
            Self::Type(_) => "type",
        }
    }

    /// Go's name of its type.
    #[must_use]
    pub fn go(&self) -> &'static str {
        match self {
            Self::Null => "types.Null",
            Self::Bool(_) => "types.Bool",
            Self::Int(_) => "types.Int",
            Self::Uint(_) => "types.Uint",
            Self::Double(_) => "types.Double",
            Self::Text(_) => "types.String",
            Self::Bytes(_) => "types.Bytes",
            Self::Time(_) => "types.Timestamp",
            Self::Span(_) => "types.Duration",
            Self::Optional(_) => "*types.Optional",
            _ => "*types.Type",
        }
    }
}

impl Key {
    /// As a value again.
    #[must_use]
    pub fn val(&self) -> Val {
        match self {
            Self::Bool(is) => Val::Bool(*is),
            Self::Whole(number) => i64::try_from(*number).map_or(Val::Null, Val::Int),
            Self::Text(text) => Val::Text(text.clone()),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(is) => write!(out, "{is}"),
            Self::Whole(number) => write!(out, "{number}"),
            Self::Text(text) => write!(out, "{text}"),
        }
    }
}
