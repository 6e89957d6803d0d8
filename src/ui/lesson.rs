//! The lesson: Markdown, with its folds.

mod memo;

use std::rc::Rc;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::markdown;
use super::pane::{self, framed, percent, scrolled, wrap_spans};
use super::theme::{Look, Mean, Sign};
use crate::lab::lesson::{FoldLine, Place, Shown, Stop, marked, shown};
use crate::lab::msg::Measures;
use crate::lab::{Attempt, Pane};
use crate::scenario::Fold;
use crate::scenario::commands::{blocks, commands};

/// Draws the lesson's pane.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, attempt: &Attempt, measures: &mut Measures) {
    let width = usize::from(area.width.saturating_sub(4));
    let laid = lesson(attempt, width, look);
    let lines = &laid.lines;
    let visible = usize::from(area.height.saturating_sub(2));
    measures.parts.clone_from(&laid.parts);
    measures.commands.clone_from(&laid.commands);
    let revealed = |place| laid.parts.iter().find(|(part, _)| *part == place).map(|(_, row)| *row);
    let from = attempt.memory.reveal.and_then(revealed).unwrap_or(attempt.scroll.lesson);
    let stop = marked(attempt, measures, visible);
    let mut right = enter(look, attempt, stop, width);
    right.push(Span::styled(percent(from, lines.len(), visible), look.style(Mean::Dim)));
    let title = Line::styled("Scenario", look.style(if attempt.focus == Pane::Lesson { Mean::Key } else { Mean::Strong }));
    let inside = framed(frame, look, area, attempt.focus == Pane::Lesson, title, Line::from(right));
    scrolled(frame, inside, lines, from, Pane::Lesson, measures);
    let from = from.min(lines.len().saturating_sub(visible));
    if let Some((row, line)) = stop.and_then(|stop| mark(look, &laid, attempt, stop))
        && let Some(area) = row.checked_sub(from).and_then(|row| inside.rows().nth(row))
    {
        pane::laid(frame, area, [&line]);
    }
}

/// From this width on there is room for what copies a command, too.
const COPIES: usize = 44;

/// What Enter does with the mark, for the frame's right end.
fn enter(look: &Look, attempt: &Attempt, stop: Option<Stop>, width: usize) -> Vec<Span<'static>> {
    let said: &[(&str, &str)] = match stop.filter(|_| attempt.focus == Pane::Lesson) {
        Some(Stop::Command(_)) if width >= COPIES => &[("Enter", "types it"), (".", "copies it")],
        Some(Stop::Command(_)) => &[("Enter", "types it")],
        Some(Stop::Fold(part)) if shown(attempt).iter().any(|shown| shown.part == part && shown.body.is_some()) => &[("Enter", "shuts it")],
        Some(Stop::Fold(_)) => &[("Enter", "opens it")],
        None => &[],
    };
    let key = |(key, does): &(&'static str, &str)| {
        [
            Span::styled(*key, look.style(Mean::Key)),
            Span::styled(format!(" {does}  "), look.style(Mean::Dim)),
        ]
    };
    said.iter().flat_map(key).collect()
}

/// The row that shows which command Enter types, or which fold it turns.
fn mark(look: &Look, laid: &Laid, attempt: &Attempt, stop: Stop) -> Option<(usize, Line<'static>)> {
    let fold = match stop {
        Stop::Command(_) => None,
        Stop::Fold(part) if attempt.focus == Pane::Lesson => laid.parts.iter().find(|(one, _)| *one == part),
        Stop::Fold(_) => return None,
    };
    let command = laid.commands.iter().find(|(one, _)| Stop::Command(*one) == stop);
    let row = fold.map(|(_, row)| *row).or(command.map(|(_, row)| *row))?;
    let mut line = laid.lines.get(row)?.clone();
    if fold.is_some() {
        mark_fold(&mut line);
        return Some((row, line));
    }
    let first = line.spans.iter_mut().find(|span| span.content.starts_with("  "))?;
    first.content = first.content[2..].to_owned().into();
    let sign = Span::styled(format!("{} ", look.sign(Sign::Next)), look.style(Mean::Key).patch(look.shade()));
    line.spans.insert(0, sign);
    Some((row, line))
}

