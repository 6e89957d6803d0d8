//! Where a Pod may go: affinity to nodes and pods, and how evenly it spreads.

use serde_json::Value;

use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, formed, one_of, selector};
use crate::practice::validate::format;

pub const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

pub fn check(at: &str, affinity: &Value, faults: &mut Faults) {
    let node = &affinity["nodeAffinity"];
    if node[REQUIRED].is_object() {
        terms(&format!("{at}.nodeAffinity.{REQUIRED}.nodeSelectorTerms"), &node[REQUIRED], faults);
    }
    for (index, one) in items(&node[PREFERRED]).iter().enumerate() {
        let at = format!("{at}.nodeAffinity.{PREFERRED}[{index}]");
        weight(&at, one, faults);
        node_term(&format!("{at}.preference"), &one["preference"], faults);
    }
    for field in ["podAffinity", "podAntiAffinity"] {
        let (at, pods) = (format!("{at}.{field}"), &affinity[field]);
        for (index, term) in items(&pods[REQUIRED]).iter().enumerate() {
            pod_term(&format!("{at}.{REQUIRED}[{index}]"), term, faults);
        }
        for (index, one) in items(&pods[PREFERRED]).iter().enumerate() {
            let at = format!("{at}.{PREFERRED}[{index}]");
            weight(&at, one, faults);
            pod_term(&format!("{at}.podAffinityTerm"), &one["podAffinityTerm"], faults);
        }
    }
}

/// The nodes that a volume can be reached from.
pub fn of_volume(at: &str, affinity: &Value, faults: &mut Faults) {
    let required = &affinity["required"];
    if required.is_null() {
        faults.push(Fault::required(format!("{at}.required"), "must specify required node constraints"));
    } else {
        terms(&format!("{at}.required.nodeSelectorTerms"), required, faults);
    }
}

fn terms(at: &str, selector: &Value, faults: &mut Faults) {
    let terms = items(&selector["nodeSelectorTerms"]);
    if terms.is_empty() {
        faults.push(Fault::required(at, "must have at least one node selector term"));
    }
    for (index, term) in terms.iter().enumerate() {
        node_term(&format!("{at}[{index}]"), term, faults);
    }
}

fn weight(at: &str, one: &Value, faults: &mut Faults) {
    if !one["weight"].as_i64().is_some_and(|weight| (1..=100).contains(&weight)) {
        faults.push(Fault::invalid(format!("{at}.weight"), &one["weight"], "must be in the range 1-100"));
    }
}

