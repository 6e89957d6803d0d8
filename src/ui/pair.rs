//! Two fields that should fit, one above the other, so that the eye finds where they differ.

use std::ops::Range;

use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use super::pane::{padded, wrap_spans};
use super::theme::{Look, Mean};
use crate::scenario::clue::{Pair, Side};

/// A row a side: object, field, what it says; `marked`, the words that only one side has stand out.
pub fn lines(look: &Look, pair: &Pair, marked: bool, width: usize) -> Vec<Line<'static>> {
    let (left, right) = if marked { pair.differences() } else { Default::default() };
    let name = |side: &Side| format!("{}/{}", side.object.kind.to_lowercase(), side.object.name);
    let names = [name(&pair.left), name(&pair.right)].map(|name| name.width()).into_iter().max().unwrap_or(0);
    let paths = pair.left.path.width().max(pair.right.path.width());
    let room = width.saturating_sub(2 + names + 3 + paths + 3);
    // what does not stand in one row stands beneath
    let beside = room >= pair.left.text.width().max(pair.right.text.width()).min(24);
    let row = |side: &Side, ranges: Vec<Range<usize>>| {
        let (dim, text) = (look.style(Mean::Dim), words(look, &side.text, &ranges));
        if beside {
            let head = format!("  {}   {}   ", padded(&name(side), names), padded(&side.path, paths));
            let indent = head.width();
            return wrap_spans(std::iter::once((head, dim)).chain(text).collect(), width, indent);
        }
        let mut rows = wrap_spans(vec![(format!("  {}  {}", name(side), side.path), dim)], width, 4);
        rows.extend(wrap_spans(std::iter::once(("    ".to_owned(), dim)).chain(text).collect(), width, 4));
        rows
    };
    [row(&pair.left, left), row(&pair.right, right)].concat()
}

fn words(look: &Look, text: &str, marked: &[Range<usize>]) -> Vec<(String, Style)> {
    let (plain, fault) = (
        look.style(Mean::Strong),
        look.style(Mean::Fault).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
    );
    let mut pieces = Vec::new();
    let mut at = 0;
    for range in marked {
        pieces.push((text.get(at..range.start).unwrap_or_default().to_owned(), plain));
        pieces.push((text.get(range.clone()).unwrap_or_default().to_owned(), fault));
        at = range.end;
    }
    pieces.push((text.get(at..).unwrap_or_default().to_owned(), plain));
    pieces.retain(|(text, _)| !text.is_empty());
    pieces
}
