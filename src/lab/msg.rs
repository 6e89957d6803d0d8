//! What happens to the model (`Msg`) and what it asks to be done (`Effect`). Plain data, no closures.

use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;
use serde_json::Value;

use super::diff::Twins;
use super::layout::{Drawn, Layout};
use super::shell::Grid;
use crate::cluster::snapshot::{Change, ObjectRef, Uid};
use crate::scenario::clue::LogRequest;
use crate::scenario::goal::Told;
use crate::scenario::{Deed, Scenario, Want};

/// Which attempt an answer belongs to; `update` drops answers to an older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct AttemptNo(pub u64);

/// A fact that reaches the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    Key(KeyEvent),
    Mouse(MouseEvent),
    /// Text that the terminal gave as one bracketed paste.
    Paste(String),
    Resize(u16, u16),
    /// The cluster's present instant (practice: its own clock).
    Tick(Timestamp),
    /// The learner's own instant, where the cluster's clock is another one.
    Wall(Timestamp),
    /// What the last frame drew where; for scrolling and clicks. Never asks for a new frame.
    Measured(Measures),
    /// From the attempt's cluster.
    Cluster(AttemptNo, FromCluster),
    /// From the attempt's shell.
    Shell(AttemptNo, FromShell),
    /// Something went wrong or well outside an attempt.
    Notice(Notice),
    /// A scenario was saved anew by its author: its folder, and what it says now or why it cannot be read.
    Saved(String, Result<Arc<Scenario>, String>),
    /// SIGTERM or SIGHUP.
    Terminate,
}

/// An answer or news from the cluster.
#[derive(Debug, Clone, PartialEq)]
pub enum FromCluster {
    /// Connected: namespace and server's version.
    Opened {
        namespace: String,
        server: String,
        version: String,
    },
    /// The cluster could not be opened.
    Failed(Notice),
    Changed(Vec<Change>),
    Link(Link),
    /// An order was carried out; the lines say what was done (`deployment.apps/web created`).
    Done(Order, Vec<String>),
    /// An order was refused.
    Refused(Order, Notice),
    /// Cleaning up: what is still there.
    Going(Vec<String>),
    /// Objects of an earlier run of the lab are in the namespace.
    Found(Vec<String>),
    LogTail(LogRequest, Vec<String>),
    /// What the cluster answered for a goal, by its place.
    Asked(usize, Told),
    /// The cheat that shows in the cluster, by its place; none where none does.
    Cheated(Option<usize>),
    /// Text for the open detail page.
    Detail(Detail, Result<String, String>),
    /// The shell's line by which the learner's own kubectl gets in.
    Access(String),
    /// An object as a learner would write it.
    Manifest(ObjectRef, Result<Value, String>),
    /// The lesson's objects as they are, beside its manifests.
    Compared(Result<Compared, String>),
    /// What became of a repair of the object.
    Mended(ObjectRef, Result<(), String>),
    /// Lines of the followed log.
    LogLines {
        pod: Uid,
        container: String,
        lines: Vec<String>,
    },
    LogEnded {
        pod: Uid,
        container: String,
        why: Option<String>,
    },
}

/// News from the shell beside the lesson.
#[derive(Debug, Clone, PartialEq)]
pub enum FromShell {
    /// What it shows now.
    Screen(Arc<Grid>),
    /// It could not be started.
    Failed(Notice),
}

/// What the shell beside the lesson is told.
#[derive(Debug, Clone, PartialEq)]
pub enum ToShell {
    Start {
        columns: u16,
        rows: u16,
    },
    Resize {
        columns: u16,
        rows: u16,
    },
    Key(KeyEvent),
    Paste(String),
    /// Typed without its Enter, once a prompt is there.
    Type(String),
    /// Rows back into what has scrolled away; negative is forward.
    Scroll(i32),
    /// Column and row count from the pane's own corner.
    Mouse(MouseEvent),
}

/// How the watches do.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Link {
    #[default]
    Connecting,
    Live,
    /// Rows are kept and greyed.
    Stale {
        since: Timestamp,
        retry: Option<Timestamp>,
        why: String,
    },
    /// A right is missing; the rest works.
    Limited(String),
}

/// An order to the cluster that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Namespace and setup/.
    Prepare,
    Break,
    Solve,
    Cleanup,
}

/// A change of one object by hand.
#[derive(Debug, Clone, PartialEq)]
pub enum Mend {
    Amend {
        before: Value,
        after: Value,
    },
    /// Deleted, and made anew like this.
    Anew(Value),
    Do(Deed),
}

