//! The picker: every scenario, filtered fuzzily.

use super::fuzzy::Filter;
use super::keymap::Action;
use super::msg::Effect;
use super::{Card, Model, Pane, Picker, Screen, attempt, scroll, update};

/// Places of the cards that the filter lets through, in the list's own order.
#[must_use]
pub fn shown(cards: &[Card], filter: &str) -> Vec<usize> {
    if filter.trim().is_empty() {
        return (0..cards.len()).collect();
    }
    let mut fits = Filter::new(filter);
    let mut matches = |card: &Card| fits.score(&haystack(card)).is_some();
    cards.iter().enumerate().filter(|(_, card)| matches(card)).map(|(place, _)| place).collect()
}

fn haystack(card: &Card) -> String {
    match &card.scenario {
        Ok(scenario) => format!("{} {} {:?} {}", card.folder, scenario.title, scenario.level, scenario.tags.join(" ")),
        Err(_) => card.folder.clone(),
    }
}

/// The card under the selection.
#[must_use]
pub fn current(model: &Model) -> Option<usize> {
    let Screen::Picker(picker) = &model.screen else { return None };
    shown(&model.cards, &picker.filter).get(picker.selected).copied()
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    // The list is drawn where an attempt has its lesson.
    let visible = model.measures.pane(Pane::Lesson).map_or(10, |measure| measure.visible);
    let Screen::Picker(picker) = &mut model.screen else { return Vec::new() };
    match action {
        Action::Move(step) => {
            let last = shown(&model.cards, &picker.filter).len().saturating_sub(1);
            picker.selected = scroll::moved(picker.selected, step, last, visible);
        }
        Action::Filter => picker.filtering = true,
        Action::Open => return current(model).map_or_else(Vec::new, |place| attempt::open(model, place)),
        // A filter goes first: Esc is "back" before it is "out".
        Action::Back if !picker.filter.is_empty() => *picker = Picker::default(),
        Action::Quit => return update::quit(model),
        _ => {}
    }
    Vec::new()
}

/// Takes a change of the filter in: the selection stays within what is left.
pub(super) fn refilter(model: &mut Model, filter: String) {
    let Screen::Picker(picker) = &mut model.screen else { return };
    let last = shown(&model.cards, &filter).len().saturating_sub(1);
    picker.selected = picker.selected.min(last);
    picker.filter = filter;
}
