//! Validation of LimitRanges.

use std::collections::BTreeSet;

use serde_json::Value;

use super::check::{Faults, list, quantity};
use super::{format, pod};
use crate::practice::field::text;
use crate::practice::quantity::Quantity;
use crate::practice::status::Fault;

pub fn range(spec: &Value, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (index, limit) in list(spec, "limits").iter().enumerate() {
        let at = format!("spec.limits[{index}]");
        let kind = text(&limit["type"]);
        named(&format!("{at}.type"), kind, faults);
        if !seen.insert(kind) {
            faults.push(Fault::duplicate(format!("{at}.type"), &limit["type"]));
        }
        resources(&at, kind, limit, &["max", "min"], faults);
        if kind == "Pod" {
            for field in ["default", "defaultRequest"] {
                if limit[field].as_object().is_some_and(|map| !map.is_empty()) {
                    faults.push(Fault::forbidden(format!("{at}.{field}"), "may not be specified when `type` is 'Pod'"));
                }
            }
        } else {
            resources(&at, kind, limit, &["default", "defaultRequest"], faults);
        }
        if kind == "PersistentVolumeClaim" && limit["min"]["storage"].is_null() && limit["max"]["storage"].is_null() {
            let why = "either minimum or maximum storage value is required, but neither was provided";
            faults.push(Fault::required(format!("{at}.limits"), why));
        }
        resources(&at, kind, limit, &["maxLimitRequestRatio"], faults);
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
fn bounds(at: &str, limit: &Value, name: &str, faults: &mut Faults) {
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
    if let (Some(ratio), Some(least), Some(most)) = (of("maxLimitRequestRatio"), least, most) {
        let limit = most.number() / least.number();
        if ratio.number() > limit {
            let shown = Value::String(ratio.to_string());
            let why = format!("ratio {ratio} is greater than max/min = {limit:.6}");
            faults.push(Fault::invalid(format!("{at}.maxLimitRequestRatio[{name}]"), &shown, &why));
        }
    }
}

/// What a limit is for: one of what Kubernetes knows, or of a domain.
fn named(at: &str, kind: &str, faults: &mut Faults) {
    let wrong = format::qualified(kind);
    if wrong.is_empty() && !kind.contains('/') && !["Pod", "Container", "PersistentVolumeClaim"].contains(&kind) {
        faults.push(Fault::invalid(at, &kind.into(), "must be a standard limit type or fully qualified"));
    }
    for why in wrong {
        faults.push(Fault::invalid(at, &kind.into(), &why));
    }
}

/// The names of what is limited.
fn resources(at: &str, kind: &str, limit: &Value, fields: &[&str], faults: &mut Faults) {
    for field in fields {
        for (name, _) in limit[*field].as_object().into_iter().flatten() {
            let at = format!("{at}.{field}[{name}]");
            if matches!(kind, "Pod" | "Container") {
                pod::container_resource_name(&at, name, faults);
            } else {
                pod::resource_name(&at, name, faults);
            }
        }
    }
}
