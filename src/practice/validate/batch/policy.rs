//! When a Job counts as failed or done: its policies.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, not_negative, one_of};
use crate::practice::validate::difference::in_go;
use crate::practice::validate::format;

/// The most rules, patterns and codes there may be.
const RULES: usize = 20;
const CODES: usize = 255;
const INDEX_TEXT: usize = 64 * 1024;

fn too_many(at: &str, count: usize, most: usize, faults: &mut Faults) {
    if count > most {
        faults.push(Fault::too_many(at, count as u64, most as u64));
    }
}

/// A text of a few, which has to be there.
fn chosen(at: &str, value: &Value, known: &[&str], faults: &mut Faults) {
    if text(value).is_empty() {
        let known: Vec<String> = known.iter().map(|one| format!("{one:?}")).collect();
        faults.push(Fault::required(at, &format!("valid values: [{}]", known.join(" "))));
    } else {
        one_of(at, value, known, faults);
    }
}

pub fn failure(at: &str, spec: &Value, faults: &mut Faults) {
    let (at, rules) = (format!("{at}.podFailurePolicy.rules"), items(&spec["podFailurePolicy"]["rules"]));
    too_many(&at, rules.len(), RULES, faults);
    let pod = &spec["template"]["spec"];
    let names: BTreeSet<&str> = ["containers", "initContainers"]
        .iter()
        .flat_map(|list| items(&pod[*list]))
        .map(|container| text(&container["name"]))
        .collect();
    for (index, rule) in rules.iter().enumerate() {
        let at = format!("{at}[{index}]");
        let action = format!("{at}.action");
        if rule["action"] == "FailIndex" && spec["backoffLimitPerIndex"].is_null() {
            faults.push(Fault::invalid(&*action, &rule["action"], "requires the backoffLimitPerIndex to be set"));
        }
        chosen(&action, &rule["action"], &["Count", "FailIndex", "FailJob", "Ignore"], faults);
        let (codes, conditions) = (&rule["onExitCodes"], items(&rule["onPodConditions"]));
        if !codes.is_null() {
            exit_codes(&format!("{at}.onExitCodes"), codes, &names, faults);
        }
        patterns(&format!("{at}.onPodConditions"), conditions, faults);
        let why = match (codes.is_null(), conditions.is_empty()) {
            (true, true) => "specifying one of OnExitCodes and OnPodConditions is required",
            (false, false) => "specifying both OnExitCodes and OnPodConditions is not supported",
            _ => continue,
        };
        faults.push(Fault::invalid_without_value(at, why));
    }
}

fn exit_codes(at: &str, codes: &Value, names: &BTreeSet<&str>, faults: &mut Faults) {
    chosen(&format!("{at}.operator"), &codes["operator"], &["In", "NotIn"], faults);
    if codes["containerName"].as_str().is_some_and(|name| !names.contains(name)) {
        let why = "must be one of the container or initContainer names in the pod template";
        faults.push(Fault::invalid(format!("{at}.containerName"), &codes["containerName"], why));
    }
    let (field, values) = (format!("{at}.values"), items(&codes["values"]));
    if values.is_empty() {
        faults.push(Fault::invalid(&*field, &codes["values"], "at least one value is required"));
    }
    too_many(&field, values.len(), CODES, faults);
    for (index, value) in values.iter().enumerate() {
        let at = format!("{field}[{index}]");
        if value == 0 && codes["operator"] == "In" {
            faults.push(Fault::invalid(&*at, value, "must not be 0 for the In operator"));
        }
        if values[..index].contains(value) {
            faults.push(Fault::duplicate(at, value));
        }
    }
    if !values.is_sorted_by_key(Value::as_i64) {
        faults.push(Fault::invalid(field, &codes["values"], "must be ordered"));
    }
}

fn patterns(at: &str, patterns: &[Value], faults: &mut Faults) {
    too_many(at, patterns.len(), RULES, faults);
    for (index, pattern) in patterns.iter().enumerate() {
        let at = format!("{at}[{index}]");
        for why in format::qualified(text(&pattern["type"])) {
            faults.push(Fault::invalid(format!("{at}.type"), &pattern["type"], &why));
        }
        chosen(&format!("{at}.status"), &pattern["status"], &["False", "True", "Unknown"], faults);
    }
}

