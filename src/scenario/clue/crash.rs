//! Containers that end by themselves: which do so now, and what their logs say.

use jiff::Timestamp;

use super::rules;
use crate::cluster::snapshot::{ContainerRow, ContainerState, PodRow, Snapshot};

/// A container that was restarted counts as recovered once it has been ready so long.
const RECOVERED_SECONDS: i64 = 10;

/// A container that could not be started has no log.
pub(super) fn has_run(container: &ContainerRow) -> bool {
    ending(container).is_some_and(|(reason, _, _)| !matches!(reason, "StartError" | "ContainerCannotRun"))
}

/// How the latest finished run ended: reason, exit code, when.
#[must_use]
pub fn ending(container: &ContainerRow) -> Option<(&str, i32, Option<Timestamp>)> {
    [&container.state, &container.last].into_iter().find_map(|state| match state {
        ContainerState::Terminated { reason, exit, finished } => Some((reason.as_str(), *exit, *finished)),
        _ => None,
    })
}

/// Whether a container has crashed and has not recovered yet, at any time within its recovery.
pub(super) fn has_crashed(pod: &PodRow, container: &ContainerRow) -> bool {
    match &container.state {
        ContainerState::Waiting { reason, .. } => reason == "CrashLoopBackOff",
        ContainerState::Terminated { exit, .. } => *exit != 0 || (pod.phase == "Running" && container.restarts > 0 && !container.init),
        ContainerState::Running { .. } => container.restarts > 0 && matches!(container.last, ContainerState::Terminated { .. }),
        ContainerState::Unknown => false,
    }
}

/// Whether a container crashes now: it ended, waits to be started again, or has not been up for ten seconds since.
#[must_use]
pub fn is_crashing(pod: &PodRow, container: &ContainerRow, now: Timestamp) -> bool {
    has_crashed(pod, container)
        && match container.state {
            ContainerState::Running { since } => !container.ready || since.is_some_and(|since| now.as_second() - since.as_second() < RECOVERED_SECONDS),
            _ => true,
        }
}

/// When the next restarted container will have been up long enough to count as recovered.
#[must_use]
pub fn recovers_at(snapshot: &Snapshot, now: Timestamp) -> Option<Timestamp> {
    let containers = snapshot
        .pods
        .values()
        .filter(|pod| !pod.deleting)
        .flat_map(|pod| pod.containers.iter().map(move |container| (pod, container)));
    let since = containers
        .filter(|(pod, container)| container.ready && is_crashing(pod, container, now))
        .filter_map(|(_, container)| match container.state {
            ContainerState::Running { since } => since,
            _ => None,
        });
    since.min()?.checked_add(jiff::SignedDuration::from_secs(RECOVERED_SECONDS)).ok()
}

/// The container that crashes now, in the newest living pod that has one. A finished pod counts only while no newer one of its owner does better.
#[must_use]
pub fn crashing<'a>(newest_first: &[&'a PodRow], now: Timestamp) -> Option<(&'a PodRow, &'a ContainerRow)> {
    let mut better: Vec<&(String, String)> = Vec::new();
    for pod in newest_first.iter().copied() {
        let found = pod.containers.iter().find(|container| is_crashing(pod, container, now));
        match (found, &pod.owner) {
            (Some(_), Some(owner)) if pod.phase == "Failed" && better.contains(&owner) => {}
            (Some(container), _) => return Some((pod, container)),
            (None, Some(owner)) if pod.is_ready || pod.phase == "Succeeded" => better.push(owner),
            (None, _) => {}
        }
    }
    None
}

/// The line of a log tail that most looks like the reason: the last with a telling word, else the last that says anything.
#[must_use]
pub fn deciding_line(tail: &[String]) -> Option<&String> {
    let said = || tail.iter().rev().filter(|line| !line.trim().is_empty());
    let with = |words: &&[&str]| {
        said().find(|line| {
            let lower = line.to_lowercase();
            words.iter().any(|word| lower.contains(word))
        })
    };
    rules::LOG_WORDS.iter().find_map(with).or_else(|| said().next())
}
