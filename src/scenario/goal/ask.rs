//! When to ask the cluster for goals that rows cannot tell: after a change of what they speak of, and every ten seconds
//! while they do not hold where no change may tell.

use jiff::{SignedDuration, Timestamp};

use super::{Judge, check};
use crate::scenario::clue::Evidence;
use crate::scenario::{Cheat, Scenario, Want};

/// How long a goal that does not hold waits to be asked again unasked-for.
const AGAIN: SignedDuration = SignedDuration::from_secs(10);
/// Changes that come together are asked about once.
const SOON: SignedDuration = SignedDuration::from_secs(1);

/// How far the asking for one goal is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Asking {
    pub last: Option<Timestamp>,
    /// A question is under way.
    pub pending: bool,
    /// Something changed since the last question.
    pub stale: bool,
}

/// What the cluster said when it was asked about a goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// What was seen where it holds.
    Holds(String),
    /// What stands against it.
    Unmet(String),
    /// Why the question got no answer.
    Unasked(String),
}

impl Asking {
    /// When the next question is due, if one is; `again` where time alone may change the answer.
    fn due(&self, now: Timestamp, again: bool) -> Option<Timestamp> {
        match (self.last, self.pending, self.stale) {
            (_, true, _) => None,
            (None, ..) => Some(now),
            (Some(last), _, true) => Some(last + SOON),
            (Some(last), ..) => again.then(|| last + AGAIN),
        }
    }

    /// Whether to ask now; notes the question, or when one is due.
    fn ask(&mut self, now: Timestamp, again: bool, next_change: &mut Option<Timestamp>) -> bool {
        let Some(due) = self.due(now, again) else { return false };
        if due > now {
            *next_change = Some(next_change.map_or(due, |next| next.min(due)));
            return false;
        }
        *self = Self {
            last: Some(now),
            pending: true,
            stale: false,
        };
        true
    }
}

impl Judge {
    /// An object of this kind is different now, so what was told of it may be so no more.
    pub fn stir(&mut self, scenario: &Scenario, kind: &str) {
        for (goal, progress) in scenario.goals.iter().zip(&mut self.progress) {
            progress.asking.stale |= goal.what.turns_on(kind);
        }
        self.cheating.stale |= scenario.cheats.iter().any(|cheat| cheat.turns_on(kind));
    }

    /// The goals to ask the cluster for now; where not all is watched, time takes the place of news.
    pub fn ask(&mut self, scenario: &Scenario, evidence: &Evidence, watched: bool) -> Vec<(usize, Want)> {
        if self.seen_broken.is_none() {
            return Vec::new();
        }
        let mut questions = Vec::new();
        for (at, (goal, progress)) in scenario.goals.iter().zip(&mut self.progress).enumerate() {
            if goal.what == Want::SeenBroken || check::look(&goal.what, evidence).is_some() {
                continue;
            }
            let again = match progress.told {
                Some(Told::Holds(_)) => false,
                Some(Told::Unasked(_)) => true,
                Some(Told::Unmet(_)) | None => !watched || !goal.what.by_its_kinds(),
            };
            if progress.asking.ask(evidence.now, again, &mut self.next_change) {
                questions.push((at, goal.what.clone()));
            }
        }
        questions
    }

    /// A cheat that shows now, and whether the cluster should be asked for those that rows cannot show.
    pub fn suspect(&mut self, scenario: &Scenario, evidence: &Evidence, watched: bool) -> (Option<usize>, bool) {
        if scenario.cheats.is_empty() || self.seen_broken.is_none() {
            return (None, false);
        }
        let by_rows = |cheat: &Cheat| check::look(cheat.when.as_ref()?, evidence);
        let shows = scenario.cheats.iter().position(|cheat| by_rows(cheat).is_some_and(|check| check.holds));
        let hidden = scenario.cheats.iter().any(|cheat| by_rows(cheat).is_none());
        let again = !watched || scenario.cheats.iter().any(Cheat::unwatched);
        let ask = hidden && self.cheating.ask(evidence.now, again, &mut self.next_change);
        (shows, ask)
    }

    /// The cluster has answered whether a cheat shows.
    pub fn suspected(&mut self) {
        self.cheating.pending = false;
    }

    /// Takes in what the lab found out by asking the cluster.
    pub fn tell(&mut self, goal: usize, found: Told) {
        if let Some(progress) = self.progress.get_mut(goal) {
            progress.told = Some(found);
            progress.asking.pending = false;
        }
    }
}
