//! The footer: the keys that matter now, each with the word for what it does just now.

use super::super::{Model, Overlay, Question, Screen, Stage, drill};
use super::{Action, Binding, Scope, TABLE, order, scopes};

/// The footer: key and word, what matters now first.
#[must_use]
pub fn footer(model: &Model) -> Vec<(String, String)> {
    let scopes = scopes(model);
    let binding = |action: &Action| {
        let of = |scope: &Scope| TABLE.iter().find(|b| b.scope == *scope && b.action == *action && !b.short.is_empty());
        scopes.iter().find_map(of)
    };
    let said = |b: &Binding| match (b.action, model.next_card()) {
        (Action::Next, Some(card)) => format!("next: {}", card.label()),
        _ => word(model, b).to_owned(),
    };
    let actions = order::now(model);
    actions
        .iter()
        .filter_map(binding)
        .filter_map(|b| Some((model.keys.now(b).first()?.label(), said(b))))
        .collect()
}

/// The footer's word for a key, as it is meant just now.
fn word(model: &Model, b: &Binding) -> &'static str {
    match (b.action, model.overlays.last(), &model.screen) {
        (Action::Quit, None, Screen::Attempt(_)) => "leave",
        (Action::NextPane, ..) if model.by_pages() => "page",
        (Action::Open, None, Screen::Attempt(attempt)) if attempt.stage == Stage::Failed => "try again",
        (action, Some(Overlay::Ask { question, .. }), screen) => of_question(action, *question, screen).unwrap_or(b.short),
        (Action::Open, Some(Overlay::Palette(_)), _) => "do it",
        (Action::Open, Some(Overlay::Repair(page)), _) if page.typed.is_some() => "send",
        (Action::Back, Some(Overlay::Palette(_) | Overlay::Repair(_)), _) => "back",
        (Action::Solve, None, Screen::Attempt(attempt)) if drill::runs(attempt) => "give up",
        _ => b.short,
    }
}

/// What a question's answers come to.
fn of_question(action: Action, question: Question, screen: &Screen) -> Option<&'static str> {
    let going = matches!(screen, Screen::Attempt(attempt) if attempt.stage == Stage::Cleaning);
    Some(match (action, question) {
        (Action::CleanFirst, Question::Leave { .. }) if going => "leave when all is gone",
        (Action::Yes, Question::Leave { .. }) => "leave at once",
        (Action::No, Question::Leave { .. }) => "stay",
        (Action::Yes, Question::GoOn) => "go on",
        (Action::No, Question::GoOn) => "clean up",
        _ => return None,
    })
}
