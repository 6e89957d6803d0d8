//! What the rules look at: the evidence with its living pods in order, and which objects are in which state.

use jiff::Timestamp;

use super::rules::{PULL_REASONS, START_REASONS, While};
use super::{Evidence, LogTails};
use crate::cluster::snapshot::{ConditionRow, ContainerRow, ContainerState, ObjectRow, PodRow, Snapshot, Uid};

/// The evidence, with its living pods sorted once.
#[derive(Debug, Clone)]
pub(super) struct Scene<'a> {
    pub snapshot: &'a Snapshot,
    pub logs: &'a LogTails,
    pub now: Timestamp,
    /// The newest first: the learner's latest try is what counts.
    pub pods: Vec<&'a PodRow>,
}

impl<'a> Scene<'a> {
    pub fn of(evidence: &Evidence<'a>) -> Self {
        Self {
            snapshot: evidence.snapshot,
            logs: evidence.logs,
            now: evidence.now,
            pods: living(evidence.snapshot),
        }
    }
}

/// Pods that are not being deleted, the newest first.
#[must_use]
pub fn living(snapshot: &Snapshot) -> Vec<&PodRow> {
    snapshot.pods_by_age().into_iter().rev().filter(|pod| !pod.deleting).collect()
}

pub(super) fn waits<'a>(container: &'a ContainerRow, reasons: &[&str]) -> Option<&'a str> {
    match &container.state {
        ContainerState::Waiting { reason, message } if reasons.contains(&reason.as_str()) => Some(message),
        _ => None,
    }
}

/// Whether a container waits for its image, told by its waiting reason or not yet.
pub(super) fn pulling(container: &ContainerRow) -> bool {
    waits(container, PULL_REASONS).or_else(|| waits(container, START_REASONS)).is_some()
}

/// The objects of which a state holds: uid, and the container it is about.
pub(super) fn held_by<'a>(during: While, scene: &Scene<'a>) -> Vec<(&'a Uid, Option<&'a ContainerRow>)> {
    let of_container = |holds: &dyn Fn(&PodRow, &ContainerRow) -> bool| {
        let pods = scene.pods.iter().copied();
        pods.flat_map(|pod| pod.containers.iter().map(move |container| (pod, container)))
            .filter(|(pod, container)| holds(pod, container))
            .map(|(pod, container)| (&pod.uid, Some(container)))
            .collect()
    };
    match during {
        While::Waiting(reasons) => of_container(&|_, container| waits(container, reasons).is_some()),
        While::Pulling => of_container(&|_, container| pulling(container)),
        While::NotReady => of_container(&|pod, container| !pod.is_ready && matches!(container.state, ContainerState::Running { .. }) && !container.ready),
        While::Unscheduled => scene
            .pods
            .iter()
            .copied()
            .filter(|pod| unscheduled(pod).is_some())
            .map(|pod| (&pod.uid, None))
            .collect(),
        While::Short => scene
            .snapshot
            .objects
            .values()
            .filter(|row| !row.deleting && row.replicas.current < row.replicas.desired)
            .map(|row| (&row.uid, None))
            .collect(),
        While::Unbound => scene
            .snapshot
            .of_kind("PersistentVolumeClaim")
            .filter(|row| !row.deleting && column(row, "STATUS") != "Bound")
            .map(|row| (&row.uid, None))
            .collect(),
    }
}

fn column<'a>(row: &'a ObjectRow, heading: &str) -> &'a str {
    row.columns.iter().find(|(name, _)| name == heading).map_or("", |(_, value)| value)
}

pub(super) fn unscheduled(pod: &PodRow) -> Option<&ConditionRow> {
    pod.conditions
        .iter()
        .find(|condition| condition.kind == "PodScheduled" && condition.status == "False")
}
