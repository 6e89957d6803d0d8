//! Which keys matter now, for the footer.

use super::super::drill;
use super::super::msg::Detail;
use super::super::{Attempt, Model, Overlay, Question, Screen, Stage, overlay, shell};
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
    use Action::{Break, Cleanup, Clue, Describe, Edit, Events, Hint, Logs, Next, NextPane, Repair, Shell, Solve, Yaml};
    match attempt.stage {
        Stage::Opening | Stage::Cleaning => vec![NextPane],
        Stage::Failed => vec![Action::Open],
        Stage::Ready => vec![Break, Hint, Shell, Next, NextPane, Describe, Yaml, Logs],
        Stage::Solved => vec![Next, Cleanup, NextPane, Describe, Logs, Shell, Yaml],
        Stage::Broken | Stage::Solving => {
            let clue = attempt.clue.is_some().then_some(Clue);
            let hint = (!drill::runs(attempt)).then_some(Hint);
            clue.into_iter()
                .chain(hint)
                .chain([Describe, Edit, Repair, Logs, Shell, Yaml, Events, Solve, Cleanup, NextPane])
                .collect()
        }
    }
}
