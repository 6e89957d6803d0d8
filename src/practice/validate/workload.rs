//! Validation of Deployments, ReplicaSets, DaemonSets and their old form (kubernetes `pkg/apis/apps/validation`).

use serde_json::{Value, json};

use super::check::{self, Faults, go, is_nothing, not_more_than_all, not_negative, number_or_percent, readable, wrong_selector};
use super::pod;
use crate::practice::kind::Kind;
use crate::practice::selector::selects;
use crate::practice::status::Fault;

const MISMATCH: &str = "`selector` does not match template `labels`";

pub fn spec(kind: &Kind, spec: &Value, faults: &mut Faults) {
    match kind.kind {
        "DaemonSet" => return daemon(spec, faults),
        "ReplicaSet" => not_negative("spec", spec, &["replicas", "minReadySeconds"], faults),
        _ => not_negative("spec", spec, &["replicas"], faults),
    }
    // A ReplicaSet is taken for a Deployment here.
    if selector("deployment", "invalid label selector", &spec["selector"], faults) {
        matched(spec, faults);
        pod::template("spec.template", &spec["template"], faults);
        running("spec.template", &spec["template"], "ReplicaSet", faults);
    }
    if kind.kind == "Deployment" {
        strategy(spec, faults);
        not_negative("spec", spec, &["minReadySeconds", "revisionHistoryLimit"], faults);
        deadline(spec, faults);
    }
}

/// A selector that has to be there; whether it can be read.
pub fn selector(word: &str, unreadable: &str, selector: &Value, faults: &mut Faults) -> bool {
    if !selector.is_object() {
        faults.push(Fault::required("spec.selector", ""));
        return true;
    }
    check::selector("spec.selector", selector, faults);
    not_empty(word, selector, faults);
    let good = readable(selector);
    if !good {
        wrong_selector("spec.selector", selector, unreadable, faults);
    }
    good
}

fn not_empty(word: &str, selector: &Value, faults: &mut Faults) {
    let empty = |field: &str| selector[field].is_null() || selector[field] == json!({}) || selector[field] == json!([]);
    if selector.is_object() && empty("matchLabels") && empty("matchExpressions") {
        wrong_selector("spec.selector", selector, &format!("empty selector is invalid for {word}"), faults);
    }
}

/// The template's labels are those that the selector looks for.
pub fn matched(spec: &Value, faults: &mut Faults) {
    let labels = &spec["template"]["metadata"]["labels"];
    if spec["selector"] != json!({}) && !selects(&spec["selector"], labels) {
        faults.push(Fault::invalid("spec.template.metadata.labels", labels, MISMATCH));
    }
}

/// Pods that are kept running start again and have no end.
pub fn running(at: &str, template: &Value, word: &str, faults: &mut Faults) {
    let policy = &template["spec"]["restartPolicy"];
    if policy.as_str().is_some_and(|policy| policy != "Always") {
        faults.push(Fault::unsupported(format!("{at}.spec.restartPolicy"), policy, &["Always"]));
    }
    if !template["spec"]["activeDeadlineSeconds"].is_null() {
        let why = format!("activeDeadlineSeconds in {word} is not Supported");
        faults.push(Fault::forbidden(format!("{at}.spec.activeDeadlineSeconds"), &why));
    }
}

/// A ReplicationController, whose selector is labels alone.
pub fn replication_controller(spec: &Value, faults: &mut Faults) {
    not_negative("spec", spec, &["minReadySeconds"], faults);
    let selector = spec["selector"].as_object().filter(|labels| !labels.is_empty());
    if selector.is_none() {
        faults.push(Fault::required("spec.selector", ""));
    }
    not_negative("spec", spec, &["replicas"], faults);
    let template = &spec["template"];
    if template.is_null() {
        return faults.push(Fault::required("spec.template", ""));
    }
    let labels = &template["metadata"]["labels"];
    if selector.is_some_and(|wanted| wanted.iter().any(|(key, value)| labels[key] != *value)) {
        faults.push(Fault::invalid("spec.template.metadata.labels", labels, MISMATCH));
    }
    pod::template("spec.template", template, faults);
    running("spec.template", template, "ReplicationController", faults);
}

