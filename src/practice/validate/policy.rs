//! Validation of disruption budgets, priority classes and autoscalers (kubernetes `pkg/apis/policy`, `scheduling`, `autoscaling`).

use serde_json::{Value, json};

use super::check::{self, go, list, not_more_than_all, number_or_percent, one_of, quantity};
use crate::practice::quantity::Quantity;
use crate::practice::status::Fault;

pub fn budget(spec: &Value, faults: &mut Vec<Fault>) {
    if !spec["minAvailable"].is_null() && !spec["maxUnavailable"].is_null() {
        let (value, shown) = go(&[
            ("MinAvailable", &spec["minAvailable"]),
            ("Selector", &spec["selector"]),
            ("MaxUnavailable", &spec["maxUnavailable"]),
            ("UnhealthyPodEvictionPolicy", &spec["unhealthyPodEvictionPolicy"]),
        ]);
        let why = "minAvailable and maxUnavailable cannot be both set";
        faults.push(Fault::invalid("spec", &value, why).shown(&value, &shown));
    }
    for field in ["minAvailable", "maxUnavailable"] {
        number_or_percent(&format!("spec.{field}"), &spec[field], faults);
        not_more_than_all(&format!("spec.{field}"), &spec[field], faults);
    }
    check::selector("spec.selector", &spec["selector"], faults);
    let policies = &["AlwaysAllow", "IfHealthyBudget"];
    one_of("spec.unhealthyPodEvictionPolicy", &spec["unhealthyPodEvictionPolicy"], policies, faults);
}

pub fn priority_class(object: &Value, faults: &mut Vec<Fault>) {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    if name.starts_with("system-") {
        if !matches!(name, "system-node-critical" | "system-cluster-critical") {
            let why =
                format!("priority class names with 'system-' prefix are reserved for system use only. error: {name} is not a known system priority class");
            faults.push(Fault::forbidden("metadata.name", &why));
        }
    } else if object["value"].as_i64().is_some_and(|value| value > 1_000_000_000) {
        let why = "maximum allowed value of a user defined priority is 1000000000";
        faults.push(Fault::forbidden("value", why));
    }
    let policies = &["PreemptLowerPriority", "Never"];
    one_of("preemptionPolicy", &object["preemptionPolicy"], policies, faults);
}

pub fn autoscaler(spec: &Value, faults: &mut Vec<Fault>) {
    let (least, most) = (spec["minReplicas"].as_i64().unwrap_or(1), spec["maxReplicas"].as_i64().unwrap_or(0));
    if least < 1 {
        let field = "spec.minReplicas";
        faults.push(Fault::invalid(field, &spec["minReplicas"], "must be greater than or equal to 1"));
    }
    if most < 1 {
        faults.push(Fault::required("spec.maxReplicas", "must be set and greater than 0"));
    }
    if most < least {
        let why = "must be greater than or equal to `minReplicas`";
        faults.push(Fault::invalid("spec.maxReplicas", &json!(most), why));
    }
    let target = &spec["scaleTargetRef"];
    for field in ["kind", "name"] {
        if target[field].as_str().unwrap_or_default().is_empty() {
            faults.push(Fault::required(format!("spec.scaleTargetRef.{field}"), ""));
        }
    }
    let version = target["apiVersion"].as_str().unwrap_or_default();
    if !version.contains('/') {
        let why = "apiVersion must specify API group";
        faults.push(Fault::invalid("spec.scaleTargetRef.apiVersion", &json!(version), why));
    }
    for (index, one) in list(spec, "metrics").iter().enumerate() {
        metric(&format!("spec.metrics[{index}]"), one, faults);
    }
    let elsewhere = |one: &Value| one["type"] == "Object" || one["type"] == "External";
    if least == 0 && !list(spec, "metrics").iter().any(elsewhere) {
        let why = "must specify at least one Object or External metric to support scaling to zero replicas";
        faults.push(Fault::forbidden("spec.metrics", why));
    }
    for direction in ["scaleUp", "scaleDown"] {
        rules(&format!("spec.behavior.{direction}"), &spec["behavior"][direction], faults);
    }
}

fn metric(at: &str, metric: &Value, faults: &mut Vec<Fault>) {
    let kinds = &["ContainerResource", "External", "Object", "Pods", "Resource"];
    one_of(&format!("{at}.type"), &metric["type"], kinds, faults);
    let (field, resource) = match metric["type"].as_str().unwrap_or_default() {
        "Resource" => ("resource", true),
        "ContainerResource" => ("containerResource", true),
        "Pods" => ("pods", false),
        "Object" => ("object", false),
        "External" => ("external", false),
        _ => return,
    };
    let (at, source) = (format!("{at}.{field}"), &metric[field]);
    if source.is_null() {
        let why = "must populate information for the given metric source";
        return faults.push(Fault::required(at, why));
    }
    let (name, why) = if resource {
        ("name", "must specify a resource name")
    } else {
        ("metric.name", "must specify a metric name")
    };
    let given = if resource { &source["name"] } else { &source["metric"]["name"] };
    if given.as_str().unwrap_or_default().is_empty() {
        faults.push(Fault::required(format!("{at}.{name}"), why));
    }
    let target = &source["target"];
    if let Some(number) = target["averageUtilization"].as_i64()
        && number < 1
    {
        let field = format!("{at}.target.averageUtilization");
        faults.push(Fault::invalid(field, &target["averageUtilization"], "must be greater than 0"));
    }
    for field in ["value", "averageValue"] {
        if quantity(&target[field]).is_some_and(|amount| amount <= Quantity::ZERO) {
            faults.push(Fault::invalid(format!("{at}.target.{field}"), &target[field], "must be positive"));
        }
    }
    if resource && target["averageUtilization"].is_null() && target["averageValue"].is_null() {
        let why = "must set either a target raw value or a target utilization";
        faults.push(Fault::required(format!("{at}.target.averageUtilization"), why));
    }
}

fn rules(at: &str, rules: &Value, faults: &mut Vec<Fault>) {
    let window = &rules["stabilizationWindowSeconds"];
    if window.as_i64().is_some_and(|seconds| seconds > 3600) {
        let field = format!("{at}.stabilizationWindowSeconds");
        faults.push(Fault::invalid(field, window, "must be less than or equal to 3600"));
    }
    one_of(&format!("{at}.selectPolicy"), &rules["selectPolicy"], &["Disabled", "Max", "Min"], faults);
    for (index, policy) in list(rules, "policies").iter().enumerate() {
        let at = format!("{at}.policies[{index}]");
        one_of(&format!("{at}.type"), &policy["type"], &["Percent", "Pods"], faults);
        for field in ["value", "periodSeconds"] {
            if policy[field].as_i64().unwrap_or(0) <= 0 {
                faults.push(Fault::invalid(format!("{at}.{field}"), &policy[field], "must be greater than zero"));
            }
        }
    }
}
