//! The model: what the lab knows and how it changes. Pure: no I/O, no clock, no chance; no ratatui, no kube.

mod answer;
pub mod attempt;
pub mod backoff;
mod card;
pub mod clock;
pub mod compare;
pub mod diff;
pub mod drill;
pub mod feed;
pub mod fuzzy;
pub mod journal;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod lesson;
pub mod live;
pub mod log;
pub mod map;
pub mod memory;
pub mod mouse;
pub mod msg;
pub mod object;
pub mod order;
pub mod overlay;
pub mod palette;
pub mod picker;
pub mod repair;
mod saved;
pub mod scroll;
pub mod shell;
pub mod table;
#[cfg(test)]
mod tests;
mod theme;
pub mod timeline;
pub mod update;
pub mod views;
pub mod wake;
pub mod word;

pub use card::Card;
pub use diff::DiffLine;
pub use log::{LogPage, Search};
pub use memory::{Leaving, Memory};
pub use overlay::{Overlay, Question, View};
pub use theme::Theme;
pub use update::update;
pub use wake::{Wake, next_wake};

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::cluster::snapshot::{Snapshot, Uid};
use crate::scenario::Scenario;
use crate::scenario::clue::{Clue, LogRequest, LogTails};
use crate::scenario::goal::{Judge, Verdict};
use msg::{AttemptNo, Link, Measures, Notice, Order};

/// The whole of what is on the screen and behind it.
#[derive(Debug, Clone)]
pub struct Model {
    pub cards: Vec<Card>,
    pub screen: Screen,
    /// Top of the stack last; the top one owns the keys.
    pub overlays: Vec<Overlay>,
    /// The cluster's present instant.
    pub now: Timestamp,
    /// The learner's own instant, where the cluster's clock is another one.
    pub wall: Option<Timestamp>,
    pub clock: clock::Clock,
    pub size: (u16, u16),
    pub measures: Measures,
    pub place: Place,
    pub notice: Option<(Notice, Timestamp)>,
    pub mouse: bool,
    pub theme: Theme,
    /// The learner's own keys.
    pub keys: keymap::Keys,
    pub layouts: layout::Layouts,
    /// The edge that the mouse drags.
    pub dragged: Option<layout::Drawn>,
    /// The learner's own kubectl is on the PATH.
    pub kubectl: bool,
    /// Number of the newest attempt.
    pub attempts: u64,
    pub quitting: bool,
    /// When the learner last did something, on the learner's clock.
    pub stirred: Timestamp,
    /// When Ctrl-C was last pressed, while no other key came since.
    pub interrupted: Option<Timestamp>,
}

/// Where the lab plays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Place {
    #[default]
    Practice,
    Real {
        context: String,
        server: String,
        /// A class shares it, each learner under a name.
        shared: bool,
    },
}

#[derive(Debug, Clone)]
pub enum Screen {
    Picker(Picker),
    Attempt(Box<Attempt>),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Picker {
    /// Place in the filtered list.
    pub selected: usize,
    pub filter: String,
    pub filtering: bool,
}

/// One run of a scenario.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub number: AttemptNo,
    pub scenario: Arc<Scenario>,
    pub stage: Stage,
    pub opened: Option<Opened>,
    pub link: Link,
    pub snapshot: Snapshot,
    pub logs: LogTails,
    /// Log tails already asked for.
    pub logs_asked: BTreeSet<LogRequest>,
    pub clue: Option<Clue>,
    /// Why what the learner has done does not count, while it is there.
    pub cheated: Option<String>,
    /// What was said when one fault gave way to another.
    pub behind: Option<String>,
    /// How much of the clue's card is open: 0 what was said, 1 its parts, 2 where to look next.
    pub clue_depth: u8,
    pub judge: Judge,
    pub verdicts: Vec<Verdict>,
    /// Hints open, 0 to all.
    pub hints: usize,
    /// The solution's fold or diff was looked at.
    pub solution_seen: bool,
    /// Folds of the lesson that were opened or shut by hand: part's place and whether open.
    pub folds: Vec<(usize, bool)>,
    pub began: Option<Timestamp>,
    /// When all goals first held.
    pub solved_at: Option<Timestamp>,
    pub focus: Pane,
    pub tab: Tab,
    pub selected: Option<Uid>,
    /// The event that was clicked.
    pub event: Option<Uid>,
    pub scroll: Scrolls,
    /// How rows are chosen and sorted.
    pub order: order::Order,
    pub warnings_only: bool,
    pub wide: bool,
    pub zoom: bool,
    /// The order that the cluster carries out right now.
    pub working: Option<Order>,
    /// What is still there while cleaning up; what was left after.
    pub going: Vec<String>,
    /// The kubectl command equal to the last key, and when.
    pub equal: Option<(String, Timestamp)>,
    /// Rows that changed lately are bright until this instant.
    pub fresh: Vec<(Uid, Timestamp)>,
    pub shell: shell::Shell,
    pub journal: journal::Journal,
    pub memory: Memory,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub namespace: String,
    pub server: String,
    pub version: String,
}

/// How far the attempt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    #[default]
    Opening,
    /// Nothing applied: `b` comes next.
    Ready,
    Broken,
    /// `s` was applied.
    Solving,
    Solved,
    Cleaning,
    /// The cluster could not be opened.
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    #[default]
    Lesson,
    Pods,
    Events,
    Goals,
    /// The shell; it is shown as long as it has the focus.
    Shell,
    /// The page of the top overlay.
    Page,
}

/// What the table shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Tab {
    #[default]
    Pods,
    Kind(String),
}

/// Rows scrolled past, by pane. `None` follows the end (events) or the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scrolls {
    pub lesson: usize,
    pub pods: usize,
    /// `None` follows the newest event.
    pub events: Option<usize>,
    /// Events that came since the feed was scrolled up.
    pub unseen: usize,
}
