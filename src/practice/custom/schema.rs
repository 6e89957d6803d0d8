//! A structural schema: what the objects of a defined kind are made of.

use std::collections::BTreeMap;

use regex::bytes::{Regex, RegexBuilder};
use serde_json::Value;

use super::rule::Rule;
use crate::practice::field::{items, text};
use crate::practice::patch::schema::List;

/// What a place in an object may hold.
#[derive(Debug, Default)]
pub struct Schema {
    /// Empty where any type will do.
    pub kind: String,
    pub format: String,
    pub nullable: bool,
    pub int_or_string: bool,
    /// Fields that are not named stay.
    pub preserve: bool,
    /// An object in an object, with a metadata of its own.
    pub embedded: bool,
    pub properties: BTreeMap<String, Schema>,
    pub additional: Additional,
    pub items: Option<Box<Schema>>,
    pub default: Option<Value>,
    pub list: Option<List>,
    /// One value to server-side apply.
    pub atomic: bool,
    pub limits: Limits,
    pub all_of: Vec<Schema>,
    pub any_of: Vec<Schema>,
    pub one_of: Vec<Schema>,
    pub not: Option<Box<Schema>>,
    pub rules: Vec<Rule>,
    /// Whether there are rules here or anywhere below.
    pub has_rules: bool,
}

/// What is to be had besides named properties.
#[derive(Debug, Default)]
pub enum Additional {
    /// Nothing was said.
    #[default]
    Unsaid,
    Any,
    Forbidden,
    Of(Box<Schema>),
}

/// What values are held to.
#[derive(Debug, Default)]
pub struct Limits {
    pub maximum: Option<f64>,
    pub minimum: Option<f64>,
    pub above: bool,
    pub below: bool,
    pub multiple_of: Option<f64>,
    pub max_length: Option<u64>,
    pub min_length: Option<u64>,
    /// As it was written, and as it is asked.
    pub pattern: Option<(String, Option<Regex>)>,
    pub max_items: Option<u64>,
    pub min_items: Option<u64>,
    pub max_properties: Option<u64>,
    pub min_properties: Option<u64>,
    pub required: Vec<String>,
    pub one_of: Vec<Value>,
}

impl Schema {
    /// The schema of whole objects.
    #[must_use]
    pub fn root(written: &Value, preserve: bool) -> Self {
        let mut schema = Self::of(written);
        schema.embedded = true;
        schema.preserve |= preserve;
        schema
    }

    #[must_use]
    pub fn of(written: &Value) -> Self {
        let mut schema = Self::without_rules(written);
        let rules = items(&written["x-kubernetes-validations"]);
        schema.rules = rules.iter().filter_map(|rule| Rule::of(rule, &schema)).collect();
        let inner = match &schema.additional {
            Additional::Of(inner) => Some(inner),
            _ => None,
        };
        let mut below = schema
            .properties
            .values()
            .chain(&schema.all_of)
            .chain(schema.items.as_deref())
            .chain(inner.map(|inner| &**inner));
        schema.has_rules = !schema.rules.is_empty() || below.any(|below| below.has_rules);
        schema
    }

    fn without_rules(written: &Value) -> Self {
        let said = |name: &str| written[name] == true;
        let all = |name: &str| items(&written[name]).iter().map(Self::of).collect();
        let one = |name: &str| written.get(name).filter(|inner| inner.is_object()).map(|inner| Box::new(Self::of(inner)));
        Self {
            kind: text(&written["type"]).to_owned(),
            format: text(&written["format"]).to_owned(),
            nullable: said("nullable"),
            int_or_string: said("x-kubernetes-int-or-string"),
            preserve: said("x-kubernetes-preserve-unknown-fields"),
            embedded: said("x-kubernetes-embedded-resource"),
            properties: written["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, inner)| (name.clone(), Self::of(inner)))
                .collect(),
            additional: match &written["additionalProperties"] {
                Value::Bool(true) => Additional::Any,
                Value::Bool(false) => Additional::Forbidden,
                Value::Object(_) => Additional::Of(Box::new(Self::of(&written["additionalProperties"]))),
                _ => Additional::Unsaid,
            },
            items: one("items"),
            default: written.get("default").filter(|value| !value.is_null()).cloned(),
            list: list(written),
            atomic: written["x-kubernetes-map-type"] == "atomic",
            limits: Limits::of(written),
            all_of: all("allOf"),
            any_of: all("anyOf"),
            one_of: all("oneOf"),
            not: one("not"),
            ..Self::default()
        }
    }

    /// The schema of a field that is not metadata.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Self> {
        self.properties.get(name).or(match &self.additional {
            Additional::Of(inner) => Some(inner),
            _ => None,
        })
    }
}

/// How a list merges; its keys are kept as long as the kind is, which is for good.
fn list(written: &Value) -> Option<List> {
    Some(match text(&written["x-kubernetes-list-type"]) {
        "map" => {
            let keys = items(&written["x-kubernetes-list-map-keys"]);
            let keys = keys.iter().map(|key| -> &'static str { text(key).to_owned().leak() });
            List::Keyed(keys.collect::<Vec<_>>().leak())
        }
        "set" => List::Set,
        "atomic" => List::Atomic,
        _ => return None,
    })
}

impl Limits {
    fn of(written: &Value) -> Self {
        let number = |name: &str| written[name].as_f64();
        let count = |name: &str| written[name].as_u64();
        Self {
            maximum: number("maximum"),
            minimum: number("minimum"),
            below: written["exclusiveMaximum"] == true,
            above: written["exclusiveMinimum"] == true,
            multiple_of: number("multipleOf"),
            max_length: count("maxLength"),
            min_length: count("minLength"),
            pattern: written["pattern"]
                .as_str()
                .filter(|pattern| !pattern.is_empty())
                .map(|pattern| (pattern.to_owned(), regex(pattern).ok())),
            max_items: count("maxItems"),
            min_items: count("minItems"),
            max_properties: count("maxProperties"),
            min_properties: count("minProperties"),
            required: items(&written["required"]).iter().map(|name| text(name).to_owned()).collect(),
            one_of: items(&written["enum"]).to_vec(),
        }
    }
}

/// A regular expression as Go reads it: its classes are of ASCII.
///
/// # Errors
/// What is wrong with it.
pub fn regex(pattern: &str) -> Result<Regex, regex::Error> {
    Regex::new(pattern).or_else(|_| RegexBuilder::new(pattern).unicode(false).build())
}

/// Whether a pattern is none; one that asks for more of Unicode than is at hand is not looked at.
#[must_use]
pub fn is_wrong(pattern: &str) -> bool {
    matches!(regex(pattern), Err(regex::Error::Syntax(why)) if !why.contains("Unicode"))
}

/// What Go says of a pattern that it cannot read.
#[must_use]
pub fn misread(pattern: &str) -> String {
    let opened = |open: char, close: char| pattern.matches(open).count().cmp(&pattern.matches(close).count());
    match (opened('(', ')'), pattern.rfind('[')) {
        (_, Some(at)) if !pattern[at..].contains(']') => format!("missing closing ]: `{}`", &pattern[at..]),
        (std::cmp::Ordering::Greater, _) => format!("missing closing ): `{pattern}`"),
        (std::cmp::Ordering::Less, _) => format!("unexpected ): `{pattern}`"),
        _ if pattern.starts_with(['*', '+', '?']) => format!("missing argument to repetition operator: `{}`", &pattern[..1]),
        _ if pattern.contains("(?=") || pattern.contains("(?!") => "invalid or unsupported Perl syntax: `(?`".to_owned(),
        _ => format!("invalid escape sequence: `{pattern}`"),
    }
}
