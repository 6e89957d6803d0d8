//! The bars: where one is, above; keys and the equal kubectl command, below.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::pane::{begun, first_words, laid, wrap_spans};
use super::table::since;
use super::theme::{Look, Mean, Sign};
use crate::lab::keymap::footer;
use crate::lab::lesson::hint_count;
use crate::lab::msg::{Link, Measures, Notice};
use crate::lab::{Attempt, Model, Place, Screen, Stage, drill};
use crate::scenario::{Level, Scenario};

/// What stands left and right must not read as one.
const APART: usize = 2;

/// Columns that `klab`, the lesson's number and the beginning of its title take.
const TITLE: usize = 26;

/// Draws the top bar.
pub fn header(frame: &mut Frame, look: &Look, area: Rect, model: &Model) {
    let dim = look.style(Mean::Dim);
    let mut left = vec![Span::styled(" klab ", look.style(Mean::Key))];
    let mut right = Vec::new();
    match &model.screen {
        Screen::Picker(_) => left.push(Span::styled("learn to fix Kubernetes", dim)),
        Screen::Attempt(attempt) => {
            right = state(look, model, attempt);
            let wide = |spans: &[Span]| spans.iter().map(Span::width).sum::<usize>();
            // the cluster is named in every command, and the lesson is not
            if usize::from(area.width) < wide(&right) + TITLE {
                right.remove(0);
            }
            let right = wide(&right);
            left.extend(lesson(
                look,
                &attempt.scenario,
                usize::from(area.width).saturating_sub(right + APART + left[0].width()),
            ));
        }
    }
    if right.is_empty() {
        right.push(Span::styled(format!("{} ", place(&model.place)), dim));
    }
    split(frame, look, area, left, right);
}

/// The lesson's number and title, which gives way rather than go, and where there is room for them level and minutes.
fn lesson(look: &Look, scenario: &Scenario, room: usize) -> Vec<Span<'static>> {
    let dim = look.style(Mean::Dim);
    let number = scenario.number.map(|number| format!(" {number:02} ")).unwrap_or_default();
    let about = format!("   {} {} {} min", level(scenario.level), look.sign(Sign::Dot), scenario.minutes);
    let room = room.saturating_sub(number.width());
    let title = begun(look, &scenario.title, room);
    let about = Some(about).filter(|about| title.width() + about.width() <= room);
    let mut spans = vec![Span::styled(number, dim), Span::styled(title, look.style(Mean::Strong))];
    spans.extend(about.map(|about| Span::styled(about, dim)));
    spans
}

fn state(look: &Look, model: &Model, attempt: &Attempt) -> Vec<Span<'static>> {
    let dim = look.style(Mean::Dim);
    let namespace = attempt
        .opened
        .as_ref()
        .map(|opened| format!(" {} {}", look.sign(Sign::Dot), opened.namespace))
        .unwrap_or_default();
    let mut spans = vec![Span::styled(format!("{}{namespace}   ", place(&model.place)), dim)];
    spans.extend(link(look, model, attempt));
    spans.extend(clock(look, model));
    let hints = hint_count(attempt);
    if hints > 0 {
        spans.push(Span::styled(format!("   hints {}/{hints}", attempt.hints), look.style(Mean::Text)));
    }
    if let Some(left) = drill::left(attempt, model.wall()) {
        let mean = if left < 60 { Mean::Fault } else { Mean::Key };
        spans.push(Span::styled(format!("   {:02}:{:02} left ", left / 60, left % 60), look.style(mean)));
    } else if let Some(seconds) = attempt.elapsed(model.wall()) {
        let seconds = seconds.max(0);
        spans.push(Span::styled(format!("   {:02}:{:02} ", seconds / 60, seconds % 60), dim));
    } else {
        spans.push(Span::raw(" "));
    }
    spans
}

/// The practice clock: how fast it runs, or that it stands still.
fn clock(look: &Look, model: &Model) -> Option<Span<'static>> {
    let (times, speed) = (look.sign(Sign::Times), model.clock.speed);
    (model.place == Place::Practice).then(|| match (model.clock.paused, model.clock.is_live()) {
        (true, _) => Span::styled("   paused", look.style(Mean::Warning)),
        (false, true) => Span::styled(format!("   {times}1"), look.style(Mean::Dim)),
        (false, false) => Span::styled(format!("   {times}{speed}"), look.style(Mean::Key)),
    })
}

fn link(look: &Look, model: &Model, attempt: &Attempt) -> Vec<Span<'static>> {
    match &attempt.link {
        _ if attempt.stage == Stage::Failed => vec![Span::styled(format!("{} not connected", look.sign(Sign::Bad)), look.style(Mean::Fault))],
        Link::Connecting => vec![Span::styled("connecting", look.style(Mean::Warning))],
        Link::Live => vec![
            Span::styled(format!("{} ", look.sign(Sign::Live)), look.style(Mean::Good)),
            Span::styled("live", look.style(Mean::Text)),
        ],
        Link::Limited(_) => vec![
            Span::styled(format!("{} ", look.sign(Sign::Warning)), look.style(Mean::Warning)),
            Span::styled("some rights are missing", look.style(Mean::Text)),
        ],
        Link::Stale { since: at, retry, .. } => {
            let retry = retry
                .map(|at| format!(", retry in {} s", at.duration_since(model.now).as_secs().max(0)))
                .unwrap_or_default();
            vec![Span::styled(
                format!("{} stale for {}{retry}", look.sign(Sign::Bad), since(model.now, Some(*at))),
                look.style(Mean::Fault),
            )]
        }
    }
}

