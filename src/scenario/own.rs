//! Clue rules that a scenario brings along in its scenario.yaml.

use super::clue::{Clue, Fault, Scene, Source, last_event, of_event, of_object, of_pod, selector, waits};
use super::reference::ImageReference;
use super::rules::{self, Rule};
use super::{ClueRule, crash};
use crate::cluster::snapshot::{ConditionRow, EventRow};
use crate::text;

/// The clue that a rule of the scenario finds just now.
#[must_use]
pub(super) fn clue(rule: &ClueRule, scene: &Scene) -> Option<Clue> {
    match rule {
        ClueRule::Event { reason, message } => event(reason, message, scene),
        ClueRule::Log { container, line } => log(container, line, scene),
        ClueRule::Condition { kind, condition: name, status } => condition(kind, name, status, scene),
        ClueRule::Mismatch { left, right } => {
            let kinds = [left.0.as_str(), right.0.as_str()];
            (kinds.contains(&"Service") && kinds.contains(&"Pod")).then(|| selector(scene)).flatten()
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
    let event = last_event(scene.snapshot, |event| {
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
    if matches!(known, Some(Rule { fault: Fault::Pull(_), .. })) && container.is_some_and(|container| waits(container, rules::PULL_REASONS).is_none()) {
        return None;
    }
    Some(of_event(
        event,
        known.map_or(Fault::Other, |rule| rule.fault),
        known.map_or(&[], |rule| rule.decisive),
        container,
    ))
}

fn log(container: &str, line: &str, scene: &Scene) -> Option<Clue> {
    for pod in &scene.pods {
        for row in pod
            .containers
            .iter()
            .filter(|row| text::glob(container, &row.name) && (!row.ready || crash::is_crashing(pod, row, scene.now)))
        {
            let tail = scene.logs.get(&(pod.uid.clone(), row.name.clone()));
            if let Some(found) = tail.and_then(|tail| tail.iter().rev().find(|said| text::glob(line, said))) {
                let mut clue = of_pod(pod, Source::Log { container: row.name.clone() }, Fault::Crash, found.clone());
                clue.image = Some(ImageReference::parse(&row.image));
                (clue.count, clue.last) = (row.restarts.max(1), crash::ending(row).and_then(|(_, _, finished)| finished));
                return Some(clue);
            }
        }
    }
    None
}

fn condition(kind: &str, name: &str, status: &str, scene: &Scene) -> Option<Clue> {
    let fits = |row: &&ConditionRow| text::glob(name, &row.kind) && text::glob(status, &row.status);
    let words = |row: &ConditionRow| format!("{}={} {}: {}", row.kind, row.status, row.reason, row.message);
    if kind == "Pod" {
        return scene.pods.iter().copied().find_map(|pod| {
            pod.conditions
                .iter()
                .find(fits)
                .map(|row| of_pod(pod, Source::Condition, Fault::Other, words(row)))
        });
    }
    let mut rows = scene.snapshot.of_kind(kind).filter(|row| !row.deleting);
    rows.find_map(|object| object.conditions.iter().find(fits).map(|row| of_object(object, Source::Condition, words(row))))
}
