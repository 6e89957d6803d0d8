//! What Kubernetes takes of OpenAPI in the schemas of definitions, and what it adds (apiextensions `apis/apiextensions/validation`).

use serde_json::Value;

use super::rules;
use super::schema::{META, properties};
use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, list};

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];
/// What schemas may not hold.
pub const UNSUPPORTED: [&str; 6] = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"];

/// What a schema is in.
#[derive(Debug, Clone, Default)]
pub struct Inside {
    below_root: bool,
    metadata: bool,
    /// Why nothing may have a default there.
    no_default: Option<String>,
}

/// What Kubernetes takes of OpenAPI.
pub fn check(at: &str, written: &Value, inside: Inside, faults: &mut Faults) {
    standard(at, written, &inside, faults);
    if written["uniqueItems"] == true {
        let why = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
        faults.push(Fault::forbidden(format!("{at}.uniqueItems"), why));
    }
    let below = Inside {
        below_root: true,
        ..inside.clone()
    };
    let additional = &written["additionalProperties"];
    if !additional.is_null() && *additional != true && properties(written).next().is_some() {
        let why = "additionalProperties and properties are mutual exclusive";
        faults.push(Fault::forbidden(format!("{at}.additionalProperties"), why));
    }
    if additional.is_object() {
        let mut below = below.clone();
        if inside.metadata {
            below.no_default = Some("inside additionalProperties applying to object metadata".to_owned());
        }
        check(&format!("{at}.additionalProperties"), additional, below, faults);
    }
    for (name, inner) in properties(written) {
        let mut below = below.clone();
        if META.contains(&name.as_str()) && (!inside.below_root || written["x-kubernetes-embedded-resource"] == true) {
            below.metadata = true;
            if !inside.below_root {
                below.no_default = Some(format!("in top-level {name}"));
            }
        }
        check(&format!("{at}.properties[{name}]"), inner, below, faults);
    }
    if written["not"].is_object() {
        check(&format!("{at}.not"), &written["not"], below.clone(), faults);
    }
    for name in ["allOf", "oneOf", "anyOf"] {
        for (index, inner) in list(written, name).iter().enumerate() {
            check(&format!("{at}.{name}[{index}]"), inner, below.clone(), faults);
        }
    }
    if written["items"].is_object() {
        check(&format!("{at}.items"), &written["items"], below, faults);
    }
    extensions(at, written, faults);
    rules::form(at, written, faults);
}

fn standard(at: &str, written: &Value, inside: &Inside, faults: &mut Faults) {
    let kind = text(&written["type"]);
    if !kind.is_empty() && !TYPES.contains(&kind) {
        faults.push(Fault::unsupported(format!("{at}.type"), &written["type"], &TYPES));
    }
    if let Some(why) = inside.no_default.as_ref().filter(|_| !written["default"].is_null()) {
        faults.push(Fault::forbidden(format!("{at}.default"), &format!("must not be set {why}")));
    }
    for name in UNSUPPORTED {
        if !written[name].is_null() {
            faults.push(Fault::forbidden(format!("{at}.{name}"), &format!("{name} is not supported")));
        }
    }
    if kind == "null" {
        let why = "type cannot be set to null, use nullable as an alternative";
        faults.push(Fault::forbidden(format!("{at}.type"), why));
    }
    if written["items"].is_array() {
        faults.push(Fault::forbidden(format!("{at}.items"), "items must be a schema object and not an array"));
    }
    if inside.metadata && written["x-kubernetes-embedded-resource"] == true {
        let why = "must not be used inside of resource meta";
        faults.push(Fault::forbidden(format!("{at}.x-kubernetes-embedded-resource"), why));
    }
}

