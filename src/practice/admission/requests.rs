//! What a Pod as a whole requests and may use at most (component-helpers `resource`).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::practice::field::items;
use crate::practice::quantity::Quantity;

/// Amounts by resource.
pub type Amounts = BTreeMap<String, Quantity>;

/// A map of quantities.
#[must_use]
pub fn amounts(map: &Value) -> Amounts {
    let pairs = map.as_object().into_iter().flatten();
    pairs.filter_map(|(name, value)| Some((name.clone(), Quantity::of(value)?))).collect()
}

/// The sum of two.
#[must_use]
pub fn sum(mut one: Amounts, other: &Amounts) -> Amounts {
    for (name, amount) in other {
        let there = one.get(name).copied().unwrap_or(Quantity::ZERO);
        one.insert(name.clone(), there.plus(*amount));
    }
    one
}

fn most(mut one: Amounts, other: Amounts) -> Amounts {
    for (name, amount) in other {
        let there = one.get(&name).copied();
        if there.is_none_or(|there| there < amount) {
            one.insert(name, amount);
        }
    }
    one
}

/// What a Pod `requests` or `limits`: its containers together, or the greediest moment of its start where that is more.
#[must_use]
pub fn of_pod(spec: &Value, what: &str) -> Amounts {
    let own = |container: &Value| amounts(&container["resources"][what]);
    let mut total = items(&spec["containers"]).iter().fold(Amounts::new(), |total, one| sum(total, &own(one)));
    let (mut beside, mut starting) = (Amounts::new(), Amounts::new());
    for container in items(&spec["initContainers"]) {
        let mine = own(container);
        let now = if container["restartPolicy"] == "Always" {
            total = sum(total, &mine);
            beside = sum(beside, &mine);
            beside.clone()
        } else {
            sum(mine, &beside)
        };
        starting = most(starting, now);
    }
    let mut all = most(total, starting);
    all.extend(amounts(&spec["resources"][what]).into_iter().filter(|(name, _)| name == "cpu" || name == "memory"));
    if what == "requests" || !all.is_empty() {
        for (name, amount) in amounts(&spec["overhead"]) {
            let there = all.get(&name).copied().unwrap_or(Quantity::ZERO);
            all.insert(name, there.plus(amount));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pod_needs_its_containers_or_its_start() {
        let wants = |cpu: &str| json!({"resources": {"requests": {"cpu": cpu}}});
        let mut sidecar = wants("50m");
        sidecar["restartPolicy"] = "Always".into();
        let spec = json!({"containers": [wants("100m"), wants("200m")], "initContainers": [sidecar, wants("1")]});
        assert_eq!(of_pod(&spec, "requests")["cpu"].to_string(), "1050m");
    }
}
