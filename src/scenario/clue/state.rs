//! Clues read from a pod's own state, where its event is not or no longer there.

use super::event::name_pull;
use super::scene::{self, Scene, waits};
use super::{Clue, Fault, Source, explain, of_pod};
use crate::scenario::reference::ImageReference;

/// A failure to start whose event is not (or no longer) there: the container's own message.
pub(super) fn waiting(scene: &Scene, reasons: &[&str], fault: Fault) -> Option<Clue> {
    let mut found = scene.pods.iter().flat_map(|pod| pod.containers.iter().map(move |container| (pod, container)));
    let (pod, container, message) = found.find_map(|(pod, container)| waits(container, reasons).map(|message| (pod, container, message)))?;
    let mut clue = of_pod(pod, Source::State, fault, message.to_owned());
    clue.image = Some(ImageReference::parse(&container.image));
    if matches!(fault, Fault::Pull(_)) {
        name_pull(&mut clue);
        clue.explain = explain::fault(clue.fault).to_owned();
    }
    Some(clue)
}

/// A pod that no node takes, where the scheduler's event is gone already.
pub(super) fn unscheduled(scene: &Scene) -> Option<Clue> {
    let (pod, condition) = scene
        .pods
        .iter()
        .copied()
        .find_map(|pod| scene::unscheduled(pod).map(|condition| (pod, condition)))?;
    (condition.reason == "Unschedulable").then(|| of_pod(pod, Source::Condition, Fault::Scheduling, condition.message.clone()))
}
