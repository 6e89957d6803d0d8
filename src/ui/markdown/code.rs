//! Lines of code blocks: how they look, and how a line that is too long for its pane stands in it.

use std::borrow::Cow;

use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::ui::pane::wrap_spans;
use crate::ui::theme::{Look, Mean};

/// Commands are what a learner looks for in code; comments and printed output are quieter.
pub(super) fn code_style(look: &Look, language: &str, line: &str) -> Style {
    let line = line.trim_start();
    let mean = match language {
        _ if line.starts_with('#') => Mean::Dim,
        "" => Mean::Text,
        _ => Mean::Code,
    };
    look.style(mean)
}

/// A row of a printed table with as little between its columns as keeps them apart.
pub(super) fn narrowed(line: &str) -> Cow<'_, str> {
    let cells: Vec<&str> = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    if cells.len() < 2 {
        return line.into();
    }
    let indent = &line[..line.len() - line.trim_start().len()];
    format!("{indent}{}", cells.join("  ")).into()
}

/// Code wrapped at blanks, what goes on indented; a rule under a heading is cut.
pub(super) fn wrap_code(line: &str, width: usize) -> Vec<String> {
    let rule = line.bytes().all(|byte| matches!(byte, b'-' | b' '));
    if line.width() <= width || rule {
        return vec![line.chars().take(width).collect()];
    }
    let indent = line.len() - line.trim_start().len() + 2;
    wrap_spans(vec![(line.to_owned(), Style::new())], width, indent.min(width / 2))
        .iter()
        .map(|row| row.to_string())
        .collect()
}
