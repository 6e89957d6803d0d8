//! LimitRanges: default requests and limits of containers, and the bounds of containers, pods and claims.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::Refusal;
use crate::practice::field::{items, text};
use crate::practice::kind::{Kind, LIMIT_RANGE, NODE};
use crate::practice::quantity::Quantity;
use crate::practice::quota::usage::{Amounts, total};
use crate::practice::world::World;

const ANNOTATION: &str = "kubernetes.io/limit-ranger";

/// Fills in what containers leave out.
pub fn fill(world: &World, kind: &Kind, object: &mut Value) {
    if kind.built_in() != "Pod" {
        return;
    }
    for range in ranges(world, object) {
        let (mut requests, mut limits) = (json!({}), json!({}));
        for item in items(&range["spec"]["limits"]).iter().filter(|item| item["type"] == "Container") {
            merge(&mut requests, &item["defaultRequest"]);
            merge(&mut limits, &item["default"]);
        }
        let mut said = Vec::new();
        for (field, title) in [("containers", "container"), ("initContainers", "init container")] {
            for container in object["spec"].get_mut(field).and_then(Value::as_array_mut).into_iter().flatten() {
                let name = text(&container["name"]).to_owned();
                for (what, word, defaults) in [("requests", "request", &requests), ("limits", "limit", &limits)] {
                    let set = complete(&mut container["resources"][what], defaults);
                    if !set.is_empty() {
                        said.push(format!("{} {word} for {title} {name}", set.join(", ")));
                    }
                }
            }
        }
        if !said.is_empty() {
            object["metadata"]["annotations"][ANNOTATION] = format!("LimitRanger plugin set: {}", said.join("; ")).into();
        }
    }
}

/// Whether the node of a pod could hold it alone.
pub fn fits_node(world: &World, pod: &Value) -> Result<(), Refusal> {
    let Some(node) = world.store.get(&NODE, "", text(&pod["spec"]["nodeName"])) else {
        return Ok(());
    };
    let wanted = total(pod, "requests");
    for (name, scale) in [("cpu", 1000.0), ("memory", 1.0)] {
        let asked = wanted.get(name).map_or(0.0, |amount| amount.number() * scale);
        let there = Quantity::of(&node["status"]["allocatable"][name]).map_or(0.0, |amount| amount.number() * scale);
        if asked > there {
            return Err(format!(
                "node didn't have enough allocatable resources: {name}, requested: {asked}, allocatable: {there}"
            ));
        }
    }
    Ok(())
}

fn ranges(world: &World, object: &Value) -> Vec<Value> {
    world.store.objects(&LIMIT_RANGE, object["metadata"]["namespace"].as_str())
}

fn merge(into: &mut Value, from: &Value) {
    for (name, value) in from.as_object().into_iter().flatten() {
        into[name] = value.clone();
    }
}

/// Sets what is not there; names what was set.
fn complete(map: &mut Value, defaults: &Value) -> Vec<String> {
    let mut set = Vec::new();
    for (name, value) in defaults.as_object().into_iter().flatten() {
        if map.get(name).is_none() {
            map[name] = value.clone();
            set.push(name.clone());
        }
    }
    if map.is_null() {
        *map = json!({});
    }
    set
}

/// Refuses what is out of bounds.
pub fn check(world: &World, kind: &Kind, object: &Value) -> Result<(), Refusal> {
    if !matches!(kind.built_in(), "Pod" | "PersistentVolumeClaim") {
        return Ok(());
    }
    for range in ranges(world, object) {
        let errors: Vec<String> = items(&range["spec"]["limits"]).iter().flat_map(|item| broken(kind, item, object)).collect();
        match errors.as_slice() {
            [] => {}
            [one] => return Err(one.clone()),
            more => return Err(format!("[{}]", more.join(", "))),
        }
    }
    Ok(())
}

/// A map of quantities.
fn amounts(map: &Value) -> Amounts {
    let pairs = map.as_object().into_iter().flatten();
    pairs.filter_map(|(name, value)| Some((name.clone(), Quantity::of(value)?))).collect()
}

/// Which bounds of one item an object breaks.
fn broken(kind: &Kind, item: &Value, object: &Value) -> Vec<String> {
    let spec = &object["spec"];
    let title = text(&item["type"]);
    let each = |container: &Value| (amounts(&container["resources"]["requests"]), amounts(&container["resources"]["limits"]));
    let subjects: Vec<(Amounts, Amounts)> = match (kind.built_in(), title) {
        ("Pod", "Container") => ["containers", "initContainers"]
            .iter()
            .flat_map(|field| items(&spec[*field]))
            .map(each)
            .collect(),
        ("Pod", "Pod") => vec![(total(object, "requests"), total(object, "limits"))],
        ("PersistentVolumeClaim", "PersistentVolumeClaim") => {
            let requests = amounts(&spec["resources"]["requests"]);
            let least = amounts(&item["min"])
                .into_iter()
                .filter_map(|(name, bound)| least(title, &name, bound, &requests, &Amounts::new()));
            let most = amounts(&item["max"])
                .into_iter()
                .filter_map(|(name, bound)| most_requested(title, &name, bound, &requests));
            return least.chain(most).collect();
        }
        _ => return Vec::new(),
    };
    let mut errors = Vec::new();
    for (requests, limits) in &subjects {
        errors.extend(
            amounts(&item["min"])
                .into_iter()
                .filter_map(|(name, bound)| least(title, &name, bound, requests, limits)),
        );
        errors.extend(
            amounts(&item["max"])
                .into_iter()
                .filter_map(|(name, bound)| most(title, &name, bound, requests, limits)),
        );
        errors.extend(
            amounts(&item["maxLimitRequestRatio"])
                .into_iter()
                .filter_map(|(name, bound)| ratio(title, &name, bound, requests, limits)),
        );
    }
    errors
}

