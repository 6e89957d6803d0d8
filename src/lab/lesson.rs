//! The lesson as it may be read now: hints in order, answers folded until the goals are green.

mod stops;

use super::{Attempt, Model, Pane};
use crate::scenario::{Fold, Part};

pub use stops::{Place, Stop, command, current, marked, step, typed};

/// A stretch of the lesson as it is shown.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Shown<'a> {
    /// Place among the lesson's parts.
    pub part: usize,
    /// The fold's line, when it is one.
    pub fold: Option<FoldLine<'a>>,
    /// Markdown, when it is to be read.
    pub body: Option<&'a str>,
}

/// What the line of a fold says.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct FoldLine<'a> {
    pub kind: Fold,
    /// `Hint 1 of 3`, `Solution`, …
    pub label: String,
    /// The author's summary, without a hint's number.
    pub summary: &'a str,
    /// Why it is shut, or how to open it; empty when it is open.
    pub note: String,
    pub open: bool,
    /// Another one comes first.
    pub locked: bool,
}

/// The lesson, part by part.
#[must_use]
pub fn shown(attempt: &Attempt) -> Vec<Shown<'_>> {
    attempt
        .scenario
        .lesson
        .parts
        .iter()
        .enumerate()
        .map(|(place, part)| part_shown(attempt, place, part))
        .collect()
}

fn part_shown<'a>(attempt: &Attempt, place: usize, part: &'a Part) -> Shown<'a> {
    match part {
        Part::Text(text) => Shown {
            part: place,
            fold: None,
            body: Some(text.as_str()),
        },
        Part::Fold { kind, summary, body } => {
            let line = line(attempt, place, *kind, summary);
            Shown {
                part: place,
                body: line.open.then_some(body.as_str()),
                fold: Some(line),
            }
        }
    }
}

fn line<'a>(attempt: &Attempt, place: usize, kind: Fold, summary: &'a str) -> FoldLine<'a> {
    let open = is_open(attempt, place, kind);
    let total = hint_count(attempt);
    let locked = matches!(kind, Fold::Hint(n) if n > attempt.hints + 1);
    let label = match kind {
        Fold::Hint(n) => format!("Hint {n} of {total}"),
        Fold::Solution => "Solution".to_owned(),
        Fold::Answer => "Answer".to_owned(),
        Fold::Plain => String::new(),
    };
    let note = match kind {
        _ if open => String::new(),
        Fold::Hint(n) if locked => format!("locked: open hint {}", n - 1),
        Fold::Hint(n) if n > attempt.hints => "h opens it".to_owned(),
        Fold::Solution => "s shows what it changes".to_owned(),
        Fold::Answer => "opens when the goals are green".to_owned(),
        Fold::Hint(_) | Fold::Plain => "Enter opens it".to_owned(),
    };
    let summary = if matches!(kind, Fold::Hint(_)) { without_number(summary) } else { summary };
    FoldLine {
        kind,
        label,
        summary,
        note,
        open,
        locked,
    }
}

/// `Hint 2: Look closer` → `Look closer`.
fn without_number(summary: &str) -> &str {
    let Some(at) = summary.to_lowercase().find("hint") else {
        return summary.trim();
    };
    let rest = summary.get(at + 4..).unwrap_or_default();
    rest.trim_start_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—' | '.' | '#'))
        .trim()
}

fn is_open(attempt: &Attempt, place: usize, kind: Fold) -> bool {
    if let Fold::Hint(n) = kind
        && n > attempt.hints
    {
        return false;
    }
    let by_hand = attempt.folds.iter().find(|(part, _)| *part == place).map(|(_, open)| *open);
    by_hand.unwrap_or(match kind {
        Fold::Hint(_) => true,
        Fold::Solution | Fold::Answer => attempt.memory.answered,
        Fold::Plain => false,
    })
}

#[must_use]
pub fn hint_count(attempt: &Attempt) -> usize {
    attempt
        .scenario
        .lesson
        .parts
        .iter()
        .filter(|part| matches!(part, Part::Fold { kind: Fold::Hint(_), .. }))
        .count()
}

/// Place of the nth hint among the lesson's parts.
fn hint_place(attempt: &Attempt, n: usize) -> Option<usize> {
    attempt
        .scenario
        .lesson
        .parts
        .iter()
        .position(|part| matches!(part, Part::Fold { kind: Fold::Hint(m), .. } if *m == n))
}

/// What became of a wish to see the next hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextHint {
    Opened(usize),
    NoneLeft(usize),
}

/// Opens the next hint and scrolls the lesson to it.
pub fn open_hint(model: &mut Model) -> Option<NextHint> {
    let now = model.now;
    let attempt = model.attempt_mut()?;
    let total = hint_count(attempt);
    if attempt.hints >= total {
        return Some(NextHint::NoneLeft(total));
    }
    attempt.hints += 1;
    attempt.journal.help(now, format!("opened hint {} of {total}", attempt.hints));
    let place = hint_place(attempt, attempt.hints)?;
    attempt.folds.retain(|(part, _)| *part != place);
    attempt.focus = Pane::Lesson;
    attempt.memory.reveal = Some(place);
    Some(NextHint::Opened(attempt.hints))
}

/// What became of a wish to turn a fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    Done,
    /// It is the next hint's turn.
    NextHint,
    /// Hints before it are shut.
    Locked(usize),
    /// It gives the answer away: asked a second time it opens.
    Warned,
    Nothing,
}

/// Opens or shuts a fold by hand.
pub fn turn(attempt: &mut Attempt, place: usize) -> Turned {
    let Some(Part::Fold { kind, .. }) = attempt.scenario.lesson.parts.get(place) else {
        return Turned::Nothing;
    };
    let kind = *kind;
    if let Fold::Hint(n) = kind
        && n > attempt.hints
    {
        return if n == attempt.hints + 1 {
            Turned::NextHint
        } else {
            Turned::Locked(attempt.hints + 1)
        };
    }
    let open = !is_open(attempt, place, kind);
    let tells = matches!(kind, Fold::Solution | Fold::Answer) && !attempt.memory.answered && !attempt.solution_seen;
    if open && tells {
        if attempt.memory.warned != Some(place) {
            attempt.memory.warned = Some(place);
            return Turned::Warned;
        }
        attempt.solution_seen = true;
    }
    attempt.folds.retain(|(part, _)| *part != place);
    attempt.folds.push((place, open));
    Turned::Done
}
