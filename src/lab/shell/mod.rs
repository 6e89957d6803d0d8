//! The shell beside the lesson, as the model knows it: whether it runs, what it shows, and which keys are its own.

mod grid;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};

pub use grid::{Colour, Grid, Ink, Modes, Run};

use super::msg::{Effect, FromShell, Msg, ToShell};
use super::{Attempt, Model, Pane, Stage, live};

/// Rows that one notch of the wheel scrolls.
const NOTCH: i32 = 3;

/// The attempt's shell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shell {
    /// Columns and rows; `None` while it does not run.
    pub size: Option<(u16, u16)>,
    pub grid: Option<Arc<Grid>>,
    /// The pane that Ctrl-] goes back to.
    pub from: Pane,
    /// A key was pressed in it.
    pub used: bool,
    /// What is typed as soon as it runs.
    pub pending: Option<String>,
}

/// Whether keys go to the shell.
#[must_use]
pub fn owns(model: &Model) -> bool {
    model.overlays.is_empty() && model.attempt().is_some_and(|attempt| attempt.focus == Pane::Shell)
}

/// `!`: shows the shell. It starts when the first frame tells how large it is.
pub(super) fn show(model: &mut Model) -> Vec<Effect> {
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    if matches!(attempt.stage, Stage::Opening | Stage::Failed) {
        model.say(false, "The cluster is not open yet", "the shell needs it");
        return Vec::new();
    }
    if attempt.focus != Pane::Shell {
        attempt.shell.from = attempt.focus;
        attempt.focus = Pane::Shell;
    }
    Vec::new()
}

/// Ctrl-]: back to where one was. The shell goes on.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    if let Some(attempt) = model.attempt_mut() {
        attempt.focus = attempt.shell.from;
    }
    live::debrief_if_due(model);
    Vec::new()
}

/// The frame told how large the pane is: the shell starts, or follows.
pub(super) fn measured(model: &mut Model) -> Vec<Effect> {
    let Some(pane) = model.measures.pane(Pane::Shell).copied() else {
        return Vec::new();
    };
    let size = (pane.width, pane.height);
    let Some(attempt) = model.attempt_mut().filter(|_| pane.width > 0 && pane.height > 0) else {
        return Vec::new();
    };
    let to = match attempt.shell.size.replace(size) {
        None => ToShell::Start { columns: size.0, rows: size.1 },
        Some(before) if before == size => return Vec::new(),
        Some(_) => ToShell::Resize { columns: size.0, rows: size.1 },
    };
    let pending = attempt.shell.pending.take().map(ToShell::Type);
    send(attempt, std::iter::once(to).chain(pending))
}

/// A key while the shell owns them.
pub(super) fn key(model: &mut Model, event: &KeyEvent) -> Vec<Effect> {
    model.notice = None;
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    let page = attempt.shell.size.map_or(1, |(_, rows)| i32::from(rows).max(2) - 1);
    let shifted = event.modifiers.contains(KeyModifiers::SHIFT);
    let to = match event.code {
        KeyCode::PageUp if shifted => ToShell::Scroll(page),
        KeyCode::PageDown if shifted => ToShell::Scroll(-page),
        _ => {
            attempt.shell.used = true;
            ToShell::Key(*event)
        }
    };
    send(attempt, [to])
}

/// Text pasted while the shell owns the keys.
pub(super) fn paste(model: &mut Model, text: String) -> Vec<Effect> {
    model.attempt_mut().map_or_else(Vec::new, |attempt| {
        attempt.shell.used = true;
        send(attempt, [ToShell::Paste(text)])
    })
}

/// The wheel over the shell: up is positive. A program that wants the mouse gets it.
pub(super) fn wheel(model: &mut Model, event: MouseEvent, up: bool) -> Vec<Effect> {
    mouse(model, event, ToShell::Scroll(if up { NOTCH } else { -NOTCH }))
}

/// A click in the shell's pane, told to the program in it.
pub(super) fn click(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    mouse(model, event, ToShell::Scroll(0))
}

fn mouse(model: &mut Model, mut event: MouseEvent, otherwise: ToShell) -> Vec<Effect> {
    let Some(pane) = model.measures.pane(Pane::Shell).copied() else {
        return Vec::new();
    };
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    let wants = attempt.shell.grid.as_ref().is_some_and(|grid| grid.modes.mouse);
    event.column = event.column.saturating_sub(pane.x);
    event.row = event.row.saturating_sub(pane.y);
    send(attempt, [if wants { ToShell::Mouse(event) } else { otherwise }])
}

fn send(attempt: &Attempt, what: impl IntoIterator<Item = ToShell>) -> Vec<Effect> {
    if attempt.shell.size.is_none() {
        return Vec::new();
    }
    what.into_iter().map(|to| Effect::Shell(attempt.number, to)).collect()
}

/// Types a command without its Enter, and shows the shell.
pub(super) fn type_in(model: &mut Model, command: &str) -> Vec<Effect> {
    show(model);
    let Some(attempt) = model.attempt_mut().filter(|attempt| attempt.focus == Pane::Shell) else {
        return Vec::new();
    };
    if attempt.shell.size.is_none() {
        attempt.shell.pending = Some(command.to_owned());
    }
    send(attempt, [ToShell::Type(command.to_owned())])
}

/// A picture of a shell that goes on where it is not shown; it changes nothing on the screen.
#[must_use]
pub fn unseen(model: &Model, msg: &Msg) -> bool {
    let hidden = model.attempt().is_none_or(|attempt| attempt.focus != Pane::Shell);
    hidden && matches!(msg, Msg::Shell(_, FromShell::Screen(grid)) if grid.ended.is_none())
}

/// News from the shell.
pub(super) fn update(model: &mut Model, news: FromShell) {
    match news {
        FromShell::Screen(grid) => {
            let Some(attempt) = model.attempt_mut() else { return };
            let ended = grid.ended.clone();
            attempt.shell.grid = Some(grid);
            if let Some(how) = ended {
                end(model, &how);
            }
        }
        FromShell::Failed(notice) => {
            let now = model.now;
            stop(model);
            model.notice = Some((notice, now));
        }
    }
}

/// The shell is over: back to the lab, and a clear word why.
fn end(model: &mut Model, how: &str) {
    let Some(attempt) = model.attempt() else { return };
    let last = attempt.shell.grid.as_ref().map(|grid| grid.last_line()).unwrap_or_default();
    let used = attempt.shell.used;
    stop(model);
    if used || how == "0" {
        let with = if how == "0" { String::new() } else { format!(" with {how}") };
        model.say(false, format!("The shell ended{with}"), "! starts a new one");
    } else {
        let why = if last.is_empty() { String::new() } else { format!(": {last}") };
        model.say(
            true,
            format!("The shell ended at once with {how}{why}"),
            "set SHELL to one that works, as in SHELL=/bin/sh klab",
        );
    }
}

fn stop(model: &mut Model) {
    let Some(attempt) = model.attempt_mut() else { return };
    let shown = attempt.focus == Pane::Shell;
    let from = attempt.shell.from;
    attempt.shell = Shell::default();
    if shown {
        attempt.shell.from = from;
        leave(model);
    }
}
