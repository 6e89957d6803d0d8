//! The timeline: actions on the axis, their effects beneath them.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::Pen;
use crate::lab::timeline::{Moment, Tone, clock, moments, said};
use crate::lab::{Model, Screen};
use crate::ui::pane::wrap_spans;
use crate::ui::theme::{Look, Mean, Sign};

pub(super) fn draw(pen: &mut Pen, model: &Model, scroll: usize) {
    let Screen::Attempt(attempt) = &model.screen else { return };
    let (look, width) = (pen.look, pen.width());
    let moments = moments(attempt);
    let mut lines: Vec<Line> = moments.iter().flat_map(|moment| rows(look, moment, width)).collect();
    if lines.is_empty() {
        lines.push(Line::styled("Nothing has happened yet: b breaks the cluster.", look.style(Mean::Dim)));
    }
    pen.page("Timeline", Line::styled("S saves it as Markdown", look.style(Mean::Dim)), lines, scroll);
}

fn rows(look: &Look, moment: &Moment, width: usize) -> Vec<Line<'static>> {
    let (mean, sign) = match moment.tone {
        Tone::Action => (Mean::Strong, look.sign(Sign::Live)),
        Tone::Help => (Mean::Dim, look.sign(Sign::Unmet)),
        Tone::Plain => (Mean::Text, look.sign(Sign::Corner)),
        Tone::Warning => (Mean::Warning, look.sign(Sign::Corner)),
        Tone::Fault => (Mean::Fault, look.sign(Sign::Warning)),
        Tone::Good => (Mean::Good, look.sign(Sign::Met)),
    };
    let bar = look.sign(Sign::Axis);
    let when = match moment.after {
        None => clock(moment.at),
        Some(after) => format!("+{} s", after.as_secs().max(0)),
    };
    let indent = "  ".repeat(moment.depth.saturating_sub(1));
    let (axis, lead) = match moment.depth {
        0 => (String::new(), format!("{sign} ")),
        _ => (format!("{bar} {indent}"), format!("{sign} ")),
    };
    let hang = 10 + axis.width() + lead.width();
    let wrapped = wrap_spans(vec![(said(moment), look.style(mean))], width.saturating_sub(hang), 0);
    let lead_mean = match moment.tone {
        Tone::Action => Mean::Key,
        Tone::Plain => Mean::Frame,
        _ => mean,
    };
    let mut lines: Vec<Line> = Vec::new();
    // A blank stretch of the axis before each action.
    if moment.depth == 0 && moment.tone == Tone::Action {
        lines.push(Line::default());
    }
    for (number, line) in wrapped.into_iter().enumerate() {
        let mut spans = if number == 0 {
            vec![
                Span::styled(format!("{when:>8}  "), look.style(Mean::Dim)),
                Span::styled(axis.clone(), look.style(Mean::Frame)),
                Span::styled(lead.clone(), look.style(lead_mean)),
            ]
        } else {
            vec![
                Span::raw(" ".repeat(10)),
                Span::styled(format!("{bar:<width$}", width = hang - 10), look.style(Mean::Frame)),
            ]
        };
        spans.extend(line.spans);
        lines.push(Line::from(spans));
    }
    lines
}
