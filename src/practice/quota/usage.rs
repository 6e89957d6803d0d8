//! What an object counts as against a quota (kubernetes `pkg/quota/v1/evaluator`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use crate::practice::controllers::volume::matching::class_of;
use crate::practice::field::{finished, instant, int, items, text};
use crate::practice::kind::Kind;
use crate::practice::quantity::Quantity;

/// Amounts by resource.
pub type Amounts = BTreeMap<String, Quantity>;

/// The resources of Pods that each container must say something about where a quota limits them.
const SPELLED_OUT: &[&str] = &["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

/// The resource that counts the objects of a kind, such as `count/deployments.apps`.
#[must_use]
pub fn count_name(kind: &Kind) -> String {
    format!("count/{}", kind.qualified())
}

/// What an object uses; nothing when it no longer counts.
#[must_use]
pub fn of(kind: &Kind, object: &Value, now: Timestamp) -> Amounts {
    let mut amounts = Amounts::from([(count_name(kind), Quantity::whole(1))]);
    let mut add = |name: &str, amount: Quantity| {
        amounts.insert(name.to_owned(), amount);
    };
    match kind.built_in() {
        "Pod" => amounts.extend(pod(object, now)),
        "Service" => {
            let ports = items(&object["spec"]["ports"]).len() as i64;
            let (balanced, exposed) = match text(&object["spec"]["type"]) {
                "NodePort" => (0, ports),
                "LoadBalancer" if object["spec"]["allocateLoadBalancerNodePorts"] == false => (1, 0),
                "LoadBalancer" => (1, ports),
                _ => (0, 0),
            };
            add("services", Quantity::whole(1));
            add("services.loadbalancers", Quantity::whole(balanced));
            add("services.nodeports", Quantity::whole(exposed));
        }
        "PersistentVolumeClaim" => {
            let (class, storage) = (class_of(object), amount(&object["spec"]["resources"]["requests"]["storage"]));
            add("persistentvolumeclaims", Quantity::whole(1));
            add("requests.storage", storage);
            if !class.is_empty() {
                add(&format!("{class}.storageclass.storage.k8s.io/persistentvolumeclaims"), Quantity::whole(1));
                add(&format!("{class}.storageclass.storage.k8s.io/requests.storage"), storage);
            }
        }
        "ConfigMap" | "Secret" | "ReplicationController" | "ResourceQuota" => add(kind.plural, Quantity::whole(1)),
        _ => {}
    }
    amounts
}

/// What a field says; nothing when it says no quantity.
fn amount(field: &Value) -> Quantity {
    Quantity::of(field).unwrap_or(Quantity::ZERO)
}

fn pod(pod: &Value, now: Timestamp) -> Amounts {
    let metadata = &pod["metadata"];
    let overdue =
        instant(&metadata["deletionTimestamp"]).is_some_and(|at| now > at + jiff::SignedDuration::from_secs(int(&metadata["deletionGracePeriodSeconds"])));
    // The pod itself counts as an object even when what it asked for is free again.
    if finished(pod) || overdue {
        return Amounts::new();
    }
    let mut amounts = Amounts::from([("pods".to_owned(), Quantity::whole(1))]);
    for (resource, amount) in total(pod, "requests") {
        if ["cpu", "memory", "ephemeral-storage"].contains(&resource.as_str()) || resource.starts_with("hugepages-") {
            amounts.insert(resource.clone(), amount);
        }
        amounts.insert(format!("requests.{resource}"), amount);
    }
    for (resource, amount) in total(pod, "limits") {
        if ["cpu", "memory", "ephemeral-storage"].contains(&resource.as_str()) {
            amounts.insert(format!("limits.{resource}"), amount);
        }
    }
    amounts
}

/// A pod's requests or limits: its containers and sidecars together, or an init container's if that is more.
#[must_use]
pub fn total(pod: &Value, what: &str) -> Amounts {
    let of = |container: &Value| -> Amounts {
        let map = container["resources"][what].as_object().into_iter().flatten();
        map.map(|(name, amount)| (name.clone(), self::amount(amount))).collect()
    };
    let add = |sum: &mut Amounts, other: &Amounts| {
        for (name, amount) in other {
            let known = sum.entry(name.clone()).or_insert(Quantity::ZERO);
            *known = known.plus(*amount);
        }
    };
    let (mut sum, mut first) = (Amounts::new(), Amounts::new());
    for container in items(&pod["spec"]["initContainers"]) {
        let mut own = of(container);
        if container["restartPolicy"] == "Always" {
            add(&mut sum, &own);
        } else {
            add(&mut own, &sum);
            for (name, amount) in own {
                let known = first.entry(name).or_insert(Quantity::ZERO);
                *known = amount.max(*known);
            }
        }
    }
    for container in items(&pod["spec"]["containers"]) {
        add(&mut sum, &of(container));
    }
    for (name, amount) in first {
        let known = sum.entry(name).or_insert(Quantity::ZERO);
        *known = amount.max(*known);
    }
    sum.extend(of(&pod["spec"]));
    sum
}

/// What the containers of a pod leave unsaid although a quota limits it, in words.
#[must_use]
pub fn unsaid(pod: &Value, limited: &[String]) -> Option<String> {
    if !pod["spec"]["resources"].is_null() {
        return None;
    }
    let mut missing: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for list in ["containers", "initContainers"] {
        for container in items(&pod["spec"][list]) {
            let (requests, limits) = (&container["resources"]["requests"], &container["resources"]["limits"]);
            for name in limited.iter().filter(|name| SPELLED_OUT.contains(&name.as_str())) {
                let said = match name.split_once('.') {
                    Some(("limits", resource)) => !limits[resource].is_null(),
                    Some((_, resource)) => !requests[resource].is_null(),
                    None => !requests[name].is_null(),
                };
                if !said {
                    missing.entry(name).or_default().insert(text(&container["name"]));
                }
            }
        }
    }
    let part = |(name, containers): (&str, BTreeSet<&str>)| format!("{name} for: {}", containers.into_iter().collect::<Vec<_>>().join(","));
    let parts: Vec<String> = missing.into_iter().map(part).collect();
    (!parts.is_empty()).then(|| format!("must specify {}", parts.join("; ")))
}
