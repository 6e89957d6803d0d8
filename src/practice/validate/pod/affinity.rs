//! Where a Pod may go: affinity to nodes and pods, and how evenly it spreads.

use serde_json::Value;

use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, one_of, selector};
use crate::practice::validate::format;

pub const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

pub fn check(at: &str, affinity: &Value, faults: &mut Faults) {
    let node = &affinity["nodeAffinity"];
    if node[REQUIRED].is_object() {
        let at = format!("{at}.nodeAffinity.{REQUIRED}.nodeSelectorTerms");
        let terms = items(&node[REQUIRED]["nodeSelectorTerms"]);
        if terms.is_empty() {
            faults.push(Fault::required(&*at, "must have at least one node selector term"));
        }
        for (index, term) in terms.iter().enumerate() {
            node_term(&format!("{at}[{index}]"), term, faults);
        }
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
    let key = format!("{at}.topologyKey");
    topology(&key, &term["topologyKey"], faults);
    for why in format::qualified(text(&term["topologyKey"])) {
        faults.push(Fault::invalid(&*key, &"".into(), &why));
    }
}

/// Topology spread constraints.
pub fn spread(at: &str, spec: &Value, faults: &mut Faults) {
    for (index, one) in items(&spec["topologySpreadConstraints"]).iter().enumerate() {
        let at = format!("{at}.topologySpreadConstraints[{index}]");
        if one["maxSkew"].as_i64().is_none_or(|skew| skew <= 0) {
            faults.push(Fault::invalid(format!("{at}.maxSkew"), &one["maxSkew"], "must be greater than zero"));
        }
        topology(&format!("{at}.topologyKey"), &one["topologyKey"], faults);
        one_of(
            &format!("{at}.whenUnsatisfiable"),
            &one["whenUnsatisfiable"],
            &["DoNotSchedule", "ScheduleAnyway"],
            faults,
        );
        selector(&format!("{at}.labelSelector"), &one["labelSelector"], faults);
    }
}
