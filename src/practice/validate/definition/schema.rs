//! The schemas of definitions: structural, without what Kubernetes does not support, with defaults that fit
//! (apiextensions `apiserver/schema/validation.go`).

use serde_json::Value;

use super::open_api::{self, Inside, UNSUPPORTED};
use super::{go, rules};
use crate::practice::custom::check::check;
use crate::practice::custom::prune::prune;
use crate::practice::custom::schema::{Schema, is_wrong, misread};
use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, list};

pub const META: [&str; 3] = ["metadata", "kind", "apiVersion"];
/// What a schema of values inside of another may not say, and why.
const NOT_NESTED: [(&str, &str); 12] = [
    ("type", "must be empty to be structural"),
    ("additionalProperties", "must be undefined to be structural"),
    ("default", "must be undefined to be structural"),
    ("title", "must be empty to be structural"),
    ("description", "must be empty to be structural"),
    ("nullable", "must be false to be structural"),
    ("x-kubernetes-preserve-unknown-fields", "must be false to be structural"),
    ("x-kubernetes-embedded-resource", "must be false to be structural"),
    ("x-kubernetes-int-or-string", "must be false to be structural"),
    ("x-kubernetes-list-map-keys", "must be empty to be structural"),
    ("x-kubernetes-list-type", "must be undefined to be structural"),
    ("x-kubernetes-map-type", "must be undefined to be structural"),
];
/// What the schema of a whole object may say where its status is a part of its own.
const AT_ROOT: [(&str, &str); 22] = [
    ("Description", "description"),
    ("Type", "type"),
    ("Format", "format"),
    ("Title", "title"),
    ("Maximum", "maximum"),
    ("ExclusiveMaximum", "exclusiveMaximum"),
    ("Minimum", "minimum"),
    ("ExclusiveMinimum", "exclusiveMinimum"),
    ("MaxLength", "maxLength"),
    ("MinLength", "minLength"),
    ("Pattern", "pattern"),
    ("MaxItems", "maxItems"),
    ("MinItems", "minItems"),
    ("UniqueItems", "uniqueItems"),
    ("MultipleOf", "multipleOf"),
    ("Required", "required"),
    ("Items", "items"),
    ("Properties", "properties"),
    ("ExternalDocs", "externalDocs"),
    ("Example", "example"),
    ("XPreserveUnknownFields", "x-kubernetes-preserve-unknown-fields"),
    ("XValidations", "x-kubernetes-validations"),
];

/// Where in an object's schema a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Item,
    Field,
}

/// The schema of whole objects.
pub fn schema(at: &str, written: &Value, has_status: bool, faults: &mut Faults) {
    if has_status {
        beside_status(at, written, faults);
    }
    if written["nullable"] == true {
        faults.push(Fault::forbidden(format!("{at}.nullable"), "nullable cannot be true at the root"));
    }
    let mut own = Vec::new();
    invariants(at, written, Level::Root, &mut own);
    own.sort_by_key(ToString::to_string);
    if own.is_empty() && unsupported(written).is_none() {
        defaults(at, written, Level::Root, &mut own);
    }
    let structural = own.is_empty();
    faults.append(&mut own);
    open_api::check(at, written, Inside::default(), &mut own);
    // What rules say is looked at in a schema that is right otherwise.
    if structural && own.is_empty() {
        rules::meaning(at, written, &mut own);
    }
    faults.append(&mut own);
}

fn beside_status(at: &str, written: &Value, faults: &mut Faults) {
    if written["type"] != "object" && !text(&written["type"]).is_empty() {
        let why = "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled";
        faults.push(Fault::invalid(format!("{at}.type"), &written["type"], why));
        return;
    }
    let known = |name: &str| AT_ROOT.iter().any(|(_, field)| *field == name);
    if written.as_object().into_iter().flatten().any(|(name, _)| !known(name)) {
        let names: Vec<&str> = AT_ROOT.iter().map(|(name, _)| *name).collect();
        let why = format!(
            "only [{}] fields are allowed at the root of the schema if the status subresource is enabled",
            names.join(" ")
        );
        faults.push(Fault::invalid(at, written, &why).shown(written, &go::schema(written)));
    }
}

