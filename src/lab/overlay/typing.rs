//! Typing a filter or a search: every letter is text there.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::super::keymap::Action;
use super::super::msg::Effect;
use super::super::{Model, Overlay, Screen, Search, attempt, palette, picker, repair, table};

/// Whether letters are text now.
#[must_use]
pub fn typing(model: &Model) -> bool {
    match (model.overlays.last(), &model.screen) {
        (Some(Overlay::Page { search, .. }), _) => search.typing,
        (Some(Overlay::Log(page)), _) => page.search.typing,
        (Some(Overlay::NameContext { .. } | Overlay::Palette(_)), _) => true,
        (Some(Overlay::Repair(page)), _) => page.typed.is_some(),
        (None, Screen::Picker(picker)) => picker.filtering,
        (None, Screen::Attempt(attempt)) => attempt.order.typing.is_some(),
        _ => false,
    }
}

/// The search of the top overlay.
pub(super) fn search(model: &mut Model) -> Option<&mut Search> {
    match model.overlays.last_mut()? {
        Overlay::Page { search, .. } => Some(search),
        Overlay::Log(page) => Some(&mut page.search),
        _ => None,
    }
}

/// What is typed of the context's name, or of a field.
fn naming(model: &mut Model) -> Option<&mut String> {
    match model.overlays.last_mut()? {
        Overlay::NameContext { typed, .. } => Some(typed),
        Overlay::Repair(page) => page.typed.as_mut(),
        Overlay::Palette(palette) => {
            palette.selected = 0;
            palette.scroll = 0;
            Some(&mut palette.typed)
        }
        _ => None,
    }
}

fn repairing(model: &mut Model) -> Option<&mut repair::RepairPage> {
    match model.overlays.last_mut()? {
        Overlay::Repair(page) if page.typed.is_some() => Some(page),
        _ => None,
    }
}

/// Enter sends the field, Esc leaves it as it was.
fn repaired(model: &mut Model, action: Action) -> Vec<Effect> {
    if action == Action::Open {
        return repair::entered(model);
    }
    if let Some(page) = repairing(model) {
        page.typed = None;
    }
    Vec::new()
}

/// A key that no binding knows: a letter of what is typed, else nothing.
pub fn typed(model: &mut Model, event: &KeyEvent) -> Vec<Effect> {
    let plain = !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    if let (KeyCode::Char(c), true) = (event.code, plain && event.kind != KeyEventKind::Release) {
        letter(model, c);
    }
    Vec::new()
}

/// One more letter of what is typed, while something is.
pub fn letter(model: &mut Model, c: char) {
    if typing(model) {
        edit(model, |text| text.push(c));
    }
}

/// Enter keeps the text, Esc takes it back, Backspace erases.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Erase => edit(model, |text| {
            text.pop();
        }),
        Action::EraseAll => edit(model, String::clear),
        Action::Back | Action::Open if repairing(model).is_some() => return repaired(model, action),
        Action::Move(step) if matches!(model.overlays.last(), Some(Overlay::Palette(_))) => palette::step(model, step),
        Action::Open if matches!(model.overlays.last(), Some(Overlay::Palette(_))) => return palette::entered(model),
        Action::Back if naming(model).is_some() => return super::close(model),
        Action::Open if naming(model).is_some() => return super::question::named(model),
        Action::Move(step) if model.overlays.is_empty() && model.attempt().is_some() => attempt::step_pane(model, step),
        Action::Back => {
            edit(model, String::clear);
            stop(model);
        }
        Action::Open => {
            stop(model);
            // Enter in a filter opens at once when one scenario is left; in a search it goes to the first match.
            if model.overlays.is_empty() && model.attempt().is_some() {
                return Vec::new();
            }
            if model.overlays.is_empty() {
                let one = matches!(&model.screen, Screen::Picker(p) if picker::shown(&model.cards, &p.filter).len() == 1);
                return if one { picker::act(model, Action::Open) } else { Vec::new() };
            }
            super::jump(model, true);
        }
        Action::Move(_) if model.overlays.is_empty() => return picker::act(model, action),
        _ => {}
    }
    Vec::new()
}

fn edit(model: &mut Model, change: impl FnOnce(&mut String)) {
    if let Some(typed) = naming(model) {
        change(typed);
    } else if let Some(search) = search(model) {
        change(&mut search.text);
    } else if let Some(filter) = model.attempt_mut().and_then(|attempt| attempt.order.typed()) {
        change(filter);
        refilter(model);
    } else if let Screen::Picker(picker) = &model.screen {
        let mut filter = picker.filter.clone();
        change(&mut filter);
        picker::refilter(model, filter);
    }
}

/// What is selected stays among the rows that are left.
fn refilter(model: &mut Model) {
    if let Some(attempt) = model.attempt_mut() {
        attempt.scroll.pods = 0;
        let there = table::place(attempt).is_some();
        if !there {
            table::select_place(attempt, 0);
        }
    }
}

fn stop(model: &mut Model) {
    if let Some(search) = search(model) {
        search.typing = false;
    } else if let Some(attempt) = model.attempt_mut() {
        attempt.order.typing = None;
    } else if let Screen::Picker(picker) = &mut model.screen {
        picker.filtering = false;
    }
}
