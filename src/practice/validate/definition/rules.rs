//! The rules of a definition's schemas (`x-kubernetes-validations`): their form, and whether they can be evaluated.

use serde_json::Value;

use super::go;
use super::schema::properties;
use crate::practice::cel::{Program, Type};
use crate::practice::custom::rule::way;
use crate::practice::custom::schema::Schema;
use crate::practice::custom::typed;
use crate::practice::field::text;
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, list};

const REASONS: [&str; 4] = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/// The form of rules.
pub fn form(at: &str, written: &Value, faults: &mut Faults) {
    for (index, rule) in list(written, "x-kubernetes-validations").iter().enumerate() {
        let way = |name: &str| format!("{at}.x-kubernetes-validations[{index}].{name}");
        let (said, message) = (text(&rule["rule"]).trim(), text(&rule["message"]));
        if said.is_empty() {
            faults.push(Fault::required(way("rule"), "rule is not specified"));
        } else if !message.is_empty() && message.trim().is_empty() {
            faults.push(Fault::invalid(way("message"), &rule["message"], "must be non-empty if specified"));
        } else if message.trim().contains(['\n', '\r']) {
            faults.push(Fault::invalid(way("message"), &rule["message"], "must not contain line breaks"));
        } else if said.contains(['\n', '\r']) && message.is_empty() {
            faults.push(Fault::required(way("message"), "message must be specified if rule contains line breaks"));
        }
        let expression = text(&rule["messageExpression"]);
        if !expression.is_empty() && expression.trim().is_empty() {
            let why = "messageExpression must be non-empty if specified";
            faults.push(Fault::required(way("messageExpression"), why));
        }
        if !rule["reason"].is_null() && !REASONS.contains(&text(&rule["reason"])) {
            faults.push(Fault::unsupported(way("reason"), &rule["reason"], &REASONS));
        }
        path(&way("fieldPath"), &rule["fieldPath"], written, faults);
    }
}

/// Where a rule says that its fault is.
fn path(at: &str, path: &Value, written: &Value, faults: &mut Faults) {
    let said = text(path);
    let mut wrong = |why: &str| faults.push(Fault::invalid(at, path, why));
    if !said.is_empty() && said.trim().is_empty() {
        wrong("must be non-empty if specified");
    }
    if said.contains(['\n', '\r']) {
        wrong("must not contain line breaks");
    }
    if way(&Schema::of(written), said).is_none() {
        wrong("must be a valid path");
    }
}

/// What the rules of a whole object's schema mean.
pub fn meaning(at: &str, written: &Value, faults: &mut Faults) {
    if written.to_string().contains("x-kubernetes-validations") {
        below(at, written, None, true, faults);
    }
}

/// The rules of a place after those inside of it; lists whose elements cannot be told apart know nothing of what was there before.
fn below(at: &str, written: &Value, unrelated: Option<&str>, root: bool, faults: &mut Faults) {
    let additional = &written["additionalProperties"];
    if additional.is_object() {
        below(&format!("{at}.additionalProperties"), additional, unrelated, false, faults);
    }
    for (name, inner) in properties(written) {
        below(&format!("{at}.properties[{name}]"), inner, unrelated, false, faults);
    }
    if written["items"].is_object() {
        let way = format!("{at}.items");
        let own = (written["x-kubernetes-list-type"] != "map").then_some(at);
        below(&way, &written["items"], unrelated.or(own), false, faults);
    }
    let rules = list(written, "x-kubernetes-validations");
    if rules.is_empty() {
        return;
    }
    let schema = if root { Schema::root(written, false) } else { Schema::of(written) };
    let Some(own) = typed::of(&schema, "selfType") else {
        let why = "failed to retrieve type information for x-kubernetes-validations";
        return faults.push(Fault::internal(format!("{at}.x-kubernetes-validations"), &format!("internal error: {why}")));
    };
    for (index, rule) in rules.iter().enumerate() {
        one(&format!("{at}.x-kubernetes-validations[{index}]"), rule, &own, unrelated, faults);
    }
}

fn one(at: &str, rule: &Value, own: &Type, unrelated: Option<&str>, faults: &mut Faults) {
    let optional = rule["optionalOldSelf"] == true;
    let old = if optional { Type::optional(own.clone()) } else { own.clone() };
    let names = [("self", own.clone()), ("oldSelf", old)];
    let source = text(&rule["rule"]);
    let wrong = |field: &str, why: &str| {
        let shown = go::html(&go::rule(rule));
        Fault::invalid(format!("{at}.{field}"), &Value::Null, why).shown(&Value::Null, &shown)
    };
    let compiled = Program::compile(source, &names);
    let changes = compiled.as_ref().is_ok_and(|(program, _)| program.names("oldSelf"));
    match compiled {
        Err(why) => faults.push(wrong("rule", &format!("compilation failed: {why}"))),
        Ok((_, of)) if of != Type::Bool => faults.push(wrong("rule", "cel expression must evaluate to a bool")),
        Ok(_) => {
            let message = text(&rule["messageExpression"]);
            match Program::compile(message, &names) {
                _ if message.is_empty() => {}
                Err(why) => faults.push(wrong("messageExpression", &format!("messageExpression compilation failed: {why}"))),
                Ok((_, Type::Text)) => {}
                Ok(_) => faults.push(wrong("messageExpression", "messageExpression must evaluate to a string")),
            }
        }
    }
    if let Some(place) = unrelated.filter(|_| changes) {
        let why = format!("oldSelf cannot be used on the uncorrelatable portion of the schema within {place}");
        faults.push(Fault::invalid(format!("{at}.rule"), &rule["rule"], &why));
    } else if !changes && !rule["optionalOldSelf"].is_null() {
        let why = "may not be set if oldSelf is not used in rule";
        faults.push(Fault::invalid(format!("{at}.optionalOldSelf"), &rule["optionalOldSelf"], why));
    }
}
