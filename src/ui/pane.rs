//! Frames: quiet, rounded, thin; only the focused one is blue. And lines fitted to a width.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Padding};
use unicode_width::UnicodeWidthStr;

use super::theme::{Look, Mean, Sign};
use crate::lab::Pane;
use crate::lab::msg::{Measures, PaneMeasure};

/// Plus, minus and bars, for terminals without line drawing.
const ASCII: border::Set = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// Takes away what was drawn in an area.
pub fn cleared(frame: &mut Frame, look: &Look, area: Rect) {
    frame.render_widget(Clear, area);
    frame.buffer_mut().set_style(area, look.style(Mean::Text));
}

/// Draws a frame with its title and what stands at its right end; returns the room inside.
pub fn framed(frame: &mut Frame, look: &Look, area: Rect, focused: bool, title: Line<'static>, right: Line<'static>) -> Rect {
    let block = Block::new()
        .borders(Borders::ALL)
        .border_set(if look.ascii { ASCII } else { border::ROUNDED })
        .border_style(look.style(if focused { Mean::Key } else { Mean::Frame }))
        .title(spaced(if focused { look.focused(title) } else { title }))
        .title(spaced(right).right_aligned())
        .padding(Padding::horizontal(1));
    let inside = block.inner(area);
    frame.render_widget(block, area);
    inside
}

fn spaced(mut line: Line<'static>) -> Line<'static> {
    if !line.spans.is_empty() {
        line.spans.insert(0, Span::raw(" "));
        line.spans.push(Span::raw(" "));
    }
    line
}

/// Draws lines from a row on and notes what was drawn.
pub fn scrolled(frame: &mut Frame, area: Rect, lines: &[Line<'static>], from: usize, pane: Pane, measures: &mut Measures) {
    let visible = usize::from(area.height);
    let rows = lines.len();
    let from = from.min(rows.saturating_sub(visible));
    laid(frame, area, lines.iter().skip(from));
    note(area, rows, pane, measures);
}

/// Draws lines that were laid out for this width already, a row each; a paragraph would measure them again.
pub fn laid<'a>(frame: &mut Frame, area: Rect, lines: impl IntoIterator<Item = &'a Line<'a>>) {
    let buffer = frame.buffer_mut();
    for (row, line) in area.intersection(buffer.area).rows().zip(lines) {
        let mut x = row.x;
        for span in line {
            x = written(buffer, (x, row.y), row.right(), &span.content, line.style.patch(span.style));
        }
    }
}

/// Writes text up to an edge; returns where it ends. Plain letters are not looked at for what may join them to one sign, which is
/// most of the work of a frame.
fn written(buffer: &mut Buffer, (x, y): (u16, u16), edge: u16, text: &str, style: Style) -> u16 {
    let room = edge.saturating_sub(x);
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return buffer.set_stringn(x, y, text, room.into(), style).0;
    }
    let end = x + room.min(u16::try_from(text.len()).unwrap_or(room));
    for (x, letter) in (x..end).zip(text.chars()) {
        buffer[(x, y)].set_char(letter).set_style(style);
    }
    end
}

/// Notes where a pane is and how many rows its contents have.
pub fn note(area: Rect, rows: usize, pane: Pane, measures: &mut Measures) {
    measures.panes.push(PaneMeasure {
        pane,
        x: area.x,
        y: area.y,
        width: area.width,
        height: area.height,
        rows,
        visible: usize::from(area.height),
    });
}

/// No name is squeezed below this width.
const SHORTEST: usize = 6;

/// Where in its content a pane stands, for the frame's right end; empty when all is in view.
pub fn percent(from: usize, rows: usize, visible: usize) -> String {
    let max = rows.saturating_sub(visible);
    (from.min(max) * 100).checked_div(max).map(|share| format!("{share}%")).unwrap_or_default()
}

/// A text in at most `width` columns; what is cut in the middle is marked.
pub fn shortened(look: &Look, text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let cut = look.sign(Sign::Cut);
    let room = width.saturating_sub(1);
    let tail = room / 2;
    let characters: Vec<char> = text.chars().collect();
    let head: String = characters.iter().take(room - tail).collect();
    let end: String = characters.iter().skip(characters.len().saturating_sub(tail)).collect();
    format!("{head}{cut}{end}")
}

/// A sentence in at most `width` columns: its names lose their middle first, then the sentence its own.
pub fn squeezed(look: &Look, text: &str, width: usize) -> String {
    named_shorter(look, text, width).unwrap_or_else(|_| shortened(look, text, width))
}

/// The same of a sentence that says the most at its beginning: it loses its last words.
pub fn begun(look: &Look, text: &str, width: usize) -> String {
    named_shorter(look, text, width).unwrap_or_else(|least| first_words(look, &least, width))
}

/// With its names as long as there is room for; or too long still, with all of them at their shortest.
fn named_shorter(look: &Look, text: &str, width: usize) -> Result<String, String> {
    if text.width() <= width {
        return Ok(text.to_owned());
    }
    // a stop or a colon at its end makes a word no name
    let named = |word: &str| word.trim_end_matches([':', '.', ',']).contains(['-', '/', ':', '.']);
    let words: Vec<(&str, usize, bool)> = text.split(' ').map(|word| (word, word.width(), named(word))).collect();
    let longest = words.iter().map(|(_, wide, _)| *wide).max().unwrap_or(0);
    let fits = |cap: &usize| {
        let wide = words.iter().map(|(_, wide, name)| if *name { *wide.min(cap) } else { *wide });
        wide.sum::<usize>() + words.len() - 1 <= width
    };
    let at_most = |cap: usize| {
        let word = |(word, _, name): &(&str, usize, bool)| if *name { shortened(look, word, cap) } else { (*word).to_owned() };
        words.iter().map(word).collect::<Vec<_>>().join(" ")
    };
    let cap = (SHORTEST..=longest).rev().find(fits);
    cap.map(at_most).ok_or_else(|| at_most(SHORTEST))
}

