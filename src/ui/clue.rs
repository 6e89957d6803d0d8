//! The clue's card: what the cluster said, taken apart. It leads and does not tell.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::pane::{self, padded, shortened, wrap_spans};
use super::table::since;
use super::theme::{Look, Mean, Sign};
use super::{pair, reference};
use crate::lab::{Attempt, Model, Place};
use crate::scenario::clue::{Clue, Fault, Named, Part, Source, apart, look_next, of_parts, tags_line, which_part};

/// How sparing the card is with rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    Ample,
    /// The middle of a long message and blank rows go.
    Short,
    /// The message keeps one row, and what was asked for goes before what was told.
    Tight,
}

/// Columns before the card's text and behind it.
const EDGES: usize = 3;

/// The whole card's rows at a width; none without a clue.
pub fn lines(look: &Look, model: &Model, attempt: &Attempt, width: usize, room: Room) -> Vec<Line<'static>> {
    let inner = width.saturating_sub(EDGES);
    attempt
        .clue
        .as_ref()
        .map_or_else(Vec::new, |clue| laid(look, model, attempt, clue, inner, room))
}

/// At most so many rows; the last one shows that more would follow.
pub fn cut(look: &Look, mut lines: Vec<Line<'static>>, width: usize, rows: usize) -> Vec<Line<'static>> {
    let cut = lines.len() > rows;
    lines.truncate(rows);
    if let Some(last) = lines.last_mut().filter(|_| cut && rows > 1) {
        *last = ended(look, std::mem::take(last), width.saturating_sub(EDGES));
    }
    lines
}

/// A row that goes on where it cannot be seen; its last word is whole.
fn ended(look: &Look, mut line: Line<'static>, width: usize) -> Line<'static> {
    let over = (line.width() + 2).saturating_sub(width);
    if let Some(last) = line.spans.last_mut() {
        let keep = last.content.chars().count().saturating_sub(over);
        let kept: String = last.content.chars().take(keep).collect();
        let inside = last.content.chars().nth(keep).is_some_and(|next| next != ' ');
        let kept = kept.rsplit_once(' ').filter(|_| inside).map_or(kept.as_str(), |(words, _)| words);
        last.content = format!("{} {}", kept.trim_end(), look.sign(Sign::Cut)).into();
    }
    line
}

fn laid(look: &Look, model: &Model, attempt: &Attempt, clue: &Clue, inner: usize, room: Room) -> Vec<Line<'static>> {
    let depth = attempt.clue_depth;
    let breath = usize::from(room == Room::Ample);
    let mut lines = vec![title(look, model, clue, depth, inner, room)];
    if let Some(behind) = &attempt.behind {
        let style = look.style(Mean::Warning).add_modifier(Modifier::BOLD);
        lines.extend(wrap_spans(vec![(behind.clone(), style)], inner, 0));
    }
    let most = match (room, depth) {
        (Room::Ample, _) => usize::MAX,
        (Room::Short, 0) => 2 * inner,
        _ => inner,
    };
    let mut message = message(look, clue, inner, most);
    let parts = if depth > 0 { parts(look, clue, inner) } else { Vec::new() };
    // its parts say it again
    if room == Room::Tight && !parts.is_empty() && message.len() > 1 {
        message.truncate(1);
        message = message.into_iter().map(|line| ended(look, line, inner)).collect();
    }
    lines.extend(message);
    if let (Fault::Pull(_), Some(image)) = (clue.fault, &clue.image) {
        lines.extend(std::iter::repeat_n(Line::default(), breath));
        let blamed = if depth > 0 { which_part(clue).part } else { Part::None };
        lines.extend(reference::lines(look, image, blamed, inner, room == Room::Tight));
    }
    if let Some(pair) = &clue.pair {
        lines.extend(std::iter::repeat_n(Line::default(), breath));
        lines.extend(pair::lines(look, pair, depth > 0, inner));
    } else if !parts.is_empty() {
        lines.extend(std::iter::repeat_n(Line::default(), breath));
        lines.extend(parts);
    }
    lines.extend(std::iter::repeat_n(Line::default(), breath));
    lines.extend(told(look, model, attempt, clue, inner, room));
    if room == Room::Ample {
        lines.push(Line::from(vec![
            Span::styled("i ", look.style(Mean::Key)),
            Span::styled(next(depth, clue), look.style(Mean::Dim)),
        ]));
    }
    lines
}

/// The message's own parts, a row each, named before it; an image has parts of its own, and so have two fields.
fn parts(look: &Look, clue: &Clue, inner: usize) -> Vec<Line<'static>> {
    if clue.pair.is_some() || matches!(clue.fault, Fault::Pull(_)) {
        return Vec::new();
    }
    let parts = apart(clue);
    let names = parts.iter().map(|part| part.name.width()).max().unwrap_or(0);
    let row = |part: &Named| {
        let style = match part.decides {
            true => look.style(Mean::Fault).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            false => look.style(Mean::Text),
        };
        let name = (format!("  {}   ", padded(&part.name, names)), look.style(Mean::Dim));
        wrap_spans(vec![name, (part.text.clone(), style)], inner, names + 5)
    };
    parts.iter().flat_map(row).collect()
}

/// What the words mean, what they blame, where to look next: as much as was asked for.
fn told(look: &Look, model: &Model, attempt: &Attempt, clue: &Clue, inner: usize, room: Room) -> Vec<Line<'static>> {
    let pull = matches!(clue.fault, Fault::Pull(_));
    let why = match attempt.clue_depth {
        0 => clue.explain.clone(),
        _ if pull => which_part(clue).why.to_owned(),
        // the two fields speak for themselves
        _ if clue.pair.is_some() => clue.explain.clone(),
        _ => of_parts(clue).to_owned(),
    };
    let why = wrap_spans(inline(look, &why, Mean::Text), inner, 0);
    if attempt.clue_depth < 2 {
        return why;
    }
    let catalogue = (model.place == Place::Practice).then(|| attempt.scenario.registry());
    let next = match pull {
        true => tags_line(clue, catalogue.as_ref()),
        false => look_next(clue).to_owned(),
    };
    let next = wrap_spans(inline(look, &next, Mean::Strong), inner, 0);
    match room {
        Room::Tight if pull => [next, why].concat(),
        Room::Tight => next,
        _ => [why, next].concat(),
    }
}

