//! The words of FailedScheduling: how many nodes fail for what, and what preemption comes to.

use std::collections::BTreeMap;

use super::filter::Misfit;

/// `0/3 nodes are available: 1 this, 2 that.`
#[must_use]
pub fn count(nodes: usize, reasons: Vec<String>) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for reason in reasons {
        *counts.entry(reason).or_insert(0) += 1;
    }
    let mut parts: Vec<String> = counts.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    parts.sort();
    format!("0/{nodes} nodes are available: {}.", parts.join(", "))
}

/// The message when every node fails a filter; without a word on preemption when that is under way.
#[must_use]
pub fn unfit(nodes: usize, misfits: &BTreeMap<String, Misfit>, preemption: Option<&str>) -> String {
    let mut reasons: Vec<String> = misfits.values().flat_map(|misfit| misfit.reasons.clone()).collect();
    // Nodes that were never looked at: the pod asks for others by name.
    reasons.extend(vec!["node(s) didn't satisfy plugin(s) [NodeAffinity]".to_owned(); nodes - misfits.len()]);
    let filters = count(nodes, reasons);
    match preemption {
        Some(preemption) => format!("{filters} no new claims to deallocate, preemption: {preemption}"),
        None => filters,
    }
}

/// The message when something rules all nodes out at once.
#[must_use]
pub fn ruled_out(nodes: usize, why: &str) -> String {
    // The last words are those of a later plugin that finds nothing prepared for it.
    format!("0/{nodes} nodes are available: {why}. not found")
}
