//! Kubernetes' types as a table: what fields they have, under which names and numbers, and how lists in them merge.

pub mod decode;
#[cfg(test)]
mod decode_tests;
pub mod layout;
mod leaf;
mod read;
pub mod write;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// A type's place in the table.
pub type Id = usize;

/// What a field, an element or a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A string, with the name of its Go type.
    Text(&'static str),
    Bool,
    /// A whole number, with the name of its Go type.
    Whole(&'static str),
    Float,
    /// Base64 in JSON.
    Bytes,
    Quantity,
    IntOrString,
    Time,
    MicroTime,
    /// Any JSON.
    Any,
    /// A list of strings that is a message of its own in protobuf.
    Wrapped,
    Type(Id),
    List(Box<Shape>),
    Map(Box<Shape>),
}

/// How a list merges in server-side apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListType {
    Atomic,
    Set,
    /// By the keys of its elements.
    Map(Vec<&'static str>),
}

/// A field of a type.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its number in protobuf; 0 when it is not there.
    pub number: u32,
    /// Its JSON name; empty for a member whose fields stand in its owner's place.
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// A zero value is written all the same.
    pub keep: bool,
    pub list: Option<ListType>,
    /// A strategic merge patch merges this list, by this key of its elements; an empty one: by the elements themselves.
    pub merge_key: Option<&'static str>,
    /// A strategic merge patch may say which keys stay.
    pub retain_keys: bool,
    /// One value to server-side apply, whatever is in it.
    pub atomic: bool,
}

/// A type: its name as in `apps/v1.Deployment`, and its fields.
#[derive(Debug)]
pub struct Type {
    pub name: &'static str,
    pub fields: Vec<Field>,
}

/// The values that a field takes, each with what it means.
pub type Values = Vec<(&'static str, &'static str)>;

/// Every type there is.
pub struct Table {
    types: Vec<Type>,
    /// Each type as a shape, in the same order.
    shapes: Vec<Shape>,
    by_name: HashMap<&'static str, Id>,
    /// By type and field; several fields take the same values.
    values: HashMap<(Id, &'static str), Arc<Values>>,
}

/// The table as text.
pub const FIELDS: &str = include_str!("../../../assets/types/fields.txt");
/// The values of fields as text.
pub const ENUMS: &str = include_str!("../../../assets/types/enums.txt");

/// The table, read when first asked for.
pub fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| read::read(FIELDS, ENUMS));
    &TABLE
}

impl Table {
    /// The type of an apiVersion and kind; `meta/v1` holds those that belong to every group.
    #[must_use]
    pub fn find(&self, api_version: &str, kind: &str) -> Option<Id> {
        self.by_name.get(format!("{api_version}.{kind}").as_str()).copied()
    }

    /// The shape of a kind's objects.
    #[must_use]
    pub fn shape(&self, api_version: &str, kind: &str) -> Option<&Shape> {
        self.find(api_version, kind).map(|id| &self.shapes[id])
    }

    #[must_use]
    pub fn of(&self, id: Id) -> &Type {
        &self.types[id]
    }

    /// Every type.
    pub fn ids(&self) -> impl Iterator<Item = Id> {
        0..self.types.len()
    }

    /// The values a field takes, where it takes only some.
    #[must_use]
    pub fn values(&self, id: Id, field: &'static str) -> Option<&Values> {
        self.values.get(&(id, field)).map(Arc::as_ref)
    }

    /// The field of this JSON name, also where it is a member's.
    #[must_use]
    pub fn field(&self, id: Id, name: &str) -> Option<&Field> {
        let fields = &self.types[id].fields;
        fields.iter().find(|field| field.name == name && !name.is_empty()).or_else(|| {
            fields.iter().filter(|field| field.name.is_empty()).find_map(|member| match member.shape {
                Shape::Type(id) => self.field(id, name),
                _ => None,
            })
        })
    }
}

impl Table {
    /// The names of the members of a type, one in another, in which a field stands; none where it is the type's own.
    #[must_use]
    pub fn members(&self, id: Id, name: &str) -> Vec<&'static str> {
        let fields = &self.types[id].fields;
        if fields.iter().any(|field| field.name == name) {
            return Vec::new();
        }
        let inner = fields.iter().filter(|field| field.name.is_empty()).find_map(|member| match member.shape {
            Shape::Type(id) if self.field(id, name).is_some() => Some(id),
            _ => None,
        });
        inner.map_or_else(Vec::new, |id| [self.types[id].short()].into_iter().chain(self.members(id, name)).collect())
    }
}

impl Type {
    /// The name of the Go type: `DeploymentSpec`.
    #[must_use]
    pub fn short(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }

    /// The name of the Go type with its package: `v1.DeploymentSpec`.
    #[must_use]
    pub fn go(&self) -> &'static str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_also_in_inlined_members() {
        let table = table();
        let probe = table.find("v1", "Probe").unwrap();
        assert_eq!(table.of(probe).go(), "v1.Probe");
        assert_eq!(table.field(probe, "periodSeconds").unwrap().number, 4);
        let Shape::Type(exec) = table.field(probe, "exec").unwrap().shape else {
            panic!()
        };
        assert_eq!(table.of(exec).name, "v1.ExecAction");
        assert!(table.field(probe, "").is_none());
        assert!(table.field(probe, "apiVersion").is_none());
        let pod = table.find("v1", "Pod").unwrap();
        assert!(table.field(pod, "apiVersion").is_some());
    }

    #[test]
    fn lists_say_how_they_merge() {
        let table = table();
        let container = table.find("v1", "Container").unwrap();
        let ports = table.field(container, "ports").unwrap();
        assert_eq!(ports.list, Some(ListType::Map(vec!["containerPort", "protocol"])));
        assert_eq!(ports.merge_key, Some("containerPort"));
        assert_eq!(table.field(container, "args").unwrap().list, Some(ListType::Atomic));
        let metadata = table.find("meta/v1", "ObjectMeta").unwrap();
        assert_eq!(table.field(metadata, "finalizers").unwrap().merge_key, Some(""));
        assert_eq!(table.field(metadata, "labels").unwrap().shape, Shape::Map(Box::new(Shape::Text("string"))));
    }

    #[test]
    fn every_kind_served_is_in_the_table() {
        for kind in crate::practice::kind::KINDS {
            assert!(table().find(&kind.api_version(), kind.kind).is_some(), "{} is not in the table", kind.kind);
        }
    }
}
