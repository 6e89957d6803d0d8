//! The goals: what holds, what does not and what was seen instead, and what comes next.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::pane::{begun, framed, padded, scrolled, wrap_spans};
use super::theme::{Look, Mean, Sign};
use crate::lab::msg::Measures;
use crate::lab::{Attempt, Model, Pane, Stage, drill};
use crate::scenario::goal::Verdict;

/// Draws the goals' pane.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, model: &Model, attempt: &Attempt, compact: bool, measures: &mut Measures) {
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
    let lines = lines(look, model, attempt, usize::from(inside.width), compact);
    scrolled(frame, inside, lines, 0, Pane::Goals, measures);
}

/// The goals' rows at a width; `compact` gives those that hold one row together, and each other one a row.
pub fn lines(look: &Look, model: &Model, attempt: &Attempt, width: usize, compact: bool) -> Vec<Line<'static>> {
    let (apart, together): (Vec<&Verdict>, Vec<&Verdict>) = attempt.verdicts.iter().partition(|goal| !compact || !goal.met);
    let titles = apart.iter().map(|goal| goal.title.width()).max().unwrap_or(0).min(width / 2);
    let mut lines: Vec<Line> = Vec::new();
    for goal in together {
        let sign = Span::styled(format!("{} ", look.sign(Sign::Met)), look.style(Mean::Good));
        let title = Span::styled(format!("{}   ", goal.title), look.style(Mean::Text));
        match lines.last_mut().filter(|row| row.width() + 2 + goal.title.width() <= width) {
            Some(row) => row.spans.extend([sign, title]),
            None => lines.push(Line::from(vec![sign, title])),
        }
    }
    for goal in apart {
        lines.extend(rows(look, goal, titles, width));
    }
    // The footer names the same keys.
    if !compact || attempt.stage != Stage::Broken {
        lines.push(next(look, model, attempt));
    }
    lines
}

/// A goal and what was seen; long names are squeezed to keep it in a row.
fn rows(look: &Look, goal: &Verdict, titles: usize, width: usize) -> Vec<Line<'static>> {
    let (sign, mean) = if goal.met { (Sign::Met, Mean::Good) } else { (Sign::Unmet, Mean::Dim) };
    let saw = match goal.held {
        Some((held, needed)) if !goal.met => format!("{held} of {needed} s"),
        _ => goal.saw.clone(),
    };
    let words = vec![
        (format!("{} ", look.sign(sign)), look.style(mean)),
        (padded(&goal.title, titles), look.style(if goal.met { Mean::Text } else { Mean::Strong })),
        (format!("  {}", begun(look, &saw, width.saturating_sub(titles + 4))), look.style(Mean::Dim)),
    ];
    wrap_spans(words, width, titles + 4)
}

/// What to do now.
fn next(look: &Look, model: &Model, attempt: &Attempt) -> Line<'static> {
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
        Stage::Failed => vec![Span::styled(
            model.notice.as_ref().map(|(notice, _)| notice.what.clone()).unwrap_or_default(),
            look.style(Mean::Fault),
        )],
    });
    Line::from(spans)
}
