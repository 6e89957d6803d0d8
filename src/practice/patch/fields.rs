//! Sets of fields, in and out of the `fieldsV1` form, and looking up or removing what they name.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::schema::{self, List, Node};
use crate::practice::kind::Kind;

/// A field's way from the object down: `f:spec`, `k:{"name":"app"}`, `v:"text"`.
pub type Path = Vec<String>;

/// A set of fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(pub BTreeSet<Path>);

/// Metadata that the server owns.
const SERVERS: &[&str] = &[
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
    "generateName",
];

impl Fields {
    /// The fields that an object sets, without those that are the server's.
    #[must_use]
    pub fn of(kind: &Kind, object: &Value) -> Self {
        let mut fields = Self::default();
        let root = Node::of(kind);
        let own = object
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(field, _)| !matches!(field.as_str(), "apiVersion" | "kind"));
        for (field, value) in own {
            let way = vec![format!("f:{field}")];
            match value {
                Value::Object(metadata) if field == "metadata" => {
                    for (name, value) in metadata.iter().filter(|(name, _)| !SERVERS.contains(&name.as_str())) {
                        fields.walk(&step(&way, format!("f:{name}")), root.field(field).field(name), value);
                    }
                }
                _ if field == "status" && kind.subresources.contains(&"status") => {}
                _ => fields.walk(&way, root.field(field), value),
            }
        }
        fields
    }

    /// The fields of its status that an object sets.
    #[must_use]
    pub fn of_status(kind: &Kind, object: &Value) -> Self {
        let mut fields = Self::default();
        if !object["status"].is_null() {
            fields.walk(&vec!["f:status".to_owned()], Node::of(kind).field("status"), &object["status"]);
        }
        fields
    }

    /// The fields that a write other than an apply leaves in an object: also the maps, lists and structs that hold them.
    #[must_use]
    pub fn written(kind: &Kind, object: &Value) -> Self {
        let mut fields = Self::of(kind, object);
        if kind.custom.is_none() {
            // metadata of a template that says nothing is not written (`omitzero`)
            fields.0.retain(|path| path.last().is_none_or(|last| last != "f:metadata"));
        }
        fields.with_holders()
    }

    /// The same of its status.
    #[must_use]
    pub fn written_status(kind: &Kind, object: &Value) -> Self {
        Self::of_status(kind, object).with_holders()
    }

    /// Adds what the fields are in.
    fn with_holders(mut self) -> Self {
        let holders: Vec<Path> = self.0.iter().flat_map(|path| (1..path.len()).map(|length| path[..length].to_vec())).collect();
        self.0.extend(holders);
        self
    }

    fn walk(&mut self, way: &Path, node: Node, value: &Value) {
        match value {
            Value::Object(map) if !map.is_empty() && !node.atomic() => {
                for (name, value) in map {
                    self.walk(&step(way, format!("f:{name}")), node.field(name), value);
                }
            }
            Value::Array(elements) if !elements.is_empty() => self.walk_list(way, node, elements),
            _ => self.0.extend([way.clone()]),
        }
    }

    fn walk_list(&mut self, way: &Path, node: Node, elements: &[Value]) {
        match node.list() {
            List::Keyed(keys) if elements.iter().all(|element| schema::key(element, keys).is_some()) => {
                for element in elements {
                    let Some(key) = schema::key(element, keys) else { continue };
                    let way = step(way, format!("k:{}", Value::Object(key)));
                    self.0.insert(way.clone());
                    if node.element().atomic() {
                        continue;
                    }
                    for (name, value) in element.as_object().into_iter().flatten() {
                        self.walk(&step(&way, format!("f:{name}")), node.element().field(name), value);
                    }
                }
            }
            List::Set => self.0.extend(elements.iter().map(|element| step(way, format!("v:{element}")))),
            _ => self.0.extend([way.clone()]),
        }
    }

    /// From `fieldsV1`.
    #[must_use]
    pub fn decode(tree: &Value) -> Self {
        fn walk(fields: &mut Fields, way: &Path, tree: &Value) {
            let Some(tree) = tree.as_object() else { return };
            if tree.is_empty() && !way.is_empty() || tree.contains_key(".") {
                fields.0.insert(way.clone());
            }
            for (name, below) in tree.iter().filter(|(name, _)| *name != ".") {
                walk(fields, &step(way, name.clone()), below);
            }
        }
        let mut fields = Self::default();
        walk(&mut fields, &Vec::new(), tree);
        fields
    }

    /// As `fieldsV1`.
    #[must_use]
    pub fn encode(&self) -> Value {
        let mut tree = Map::new();
        for path in &self.0 {
            let mut at = &mut tree;
            for part in path {
                match at.entry(part.clone()).or_insert_with(|| json!({})) {
                    Value::Object(below) => at = below,
                    _ => break,
                }
            }
        }
        // A field that is a member and has members below it says so with a dot.
        for path in &self.0 {
            let mut at = Some(&mut tree);
            for part in path {
                at = at.and_then(|map| map.get_mut(part)).and_then(Value::as_object_mut);
            }
            if let Some(map) = at.filter(|map| !map.is_empty()) {
                map.insert(".".to_owned(), json!({}));
            }
        }
        Value::Object(tree)
    }

    /// The fields that hold values and not others.
    #[must_use]
    pub fn leaves(&self) -> BTreeSet<Path> {
        let mut paths = self.0.iter().peekable();
        let mut leaves = BTreeSet::new();
        while let Some(path) = paths.next() {
            // In this order what is below a field follows it at once.
            if paths.peek().is_none_or(|next| !next.starts_with(path)) {
                leaves.insert(path.clone());
            }
        }
        leaves
    }

    /// Whether a field or anything below it is in the set.
    #[must_use]
    pub fn touches(&self, path: &[String]) -> bool {
        self.0.range(path.to_vec()..).next().is_some_and(|next| next.starts_with(path))
    }
}

