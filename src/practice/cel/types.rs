//! Types of expressions, as CEL's checker names them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// Anything; also what follows something that is wrong already.
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    Text,
    Bytes,
    Time,
    Span,
    Quantity,
    /// A type as a value.
    Kind,
    List(Box<Type>),
    Map(Box<Type>, Box<Type>),
    Optional(Box<Type>),
    Object(Arc<Object>),
    /// In a signature: any type, and the same wherever the letter is.
    Param(char),
    /// In a signature: a number of any type.
    Number,
}

/// A type with fields.
#[derive(Debug, PartialEq)]
pub struct Object {
    pub name: String,
    pub fields: BTreeMap<String, Type>,
}

/// What the letters of a signature stand for.
pub type Bound = BTreeMap<char, Type>;

impl Type {
    #[must_use]
    pub fn list(of: Self) -> Self {
        Self::List(Box::new(of))
    }

    #[must_use]
    pub fn map(of: Self) -> Self {
        Self::Map(Box::new(Self::Text), Box::new(of))
    }

    #[must_use]
    pub fn optional(of: Self) -> Self {
        Self::Optional(Box::new(of))
    }

    #[must_use]
    pub fn object(name: impl Into<String>, fields: BTreeMap<String, Self>) -> Self {
        let name = name.into();
        Self::Object(Arc::new(Object { name, fields }))
    }

    /// Whether a value of this type may stand for another; what letters stand for is remembered.
    pub fn takes(&self, given: &Self, bound: &mut Bound) -> bool {
        match (self, given) {
            (Self::Param(letter), _) => match bound.get(letter).cloned() {
                Some(known) if known != Self::Dyn => known.takes(given, bound),
                _ => {
                    bound.insert(*letter, given.clone());
                    true
                }
            },
            (Self::Dyn, _) | (_, Self::Dyn) => true,
            (Self::List(wanted), Self::List(given)) | (Self::Optional(wanted), Self::Optional(given)) => wanted.takes(given, bound),
            (Self::Map(key, value), Self::Map(given_key, given)) => key.takes(given_key, bound) && value.takes(given, bound),
            (Self::Number, Self::Int | Self::Uint | Self::Double) => true,
            (Self::Object(_) | Self::Time | Self::Span | Self::Optional(_), Self::Null) => true,
            (Self::Null, Self::Object(_) | Self::Time | Self::Span | Self::Optional(_)) => true,
            (Self::Object(one), Self::Object(other)) => one.name == other.name,
            (one, other) => one == other,
        }
    }

    /// The type with letters replaced by what they stand for.
    #[must_use]
    pub fn with(&self, bound: &Bound) -> Self {
        match self {
            Self::Param(letter) => bound.get(letter).cloned().unwrap_or(Self::Dyn),
            Self::List(of) => Self::list(of.with(bound)),
            Self::Optional(of) => Self::optional(of.with(bound)),
            Self::Map(key, value) => Self::Map(Box::new(key.with(bound)), Box::new(value.with(bound))),
            other => other.clone(),
        }
    }

    /// The type that a signature writes, such as `map(A,list(int))`.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let (name, inner) = match text.split_once('(') {
            Some((name, rest)) => (name, rest.strip_suffix(')').unwrap_or(rest)),
            None => (text, ""),
        };
        match name {
            "null" => Self::Null,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "uint" => Self::Uint,
            "double" => Self::Double,
            "string" => Self::Text,
            "bytes" => Self::Bytes,
            "timestamp" => Self::Time,
            "duration" => Self::Span,
            "quantity" => Self::Quantity,
            "type" => Self::Kind,
            "number" => Self::Number,
            "list" => Self::list(Self::read(inner)),
            "optional" => Self::optional(Self::read(inner)),
            "map" => match inner.split_once(',') {
                Some((key, value)) => Self::Map(Box::new(Self::read(key)), Box::new(Self::read(value))),
                None => Self::Dyn,
            },
            "A" | "B" => Self::Param(if name == "A" { 'A' } else { 'B' }),
            _ => Self::Dyn,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Dyn => "dyn",
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Uint => "uint",
            Self::Double => "double",
            Self::Text => "string",
            Self::Bytes => "bytes",
            Self::Time => "timestamp",
            Self::Span => "duration",
            Self::Quantity => "kubernetes.Quantity",
            Self::Kind => "type",
            Self::Number => "number",
            Self::List(of) => return write!(out, "list({of})"),
            Self::Map(key, value) => return write!(out, "map({key}, {value})"),
            Self::Optional(of) => return write!(out, "optional_type({of})"),
            Self::Object(object) => &object.name,
            Self::Param(letter) => return write!(out, "{letter}"),
        };
        write!(out, "{name}")
    }
}