/// Blanks between a key's word and the next key.
const GAP: usize = 2;

/// Draws the keys that matter now; each can be clicked.
pub fn keys(frame: &mut Frame, look: &Look, area: Rect, model: &Model, measures: &mut Measures) {
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    let all = footer(model);
    let wide = |(key, word): &(String, String)| key.width() + 1 + word.width();
    // help and the way out keep their room
    let kept = all.len().saturating_sub(2);
    let mut reserved: usize = all.iter().skip(kept).map(|entry| wide(entry) + GAP).sum();
    for (place, (key, word)) in all.into_iter().enumerate() {
        let wide = wide(&(key.clone(), word.clone()));
        reserved = if place < kept { reserved } else { 0 };
        if used + wide + reserved > usize::from(area.width) {
            continue;
        }
        if let Some(single) = crate::lab::key::click(&key) {
            measures.keys.push((area.x + used as u16, area.y, wide as u16, single));
        }
        spans.push(Span::styled(key, look.style(Mean::Key)));
        spans.push(Span::styled(format!(" {word}{}", " ".repeat(GAP)), look.style(Mean::Text)));
        used += wide + GAP;
    }
    frame.buffer_mut().set_style(area, look.shade());
    laid(frame, area, [&Line::from(spans)]);
}

/// Rows that a warning may take; what it names, a file or a next step, is not to be cut.
const WARNING: usize = 4;

/// Rows of what is to be told.
pub fn last_height(look: &Look, model: &Model, width: u16) -> u16 {
    last_lines(look, model, usize::from(width)).len().max(1) as u16
}

/// Draws the last line: what is to be told, or the command that equals the last key.
pub fn last(frame: &mut Frame, look: &Look, area: Rect, model: &Model) {
    laid(frame, area, &last_lines(look, model, usize::from(area.width)));
}

fn last_lines(look: &Look, model: &Model, width: usize) -> Vec<Line<'static>> {
    let dim = look.style(Mean::Dim);
    match (&model.notice, equal(model)) {
        (Some((notice, _)), _) => told(look, notice, width),
        // a command is there to be copied, so nothing of it is left out
        (None, Some((command, ago))) => {
            let words = vec![(" $ ".to_owned(), dim), (command, look.style(Mean::Text)), (format!("   {ago} ago"), dim)];
            wrap_spans(words, width, 3)
        }
        (None, None) => Vec::new(),
    }
}

/// A notice in a row; a warning in as many as it needs, up to a few.
fn told(look: &Look, notice: &Notice, width: usize) -> Vec<Line<'static>> {
    let (sign, mean) = if notice.bad {
        (look.sign(Sign::Bad), Mean::Fault)
    } else {
        (look.sign(Sign::Next), Mean::Key)
    };
    let gap = if notice.next.is_empty() { "" } else { "   " };
    let text = format!("{}{gap}{}", notice.what.replace('\n', " "), notice.next);
    let head = (format!(" {sign} "), look.style(mean));
    let row = |text: &str| {
        let text = begun(look, text, width.saturating_sub(4));
        Line::from(vec![Span::styled(head.0.clone(), head.1), Span::styled(text, look.style(Mean::Text))])
    };
    if !notice.bad {
        return vec![row(&text)];
    }
    let plain = look.style(Mean::Text);
    // an excerpt of a file keeps its rows
    let whole = |what: &str| -> Vec<Line<'static>> {
        let text = format!("{what}{gap}{}", notice.next);
        let heads = std::iter::once(head.clone()).chain(std::iter::repeat(("   ".to_owned(), plain)));
        let row = |(row, head): (&str, (String, Style))| wrap_spans(vec![head, (row.to_owned(), plain)], width, 3);
        text.lines().zip(heads).flat_map(row).collect()
    };
    let lines = whole(&notice.what);
    if lines.len() <= WARNING {
        return lines;
    }
    // its last words may go, and the next step not
    let room = (width.saturating_sub(12) * WARNING).saturating_sub(gap.len() + notice.next.width());
    let what = first_words(look, &notice.what.replace('\n', " "), room);
    whole(&what).into_iter().take(WARNING).collect()
}

fn equal(model: &Model) -> Option<(String, String)> {
    let Screen::Attempt(attempt) = &model.screen else { return None };
    attempt.equal.as_ref().map(|(command, at)| (command.clone(), since(model.wall(), Some(*at))))
}

/// Left and right in one row; the left gives way.
pub fn split(frame: &mut Frame, look: &Look, area: Rect, left: Vec<Span<'static>>, right: Vec<Span<'static>>) {
    let right = Line::from(right);
    let wide = (right.width() as u16).min(area.width);
    frame.buffer_mut().set_style(area, look.shade());
    let room = Rect {
        width: area.width.saturating_sub(wide + APART as u16),
        ..area
    };
    let mut left = left;
    while left.len() > 1 && left.iter().map(Span::width).sum::<usize>() > usize::from(room.width) {
        left.pop();
    }
    laid(frame, room, [&Line::from(left)]);
    let end = Rect {
        x: area.right() - wide,
        width: wide,
        ..area
    };
    laid(frame, end, [&right]);
}

/// A level in words.
pub fn level(level: Level) -> &'static str {
    match level {
        Level::Beginner => "Beginner",
        Level::Intermediate => "Intermediate",
        Level::Advanced => "Advanced",
    }
}

fn place(place: &Place) -> String {
    match place {
        Place::Practice => "practice".to_owned(),
        Place::Real { context, .. } => context.clone(),
    }
}
