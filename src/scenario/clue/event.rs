//! Clues that an event tells, as long as what it tells of still holds.

use std::collections::BTreeMap;
use std::ops::Range;

use super::rules::{Rule, While};
use super::scene::{Scene, held_by};
use super::{Clue, Fault, Source, beside, explain, fold, pull};
use crate::cluster::snapshot::{ContainerRow, EventRow, Snapshot, Uid};
use crate::scenario::reference::ImageReference;
use crate::text;

/// The newest event that a rule fits, of an object that is in the rule's state.
pub(super) fn find(rule: &Rule, scene: &Scene) -> Option<Clue> {
    let mut held: BTreeMap<&Uid, Vec<(usize, Option<&ContainerRow>)>> = BTreeMap::new();
    for (rank, (uid, container)) in held_by(rule.during, scene).into_iter().enumerate() {
        held.entry(uid).or_default().push((rank, container));
    }
    if held.is_empty() {
        return None;
    }
    let fits = |event: &EventRow| event.reason == rule.reason && text::glob(rule.message, &event.message) && !back_off(event);
    let about = |event: &EventRow| {
        // an event without a field, of a probe or a volume, is about the whole pod
        let of_container = |container: &ContainerRow| event.field.is_empty() || event.field.ends_with(&format!("{{{}}}", container.name));
        let held = held.get(&event.about_uid)?;
        held.iter()
            .find(|(_, container)| container.is_none_or(of_container) && same_image(rule, event, *container))
            .copied()
    };
    let found = scene
        .snapshot
        .events
        .values()
        .filter(|event| fits(event))
        .filter_map(|event| about(event).map(|(rank, container)| (rank, container, event)));
    let best = found.max_by_key(|(rank, _, event)| (std::cmp::Reverse(*rank), event.last.or(event.first), &event.uid));
    best.map(|(_, container, event)| {
        let mut clue = of_event(event, rule.fault, rule.decisive, container);
        match rule.during {
            While::Short => clue.count = repeats(event, scene.snapshot),
            While::Unbound => beside::claim(&mut clue, scene.snapshot.objects.get(&event.about_uid), scene),
            _ => {}
        }
        clue
    })
}

/// How often it was said of this object, under whatever made-up name.
fn repeats(event: &EventRow, snapshot: &Snapshot) -> u32 {
    let said = fold(&event.message, snapshot);
    let about = |other: &&EventRow| other.about_uid == event.about_uid && other.reason == event.reason;
    let same = snapshot.events.values().filter(about).filter(|other| fold(&other.message, snapshot) == said);
    same.map(|event| event.count.max(1)).sum()
}

/// A pull failure of an image that the container has no more is history.
fn same_image(rule: &Rule, event: &EventRow, container: Option<&ContainerRow>) -> bool {
    let (Fault::Pull(_), Some(container), Some(quoted)) = (rule.fault, container, pull::quoted_image(&event.message)) else {
        return true;
    };
    quoted.normalised() == ImageReference::parse(&container.image).normalised()
}

/// `Error: ErrImagePull` and its like only repeat what another event says in full.
pub(super) fn back_off(event: &EventRow) -> bool {
    event.message.strip_prefix("Error: ").is_some_and(|rest| !rest.contains(' '))
}

pub(super) fn last(snapshot: &Snapshot, fits: impl Fn(&EventRow) -> bool) -> Option<&EventRow> {
    snapshot
        .events
        .values()
        .filter(|event| fits(event))
        .max_by(|a, b| (a.last.or(a.first), &a.uid).cmp(&(b.last.or(b.first), &b.uid)))
}

pub(super) fn of_event(event: &EventRow, fault: Fault, decisive: &[&str], container: Option<&ContainerRow>) -> Clue {
    let mut clue = Clue {
        about: event.about.clone(),
        uid: event.about_uid.clone(),
        source: Source::Event(event.uid.clone()),
        fault,
        text: event.message.clone(),
        decisive: decide(&event.message, decisive),
        count: event.count.max(1),
        last: event.last.or(event.first),
        explain: String::new(),
        image: container.map(|container| ImageReference::parse(&container.image)),
        pair: None,
        promised: false,
    };
    if matches!(fault, Fault::Pull(_)) {
        name_pull(&mut clue);
    }
    clue.explain = explain::fault(clue.fault).to_owned();
    clue
}

/// Tells which pull failure a clue's text is of.
pub(super) fn name_pull(clue: &mut Clue) {
    clue.image = pull::quoted_image(&clue.text).or(clue.image.take());
    let (which, decisive) = pull::classify(&clue.text, clue.image.as_ref());
    clue.fault = Fault::Pull(which);
    if !decisive.is_empty() {
        clue.decisive = decisive;
    }
}

/// The first of the phrases that is there, or what follows the first colon.
fn decide(message: &str, phrases: &[&str]) -> Vec<Range<usize>> {
    let phrase = phrases.iter().find_map(|phrase| message.find(phrase).map(|at| at..at + phrase.len()));
    let behind = || message.find(": ").map_or(0..message.len(), |at| at + 2..message.len());
    vec![phrase.unwrap_or_else(behind)]
}
