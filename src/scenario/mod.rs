//! A scenario: the lesson, the manifests, and what counts as broken, as the clue, as solved.

pub mod adapt;
pub mod clue;
pub mod explain;
pub mod goal;
pub mod lint;
pub mod load;
pub mod readme;
pub mod reference;

mod answers;
mod check;
pub mod commands;
mod crash;
mod derive;
mod fields;
mod files;
pub mod fold;
mod images;
mod infer;
mod kind;
mod learner;
mod logs;
mod manifest;
mod markdown;
mod mojibake;
mod own;
pub mod pack;
mod pair;
pub mod path;
mod process;
mod pull;
mod rules;
mod sidecar;
mod silent;
pub mod value;

#[cfg(test)]
mod clue_tests;
#[cfg(test)]
mod goal_tests;
#[cfg(test)]
mod load_tests;
#[cfg(test)]
mod readme_tests;
#[cfg(test)]
mod sidecar_tests;
#[cfg(test)]
mod silent_tests;
#[cfg(test)]
mod stage;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use images::catalogue;

use crate::image::Catalogue;

/// Everything klab knows of one scenario folder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scenario {
    /// The folder's name without its number: `image-pull-backoff`.
    pub id: String,
    /// The folder's name: `02-image-pull-backoff`.
    pub folder: String,
    pub number: Option<u32>,
    pub title: String,
    pub level: Level,
    pub minutes: u32,
    pub tags: Vec<String>,
    pub requires: Vec<Need>,
    /// Nodes of the practice cluster; empty for its usual one.
    pub nodes: Vec<Node>,
    pub allow: Vec<String>,
    pub lesson: Lesson,
    pub setup: Vec<Manifest>,
    pub broken: Vec<Manifest>,
    pub solution: Vec<Manifest>,
    /// What provokes the fault once broken/ is applied.
    pub trigger: Vec<Deed>,
    /// In order; the first that matches is the clue. The built-in rules follow these.
    pub clues: Vec<ClueRule>,
    /// kubectl STATUS values that show the fault.
    pub expect_broken: Vec<String>,
    pub goals: Vec<Goal>,
    pub solution_mode: SolutionMode,
    pub lift_finalizers: Vec<String>,
    pub images: Catalogue,
    /// What was inferred of images that nobody described, a sentence an image.
    pub inferred: Vec<String>,
    /// Every file of the folder, path relative to it, to be unpacked for the learner's shell.
    pub files: Vec<(String, Vec<u8>)>,
    /// What is odd but does not stop the scenario: `file:line: what; what to do`.
    pub warnings: Vec<String>,
    /// After how long a hint, by its number, is offered unasked.
    pub hint_offers: BTreeMap<usize, Duration>,
    /// Repairs that do not count.
    pub cheats: Vec<Cheat>,
    /// Repairs other than solution/ that count as well.
    pub repairs: Vec<Repair>,
}

/// Something a learner may do that looks like a repair and is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Cheat {
    pub does: Vec<Deed>,
    /// How it is seen in the cluster; without it, by what `does` leaves there.
    pub when: Option<Want>,
    /// Why it does not count.
    pub say: String,
}

/// A repair other than solution/ that counts as well.
#[derive(Debug, Clone, PartialEq)]
pub struct Repair {
    pub does: Vec<Deed>,
    pub say: String,
}

/// A node of the practice cluster, where the lesson needs more than the one it has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    /// `key=value:Effect`, as `kubectl taint` takes them.
    pub taints: Vec<String>,
    /// Quantities; empty for the usual.
    pub cpu: String,
    pub memory: String,
    pub unschedulable: bool,
}

/// What a cluster must have for the scenario to be played on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// A default storage class that provisions volumes.
    StorageClass,
    NoDefaultStorageClass,
    /// NetworkPolicy is enforced, and not only stored.
    NetworkPolicy,
    Metrics,
    Nodes(u32),
    /// Programs in pods reach the API server.
    ApiFromPods,
    /// Only the practice cluster will do.
    Practice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Level {
    #[default]
    Beginner,
    Intermediate,
    Advanced,
}

/// The README, taken apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lesson {
    /// In reading order; Markdown within.
    pub parts: Vec<Part>,
    pub objectives: Vec<String>,
    /// Titles of `## Step N: …`.
    pub steps: Vec<String>,
    pub learned: Vec<String>,
    pub pitfalls: Vec<String>,
    /// `## Going Deeper`, as Markdown.
    pub deeper: String,
    /// Text and address.
    pub links: Vec<(String, String)>,
    /// The folder that `## Next Challenge` links to.
    pub next: Option<String>,
}

/// A stretch of the lesson.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Markdown that is always shown.
    Text(String),
    /// Markdown that unfolds.
    Fold { kind: Fold, summary: String, body: String },
}

/// Why a stretch is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// The nth hint, from 1.
    Hint(usize),
    Solution,
    /// Gives the answer away: the `Image:` line and all after the solution, until the goals are green.
    Answer,
    /// An author's own fold.
    Plain,
}

/// One object of a YAML file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Manifest {
    /// Path relative to the scenario's folder: `broken/deployment.yaml`.
    pub file: String,
    /// Line of the document's start in the file, from 1.
    pub line: usize,
    pub object: Value,
    /// The document as its author wrote it.
    pub text: String,
}

impl Manifest {
    #[must_use]
    pub fn kind(&self) -> &str {
        self.object["kind"].as_str().unwrap_or_default()
    }

    #[must_use]
    pub fn name(&self) -> &str {
        self.object["metadata"]["name"].as_str().unwrap_or_default()
    }

    /// Whether pods come of it.
    #[must_use]
    pub fn starts_pods(&self) -> bool {
        manifest::pod_spec(&self.object).is_some()
    }

    #[must_use]
    pub fn api_version(&self) -> &str {
        self.object["apiVersion"].as_str().unwrap_or_default()
    }
}

/// Something done to the cluster: what provokes a fault, a cheat, another repair.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    Delete {
        kind: String,
        name: String,
    },
    Scale {
        kind: String,
        name: String,
        replicas: u32,
    },
    Restart {
        kind: String,
        name: String,
    },
    /// Back to the revision before.
    Undo {
        kind: String,
        name: String,
    },
    Request {
        service: String,
        port: u16,
        path: String,
        times: u32,
    },
    /// A strategic merge patch, as `kubectl patch` sends it; null takes a field out.
    Patch {
        kind: String,
        name: String,
        patch: Value,
    },
    Apply(Vec<Manifest>),
    /// Delete and create anew.
    Replace(Vec<Manifest>),
    /// The lab's namespace deleted, and its own finalizer taken away although something is still in it.
    Finalize,
}

/// What makes something the clue. Patterns are globs with `*`; an empty one matches anything.
#[derive(Debug, Clone, PartialEq)]
pub enum ClueRule {
    Event { reason: String, message: String },
    Log { container: String, line: String },
    Condition { kind: String, condition: String, status: String },
    Mismatch { left: (String, String), right: (String, String) },
}

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
    Exists(bool),
}

/// How `s` brings the solution in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SolutionMode {
    #[default]
    Apply,
    /// Delete and create, for immutable fields.
    Replace,
    Delete,
}