fn node_term(at: &str, term: &Value, faults: &mut Faults) {
    for (index, one) in items(&term["matchExpressions"]).iter().enumerate() {
        let at = format!("{at}.matchExpressions[{index}]");
        let count = items(&one["values"]).len();
        match text(&one["operator"]) {
            "In" | "NotIn" if count == 0 => faults.push(Fault::required(format!("{at}.values"), "must be specified when `operator` is 'In' or 'NotIn'")),
            "Exists" | "DoesNotExist" if count > 0 => {
                faults.push(Fault::forbidden(
                    format!("{at}.values"),
                    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                ));
            }
            "Gt" | "Lt" if count != 1 => {
                faults.push(Fault::required(
                    format!("{at}.values"),
                    "must be specified single value when `operator` is 'Lt' or 'Gt'",
                ));
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
            _ => faults.push(Fault::invalid(format!("{at}.operator"), &one["operator"], "not a valid selector operator")),
        }
        for why in format::qualified(text(&one["key"])) {
            faults.push(Fault::invalid(format!("{at}.key"), &one["key"], &why));
        }
        for (place, value) in items(&one["values"]).iter().enumerate() {
            formed(&format!("{at}.values[{place}]"), value, format::label_value, faults);
        }
    }
    for (index, one) in items(&term["matchFields"]).iter().enumerate() {
        node_field(&format!("{at}.matchFields[{index}]"), one, faults);
    }
}

/// The one field of nodes that may be asked for.
fn node_field(at: &str, one: &Value, faults: &mut Faults) {
    let values = items(&one["values"]);
    match text(&one["operator"]) {
        "In" | "NotIn" if values.len() != 1 => {
            let why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
            faults.push(Fault::required(format!("{at}.values"), why));
        }
        "In" | "NotIn" => {}
        _ => faults.push(Fault::invalid(format!("{at}.operator"), &one["operator"], "not a valid selector operator")),
    }
    if one["key"] != "metadata.name" {
        return faults.push(Fault::invalid(format!("{at}.key"), &one["key"], "not a valid field selector key"));
    }
    for (place, value) in values.iter().enumerate() {
        if let Some(why) = format::subdomain(text(value)) {
            faults.push(Fault::invalid(format!("{at}.values[{place}]"), value, &why));
        }
    }
}

fn topology(at: &str, key: &Value, faults: &mut Faults) {
    if text(key).is_empty() {
        faults.push(Fault::required(at, "can not be empty"));
    }
}

fn pod_term(at: &str, term: &Value, faults: &mut Faults) {
    selector(&format!("{at}.labelSelector"), &term["labelSelector"], faults);
    selector(&format!("{at}.namespaceSelector"), &term["namespaceSelector"], faults);
    for name in items(&term["namespaces"]) {
        if let Some(why) = format::label(text(name)) {
            faults.push(Fault::invalid(format!("{at}.namespace"), name, &why));
        }
    }
    keys(at, term, faults);
    let key = format!("{at}.topologyKey");
    topology(&key, &term["topologyKey"], faults);
    for why in format::qualified(text(&term["topologyKey"])) {
        faults.push(Fault::invalid(&*key, &text(&term["topologyKey"]).into(), &why));
    }
}

/// Labels whose values come from the pod itself.
fn keys(at: &str, holder: &Value, faults: &mut Faults) {
    let (alike, unlike) = (items(&holder["matchLabelKeys"]), items(&holder["mismatchLabelKeys"]));
    for (field, keys) in [("matchLabelKeys", alike), ("mismatchLabelKeys", unlike)] {
        let at = format!("{at}.{field}");
        if !keys.is_empty() && holder["labelSelector"].is_null() {
            faults.push(Fault::forbidden(at, "must not be specified when labelSelector is not set"));
            continue;
        }
        for (index, key) in keys.iter().enumerate() {
            for why in format::qualified(text(key)) {
                faults.push(Fault::invalid(format!("{at}[{index}]"), key, &why));
            }
        }
    }
    for (index, key) in alike.iter().enumerate().filter(|(_, key)| unlike.contains(key)) {
        let why = "exists in both matchLabelKeys and mismatchLabelKeys";
        faults.push(Fault::invalid(format!("{at}.matchLabelKeys[{index}]"), key, why));
    }
}

/// Topology spread constraints.
pub fn spread(at: &str, spec: &Value, faults: &mut Faults) {
    let all = items(&spec["topologySpreadConstraints"]);
    for (index, one) in all.iter().enumerate() {
        let at = format!("{at}.topologySpreadConstraints[{index}]");
        let (zone, when) = (&one["topologyKey"], &one["whenUnsatisfiable"]);
        if one["maxSkew"].as_i64().is_none_or(|skew| skew <= 0) {
            faults.push(Fault::invalid(format!("{at}.maxSkew"), &one["maxSkew"], "must be greater than zero"));
        }
        topology(&format!("{at}.topologyKey"), zone, faults);
        let ways = ["DoNotSchedule", "ScheduleAnyway"];
        one_of(&format!("{at}.whenUnsatisfiable"), when, &ways, faults);
        if all[index + 1..]
            .iter()
            .any(|other| other["topologyKey"] == *zone && other["whenUnsatisfiable"] == *when)
        {
            let shown = format!("{{{}, {}}}", text(zone), text(when));
            faults.push(Fault::duplicate(format!("{at}.{{topologyKey, whenUnsatisfiable}}"), &shown.into()));
        }
        domains(&format!("{at}.minDomains"), one, faults);
        for field in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            one_of(&format!("{at}.{field}"), &one[field], &["Honor", "Ignore"], faults);
        }
        keys(&at, one, faults);
        selector(&format!("{at}.labelSelector"), &one["labelSelector"], faults);
    }
}

fn domains(at: &str, constraint: &Value, faults: &mut Faults) {
    let (least, when) = (&constraint["minDomains"], text(&constraint["whenUnsatisfiable"]));
    if least.as_i64().is_some_and(|number| number <= 0) {
        faults.push(Fault::invalid(at, least, "must be greater than zero"));
    }
    if !least.is_null() && when != "DoNotSchedule" {
        let why = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {when}");
        faults.push(Fault::invalid(at, least, &why));
    }
}
