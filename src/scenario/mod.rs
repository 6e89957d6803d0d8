//! A scenario: the lesson, the manifests, and what counts as broken, as the clue, as solved.

pub mod adapt;
pub mod clue;
pub mod drill;
pub mod goal;
pub mod lint;
pub mod load;
pub mod readme;
pub mod reference;

mod answers;
pub mod commands;
mod deed;
mod derive;
mod fields;
mod files;
mod images;
mod infer;
mod kind;
mod learner;
mod lesson;
mod manifest;
mod markdown;
mod mojibake;
pub mod pack;
pub mod path;
mod process;
mod program;
mod sidecar;
pub mod value;
mod want;

#[cfg(test)]
mod load_tests;
#[cfg(test)]
mod readme_tests;
#[cfg(test)]
mod stage;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

pub use deed::{Cheat, Deed, Repair, SolutionMode};
pub use images::catalogue;
pub use lesson::{Fold, Lesson, Level, Part};
pub use program::Program;
pub use want::{Goal, Test, Want};

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
    /// What it hides, where it is a drill.
    pub drill: Option<drill::Drill>,
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

/// What makes something the clue. Patterns are globs with `*`; an empty one matches anything.
#[derive(Debug, Clone, PartialEq)]
pub enum ClueRule {
    Event { reason: String, message: String },
    Log { container: String, line: String },
    Condition { kind: String, condition: String, status: String },
    Mismatch { left: (String, String), right: (String, String) },
}