/// Draws the card; what does not fit is cut at its end.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, mut lines: Vec<Line<'static>>) {
    let bar = Span::styled(format!("{} ", look.sign(Sign::Bar)), look.style(Mean::Fault));
    for line in &mut lines {
        line.spans.insert(0, bar.clone());
    }
    frame.buffer_mut().set_style(area, look.alarm());
    pane::laid(frame, area, &lines);
}

/// A sentence with its `code` marked by style.
fn inline(look: &Look, text: &str, mean: Mean) -> Vec<(String, Style)> {
    let piece = |(place, piece): (usize, &str)| (piece.to_owned(), look.style(if place % 2 == 1 { Mean::Code } else { mean }));
    text.split('`').enumerate().map(piece).filter(|(text, _)| !text.is_empty()).collect()
}

/// What one more `i` shows.
fn next(depth: u8, clue: &Clue) -> &'static str {
    match (depth, clue.fault) {
        (0, Fault::Pull(_)) => "which part is blamed?",
        (1, Fault::Pull(_)) => "which tags exist?",
        (0, _) if clue.pair.is_some() => "where do they differ?",
        (0, _) => "what are its parts?",
        (1, _) => "where to look next?",
        _ => "shuts it",
    }
}

/// Columns that the object's name keeps before what stands behind it goes.
const NAME: usize = 16;

fn title(look: &Look, model: &Model, clue: &Clue, depth: u8, inner: usize, room: Room) -> Line<'static> {
    let dim = look.style(Mean::Dim);
    let ample = room == Room::Ample;
    let times = (clue.count > 1).then(|| Span::styled(format!("   {}{}", look.sign(Sign::Times), clue.count), look.style(Mean::Text)));
    let log = match &clue.source {
        Source::Log { container } => Some(Span::styled(format!("   log of {container}"), dim)),
        _ => None,
    };
    let last = clue
        .last
        .filter(|_| ample)
        .map(|at| Span::styled(format!("   last {} ago", since(model.now, Some(at))), dim));
    let asks = Some(next(depth, clue)).filter(|_| !ample);
    let asks = asks
        .into_iter()
        .flat_map(|next| [Span::styled("   i ", look.style(Mean::Key)), Span::styled(next, dim)]);
    let asks: Vec<Span> = asks.collect();
    let wide = |spans: &[Span]| spans.iter().map(Span::width).sum::<usize>();
    let head = format!("{} The clue", look.sign(Sign::Warning));
    let mut left = inner.saturating_sub(head.width() + 3 + wide(&asks));
    let mut behind = Vec::new();
    // what matters least goes first
    for said in [log, times, last].into_iter().flatten() {
        if left >= said.width() + NAME {
            left -= said.width();
            behind.push(said);
        }
    }
    let name = shortened(look, &format!("{}/{}", clue.about.kind.to_lowercase(), clue.about.name), left);
    let mut spans = vec![
        Span::styled(head, look.style(Mean::Fault).add_modifier(Modifier::BOLD)),
        Span::styled(format!("   {name}"), dim),
    ];
    spans.extend(behind.into_iter().chain(asks));
    Line::from(spans)
}

/// The text with the words that decide.
fn words(look: &Look, clue: &Clue) -> Vec<(String, Style)> {
    let (plain, decisive) = (look.style(Mean::Text), look.style(Mean::Fault).add_modifier(Modifier::BOLD));
    let mut words = Vec::new();
    let mut at = 0;
    for range in &clue.decisive {
        words.push((clue.text.get(at..range.start).unwrap_or_default().to_owned(), plain));
        words.push((clue.text.get(range.clone()).unwrap_or_default().to_owned(), decisive));
        at = range.end;
    }
    words.push((clue.text.get(at..).unwrap_or_default().to_owned(), plain));
    words.retain(|(text, _)| !text.is_empty());
    words
}

/// The message whole, or as much of it as `most` columns hold without a ragged row.
fn message(look: &Look, clue: &Clue, inner: usize, most: usize) -> Vec<Line<'static>> {
    if clue.text.width() <= most {
        return wrap_spans(words(look, clue), inner, 0);
    }
    let rows = wrap_spans(gist(look, clue, most), inner, 0);
    if rows.len() * inner <= most {
        rows
    } else {
        wrap_spans(gist(look, clue, inner), inner, 0)
    }
}

/// How the message begins and the words that decide, in about `room` columns.
fn gist(look: &Look, clue: &Clue, room: usize) -> Vec<(String, Style)> {
    let cut = format!(" {} ", look.sign(Sign::Cut));
    let first = clue.decisive.first().cloned().unwrap_or_default();
    let decisive = clue.text.get(first.clone()).unwrap_or_default();
    let head = room.saturating_sub(decisive.width() + cut.width() + 8);
    // What decides stands at the start already, or leaves no room for one.
    if decisive.is_empty() || first.start <= head {
        return words(look, clue);
    }
    let head: String = clue.text.chars().take(head).collect();
    let decided = look.style(Mean::Fault).add_modifier(Modifier::BOLD);
    vec![
        (head.trim_end().to_owned(), look.style(Mean::Text)),
        (cut, look.style(Mean::Dim)),
        (decisive.to_owned(), decided),
    ]
}
