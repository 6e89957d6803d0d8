//! Clues of containers that end: what killed them, the line of their log that says why, or how they ended.

use super::event::{back_off, last, of_event};
use super::scene::Scene;
use super::{Clue, Fault, Source, beside, crash, explain, of_pod};
use crate::cluster::snapshot::{ContainerRow, EventRow, PodRow};
use crate::scenario::reference::ImageReference;

/// What decides where a container crashes now.
pub(super) fn find(scene: &Scene) -> Option<Clue> {
    let (pod, container) = crash::crashing(&scene.pods, scene.now)?;
    let (reason, exit, finished) = crash::ending(container).unwrap_or(("Error", 1, None));
    if let Some(told) = by_event(pod, container, reason, scene) {
        return Some(told);
    }
    let mut clue = match deciding_line(pod, container, scene) {
        Some(line) if reason != "OOMKilled" => {
            let container = container.name.clone();
            of_pod(pod, Source::Log { container }, Fault::Crash, line.to_owned())
        }
        _ => {
            let text = format!("container {} ended: {reason}, exit code {exit}", container.name);
            of_pod(pod, Source::State, Fault::Crash, text)
        }
    };
    clue.explain = explain::ending(reason, exit).to_owned();
    if let Some(asked) = beside::policy(pod, &clue.text, scene) {
        clue.explain = asked;
    }
    (clue.count, clue.last) = (container.restarts.max(1), finished);
    clue.image = Some(ImageReference::parse(&container.image));
    Some(clue)
}

/// A probe that had it killed, or what the kubelet says of a start that failed.
fn by_event(pod: &PodRow, container: &ContainerRow, reason: &str, scene: &Scene) -> Option<Clue> {
    let about = |event: &EventRow| event.about_uid == pod.uid && event.field.ends_with(&format!("{{{}}}", container.name));
    let of_container = |name: &str, fits: &dyn Fn(&EventRow) -> bool| last(scene.snapshot, |event| about(event) && event.reason == name && fits(event));
    let killed = || of_container("Killing", &|event| event.message.contains(" probe, will be restarted"));
    if reason != "OOMKilled" && killed().is_some() {
        let unhealthy = of_container("Unhealthy", &|_| true)?;
        Some(of_event(unhealthy, Fault::Probe, &["connection refused", "statuscode: "], Some(container)))
    } else if crash::has_run(container) {
        None
    } else {
        let failed = of_container("Failed", &|event| !back_off(event))?;
        Some(of_event(failed, Fault::Config, &[], Some(container)))
    }
}

fn deciding_line<'a>(pod: &PodRow, container: &ContainerRow, scene: &Scene<'a>) -> Option<&'a String> {
    let tail = scene.logs.get(&(pod.uid.clone(), container.name.clone()))?;
    crash::deciding_line(&tail.lines)
}
