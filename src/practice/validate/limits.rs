//! Validation of resource quotas and limit ranges (kubernetes `pkg/apis/core/validation`).

use serde_json::{Value, json};

use super::check::{NOT_NEGATIVE, list, quantity};
use super::difference::in_go;
use super::pod;
use crate::practice::field::text;
use crate::practice::quantity::Quantity;
use crate::practice::status::Fault;

const SCOPES: &[&str] = &[
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
];
/// Resources that scopes are asked about.
const STANDARD: &[&str] = &[
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
    "services.nodeports",
    "services.loadbalancers",
];
/// Those that are counted in whole numbers.
const WHOLE: &[&str] = &[
    "pods",
    "services",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];

pub fn quota(spec: &Value, faults: &mut Vec<Fault>) {
    for (name, value) in spec["hard"].as_object().into_iter().flatten() {
        counted(&format!("spec.hard[{name}]"), name, value, faults);
    }
    scopes(spec, faults);
    if spec["scopeSelector"].is_object() {
        selector(spec, faults);
    }
}

/// What a quota limits, and how far.
pub fn counted(at: &str, name: &str, value: &Value, faults: &mut Vec<Fault>) {
    pod::resource_name(at, name, faults);
    if !name.contains('/') && !STANDARD.contains(&name) && !name.starts_with("requests.hugepages-") && !name.starts_with("hugepages-") {
        faults.push(Fault::invalid(at, &json!(name), "must be a standard resource for quota"));
    }
    let Some(amount) = quantity(value) else { return };
    let shown = Value::String(amount.to_string());
    if amount < Quantity::ZERO {
        faults.push(Fault::invalid(at, &shown, NOT_NEGATIVE));
    }
    let whole = WHOLE.contains(&name) || name.contains('/') && !name.starts_with("kubernetes.io/");
    if whole && amount.number().fract() != 0.0 {
        faults.push(Fault::invalid(at, &shown, "must be an integer"));
    }
}

/// Scopes that are told with more than their name.
fn selector(spec: &Value, faults: &mut Vec<Fault>) {
    const AT: &str = "spec.scopeSelector.matchExpressions";
    const ONLY_EXISTS: &str = "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, \
        ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    let (selector, all) = (&spec["scopeSelector"], list(&spec["scopeSelector"], "matchExpressions"));
    for one in all {
        let (scope, operator, values) = (text(&one["scopeName"]), &one["operator"], list(one, "values"));
        let mut wrong = |field: &str, value: &Value, why: &str| faults.push(Fault::invalid(format!("{AT}{field}"), value, why));
        if !SCOPES.contains(&scope) {
            wrong(".scopeName", &one["scopeName"], "unsupported scope");
        }
        for _ in misplaced(spec, scope) {
            wrong("", selector, "unsupported scope applied to resource");
        }
        if !matches!(scope, "PriorityClass" | "VolumeAttributesClass") && SCOPES.contains(&scope) && operator != "Exists" {
            wrong(".operator", operator, ONLY_EXISTS);
        }
        match text(operator) {
            "In" | "NotIn" if values.is_empty() => {
                let why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
                faults.push(Fault::required(format!("{AT}.values"), why));
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                let why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
                wrong(".values", &one["values"], why);
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            _ => wrong(".operator", operator, "not a valid selector operator"),
        }
    }
    let has = |scope: &str| all.iter().any(|one| one["scopeName"] == scope);
    if has("BestEffort") && has("NotBestEffort") || has("Terminating") && has("NotTerminating") {
        faults.push(Fault::invalid(AT, &spec["scopes"], "conflicting scopes"));
    }
    let shown = in_go("v1", "ScopeSelector", selector);
    for fault in faults.iter_mut().filter(|fault| fault.field == AT) {
        *fault = fault.clone().shown(selector, &shown);
    }
}

/// The limited resources of which a scope says nothing.
fn misplaced<'a>(spec: &'a Value, scope: &'a str) -> impl Iterator<Item = &'a str> {
    let hard = spec["hard"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    hard.filter(move |name| STANDARD.contains(name) && !scopes_hold(scope, name))
}

/// Whether a scope says anything of a resource: scopes are of pods.
fn scopes_hold(scope: &str, resource: &str) -> bool {
    let compute = ["cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
    resource == "pods" || scope != "BestEffort" && compute.contains(&resource)
}

fn scopes(spec: &Value, faults: &mut Vec<Fault>) {
    let scopes = list(spec, "scopes");
    let has = |scope: &str| scopes.iter().any(|one| one == scope);
    let mut wrong = |why: &str| faults.push(Fault::invalid("spec.scopes", &spec["scopes"], why));
    for scope in scopes {
        let known = scope.as_str().is_some_and(|scope| SCOPES.contains(&scope));
        if !known {
            wrong("unsupported scope");
        }
        misplaced(spec, text(scope)).for_each(|_| wrong("unsupported scope applied to resource"));
    }
    if has("BestEffort") && has("NotBestEffort") || has("Terminating") && has("NotTerminating") {
        wrong("conflicting scopes");
    }
}
