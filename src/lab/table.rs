//! Rows as the screen lists them: tabs, the rows of a tab, the events, and the selection kept among them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::scroll::{Step, moved};
use super::{Attempt, Tab, order};
use crate::cluster::snapshot::{EventRow, NodeRow, ObjectRef, ObjectRow, PodRow, Uid};
use crate::scenario::Manifest;

/// Kinds that are no rows of their own to a learner.
const HIDDEN: [&str; 3] = ["Pod", "Event", "Namespace"];

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TableRow<'a> {
    Pod(&'a PodRow),
    Object(&'a ObjectRow),
    Node(&'a NodeRow),
}

impl TableRow<'_> {
    #[must_use]
    pub fn uid(&self) -> &Uid {
        match self {
            Self::Pod(row) => &row.uid,
            Self::Object(row) => &row.uid,
            Self::Node(row) => &row.uid,
        }
    }

    #[must_use]
    pub fn object(&self) -> ObjectRef {
        let (kind, namespace, name) = match self {
            Self::Pod(row) => ("Pod", row.namespace.as_str(), &row.name),
            Self::Object(row) => (row.kind.as_str(), row.namespace.as_str(), &row.name),
            Self::Node(row) => ("Node", "", &row.name),
        };
        ObjectRef {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.clone(),
        }
    }
}

/// Tabs of the table: pods, then the kinds of the scenario and of the cluster, the nodes last.
#[must_use]
pub fn tabs(attempt: &Attempt) -> Vec<Tab> {
    let scenario = &attempt.scenario;
    let manifests = [&scenario.setup, &scenario.broken, &scenario.solution]
        .into_iter()
        .flatten()
        .map(|m| m.kind().to_owned());
    let rows: BTreeSet<String> = attempt.snapshot.objects.values().map(|row| row.kind.clone()).collect();
    let mut kinds: Vec<String> = Vec::new();
    for kind in manifests.chain(rows) {
        if !kind.is_empty() && !HIDDEN.contains(&kind.as_str()) && kind != "Node" && !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds.push("Node".to_owned());
    std::iter::once(Tab::Pods).chain(kinds.into_iter().map(Tab::Kind)).collect()
}

/// Rows of the tab that is open, as the learner wants them.
#[must_use]
pub fn rows(attempt: &Attempt) -> Vec<TableRow<'_>> {
    order::ordered(&attempt.order, unordered(attempt))
}

/// Rows of the tab that is open, in their own order.
pub(super) fn unordered(attempt: &Attempt) -> Vec<TableRow<'_>> {
    match &attempt.tab {
        Tab::Pods => attempt.snapshot.pods_by_name().into_iter().map(TableRow::Pod).collect(),
        Tab::Kind(kind) if kind == "Node" => {
            let mut rows: Vec<_> = attempt.snapshot.nodes.values().collect();
            rows.sort_by(|a, b| a.name.cmp(&b.name));
            rows.into_iter().map(TableRow::Node).collect()
        }
        Tab::Kind(kind) => {
            let mut rows: Vec<_> = attempt.snapshot.of_kind(kind).collect();
            rows.sort_by(|a, b| a.name.cmp(&b.name));
            rows.into_iter().map(TableRow::Object).collect()
        }
    }
}

/// The feed, oldest first. Scrolled up, it keeps its order: repeats count up where they stand, what is new comes after.
#[must_use]
pub fn events(attempt: &Attempt) -> Vec<&EventRow> {
    let mut rows = all_events(attempt);
    rows.retain(|row| row.warning || !attempt.warnings_only);
    rows = order::wanted(&attempt.order, rows);
    if !attempt.memory.feed.is_empty() {
        let held: BTreeMap<&Uid, usize> = attempt.memory.feed.iter().enumerate().map(|(place, uid)| (uid, place)).collect();
        rows.sort_by_key(|row| held.get(&row.uid).copied().unwrap_or(usize::MAX));
    }
    rows
}

/// Every event by when it was last seen; those of one second in the order they came.
#[must_use]
pub fn all_events(attempt: &Attempt) -> Vec<&EventRow> {
    let mut rows = attempt.snapshot.events_by_last();
    let came = |row: &EventRow| attempt.memory.arrival.get(&row.uid).copied();
    // the scheduler alone writes parts of a second; beside whole ones they would put its event behind the kubelet's
    rows.sort_by_key(|row| (row.last.map(Timestamp::as_second), came(row)));
    rows
}

/// Keeps the feed's order from here on.
pub fn hold_feed(attempt: &mut Attempt) {
    if attempt.memory.feed.is_empty() {
        attempt.memory.feed = events(attempt).into_iter().map(|row| row.uid.clone()).collect();
    }
}