/// Something that no schema may hold.
fn unsupported(written: &Value) -> Option<&'static str> {
    UNSUPPORTED.into_iter().find(|name| !written[*name].is_null())
}

pub fn properties(written: &Value) -> impl Iterator<Item = (&String, &Value)> {
    written["properties"].as_object().into_iter().flatten()
}

/// What makes a schema structural.
fn invariants(at: &str, written: &Value, level: Level, faults: &mut Faults) {
    let said = |name: &str| written[name] == true;
    let kind = text(&written["type"]);
    if kind == "array" && written["items"].is_null() {
        faults.push(Fault::required(format!("{at}.items"), "must be specified"));
    }
    if written["items"].is_object() {
        invariants(&format!("{at}.items"), &written["items"], Level::Item, faults);
    }
    for (name, inner) in properties(written) {
        invariants(&format!("{at}.properties[{name}]"), inner, Level::Field, faults);
    }
    let additional = &written["additionalProperties"];
    if !additional.is_null() && level == Level::Root {
        faults.push(Fault::forbidden(format!("{at}.additionalProperties"), "must not be used at the root"));
    }
    if additional.is_object() {
        invariants(&format!("{at}.additionalProperties"), additional, Level::Field, faults);
    }
    let (preserve, embedded) = (said("x-kubernetes-preserve-unknown-fields"), said("x-kubernetes-embedded-resource"));
    let number_or_text = said("x-kubernetes-int-or-string");
    for (name, is) in [("x-kubernetes-preserve-unknown-fields", preserve), ("x-kubernetes-embedded-resource", embedded)] {
        if number_or_text && is {
            let why = "must be false if x-kubernetes-int-or-string is true";
            faults.push(Fault::invalid(format!("{at}.{name}"), &true.into(), why));
        }
    }
    values(at, written, faults);
    let typed = format!("{at}.type");
    if embedded && kind != "object" {
        let why = "must be object if x-kubernetes-embedded-resource is true";
        faults.push(match kind {
            "" => Fault::required(typed.clone(), why),
            _ => Fault::invalid(typed.clone(), &written["type"], why),
        });
    } else if kind.is_empty() && !number_or_text && !preserve {
        let why = match level {
            Level::Root => "must not be empty at the root",
            Level::Item => "must not be empty for specified array items",
            Level::Field => "must not be empty for specified object fields",
        };
        faults.push(Fault::required(typed.clone(), why));
    }
    if embedded && !additional.is_null() {
        let why = "must not be used if x-kubernetes-embedded-resource is set";
        faults.push(Fault::forbidden(format!("{at}.additionalProperties"), why));
    }
    if level == Level::Root && !matches!(kind, "" | "object") {
        faults.push(Fault::invalid(typed, &written["type"], "must be object at the root"));
    }
    meta(at, written, level, embedded, faults);
    if embedded && !preserve && properties(written).next().is_none() {
        let why = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
        faults.push(Fault::required(format!("{at}.properties"), why));
    }
}

