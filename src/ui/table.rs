//! The table: pods as kubectl prints them, and the other kinds under tabs.

mod cells;
mod columns;

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::pane::{framed, laid, note, scrolled};
use super::strip::{ladder, strip};
use super::theme::{Look, Mean, Sign};
use crate::cluster::snapshot::{ObjectRow, PodRow, Uid};
use crate::lab::msg::Measures;
use crate::lab::order::Of;
use crate::lab::table::{TableRow, count, rows, tabs};
use crate::lab::{Attempt, Model, Pane, Stage, Tab};
use crate::text::age;

/// Rows that the table wants, frame included; `compact` leaves the workloads' line out.
pub fn height(attempt: &Attempt, compact: bool) -> u16 {
    let pods = matches!(attempt.tab, Tab::Pods);
    let extra = u16::from(!compact && pods && !workloads(attempt).is_empty()) + u16::from(pods && selected_pod(attempt).is_some());
    // A feed with nothing in it needs no room.
    let most = match (compact, attempt.snapshot.events.is_empty()) {
        (true, _) => 7,
        (false, true) => 20,
        (false, false) => 12,
    };
    (count(attempt).clamp(1, 100) as u16 + 3 + extra).clamp(4, most)
}

/// Draws the table's pane.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, model: &Model, attempt: &Attempt, measures: &mut Measures) {
    let found = rows(attempt);
    let right = filtered(look, &attempt.order.rows, attempt.order.typing == Some(Of::Rows), found.len());
    let titles = titles(look, attempt, area, &mut measures.tabs);
    let inside = framed(frame, look, area, attempt.focus == Pane::Pods, titles, right);
    let width = usize::from(inside.width);
    if found.is_empty() {
        let lines = empty(look, attempt, width);
        scrolled(frame, inside, &lines, 0, Pane::Pods, measures);
        return;
    }
    let foot = foot(look, model, attempt, found.len(), inside);
    let foot_height = foot.len() as u16;
    let room = inside.height.saturating_sub(1 + foot_height);
    let body = Rect {
        y: inside.y + 1,
        height: room.min(found.len() as u16),
        ..inside
    };
    let visible = usize::from(body.height);
    let from = attempt.scroll.pods.min(found.len().saturating_sub(visible));
    let seen = &found[from..(from + visible).min(found.len())];
    let (heading, mut lines) = table(look, model, attempt, seen, &found, width);
    for (line, row) in lines.iter_mut().zip(seen) {
        mark(look, line, attempt.selected.as_ref() == Some(row.uid()), fresh(model, attempt, row.uid()));
    }
    frame.render_widget(heading, Rect { height: 1, ..inside });
    laid(frame, body, &lines);
    note(body, found.len(), Pane::Pods, measures);
    let foot_area = Rect {
        y: body.bottom(),
        height: foot_height,
        ..inside
    };
    laid(frame, foot_area, &foot);
}

/// The heading and the rows in view; all rows count for the width of what every row has.
fn table(look: &Look, model: &Model, attempt: &Attempt, seen: &[TableRow], all: &[TableRow], width: usize) -> (Line<'static>, Vec<Line<'static>>) {
    let mut headings = cells::headings(attempt, all);
    if let Some(by) = headings.iter_mut().find(|heading| attempt.order.by.as_ref() == Some(heading)) {
        by.push_str(look.sign(if attempt.order.downwards { Sign::Up } else { Sign::Down }));
    }
    let cells: Vec<Vec<cells::Cell>> = seen.iter().map(|row| cells::cells(look, model, attempt, row)).collect();
    columns::lines(look, &headings, &cells, &cells::widths(all), width)
}

/// The filter where there is one, and how many rows there are.
pub fn filtered(look: &Look, filter: &str, typing: bool, count: usize) -> Line<'static> {
    let number = if count == 0 { String::new() } else { count.to_string() };
    let mut spans = Vec::new();
    if typing {
        spans.push(Span::styled(format!("/{filter}_  "), look.style(Mean::Key)));
    } else if !filter.is_empty() {
        spans.push(Span::styled(format!("/{filter}  "), look.style(Mean::Warning)));
    }
    spans.push(Span::styled(number, look.style(Mean::Dim)));
    Line::from(spans)
}

/// Cells of the selected pod's strip.
const STRIP: usize = 16;
/// Rows that keep their place before strip and workloads; more are scrolled.
const MOST: usize = 6;

/// Beneath the pods: the selected one's strip and ladder, and the workloads, as far as there is room.
fn foot(look: &Look, model: &Model, attempt: &Attempt, rows: usize, inside: Rect) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let width = usize::from(inside.width);
    if let Some(pod) = selected_pod(attempt) {
        let mut spans = vec![Span::raw("  ")];
        spans.extend(strip(look, attempt, pod, model.now, STRIP));
        if spans.len() > 1 {
            spans.push(Span::raw("  "));
            spans.extend(ladder(look, attempt, pod, model.now, width.saturating_sub(STRIP)).unwrap_or_default());
            lines.push(Line::from(spans));
        }
    }
    let workloads = workloads(attempt);
    if matches!(attempt.tab, Tab::Pods) && !workloads.is_empty() {
        lines.push(Line::styled(whole(look, &workloads, width), look.style(Mean::Dim)));
    }
    // The rows themselves go first.
    let rows = rows.clamp(1, MOST);
    lines.truncate(usize::from(inside.height).saturating_sub(1 + rows));
    lines
}

/// As many as stand in a row whole.
fn whole(look: &Look, parts: &[String], width: usize) -> String {
    let mut row = " ".to_owned();
    for part in parts {
        if row.width() + part.width() + 4 > width {
            return format!("{row} {}", look.sign(Sign::Cut));
        }
        row.push_str(if row.len() == 1 { " " } else { "   " });
        row.push_str(part);
    }
    row
}

