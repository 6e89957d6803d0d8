//! The mouse: the wheel scrolls what is under it, a click focuses, selects, folds or presses a printed key.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::key::press;
use super::layout::{Drawn, Edge};
use super::lesson::Stop;
use super::msg::{Effect, PaneMeasure};
use super::scroll::Step;
use super::update::pressed;
use super::{Model, Overlay, Pane, Screen, Tab, attempt, feed, layout, picker, scroll, shell, table};

/// Rows that one notch of the wheel scrolls.
const NOTCH: usize = 3;

pub(super) fn update(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    if !model.mouse {
        return Vec::new();
    }
    match event.kind {
        MouseEventKind::ScrollUp if over_shell(model, event) => return shell::wheel(model, event, true),
        MouseEventKind::ScrollDown if over_shell(model, event) => return shell::wheel(model, event, false),
        MouseEventKind::ScrollUp => wheel(model, event, Step::Up),
        MouseEventKind::ScrollDown => wheel(model, event, Step::Down),
        MouseEventKind::Down(MouseButton::Left) if grab(model, event) => {}
        MouseEventKind::Down(MouseButton::Left) => return click(model, event),
        MouseEventKind::Drag(MouseButton::Left) => return drag(model, event),
        MouseEventKind::Up(_) => model.dragged = None,
        _ => {}
    }
    Vec::new()
}

/// Takes hold of an edge between panes, if one is there.
fn grab(model: &mut Model, event: MouseEvent) -> bool {
    let on = |drawn: &&Drawn| {
        let (along, across) = match drawn.edge {
            Edge::Lesson => (event.column, event.row),
            Edge::Table => (event.row, event.column),
        };
        // both frames' lines are the edge
        (along == drawn.at || along + 1 == drawn.at) && (drawn.across.0..drawn.across.1).contains(&across)
    };
    let plain = model.overlays.is_empty();
    model.dragged = model.measures.edges.iter().find(on).copied().filter(|_| plain);
    model.dragged.is_some()
}

fn drag(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    let Some(drawn) = model.dragged else { return Vec::new() };
    let to = match drawn.edge {
        Edge::Lesson => event.column,
        Edge::Table => event.row,
    };
    layout::set(model, drawn, to)
}

fn under(model: &Model, event: MouseEvent) -> Option<PaneMeasure> {
    let hit = |m: &&PaneMeasure| (m.x..m.x.saturating_add(m.width)).contains(&event.column) && (m.y..m.y.saturating_add(m.height)).contains(&event.row);
    let page_only = !model.overlays.is_empty();
    model.measures.panes.iter().filter(|m| !page_only || m.pane == Pane::Page).find(hit).copied()
}

fn over_shell(model: &Model, event: MouseEvent) -> bool {
    model.overlays.is_empty() && under(model, event).is_some_and(|pane| pane.pane == Pane::Shell)
}

fn wheel(model: &mut Model, event: MouseEvent, step: Step) {
    if !model.overlays.is_empty() {
        return (0..NOTCH).for_each(|_| scroll::page(model, step));
    }
    let Some(pane) = under(model, event) else { return };
    if matches!(model.screen, Screen::Picker(_)) {
        picker::act(model, super::keymap::Action::Move(step));
        return;
    }
    (0..NOTCH).for_each(|_| attempt::wheel(model, pane.pane, step));
}

/// A click in a list selects the row; on the selected row it is Enter.
fn on_page(top: &mut Overlay, row: usize) -> Option<()> {
    let (selected, row) = match top {
        Overlay::Repair(page) if page.typed.is_none() && page.scroll + row < page.rows.len() => (&mut page.selected, page.scroll + row),
        Overlay::Palette(palette) => (&mut palette.selected, palette.scroll + row),
        _ => return None,
    };
    let again = *selected == row;
    *selected = row;
    again.then_some(())
}

/// Opens the tab that was clicked, if one was.
fn on_tab(model: &mut Model, event: MouseEvent) -> bool {
    let plain = model.overlays.is_empty();
    let hit = |(x, y, width, _): &&(u16, u16, u16, Tab)| *y == event.row && (*x..x.saturating_add(*width)).contains(&event.column);
    let Some(tab) = model.measures.tabs.iter().filter(|_| plain).find(hit).map(|(.., tab)| tab.clone()) else {
        return false;
    };
    if let Some(attempt) = model.attempt_mut() {
        attempt.focus = Pane::Pods;
        table::open(attempt, tab);
    }
    model.notice = None;
    attempt::say_equal(model, super::keymap::Action::NextTab);
    true
}

fn click(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    let on_key = |&&(x, y, width, _): &&(u16, u16, u16, char)| y == event.row && (x..x.saturating_add(width)).contains(&event.column);
    if let Some((.., key)) = model.measures.keys.iter().find(on_key).copied() {
        return pressed(model, &press(key));
    }
    if on_tab(model, event) {
        return Vec::new();
    }
    let Some(pane) = under(model, event) else { return Vec::new() };
    if over_shell(model, event) {
        return shell::click(model, event);
    }
    let row = usize::from(event.row - pane.y);
    if let Some(top) = model.overlays.last_mut() {
        return on_page(top, row).map_or_else(Vec::new, |()| pressed(model, &press('\n')));
    }
    match &mut model.screen {
        Screen::Picker(picker) => {
            // The list scrolls so that the selection stays in view, as lists do.
            let at = row + picker.selected.saturating_sub(pane.visible.saturating_sub(1));
            if at < picker::shown(&model.cards, &picker.filter).len() {
                picker.selected = at;
            }
            Vec::new()
        }
        Screen::Attempt(attempt) => {
            attempt.focus = pane.pane;
            match pane.pane {
                Pane::Pods => {
                    let at = attempt.scroll.pods + row;
                    table::select_place(attempt, at);
                    Vec::new()
                }
                Pane::Lesson => {
                    let at = attempt.scroll.lesson + row;
                    let part = model.measures.parts.iter().find(|(_, start)| *start == at).map(|(part, _)| *part);
                    if let Some((place, _)) = model.measures.commands.iter().find(|(_, start)| *start == at).copied() {
                        attempt.memory.stop = Some(Stop::Command(place));
                    }
                    part.map_or_else(Vec::new, |part| attempt::turn_fold(model, part))
                }
                Pane::Events => {
                    feed::click(model, row);
                    Vec::new()
                }
                _ => Vec::new(),
            }
        }
    }
}
