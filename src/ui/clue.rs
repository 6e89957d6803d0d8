//! The clue's card: what the cluster said, taken apart. It leads and does not tell.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};
use unicode_width::UnicodeWidthStr;

use super::pair;
use super::pane::wrap_spans;
use super::table::since;
use super::theme::{Look, Mean, Sign};
use crate::lab::{Attempt, Model, Place};
use crate::scenario::clue::{Clue, Fault, Part, Source, tags_line, which_part};
use crate::scenario::reference::ImageReference;

/// Rows of the card at a width; `compact` where rows are scarce: the middle of a long message and blank rows go.
pub fn lines(look: &Look, model: &Model, attempt: &Attempt, width: usize, compact: bool) -> Vec<Line<'static>> {
    let Some(clue) = &attempt.clue else { return Vec::new() };
    let inner = width.saturating_sub(3);
    let mut lines = vec![title(look, model, clue, compact)];
    if let Some(behind) = &attempt.behind {
        lines.extend(wrap_spans(
            vec![(behind.clone(), look.style(Mean::Warning).add_modifier(Modifier::BOLD))],
            inner,
            0,
        ));
    }
    let most = if attempt.clue_depth == 0 { 2 } else { 1 };
    let words = if compact && clue.text.width() > most * inner {
        gist(look, clue, most * inner)
    } else {
        words(look, clue)
    };
    lines.extend(wrap_spans(words, inner, 0));
    let breath = if compact { 0 } else { 1 };
    if let (Fault::Pull(_), Some(image)) = (clue.fault, &clue.image) {
        lines.extend(std::iter::repeat_n(Line::default(), breath));
        let blamed = if attempt.clue_depth > 0 { which_part(clue).part } else { Part::None };
        lines.extend(reference(look, image, blamed, inner));
    }
    if let Some(pair) = &clue.pair {
        lines.extend(std::iter::repeat_n(Line::default(), breath));
        lines.extend(pair::lines(look, pair, attempt.clue_depth > 0, inner));
    }
    lines.extend(std::iter::repeat_n(Line::default(), breath));
    let told = if attempt.clue_depth == 0 || clue.pair.is_some() {
        clue.explain.clone()
    } else {
        which_part(clue).why.to_owned()
    };
    lines.extend(wrap_spans(inline(look, &told, Mean::Text), inner, 0));
    if attempt.clue_depth > 1 {
        let catalogue = (model.place == Place::Practice).then(|| attempt.scenario.registry());
        lines.extend(wrap_spans(inline(look, &tags_line(clue, catalogue.as_ref()), Mean::Strong), inner, 0));
    }
    if let Some(next) = next(attempt.clue_depth, clue) {
        let key = [Span::styled("i ", look.style(Mean::Key)), Span::styled(next, look.style(Mean::Dim))];
        match lines.first_mut().filter(|title| compact && title.width() + next.width() + 5 <= inner) {
            Some(title) => title.spans.extend(std::iter::once(Span::raw("   ")).chain(key)),
            None => lines.push(Line::from(key.to_vec())),
        }
    }
    lines
}

/// Draws the card; what does not fit is cut at its end.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, lines: Vec<Line<'static>>) {
    let bar = Span::styled(format!("{} ", look.sign(Sign::Bar)), look.style(Mean::Fault));
    let with_bar = |mut line: Line<'static>| {
        line.spans.insert(0, bar.clone());
        line
    };
    frame.render_widget(Block::new().style(look.alarm()), area);
    let lines: Vec<Line> = lines.into_iter().map(with_bar).take(usize::from(area.height)).collect();
    frame.render_widget(Paragraph::new(lines).style(look.alarm()), area);
}

/// A sentence with its `code` marked by style.
fn inline(look: &Look, text: &str, mean: Mean) -> Vec<(String, Style)> {
    let piece = |(place, piece): (usize, &str)| (piece.to_owned(), look.style(if place % 2 == 1 { Mean::Code } else { mean }));
    text.split('`').enumerate().map(piece).filter(|(text, _)| !text.is_empty()).collect()
}

fn next(depth: u8, clue: &Clue) -> Option<&'static str> {
    match (depth, clue.fault) {
        (0, Fault::Pull(_)) => Some("which part is blamed?"),
        (1, Fault::Pull(_)) => Some("which tags exist?"),
        (0, _) if clue.pair.is_some() => Some("where do they differ?"),
        _ => None,
    }
}