/// The fold's sign is turned over.
fn mark_fold(line: &mut Line<'static>) {
    if line.spans.is_empty() {
        return;
    }
    let first = line.spans.remove(0);
    let (sign, rest) = first.content.split_once(' ').unwrap_or((&first.content, ""));
    let sign = Span::styled(sign.to_owned(), first.style.add_modifier(Modifier::REVERSED));
    let rest = Span::styled(format!(" {rest}"), first.style);
    line.spans.splice(0..0, [sign, rest]);
}

/// A lesson's rows, and the row on which each part and each command begins.
#[derive(Debug, Default)]
struct Laid {
    lines: Vec<Line<'static>>,
    parts: Vec<(usize, usize)>,
    commands: Vec<(Place, usize)>,
}

/// The lesson as it may be read now, at a width.
fn lesson(attempt: &Attempt, width: usize, look: &Look) -> Rc<Laid> {
    let (parts, note) = (shown(attempt), attempt.scenario.inference());
    memo::recall((&parts, &note, width, look), || lay(&parts, note.as_deref(), width, look))
}

fn lay(shown: &[Shown], note: Option<&str>, width: usize, look: &Look) -> Laid {
    let mut laid = Laid::default();
    let mut waits = false;
    for part in shown {
        let lines = &mut laid.lines;
        // Folds that follow each other stand together; all else keeps a blank row.
        let together = part.fold.is_some() && lines.last().is_some_and(|line| line.spans.first().is_some_and(|span| is_fold(look, span)));
        if !together && lines.last().is_some_and(|line| line.width() > 0) {
            lines.push(Line::default());
        }
        laid.parts.push((part.part, lines.len()));
        if let Some(fold) = &part.fold {
            // What waits for the end says so once.
            let again = fold.kind == Fold::Answer && std::mem::replace(&mut waits, true);
            lines.extend(fold_lines(fold, !again, width, look));
        }
        let indent = if part.fold.is_some() { 2 } else { 0 };
        let body = part.body.unwrap_or_default();
        let (rows, code) = markdown::lines_and_code(body, width - indent, look, false);
        let commands = places(part.part, body, &code);
        laid.commands.extend(commands.map(|(place, row)| (place, lines.len() + row)));
        for mut line in rows {
            if indent > 0 {
                line.spans.insert(0, Span::raw("  "));
            }
            lines.push(line);
        }
    }
    if laid.lines.is_empty() {
        let what = "This scenario has no README.md: its manifests are all there is to go by.";
        laid.lines.extend(wrap_spans(vec![(what.to_owned(), look.style(Mean::Warning))], width, 0));
    }
    if let Some(note) = note {
        laid.lines.push(Line::default());
        laid.lines.extend(wrap_spans(vec![(note.to_owned(), look.style(Mean::Dim))], width, 0));
    }
    laid
}

/// The commands of a part's blocks, and the rows of the part that they begin on.
fn places(part: usize, body: &str, code: &[Vec<usize>]) -> impl Iterator<Item = (Place, usize)> {
    let mut places = Vec::new();
    for (block, (found, rows)) in blocks(body).iter().zip(code).enumerate() {
        for (command, one) in commands(found).iter().enumerate() {
            places.extend(rows.get(one.line).map(|row| (Place { part, block, command }, *row)));
        }
    }
    places.into_iter()
}

fn is_fold(look: &Look, span: &Span) -> bool {
    [look.sign(Sign::Shut), look.sign(Sign::Open)].iter().any(|sign| span.content.starts_with(sign))
}

fn fold_lines(fold: &FoldLine, noted: bool, width: usize, look: &Look) -> Vec<Line<'static>> {
    let sign = look.sign(if fold.open { Sign::Open } else { Sign::Shut });
    let quiet = fold.locked || (fold.kind == Fold::Answer && !fold.open);
    let strong = if quiet { Mean::Dim } else { Mean::Strong };
    let mark = if quiet { Mean::Dim } else { Mean::Key };
    let label = if fold.label.is_empty() || fold.label == "Answer" {
        String::new()
    } else {
        format!("{}  ", fold.label)
    };
    let summary = if fold.label == "Solution" { "" } else { fold.summary };
    let mut words = vec![
        (format!("{sign} "), look.style(mark)),
        (label, look.style(strong)),
        (format!("{summary}  "), look.style(if quiet { Mean::Dim } else { Mean::Text })),
    ];
    if noted {
        words.push((fold.note.clone(), look.style(Mean::Dim)));
    }
    words.retain(|(text, _)| !text.trim().is_empty());
    wrap_spans(words, width, 2)
}
