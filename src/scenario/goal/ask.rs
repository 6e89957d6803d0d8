//! When to ask the cluster for goals that rows cannot tell: after a change, then every ten seconds until they hold.

use jiff::{SignedDuration, Timestamp};

use super::{Judge, check};
use crate::scenario::clue::Evidence;
use crate::scenario::{Cheat, Deed, Scenario, Want};

/// How long a goal that does not hold waits to be asked again.
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

impl Asking {
    /// When the next question is due, if one is.
    fn due(&self, holds: bool) -> Option<Timestamp> {
        let last = self.last?;
        match (self.pending, self.stale, holds) {
            (true, _, _) => None,
            (_, true, _) => Some(last + SOON),
            (_, _, false) => Some(last + AGAIN),
            _ => None,
        }
    }
}

impl Judge {
    /// Something in the cluster is different now, so what was told may be so no more.
    pub fn stir(&mut self) {
        for progress in &mut self.progress {
            progress.asking.stale = true;
        }
        self.cheating.stale = true;
    }

    /// The goals to ask the cluster for now.
    pub fn ask(&mut self, scenario: &Scenario, evidence: &Evidence) -> Vec<(usize, Want)> {
        if self.seen_broken.is_none() {
            return Vec::new();
        }
        let mut questions = Vec::new();
        for (at, (goal, progress)) in scenario.goals.iter().zip(&mut self.progress).enumerate() {
            if goal.what == Want::SeenBroken || check::look(&goal.what, evidence).is_some() {
                continue;
            }
            let holds = matches!(progress.told, Some(Ok(_)));
            let due = match progress.asking.last {
                None if progress.asking.pending => None,
                None => Some(evidence.now),
                Some(_) => progress.asking.due(holds),
            };
            let Some(due) = due else { continue };
            if due > evidence.now {
                self.next_change = Some(self.next_change.map_or(due, |next| next.min(due)));
                continue;
            }
            progress.asking = Asking {
                last: Some(evidence.now),
                pending: true,
                stale: false,
            };
            questions.push((at, goal.what.clone()));
        }
        questions
    }

    /// A cheat that shows now, and whether the cluster should be asked for those that rows cannot show.
    pub fn suspect(&mut self, scenario: &Scenario, evidence: &Evidence) -> (Option<usize>, bool) {
        if scenario.cheats.is_empty() || self.seen_broken.is_none() {
            return (None, false);
        }
        let by_rows = |cheat: &Cheat| check::look(cheat.when.as_ref()?, evidence);
        let shows = scenario.cheats.iter().position(|cheat| by_rows(cheat).is_some_and(|check| check.holds));
        let hidden = scenario.cheats.iter().any(|cheat| by_rows(cheat).is_none());
        // the namespace itself is not watched, so nothing tells when it goes
        let unwatched = scenario.cheats.iter().any(|cheat| cheat.does.contains(&Deed::Finalize));
        let due = if self.cheating.last.is_none() {
            Some(evidence.now)
        } else {
            self.cheating.due(!unwatched)
        };
        let ask = hidden && due.is_some_and(|due| due <= evidence.now);
        match due {
            Some(_) if ask => {
                self.cheating = Asking {
                    last: Some(evidence.now),
                    pending: true,
                    stale: false,
                }
            }
            Some(due) if hidden => self.next_change = Some(self.next_change.map_or(due, |next| next.min(due))),
            _ => {}
        }
        (shows, ask)
    }

    /// The cluster has answered whether a cheat shows.
    pub fn suspected(&mut self) {
        self.cheating.pending = false;
    }

    /// Takes in what the lab found out by asking the cluster: what it saw where a goal holds, or what stood against it.
    pub fn tell(&mut self, goal: usize, found: Result<String, String>) {
        if let Some(progress) = self.progress.get_mut(goal) {
            progress.told = Some(found);
            progress.asking.pending = false;
        }
    }
}
