//! The order and the choice of a table's rows: sorted by a column, and only those that a filter lets through.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::Attempt;
use super::fuzzy::Filter;
use super::table::{TableRow, unordered};
use crate::cluster::snapshot::EventRow;

/// How the rows of a table, and the feed, are chosen and sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    /// What the table's rows must fit.
    pub rows: String,
    /// What the feed's events must fit.
    pub events: String,
    /// Which of the two is being typed.
    pub typing: Option<Of>,
    /// Heading of the column that rows are sorted by.
    pub by: Option<String>,
    pub downwards: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Rows,
    Events,
}

impl Order {
    /// The filter that is typed now.
    #[must_use]
    pub fn typed(&mut self) -> Option<&mut String> {
        match self.typing? {
            Of::Rows => Some(&mut self.rows),
            Of::Events => Some(&mut self.events),
        }
    }
}

/// What a row shows in a column, for sorting and filtering.
#[derive(Debug, Clone, PartialEq)]
enum Cell<'a> {
    Text(std::borrow::Cow<'a, str>),
    /// The younger comes first, as its age is the smaller.
    Age(Option<Timestamp>),
}

fn cells<'a>(row: &TableRow<'a>) -> Vec<(&'a str, Cell<'a>)> {
    let text = |text: &'a str| Cell::Text(text.into());
    match row {
        TableRow::Pod(pod) => vec![
            ("NAME", text(&pod.name)),
            ("READY", Cell::Text(format!("{}/{}", pod.ready.0, pod.ready.1).into())),
            ("STATUS", text(&pod.status)),
            ("RESTARTS", Cell::Text(pod.restarts.to_string().into())),
            ("AGE", Cell::Age(pod.created)),
            ("IP", text(&pod.ip)),
            ("NODE", text(&pod.node)),
            ("NOMINATED NODE", text(&pod.nominated)),
            ("READINESS GATES", text(&pod.gates)),
        ],
        TableRow::Object(object) => {
            let own = object.columns.iter().map(|(heading, cell)| (heading.as_str(), text(cell)));
            let name = std::iter::once(("NAME", text(&object.name)));
            let wide = object.wide.iter().map(|(heading, cell)| (heading.as_str(), text(cell)));
            name.chain(own).chain([("AGE", Cell::Age(object.created))]).chain(wide).collect()
        }
        TableRow::Node(node) => {
            let own = node.columns.iter().map(|(heading, cell)| (heading.as_str(), text(cell)));
            let name = std::iter::once(("NAME", text(&node.name)));
            name.chain(own).chain([("AGE", Cell::Age(node.created))]).collect()
        }
    }
}

/// Sorts and filters rows as the learner wants them.
#[must_use]
pub fn ordered<'a>(order: &Order, mut rows: Vec<TableRow<'a>>) -> Vec<TableRow<'a>> {
    if !order.rows.is_empty() {
        let mut filter = Filter::new(&order.rows);
        rows.retain(|row| filter.score(&line(row)).is_some());
    }
    if let Some(by) = &order.by {
        let cell = |row: &TableRow<'a>| cells(row).into_iter().find(|(heading, _)| heading == by).map(|(_, cell)| cell);
        rows.sort_by(|a, b| {
            let order_of = compare(cell(a).as_ref(), cell(b).as_ref());
            if order.downwards { order_of.reverse() } else { order_of }
        });
    }
    rows
}

/// A row in one line, as it is filtered and copied.
#[must_use]
pub fn line(row: &TableRow) -> String {
    let texts = cells(row).into_iter().filter_map(|(_, cell)| match cell {
        Cell::Text(text) if !text.is_empty() => Some(text.into_owned()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("  ")
}

/// Events that fit the feed's filter.
#[must_use]
pub fn wanted<'a>(order: &Order, mut events: Vec<&'a EventRow>) -> Vec<&'a EventRow> {
    if !order.events.is_empty() {
        let mut filter = Filter::new(&order.events);
        events.retain(|event| filter.score(&format!("{} {} {}", event.reason, event.about.name, event.message)).is_some());
    }
    events
}

fn compare(a: Option<&Cell>, b: Option<&Cell>) -> Ordering {
    match (a, b) {
        (Some(Cell::Age(a)), Some(Cell::Age(b))) => b.cmp(a),
        (Some(Cell::Text(a)), Some(Cell::Text(b))) => numbers(a).partial_cmp(&numbers(b)).unwrap_or(Ordering::Equal).then_with(|| a.cmp(b)),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// A number at the start of a cell: `3 (12s ago)`, `1/2`. Words come after all of them.
fn numbers(text: &str) -> f64 {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().unwrap_or(f64::INFINITY)
}

/// The next column to sort by; after the last one, none.
pub fn turn(attempt: &mut Attempt) {
    let headings: Vec<String> = unordered(attempt)
        .first()
        .map(cells)
        .unwrap_or_default()
        .into_iter()
        .map(|(heading, _)| heading.to_owned())
        .collect();
    // what only a wide table shows stands after AGE
    let narrow = headings.iter().position(|heading| heading == "AGE").map_or(headings.len(), |age| age + 1);
    let shown = &headings[..if attempt.wide { headings.len() } else { narrow }];
    let at = attempt.order.by.as_ref().and_then(|by| shown.iter().position(|heading| heading == by));
    let next = at.map_or(0, |at| at + 1);
    attempt.order.by = shown.get(next).cloned();
}