/// A bound in words, and what breaks it.
fn beyond(bound: &str, side: Ordering, enforced: Quantity, given: &[(&str, Option<&Quantity>)]) -> Option<String> {
    let broken = given
        .iter()
        .find_map(|(what, amount)| amount.filter(|amount| (*amount).cmp(&enforced) == side).map(|amount| (what, amount)));
    broken.map(|(what, amount)| format!("{bound}, but {what} is {amount}"))
}

fn least(title: &str, name: &str, enforced: Quantity, requests: &Amounts, limits: &Amounts) -> Option<String> {
    let bound = format!("minimum {name} usage per {title} is {enforced}");
    if !requests.contains_key(name) {
        return Some(format!("{bound}.  No request is specified"));
    }
    beyond(
        &bound,
        Ordering::Less,
        enforced,
        &[("request", requests.get(name)), ("limit", limits.get(name))],
    )
}

fn most(title: &str, name: &str, enforced: Quantity, requests: &Amounts, limits: &Amounts) -> Option<String> {
    let bound = format!("maximum {name} usage per {title} is {enforced}");
    if !limits.contains_key(name) {
        return Some(format!("{bound}.  No limit is specified"));
    }
    beyond(
        &bound,
        Ordering::Greater,
        enforced,
        &[("limit", limits.get(name)), ("request", requests.get(name))],
    )
}

fn most_requested(title: &str, name: &str, enforced: Quantity, requests: &Amounts) -> Option<String> {
    let bound = format!("maximum {name} usage per {title} is {enforced}");
    if !requests.contains_key(name) {
        return Some(format!("{bound}.  No request is specified"));
    }
    beyond(&bound, Ordering::Greater, enforced, &[("request", requests.get(name))])
}

fn ratio(title: &str, name: &str, enforced: Quantity, requests: &Amounts, limits: &Amounts) -> Option<String> {
    let bound = format!("{name} max limit to request ratio per {title} is {enforced}");
    let some = |amounts: &Amounts| amounts.get(name).copied().filter(|amount| !amount.is_zero());
    let Some(request) = some(requests) else {
        return Some(format!("{bound}, but no request is specified or request is 0"));
    };
    let Some(limit) = some(limits) else {
        return Some(format!("{bound}, but no limit is specified or limit is 0"));
    };
    let ratio = limit.number() / request.number();
    (ratio > enforced.number()).then(|| format!("{bound}, but provided ratio is {ratio:.6}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Catalogue;
    use crate::practice::kind::POD;

    fn world(limits: Value) -> World {
        let mut world = World::new(jiff::Timestamp::UNIX_EPOCH, 1, Catalogue::new());
        world
            .store
            .put(&LIMIT_RANGE, json!({"metadata": {"name": "l", "namespace": "lab"}, "spec": {"limits": limits}}));
        world
    }

    fn pod(resources: Value) -> Value {
        json!({"metadata": {"name": "p", "namespace": "lab"}, "spec": {"containers": [{"name": "app", "resources": resources}]}})
    }

    #[test]
    fn containers_get_what_they_leave_out() {
        let world = world(json!([{"type": "Container", "default": {"memory": "64Mi"}, "defaultRequest": {"memory": "32Mi", "cpu": "10m"}}]));
        let mut object = pod(json!({"requests": {"cpu": "1"}}));
        fill(&world, &POD, &mut object);
        assert_eq!(
            object["spec"]["containers"][0]["resources"],
            json!({"requests": {"cpu": "1", "memory": "32Mi"}, "limits": {"memory": "64Mi"}})
        );
        let said = "LimitRanger plugin set: memory request for container app; memory limit for container app";
        assert_eq!(object["metadata"]["annotations"][ANNOTATION], said);
    }

    #[test]
    fn bounds_are_named_with_what_breaks_them() {
        let world = world(json!([{"type": "Container", "max": {"memory": "64Mi"}, "min": {"cpu": "100m"}}]));
        let tried = |resources: Value| check(&world, &POD, &pod(resources)).unwrap_err();
        let both = tried(json!({"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}}));
        assert_eq!(
            both,
            "[minimum cpu usage per Container is 100m, but request is 50m, maximum memory usage per Container is 64Mi, but limit is 128Mi]"
        );
        let none = tried(json!({"requests": {"cpu": "1"}}));
        assert_eq!(none, "maximum memory usage per Container is 64Mi.  No limit is specified");
    }
}
