//! Validation of autoscalers (kubernetes `pkg/apis/autoscaling/validation`).

use serde_json::{Value, json};

use super::check::{self, Faults, amount, formed, list, one_of, quantity, segment, shown};
use super::{format, pod};
use crate::practice::field::text;
use crate::practice::quantity::Quantity;
use crate::practice::status::Fault;

const KINDS: [&str; 5] = ["ContainerResource", "External", "Object", "Pods", "Resource"];
/// The sources of a metric, in the order in which Kubernetes looks, and the type each belongs to.
const SOURCES: [(&str, &str); 5] = [
    ("object", "Object"),
    ("external", "External"),
    ("pods", "Pods"),
    ("resource", "Resource"),
    ("containerResource", "ContainerResource"),
];
/// The longest that rules may look back, in seconds.
const WINDOW: i64 = 3600;
const PERIOD: i64 = 1800;

pub fn autoscaler(spec: &Value, faults: &mut Faults) {
    let (least, most) = (spec["minReplicas"].as_i64().unwrap_or(1), spec["maxReplicas"].as_i64().unwrap_or(0));
    if least < 1 {
        let field = "spec.minReplicas";
        faults.push(Fault::invalid(field, &spec["minReplicas"], "must be greater than or equal to 1"));
    }
    if most == 0 {
        faults.push(Fault::required("spec.maxReplicas", "must be set and greater than 0"));
    } else if most < 0 {
        faults.push(Fault::invalid("spec.maxReplicas", &json!(most), "must be greater than or equal to 1"));
    }
    if most < least {
        let why = "must be greater than or equal to `minReplicas`";
        faults.push(Fault::invalid("spec.maxReplicas", &json!(most), why));
    }
    reference("spec.scaleTargetRef", &spec["scaleTargetRef"], true, faults);
    let metrics = list(spec, "metrics");
    for (index, one) in metrics.iter().enumerate() {
        metric(&format!("spec.metrics[{index}]"), one, faults);
    }
    let elsewhere = |one: &Value| one["type"] == "Object" || one["type"] == "External";
    if least == 0 && !metrics.iter().any(elsewhere) {
        let why = "must specify at least one Object or External metric to support scaling to zero replicas";
        faults.push(Fault::forbidden("spec.metrics", why));
    }
    for direction in ["scaleUp", "scaleDown"] {
        rules(&format!("spec.behavior.{direction}"), &spec["behavior"][direction], faults);
    }
}

/// A reference to an object of any group; what is scaled needs one.
fn reference(at: &str, target: &Value, grouped: bool, faults: &mut Faults) {
    for field in ["kind", "name"] {
        segment(&format!("{at}.{field}"), &target[field], faults);
    }
    let version = text(&target["apiVersion"]);
    let why = match version.matches('/').count() {
        0 if grouped => "apiVersion must specify API group".to_owned(),
        0 | 1 => return,
        _ => format!("unexpected GroupVersion string: {version}"),
    };
    faults.push(Fault::invalid(format!("{at}.apiVersion"), &json!(version), &why));
}

fn metric(at: &str, metric: &Value, faults: &mut Faults) {
    if text(&metric["type"]).is_empty() {
        faults.push(Fault::required(format!("{at}.type"), "must specify a metric source type"));
    }
    check::one_of(&format!("{at}.type"), &metric["type"], &KINDS, faults);
    let mut given = SOURCES.iter().filter(|(field, _)| metric[*field].is_object());
    if let Some((field, _)) = given.next() {
        source(&format!("{at}.{field}"), field, &metric[*field], faults);
    }
    let kind = text(&metric["type"]);
    match SOURCES.iter().find(|(_, one)| *one == kind) {
        Some((field, _)) if metric[*field].is_null() => {
            let why = "must populate information for the given metric source";
            faults.push(Fault::required(format!("{at}.{field}"), why));
        }
        Some(_) => {}
        None => check::one_of(&format!("{at}.type"), &metric["type"], &KINDS, faults),
    }
    let all = SOURCES.iter().filter(|(field, _)| metric[*field].is_object());
    if all.clone().count() > 1 {
        for (field, _) in all.filter(|(_, one)| *one != kind) {
            let why = "must populate the given metric source only";
            faults.push(Fault::forbidden(format!("{at}.{field}"), why));
        }
    }
}

