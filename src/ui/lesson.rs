//! The lesson: Markdown, with its folds.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::markdown;
use super::pane::{framed, percent, scrolled, wrap_spans};
use super::theme::{Look, Mean, Sign};
use crate::lab::lesson::{FoldLine, Place, Stop, marked, shown};
use crate::lab::msg::Measures;
use crate::lab::{Attempt, Pane};
use crate::scenario::Fold;
use crate::scenario::commands::{blocks, commands};

/// Draws the lesson's pane.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, attempt: &Attempt, measures: &mut Measures) {
    let width = usize::from(area.width.saturating_sub(4));
    let (mut lines, parts, commands) = lines(attempt, width, look);
    let visible = usize::from(area.height.saturating_sub(2));
    (measures.parts, measures.commands) = (parts, commands);
    mark(look, &mut lines, attempt, measures, visible);
    let revealed = |place| measures.parts.iter().find(|(part, _)| *part == place).map(|(_, row)| *row);
    let from = attempt.memory.reveal.and_then(revealed).unwrap_or(attempt.scroll.lesson);
    let mut right = enter(look, attempt, marked(attempt, measures, visible), width);
    right.push(Span::styled(percent(from, lines.len(), visible), look.style(Mean::Dim)));
    let title = Line::styled("Scenario", look.style(if attempt.focus == Pane::Lesson { Mean::Key } else { Mean::Strong }));
    let inside = framed(frame, look, area, attempt.focus == Pane::Lesson, title, Line::from(right));
    scrolled(frame, inside, lines, from, Pane::Lesson, measures);
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

/// Shows which command Enter types, or which fold it turns.
fn mark(look: &Look, lines: &mut [Line<'static>], attempt: &Attempt, measures: &Measures, visible: usize) {
    let place = match marked(attempt, measures, visible) {
        Some(Stop::Command(place)) => place,
        Some(Stop::Fold(part)) if attempt.focus == Pane::Lesson => return mark_fold(lines, measures, part),
        _ => return,
    };
    let row = measures.commands.iter().find(|(one, _)| *one == place).map(|(_, row)| *row);
    let Some(line) = row.and_then(|row| lines.get_mut(row)) else { return };
    let Some(first) = line.spans.iter_mut().find(|span| span.content.starts_with("  ")) else {
        return;
    };
    first.content = first.content[2..].to_owned().into();
    let sign = Span::styled(format!("{} ", look.sign(Sign::Next)), look.style(Mean::Key).patch(look.shade()));
    line.spans.insert(0, sign);
}

/// Shows which fold Enter turns.
fn mark_fold(lines: &mut [Line<'static>], measures: &Measures, part: usize) {
    let row = measures.parts.iter().find(|(one, _)| *one == part).map(|(_, row)| *row);
    let Some(line) = row.and_then(|row| lines.get_mut(row)).filter(|line| !line.spans.is_empty()) else {
        return;
    };
    let first = line.spans.remove(0);
    let (sign, rest) = first.content.split_once(' ').unwrap_or((&first.content, ""));
    let sign = Span::styled(sign.to_owned(), first.style.add_modifier(Modifier::REVERSED));
    let rest = Span::styled(format!(" {rest}"), first.style);
    line.spans.splice(0..0, [sign, rest]);
}

/// Rows, the parts' first rows, and the commands' rows.
type Laid = (Vec<Line<'static>>, Vec<(usize, usize)>, Vec<(Place, usize)>);

/// The lesson's rows, and the row on which each part and each command begins.
pub fn lines(attempt: &Attempt, width: usize, look: &Look) -> Laid {
    let (mut lines, mut parts, mut commands): Laid = Default::default();
    let mut waits = false;
    for part in shown(attempt) {
        // Folds that follow each other stand together; all else keeps a blank row.
        let together = part.fold.as_ref().is_some_and(|_| {
            lines
                .last()
                .is_some_and(|line: &Line| line.spans.first().is_some_and(|span| is_fold(look, span)))
        });
        if !together && lines.last().is_some_and(|line| line.width() > 0) {
            lines.push(Line::default());
        }
        parts.push((part.part, lines.len()));
        if let Some(fold) = &part.fold {
            // What waits for the end says so once.
            let again = fold.kind == Fold::Answer && std::mem::replace(&mut waits, true);
            lines.extend(fold_lines(fold, !again, width, look));
        }
        let indent = if part.fold.is_some() { 2 } else { 0 };
        let body = part.body.unwrap_or_default();
        let (rows, code) = markdown::lines_and_code(body, width - indent, look, false);
        commands.extend(places(part.part, body, &code).map(|(place, row)| (place, lines.len() + row)));
        for mut line in rows {
            if indent > 0 {
                line.spans.insert(0, Span::raw("  "));
            }
            lines.push(line);
        }
    }
    if lines.is_empty() {
        let what = "This scenario has no README.md: its manifests are all there is to go by.";
        lines.extend(wrap_spans(vec![(what.to_owned(), look.style(Mean::Warning))], width, 0));
    }
    if let Some(note) = attempt.scenario.inference() {
        lines.push(Line::default());
        lines.extend(wrap_spans(vec![(note, look.style(Mean::Dim))], width, 0));
    }
    (lines, parts, commands)
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
