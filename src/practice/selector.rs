//! Label and field selectors, as queries write them and as objects carry them.

mod fields;
mod labels;

use serde_json::Value;

use super::field::{items, text};
use super::kind::{Kind, selectable};
use super::status::Status;

/// One requirement on a label or field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Absent,
    Above(i64),
    Below(i64),
}

/// Requirements that must all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    labels: Vec<(String, Test)>,
    fields: Vec<(String, Test)>,
}

impl Selector {
    /// Reads `labelSelector` and `fieldSelector` of a query.
    ///
    /// # Errors
    /// 400 when one cannot be read.
    pub fn parse(labels: &str, fields: &str) -> Result<Self, Status> {
        let labels = labels::parse(labels).map_err(Status::bad_request)?;
        let fields = fields::parse(fields).map_err(Status::bad_request)?;
        Ok(Self { labels, fields })
    }

    /// Refuses field selectors that the kind does not have.
    ///
    /// # Errors
    /// 400 with the field's name.
    pub fn for_kind(mut self, kind: &Kind) -> Result<Self, Status> {
        if kind.group == "events.k8s.io" {
            self.fields.iter_mut().for_each(|(path, _)| *path = kept_as(path));
        }
        let known = |path: &str| matches!(path, "metadata.name" | "metadata.namespace") || selectable(kind).contains(&path);
        match self.fields.iter().find(|(path, _)| !known(path)) {
            None => Ok(self),
            Some((path, _)) => Err(Status::bad_request(unknown(kind, path))),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether namespace and name alone decide.
    #[must_use]
    pub fn names_only(&self) -> bool {
        self.labels.is_empty()
            && self
                .fields
                .iter()
                .all(|(path, _)| matches!(path.as_str(), "metadata.name" | "metadata.namespace"))
    }

    /// Whether an object so named matches, when that is all that is asked.
    #[must_use]
    pub fn matches_name(&self, namespace: &str, name: &str) -> bool {
        let asked = |path: &str| if path == "metadata.name" { name } else { namespace };
        self.fields.iter().all(|(path, test)| test.holds(Some(asked(path))))
    }

    #[must_use]
    pub fn matches(&self, object: &Value) -> bool {
        let labels = &object["metadata"]["labels"];
        self.labels.iter().all(|(key, test)| test.holds(labels[key].as_str())) && self.fields.iter().all(|(path, test)| test.holds(Some(&field(object, path))))
    }
}

impl Test {
    fn holds(&self, value: Option<&str>) -> bool {
        match self {
            Test::In(wanted) => value.is_some_and(|value| wanted.iter().any(|one| one == value)),
            Test::NotIn(unwanted) => value.is_none_or(|value| unwanted.iter().all(|one| one != value)),
            Test::Exists => value.is_some(),
            Test::Absent => value.is_none(),
            Test::Above(bound) => number(value).is_some_and(|number| number > *bound),
            Test::Below(bound) => number(value).is_some_and(|number| number < *bound),
        }
    }
}

/// Where the field of an event of `events.k8s.io` is kept.
fn kept_as(path: &str) -> String {
    match path.strip_prefix("regarding.") {
        Some(rest) => format!("involvedObject.{rest}"),
        None if path == "reportingController" => "reportingComponent".to_owned(),
        None => path.to_owned(),
    }
}

fn number(value: Option<&str>) -> Option<i64> {
    value?.parse().ok()
}

/// How a kind refuses a field that it cannot be selected by: those with fields of their own have words of their own.
fn unknown(kind: &Kind, path: &str) -> String {
    match (kind.built_in(), selectable(kind)) {
        ("", _) => format!("field label not supported: {path}"),
        ("Job", _) => format!("field label {path:?} not supported for Job"),
        ("ReplicaSet", _) | (_, []) => format!("{path:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""),
        _ => format!("field label not supported: {path}"),
    }
}

/// A `metav1.LabelSelector` in an object; absent selects nothing, empty all.
#[must_use]
pub fn selects(selector: &Value, labels: &Value) -> bool {
    if !selector.is_object() {
        return false;
    }
    let equal = selector["matchLabels"]
        .as_object()
        .is_none_or(|wanted| wanted.iter().all(|(key, value)| labels.get(key) == Some(value)));
    let expressions = selector["matchExpressions"].as_array();
    equal
        && expressions.into_iter().flatten().all(|expression| {
            let values = expression["values"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|value| value.as_str().map(str::to_owned))
                .collect();
            let test = match expression["operator"].as_str() {
                Some("In") => Test::In(values),
                Some("NotIn") => Test::NotIn(values),
                Some("DoesNotExist") => Test::Absent,
                _ => Test::Exists,
            };
            test.holds(expression["key"].as_str().and_then(|key| labels[key].as_str()))
        })
}

/// The text of a field selector's field; absent is empty, as Kubernetes has it.
fn field(object: &Value, path: &str) -> String {
    let mut at = object;
    // A Job calls what succeeded otherwise than the field that holds it.
    let kept = if path == "status.successful" { "status.succeeded" } else { path };
    for step in kept.split('.') {
        at = &at[step];
    }
    match at {
        Value::String(text) => text.clone(),
        Value::Null if matches!(path, "spec.unschedulable" | "spec.hostNetwork") => "false".to_owned(),
        Value::Null if matches!(path, "status.successful" | "status.replicas") => "0".to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A LabelSelector in the form in which kubectl takes one; empty when it asks for nothing.
#[must_use]
pub fn written(selector: &Value) -> String {
    let labels = selector["matchLabels"].as_object().into_iter().flatten();
    let mut parts: Vec<(String, String)> = labels.map(|(key, value)| (key.clone(), format!("{key}={}", text(value)))).collect();
    for expression in items(&selector["matchExpressions"]) {
        let key = text(&expression["key"]);
        let mut values: Vec<&str> = items(&expression["values"]).iter().map(text).collect();
        values.sort_unstable();
        let values = values.join(",");
        let part = match text(&expression["operator"]) {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_owned(),
            _ => format!("!{key}"),
        };
        parts.push((key.to_owned(), part));
    }
    parts.sort_by(|one, other| one.0.cmp(&other.0));
    parts.into_iter().map(|(_, part)| part).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn label_selectors_say_what_they_mean() {
        let object = json!({"metadata": {"labels": {"app": "web", "tier": "front"}}});
        for (text, expected) in [
            ("app=web", true),
            ("app==web,tier=front", true),
            ("app!=web", false),
            ("other!=x", true),
            ("app in (web, api)", true),
            ("app in (api)", false),
            ("app notin (api,db),tier", true),
            ("!tier", false),
            ("!other", true),
        ] {
            assert_eq!(Selector::parse(text, "").unwrap().matches(&object), expected, "{text}");
        }
        assert_eq!(Selector::parse("app inn (x)", "").unwrap_err().code, 400);
    }

    #[test]
    fn field_selectors_read_nested_fields() {
        let object = json!({"metadata": {"name": "a"}, "status": {"phase": "Running"}});
        assert!(
            Selector::parse("", "metadata.name=a,status.phase!=Failed,spec.nodeName=")
                .unwrap()
                .matches(&object)
        );
        assert!(!Selector::parse("", "metadata.name=b").unwrap().matches(&object));
    }

    #[test]
    fn an_objects_selector_may_hold_expressions() {
        let selector = json!({"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["back"]}]});
        assert!(selects(&selector, &json!({"app": "web"})));
        assert!(!selects(&selector, &json!({"app": "web", "tier": "back"})));
        assert!(!selects(&Value::Null, &json!({})));
    }
}
