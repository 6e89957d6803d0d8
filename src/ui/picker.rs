//! The picker: every scenario with number, title, level, minutes and how far the learner came.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::bars::level;
use super::markdown;
use super::pane::{framed, laid, padded, scrolled, shortened, wrap_spans};
use super::theme::{Look, Mean, Sign};
use crate::lab::msg::{Measures, Solved};
use crate::lab::picker::shown;
use crate::lab::{Card, Model, Pane, Picker};
use crate::scenario::{Part, Scenario};

/// Below this width the selected scenario's story has no room beside the list.
const BESIDE: u16 = 120;

/// Columns of the level and of the minutes.
const LEVEL: usize = 14;
const MINUTES: usize = 9;

/// Draws the list, and the selected scenario beside or beneath it.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, model: &Model, picker: &Picker, measures: &mut Measures) {
    let places = shown(&model.cards, &picker.filter);
    let [list, story] = if area.width >= BESIDE {
        Layout::horizontal([Constraint::Percentage(55), Constraint::Percentage(45)]).areas(area)
    } else {
        Layout::vertical([Constraint::Min(6), Constraint::Length(area.height / 2)]).areas(area)
    };
    let filter = match (picker.filtering, picker.filter.is_empty()) {
        (true, _) => Line::styled(format!("/{}_", picker.filter), look.style(Mean::Key)),
        (false, false) => Line::styled(format!("/{}", picker.filter), look.style(Mean::Warning)),
        (false, true) => Line::styled(format!("{}{}", count(&model.cards), hidden(look, places.len(), list)), look.style(Mean::Dim)),
    };
    let inside = framed(frame, look, list, true, Line::styled("Scenarios", look.style(Mean::Key)), filter);
    let width = usize::from(inside.width);
    let room = titles(look, &model.cards, width);
    let rows: Vec<Line> = places
        .iter()
        .enumerate()
        .map(|(row, place)| row_line(look, &model.cards[*place], row == picker.selected, room))
        .collect();
    let lines = if rows.is_empty() {
        vec![Line::styled("No scenario is called so; Esc takes the filter away.", look.style(Mean::Dim))]
    } else {
        rows
    };
    let from = picker.selected.saturating_sub(usize::from(inside.height).saturating_sub(1));
    scrolled(frame, inside, &lines, from, Pane::Lesson, measures);
    if let Some(card) = places.get(picker.selected).and_then(|place| model.cards.get(*place)) {
        about(frame, look, story, card);
    }
}

/// ` · 8 more ↓`, where the list has more rows than it shows.
fn hidden(look: &Look, rows: usize, list: Rect) -> String {
    match rows.saturating_sub(usize::from(list.height.saturating_sub(2))) {
        0 => String::new(),
        more => format!(" {} {more} more {}", look.sign(Sign::Dot), look.sign(Sign::Down)),
    }
}

/// `3 of 20 solved`
fn count(cards: &[Card]) -> String {
    let solved = cards.iter().filter(|card| matches!(card.state, Solved::Solved | Solved::WithoutHelp)).count();
    match solved {
        0 => format!("{} scenarios", cards.len()),
        _ => format!("{solved} of {} solved", cards.len()),
    }
}

/// Columns of the titles: what the longest wants, as far as the other columns leave it.
fn titles(look: &Look, cards: &[Card], width: usize) -> usize {
    let loaded = cards.iter().filter_map(|card| card.scenario.as_ref().ok());
    let longest = loaded.map(|scenario| scenario.title.width() + 3).max().unwrap_or(0);
    let states = cards.iter().map(|card| state(look, card).1.width() + 2).max().unwrap_or(0);
    longest.min(width.saturating_sub(2 + 4 + LEVEL + MINUTES + states))
}

fn row_line(look: &Look, card: &Card, selected: bool, room: usize) -> Line<'static> {
    let bar = if selected { look.sign(Sign::Bar) } else { " " };
    let mut spans = vec![Span::styled(format!("{bar} "), look.style(Mean::Key))];
    match &card.scenario {
        Err(_) => {
            spans.push(Span::styled(format!("{} {}", look.sign(Sign::Bad), card.folder), look.style(Mean::Fault)));
            spans.push(Span::styled("  does not load", look.style(Mean::Dim)));
        }
        Ok(scenario) => {
            let (sign, word, mean) = state(look, card);
            let right = format!("{:<LEVEL$}{:>3} min  ", level(scenario.level), scenario.minutes);
            let number = scenario.number.map(|number| format!("{number:02}")).unwrap_or_default();
            spans.push(Span::styled(format!("{number:<4}"), look.style(Mean::Dim)));
            spans.push(Span::styled(
                padded(&shortened(look, &scenario.title, room.saturating_sub(1)), room),
                look.style(if selected { Mean::Strong } else { Mean::Text }),
            ));
            spans.push(Span::styled(right, look.style(Mean::Dim)));
            spans.push(Span::styled(format!("{sign} {word}"), look.style(mean)));
        }
    }
    Line::from(spans)
}

fn state(look: &Look, card: &Card) -> (&'static str, String, Mean) {
    let best = card.best.map(|seconds| format!(" {}:{:02}", seconds / 60, seconds % 60)).unwrap_or_default();
    match card.state {
        Solved::New => (look.sign(Sign::Unmet), "new".to_owned(), Mean::Dim),
        Solved::Begun => (look.sign(Sign::Unmet), "begun".to_owned(), Mean::Warning),
        Solved::Solved => (look.sign(Sign::Met), format!("solved{best}"), Mean::Good),
        Solved::WithoutHelp => (look.sign(Sign::Met), format!("without hints{best}"), Mean::Good),
    }
}

fn about(frame: &mut Frame, look: &Look, area: Rect, card: &Card) {
    let title = card.scenario.as_ref().map_or_else(|_| card.folder.clone(), |scenario| scenario.title.clone());
    let inside = framed(frame, look, area, false, Line::styled(title, look.style(Mean::Strong)), Line::default());
    let width = usize::from(inside.width);
    let lines = match &card.scenario {
        Ok(scenario) => story(look, scenario, width),
        Err(error) => error
            .lines()
            .flat_map(|line| wrap_spans(vec![(line.to_owned(), look.style(Mean::Text))], width, 0))
            .collect(),
    };
    laid(frame, inside, &lines);
}

/// The challenge, and what one learns.
fn story(look: &Look, scenario: &Scenario, width: usize) -> Vec<Line<'static>> {
    let text = scenario.lesson.parts.iter().find_map(|part| match part {
        Part::Text(text) => challenge(text),
        Part::Fold { .. } => None,
    });
    let mut lines = text.map(|text| markdown::lines(&text, width, look, false)).unwrap_or_default();
    if !scenario.lesson.objectives.is_empty() {
        lines.push(Line::default());
        lines.push(Line::styled("You will learn to", look.style(Mean::Dim)));
        for objective in &scenario.lesson.objectives {
            lines.extend(markdown::lines(&format!("- {objective}"), width, look, false));
        }
    }
    lines
}

/// What stands under the heading that says challenge.
fn challenge(text: &str) -> Option<String> {
    let mut lines = text
        .lines()
        .skip_while(|line| !(line.starts_with('#') && line.to_lowercase().contains("challenge")));
    lines.next()?;
    Some(lines.take_while(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n"))
}