/// What Kubernetes added to OpenAPI.
fn extensions(at: &str, written: &Value, faults: &mut Faults) {
    let (kind, of_map, of_list) = (text(&written["type"]), &written["x-kubernetes-map-type"], &written["x-kubernetes-list-type"]);
    let way = |name: &str| format!("{at}.{name}");
    if written["x-kubernetes-preserve-unknown-fields"] == false {
        faults.push(Fault::invalid(
            way("x-kubernetes-preserve-unknown-fields"),
            &false.into(),
            "must be true or undefined",
        ));
    }
    let typed = |why: &str| match kind {
        "" => Fault::required(way("type"), why),
        _ => Fault::invalid(way("type"), &written["type"], why),
    };
    if of_map.is_string() {
        if kind != "object" {
            faults.push(typed("must be object if x-kubernetes-map-type is specified"));
        }
        if !matches!(text(of_map), "atomic" | "granular") {
            faults.push(Fault::unsupported(way("x-kubernetes-map-type"), of_map, &["atomic", "granular"]));
        }
    }
    if of_list.is_string() && kind != "array" {
        faults.push(typed("must be array if x-kubernetes-list-type is specified"));
    } else if of_list == "set" {
        let inner = &written["items"];
        let field = match text(&inner["type"]) {
            "array" if !matches!(text(&inner["x-kubernetes-list-type"]), "" | "atomic") => "x-kubernetes-list-type",
            "object" if inner["x-kubernetes-map-type"] != "atomic" => "x-kubernetes-map-type",
            _ => "",
        };
        if !field.is_empty() {
            let why = "must be atomic as item of a list with x-kubernetes-list-type=set";
            let value = &inner["x-kubernetes-list-type"];
            faults.push(Fault::invalid(way(&format!("items.{field}")), value, why));
        }
    }
    if of_list.is_string() && !matches!(text(of_list), "atomic" | "set" | "map") {
        faults.push(Fault::unsupported(way("x-kubernetes-list-type"), of_list, &["atomic", "set", "map"]));
    }
    keys(at, written, faults);
}

/// The keys of lists that are maps.
fn keys(at: &str, written: &Value, faults: &mut Faults) {
    let (of_list, keys, inner) = (
        &written["x-kubernetes-list-type"],
        list(written, "x-kubernetes-list-map-keys"),
        &written["items"],
    );
    let way = |name: &str| format!("{at}.{name}");
    if !keys.is_empty() && of_list != "map" {
        let why = "must be map if x-kubernetes-list-map-keys is non-empty";
        faults.push(match of_list {
            Value::Null => Fault::required(way("x-kubernetes-list-type"), why),
            _ => Fault::invalid(way("x-kubernetes-list-type"), of_list, why),
        });
    }
    if of_list == "map" {
        if keys.is_empty() {
            let why = "must not be empty if x-kubernetes-list-type is map";
            faults.push(Fault::required(way("x-kubernetes-list-map-keys"), why));
        }
        if inner.is_null() {
            faults.push(Fault::required(way("items"), "must have a schema if x-kubernetes-list-type is map"));
        } else if inner["type"] != "object" && !inner.is_array() {
            let why = "must be object if parent array's x-kubernetes-list-type is map";
            faults.push(Fault::invalid(way("items.type"), &Value::from(text(&inner["type"])), why));
        }
        for (index, key) in keys.iter().enumerate().filter(|_| inner["type"] == "object") {
            let invalid = |why: &str| Fault::invalid(way("x-kubernetes-list-map-keys"), &written["x-kubernetes-list-map-keys"], why);
            match inner["properties"].get(text(key)) {
                Some(field) if matches!(text(&field["type"]), "array" | "object") => {
                    let why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
                    let way = way(&format!("items.properties[{}].type", text(key)));
                    faults.push(Fault::invalid(way, &inner["type"], why));
                }
                Some(_) => {}
                None => faults.push(invalid("entries must all be names of item properties")),
            }
            if keys[..index].contains(key) {
                faults.push(invalid("must not contain duplicate entries"));
            }
        }
    }
    if !inner.is_object() || !matches!(text(of_list), "map" | "set") {
        return;
    }
    if inner["nullable"] == true {
        let why = format!("cannot be nullable when x-kubernetes-list-type is {}", text(of_list));
        faults.push(Fault::forbidden(way("items.nullable"), &why));
    }
    for key in keys.iter().filter(|_| of_list == "map") {
        let Some(field) = inner["properties"].get(text(key)) else { continue };
        let way = way(&format!("items.properties[{}]", text(key)));
        if !items(&inner["required"]).contains(key) && field["default"].is_null() {
            let why = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
            faults.push(Fault::required(format!("{way}.default"), why));
        }
        if field["nullable"] == true {
            let why = "this property is in x-kubernetes-list-map-keys, so it cannot be nullable";
            faults.push(Fault::forbidden(format!("{way}.nullable"), why));
        }
    }
}