fn title(look: &Look, model: &Model, clue: &Clue, compact: bool) -> Line<'static> {
    let dim = look.style(Mean::Dim);
    let mut spans = vec![
        Span::styled(
            format!("{} The clue", look.sign(Sign::Warning)),
            look.style(Mean::Fault).add_modifier(Modifier::BOLD),
        ),
        Span::styled(format!("   {}/{}", clue.about.kind.to_lowercase(), clue.about.name), dim),
    ];
    if let Source::Log { container } = &clue.source {
        spans.push(Span::styled(format!("   log of {container}"), dim));
    }
    if clue.count > 1 {
        spans.push(Span::styled(format!("   {}{}", look.sign(Sign::Times), clue.count), look.style(Mean::Text)));
    }
    if !compact && clue.last.is_some() {
        spans.push(Span::styled(format!("   last {} ago", since(model.now, clue.last)), dim));
    }
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

/// How the message begins and the words that decide, in about `room` columns.
fn gist(look: &Look, clue: &Clue, room: usize) -> Vec<(String, Style)> {
    let Some(decisive) = clue.decisive.first().and_then(|range| clue.text.get(range.clone())) else {
        return words(look, clue);
    };
    let cut = format!(" {} ", look.sign(Sign::Cut));
    let head: String = clue.text.chars().take(room.saturating_sub(decisive.width() + cut.width() + 8)).collect();
    let plain = look.style(Mean::Text);
    vec![
        (head.trim_end().to_owned(), plain),
        (cut, look.style(Mean::Dim)),
        (decisive.to_owned(), look.style(Mean::Fault).add_modifier(Modifier::BOLD)),
    ]
}

/// A part of the reference as it is shown: its text, its name, whether it is a default, whether it is blamed.
struct Shown {
    text: String,
    name: &'static str,
    default: bool,
    blamed: bool,
    /// What stands between it and the next part.
    then: &'static str,
}

fn reference(look: &Look, image: &ImageReference, blamed: Part, width: usize) -> Vec<Line<'static>> {
    let mut parts = vec![Shown {
        text: image.registry.text.clone(),
        name: "registry",
        default: image.registry.default,
        blamed: blamed == Part::Registry,
        then: " / ",
    }];
    if !image.user.text.is_empty() {
        parts.push(Shown {
            text: image.user.text.clone(),
            name: "user",
            default: image.user.default,
            blamed: blamed == Part::Repository,
            then: " / ",
        });
    }
    let tail = if image.digest.is_some() { " @ " } else { " : " };
    parts.push(Shown {
        text: image.repository.clone(),
        name: "repository",
        default: false,
        blamed: blamed == Part::Repository,
        then: tail,
    });
    match (&image.digest, &image.tag) {
        (Some(digest), _) => parts.push(Shown {
            text: digest.clone(),
            name: "digest",
            default: false,
            blamed: blamed == Part::Digest,
            then: "",
        }),
        (None, Some(tag)) => parts.push(Shown {
            text: tag.text.clone(),
            name: "tag",
            default: tag.default,
            blamed: blamed == Part::Tag,
            then: "",
        }),
        (None, None) => {}
    }
    let total: usize = parts.iter().map(|part| cell_width(part) + part.then.width()).sum();
    if total + 2 <= width { beside(look, &parts) } else { beneath(look, &parts) }
}

fn cell_width(part: &Shown) -> usize {
    part.text.width().max(label(part).width())
}

fn label(part: &Shown) -> String {
    format!("└ {}{}", part.name, if part.default { " (default)" } else { "" })
}

fn style(look: &Look, part: &Shown) -> Style {
    let mean = match (part.blamed, part.default) {
        (true, _) => Mean::Fault,
        (false, true) => Mean::Dim,
        (false, false) => Mean::Strong,
    };
    let style = look.style(mean);
    if part.blamed {
        style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
    } else {
        style
    }
}

/// All parts in one row, each named beneath.
fn beside(look: &Look, parts: &[Shown]) -> Vec<Line<'static>> {
    let dim = look.style(Mean::Dim);
    let (mut above, mut below) = (vec![Span::raw("  ")], vec![Span::raw("  ")]);
    for part in parts {
        let pad = cell_width(part);
        above.push(Span::styled(part.text.clone(), style(look, part)));
        above.push(Span::styled(format!("{}{}", part.then, " ".repeat(pad - part.text.width())), dim));
        let label = label(part).replace('└', look.sign(Sign::Corner));
        below.push(Span::styled(
            super::pane::padded(&label, pad + part.then.width()),
            if part.blamed { look.style(Mean::Fault) } else { dim },
        ));
    }
    vec![Line::from(above), Line::from(below)]
}

/// A row a part, where the width does not suffice.
fn beneath(look: &Look, parts: &[Shown]) -> Vec<Line<'static>> {
    let row = |part: &Shown| {
        let name = format!("  {:<11}", part.name);
        let default = if part.default { "  (default)" } else { "" };
        Line::from(vec![
            Span::styled(name, look.style(Mean::Dim)),
            Span::styled(part.text.clone(), style(look, part)),
            Span::styled(default, look.style(Mean::Dim)),
        ])
    };
    parts.iter().map(row).collect()
}
