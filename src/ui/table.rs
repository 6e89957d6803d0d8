//! The table: pods as kubectl prints them, and the other kinds under tabs.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::pane::{framed, padded, scrolled, shortened};
use super::strip::{ladder, strip};
use super::theme::{Look, Mean, Sign};
use crate::cluster::snapshot::{ObjectRow, PodRow, Uid};
use crate::lab::msg::Measures;
use crate::lab::order::Of;
use crate::lab::table::{TableRow, rows, tabs};
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
    (rows(attempt).len().max(1) as u16 + 3 + extra).clamp(4, most)
}

/// Draws the table's pane.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, model: &Model, attempt: &Attempt, measures: &mut Measures) {
    let found = rows(attempt);
    let right = filtered(look, &attempt.order.rows, attempt.order.typing == Some(Of::Rows), found.len());
    let inside = framed(frame, look, area, attempt.focus == Pane::Pods, titles(look, attempt, area.width), right);
    let width = usize::from(inside.width);
    if found.is_empty() {
        let lines = empty(look, attempt, width);
        scrolled(frame, inside, lines, 0, Pane::Pods, measures);
        return;
    }
    let cells: Vec<Vec<Cell>> = found.iter().map(|row| cells(look, model, attempt, row)).collect();
    let mut headings = headings(attempt, &found);
    if let Some(by) = headings.iter_mut().find(|heading| attempt.order.by.as_ref() == Some(heading)) {
        by.push_str(look.sign(if attempt.order.downwards { Sign::Up } else { Sign::Down }));
    }
    let mut lines = columns(look, &headings, &cells, width);
    let heading = lines.remove(0);
    for (line, row) in lines.iter_mut().zip(&found) {
        mark(look, line, attempt.selected.as_ref() == Some(row.uid()), fresh(model, attempt, row.uid()));
    }
    frame.render_widget(heading, Rect { height: 1, ..inside });
    let foot = foot(look, model, attempt, inside);
    let foot_height = foot.len() as u16;
    let body = Rect {
        y: inside.y + 1,
        height: inside.height.saturating_sub(1 + foot_height),
        ..inside
    };
    scrolled(frame, body, lines, attempt.scroll.pods, Pane::Pods, measures);
    let foot_area = Rect {
        y: inside.bottom() - foot_height,
        height: foot_height,
        ..inside
    };
    frame.render_widget(ratatui::widgets::Paragraph::new(foot), foot_area);
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
fn foot(look: &Look, model: &Model, attempt: &Attempt, inside: Rect) -> Vec<Line<'static>> {
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
    let rows = rows(attempt).len().clamp(1, MOST);
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

type Cell = (String, Style);

