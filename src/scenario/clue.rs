//! The clue: what decides the case.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::Timestamp;

use super::Scenario;
use super::reference::ImageReference;
use crate::cluster::snapshot::{ObjectRef, Snapshot, Uid};
use crate::image::Catalogue;

/// Last lines of a pod's container, by pod and container name; of the run that crashed where one did.
pub type LogTails = BTreeMap<(Uid, String), Vec<String>>;

/// All that rules and goals may look at.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    pub snapshot: &'a Snapshot,
    pub logs: &'a LogTails,
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Clue {
    pub about: ObjectRef,
    pub uid: Uid,
    pub source: Source,
    pub fault: Fault,
    pub text: String,
    /// Byte ranges of `text` that decide.
    pub decisive: Vec<Range<usize>>,
    pub count: u32,
    pub last: Option<Timestamp>,
    pub explain: String,
    pub image: Option<ImageReference>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    Event(Uid),
    Log { container: String },
    Condition,
    State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Pull(PullFault),
    Crash,
    Config,
    Scheduling,
    Probe,
    Quota,
    Mount,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullFault {
    NotFound,
    Denied,
    Unauthorized,
    RateLimited,
    Timeout,
    UnknownHost,
    ManifestUnknown,
    Digest,
    InvalidName,
    NeverPull,
    Other,
}

/// A part of an image reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImagePart {
    Registry,
    Repository,
    Tag,
    Digest,
    None,
}

/// A log tail that rules need: of which pod and container, of the previous run or this one, after how many restarts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogWanted {
    pub uid: Uid,
    pub pod: String,
    pub container: String,
    pub previous: bool,
    pub restarts: u32,
}

#[must_use]
pub fn find(_scenario: &Scenario, _evidence: &Evidence) -> Option<Clue> {
    None
}

/// Which part of the reference the message blames, and why in a sentence.
#[must_use]
pub fn which_part(_clue: &Clue) -> (ImagePart, String) {
    (ImagePart::None, String::new())
}

/// Which tags exist (practice: from the catalogue) or how to ask (a real registry).
#[must_use]
pub fn tags_line(_clue: &Clue, _catalogue: Option<&Catalogue>) -> String {
    String::new()
}

#[must_use]
pub fn needs_logs(_snapshot: &Snapshot) -> Vec<LogWanted> {
    Vec::new()
}

/// What to say when one fault gave way to another.
#[must_use]
pub fn behind(_before: &Clue, _now: &Clue) -> Option<String> {
    None
}
