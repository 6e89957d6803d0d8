//! The goals: what holds, what does not and what was seen instead, and what comes next.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::pane::{begun, framed, padded, scrolled, wrap_spans};
use super::theme::{Look, Mean, Sign};
use crate::lab::msg::Measures;
use crate::lab::{Attempt, Pane, Stage, drill};
use crate::scenario::goal::Verdict;

/// How many rows the goals may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// All that was seen, and what to do next.
    Ample,
    /// All that was seen; those that hold stand together.
    Whole,
    /// A row for each that does not hold.
    Row,
    /// Their names alone, one behind the other.
    Names,
}

/// Columns of the frame and the blanks inside it.
pub const EDGES: u16 = 4;

/// Draws the goals' pane around rows that were laid out for it.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, attempt: &Attempt, lines: &[Line<'static>], measures: &mut Measures) {
    let met = attempt.verdicts.iter().filter(|goal| goal.met).count();
    let count = if attempt.verdicts.is_empty() {
        String::new()
    } else {
        format!("{met} of {}", attempt.verdicts.len())
    };
    let (title, mean) = match attempt.solved_at {
        Some(_) => (format!("{} Solved", look.sign(Sign::Met)), Mean::Good),
        None => ("Goals".to_owned(), if attempt.focus == Pane::Goals { Mean::Key } else { Mean::Strong }),
    };
    let inside = framed(
        frame,
        look,
        area,
        attempt.focus == Pane::Goals,
        Line::styled(title, look.style(mean)),
        Line::styled(count, look.style(Mean::Dim)),
    );
    scrolled(frame, inside, lines, 0, Pane::Goals, measures);
}

/// The goals' rows at a width.
pub fn lines(look: &Look, attempt: &Attempt, width: usize, room: Room) -> Vec<Line<'static>> {
    let says = |goal: &&Verdict| room == Room::Ample || (room != Room::Names && !goal.met && !saw(goal).is_empty());
    let (apart, together): (Vec<&Verdict>, Vec<&Verdict>) = attempt.verdicts.iter().partition(says);
    let titles = apart.iter().map(|goal| goal.title.width()).max().unwrap_or(0).min(width / 2);
    let mut lines: Vec<Line> = Vec::new();
    for goal in together {
        let name = name(look, goal);
        let wide: usize = name.iter().map(Span::width).sum();
        match lines.last_mut().filter(|row| row.width() + wide <= width + 3) {
            Some(row) => row.spans.extend(name),
            None => lines.push(Line::from(name)),
        }
    }
    for goal in apart {
        lines.extend(rows(look, goal, titles, width, room));
    }
    // While it is broken the footer names the same keys.
    if room == Room::Ample || attempt.stage != Stage::Broken {
        lines.push(next(look, attempt));
    }
    lines
}

/// A goal by its name alone; the blanks behind it may hang over the edge.
fn name(look: &Look, goal: &Verdict) -> Vec<Span<'static>> {
    let (sign, mean) = sign(goal);
    let title = Span::styled(format!("{}   ", goal.title), look.style(if goal.met { Mean::Text } else { Mean::Strong }));
    vec![Span::styled(format!("{} ", look.sign(sign)), look.style(mean)), title]
}

fn sign(goal: &Verdict) -> (Sign, Mean) {
    if goal.met { (Sign::Met, Mean::Good) } else { (Sign::Unmet, Mean::Dim) }
}

/// What was seen, or how long it has held.
fn saw(goal: &Verdict) -> String {
    match goal.held {
        Some((held, needed)) if !goal.met => format!("{held} of {needed} s"),
        _ => goal.saw.clone(),
    }
}

/// A goal and what was seen; where rows are scarce, as much of it as stands in one.
fn rows(look: &Look, goal: &Verdict, titles: usize, width: usize, room: Room) -> Vec<Line<'static>> {
    let (sign, mean) = sign(goal);
    let mut saw = saw(goal);
    // what holds needs no second row
    if room == Room::Row || goal.met {
        saw = begun(look, &saw, width.saturating_sub(titles + 4));
    }
    let words = vec![
        (format!("{} ", look.sign(sign)), look.style(mean)),
        (padded(&goal.title, titles), look.style(if goal.met { Mean::Text } else { Mean::Strong })),
        (format!("  {saw}"), look.style(Mean::Dim)),
    ];
    wrap_spans(words, width, titles + 4)
}

/// What to do now.
fn next(look: &Look, attempt: &Attempt) -> Line<'static> {
    let text = |text: &'static str| Span::styled(text, look.style(Mean::Text));
    let key = |key: &'static str| Span::styled(key, look.style(Mean::Key));
    let mut spans = vec![key(look.sign(Sign::Next)), Span::raw(" ")];
    spans.extend(match attempt.stage {
        Stage::Opening => vec![text("opening the cluster")],
        Stage::Ready => vec![text("read the challenge, then "), key("b"), text(" breaks the cluster")],
        Stage::Broken if drill::runs(attempt) => vec![text("find the cause and mend it; "), key("s"), text(" gives up")],
        Stage::Broken => vec![
            text("find the cause: "),
            key("d"),
            text(" describe  "),
            key("l"),
            text(" logs  "),
            key("h"),
            text(" hint  "),
            key("s"),
            text(" solution"),
        ],
        Stage::Solving => vec![text("the solution is applied; watch it play out")],
        Stage::Solved => vec![key("n"), text(" next scenario  "), key("c"), text(" clean up")],
        Stage::Cleaning => vec![Span::styled(format!("going: {}", attempt.going.join(", ")), look.style(Mean::Text))],
        Stage::Failed => vec![text("the cluster could not be opened; "), key("Enter"), text(" tries again")],
    });
    Line::from(spans)
}