fn titles(look: &Look, attempt: &Attempt, width: u16) -> Line<'static> {
    let mut spans = Vec::new();
    let mut used = 0;
    for tab in tabs(attempt) {
        let name = match &tab {
            Tab::Pods => "Pods".to_owned(),
            Tab::Kind(kind) => plural(kind),
        };
        used += name.width() + 2;
        if used + 8 > usize::from(width) {
            break;
        }
        let mean = match (tab == attempt.tab, attempt.focus == Pane::Pods) {
            (true, true) => Mean::Key,
            (true, false) => Mean::Strong,
            _ => Mean::Dim,
        };
        if !spans.is_empty() {
            spans.push(Span::raw("  "));
        }
        spans.push(Span::styled(name, look.style(mean)));
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

fn headings(attempt: &Attempt, found: &[TableRow]) -> Vec<String> {
    let names: Vec<&str> = match &attempt.tab {
        Tab::Pods if attempt.wide => vec!["NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE"],
        Tab::Pods => vec!["NAME", "READY", "STATUS", "RESTARTS", "AGE"],
        Tab::Kind(kind) if kind == "Node" => vec!["NAME", "CACHED IMAGES"],
        Tab::Kind(_) => {
            let Some(TableRow::Object(row)) = found.first() else {
                return vec!["NAME".to_owned()];
            };
            let own = row.columns.iter().map(|(heading, _)| heading.clone());
            let wide = wide(attempt, row).into_iter().map(|(heading, _)| heading.to_owned());
            return std::iter::once("NAME".to_owned()).chain(own).chain(["AGE".to_owned()]).chain(wide).collect();
        }
    };
    names.into_iter().map(str::to_owned).collect()
}

fn cells(look: &Look, model: &Model, attempt: &Attempt, row: &TableRow) -> Vec<Cell> {
    let text = look.style(Mean::Text);
    match row {
        TableRow::Pod(pod) => pod_cells(look, model.now, pod, attempt.wide),
        TableRow::Object(object) => {
            let mut cells = object_cells(look, model.now, object);
            cells.extend(wide(attempt, object).into_iter().map(|(_, cell)| (cell, text)));
            cells
        }
        TableRow::Node(node) => {
            let images = node
                .images
                .iter()
                .filter_map(|(names, _)| names.iter().min_by_key(|name| (name.contains("@sha256"), name.len())))
                .cloned();
            let images: Vec<String> = images.collect();
            vec![
                (node.name.clone(), text),
                (if images.is_empty() { "none".to_owned() } else { images.join(", ") }, text),
            ]
        }
    }
}

fn pod_cells(look: &Look, now: Timestamp, pod: &PodRow, wide: bool) -> Vec<Cell> {
    let health = look.style(health(pod));
    let restarts = match pod.restarted {
        Some(at) => format!("{} ({} ago)", pod.restarts, since(now, Some(at))),
        None => pod.restarts.to_string(),
    };
    let text = look.style(Mean::Text);
    let mut cells = vec![
        (pod.name.clone(), text),
        (format!("{}/{}", pod.ready.0, pod.ready.1), health),
        (pod.status.clone(), health),
        (restarts, text),
        (since(now, pod.created), text),
    ];
    if wide {
        let or_none = |text: &str| if text.is_empty() { "<none>".to_owned() } else { text.to_owned() };
        cells.extend([(or_none(&pod.ip), text), (or_none(&pod.node), text)]);
    }
    cells
}

/// Colour follows READY; what passes by itself is amber.
fn health(pod: &PodRow) -> Mean {
    match pod.status.as_str() {
        _ if pod.deleting => Mean::Dim,
        "Running" if pod.ready.0 == pod.ready.1 => Mean::Good,
        "Completed" => Mean::Dim,
        "Pending" | "ContainerCreating" | "PodInitializing" | "Running" => Mean::Warning,
        status if status.starts_with("Init:") && status.contains('/') => Mean::Warning,
        _ => Mean::Fault,
    }
}

fn object_cells(look: &Look, now: Timestamp, object: &ObjectRow) -> Vec<Cell> {
    let text = look.style(if object.deleting { Mean::Dim } else { Mean::Text });
    let own = object.columns.iter().map(|(_, cell)| (cell.clone(), text));
    std::iter::once((object.name.clone(), text))
        .chain(own)
        .chain([(since(now, object.created), text)])
        .collect()
}

/// What `-o wide` adds to the kinds that make pods, or choose them.
fn wide(attempt: &Attempt, row: &ObjectRow) -> Vec<(&'static str, String)> {
    let makes = matches!(row.kind.as_str(), "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "CronJob");
    if !attempt.wide || !(makes || row.kind == "Service") {
        return Vec::new();
    }
    let pairs: Vec<String> = row.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let or_none = |text: String| if text.is_empty() { "<none>".to_owned() } else { text };
    let images = makes.then(|| ("IMAGES", row.images.join(",")));
    images.into_iter().chain([("SELECTOR", or_none(pairs.join(",")))]).collect()
}

/// Cells set in columns; the first column gives way where the width does not suffice.
fn columns(look: &Look, headings: &[String], rows: &[Vec<Cell>], width: usize) -> Vec<Line<'static>> {
    let mut wide: Vec<usize> = headings.iter().map(|heading| heading.width()).collect();
    for row in rows {
        for (column, (text, _)) in row.iter().enumerate().take(wide.len()) {
            wide[column] = wide[column].max(text.width());
        }
    }
    let others: usize = wide.iter().skip(1).map(|width| width + 2).sum();
    let room = width.saturating_sub(others + 2).max(12);
    if let Some(first) = wide.first_mut() {
        *first = (*first).min(room);
    }
    let line = |cells: Vec<Cell>| {
        let mut spans = vec![Span::raw("  ")];
        for ((text, style), width) in cells.into_iter().zip(&wide) {
            spans.push(Span::styled(padded(&shortened(look, &text, *width), *width), style));
            spans.push(Span::raw("  "));
        }
        Line::from(spans)
    };
    let heading = headings.iter().map(|heading| (heading.clone(), look.style(Mean::Dim))).collect();
    std::iter::once(line(heading)).chain(rows.iter().cloned().map(line)).collect()
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
