//! The one key table: what each key does and where. The footer and the help are printed from it.

mod footer;
mod keys;
mod order;
mod table;

use crossterm::event::KeyEvent;

pub use footer::footer;
pub use keys::{Keys, bindable, named, rival};
pub use table::TABLE;

use super::key::Key;
use super::key::Key::Ctrl;
use super::msg::Detail;
use super::scroll::Step;
use super::{Model, Overlay, Place, Question, Screen, overlay, shell};

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Move(Step),
    NextPane,
    PreviousPane,
    NextTab,
    PreviousTab,
    Open,
    Filter,
    /// The table by its next column, and the other way round.
    Sort,
    SortBack,
    Break,
    Hint,
    Solve,
    Cleanup,
    Next,
    Clue,
    Describe,
    Yaml,
    Edit,
    Repair,
    /// Delete what was refused and make it anew.
    Replace,
    Logs,
    Events,
    Copy,
    CopyRow,
    Warnings,
    Wide,
    Follow,
    Zoom,
    Shell,
    /// The line that lets the learner's own kubectl in.
    Kubeconfig,
    LeaveShell,
    Search,
    NextMatch,
    PreviousMatch,
    Previous,
    Wrap,
    Timestamps,
    Since,
    Container,
    Apply,
    Yes,
    No,
    /// Clean up, then leave.
    CleanFirst,
    /// Ask for the page once more, or the Service for another path.
    Again,
    Address,
    Erase,
    EraseAll,
    Help,
    Timeline,
    Map,
    Explain,
    /// Broken against live.
    Compare,
    /// Write the page to a file.
    Keep,
    /// The practice clock.
    Pause,
    Step,
    Faster,
    Slower,
    Live,
    Palette,
    Theme,
    /// Edges between panes.
    Wider,
    Narrower,
    Taller,
    Lower,
    Reset,
    Mouse,
    Back,
    Quit,
    Interrupt,
}

/// Where a key means what it means. The scopes of the top overlay shut out those of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Picker,
    Attempt,
    /// An attempt on the practice cluster, which has a clock of its own.
    Practice,
    Page,
    Log,
    Diff,
    Repair,
    /// Timeline, map and the like.
    View,
    Debrief,
    Ask,
    /// The shell has all other keys.
    Shell,
    /// A filter or a search is being typed.
    Typing,
    Everywhere,
}

#[derive(Debug, Clone, Copy)]
pub struct Binding {
    pub keys: &'static [Key],
    pub action: Action,
    pub scope: Scope,
    /// The footer's word; empty for a key that is not in the footer.
    pub short: &'static str,
    pub help: &'static str,
    pub group: &'static str,
}

/// Whose keys count now, the nearest first.
#[must_use]
pub fn scopes(model: &Model) -> &'static [Scope] {
    use Scope::*;
    if overlay::typing(model) {
        return &[Typing];
    }
    scopes_of(model.overlays.last(), model)
}

/// Whose keys count where this is the top overlay.
#[must_use]
pub fn scopes_of(top: Option<&Overlay>, model: &Model) -> &'static [Scope] {
    use Scope::*;
    match (top, &model.screen) {
        (Some(Overlay::Log(_)), _) => &[Log, Page, Everywhere],
        (Some(Overlay::Diff { .. }), _) => &[Diff, Page, Everywhere],
        (Some(Overlay::Repair(_)), _) => &[Repair, Page, Everywhere],
        (Some(Overlay::View { .. }), _) => &[View, Page, Everywhere],
        (Some(Overlay::Debrief { .. }), _) => &[Debrief, Page, Everywhere],
        (Some(Overlay::Ask { .. }), _) => &[Ask, Everywhere],
        (Some(_), _) => &[Page, Everywhere],
        (None, Screen::Picker(_)) => &[Picker, Everywhere],
        (None, Screen::Attempt(_)) if shell::owns(model) => &[Shell],
        (None, Screen::Attempt(_)) if model.place == Place::Practice => &[Attempt, Practice, Everywhere],
        (None, Screen::Attempt(_)) => &[Attempt, Everywhere],
    }
}

/// What the key means now.
#[must_use]
pub fn action(model: &Model, event: &KeyEvent) -> Option<Action> {
    // The emergency exit is the only key that typing cannot swallow; in the shell it stops what runs there.
    if Ctrl('c').is(event) && !shell::owns(model) {
        return Some(Action::Interrupt);
    }
    let pressed = |scope: Scope| {
        TABLE
            .iter()
            .find(|binding| binding.scope == scope && model.keys.now(binding).iter().any(|key| key.is(event)))
    };
    let binding = scopes(model).iter().find_map(|scope| pressed(*scope))?;
    possible(model, binding.action).then_some(binding.action)
}

/// Whether the key is the one to leave by, wherever the learner is.
#[must_use]
pub fn quits(model: &Model, event: &KeyEvent) -> bool {
    let leaves = |binding: &&Binding| binding.action == Action::Quit && binding.scope == Scope::Everywhere;
    TABLE
        .iter()
        .filter(leaves)
        .any(|binding| model.keys.now(binding).iter().any(|key| key.is(event)))
}

/// Keys that make no sense on the open overlay do nothing there.
fn possible(model: &Model, action: Action) -> bool {
    match (action, model.overlays.last()) {
        (Action::CleanFirst, top) => matches!(
            top,
            Some(Overlay::Ask {
                question: Question::Leave { .. },
                ..
            })
        ),
        (Action::Again | Action::Address, top) => matches!(
            top,
            Some(Overlay::Page {
                detail: Detail::Request { .. },
                ..
            })
        ),
        (Action::Search | Action::NextMatch | Action::PreviousMatch, top) => matches!(top, Some(Overlay::Page { .. } | Overlay::Log(_))),
        _ => true,
    }
}

/// An action in lower-case words, as the palette calls it.
#[must_use]
pub fn name(action: Action) -> String {
    let words = format!("{action:?}");
    // `Move(Up)` is `move-up`
    words.chars().fold(String::new(), |mut name, c| {
        if !c.is_alphanumeric() {
            return name;
        }
        if c.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(c.to_lowercase());
        name
    })
}

/// The keys that a binding has now, as they are printed.
#[must_use]
pub fn labels(model: &Model, binding: &Binding) -> String {
    labels_of(model.keys.now(binding))
}

/// Keys as they are printed.
#[must_use]
pub fn labels_of(keys: &[Key]) -> String {
    keys.iter().map(|key| key.label()).collect::<Vec<_>>().join(" ")
}

/// Every key by group, for the help.
#[must_use]
pub fn help(model: &Model) -> Vec<(&'static str, Vec<(String, &'static str)>)> {
    let playing = matches!(model.screen, Screen::Attempt(_));
    let mut groups: Vec<(&'static str, Vec<(String, &'static str)>)> = Vec::new();
    let real = model.place != Place::Practice;
    let elsewhere = |b: &&Binding| (playing && b.scope == Scope::Picker) || (real && b.scope == Scope::Practice);
    for binding in TABLE.iter().filter(|b| !elsewhere(b) && !model.keys.now(b).is_empty()) {
        let keys = labels(model, binding);
        match groups.iter_mut().find(|(group, _)| *group == binding.group) {
            Some((_, lines)) => lines.push((keys, binding.help)),
            None => groups.push((binding.group, vec![(keys, binding.help)])),
        }
    }
    groups
}
