//! What pods ask for and nodes have.

use std::collections::BTreeMap;

use serde_json::Value;

use super::cluster::Machine;
use super::filter::Misfit;
use crate::practice::field::{items, milli};

/// Thousandths by resource.
pub type Amounts = BTreeMap<String, i128>;

fn add(sum: &mut Amounts, other: &Amounts) {
    for (name, amount) in other {
        *sum.entry(name.clone()).or_insert(0) += amount;
    }
}

fn at_least(sum: &mut Amounts, other: &Amounts) {
    for (name, amount) in other {
        let known = sum.entry(name.clone()).or_insert(0);
        *known = (*known).max(*amount);
    }
}

fn of(requests: &Value) -> Amounts {
    let map = requests.as_object().into_iter().flatten();
    map.map(|(name, amount)| (name.clone(), milli(amount))).collect()
}

/// A pod's request: its containers and sidecars together, or an init container beside the sidecars before it if that is more.
#[must_use]
pub fn request(pod: &Value) -> Amounts {
    let (mut sidecars, mut first) = (Amounts::new(), Amounts::new());
    for container in items(&pod["spec"]["initContainers"]) {
        let mut own = of(&container["resources"]["requests"]);
        if container["restartPolicy"] == "Always" {
            add(&mut sidecars, &own);
        } else {
            add(&mut own, &sidecars);
            at_least(&mut first, &own);
        }
    }
    let mut total = sidecars;
    for container in items(&pod["spec"]["containers"]) {
        add(&mut total, &of(&container["resources"]["requests"]));
    }
    at_least(&mut total, &first);
    total.extend(of(&pod["spec"]["resources"]["requests"]));
    add(&mut total, &of(&pod["spec"]["overhead"]));
    total
}

/// What a node has too little of for a request.
#[must_use]
pub fn short(machine: &Machine, wanted: &Amounts) -> Option<Misfit> {
    let allocatable = &machine.node["status"]["allocatable"];
    let (mut reasons, mut lasting) = (Vec::new(), false);
    if (machine.pods.len() as i128 + 1) * 1000 > milli(&allocatable["pods"]) {
        reasons.push("Too many pods".to_owned());
    }
    for (resource, amount) in wanted.iter().filter(|(_, amount)| **amount > 0) {
        let used: i128 = machine.pods.values().filter_map(|pod| pod.request.get(resource)).sum();
        let capacity = milli(&allocatable[resource]);
        if amount + used > capacity {
            lasting |= *amount > capacity;
            reasons.push(format!("Insufficient {resource}"));
        }
    }
    (!reasons.is_empty()).then_some(Misfit {
        plugin: "NodeResourcesFit",
        reasons,
        lasting,
    })
}

/// How empty a node would be of CPU and memory with one more pod, from 0 to 100.
#[must_use]
pub fn room(machine: &Machine, wanted: &Amounts) -> f64 {
    let share = |resource: &str, least: i128| {
        let asked = |amounts: &Amounts| amounts.get(resource).copied().filter(|amount| *amount > 0).unwrap_or(least);
        let used: i128 = machine.pods.values().map(|pod| asked(&pod.request)).sum::<i128>() + asked(wanted);
        let capacity = milli(&machine.node["status"]["allocatable"][resource]).max(1);
        (1.0 - used as f64 / capacity as f64).max(0.0) * 100.0
    };
    // What asks for nothing counts a little all the same.
    (share("cpu", 100) + share("memory", 200 * 1024 * 1024 * 1000)) / 2.0
}
