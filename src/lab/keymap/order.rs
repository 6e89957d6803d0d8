//! Which keys matter now, for the footer.

use super::super::drill;
use super::super::msg::Detail;
use super::super::{Attempt, Model, Overlay, Pane, Question, Screen, Stage, overlay, shell};
use super::Action;

/// Actions in the footer's order.
pub(super) fn now(model: &Model) -> Vec<Action> {
    if overlay::typing(model) {
        return vec![Action::Open, Action::Back];
    }
    let mut actions = match (model.overlays.last(), &model.screen) {
        (Some(top), _) => return of_overlay(top),
        (None, Screen::Picker(_)) => vec![Action::Open, Action::Filter],
        (None, Screen::Attempt(_)) if shell::owns(model) => return vec![Action::LeaveShell],
        (None, Screen::Attempt(attempt)) => of_attempt(attempt),
    };
    actions.extend([Action::Help, Action::Quit]);
    actions
}

fn of_overlay(top: &Overlay) -> Vec<Action> {
    match top {
        Overlay::Help { .. } | Overlay::Object { .. } | Overlay::NameContext { .. } | Overlay::Palette(_) => vec![Action::Back],
        Overlay::Ask {
            question: Question::Leave { .. },
            ..
        } => vec![Action::CleanFirst, Action::Yes, Action::No],
        Overlay::Ask { .. } => vec![Action::Yes, Action::No],
        Overlay::Page {
            detail: Detail::Request { .. },
            ..
        } => vec![Action::Again, Action::Address, Action::Search, Action::Back],
        Overlay::Page { .. } => vec![Action::Search, Action::Back],
        Overlay::Log(_) => {
            use Action::{Back, Container, Follow, Previous, Search, Since, Timestamps, Wrap};
            vec![Follow, Previous, Container, Search, Since, Wrap, Timestamps, Back]
        }
        Overlay::Diff { .. } => vec![Action::Apply, Action::Back],
        Overlay::Repair(_) => vec![Action::Open, Action::Edit, Action::Copy, Action::Back],
        Overlay::View { .. } => vec![Action::Keep, Action::Copy, Action::Back],
        Overlay::Debrief { .. } => vec![Action::Next, Action::Cleanup, Action::Back],
    }
}

fn of_attempt(attempt: &Attempt) -> Vec<Action> {
    use Action::{Break, Cleanup, Clue, Describe, Edit, Events, Filter, Hint, Logs, Map, Next, NextPane, Open, Pause, Repair, Shell, Solve, Timeline, Yaml};
    let of_stage: &[Action] = match attempt.stage {
        Stage::Opening | Stage::Cleaning => &[NextPane],
        Stage::Failed => return vec![Open],
        Stage::Ready => &[Break, Hint, Shell, NextPane, Next, Map, Describe, Yaml, Logs],
        Stage::Solved => &[Next, Cleanup, NextPane, Timeline, Map, Describe, Logs, Shell, Yaml],
        Stage::Broken | Stage::Solving => &[
            Clue, Hint, Describe, Logs, Solve, Cleanup, Repair, NextPane, Shell, Timeline, Map, Pause, Edit, Yaml, Events,
        ],
    };
    let mut actions = of_stage.to_vec();
    actions.retain(|action| match action {
        Clue => attempt.clue.is_some(),
        Hint => !drill::runs(attempt),
        _ => true,
    });
    // what the focused pane alone can do comes before what is always there
    let of_pane: &[Action] = match attempt.focus {
        Pane::Pods | Pane::Events => &[Filter],
        _ => &[],
    };
    let at = actions
        .iter()
        .position(|action| matches!(action, Repair | Shell | Timeline))
        .unwrap_or(actions.len());
    actions.splice(at..at, of_pane.iter().copied());
    actions
}
