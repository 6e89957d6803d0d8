//! The event feed: one row an event, ordered by when last seen, wrapped.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::pane::{framed, padded, scrolled, squeezed, wrap_spans};
use super::table::{filtered, since};
use super::theme::{Look, Mean, Sign};
use crate::cluster::snapshot::EventRow;
use crate::lab::feed::at_hand;
use crate::lab::msg::Measures;
use crate::lab::order::Of;
use crate::lab::table::events;
use crate::lab::{Attempt, Model, Pane, Stage};
use crate::scenario::clue::Source;

/// Columns before the message: the bar, when last seen, how often, the sign.
const LEAD: usize = 2 + 6 + 4 + 2;
/// Columns of REASON at least, where there is room for it.
const REASON: usize = 18;
/// From this height on events are wrapped and not shortened.
const WHOLE: usize = 5;

/// Draws the feed's pane.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, model: &Model, attempt: &Attempt, measures: &mut Measures) {
    let rows = events(attempt);
    let title = Line::styled("Events", look.style(if attempt.focus == Pane::Events { Mean::Key } else { Mean::Strong }));
    let inside = framed(frame, look, area, attempt.focus == Pane::Events, title, right(look, attempt, rows.len()));
    let width = usize::from(inside.width);
    if rows.is_empty() {
        let key = |key: &str| (key.to_owned(), look.style(Mean::Key));
        let text = |text: &str| (text.to_owned(), look.style(Mean::Dim));
        let words = match attempt.stage {
            Stage::Ready => vec![text("What the cluster says stands here, as it happens: press "), key("b"), text(".")],
            Stage::Failed => vec![text("Nothing is known: the cluster could not be opened.")],
            _ if !attempt.order.events.is_empty() => vec![text("No event fits the filter.")],
            _ if attempt.warnings_only => vec![text("No warnings.")],
            _ => vec![text("No events yet.")],
        };
        scrolled(frame, inside, &wrap_spans(words, width, 0), 0, Pane::Events, measures);
        return;
    }
    let clue = attempt
        .clue
        .as_ref()
        .and_then(|clue| if let Source::Event(uid) = &clue.source { Some(uid) } else { None });
    // The clue stands in full above the feed; a low feed has a row for each event.
    let brief = usize::from(inside.height) < WHOLE && !attempt.zoom;
    let pinned = |event: &EventRow| clue == Some(&event.uid);
    let reasons = rows.iter().map(|event| event.reason.width() + 1).max().unwrap_or(0).max(REASON);
    let laid = |event: &EventRow, brief: bool| event_lines(look, model, event, pinned(event), brief, (width, reasons));
    let whole = |event: &&EventRow| laid(event, brief || (pinned(event) && !attempt.zoom));
    let mut all: Vec<Vec<Line>> = rows.iter().map(whole).collect();
    if attempt.scroll.events.is_none() {
        for cut in cut_at_top(&all, usize::from(inside.height)) {
            all[cut] = laid(rows[cut], true);
        }
    }
    let mut lines: Vec<Line> = Vec::new();
    for (event, rows) in rows.iter().zip(all) {
        measures.events.push((event.uid.clone(), lines.len()));
        lines.extend(rows);
    }
    if attempt.focus == Pane::Events {
        mark(look, attempt, measures, usize::from(inside.height), &mut lines);
    }
    let from = attempt.scroll.events.unwrap_or(usize::MAX);
    scrolled(frame, inside, &lines, from, Pane::Events, measures);
}

/// Where a feed that follows would begin within an event: that one and as many before it as then find room have a row each.
fn cut_at_top(all: &[Vec<Line>], visible: usize) -> std::ops::Range<usize> {
    let (mut first, mut used) = (all.len(), 0);
    while first > 0 && used + all[first - 1].len() <= visible {
        first -= 1;
        used += all[first].len();
    }
    first.saturating_sub(visible - used)..first
}

/// The event that Enter means.
fn mark(look: &Look, attempt: &Attempt, measures: &Measures, visible: usize, lines: &mut [Line]) {
    let at = at_hand(attempt, measures, visible);
    let row = measures.events.iter().find(|(uid, _)| Some(uid) == at.as_ref()).map(|(_, row)| *row);
    if let Some(first) = row.and_then(|row| lines.get_mut(row)).and_then(|line| line.spans.first_mut()) {
        *first = Span::styled(format!("{} ", look.sign(Sign::Next)), look.style(Mean::Key));
    }
}

fn right(look: &Look, attempt: &Attempt, count: usize) -> Line<'static> {
    let dim = look.style(Mean::Dim);
    let mut spans = Vec::new();
    let typing = attempt.order.typing == Some(Of::Events);
    if typing || !attempt.order.events.is_empty() {
        spans.extend(filtered(look, &attempt.order.events, typing, 0).spans);
    }
    if attempt.warnings_only {
        spans.push(Span::styled("warnings only  ", look.style(Mean::Warning)));
    }
    match (attempt.scroll.events, attempt.scroll.unseen) {
        (Some(_), 0) => spans.push(Span::styled("f follows", dim)),
        (Some(_), unseen) => spans.push(Span::styled(format!("{unseen} new {}", look.sign(Sign::Down)), look.style(Mean::Key))),
        (None, _) if count > 0 => spans.push(Span::styled(format!("following {}", look.sign(Sign::Live)), dim)),
        (None, _) => {}
    }
    Line::from(spans)
}

fn event_lines(look: &Look, model: &Model, event: &EventRow, clue: bool, brief: bool, (width, reasons): (usize, usize)) -> Vec<Line<'static>> {
    let mean = match (event.warning, clue) {
        (true, true) => Mean::Fault,
        (true, false) => Mean::Warning,
        (false, _) => Mean::Text,
    };
    let dim = look.style(Mean::Dim);
    let bar = if clue {
        Span::styled(format!("{} ", look.sign(Sign::Bar)), look.style(Mean::Fault))
    } else {
        Span::raw("  ")
    };
    let times = if event.count > 1 {
        format!("{}{}", look.sign(Sign::Times), event.count)
    } else {
        String::new()
    };
    let sign = if event.warning { look.sign(Sign::Warning) } else { "" };
    let columns = width >= 70;
    let lead = if columns { LEAD + reasons } else { LEAD };
    let mut words: Vec<(String, Style)> = Vec::new();
    if !columns {
        words.push((format!("{}  ", event.reason), look.style(mean)));
    }
    let room = width.saturating_sub(lead + words.first().map_or(0, |(reason, _)| reason.width()));
    let message = if brief { squeezed(look, &event.message, room) } else { event.message.clone() };
    words.push((message, look.style(if event.warning { mean } else { Mean::Text })));
    let head = vec![
        bar.clone(),
        Span::styled(padded(&since(model.now, event.last), 6), dim),
        Span::styled(padded(&times, 4), look.style(Mean::Text)),
        Span::styled(padded(sign, 2), look.style(mean)),
    ];
    let mut lines = wrap_spans(words, width.saturating_sub(lead), 0);
    for (number, line) in lines.iter_mut().enumerate() {
        let mut spans = if number == 0 {
            head.clone()
        } else {
            vec![bar.clone(), Span::raw(" ".repeat(LEAD - 2))]
        };
        if columns {
            let reason = if number == 0 { padded(&event.reason, reasons) } else { " ".repeat(reasons) };
            spans.push(Span::styled(reason, look.style(if event.warning { mean } else { Mean::Dim })));
        }
        spans.append(&mut line.spans);
        *line = Line::from(spans);
    }
    lines
}