fn source(at: &str, field: &str, source: &Value, faults: &mut Faults) {
    let resource = matches!(field, "resource" | "containerResource");
    if field == "object" {
        reference(&format!("{at}.describedObject"), &source["describedObject"], false, faults);
    }
    if resource {
        let name = format!("{at}.name");
        match text(&source["name"]) {
            "" => faults.push(Fault::required(name, "must specify a resource name")),
            given if field == "containerResource" => pod::container_resource_name(&name, given, faults),
            _ => {}
        }
    } else {
        let name = format!("{at}.metric.name");
        match text(&source["metric"]["name"]) {
            "" => faults.push(Fault::required(name, "must specify a metric name")),
            _ => segment(&name, &source["metric"]["name"], faults),
        }
    }
    if field == "containerResource" {
        if text(&source["container"]).is_empty() {
            faults.push(Fault::required(format!("{at}.container"), "must specify a container"));
        }
        formed(&format!("{at}.container"), &source["container"], format::label, faults);
    }
    target(&format!("{at}.target"), &source["target"], faults);
    amounts(&format!("{at}.target"), field, &source["target"], faults);
}

fn target(at: &str, target: &Value, faults: &mut Faults) {
    let kind = text(&target["type"]);
    if kind.is_empty() {
        faults.push(Fault::required(format!("{at}.type"), "must specify a metric target type"));
    }
    if !["Utilization", "Value", "AverageValue"].contains(&kind) {
        let why = "must be either Utilization, Value, or AverageValue";
        faults.push(Fault::invalid(format!("{at}.type"), &json!(kind), why));
    }
    for field in ["value", "averageValue"] {
        if quantity(&target[field]).is_some_and(|amount| amount <= Quantity::ZERO) {
            faults.push(Fault::invalid(format!("{at}.{field}"), &shown(&target[field]), "must be positive"));
        }
    }
    if target["averageUtilization"].as_i64().is_some_and(|number| number < 1) {
        let field = format!("{at}.averageUtilization");
        faults.push(Fault::invalid(field, &target["averageUtilization"], "must be greater than 0"));
    }
}

/// Which amounts a kind of source needs, and which not together.
fn amounts(at: &str, field: &str, target: &Value, faults: &mut Faults) {
    let no = |amount: &str| target[amount].is_null();
    let mut required = |amount: &str, why: &str| faults.push(Fault::required(format!("{at}.{amount}"), why));
    match field {
        "pods" if no("averageValue") => required("averageValue", "must specify a positive target averageValue"),
        "object" if no("value") && no("averageValue") => {
            required("averageValue", "must set either a target value or averageValue");
        }
        "external" if no("value") && no("averageValue") => {
            required("averageValue", "must set either a target value for metric or a per-pod target");
        }
        "external" if !no("value") && !no("averageValue") => {
            let why = "may not set both a target value for metric and a per-pod target";
            faults.push(Fault::forbidden(format!("{at}.value"), why));
        }
        "resource" | "containerResource" if no("averageUtilization") && no("averageValue") => {
            required("averageUtilization", "must set either a target raw value or a target utilization");
        }
        "resource" | "containerResource" if !no("averageUtilization") && !no("averageValue") => {
            let why = "may not set both a target raw value and a target utilization";
            faults.push(Fault::forbidden(format!("{at}.averageValue"), why));
        }
        _ => {}
    }
}

fn rules(at: &str, rules: &Value, faults: &mut Faults) {
    if rules.is_null() {
        return;
    }
    let (window, field) = (&rules["stabilizationWindowSeconds"], format!("{at}.stabilizationWindowSeconds"));
    match window.as_i64() {
        Some(..0) => faults.push(Fault::invalid(field, window, "must be greater than or equal to zero")),
        Some(seconds) if seconds > WINDOW => {
            faults.push(Fault::invalid(field, window, &format!("must be less than or equal to {WINDOW}")));
        }
        _ => {}
    }
    one_of(&format!("{at}.selectPolicy"), &rules["selectPolicy"], &["Disabled", "Max", "Min"], faults);
    let policies = list(rules, "policies");
    if policies.is_empty() {
        faults.push(Fault::required(format!("{at}.policies"), "must specify at least one Policy"));
    }
    for (index, policy) in policies.iter().enumerate() {
        let at = format!("{at}.policies[{index}]");
        one_of(&format!("{at}.type"), &policy["type"], &["Percent", "Pods"], faults);
        for field in ["value", "periodSeconds"] {
            if policy[field].as_i64().unwrap_or(0) <= 0 {
                faults.push(Fault::invalid(format!("{at}.{field}"), &policy[field], "must be greater than zero"));
            }
        }
        if policy["periodSeconds"].as_i64().is_some_and(|seconds| seconds > PERIOD) {
            let why = format!("must be less than or equal to {PERIOD}");
            faults.push(Fault::invalid(format!("{at}.periodSeconds"), &policy["periodSeconds"], &why));
        }
    }
    amount(&format!("{at}.tolerance"), &rules["tolerance"], faults);
}