fn step(way: &Path, part: String) -> Path {
    let mut longer = way.clone();
    longer.push(part);
    longer
}

/// The value of a field.
#[must_use]
pub fn get<'a>(object: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(object, |at, part| match part.split_at_checked(2)? {
        ("f:", name) => at.get(name),
        (_, key) => at.as_array()?.get(position(at, part, key)?),
    })
}

/// Takes a field out of an object.
pub fn remove(object: &mut Value, path: &[String]) {
    let Some((last, way)) = path.split_last() else { return };
    let mut at = object;
    for part in way {
        let next = match part.split_at_checked(2) {
            Some(("f:", name)) => at.get_mut(name),
            Some((_, key)) => position(at, part, key).and_then(|index| at.get_mut(index)),
            None => None,
        };
        let Some(next) = next else { return };
        at = next;
    }
    match last.split_at_checked(2) {
        Some(("f:", name)) => drop(at.as_object_mut().and_then(|map| map.remove(name))),
        Some((_, key)) => {
            let index = position(at, last, key);
            if let (Some(index), Some(list)) = (index, at.as_array_mut()) {
                list.remove(index);
            }
        }
        None => {}
    }
}

/// Where in a list the element with a key is.
fn position(list: &Value, part: &str, key: &str) -> Option<usize> {
    let key: Value = serde_json::from_str(key).ok()?;
    list.as_array()?.iter().position(|element| match (&key, part.starts_with("k:")) {
        (Value::Object(fields), true) => fields
            .iter()
            .all(|(name, value)| element[name] == *value || name == "protocol" && element[name].is_null() && value == "TCP"),
        _ => *element == key,
    })
}

/// `.spec.template.spec.containers[name="app"].image`: how conflicts name a field.
#[must_use]
pub fn display(path: &[String]) -> String {
    path.iter()
        .map(|part| match part.split_at_checked(2) {
            Some(("f:", name)) => format!(".{name}"),
            Some(("k:", key)) => {
                let key: Map<String, Value> = serde_json::from_str(key).unwrap_or_default();
                let pairs: Vec<String> = key.iter().map(|(name, value)| format!("{name}={value}")).collect();
                format!("[{}]", pairs.join(","))
            }
            Some((_, value)) => format!("[={value}]"),
            None => String::new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::kind::DEPLOYMENT;

    fn deployment() -> Value {
        json!({"metadata": {"name": "web", "labels": {"app": "web"}}, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}},
            "template": {"spec": {"containers": [{"name": "app", "image": "a", "ports": [{"containerPort": 80}]}]}}}})
    }

    #[test]
    fn a_template_that_has_nothing_in_its_metadata_has_none_where_it_was_not_applied() {
        let mut object = deployment();
        object["spec"]["template"]["metadata"] = json!({});
        let template = |fields: Fields| fields.encode()["f:spec"]["f:template"].clone();
        assert_eq!(template(Fields::of(&DEPLOYMENT, &object))["f:metadata"], json!({}));
        assert!(template(Fields::written(&DEPLOYMENT, &object)).get("f:metadata").is_none());
        object["spec"]["template"]["metadata"]["labels"] = json!({"app": "web"});
        assert_eq!(
            template(Fields::written(&DEPLOYMENT, &object))["f:metadata"]["f:labels"],
            json!({".": {}, "f:app": {}})
        );
    }

    #[test]
    fn fields_have_kubernetes_form_and_come_back() {
        let fields = Fields::of(&DEPLOYMENT, &deployment());
        let tree = fields.encode();
        let container = &tree["f:spec"]["f:template"]["f:spec"]["f:containers"][r#"k:{"name":"app"}"#];
        assert_eq!(container["."], json!({}));
        assert_eq!(
            container["f:ports"][r#"k:{"containerPort":80,"protocol":"TCP"}"#],
            json!({".": {}, "f:containerPort": {}})
        );
        assert_eq!(tree["f:spec"]["f:selector"], json!({}));
        assert!(tree["f:metadata"].get("f:name").is_none());
        assert_eq!(Fields::decode(&tree), fields);
    }

    #[test]
    fn a_field_is_found_named_and_removed() {
        let mut object = deployment();
        let path: Path = ["f:spec", "f:template", "f:spec", "f:containers", r#"k:{"name":"app"}"#, "f:image"]
            .map(str::to_owned)
            .into();
        assert_eq!(get(&object, &path), Some(&json!("a")));
        assert_eq!(display(&path), r#".spec.template.spec.containers[name="app"].image"#);
        remove(&mut object, &path);
        assert_eq!(get(&object, &path), None);
    }

    proptest::proptest! {
        #[test]
        fn any_set_of_fields_comes_back(paths in proptest::collection::btree_set(proptest::collection::vec("[fv]:[a-c]", 1..4), 0..8)) {
            let fields = Fields(paths);
            proptest::prop_assert_eq!(Fields::decode(&fields.encode()), fields);
        }
    }
}
