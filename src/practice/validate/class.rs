//! Validation of storage classes and of the attributes of volumes (kubernetes `pkg/apis/storage/validation`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::check::{Faults, immutable, one_of, required};
use super::format;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;

pub fn storage(object: &Value, faults: &mut Faults) {
    driver("provisioner", &object["provisioner"], faults);
    parameters(&object["parameters"], faults);
    one_of("reclaimPolicy", &object["reclaimPolicy"], &["Delete", "Retain"], faults);
    let modes = &["Immediate", "WaitForFirstConsumer"];
    one_of("volumeBindingMode", &object["volumeBindingMode"], modes, faults);
    let terms = items(&object["allowedTopologies"]);
    for (index, term) in terms.iter().enumerate() {
        let at = format!("allowedTopologies[{index}].matchLabelExpressions");
        topology(&at, term, faults);
        if terms[..index].iter().any(|other| places(other) == places(term)) {
            faults.push(Fault::duplicate(at, &"".into()));
        }
    }
}

/// Who makes the volumes; how the name is written does not matter.
fn driver(at: &str, name: &Value, faults: &mut Faults) {
    if required(at, name, faults) {
        let lower = text(name).to_lowercase();
        for why in format::qualified(&lower) {
            faults.push(Fault::invalid(at, &lower.as_str().into(), &why));
        }
    }
}

fn parameters(parameters: &Value, faults: &mut Faults) {
    if !parameters[""].is_null() {
        faults.push(Fault::invalid("parameters", &"".into(), "field can not be empty."));
    }
}

/// The values that a term has for each label.
fn places(term: &Value) -> BTreeMap<&str, BTreeSet<&str>> {
    let expressions = items(&term["matchLabelExpressions"]).iter();
    expressions
        .map(|one| (text(&one["key"]), items(&one["values"]).iter().map(text).collect()))
        .collect()
}

fn topology(at: &str, term: &Value, faults: &mut Faults) {
    let all = items(&term["matchLabelExpressions"]);
    for (index, one) in all.iter().enumerate() {
        let at = format!("{at}[{index}]");
        let values = items(&one["values"]);
        if values.is_empty() {
            faults.push(Fault::required(format!("{at}.values"), ""));
        }
        for (place, value) in values.iter().enumerate().filter(|(place, value)| values[..*place].contains(value)) {
            faults.push(Fault::duplicate(format!("{at}.values[{place}]"), value));
        }
        for why in format::qualified(text(&one["key"])) {
            faults.push(Fault::invalid(format!("{at}.key"), &one["key"], &why));
        }
        if all[..index].iter().any(|other| other["key"] == one["key"]) {
            faults.push(Fault::duplicate(format!("{at}.key"), &one["key"]));
        }
    }
}

/// What of a storage class may not change.
pub fn storage_update(old: &Value, new: &Value, faults: &mut Faults) {
    for field in ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] {
        let (before, after, empty) = (&old[field], &new[field], json!({}));
        if ![before, after].iter().all(|value| value.is_null() || **value == empty) {
            immutable(field, before, after, faults);
        }
    }
}

pub fn attributes(object: &Value, faults: &mut Faults) {
    driver("driverName", &object["driverName"], faults);
    parameters(&object["parameters"], faults);
    if object["parameters"].as_object().is_none_or(Map::is_empty) {
        faults.push(Fault::required("parameters", "must contain at least one key/value pair"));
    }
}

/// Attributes stay as they are.
pub fn attributes_update(old: &Value, new: &Value, faults: &mut Faults) {
    for field in ["driverName", "parameters"] {
        if old[field] != new[field] {
            faults.push(Fault::forbidden(field, &format!("updates to {field} are forbidden.")));
        }
    }
}