fn selected_pod(attempt: &Attempt) -> Option<&PodRow> {
    attempt.snapshot.pods.get(attempt.selected.as_ref()?)
}

/// `Pods`, `NetworkPolicies`, `Ingresses`
fn plural(kind: &str) -> String {
    match kind.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if kind.ends_with('s') => format!("{kind}es"),
        _ => format!("{kind}s"),
    }
}

/// The kinds, as far as they stand in the frame whole; the open one always does. Each can be clicked.
fn titles(look: &Look, attempt: &Attempt, area: Rect, drawn: &mut Vec<(u16, u16, u16, Tab)>) -> Line<'static> {
    let named = |tab: Tab| {
        let name = match &tab {
            Tab::Pods => "Pods".to_owned(),
            Tab::Kind(kind) => plural(kind),
        };
        (tab, name)
    };
    let mut all: Vec<(Tab, String)> = tabs(attempt).into_iter().map(named).collect();
    // those before it give way
    let room = usize::from(area.width.saturating_sub(10));
    let until = |all: &[(Tab, String)]| {
        let open = all.iter().position(|(tab, _)| *tab == attempt.tab).unwrap_or(0);
        all[..=open].iter().map(|(_, name)| name.width() + 2).sum::<usize>()
    };
    let mut before = false;
    while all.len() > 1 && all[0].0 != attempt.tab && until(&all) + usize::from(before) * 2 > room {
        all.remove(0);
        before = true;
    }
    let cut = || Span::styled(look.sign(Sign::Cut), look.style(Mean::Dim));
    let mut spans = if before { vec![cut(), Span::raw(" ")] } else { Vec::new() };
    let mut used = usize::from(before) * 2;
    for (tab, name) in all {
        let wide = name.width();
        if used + wide > room {
            spans.push(cut());
            break;
        }
        let mean = match (tab == attempt.tab, attempt.focus == Pane::Pods) {
            (true, true) => Mean::Key,
            (true, false) => Mean::Strong,
            _ => Mean::Dim,
        };
        // behind the frame's corner and a blank
        drawn.push((area.x + 2 + used as u16, area.y, wide as u16, tab));
        spans.extend([Span::styled(name, look.style(mean)), Span::raw("  ")]);
        used += wide + 2;
    }
    Line::from(spans)
}

fn empty(look: &Look, attempt: &Attempt, width: usize) -> Vec<Line<'static>> {
    let key = |key: &str| (key.to_owned(), look.style(Mean::Key));
    let text = |text: &str| (text.to_owned(), look.style(Mean::Dim));
    let words = match (attempt.stage, &attempt.tab) {
        (Stage::Opening, _) => vec![text("The cluster is being opened.")],
        (Stage::Failed, _) => vec![text("The cluster could not be opened; the last line says why.")],
        (Stage::Cleaning, _) => vec![text("Everything the lab made is going.")],
        (Stage::Ready, Tab::Pods) => vec![text("No pods yet: press "), key("b"), text(" to break the cluster.")],
        _ if !attempt.order.rows.is_empty() => vec![text("No row fits the filter; "), key("Esc"), text(" takes it away.")],
        (_, Tab::Pods) => vec![text("No pods.")],
        (_, Tab::Kind(kind)) => vec![text(&format!("No {kind} here."))],
    };
    super::pane::wrap_spans(words, width, 0)
}

fn mark(look: &Look, line: &mut Line<'static>, selected: bool, fresh: bool) {
    if selected && let Some(first) = line.spans.first_mut() {
        *first = Span::styled(format!("{} ", look.sign(Sign::Bar)), look.style(Mean::Key));
    }
    if (selected || fresh)
        && let Some(name) = line.spans.get_mut(1)
    {
        name.style = look.style(Mean::Strong);
    }
}

fn fresh(model: &Model, attempt: &Attempt, uid: &Uid) -> bool {
    attempt.fresh.iter().any(|(row, until)| row == uid && *until > model.wall())
}

/// `Deployment web 0/1`, `Service web 0 ready`, `ReplicaSet web-6dc9 0/1`
fn workloads(attempt: &Attempt) -> Vec<String> {
    let rows = &attempt.snapshot;
    let counted = |row: &ObjectRow| format!("{} {} {}/{}", row.kind, row.name, row.replicas.ready, row.replicas.desired);
    let services = rows.of_kind("Service").map(|service| {
        let owned = |slice: &&ObjectRow| slice.owner.as_ref().is_some_and(|(_, name)| *name == service.name);
        let ready: u32 = rows.of_kind("EndpointSlice").filter(owned).map(|slice| slice.endpoints.ready).sum();
        format!("Service {} {ready} ready", service.name)
    });
    let sets = rows.of_kind("ReplicaSet").filter(|row| row.replicas.desired > 0 || row.replicas.current > 0);
    rows.of_kind("Deployment").map(counted).chain(services).chain(sets.map(counted)).collect()
}

/// Kubectl's age of an instant.
pub fn since(now: Timestamp, at: Option<Timestamp>) -> String {
    at.map_or_else(|| "<unknown>".to_owned(), |at| age(now.duration_since(at).as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_are_named_in_the_plural() {
        let kinds = ["Pod", "NetworkPolicy", "Ingress", "StorageClass", "PersistentVolumeClaim"].map(plural);
        assert_eq!(kinds, ["Pods", "NetworkPolicies", "Ingresses", "StorageClasses", "PersistentVolumeClaims"]);
    }
}
