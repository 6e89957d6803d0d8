//! Preemption: which pods of lower priority would have to go so that a pod fits, and on which node that hurts least.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::Value;

use super::cluster::{Cluster, Machine, Placed};
use super::filter::{Misfit, Request};
use crate::practice::field::{int, selects, text};
use crate::practice::kind::POD_DISRUPTION_BUDGET;
use crate::practice::world::World;

/// Pods to take away from a node.
#[derive(Debug)]
pub struct Plan {
    pub node: String,
    /// The most important first.
    pub victims: Vec<Placed>,
    violations: usize,
}

/// What preemption comes to.
pub enum Outcome {
    Possible(Plan),
    /// Why it does not help, as the event says it.
    Useless(String),
}

/// Looks for pods to take away.
#[must_use]
pub fn preempt(world: &World, cluster: &Cluster, request: &Request<'_>, misfits: &BTreeMap<String, Misfit>) -> Outcome {
    if let Some(why) = ineligible(cluster, request.pod, misfits) {
        return Outcome::Useless(why.to_owned());
    }
    let nodes = cluster.nodes().count();
    let (mut plans, mut reasons) = (Vec::new(), Vec::new());
    for machine in cluster.nodes() {
        if misfits.get(machine.name()).is_none_or(|misfit| misfit.lasting) {
            reasons.push("Preemption is not helpful for scheduling".to_owned());
            continue;
        }
        match plan(world, cluster, request, machine) {
            Ok(plan) => plans.push(plan),
            Err(why) => reasons.extend(why),
        }
    }
    match plans.into_iter().min_by_key(cost) {
        Some(plan) => Outcome::Possible(plan),
        None => Outcome::Useless(super::words::count(nodes, reasons)),
    }
}

/// Why a pod may not take others' place.
fn ineligible(cluster: &Cluster, pod: &Value, misfits: &BTreeMap<String, Misfit>) -> Option<&'static str> {
    if pod["spec"]["preemptionPolicy"] == "Never" {
        return Some("not eligible due to preemptionPolicy=Never.");
    }
    let nominated = text(&pod["status"]["nominatedNodeName"]);
    if misfits.get(nominated).is_some_and(|misfit| misfit.lasting) {
        return None;
    }
    let mut pods = cluster.machines.get(nominated)?.pods.values();
    pods.any(|other| other.deleting && other.preempted && other.priority < int(&pod["spec"]["priority"]))
        .then_some("not eligible due to a terminating pod on the nominated node.")
}

/// The fewest and least important pods of a node that have to go.
fn plan(world: &World, cluster: &Cluster, request: &Request<'_>, machine: &Machine) -> Result<Plan, Vec<String>> {
    let priority = int(&request.pod["spec"]["priority"]);
    let mut machine = machine.clone();
    let mut lower: Vec<Placed> = machine.pods.values().filter(|pod| pod.priority < priority).cloned().collect();
    if lower.is_empty() {
        return Err(vec!["No preemption victims found for incoming pod".to_owned()]);
    }
    machine.pods.retain(|_, pod| pod.priority >= priority);
    let fits = |machine: &Machine| request.misfit(world, &with(cluster, machine), machine);
    if let Some(misfit) = fits(&machine) {
        return Err(misfit.reasons);
    }
    lower.sort_by_key(|pod| (Reverse(pod.priority), pod.started.clone()));
    let (guarded, free): (Vec<Placed>, Vec<Placed>) = guard(world, lower);
    let (mut victims, mut violations) = (Vec::new(), 0);
    for (pod, guarded) in guarded.into_iter().map(|pod| (pod, true)).chain(free.into_iter().map(|pod| (pod, false))) {
        machine.pods.insert(pod.name.clone(), pod.clone());
        if fits(&machine).is_some() {
            machine.pods.remove(&pod.name);
            violations += usize::from(guarded);
            victims.push(pod);
        }
    }
    victims.sort_by_key(|pod| (Reverse(pod.priority), pod.started.clone()));
    Ok(Plan {
        node: machine.name().to_owned(),
        victims,
        violations,
    })
}

fn with(cluster: &Cluster, machine: &Machine) -> Cluster {
    let mut cluster = cluster.clone();
    cluster.machines.insert(machine.name().to_owned(), machine.clone());
    cluster
}

/// Splits off the pods whose end would break a disruption budget.
fn guard(world: &World, pods: Vec<Placed>) -> (Vec<Placed>, Vec<Placed>) {
    let mut budgets: Vec<(Value, i64)> = world
        .store
        .objects(&POD_DISRUPTION_BUDGET, None)
        .into_iter()
        .map(|budget| {
            let allowed = int(&budget["status"]["disruptionsAllowed"]);
            (budget, allowed)
        })
        .collect();
    pods.into_iter().partition(|pod| {
        let mut broken = false;
        for (budget, allowed) in &mut budgets {
            let object = serde_json::json!({"metadata": {"labels": &*pod.labels}});
            if budget["metadata"]["namespace"] == *pod.name.0 && selects(&budget["spec"]["selector"], &object) {
                *allowed -= 1;
                broken |= *allowed < 0;
            }
        }
        broken
    })
}

/// What a plan costs, in the order in which it counts.
fn cost(plan: &Plan) -> (usize, i64, i64, usize, Reverse<String>) {
    let highest = plan.victims.first().map_or(i64::MIN, |pod| pod.priority);
    let sum = plan.victims.iter().map(|pod| pod.priority + i64::from(i32::MAX) + 1).sum();
    let top = plan.victims.iter().filter(|pod| pod.priority == highest);
    let earliest = top.map(|pod| pod.started.clone()).min().unwrap_or_default();
    (plan.violations, highest, sum, plan.victims.len(), Reverse(earliest))
}
