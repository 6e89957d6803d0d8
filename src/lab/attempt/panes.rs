//! Which pane has the focus, and what of it is shown: filter, order, tab, width, zoom.

use super::super::keymap::Action;
use super::super::order::Of;
use super::super::{Attempt, Model, Pane, Tab, order, table};
use super::{equal, namespace};

const PANES: [Pane; 4] = [Pane::Lesson, Pane::Pods, Pane::Events, Pane::Goals];

/// The pane after this one, or before it; by pages the cluster's or the lesson's page, and backwards the panes of the cluster's.
fn next_pane(pane: Pane, forward: bool, by_pages: bool) -> Pane {
    let panes = if by_pages { &PANES[1..] } else { &PANES[..] };
    let at = panes.iter().position(|one| *one == pane);
    match (at, by_pages, forward) {
        (Some(_), true, true) => Pane::Lesson,
        (Some(at), true, false) | (Some(at), false, true) => panes[(at + 1) % panes.len()],
        (Some(at), false, false) => panes[(at + panes.len() - 1) % panes.len()],
        (None, ..) => panes[0],
    }
}

pub(super) fn toggle(model: &mut Model, action: Action) {
    let by_pages = model.by_pages();
    let Some(attempt) = model.attempt_mut() else { return };
    match action {
        Action::NextPane | Action::PreviousPane => attempt.focus = next_pane(attempt.focus, action == Action::NextPane, by_pages),
        Action::Filter => {
            let feed = attempt.focus == Pane::Events;
            attempt.order.typing = Some(if feed { Of::Events } else { Of::Rows });
            if attempt.focus == Pane::Lesson {
                attempt.focus = Pane::Pods;
            }
        }
        Action::Sort => order::turn(attempt),
        Action::SortBack => attempt.order.downwards = !attempt.order.downwards,
        Action::NextTab => table::turn(attempt, true),
        Action::PreviousTab => table::turn(attempt, false),
        Action::Warnings => {
            attempt.warnings_only = !attempt.warnings_only;
            follow(attempt);
        }
        Action::Wide => attempt.wide = !attempt.wide,
        Action::Zoom => attempt.zoom = !attempt.zoom,
        Action::Follow => follow(attempt),
        _ => {}
    }
}

/// The kubectl command that shows what the key has turned to.
pub(in crate::lab) fn say_equal(model: &mut Model, action: Action) {
    let namespace = namespace(model);
    let Some(attempt) = model.attempt() else { return };
    let kind = match &attempt.tab {
        Tab::Pods => "pod".to_owned(),
        Tab::Kind(kind) => kind.to_lowercase(),
    };
    let wide = if attempt.wide { " -o wide" } else { "" };
    let command = match action {
        Action::NextTab | Action::PreviousTab | Action::Wide => format!("kubectl get {kind}{wide} -n {namespace}"),
        Action::Warnings if attempt.warnings_only => format!("kubectl events --types=Warning -n {namespace}"),
        Action::Warnings => format!("kubectl events -n {namespace}"),
        _ => return,
    };
    equal(model, command);
}

/// The feed shows the newest event again.
pub(super) fn follow(attempt: &mut Attempt) {
    attempt.scroll.events = None;
    attempt.scroll.unseen = 0;
    attempt.memory.feed.clear();
}
