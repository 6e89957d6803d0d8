//! Two forms of the same objects: what went, what came, and which words of a line changed.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::Pen;
use crate::lab::DiffLine;
use crate::lab::compare::TITLE;
use crate::lab::diff::HEAD;
use crate::ui::pane::wrap_spans;
use crate::ui::theme::{Look, Mean};

/// What the solution changes, and what Enter does there.
pub(super) fn solution(pen: &mut Pen, lines: &[DiffLine], scroll: usize) {
    let look = pen.look;
    let width = usize::from(pen.area.width.min(96)).saturating_sub(4);
    let mut shown = rows(look, lines, width);
    shown.push(Line::default());
    shown.push(Line::from(vec![
        Span::styled("Enter", look.style(Mean::Key)),
        Span::styled(" applies it   ", look.style(Mean::Text)),
        Span::styled("Esc", look.style(Mean::Key)),
        Span::styled(" back; looking counts as help", look.style(Mean::Dim)),
    ]));
    pen.dialog(96, "What the solution changes", shown, scroll);
}

/// Broken beside live, and live beside the solution.
pub(super) fn compared(pen: &mut Pen, lines: Option<&[DiffLine]>, scroll: usize) {
    let look = pen.look;
    let shown = match lines {
        Some(lines) => rows(look, lines, pen.width()),
        None => vec![Line::styled("asking the cluster", look.style(Mean::Dim))],
    };
    let signs = Line::from(vec![
        Span::styled("- before  ", look.style(Mean::Fault)),
        Span::styled("+ after", look.style(Mean::Good)),
    ]);
    pen.page("Differences", signs, shown, scroll);
}

fn rows(look: &Look, lines: &[DiffLine], width: usize) -> Vec<Line<'static>> {
    lines.iter().flat_map(|line| row(look, line, width)).collect()
}

fn row(look: &Look, line: &DiffLine, width: usize) -> Vec<Line<'static>> {
    let (mean, mark) = match line.sign {
        '-' => (Mean::Fault, '-'),
        '+' => (Mean::Good, '+'),
        TITLE => return vec![Line::styled(line.text.clone(), look.style(Mean::Heading))],
        HEAD => (Mean::Strong, ' '),
        _ => (Mean::Dim, ' '),
    };
    let style = look.style(mean);
    let mut words = vec![(format!("{mark} "), style)];
    words.extend(pieces(line, style));
    let indent = 4 + line.text.width() - line.text.trim_start().width();
    wrap_spans(words, width, indent.min(width / 2))
}

/// The text, with what changed in it standing out in shape as well as in colour.
fn pieces(line: &DiffLine, style: Style) -> Vec<(String, Style)> {
    let loud = style.add_modifier(Modifier::BOLD | Modifier::REVERSED);
    let mut pieces = Vec::new();
    let mut at = 0;
    for range in &line.marked {
        pieces.push((line.text.get(at..range.start).unwrap_or_default().to_owned(), style));
        pieces.push((line.text.get(range.clone()).unwrap_or_default().to_owned(), loud));
        at = range.end;
    }
    pieces.push((line.text.get(at..).unwrap_or_default().to_owned(), style));
    pieces.retain(|(text, _)| !text.is_empty());
    pieces
}