/// A page of text that the cluster is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    Describe(ObjectRef),
    Yaml(ObjectRef),
    /// The table of a kind, as the server prints it.
    List {
        resource: String,
        everywhere: bool,
        selector: String,
    },
    /// What a kind or a field of it is for.
    Explain {
        kind: String,
        fields: Vec<String>,
    },
    /// Whether somebody may do something.
    Can {
        who: String,
        verb: String,
        resource: String,
    },
    /// Whatever an address of the API server answers.
    Raw(String),
    /// What a Service answers.
    Request {
        service: String,
        port: String,
        path: String,
    },
}

/// The lesson's objects in two forms each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compared {
    /// As broken, and as they are.
    pub broken: Vec<Twins>,
    /// As they are, and as the solution has them, where the learner has seen that.
    pub solution: Option<Vec<Twins>>,
}

/// A message for people: what, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    pub bad: bool,
    pub what: String,
    pub next: String,
}

/// What the model asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Open a cluster for the scenario and start its watches.
    Open {
        attempt: AttemptNo,
        scenario: Arc<Scenario>,
    },
    /// Stop the attempt's watches and let its cluster go.
    Close(AttemptNo),
    Carry(AttemptNo, Order),
    ReadLog(AttemptNo, LogRequest),
    /// Ask the cluster whether a goal holds that rows cannot tell.
    Ask(AttemptNo, usize, Want),
    /// Look whether one of the scenario's cheats shows.
    Suspect(AttemptNo),
    Show(AttemptNo, Detail),
    /// Read the lesson's objects, to be held against its manifests; against those of the solution too, if so.
    Compare(AttemptNo, bool),
    /// Read an object as a learner would write it.
    Fetch(AttemptNo, ObjectRef),
    /// Repair something of an object.
    Mend(AttemptNo, ObjectRef, Box<Mend>),
    /// Give the object to the learner's editor, and apply what is saved.
    Edit(AttemptNo, ObjectRef),
    /// Let the learner's own kubectl in.
    Access(AttemptNo),
    FollowLog {
        attempt: AttemptNo,
        pod: Uid,
        name: String,
        container: String,
        previous: bool,
    },
    StopLog,
    Shell(AttemptNo, ToShell),
    /// Write a text into a file of this name in klab's state folder, and say where.
    Keep {
        name: String,
        text: String,
    },
    /// The practice cluster's clock.
    Clock(Tempo),
    /// OSC 52.
    Copy(String),
    /// The terminal's mouse reporting on or off.
    Mouse(bool),
    /// Where the panes' edges were put, at a size of the terminal.
    SaveLayout(String, Layout),
    SaveProgress {
        folder: String,
        state: Solved,
        /// How long it took, where that may be a best time.
        seconds: Option<u64>,
    },
    /// How a drill ended.
    SaveDrill {
        seed: u64,
        faults: Vec<String>,
        minutes: u32,
        seconds: u64,
        solved: bool,
    },
    Quit,
}

/// What becomes of the practice cluster's clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tempo {
    /// Practice seconds a second; 0 stands still.
    Speed(f64),
    /// On to the next thing that happens.
    Step,
}

/// How far a learner came with a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Solved {
    #[default]
    New,
    Begun,
    Solved,
    WithoutHelp,
}

/// Where panes are and how long their contents are, as drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measures {
    pub panes: Vec<PaneMeasure>,
    /// Clickable spans: column, row, width, and the key that the click stands for.
    /// Enter, Esc and Tab are `\n`, `\x1b` and `\t`.
    pub keys: Vec<(u16, u16, u16, char)>,
    /// Tabs of the table: column, row and width of each.
    pub tabs: Vec<(u16, u16, u16, super::Tab)>,
    /// Edges that can be moved.
    pub edges: Vec<Drawn>,
    /// Events of the feed, and the row that each begins on.
    pub events: Vec<(Uid, usize)>,
    /// The lesson's parts by place, and the row of the lesson (not of the screen) that each begins on.
    pub parts: Vec<(usize, usize)>,
    /// The lesson's commands, and the row of the lesson that each begins on.
    pub commands: Vec<(super::lesson::Place, usize)>,
}

/// A pane's rows on the screen: the rectangle inside the border and below a heading. `visible` is its height in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaneMeasure {
    pub pane: super::Pane,
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
    /// Rows of content, and rows of it that are visible.
    pub rows: usize,
    pub visible: usize,
}
