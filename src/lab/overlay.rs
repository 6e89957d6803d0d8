//! What lies over the screen: it owns every letter until it is closed.

mod question;
mod typing;

pub use typing::typing;
pub(super) use typing::{act as type_action, letter as type_char, typed};

use super::keymap::Action;
use super::msg::{Detail, Effect, Order};
use super::{DiffLine, LogPage, Model, Pane, Search, Stage, attempt, live, log, palette, repair, scroll, views};
use crate::cluster::snapshot::{ObjectRef, Uid};

pub(super) use question::{ask, needs_yes};

/// What lies over the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    Help {
        scroll: usize,
    },
    /// A question; Enter or `y` answers yes, Esc or `n` no.
    Ask {
        question: Question,
        lines: Vec<String>,
        scroll: usize,
    },
    /// A question that is answered by typing the context's name, as the cluster looks like production.
    NameContext {
        order: Order,
        context: String,
        typed: String,
        lines: Vec<String>,
        scroll: usize,
    },
    /// describe or YAML of an object.
    Page {
        detail: Detail,
        text: Result<String, String>,
        loading: bool,
        scroll: usize,
        search: Search,
    },
    Log(LogPage),
    /// What the solution changes: broken and solution, as unified lines.
    Diff {
        lines: Vec<DiffLine>,
        scroll: usize,
    },
    /// Every action by its name.
    Palette(palette::Palette),
    /// One field of an object, changed in place.
    Repair(Box<repair::RepairPage>),
    /// The object's own events, image, pull policy and owner chain.
    Object {
        about: ObjectRef,
        uid: Uid,
        scroll: usize,
    },
    Debrief {
        scroll: usize,
    },
    /// Another way to look at the attempt.
    View {
        view: View,
        scroll: usize,
    },
}

/// Pages that are drawn from what is known at each moment.
#[derive(Debug, Clone, PartialEq)]
pub enum View {
    Timeline,
    Map,
    /// The lesson's objects as broken, as they are and as solved; none before the cluster answered.
    Compare {
        lines: Option<Vec<DiffLine>>,
    },
    /// Words that an object shows, explained.
    Words {
        title: String,
        words: Vec<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// First write on a real cluster: then the order goes on.
    Write(Order),
    Solve,
    Cleanup,
    /// Leave while something is applied.
    Leave {
        quit: bool,
    },
    /// Objects of an earlier run: go on, or clean up.
    GoOn,
    /// End a drill unsolved.
    GiveUp,
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if let (Some(Overlay::Repair(_)), false) = (model.overlays.last(), matches!(action, Action::Back | Action::Quit)) {
        return repair::act(model, action);
    }
    match action {
        Action::Move(step) => scroll::page(model, step),
        Action::Back | Action::Quit if matches!(model.overlays.last(), Some(Overlay::Ask { .. })) => return question::dismiss(model),
        Action::Back | Action::Quit => return close(model),
        Action::Yes => return question::yes(model),
        Action::No => return question::no(model),
        Action::CleanFirst => return question::clean_first(model),
        Action::Apply => return apply(model),
        Action::Next => {
            close(model);
            return attempt::next(model);
        }
        Action::Cleanup => {
            close(model);
            return attempt::story::ask_cleanup(model);
        }
        Action::Search => {
            if let Some(search) = typing::search(model) {
                search.typing = true;
            }
        }
        Action::NextMatch => jump(model, true),
        Action::PreviousMatch => jump(model, false),
        Action::Again => return again(model),
        Action::Address => address(model),
        Action::Copy => return copy(model),
        Action::Keep => return views::keep(model),
        _ => return in_log(model, action),
    }
    Vec::new()
}

/// Takes the top overlay away; a debrief that waited comes then.
pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    let closed = model.overlays.pop();
    live::debrief_if_due(model);
    if matches!(closed, Some(Overlay::Log(_))) {
        vec![Effect::StopLog]
    } else {
        Vec::new()
    }
}

/// Enter on the diff: the solution goes in, once there is something to solve.
fn apply(model: &mut Model) -> Vec<Effect> {
    close(model);
    match model.attempt().map(|attempt| attempt.stage) {
        Some(Stage::Broken | Stage::Solving) => attempt::story::solve(model),
        _ => Vec::new(),
    }
}

