//! The clue: what in the cluster decides the scenario just now. It lasts while its fault lasts.

mod apart;
mod beside;
pub(super) mod crash;
mod ending;
mod event;
mod explain;
mod fold;
mod logs;
mod own;
mod pair;
mod pull;
pub(super) mod rules;
mod scene;
mod silent;
mod state;

#[cfg(test)]
mod silent_tests;
#[cfg(test)]
mod tests;

use std::ops::Range;

use jiff::Timestamp;

use self::rules::Rule;
use self::scene::Scene;
use super::Scenario;
use super::reference::ImageReference;
use crate::cluster::snapshot::{ObjectRef, ObjectRow, PodRow, Snapshot, Uid};

pub use self::apart::{Named, apart};
pub use self::explain::{look_next, of_parts};
pub use self::fold::fold;
pub use self::logs::{LogRequest, LogTails, Tail, needs_logs};
pub use self::pair::{Pair, Side};
pub use self::pull::{Blame, Part, PullFault, behind, tags_line, which_part};
pub(super) use self::scene::living;

/// What there is to judge by.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    pub snapshot: &'a Snapshot,
    pub logs: &'a LogTails,
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Clue {
    pub about: ObjectRef,
    /// Of the subject.
    pub uid: Uid,
    pub source: Source,
    pub fault: Fault,
    pub text: String,
    /// Byte ranges of `text` that decide.
    pub decisive: Vec<Range<usize>>,
    pub count: u32,
    pub last: Option<Timestamp>,
    /// A sentence or two that lead and do not tell.
    pub explain: String,
    pub image: Option<ImageReference>,
    /// The two fields that do not fit, where that is the fault.
    pub pair: Option<Pair>,
    /// The scenario's author named it as the clue.
    pub promised: bool,
}

/// How far the card of a clue opens: what is said; its parts, and which of them is blamed; where to look next.
pub const DEPTHS: u8 = 3;

/// Where the clue was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Event(Uid),
    Log { container: String },
    Condition,
    State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    Pull(PullFault),
    Crash,
    Config,
    Scheduling,
    Probe,
    Quota,
    Mount,
    /// Something is waited for that does not come.
    Waits,
    Other,
}

/// What decides just now: by the scenario's own rules first, then by the built-in ones.
#[must_use]
pub fn find(scenario: &Scenario, evidence: &Evidence) -> Option<Clue> {
    let scene = &Scene::of(evidence);
    let own = scenario.clues.iter().find_map(|rule| own::clue(rule, scene));
    let promised = |clue| Clue { promised: true, ..clue };
    own.map(promised).or_else(|| built_in(scene))
}

fn built_in(scene: &Scene) -> Option<Clue> {
    let table = |rules: &[Rule]| rules.iter().find_map(|rule| event::find(rule, scene));
    table(rules::PULL_EVENTS)
        .or_else(|| state::waiting(scene, rules::PULL_REASONS, Fault::Pull(PullFault::Other)))
        .or_else(|| table(rules::CONFIGS))
        .or_else(|| state::waiting(scene, rules::CREATE_REASONS, Fault::Config))
        .or_else(|| ending::find(scene))
        .or_else(|| table(rules::AFTER_CRASH))
        .or_else(|| state::unscheduled(scene))
        .or_else(|| silent::find(scene))
}

fn of_pod(pod: &PodRow, source: Source, fault: Fault, text: String) -> Clue {
    Clue {
        about: ObjectRef {
            kind: "Pod".to_owned(),
            namespace: pod.namespace.clone(),
            name: pod.name.clone(),
        },
        uid: pod.uid.clone(),
        source,
        fault,
        decisive: whole(&text),
        text,
        count: 1,
        last: None,
        explain: explain::fault(fault).to_owned(),
        image: None,
        pair: None,
        promised: false,
    }
}

fn of_object(row: &ObjectRow, source: Source, text: String) -> Clue {
    Clue {
        about: ObjectRef {
            kind: row.kind.clone(),
            namespace: row.namespace.clone(),
            name: row.name.clone(),
        },
        uid: row.uid.clone(),
        source,
        fault: Fault::Other,
        decisive: whole(&text),
        text,
        count: 1,
        last: None,
        explain: explain::fault(Fault::Other).to_owned(),
        image: None,
        pair: None,
        promised: false,
    }
}

/// The whole text decides.
fn whole(text: &str) -> Vec<Range<usize>> {
    std::iter::once(0..text.len()).collect()
}
