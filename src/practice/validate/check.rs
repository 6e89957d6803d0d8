//! Checks of single fields that many kinds share, in Kubernetes' words.

use serde_json::Value;

use super::format;
use crate::practice::field::text;
use crate::practice::quantity::Quantity;
use crate::practice::status::Fault;

pub type Faults = Vec<Fault>;

const PORT_RANGE: &str = "must be between 1 and 65535, inclusive";
pub const NOT_NEGATIVE: &str = "must be greater than or equal to 0";
const PERCENT: &str =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/// The elements of a list field.
pub fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object[field].as_array().map_or(&[], Vec::as_slice)
}

/// Numbers that may not be negative.
pub fn not_negative(at: &str, object: &Value, fields: &[&str], faults: &mut Vec<Fault>) {
    for field in fields.iter().filter(|field| object[**field].as_i64().is_some_and(|number| number < 0)) {
        faults.push(Fault::invalid(format!("{at}.{field}"), &object[*field], NOT_NEGATIVE));
    }
}

/// A text that has to be one of a few, where it is there.
pub fn one_of(field: &str, value: &Value, supported: &[&str], faults: &mut Vec<Fault>) {
    if value.as_str().is_some_and(|value| !supported.contains(&value)) {
        faults.push(Fault::unsupported(field, value, supported));
    }
}

/// The percentage that a text gives.
pub fn percent(value: &Value) -> Option<i64> {
    value.as_str()?.strip_suffix('%')?.parse().ok().filter(|percent| *percent >= 0)
}

/// A number that is not negative, or a percentage.
pub fn number_or_percent(field: &str, value: &Value, faults: &mut Vec<Fault>) {
    match value {
        Value::Number(number) if number.as_i64().is_some_and(|number| number < 0) => faults.push(Fault::invalid(field, value, NOT_NEGATIVE)),
        Value::String(_) if percent(value).is_none() => faults.push(Fault::invalid(field, value, PERCENT)),
        _ => {}
    }
}

/// A percentage of at most a hundred.
pub fn not_more_than_all(field: &str, value: &Value, faults: &mut Vec<Fault>) {
    if percent(value).is_some_and(|percent| percent > 100) {
        faults.push(Fault::invalid(field, value, "must not be greater than 100%"));
    }
}

/// Whether a number or percentage is nothing.
pub fn is_nothing(value: &Value) -> bool {
    value.is_null() || value == 0 || percent(value) == Some(0)
}

/// A structure as Go writes it, its fields in their own order.
pub fn go(fields: &[(&str, &Value)]) -> (Value, String) {
    let parts: Vec<String> = fields.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
    let value = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).clone())).collect();
    (value, format!("{{{}}}", parts.join(",")))
}

/// A label selector as Go writes it: labels first, and of an expression its key.
pub fn selector_text(selector: &Value) -> String {
    let one = |one: &Value| {
        let mut parts = vec![format!("\"key\":{},\"operator\":{}", one["key"], one["operator"])];
        parts.extend(
            one["values"]
                .as_array()
                .filter(|values| !values.is_empty())
                .map(|_| format!("\"values\":{}", one["values"])),
        );
        format!("{{{}}}", parts.join(","))
    };
    let labels = selector["matchLabels"].as_object().filter(|labels| !labels.is_empty());
    let expressions: Vec<String> = list(selector, "matchExpressions").iter().map(one).collect();
    let mut parts: Vec<String> = labels.map(|_| format!("\"matchLabels\":{}", selector["matchLabels"])).into_iter().collect();
    if !expressions.is_empty() {
        parts.push(format!("\"matchExpressions\":[{}]", expressions.join(",")));
    }
    format!("{{{}}}", parts.join(","))
}

/// A label selector that is wrong as a whole.
pub fn wrong_selector(field: &str, selector: &Value, why: &str, faults: &mut Faults) {
    faults.push(Fault::invalid(field, selector, why).shown(selector, &selector_text(selector)));
}

/// A label selector that stays as it was.
pub fn same_selector(field: &str, old: &Value, new: &Value, faults: &mut Faults) {
    if old != new && new.is_null() {
        faults.push(Fault::invalid(field, new, "field is immutable"));
    } else if old != new {
        wrong_selector(field, new, "field is immutable", faults);
    }
}

/// Whether a label selector can be read: no expression or label in it is wrong.
pub fn readable(given: &Value) -> bool {
    let mut faults = Vec::new();
    selector("", given, &mut faults);
    faults.is_empty()
}

