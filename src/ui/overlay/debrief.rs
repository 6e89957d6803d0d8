//! The debrief: what was learned, the pitfalls, where to go deeper, what comes next.

use ratatui::text::{Line, Span};

use super::Pen;
use crate::lab::{Attempt, Model, Screen, drill};
use crate::ui::markdown;
use crate::ui::theme::{Look, Mean, Sign};

pub(super) fn draw(pen: &mut Pen, model: &Model, scroll: usize) {
    let Screen::Attempt(attempt) = &model.screen else { return };
    let width = usize::from(pen.area.width.min(100).saturating_sub(4));
    let (title, lines) = match drill::report(attempt) {
        Some(report) => ("Drill", markdown::lines(&report, width, pen.look, true)),
        None => ("Solved", lines(pen.look, attempt, width)),
    };
    pen.dialog(100, title, lines, scroll);
}

fn lines(look: &Look, attempt: &Attempt, width: usize) -> Vec<Line<'static>> {
    let lesson = &attempt.scenario.lesson;
    let mut lines = vec![Line::from(vec![
        Span::styled(format!("{} {}", look.sign(Sign::Met), attempt.scenario.title), look.style(Mean::Good)),
        Span::styled(format!("   {}", how(attempt)), look.style(Mean::Dim)),
    ])];
    let mut section = |title: &str, items: &[String], sign: &str, mean: Mean| {
        if items.is_empty() {
            return;
        }
        lines.push(Line::default());
        lines.push(Line::styled(title.to_owned(), look.style(Mean::Strong)));
        for item in items {
            for (row, mut line) in markdown::lines(item, width.saturating_sub(2), look, false).into_iter().enumerate() {
                let lead = if row == 0 {
                    Span::styled(format!("{sign} "), look.style(mean))
                } else {
                    Span::raw("  ")
                };
                line.spans.insert(0, lead);
                lines.push(line);
            }
        }
    };
    section("What you learned", &lesson.learned, look.sign(Sign::Met), Mean::Good);
    section("Common pitfalls", &lesson.pitfalls, look.sign(Sign::Warning), Mean::Warning);
    if !lesson.deeper.is_empty() {
        lines.push(Line::default());
        lines.push(Line::styled("Going deeper", look.style(Mean::Strong)));
        lines.extend(markdown::lines(&lesson.deeper, width, look, true));
    }
    lines.push(Line::default());
    let key = |key: &'static str| Span::styled(key, look.style(Mean::Key));
    let text = |text: &'static str| Span::styled(text, look.style(Mean::Text));
    lines.push(Line::from(vec![
        key("n"),
        text(" next scenario   "),
        key("Esc"),
        text(" look around   "),
        key("c"),
        text(" there: clean up"),
    ]));
    lines
}

/// How it was solved: time and help.
fn how(attempt: &Attempt) -> String {
    let seconds = attempt
        .began
        .zip(attempt.solved_at)
        .map_or(0, |(began, solved)| solved.duration_since(began).as_secs());
    let mut help = Vec::new();
    if attempt.hints > 0 {
        help.push(format!("{} {}", attempt.hints, if attempt.hints == 1 { "hint" } else { "hints" }));
    }
    if attempt.solution_seen {
        help.push("the solution".to_owned());
    }
    let help = if help.is_empty() { "no help".to_owned() } else { help.join(" and ") };
    format!("in {}:{:02} with {help}", seconds / 60, seconds % 60)
}