/// The selected row, while it lives.
#[must_use]
pub fn selected(attempt: &Attempt) -> Option<TableRow<'_>> {
    let uid = attempt.selected.as_ref()?;
    rows(attempt).into_iter().find(|row| row.uid() == uid)
}

/// Place of the selected row in its tab.
#[must_use]
pub fn place(attempt: &Attempt) -> Option<usize> {
    let uid = attempt.selected.as_ref()?;
    rows(attempt).iter().position(|row| row.uid() == uid)
}

/// How many rows the open tab has; pods are counted without being put in order.
#[must_use]
pub fn count(attempt: &Attempt) -> usize {
    if plain_pods(attempt) {
        attempt.snapshot.pods.len()
    } else {
        rows(attempt).len()
    }
}

fn plain_pods(attempt: &Attempt) -> bool {
    attempt.tab == Tab::Pods && attempt.order.rows.is_empty()
}

fn shows(attempt: &Attempt, uid: &Uid) -> bool {
    if plain_pods(attempt) {
        return attempt.snapshot.pods.contains_key(uid);
    }
    rows(attempt).iter().any(|row| row.uid() == uid)
}

/// The row that is selected while nobody has chosen one: the newest pod, else the first row.
fn usual(attempt: &Attempt) -> Option<Uid> {
    if plain_pods(attempt) && attempt.order.by.is_none() {
        let pods = attempt.snapshot.pods.values();
        let newest = pods.max_by(|a, b| (a.created, &a.name).cmp(&(b.created, &b.name)));
        return newest.map(|pod| pod.uid.clone());
    }
    let rows = rows(attempt);
    let row = if attempt.tab == Tab::Pods { rows.last() } else { rows.first() };
    row.map(|row| row.uid().clone())
}

/// The tab that is open while nobody has chosen one: the pods; where there are none and never will be, what there is.
fn usual_tab(attempt: &Attempt) -> Tab {
    if !attempt.snapshot.pods.is_empty() {
        return Tab::Pods;
    }
    let clue = attempt.clue.as_ref().map(|clue| Tab::Kind(clue.about.kind.clone()));
    let scenario = &attempt.scenario;
    let podless = !scenario.setup.iter().chain(&scenario.broken).any(Manifest::starts_pods);
    let filled = |tab: &Tab| matches!(tab, Tab::Kind(kind) if kind != "Node" && attempt.snapshot.of_kind(kind).next().is_some());
    let mut tabs = tabs(attempt).into_iter();
    let found = tabs.find(|tab| filled(tab) && (clue.as_ref() == Some(tab) || (clue.is_none() && podless)));
    found.unwrap_or_default()
}

/// Keeps tab and selection where they were chosen by hand; else takes the clue's object, else the newest row.
pub fn reselect(attempt: &mut Attempt) {
    if !attempt.memory.turned {
        let usual = usual_tab(attempt);
        if usual != attempt.tab {
            show(attempt, usual);
        }
    }
    let lives = attempt.selected.as_ref().is_some_and(|uid| shows(attempt, uid));
    if lives && attempt.memory.picked {
        return;
    }
    attempt.memory.picked = false;
    let clue = attempt.clue.as_ref().map(|clue| clue.uid.clone()).filter(|uid| shows(attempt, uid));
    attempt.selected = clue.or_else(|| usual(attempt));
}

/// Moves the selection, and the rows under it so that it stays in view.
pub fn select(attempt: &mut Attempt, step: Step, visible: usize) {
    let last = rows(attempt).len().saturating_sub(1);
    let to = moved(place(attempt).unwrap_or(0), step, last, visible.max(2));
    select_place(attempt, to);
    if visible > 0 {
        attempt.scroll.pods = attempt.scroll.pods.clamp((to + 1).saturating_sub(visible), to);
    }
}

/// Selects the row at a place, if there is one.
pub fn select_place(attempt: &mut Attempt, place: usize) -> bool {
    let uid = rows(attempt).get(place).map(|row| row.uid().clone());
    let found = uid.is_some();
    if found {
        attempt.selected = uid;
        attempt.memory.picked = true;
    }
    found
}

/// Opens the tab `by` places on, around the ends.
pub fn turn(attempt: &mut Attempt, forward: bool) {
    let tabs = tabs(attempt);
    let at = tabs.iter().position(|tab| *tab == attempt.tab).unwrap_or(0);
    let to = if forward { at + 1 } else { at + tabs.len() - 1 } % tabs.len();
    open(attempt, tabs[to].clone());
}

/// Opens a tab that was chosen.
pub fn open(attempt: &mut Attempt, tab: Tab) {
    attempt.memory.turned = true;
    show(attempt, tab);
    reselect(attempt);
}

fn show(attempt: &mut Attempt, tab: Tab) {
    attempt.tab = tab;
    attempt.order.rows.clear();
    attempt.order.by = None;
    attempt.scroll.pods = 0;
    attempt.selected = None;
}
