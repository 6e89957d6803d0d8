//! Validation of resource quotas and limit ranges (kubernetes `pkg/apis/core/validation`).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::check::{NOT_NEGATIVE, list, quantity};
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
/// The resources a quota may limit by a plain name.
const PLAIN: &[&str] = &[
    "cpu",
    "memory",
    "ephemeral-storage",
    "pods",
    "services",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
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
        let field = format!("spec.hard[{name}]");
        if !name.contains(['.', '/']) && !PLAIN.contains(&name.as_str()) {
            for why in ["must be a standard resource type or fully qualified", "must be a standard resource for quota"] {
                faults.push(Fault::invalid(field.as_str(), &json!(name), why));
            }
        }
        let Some(amount) = quantity(value) else { continue };
        let shown = Value::String(amount.to_string());
        if amount < Quantity::ZERO {
            faults.push(Fault::invalid(field.as_str(), &shown, NOT_NEGATIVE));
        }
        if (WHOLE.contains(&name.as_str()) || name.starts_with("count/")) && amount.number().fract() != 0.0 {
            faults.push(Fault::invalid(field, &shown, "must be an integer"));
        }
    }
    scopes(spec, faults);
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
        let hard = spec["hard"].as_object().into_iter().flatten();
        hard.filter(|(name, _)| STANDARD.contains(&name.as_str()) && !scopes_hold(text(scope), name))
            .for_each(|_| wrong("unsupported scope applied to resource"));
    }
    if has("BestEffort") && has("NotBestEffort") || has("Terminating") && has("NotTerminating") {
        wrong("conflicting scopes");
    }
}

pub fn range(spec: &Value, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for (index, limit) in list(spec, "limits").iter().enumerate() {
        let at = format!("spec.limits[{index}]");
        let kind = limit["type"].as_str().unwrap_or_default();
        if !seen.insert(kind) {
            faults.push(Fault::duplicate(format!("{at}.type"), &limit["type"]));
        }
        if kind == "Pod" {
            for field in ["default", "defaultRequest"] {
                if limit[field].as_object().is_some_and(|map| !map.is_empty()) {
                    faults.push(Fault::forbidden(format!("{at}.{field}"), "may not be specified when `type` is 'Pod'"));
                }
            }
        }
        if kind == "PersistentVolumeClaim" && limit["min"]["storage"].is_null() && limit["max"]["storage"].is_null() {
            let why = "either minimum or maximum storage value is required, but neither was provided";
            faults.push(Fault::required(format!("{at}.limits"), why));
        }
        let names: BTreeSet<&String> = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"]
            .iter()
            .flat_map(|field| limit[*field].as_object().into_iter().flatten().map(|(name, _)| name))
            .collect();
        for name in names {
            bounds(&at, limit, name, faults);
        }
    }
}

/// The bounds of one resource have to be in order.
fn bounds(at: &str, limit: &Value, name: &str, faults: &mut Vec<Fault>) {
    let of = |field: &str| quantity(&limit[field][name]);
    let (least, most, usual, asked) = (of("min"), of("max"), of("default"), of("defaultRequest"));
    let mut check = |field: &str, shown: Option<Quantity>, low: (&str, Option<Quantity>), high: (&str, Option<Quantity>)| {
        if let ((below, Some(small)), (above, Some(large))) = (low, high)
            && small > large
        {
            let shown = Value::String(shown.unwrap_or(small).to_string());
            let why = format!("{below} value {small} is greater than {above} value {large}");
            faults.push(Fault::invalid(format!("{at}.{field}[{name}]"), &shown, &why));
        }
    };
    let (min, max, request) = (("min", least), ("max", most), ("default request", asked));
    check("min", least, min, max);
    check("defaultRequest", asked, min, request);
    check("defaultRequest", asked, request, max);
    check("defaultRequest", asked, request, ("default limit", usual));
    check("default", least, min, ("default", usual));
    check("default", most, ("default", usual), max);
    if let Some(ratio) = of("maxLimitRequestRatio").filter(|ratio| *ratio < Quantity::whole(1)) {
        let shown = Value::String(ratio.to_string());
        let why = format!("ratio {ratio} is less than 1");
        faults.push(Fault::invalid(format!("{at}.maxLimitRequestRatio[{name}]"), &shown, &why));
    }
}