/// The first words of a sentence, as many as stand in the width, and a sign that it goes on.
pub fn first_words(look: &Look, text: &str, width: usize) -> String {
    let mut kept = String::new();
    for word in text.split_inclusive(' ') {
        if kept.width() + word.trim_end().width() + 1 > width {
            break;
        }
        kept.push_str(word);
    }
    match kept.trim_end() {
        "" => shortened(look, text, width),
        kept => format!("{}{}", kept.trim_end_matches([',', ':', ';']), look.sign(Sign::Cut)),
    }
}

/// Text filled with blanks to a width.
pub fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Styled words wrapped at a width, each row after the first behind an indent.
pub fn wrap_spans(spans: Vec<(String, Style)>, width: usize, indent: usize) -> Vec<Line<'static>> {
    let (width, indent) = (width.max(1), indent.min(width * 3 / 5));
    let mut rows: Vec<Vec<Span<'static>>> = vec![Vec::new()];
    let mut used = 0;
    for (text, style) in spans {
        for word in text.split_inclusive(' ') {
            let mut word = word.to_owned();
            while !word.is_empty() {
                let bare = word.trim_end().width();
                if used + bare <= width {
                    used += word.width();
                    push(&mut rows, std::mem::take(&mut word), style);
                } else if used > indent || bare <= width.saturating_sub(indent) {
                    let long = bare > width.saturating_sub(indent) && width.saturating_sub(used) > 12;
                    if long {
                        let rest = split_at_width(&mut word, width - used);
                        push(&mut rows, std::mem::replace(&mut word, rest), style);
                    }
                    rows.push(vec![Span::raw(" ".repeat(indent))]);
                    used = indent;
                } else {
                    let rest = split_at_width(&mut word, width.saturating_sub(used).max(1));
                    push(&mut rows, std::mem::replace(&mut word, rest), style);
                    if !word.is_empty() {
                        rows.push(vec![Span::raw(" ".repeat(indent))]);
                        used = indent;
                    }
                }
            }
        }
    }
    rows.into_iter().map(Line::from).collect()
}

/// Leaves at most `width` columns in `word` and returns the rest; behind a sign that parts a name, if one is near.
fn split_at_width(word: &mut String, width: usize) -> String {
    let mut used = 0;
    let at = word.char_indices().find_map(|(at, c)| {
        used += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        (used > width && at > 0).then_some(at)
    });
    let Some(at) = at else { return String::new() };
    let signs = word[..at].rmatch_indices(['/', '-', ':', '.', ',', '=', '_']).map(|(sign, _)| sign + 1);
    // `https://` stays in one piece
    let parting = signs.into_iter().find(|parting| !word[*parting..].starts_with('/'));
    word.split_off(parting.filter(|parting| parting * 2 >= at).unwrap_or(at))
}

fn push(rows: &mut [Vec<Span<'static>>], text: String, style: Style) {
    let Some(row) = rows.last_mut() else { return };
    match row.last_mut() {
        Some(last) if last.style == style => last.content.to_mut().push_str(&text),
        _ => row.push(Span::styled(text, style)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_rows_keep_all_words_and_the_width() {
        let text = "one two three-which-is-much-longer-than-the-row four";
        let rows = wrap_spans(vec![(text.to_owned(), Style::new())], 12, 2);
        assert!(rows.iter().all(|row| row.width() <= 13), "{rows:?}");
        let together: String = rows.iter().map(|row| row.to_string()).collect::<String>().replace(' ', "");
        assert_eq!(together, text.replace(' ', ""));
    }

    #[test]
    fn an_indent_wider_than_the_row_ends_as_any_other() {
        for (width, indent) in [(12, 40), (1, 1), (0, 3)] {
            let rows = wrap_spans(vec![("a column      and   another-one".to_owned(), Style::new())], width, indent);
            assert!(rows.len() < 60 && rows.iter().any(|row| row.to_string().contains('a')), "{rows:?}");
        }
    }

    const LOOK: Look = Look {
        palette: super::super::theme::Palette::None,
        ascii: false,
    };

    #[test]
    fn names_are_cut_in_the_middle() {
        assert_eq!(shortened(&LOOK, "imagepull-app-6dc9c6f8b7-k4x5w", 15), "imagepu…7-k4x5w");
    }

    #[test]
    fn a_squeezed_sentence_keeps_its_small_words() {
        let text = "0 of 1 ready: imagepull-app-6dc9c6f8b7-k4x5w waits";
        assert_eq!(squeezed(&LOOK, text, 80), text);
        assert_eq!(squeezed(&LOOK, text, 40), "0 of 1 ready: imagepull-…8b7-k4x5w waits");
        assert_eq!(squeezed(&LOOK, text, 20).width(), 20);
        assert_eq!(begun(&LOOK, text, 20), "0 of 1 ready…");
        assert_eq!(begun(&LOOK, text, 5), "0 of…");
        let plain = "error trying to reach service: dial tcp 10.244.0.17:8080";
        assert_eq!(begun(&LOOK, plain, 34), "error trying to reach service…");
    }
}
