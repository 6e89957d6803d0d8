//! Goals, judged from what the cluster says.

use jiff::Timestamp;

use super::Scenario;
use super::clue::{Clue, Evidence};

/// What one goal's look came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    pub title: String,
    pub met: bool,
    pub looked_at: String,
    pub saw: String,
    /// Seconds held and seconds needed, while it holds.
    pub held: Option<(u64, u64)>,
}

/// Remembers what was seen and since when each goal holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judge {
    solved: bool,
}

impl Judge {
    #[must_use]
    pub fn new(_scenario: &Scenario) -> Self {
        Self::default()
    }

    pub fn look(&mut self, _scenario: &Scenario, _evidence: &Evidence, _clue: Option<&Clue>) -> Vec<Verdict> {
        Vec::new()
    }

    /// When a goal that holds now will have held long enough.
    #[must_use]
    pub fn next_change(&self) -> Option<Timestamp> {
        None
    }

    #[must_use]
    pub fn solved(&self) -> bool {
        self.solved
    }
}
