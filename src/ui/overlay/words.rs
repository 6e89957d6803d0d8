//! What the words that an object shows mean.

use ratatui::text::Line;

use super::Pen;
use crate::lab::word::explain;
use crate::ui::pane::wrap_spans;
use crate::ui::theme::Mean;

/// Causes that need no telling.
const ORDINARY: &str = "the ordinary course";

pub(super) fn draw(pen: &mut Pen, title: &str, words: &[String], scroll: usize) {
    let look = pen.look;
    let width = 76.min(pen.width());
    let mut lines = Vec::new();
    for word in words {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(word.clone(), look.style(Mean::Heading)));
        let Some(known) = explain(word) else {
            lines.push(Line::styled("klab does not know this word; its message says more.", look.style(Mean::Dim)));
            continue;
        };
        lines.extend(wrap_spans(vec![(known.means.clone(), look.style(Mean::Text))], width, 0));
        let told = |(_, text): &(&str, &String)| *text != ORDINARY;
        for (name, text) in [("usual causes  ", &known.causes), ("look next     ", &known.look)].into_iter().filter(told) {
            lines.extend(wrap_spans(
                vec![(name.to_owned(), look.style(Mean::Dim)), (text.clone(), look.style(Mean::Text))],
                width,
                14,
            ));
        }
    }
    pen.dialog(80, title, lines, scroll);
}