fn daemon(spec: &Value, faults: &mut Faults) {
    check::selector("spec.selector", &spec["selector"], faults);
    if readable(&spec["selector"]) {
        matched(spec, faults);
    }
    not_empty("daemonset", &spec["selector"], faults);
    pod::template("spec.template", &spec["template"], faults);
    running("spec.template", &spec["template"], "DaemonSet", faults);
    not_negative("spec", spec, &["minReadySeconds"], faults);
    daemon_update(&spec["updateStrategy"], faults);
    not_negative("spec", spec, &["revisionHistoryLimit"], faults);
}

fn daemon_update(strategy: &Value, faults: &mut Faults) {
    let rolling = &strategy["rollingUpdate"];
    match strategy["type"].as_str().unwrap_or("RollingUpdate") {
        "OnDelete" => return,
        "RollingUpdate" => {}
        _ => return unknown("spec.updateStrategy", strategy, &["RollingUpdate", "OnDelete"], faults),
    }
    let at = |field: &str| format!("spec.updateStrategy.rollingUpdate.{field}");
    for check in [number_or_percent, not_more_than_all] {
        for field in ["maxUnavailable", "maxSurge"] {
            check(&at(field), &rolling[field], faults);
        }
    }
    match (is_nothing(&rolling["maxUnavailable"]), is_nothing(&rolling["maxSurge"])) {
        _ if rolling.is_null() => {}
        (true, true) => faults.push(Fault::required(at("maxUnavailable"), "cannot be 0 when maxSurge is 0")),
        (false, false) => {
            let why = "may not be set when maxUnavailable is non-zero";
            faults.push(Fault::invalid(at("maxSurge"), &rolling["maxSurge"], why));
        }
        _ => {}
    }
}

/// A strategy of no known type, as Go writes it.
fn unknown(at: &str, strategy: &Value, known: &[&str], faults: &mut Faults) {
    let rolling = &strategy["rollingUpdate"];
    let number = |field: &str| if rolling[field].is_null() { json!(0) } else { rolling[field].clone() };
    let (unavailable, surge) = (number("maxUnavailable"), number("maxSurge"));
    let inner = if rolling.is_null() {
        "null".to_owned()
    } else {
        go(&[("MaxUnavailable", &unavailable), ("MaxSurge", &surge)]).1
    };
    let shown = format!("{{\"Type\":{},\"RollingUpdate\":{inner}}}", strategy["type"]);
    faults.push(Fault::unsupported(at, strategy, known).shown(strategy, &shown));
}

fn strategy(spec: &Value, faults: &mut Faults) {
    let (strategy, rolling) = (&spec["strategy"], &spec["strategy"]["rollingUpdate"]);
    let at = |field: &str| format!("spec.strategy.rollingUpdate.{field}");
    match strategy["type"].as_str().unwrap_or("RollingUpdate") {
        "Recreate" if !rolling.is_null() => faults.push(Fault::forbidden(
            "spec.strategy.rollingUpdate",
            "may not be specified when strategy `type` is 'Recreate'",
        )),
        "Recreate" => {}
        "RollingUpdate" => {
            for field in ["maxUnavailable", "maxSurge"] {
                number_or_percent(&at(field), &rolling[field], faults);
            }
            if rolling.is_object() && is_nothing(&rolling["maxUnavailable"]) && is_nothing(&rolling["maxSurge"]) {
                faults.push(Fault::invalid(
                    at("maxUnavailable"),
                    &rolling["maxUnavailable"],
                    "may not be 0 when `maxSurge` is 0",
                ));
            }
            not_more_than_all(&at("maxUnavailable"), &rolling["maxUnavailable"], faults);
        }
        _ => unknown("spec.strategy", strategy, &["Recreate", "RollingUpdate"], faults),
    }
}

fn deadline(spec: &Value, faults: &mut Faults) {
    let (deadline, ready) = (spec["progressDeadlineSeconds"].as_i64(), spec["minReadySeconds"].as_i64().unwrap_or(0));
    not_negative("spec", spec, &["progressDeadlineSeconds"], faults);
    if deadline.is_some_and(|deadline| deadline <= ready) {
        faults.push(Fault::invalid(
            "spec.progressDeadlineSeconds",
            &spec["progressDeadlineSeconds"],
            "must be greater than minReadySeconds",
        ));
    }
}
