//! The map: both chains, beside each other where there is room; a broken link with its two texts beneath.

use ratatui::text::{Line, Span};

use super::Pen;
use crate::lab::map::{State, Stop, others, paths, workloads};
use crate::lab::{Model, Screen};
use crate::scenario::clue::Clue;
use crate::ui::pair;
use crate::ui::pane::wrap_spans;
use crate::ui::theme::{Look, Mean, Sign};

/// From this width on the chains stand beside each other.
const BESIDE: usize = 110;

pub(super) fn draw(pen: &mut Pen, model: &Model, scroll: usize) {
    let Screen::Attempt(attempt) = &model.screen else { return };
    let (look, width) = (pen.look, pen.width());
    let clue = attempt.clue.as_ref();
    let makes = ("What makes the pods", workloads(&attempt.snapshot));
    let leads = ("What leads to them", paths(&attempt.snapshot));
    let beside_them = ("Beside them", others(&attempt.snapshot));
    let parts: Vec<_> = [&makes, &leads, &beside_them].into_iter().filter(|(_, stops)| !stops.is_empty()).collect();
    let mut lines = Vec::new();
    if parts.is_empty() {
        lines.push(Line::styled("Nothing is here yet: b breaks the cluster.", look.style(Mean::Dim)));
    } else if width >= BESIDE && !leads.1.is_empty() {
        let half = (width - 3) / 2;
        let left = stacked(look, clue, &parts, half, |title| title != leads.0);
        lines.extend(beside(look, left, chain(look, clue, &leads, half), half));
    } else {
        lines.extend(stacked(look, clue, &parts, width, |_| true));
    }
    pen.page("Map", Line::styled("S saves it as Markdown", look.style(Mean::Dim)), lines, scroll);
}

/// Parts beneath each other, a blank row between two.
fn stacked(look: &Look, clue: Option<&Clue>, parts: &[&(&'static str, Vec<Stop>)], width: usize, wanted: impl Fn(&str) -> bool) -> Vec<Line<'static>> {
    let mut lines: Vec<Line> = Vec::new();
    for part in parts.iter().filter(|(title, _)| wanted(title)) {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(chain(look, clue, part, width));
    }
    lines
}

fn beside(look: &Look, left: Vec<Line<'static>>, right: Vec<Line<'static>>, half: usize) -> Vec<Line<'static>> {
    let rows = left.len().max(right.len());
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let bar = Span::styled(format!("{}  ", look.sign(Sign::Axis)), look.style(Mean::Frame));
    let row = |_| {
        let mut line = left.next().unwrap_or_default();
        let room = half.saturating_sub(line.width());
        line.spans.push(Span::raw(" ".repeat(room)));
        line.spans.push(bar.clone());
        line.spans.extend(right.next().unwrap_or_default().spans);
        line
    };
    (0..rows).map(row).collect()
}

fn chain(look: &Look, clue: Option<&Clue>, (title, stops): &(&'static str, Vec<Stop>), width: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled(*title, look.style(Mean::Heading)), Line::default()];
    let mut depth = 0;
    for stop in stops {
        // a new chain stands apart
        if stop.depth == 0 && depth > 0 {
            lines.push(Line::default());
        }
        depth = stop.depth;
        lines.extend(rows(look, stop, width.saturating_sub(1)));
        // A pair says the same already.
        if let Some(clue) = clue.filter(|clue| clue.pair.is_none() && clue.about.kind == stop.kind && clue.about.name == stop.name) {
            lines.extend(said(look, clue, stop.depth * 3 + 2, width.saturating_sub(1)));
        }
    }
    lines
}

/// The clue under the object that it is about.
fn said(look: &Look, clue: &Clue, indent: usize, width: usize) -> Vec<Line<'static>> {
    let words = vec![
        (format!("{}{} ", " ".repeat(indent), look.sign(Sign::Warning)), look.style(Mean::Fault)),
        (clue.text.clone(), look.style(Mean::Text)),
    ];
    wrap_spans(words, width, indent + 2)
}

fn rows(look: &Look, stop: &Stop, width: usize) -> Vec<Line<'static>> {
    let (mean, sign) = match stop.state {
        State::Plain => (Mean::Text, look.sign(Sign::Bullet)),
        State::Good => (Mean::Good, look.sign(Sign::Met)),
        State::Waiting => (Mean::Warning, look.sign(Sign::Unmet)),
        State::Broken => (Mean::Fault, look.sign(Sign::Bad)),
    };
    let lead = match stop.depth {
        0 => String::new(),
        depth => format!("{}{} ", "   ".repeat(depth - 1), look.sign(Sign::Corner)),
    };
    let indent = stop.depth * 3 + 2;
    let (note, name) = match stop.state {
        State::Broken => (Mean::Fault, Mean::Fault),
        _ => (Mean::Dim, Mean::Strong),
    };
    let spans = vec![
        (lead, look.style(Mean::Frame)),
        (format!("{sign} "), look.style(mean)),
        (format!("{} ", stop.kind), look.style(Mean::Dim)),
        (format!("{}  ", stop.name), look.style(name)),
        (stop.note.clone(), look.style(note)),
    ];
    let mut lines = wrap_spans(spans, width, indent);
    if let Some(two) = &stop.pair {
        for mut line in pair::lines(look, two, true, width.saturating_sub(indent)) {
            line.spans.insert(0, Span::raw(" ".repeat(indent)));
            lines.push(line);
        }
    }
    lines
}