pub fn success(at: &str, spec: &Value, faults: &mut Faults) {
    let policy = &spec["successPolicy"];
    if policy.is_null() {
        return;
    }
    let field = format!("{at}.successPolicy");
    if spec["completionMode"] != "Indexed" {
        let fault = Fault::invalid(field, policy, "requires indexed completion mode");
        return faults.push(fault.shown(policy, &in_go("batch/v1", "SuccessPolicy", policy)));
    }
    let (at, rules) = (format!("{field}.rules"), items(&policy["rules"]));
    if rules.is_empty() {
        let why = "at least one rules must be specified when the successPolicy is specified";
        faults.push(Fault::required(&*at, why));
    }
    too_many(&at, rules.len(), RULES, faults);
    for (index, rule) in rules.iter().enumerate() {
        succeeded(&format!("{at}[{index}]"), rule, spec["completions"].as_i64().unwrap_or(0), faults);
    }
}

fn succeeded(at: &str, rule: &Value, completions: i64, faults: &mut Faults) {
    let (count, indexes) = (&rule["succeededCount"], &rule["succeededIndexes"]);
    if count.is_null() && indexes.is_null() {
        faults.push(Fault::required(at, "at least one of succeededCount or succeededIndexes must be specified"));
    }
    let field = format!("{at}.succeededIndexes");
    if text(indexes).len() > INDEX_TEXT {
        faults.push(Fault::too_long(&*field, INDEX_TEXT));
    }
    let total = total(text(indexes), completions).unwrap_or_else(|why| {
        faults.push(Fault::invalid(field, indexes, &format!("error parsing succeededIndexes: {why}")));
        0
    });
    not_negative(at, rule, &["succeededCount"], faults);
    let mut most = |limit: i64, what: &str| {
        if count.as_i64().is_some_and(|count| count > limit) {
            let why = format!("must be less than or equal to {limit} (the number of {what})");
            faults.push(Fault::invalid(format!("{at}.succeededCount"), count, &why));
        }
    };
    most(completions, "specified completions");
    if !indexes.is_null() {
        most(total, "indexes in the specified succeededIndexes field");
    }
}

/// How many indexes a text names: `1,3-5`.
fn total(indexes: &str, completions: i64) -> Result<i64, String> {
    let number = |text: &str| match text.parse::<i64>() {
        Err(_) => Err(format!("cannot convert string to integer for index: {text:?}")),
        Ok(index) if index >= completions => Err(format!("too large index: {text:?}")),
        Ok(index) => Ok(index),
    };
    let order = |previous: i64, current: i64| match previous >= current {
        true => Err(format!("non-increasing order, previous: {previous}, current: {current}")),
        false => Ok(()),
    };
    let (mut last, mut total) = (None, 0);
    for part in indexes.split(',').filter(|_| !indexes.is_empty()) {
        let (first, end) = match part.split('-').collect::<Vec<_>>().as_slice() {
            [one] => (number(one)?, None),
            [first, end] => (number(first)?, Some(number(end)?)),
            _ => {
                let why = "violates the requirement that an index interval can have at most two parts separated by '-'";
                return Err(format!("the fragment {part:?} {why}"));
            }
        };
        end.map_or(Ok(()), |end| order(first, end))?;
        last.map_or(Ok(()), |last| order(last, first))?;
        let end = end.unwrap_or(first);
        total += end - first + 1;
        last = Some(end);
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_counted_in_order() {
        assert_eq!(total("0,2-4", 5), Ok(4));
        assert_eq!(total("0-5", 5), Err("too large index: \"5\"".to_owned()));
        assert!(total("2,1", 5).unwrap_err().starts_with("non-increasing order, previous: 2"));
        assert!(total("1-2-3", 5).unwrap_err().contains("at most two parts"));
    }
}
