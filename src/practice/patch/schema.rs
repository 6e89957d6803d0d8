//! How Kubernetes merges lists and maps, by the table of types: which are atomic, which are sets, which have keys.

use serde_json::{Map, Value};

use crate::practice::custom::schema::Schema;
use crate::practice::kind::Kind;
use crate::practice::types::{Field, ListType, Shape, table};

/// How the elements of a list are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Replaced as a whole.
    Atomic,
    /// Values are their own keys.
    Set,
    /// Elements have these key fields.
    Keyed(&'static [&'static str]),
}

/// What a value has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Number,
    Text,
    Bool,
    /// A number, a text or a boolean.
    Scalar,
    List,
    /// A struct or a map.
    Fields,
    Any,
}

/// What the table says of a place in an object.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    shape: &'static Shape,
    /// The field that the place is, where it is one.
    field: Option<&'static Field>,
    /// What a definition says of the place.
    custom: Option<&'static Schema>,
}

/// Types whose values stand in lists by a key, and are one value each all the same.
const WHOLE: [&str; 3] = ["OwnerReference", "ObjectReference", "LocalObjectReference"];

const ANY: Node = Node {
    shape: &Shape::Any,
    field: None,
    custom: None,
};

impl Node {
    /// The whole object.
    #[must_use]
    pub fn of(kind: &Kind) -> Self {
        match (kind.custom, table().shape(&kind.api_version(), kind.kind)) {
            (Some(custom), _) => Self::defined(&custom.schema),
            (None, Some(shape)) => Self { shape, ..ANY },
            (None, None) => ANY,
        }
    }

    /// A place that a definition describes.
    #[must_use]
    pub fn defined(custom: &'static Schema) -> Self {
        Self { custom: Some(custom), ..ANY }
    }

    /// What stands at this place.
    #[must_use]
    pub fn wanted(self) -> Wanted {
        if let Some(custom) = self.custom {
            return match custom.kind.as_str() {
                _ if custom.int_or_string => Wanted::Scalar,
                "integer" | "number" => Wanted::Number,
                "string" => Wanted::Text,
                "boolean" => Wanted::Bool,
                "array" => Wanted::List,
                "object" => Wanted::Fields,
                _ => Wanted::Any,
            };
        }
        match self.shape {
            Shape::Text(_) | Shape::Bytes | Shape::Time | Shape::MicroTime => Wanted::Text,
            Shape::Whole(_) | Shape::Float => Wanted::Number,
            Shape::Bool => Wanted::Bool,
            Shape::Quantity | Shape::IntOrString => Wanted::Scalar,
            Shape::List(_) | Shape::Wrapped => Wanted::List,
            Shape::Map(_) | Shape::Type(_) => Wanted::Fields,
            Shape::Any => Wanted::Any,
        }
    }

    /// Whether a field may be here; what a definition leaves out is told of elsewhere.
    #[must_use]
    pub fn knows(self, name: &str) -> bool {
        match self.shape {
            Shape::Type(id) if self.custom.is_none() => table().field(*id, name).is_some(),
            _ => true,
        }
    }

    /// An element with the values that its keys have when they are not said: those of Go, where they are no pointers.
    #[must_use]
    pub fn with_defaults(self, element: &Value, keys: &[&str]) -> Value {
        let mut element = element.clone();
        for key in keys.iter().filter(|key| **key != "protocol" && self.custom.is_none()) {
            if element[*key].is_null() {
                element[*key] = match self.field(key).wanted() {
                    Wanted::Text => "".into(),
                    Wanted::Number => 0.into(),
                    _ => Value::Null,
                };
            }
        }
        element
    }

    /// A field of a struct, or a value of a map.
    #[must_use]
    pub fn field(self, name: &str) -> Self {
        if let Some(custom) = self.custom {
            return match custom.field(name) {
                _ if custom.embedded && name == "metadata" => metadata(),
                Some(inner) => Self::defined(inner),
                None => ANY,
            };
        }
        match self.shape {
            Shape::Type(id) => table().field(*id, name).map_or(ANY, |field| Self {
                shape: &field.shape,
                field: Some(field),
                custom: None,
            }),
            Shape::Map(shape) => Self { shape, ..ANY },
            _ => ANY,
        }
    }

    /// An element of a list.
    #[must_use]
    pub fn element(self) -> Self {
        if let Some(inner) = self.custom.and_then(|custom| custom.items.as_deref()) {
            return Self::defined(inner);
        }
        match self.shape {
            Shape::List(shape) => Self { shape, ..ANY },
            _ => ANY,
        }
    }

    /// Whether objects have this place from the first, if only empty: what holds values by itself, or has to be there.
    #[must_use]
    pub fn always(self) -> bool {
        self.field.is_some_and(|field| match &field.shape {
            Shape::Type(_) => !field.keep || field.required,
            _ => field.keep && field.required,
        })
    }

    /// How server-side apply merges this list (`x-kubernetes-list-type`).
    #[must_use]
    pub fn list(self) -> List {
        if let Some(custom) = self.custom {
            return custom.list.unwrap_or(List::Atomic);
        }
        match self.field.and_then(|field| field.list.as_ref()) {
            Some(ListType::Map(keys)) => List::Keyed(keys),
            Some(ListType::Set) => List::Set,
            Some(ListType::Atomic) | None => List::Atomic,
        }
    }

    /// How a strategic merge patch merges this list (`x-kubernetes-patch-merge-key`).
    #[must_use]
    pub fn strategic(self) -> List {
        match self.field.and_then(|field| field.merge_key.as_ref()) {
            Some(&"") => List::Set,
            Some(key) => List::Keyed(std::slice::from_ref(key)),
            None => List::Atomic,
        }
    }

    /// Whether server-side apply takes this as one value, whatever is in it.
    #[must_use]
    pub fn atomic(self) -> bool {
        if let Some(custom) = self.custom {
            return custom.atomic;
        }
        let whole = matches!(self.shape, Shape::Type(id) if WHOLE.contains(&table().of(*id).short()));
        whole || self.field.is_some_and(|field| field.atomic)
    }
}

/// The metadata that all objects have.
fn metadata() -> Node {
    match table().shape("v1", "ConfigMap") {
        Some(shape) => Node { shape, ..ANY }.field("metadata"),
        None => ANY,
    }
}

/// The key of an element, with the defaults that keys have; `None` when a key field is missing.
#[must_use]
pub fn key(element: &Value, keys: &[&str]) -> Option<Map<String, Value>> {
    keys.iter()
        .map(|key| {
            let value = match &element[*key] {
                Value::Null if *key == "protocol" => Value::from("TCP"),
                Value::Null => return None,
                value => value.clone(),
            };
            Some(((*key).to_owned(), value))
        })
        .collect()
}