/// Fields that every object has.
fn meta(at: &str, written: &Value, level: Level, embedded: bool, faults: &mut Faults) {
    let whole = level == Level::Root || embedded;
    let known = |name: &str| written["properties"].get(name);
    for name in ["kind", "apiVersion"] {
        if let Some(field) = known(name).filter(|field| whole && field["type"] != "string") {
            let kind = Value::from(text(&field["type"]));
            faults.push(Fault::invalid(format!("{at}.properties[{name}].type"), &kind, "must be string"));
        }
    }
    let Some(metadata) = known("metadata") else { return };
    let at = format!("{at}.properties[metadata]");
    if whole && metadata["type"] != "object" {
        let kind = Value::from(text(&metadata["type"]));
        faults.push(Fault::invalid(format!("{at}.type"), &kind, "must be object"));
    }
    let free = properties(metadata).all(|(name, _)| matches!(name.as_str(), "name" | "generateName"));
    let more = metadata.as_object().into_iter().flatten().any(|(name, value)| {
        let meant = !matches!(value, Value::Bool(false) | Value::Null);
        meant && !matches!(name.as_str(), "type" | "default" | "properties")
    });
    if level == Level::Root && (!free || more) {
        let why = "must not specify anything other than name and generateName, but metadata is implicitly specified";
        faults.push(Fault::forbidden(at, why));
    }
}

/// What values are held to, in schemas that say nothing else.
fn values(at: &str, written: &Value, faults: &mut Faults) {
    let either = |list: &[Value]| list.len() == 2 && list[0] == serde_json::json!({"type": "integer"}) && list[1] == serde_json::json!({"type": "string"});
    for name in ["anyOf", "allOf", "oneOf"] {
        let all = list(written, name);
        if name == "anyOf" && either(all) {
            continue;
        }
        for (index, inner) in all.iter().enumerate() {
            let way = format!("{at}.{name}[{index}]");
            if name == "allOf" && index == 0 && either(list(inner, "anyOf")) {
                continue;
            }
            nested(&way, inner, faults);
        }
    }
    if written["not"].is_object() {
        nested(&format!("{at}.not"), &written["not"], faults);
    }
    if let Some(pattern) = written["pattern"].as_str().filter(|pattern| !pattern.is_empty())
        && is_wrong(pattern)
    {
        let why = format!("must be a valid regular expression, but isn't: error parsing regexp: {}", misread(pattern));
        faults.push(Fault::invalid(format!("{at}.pattern"), &pattern.into(), &why));
    }
}

fn nested(at: &str, written: &Value, faults: &mut Faults) {
    values(at, written, faults);
    if written["items"].is_object() {
        nested(&format!("{at}.items"), &written["items"], faults);
    }
    for (name, inner) in properties(written) {
        nested(&format!("{at}.properties[{name}]"), inner, faults);
    }
    for (name, why) in NOT_NESTED {
        let nothing = match &written[name] {
            Value::Null | Value::Bool(false) => name != "additionalProperties" || written[name].is_null(),
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            _ => false,
        };
        if !nothing {
            faults.push(Fault::forbidden(format!("{at}.{name}"), why));
        }
    }
    if !items(&written["x-kubernetes-validations"]).is_empty() && !at.contains(".allOf[") {
        faults.push(Fault::forbidden(format!("{at}.x-kubernetes-validations"), "must be empty to be structural"));
    }
    if written["properties"].get("metadata").is_some() {
        faults.push(Fault::forbidden(
            format!("{at}.properties[metadata]"),
            "must not be specified in a nested context",
        ));
    }
}

/// Defaults are as their own schema wants them.
fn defaults(at: &str, written: &Value, level: Level, faults: &mut Faults) {
    if let Some(default) = written.get("default").filter(|default| !default.is_null()) {
        let (at, schema) = (format!("{at}.default"), Schema::of(written));
        if prune(&schema, &mut default.clone()).is_empty() {
            faults.extend(check(&schema, &at, default, None));
        } else {
            faults.push(Fault::invalid(at, default, "must not have unknown fields"));
        }
    }
    if written["items"].is_object() {
        defaults(&format!("{at}.items"), &written["items"], Level::Item, faults);
    }
    for (name, inner) in properties(written) {
        if level != Level::Root || !META.contains(&name.as_str()) {
            defaults(&format!("{at}.properties[{name}]"), inner, Level::Field, faults);
        }
    }
    if written["additionalProperties"].is_object() {
        defaults(&format!("{at}.additionalProperties"), &written["additionalProperties"], Level::Field, faults);
    }
}
