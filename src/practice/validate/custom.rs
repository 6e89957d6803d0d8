//! Objects of kinds that a cluster defined: their schema, their lists, and what `/scale` counts on (apiextensions `registry/customresource`).

use serde_json::Value;

use super::check::Faults;
use crate::practice::custom::check::check;
use crate::practice::custom::rules::check as kept_rules;
use crate::practice::custom::{Custom, lists};
use crate::practice::patch::strategic::printed;
use crate::practice::patch::typing::go;
use crate::practice::status::Fault;

/// Faults after which rules are not asked any more.
const BLOCKING: [&str; 5] = [
    "FieldValueNotSupported",
    "FieldValueRequired",
    "FieldValueTooLong",
    "FieldValueTooMany",
    "FieldValueTypeInvalid",
];

/// A new object, or one that replaces another; says what is wrong in it and was so before.
pub fn object(custom: &Custom, old: Option<&Value>, object: &Value, faults: &mut Faults) -> Vec<String> {
    faults.extend(check(&custom.schema, "", object, old));
    scale(custom, object, true, faults);
    in_lists(custom, old, object, faults);
    rules(custom, old, object, faults)
}

/// A status that replaces another; says what is wrong in the object and was so before.
pub fn status(custom: &Custom, old: &Value, object: &Value, faults: &mut Faults) -> Vec<String> {
    if let (Some(schema), Some(status)) = (custom.schema.properties.get("status"), object.get("status")) {
        faults.extend(check(schema, "status", status, old.get("status")));
    }
    scale(custom, object, false, faults);
    in_lists(custom, Some(old), object, faults);
    rules(custom, Some(old), object, faults)
}

/// What was twice in a list before may stay so.
fn in_lists(custom: &Custom, old: Option<&Value>, object: &Value, faults: &mut Faults) {
    let twice = |object: &Value| {
        let mut twice = Vec::new();
        lists::check(&custom.schema, "", object, &mut twice);
        twice
    };
    if old.is_none_or(|old| twice(old).is_empty()) {
        faults.extend(twice(object));
    }
}

fn scale(custom: &Custom, object: &Value, spec: bool, faults: &mut Faults) {
    let Some(scale) = &custom.scale else { return };
    for steps in [&scale.replicas, &scale.current].into_iter().skip(usize::from(!spec)) {
        let field = format!(".{}", steps.join("."));
        match count(object, steps) {
            Ok(number @ ..0) => faults.push(Fault::invalid(field, &number.into(), "should be a non-negative integer")),
            Ok(number) if number > i64::from(i32::MAX) => {
                faults.push(Fault::invalid(field, &number.into(), &format!("should be less than or equal to {}", i32::MAX)));
            }
            Ok(_) => {}
            Err(why) => faults.push(Fault::invalid(field, &0.into(), &why)),
        }
    }
}

/// The number at the end of some steps, 0 when there is none; why it cannot be had.
fn count(object: &Value, steps: &[String]) -> Result<i64, String> {
    let misfit = |upto: usize, value: &Value, wanted: &str| {
        let (way, shown) = (steps[..upto].join("."), printed(value));
        Err(format!(".{way} accessor error: {shown} is of the type {}, expected {wanted}", go(value)))
    };
    let mut at = object;
    for (index, step) in steps.iter().enumerate() {
        at = match at {
            Value::Object(map) => map.get(step).unwrap_or(&Value::Null),
            Value::Null => return Ok(0),
            other => return misfit(index + 1, other, "map[string]interface{}"),
        };
    }
    match at {
        Value::Null => Ok(0),
        Value::Number(number) if number.is_i64() => Ok(number.as_i64().unwrap_or(0)),
        other => misfit(steps.len(), other, "int64"),
    }
}

fn rules(custom: &Custom, old: Option<&Value>, object: &Value, faults: &mut Faults) -> Vec<String> {
    if !custom.schema.has_rules {
        return Vec::new();
    }
    if faults.iter().any(|fault| BLOCKING.contains(&fault.reason)) {
        let why = "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
        faults.push(Fault::invalid("<nil>", &Value::Null, why));
        return Vec::new();
    }
    let mut kept = kept_rules(&custom.schema, object, old);
    faults.append(&mut kept.faults);
    kept.warnings
}
