//! The feed's event at hand, and the way from it to the object it is about.

use super::msg::{Effect, Measures};
use super::{Attempt, Model, Pane, Tab, table};
use crate::cluster::snapshot::Uid;

/// The event that Enter means: the one that was clicked while it is in view, else the newest, or the first in view of a feed that
/// was scrolled up.
#[must_use]
pub fn at_hand(attempt: &Attempt, measures: &Measures, visible: usize) -> Option<Uid> {
    let rows = measures.events.iter();
    let Some(top) = attempt.scroll.events else {
        let clicked = attempt.event.as_ref().filter(|uid| measures.events.iter().any(|(known, _)| known == *uid));
        return clicked.cloned().or_else(|| measures.events.last().map(|(uid, _)| uid.clone()));
    };
    let mut in_view = rows.filter(|(_, row)| (top..top + visible.max(1)).contains(row)).map(|(uid, _)| uid);
    let clicked = in_view.clone().find(|uid| attempt.event.as_ref() == Some(uid));
    clicked.or_else(|| in_view.next()).cloned()
}

/// A click on a row of the feed.
pub(super) fn click(model: &mut Model, row: usize) {
    let extent = model.measures.extent(Pane::Events);
    let Some(attempt) = model.attempt() else { return };
    let row = row + attempt.scroll.events.unwrap_or(extent.max);
    let hit = model.measures.events.iter().rfind(|(_, start)| *start <= row).map(|(uid, _)| uid.clone());
    if let Some(attempt) = model.attempt_mut() {
        attempt.event = hit;
    }
}

/// Enter in the feed: the event's object is selected in the table of its kind.
pub(super) fn jump(model: &mut Model) -> Vec<Effect> {
    let visible = model.measures.extent(Pane::Events).visible;
    let Some(attempt) = model.attempt() else { return Vec::new() };
    let at = at_hand(attempt, &model.measures, visible);
    let found = at
        .and_then(|uid| attempt.snapshot.events.get(&uid))
        .map(|event| (event.about.clone(), event.about_uid.clone()));
    let Some((about, uid)) = found else {
        model.say(false, "There is no event here yet", "");
        return Vec::new();
    };
    let tab = if about.kind == "Pod" { Tab::Pods } else { Tab::Kind(about.kind.clone()) };
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    let before = (attempt.tab.clone(), attempt.selected.clone());
    attempt.tab = tab;
    attempt.order.rows.clear();
    let place = table::rows(attempt).iter().position(|row| *row.uid() == uid);
    match place {
        Some(place) => {
            attempt.memory.turned = true;
            table::select_place(attempt, place);
            attempt.scroll.pods = 0;
            attempt.focus = Pane::Pods;
        }
        None => {
            (attempt.tab, attempt.selected) = before;
            model.say(false, format!("{} {} is not there any more", about.kind, about.name), "");
        }
    }
    Vec::new()
}
