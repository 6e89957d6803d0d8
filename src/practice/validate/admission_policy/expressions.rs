//! The expressions of a policy: what they may name, and what they have to come to.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::check::Faults;
use crate::practice::cel::{Program, Type};
use crate::practice::field::text;
use crate::practice::status::Fault;

/// What a request has besides what it is about.
const REQUEST: [(&str, Type); 7] = [
    ("name", Type::Text),
    ("namespace", Type::Text),
    ("operation", Type::Text),
    ("subResource", Type::Text),
    ("requestSubResource", Type::Text),
    ("dryRun", Type::Bool),
    ("options", Type::Dyn),
];
const KIND: [&str; 3] = ["group", "version", "kind"];
const RESOURCE: [&str; 3] = ["group", "version", "resource"];
const META: [&str; 5] = ["name", "generateName", "namespace", "UID", "resourceVersion"];

pub struct Expressions {
    names: Vec<(&'static str, Type)>,
    variables: BTreeMap<String, Type>,
}

impl Expressions {
    pub fn new(has_params: bool) -> Self {
        let mut names = vec![
            ("object", Type::Dyn),
            ("oldObject", Type::Dyn),
            ("request", request()),
            ("namespaceObject", namespace()),
            ("authorizer", Type::Dyn),
        ];
        names.extend(has_params.then_some(("params", Type::Dyn)));
        Self {
            names,
            variables: BTreeMap::new(),
        }
    }

    /// A variable that those after it may name.
    pub fn define(&mut self, name: &str, of: Type) {
        self.variables.insert(name.to_owned(), of);
    }

    /// The type of an expression, which has to be one of some, where there are any.
    pub fn check(&self, at: &str, written: &Value, wanted: &[Type], faults: &mut Faults) -> Type {
        let variables = Type::object("kubernetes.variables", self.variables.clone());
        let names: Vec<(&str, Type)> = self.names.iter().cloned().chain([("variables", variables)]).collect();
        let of = match Program::compile(text(written), &names) {
            Ok((_, of)) => of,
            Err(why) => {
                faults.push(Fault::invalid(at, written, &format!("compilation failed: {why}")));
                return Type::Dyn;
            }
        };
        if !wanted.is_empty() && !wanted.contains(&of) {
            let why = match wanted {
                [only] => format!("must evaluate to {only} but got {of}"),
                all => {
                    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
                    format!("must evaluate to one of [{}] but got {of}", all.join(" "))
                }
            };
            faults.push(Fault::invalid(at, written, &why));
        }
        of
    }
}

fn texts<const N: usize>(names: [&str; N]) -> BTreeMap<String, Type> {
    names.map(|name| (name.to_owned(), Type::Text)).into()
}

fn request() -> Type {
    let mut fields: BTreeMap<String, Type> = REQUEST.map(|(name, of)| (name.to_owned(), of)).into();
    let kind = Type::object("kubernetes.GroupVersionKind", texts(KIND));
    let resource = Type::object("kubernetes.GroupVersionResource", texts(RESOURCE));
    let mut user = texts(["username", "uid"]);
    user.insert("groups".to_owned(), Type::list(Type::Text));
    user.insert("extra".to_owned(), Type::map(Type::list(Type::Text)));
    fields.extend([
        ("kind".to_owned(), kind.clone()),
        ("requestKind".to_owned(), kind),
        ("resource".to_owned(), resource.clone()),
        ("requestResource".to_owned(), resource),
        ("userInfo".to_owned(), Type::object("kubernetes.UserInfo", user)),
    ]);
    Type::object("kubernetes.AdmissionRequest", fields)
}

fn namespace() -> Type {
    let mut meta = texts(META);
    meta.extend([
        ("labels".to_owned(), Type::map(Type::Text)),
        ("annotations".to_owned(), Type::map(Type::Text)),
        ("finalizers".to_owned(), Type::list(Type::Text)),
        ("generation".to_owned(), Type::Int),
        ("deletionGracePeriodSeconds".to_owned(), Type::Int),
        ("creationTimestamp".to_owned(), Type::Time),
        ("deletionTimestamp".to_owned(), Type::Time),
    ]);
    let spec = [("finalizers".to_owned(), Type::list(Type::Text))].into();
    let status = [("phase".to_owned(), Type::Text), ("conditions".to_owned(), Type::list(Type::Dyn))].into();
    let fields = [
        ("metadata".to_owned(), Type::object("kubernetes.NamespaceMetadata", meta)),
        ("spec".to_owned(), Type::object("kubernetes.NamespaceSpec", spec)),
        ("status".to_owned(), Type::object("kubernetes.NamespaceStatus", status)),
    ];
    Type::object("kubernetes.Namespace", fields.into())
}
