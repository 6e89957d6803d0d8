//! What a fault looked like, names folded, so that two clusters can be compared.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::lab::{Attempt, Stage};
use crate::scenario::clue::fold;

/// STATUS values that come and go while anything starts or ends.
const PASSING: [&str; 6] = ["Pending", "ContainerCreating", "PodInitializing", "Terminating", "Running", "Completed"];

/// The statuses of the pods and the clue while a scenario was broken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Seen {
    pub statuses: BTreeSet<String>,
    /// The clue as it was last, names folded.
    pub clue: String,
}

impl Seen {
    /// Takes in what shows now.
    pub fn note(&mut self, attempt: &Attempt) {
        if attempt.stage != Stage::Broken {
            return;
        }
        let promised = |status: &str| attempt.scenario.expect_broken.iter().any(|expected| expected == status);
        let pods = attempt.snapshot.pods.values().filter(|pod| !pod.deleting);
        let telling = pods.filter(|pod| !PASSING.contains(&pod.status.as_str()) || promised(&pod.status));
        for pod in telling {
            if !self.statuses.contains(&pod.status) {
                self.statuses.insert(pod.status.clone());
            }
        }
        if let Some(clue) = &attempt.clue {
            self.clue = format!("{}: {}", clue.about.kind, fold(&clue.text, &attempt.snapshot));
        }
    }

    /// Whether another cluster showed the same, and what differs.
    pub fn compare(&self, other: &Self) -> (bool, String) {
        let list = |statuses: &BTreeSet<String>| statuses.iter().cloned().collect::<Vec<_>>().join(", ");
        if self.statuses != other.statuses {
            return (false, format!("STATUS here {}, on practice {}", list(&self.statuses), list(&other.statuses)));
        }
        if self.clue != other.clue {
            return (false, format!("the clue here `{}`, on practice `{}`", self.clue, other.clue));
        }
        (true, format!("{} · {}", list(&self.statuses), self.clue))
    }
}
