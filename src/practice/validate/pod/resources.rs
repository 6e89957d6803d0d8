//! Requests and limits of a container.

use serde_json::Value;

use crate::practice::field::{items, text};
use crate::practice::quantity::Quantity;
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, amount, shown};
use crate::practice::validate::format;

/// Names without a domain that mean something to Kubernetes.
pub const STANDARD: [&str; 20] = [
    "storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "requests.storage",
    "services.nodeports",
    "services.loadbalancers",
    "cpu",
    "memory",
    "ephemeral-storage",
];

/// What a container asks for; claims are those of its Pod.
pub fn check(at: &str, resources: &Value, claims: &[Value], faults: &mut Faults) {
    amounts(at, resources, faults);
    self::claims(&format!("{at}.claims"), items(&resources["claims"]), claims, faults);
}

/// Requests and limits.
pub fn amounts(at: &str, resources: &Value, faults: &mut Faults) {
    let limits = &resources["limits"];
    for (name, value) in limits.as_object().into_iter().flatten() {
        one(&format!("{at}.limits[{name}]"), name, value, faults);
    }
    for (name, request) in resources["requests"].as_object().into_iter().flatten() {
        let field = format!("{at}.requests[{name}]");
        self::name(&field, name, faults);
        quantity(&field, name, request, faults);
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
        pages(&field, name, request, faults);
    }
    let has = |names: fn(&str) -> bool| {
        let all = ["limits", "requests"]
            .iter()
            .flat_map(|part| resources[*part].as_object().into_iter().flatten());
        all.map(|(name, _)| name.as_str()).any(names)
    };
    if has(|name| name.starts_with("hugepages-")) && !has(|name| matches!(name, "cpu" | "memory")) {
        faults.push(Fault::forbidden(at, "HugePages require cpu or memory"));
    }
}

fn one(at: &str, name: &str, value: &Value, faults: &mut Faults) {
    self::name(at, name, faults);
    quantity(at, name, value, faults);
    pages(at, name, value, faults);
}

/// How much there may be of a resource: what Kubernetes does not know comes whole.
fn quantity(at: &str, name: &str, value: &Value, faults: &mut Faults) {
    amount(at, value, faults);
    let whole = name.contains('/') && !native(name);
    if whole && Quantity::of(value).is_some_and(|amount| amount.number().fract() != 0.0) {
        faults.push(Fault::invalid(at, &shown(value), "must be an integer"));
    }
}

/// Large pages come as a whole.
fn pages(at: &str, name: &str, value: &Value, faults: &mut Faults) {
    let size = name.strip_prefix("hugepages-").and_then(|size| Quantity::of(&size.into()));
    let (Some(size), Some(amount)) = (size.map(Quantity::number), Quantity::of(value).map(Quantity::number)) else {
        return;
    };
    if amount > 0.0 && size > 0.0 && amount % size != 0.0 {
        let why = format!("{} is not positive integer multiple of {name}", shown(value).as_str().unwrap_or_default());
        faults.push(Fault::invalid(at, &shown(value), &why));
    }
}

fn claims(at: &str, claims: &[Value], known: &[Value], faults: &mut Faults) {
    for (index, claim) in claims.iter().enumerate() {
        let (at, name) = (format!("{at}[{index}]"), &claim["name"]);
        if text(name).is_empty() {
            faults.push(Fault::required(at, ""));
            continue;
        }
        if claims[..index].iter().any(|other| other["name"] == *name) {
            faults.push(Fault::duplicate(&*at, name));
        }
        if known.iter().any(|other| other["name"] == *name) {
            continue;
        }
        let mut names: Vec<&str> = known.iter().map(|one| text(&one["name"])).filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        let rest = if names.is_empty() {
            " which is empty".to_owned()
        } else {
            format!(": {}", names.join(", "))
        };
        let mut fault = Fault::not_found(at, name);
        fault.text.push_str(&format!(": must be one of the names in pod.spec.resourceClaims{rest}"));
        faults.push(fault);
    }
}

/// The claims that the containers of a Pod may have of.
pub fn claims_of_pod(at: &str, claims: &Value, faults: &mut Faults) {
    let all = items(claims);
    for (index, claim) in all.iter().enumerate() {
        let (at, name) = (format!("{at}[{index}]"), &claim["name"]);
        if text(name).is_empty() {
            faults.push(Fault::required(format!("{at}.name"), ""));
        } else if all[..index].iter().any(|other| other["name"] == *name) {
            faults.push(Fault::duplicate(format!("{at}.name"), name));
        } else if let Some(why) = format::label(text(name)) {
            faults.push(Fault::invalid(format!("{at}.name"), name, &why));
        }
        let given = ["resourceClaimName", "resourceClaimTemplateName"]
            .iter()
            .filter(|field| !claim[**field].is_null())
            .count();
        let why = match given {
            0 => "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`",
            1 => continue,
            _ => "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified",
        };
        faults.push(Fault::invalid(at, claim, why));
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

/// The name of a resource that a container may ask for.
pub fn name(at: &str, name: &str, faults: &mut Faults) {
    self::named(at, name, faults);
    if !name.contains('/') && !native(name) {
        faults.push(Fault::invalid(at, &name.into(), "must be a standard resource for containers"));
    }
}

/// The name of any resource.
pub fn named(at: &str, name: &str, faults: &mut Faults) {
    let wrong = format::qualified(name);
    let odd = wrong.is_empty() && !name.contains('/') && !native(name) && !STANDARD.contains(&name) && !name.starts_with("requests.hugepages-");
    for why in wrong {
        faults.push(Fault::invalid(at, &name.into(), &why));
    }
    if odd {
        faults.push(Fault::invalid(at, &name.into(), "must be a standard resource type or fully qualified"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_stays_below_its_limit() {
        let mut faults = Vec::new();
        amounts("r", &json!({"requests": {"cpu": "2"}, "limits": {"cpu": "1500m", "memory": "-1"}}), &mut faults);
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
