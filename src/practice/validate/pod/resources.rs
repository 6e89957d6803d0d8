//! Requests and limits of a container.

use serde_json::Value;

use crate::practice::field::items;
use crate::practice::quantity::Quantity;
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, amount, shown};
use crate::practice::validate::format;

pub fn check(at: &str, resources: &Value, faults: &mut Faults) {
    let limits = &resources["limits"];
    for (name, value) in limits.as_object().into_iter().flatten() {
        let field = format!("{at}.limits[{name}]");
        self::name(&field, name, faults);
        amount(&field, value, faults);
    }
    for (name, request) in resources["requests"].as_object().into_iter().flatten() {
        let field = format!("{at}.requests[{name}]");
        self::name(&field, name, faults);
        amount(&field, request, faults);
        match Quantity::of(&limits[name]) {
            None if !overcommits(name) => {
                faults.push(Fault::required(format!("{at}.limits"), "Limit must be set for non overcommitable resources"));
            }
            Some(limit) if !overcommits(name) && Quantity::of(request) != Some(limit) => {
                let why = format!("must be equal to {name} limit of {limit}");
                faults.push(Fault::invalid(format!("{at}.requests"), &shown(request), &why));
            }
            Some(limit) if Quantity::of(request).is_some_and(|request| request > limit) => {
                let why = format!("must be less than or equal to {name} limit of {limit}");
                faults.push(Fault::invalid(format!("{at}.requests"), &shown(request), &why));
            }
            _ => {}
        }
    }
    for (index, claim) in items(&resources["claims"]).iter().enumerate() {
        if claim["name"].as_str().unwrap_or_default().is_empty() {
            faults.push(Fault::required(format!("{at}.claims[{index}].name"), ""));
        }
    }
}

/// The resources that Kubernetes knows itself.
fn native(name: &str) -> bool {
    ["cpu", "memory", "ephemeral-storage"].contains(&name) || name.starts_with("hugepages-")
}

/// Whether more of it may be promised than there is.
fn overcommits(name: &str) -> bool {
    native(name) && !name.starts_with("hugepages-") || !name.contains('/') && !native(name)
}

fn name(at: &str, name: &str, faults: &mut Faults) {
    let value = Value::from(name);
    for why in format::qualified(name) {
        faults.push(Fault::invalid(at, &value, &why));
    }
    if !name.contains('/') && !native(name) {
        if !["storage", "pods", "services"].contains(&name) {
            faults.push(Fault::invalid(at, &value, "must be a standard resource type or fully qualified"));
        }
        faults.push(Fault::invalid(at, &value, "must be a standard resource for containers"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_stays_below_its_limit() {
        let mut faults = Vec::new();
        check("r", &json!({"requests": {"cpu": "2"}, "limits": {"cpu": "1500m", "memory": "-1"}}), &mut faults);
        assert_eq!(
            faults[0].to_string(),
            "r.limits[memory]: Invalid value: \"-1\": must be greater than or equal to 0"
        );
        assert_eq!(
            faults[1].to_string(),
            "r.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1500m"
        );
    }
}
