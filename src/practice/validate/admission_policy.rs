//! Validation of ValidatingAdmissionPolicies and their bindings (kubernetes `pkg/apis/admissionregistration/validation`).

mod expressions;
mod rules;

use serde_json::Value;

use self::expressions::Expressions;
use super::check::{Faults, list, selector};
use super::format;
use crate::practice::cel::{RESERVED, Type};
use crate::practice::field::text;
use crate::practice::status::Fault;

const REASONS: [&str; 3] = ["Forbidden", "Invalid", "RequestEntityTooLarge"];
const ACTIONS: [&str; 3] = ["Audit", "Deny", "Warn"];
const NOTHING: &str = "validations or auditAnnotations must contain at least one item";

pub fn policy(object: &Value, faults: &mut Faults) {
    let spec = &object["spec"];
    supported("spec.failurePolicy", &spec["failurePolicy"], &["Fail", "Ignore"], faults);
    if spec["paramKind"].is_object() {
        for field in ["apiVersion", "kind"] {
            if text(&spec["paramKind"][field]).is_empty() {
                faults.push(Fault::required(format!("spec.paramKind.{field}"), ""));
            }
        }
    }
    let constraints = &spec["matchConstraints"];
    if constraints.is_null() {
        faults.push(Fault::required("spec.matchConstraints", ""));
    } else {
        resources("spec.matchConstraints", constraints, faults);
        if list(constraints, "resourceRules").is_empty() {
            faults.push(Fault::required("spec.matchConstraints.resourceRules", ""));
        }
    }
    let mut expressions = Expressions::new(!spec["paramKind"].is_null());
    conditions(spec, &expressions, faults);
    variables(spec, &mut expressions, faults);
    if list(spec, "validations").is_empty() && list(spec, "auditAnnotations").is_empty() {
        faults.push(Fault::required("spec.validations", NOTHING));
        faults.push(Fault::required("spec.auditAnnotations", NOTHING));
    }
    for (index, validation) in list(spec, "validations").iter().enumerate() {
        self::validation(&format!("spec.validations[{index}]"), validation, &expressions, faults);
    }
    annotations(object, &expressions, faults);
}

/// A word that has to be there, and one of a few.
fn supported(at: &str, value: &Value, known: &[&str], faults: &mut Faults) {
    match value.as_str() {
        None => faults.push(Fault::required(at, "")),
        Some(word) if !known.contains(&word) => faults.push(Fault::unsupported(at, value, known)),
        Some(_) => {}
    }
}

fn resources(at: &str, resources: &Value, faults: &mut Faults) {
    supported(&format!("{at}.matchPolicy"), &resources["matchPolicy"], &["Equivalent", "Exact"], faults);
    for field in ["namespaceSelector", "objectSelector"] {
        selector(&format!("{at}.{field}"), &resources[field], faults);
    }
    for field in ["resourceRules", "excludeResourceRules"] {
        for (index, rule) in list(resources, field).iter().enumerate() {
            rules::rule(&format!("{at}.{field}[{index}]"), rule, faults);
        }
    }
}

fn conditions(spec: &Value, expressions: &Expressions, faults: &mut Faults) {
    let conditions = list(spec, "matchConditions");
    if conditions.len() > 64 {
        faults.push(Fault::too_many("spec.matchConditions", conditions.len() as u64, 64));
    }
    for (index, condition) in conditions.iter().enumerate() {
        let at = |field: &str| format!("spec.matchConditions[{index}].{field}");
        let (name, expression) = (&condition["name"], text(&condition["expression"]).trim());
        if expression.is_empty() {
            faults.push(Fault::required(at("expression"), ""));
        } else {
            expressions.check(&at("expression"), &expression.into(), &[Type::Bool], faults);
        }
        if text(name).is_empty() {
            faults.push(Fault::required(at("name"), ""));
        } else {
            let wrong = format::qualified(text(name));
            faults.extend(wrong.iter().map(|why| Fault::invalid(at("name"), name, why)));
            if conditions[..index].iter().any(|earlier| earlier["name"] == *name) {
                faults.push(Fault::duplicate(at("name"), name));
            }
        }
    }
}

fn variables(spec: &Value, expressions: &mut Expressions, faults: &mut Faults) {
    for (index, variable) in list(spec, "variables").iter().enumerate() {
        let at = |field: &str| format!("spec.variables[{index}].{field}");
        let (name, expression) = (text(&variable["name"]), &variable["expression"]);
        if name.trim().is_empty() {
            faults.push(Fault::required(at("name"), "name is not specified"));
        } else if !is_name(name) {
            faults.push(Fault::invalid(at("name"), &variable["name"], "must be a valid CEL identifier"));
        }
        if text(expression).trim().is_empty() {
            faults.push(Fault::required(at("expression"), "expression is not specified"));
        } else {
            let of = expressions.check(&at("expression"), expression, &[], faults);
            expressions.define(name, of);
        }
    }
}

