//! What must hold for a scenario to be solved.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Program;

/// What must hold for the scenario to be solved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    pub what: Want,
    /// How long it must hold without a break.
    pub hold: Duration,
    /// The author's reason, one sentence.
    pub why: String,
    /// The author's own words for the goal, where klab's would give the answer away.
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Want {
    /// The fault was seen on this attempt: always the first goal.
    SeenBroken,
    /// Every replica of a workload runs the newest template and is ready.
    Ready {
        kind: String,
        name: String,
    },
    /// No restart and no new Warning on pods.
    Quiet,
    /// No failed image pull among the living pods.
    Pulls,
    Endpoints {
        service: String,
        at_least: u32,
    },
    Condition {
        kind: String,
        name: String,
        condition: String,
        status: String,
    },
    Value {
        kind: String,
        name: String,
        path: String,
        test: Test,
    },
    Gone {
        kind: String,
        name: String,
    },
    /// The workloads still run the lesson's own programs; asked of the cluster like what follows.
    Runs {
        programs: Vec<Program>,
    },
    /// `answers:` and `can:`, which need the cluster asked; not checked from rows alone.
    Answers {
        service: String,
        port: u16,
        path: String,
        /// A glob; empty for any.
        body: String,
    },
    Can {
        /// Empty for the learner.
        who: String,
        verb: String,
        resource: String,
        /// May, or must not.
        allowed: bool,
    },
}

impl Want {
    /// Kinds of which it speaks, whose objects decide it.
    #[must_use]
    pub fn kinds(&self) -> Vec<&str> {
        match self {
            Self::Ready { kind, .. } | Self::Condition { kind, .. } | Self::Value { kind, .. } | Self::Gone { kind, .. } => vec![kind],
            Self::Endpoints { .. } | Self::Answers { .. } => vec!["Service"],
            Self::Runs { programs } => programs.iter().map(|program| program.kind.as_str()).collect(),
            Self::SeenBroken | Self::Quiet | Self::Pulls | Self::Can { .. } => Vec::new(),
        }
    }

    /// Whether a change of this kind may decide it anew.
    #[must_use]
    pub fn turns_on(&self, kind: &str) -> bool {
        !self.by_its_kinds() || self.kinds().contains(&kind)
    }

    /// Whether a change of the objects it speaks of is all that can decide it anew; a program may answer sooner or later,
    /// and what grants a right may be of any kind.
    #[must_use]
    pub fn by_its_kinds(&self) -> bool {
        !matches!(self, Self::Answers { .. } | Self::Can { .. })
    }
}

/// What a field must say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Test {
    Is(Value),
    Not(Value),
    /// A glob.
    Like(String),
    /// Numbers and quantities: `96Mi`.
    AtLeast(String),
    AtMost(String),
    /// For fields that count as nothing where they are not written.
    UnsetOrAtMost(String),
    Exists(bool),
}