/// A quantity in a field, where it is one.
pub fn quantity(value: &Value) -> Option<Quantity> {
    Quantity::of(value)
}

/// A label selector; what is wrong with its expressions.
pub fn selector(at: &str, selector: &Value, faults: &mut Vec<Fault>) {
    labels(&format!("{at}.matchLabels"), &selector["matchLabels"], faults);
    for (index, one) in list(selector, "matchExpressions").iter().enumerate() {
        let (at, values) = (format!("{at}.matchExpressions[{index}]"), list(one, "values"));
        match one["operator"].as_str().unwrap_or_default() {
            "In" | "NotIn" if values.is_empty() => {
                let why = "must be specified when `operator` is 'In' or 'NotIn'";
                faults.push(Fault::required(format!("{at}.values"), why));
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                let why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                faults.push(Fault::forbidden(format!("{at}.values"), why));
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            _ => faults.push(Fault::invalid(format!("{at}.operator"), &one["operator"], "not a valid selector operator")),
        }
        for why in format::qualified(text(&one["key"])) {
            faults.push(Fault::invalid(format!("{at}.key"), &one["key"], &why));
        }
        for (index, value) in values.iter().enumerate() {
            formed(&format!("{at}.values[{index}]"), value, format::label_value, faults);
        }
    }
}

/// A text is there and not empty; says whether it is.
pub fn required(at: &str, value: &Value, faults: &mut Faults) -> bool {
    let there = !text(value).is_empty();
    if !there {
        faults.push(Fault::required(at, ""));
    }
    there
}

/// A text, where there is one, has a form.
pub fn formed(at: &str, value: &Value, form: fn(&str) -> Option<String>, faults: &mut Faults) {
    if let Some(why) = Some(text(value)).filter(|text| !text.is_empty()).and_then(form) {
        faults.push(Fault::invalid(at, value, &why));
    }
}

/// A text that stands in a path: there, and without what paths are cut at.
pub fn segment(at: &str, value: &Value, faults: &mut Faults) {
    if required(at, value, faults) {
        for why in format::path_segment(text(value)) {
            faults.push(Fault::invalid(at, value, &why));
        }
    }
}

/// A path below a domain: `acme.io/foo`.
pub fn prefixed_path(at: &str, value: &Value, faults: &mut Faults) {
    if !required(at, value, faults) {
        return;
    }
    match text(value).split_once('/') {
        Some((domain, path)) if !domain.is_empty() && !path.is_empty() => {
            if let Some(why) = format::subdomain(domain) {
                faults.push(Fault::invalid(at, &domain.into(), &why));
            }
        }
        _ => faults.push(Fault::invalid(at, value, "must be a domain-prefixed path (such as \"acme.io/foo\")")),
    }
}

/// A number, where there is one, is a port.
pub fn port(at: &str, value: &Value, faults: &mut Faults) {
    if value.as_i64().is_some_and(|number| !(1..=65_535).contains(&number)) {
        faults.push(Fault::invalid(at, value, PORT_RANGE));
    }
}

/// A port's number or name.
pub fn port_or_name(at: &str, value: &Value, faults: &mut Faults) {
    port(at, value, faults);
    if let Some(name) = value.as_str() {
        for why in format::port_name(name) {
            faults.push(Fault::invalid(at, value, &why));
        }
    }
}

/// A quantity is not below zero.
pub fn amount(at: &str, value: &Value, faults: &mut Faults) {
    if Quantity::of(value).is_some_and(Quantity::is_negative) {
        faults.push(Fault::invalid(at, &shown(value), NOT_NEGATIVE));
    }
}

/// A quantity as errors show it: always as text.
pub fn shown(value: &Value) -> Value {
    Quantity::of(value).map_or_else(|| value.clone(), |quantity| quantity.to_string().into())
}

/// Keys and values of labels.
pub fn labels(at: &str, labels: &Value, faults: &mut Faults) {
    for (key, value) in labels.as_object().into_iter().flatten() {
        for why in format::qualified(key) {
            faults.push(Fault::invalid(at, &key.as_str().into(), &why));
        }
        for why in format::label_faults(text(value)) {
            faults.push(Fault::invalid(at, value, &why));
        }
    }
}

/// A field that stays as it was.
pub fn immutable(at: &str, old: &Value, new: &Value, faults: &mut Faults) {
    if old != new {
        faults.push(Fault::invalid(at, new, "field is immutable"));
    }
}
