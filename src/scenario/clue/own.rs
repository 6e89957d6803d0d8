//! Clue rules that a scenario brings along in its scenario.yaml.

use super::event::{last, of_event};
use super::rules::{self, Rule};
use super::scene::{Scene, pulling};
use super::{Clue, Fault, Source, beside, crash, explain, of_object, of_pod, silent};
use crate::cluster::snapshot::{ConditionRow, ContainerRow, ContainerState, EventRow, PodRow};
use crate::scenario::ClueRule;
use crate::scenario::reference::ImageReference;
use crate::text;

/// Lines at the end of a running container's log that tell how it does now.
const RECENT: usize = 3;

/// The clue that a rule of the scenario finds just now.
#[must_use]
pub(super) fn clue(rule: &ClueRule, scene: &Scene) -> Option<Clue> {
    match rule {
        ClueRule::Event { reason, message } => event(reason, message, scene),
        ClueRule::Log { container, line } => log(container, line, scene),
        ClueRule::Condition { kind, condition: name, status } => condition(kind, name, status, scene),
        ClueRule::Mismatch { left, right } => {
            let kinds = [left.0.as_str(), right.0.as_str()];
            let of_service = |part: &str| kinds.contains(&"Service") && kinds.contains(&"Pod") && left.1.contains(part) | right.1.contains(part);
            if of_service("selector") {
                silent::selector(scene)
            } else if of_service("port") || of_service("Port") {
                silent::port(scene)
            } else {
                silent::differ(left, right, scene)
            }
        }
    }
}

fn event(reason: &str, message: &str, scene: &Scene) -> Option<Clue> {
    let current = |event: &EventRow| match scene.snapshot.pods.get(&event.about_uid) {
        Some(pod) => !pod.deleting && (!pod.is_ready || pod.containers.iter().any(|container| crash::is_crashing(pod, container, scene.now))),
        None => scene
            .snapshot
            .objects
            .get(&event.about_uid)
            .is_some_and(|row| !row.deleting && row.replicas.ready <= row.replicas.desired),
    };
    let event = last(scene.snapshot, |event| {
        text::glob(reason, &event.reason) && text::glob(message, &event.message) && current(event)
    })?;
    let tables = rules::PULL_EVENTS.iter().chain(rules::CONFIGS).chain(rules::AFTER_CRASH);
    let known = tables
        .into_iter()
        .find(|rule| rule.reason == event.reason && text::glob(rule.message, &event.message));
    let container = scene.snapshot.pods.get(&event.about_uid).and_then(|pod| {
        pod.containers
            .iter()
            .find(|container| event.field.ends_with(&format!("{{{}}}", container.name)))
    });
    // a pull that works again leaves its events behind
    if matches!(known, Some(Rule { fault: Fault::Pull(_), .. })) && container.is_some_and(|container| !pulling(container)) {
        return None;
    }
    let mut clue = of_event(
        event,
        known.map_or(Fault::Other, |rule| rule.fault),
        known.map_or(&[], |rule| rule.decisive),
        container,
    );
    let claim = scene.snapshot.objects.get(&event.about_uid).filter(|row| row.kind == "PersistentVolumeClaim");
    beside::claim(&mut clue, claim, scene);
    Some(clue)
}

fn log(container: &str, line: &str, scene: &Scene) -> Option<Clue> {
    let pods = scene.pods.iter().flat_map(|pod| pod.containers.iter().map(move |row| (*pod, row)));
    let (pod, row, found) = pods
        .filter(|(_, row)| text::glob(container, &row.name))
        .find_map(|(pod, row)| said(pod, row, line, scene).map(|found| (pod, row, found)))?;
    let source = Source::Log { container: row.name.clone() };
    let mut clue = of_pod(pod, source, of_log(pod, row, scene), found.clone());
    if clue.fault == Fault::Other {
        clue.explain = explain::RUNS.to_owned();
    }
    if let Some(asked) = beside::policy(pod, found, scene) {
        clue.explain = asked;
    }
    clue.image = Some(ImageReference::parse(&row.image));
    (clue.count, clue.last) = (row.restarts.max(1), crash::ending(row).and_then(|(_, _, finished)| finished));
    Some(clue)
}

/// The line, as far as it still tells how the container does.
fn said<'a>(pod: &PodRow, row: &ContainerRow, line: &str, scene: &Scene<'a>) -> Option<&'a String> {
    let tail = scene.logs.get(&(pod.uid.clone(), row.name.clone()))?;
    let well = row.ready && !crash::is_crashing(pod, row, scene.now);
    // one that does well speaks for itself by its present run's last words; an init container that is done, not at all
    if is_done(row) || (well && tail.run != row.restarts) {
        return None;
    }
    let told = if well { RECENT } else { usize::MAX };
    tail.lines.iter().rev().take(told).find(|said| text::glob(line, said))
}

/// An init container that has made way for the next.
fn is_done(row: &ContainerRow) -> bool {
    row.init && matches!(row.state, ContainerState::Terminated { exit: 0, .. })
}

/// What a line of a container's log is about: its end, what it waits for, or what goes wrong while it runs.
fn of_log(pod: &PodRow, row: &ContainerRow, scene: &Scene) -> Fault {
    match (crash::is_crashing(pod, row, scene.now), row.init) {
        (true, _) => Fault::Crash,
        (false, true) => Fault::Waits,
        (false, false) => Fault::Other,
    }
}

fn condition(kind: &str, name: &str, status: &str, scene: &Scene) -> Option<Clue> {
    let fits = |row: &&ConditionRow| text::glob(name, &row.kind) && text::glob(status, &row.status);
    let words = |row: &ConditionRow| format!("{}={} {}: {}", row.kind, row.status, row.reason, row.message);
    // The reason's own meaning says more than where to look.
    let told = |row: &ConditionRow, clue: Clue| Clue {
        explain: explain::word(&row.reason).map_or(clue.explain, str::to_owned),
        ..clue
    };
    if kind == "Pod" {
        return scene.pods.iter().copied().find_map(|pod| {
            let row = pod.conditions.iter().find(fits)?;
            Some(told(row, of_pod(pod, Source::Condition, Fault::Other, words(row))))
        });
    }
    let mut rows = scene.snapshot.of_kind(kind).filter(|row| !row.deleting);
    rows.find_map(|object| {
        let row = object.conditions.iter().find(fits)?;
        Some(told(row, of_object(object, Source::Condition, words(row))))
    })
}