/// Whether CEL would take a word for a name.
fn is_name(word: &str) -> bool {
    let part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    !word.starts_with(|letter: char| letter.is_ascii_digit())
        && word.chars().all(part)
        && !RESERVED.contains(&word)
        && !["true", "false", "null", "in"].contains(&word)
}

fn validation(at: &str, validation: &Value, expressions: &Expressions, faults: &mut Faults) {
    let field = |name: &str| format!("{at}.{name}");
    let (expression, given) = (&validation["expression"], &validation["messageExpression"]);
    if text(expression).trim().is_empty() {
        faults.push(Fault::required(field("expression"), "expression is not specified"));
    } else {
        expressions.check(&field("expression"), expression, &[Type::Bool], faults);
    }
    if text(given).trim().is_empty() {
        if !text(given).is_empty() {
            faults.push(Fault::invalid(field("messageExpression"), given, "must be non-empty if specified"));
        }
    } else {
        expressions.check(&field("messageExpression"), given, &[Type::Text], faults);
    }
    let message = text(&validation["message"]);
    if !message.is_empty() && message.trim().is_empty() {
        faults.push(Fault::invalid(field("message"), &validation["message"], "must be non-empty if specified"));
    } else if message.trim().contains(['\n', '\r']) {
        faults.push(Fault::invalid(field("message"), &validation["message"], "must not contain line breaks"));
    }
    if !validation["reason"].is_null() && !REASONS.contains(&text(&validation["reason"])) {
        faults.push(Fault::unsupported(field("reason"), &validation["reason"], &REASONS));
    }
}

fn annotations(object: &Value, expressions: &Expressions, faults: &mut Faults) {
    let annotations = list(&object["spec"], "auditAnnotations");
    for (index, annotation) in annotations.iter().enumerate() {
        let at = |field: &str| format!("spec.auditAnnotations[{index}].{field}");
        let (key, expression) = (&annotation["key"], &annotation["valueExpression"]);
        let name = format!("{}/{}", text(&object["metadata"]["name"]), text(key));
        let wrong = format::qualified(&name);
        faults.extend(wrong.iter().map(|why| Fault::invalid(at("key"), &name.as_str().into(), why)));
        if text(expression).trim().is_empty() {
            faults.push(Fault::required(at("valueExpression"), "valueExpression is not specified"));
        } else {
            expressions.check(&at("valueExpression"), expression, &[Type::Text, Type::Null], faults);
        }
        if annotations[..index].iter().any(|earlier| earlier["key"] == *key) {
            faults.push(Fault::duplicate(at("key"), key));
        }
    }
}

pub fn binding(object: &Value, faults: &mut Faults) {
    let spec = &object["spec"];
    match text(&spec["policyName"]) {
        "" => faults.push(Fault::required("spec.policyName", "")),
        name => faults.extend(format::subdomain(name).map(|why| Fault::invalid("spec.policyName", &spec["policyName"], &why))),
    }
    parameter(&spec["paramRef"], faults);
    if spec["matchResources"].is_object() {
        resources("spec.matchResources", &spec["matchResources"], faults);
    }
    let actions = list(spec, "validationActions");
    for (index, action) in actions.iter().enumerate() {
        let at = format!("spec.validationActions[{index}]");
        if !ACTIONS.contains(&text(action)) {
            faults.push(Fault::unsupported(at.clone(), action, &ACTIONS));
        }
        if actions[..index].contains(action) {
            faults.push(Fault::duplicate(at, action));
        }
    }
    let does = |wanted: &str| actions.iter().any(|action| action == wanted);
    if does("Deny") && does("Warn") {
        let why = "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";
        faults.push(Fault::invalid("spec.validationActions", &spec["validationActions"], why));
    }
    if actions.is_empty() {
        faults.push(Fault::required("spec.validationActions", "at least one validation action is required"));
    }
}

fn parameter(by: &Value, faults: &mut Faults) {
    if !by.is_object() {
        return;
    }
    let exclusive = "name and selector are mutually exclusive";
    match (text(&by["name"]).is_empty(), by["selector"].is_null()) {
        (false, false) => {
            faults.push(Fault::forbidden("spec.paramRef.name", exclusive));
            faults.push(Fault::forbidden("spec.paramRef.selector", exclusive));
        }
        (true, true) => faults.push(Fault::required("spec.paramRef", "one of name or selector must be specified")),
        _ => {}
    }
    supported(
        "spec.paramRef.parameterNotFoundAction",
        &by["parameterNotFoundAction"],
        &["Deny", "Allow"],
        faults,
    );
}