fn in_log(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(number) = model.attempt().map(|attempt| attempt.number) else {
        return Vec::new();
    };
    let (end, namespace) = (model.measures.extent(Pane::Page).max, attempt::namespace(model));
    let Some(Overlay::Log(page)) = model.overlays.last_mut() else {
        return Vec::new();
    };
    let anew = match action {
        Action::Follow => {
            if page.follow {
                page.scroll = end;
            }
            page.follow = !page.follow;
            false
        }
        Action::Wrap => {
            page.wrap = !page.wrap;
            false
        }
        Action::Timestamps => {
            page.timestamps = !page.timestamps;
            false
        }
        Action::Since => {
            page.turn_since();
            let command = page.command(&namespace);
            attempt::equal(model, command);
            return Vec::new();
        }
        Action::Previous => {
            page.previous = !page.previous;
            true
        }
        Action::Container if page.containers.len() > 1 => {
            page.container = (page.container + 1) % page.containers.len();
            true
        }
        _ => false,
    };
    if !anew {
        return Vec::new();
    }
    page.restart();
    let page = page.clone();
    follow(model, &page, number)
}

/// Asks for the page's log in place of the one before, and names the command that prints it.
pub(super) fn follow(model: &mut Model, page: &LogPage, number: super::msg::AttemptNo) -> Vec<Effect> {
    let command = page.command(&attempt::namespace(model));
    attempt::equal(model, command);
    vec![page.request(number)]
}

/// Asks for the page's text once more.
fn again(model: &mut Model) -> Vec<Effect> {
    let Some(number) = model.attempt().map(|attempt| attempt.number) else {
        return Vec::new();
    };
    let Some(Overlay::Page { detail, loading, .. }) = model.overlays.last_mut() else {
        return Vec::new();
    };
    *loading = true;
    vec![Effect::Show(number, detail.clone())]
}

/// The palette in place of the page, with the address to change.
fn address(model: &mut Model) {
    if let Some(Overlay::Page {
        detail: Detail::Request { service, port, path },
        ..
    }) = model.overlays.pop()
    {
        palette::begin_request(model, &format!("{service}:{port}{path}"));
    }
}

/// The text of the page, a line a row.
fn text(overlay: &Overlay, now: jiff::Timestamp) -> Option<(Vec<&str>, &super::Search)> {
    match overlay {
        Overlay::Page { text: Ok(text), search, .. } => Some((text.lines().collect(), search)),
        Overlay::Log(page) => Some((page.shown_lines(now).map(|l| log::line(l, page.timestamps)).collect(), &page.search)),
        _ => None,
    }
}

/// Scrolls to the next match after the top row, or to the one before it; around the ends.
fn jump(model: &mut Model, forward: bool) {
    let now = model.now;
    let Some(top) = model.overlays.last_mut() else { return };
    let Some((lines, search)) = text(top, now) else { return };
    let found = log::matches(lines.into_iter(), search);
    let at = match top {
        Overlay::Log(page) => page.scroll,
        Overlay::Page { scroll, .. } => *scroll,
        _ => return,
    };
    let to = if forward {
        found.iter().find(|row| **row > at).or(found.first())
    } else {
        found.iter().rfind(|row| **row < at).or(found.last())
    };
    let Some(to) = to.copied() else { return };
    match top {
        Overlay::Log(page) => {
            page.follow = false;
            page.scroll = to;
        }
        Overlay::Page { scroll, .. } => *scroll = to,
        _ => {}
    }
}

fn copy(model: &mut Model) -> Vec<Effect> {
    if let Some(text) = views::text(model) {
        model.say(false, format!("Copied {} lines", text.lines().count()), "");
        return vec![Effect::Copy(text)];
    }
    let Some((lines, _)) = model.overlays.last().and_then(|top| text(top, model.now)) else {
        return Vec::new();
    };
    let (count, text) = (lines.len(), lines.join("\n"));
    model.say(false, format!("Copied {count} lines"), "");
    vec![Effect::Copy(text)]
}
