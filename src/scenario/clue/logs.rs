//! Which log tails the lab should fetch: of what crashes, of init containers that take long, and of what the scenario names.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::crash;
use crate::cluster::snapshot::{ContainerRow, ContainerState, PodRow, Snapshot, Uid};
use crate::scenario::{ClueRule, Scenario};
use crate::text;

/// Seconds into a run at which its log is looked at; then once a minute.
const LOOKS: [i64; 4] = [3, 10, 20, 40];
const BETWEEN: i64 = 60;

/// Log tails by pod and container: of the latest finished run while it crashes, else of the present one.
pub type LogTails = BTreeMap<(Uid, String), Tail>;

/// The last lines of one run of a container.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tail {
    /// How many restarts came before this run.
    pub run: u32,
    pub lines: Vec<String>,
}

/// A log tail that the lab should fetch. A new restart makes a new request, and so does another look at a run that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogRequest {
    pub uid: Uid,
    pub pod: String,
    pub container: String,
    /// The run before the present one.
    pub previous: bool,
    pub restarts: u32,
    /// The how-manieth look at the same run.
    pub look: i64,
}

impl LogRequest {
    /// What was read, and of which run.
    #[must_use]
    pub fn tail(&self, lines: Vec<String>) -> Tail {
        let run = self.restarts.saturating_sub(u32::from(self.previous));
        Tail { run, lines }
    }
}

/// The log tails that say why containers crash, wait, or do not do their work.
#[must_use]
pub fn needs_logs(scenario: &Scenario, snapshot: &Snapshot, now: Timestamp) -> Vec<LogRequest> {
    let pods = snapshot.pods_by_age().into_iter().filter(|pod| !pod.deleting);
    let wanted = |(pod, container): (&PodRow, &ContainerRow)| -> Option<LogRequest> {
        // of one that has recovered, what it says now counts
        let crashed = crash::is_crashing(pod, container, now) && crash::has_run(container);
        let look = if crashed { 0 } else { look(scenario, container, now)? };
        Some(LogRequest {
            uid: pod.uid.clone(),
            pod: pod.name.clone(),
            container: container.name.clone(),
            previous: crashed && matches!(container.state, ContainerState::Running { .. }),
            restarts: container.restarts,
            look,
        })
    };
    pods.flat_map(|pod| pod.containers.iter().map(move |container| (pod, container)))
        .filter_map(wanted)
        .collect()
}

/// Whether the scenario looks for its clue in this container's log.
pub(super) fn is_named(scenario: &Scenario, container: &str) -> bool {
    let named = |rule: &ClueRule| matches!(rule, ClueRule::Log { container: name, .. } if text::glob(name, container));
    scenario.clues.iter().any(named)
}

/// Which look at a running container's log is due, if any is.
fn look(scenario: &Scenario, container: &ContainerRow, now: Timestamp) -> Option<i64> {
    let ContainerState::Running { since: Some(since) } = container.state else {
        return None;
    };
    let waits = container.init && !container.ready;
    if !waits && !is_named(scenario, &container.name) {
        return None;
    }
    let age = now.duration_since(since).as_secs();
    let early = LOOKS.iter().filter(|look| **look <= age).count() as i64;
    let last = LOOKS.iter().copied().max().unwrap_or(0);
    (early > 0).then(|| early + (age - last).max(0) / BETWEEN)
}
