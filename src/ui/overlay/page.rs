//! describe and YAML of one object.

use ratatui::text::{Line, Span};

use super::Pen;
use crate::lab::Search;
use crate::lab::msg::Detail;
use crate::ui::pane::wrap_spans;
use crate::ui::theme::{Look, Mean};

pub(super) fn draw(pen: &mut Pen, detail: &Detail, text: &Result<String, String>, loading: bool, scroll: usize, search: &Search) {
    let (title, yaml) = (title(detail), matches!(detail, Detail::Yaml(_)));
    let look = pen.look;
    let lines = match text {
        _ if loading => vec![Line::styled("asking the cluster", look.style(Mean::Dim))],
        Err(why) => wrap_spans(vec![(why.clone(), look.style(Mean::Fault))], pen.width(), 0),
        Ok(text) => text.lines().flat_map(|line| text_line(look, line, yaml, search, pen.width())).collect(),
    };
    pen.page(&title, searched(look, search), lines, scroll);
}

fn title(detail: &Detail) -> String {
    match detail {
        Detail::Describe(object) => format!("describe {}/{}", object.kind.to_lowercase(), object.name),
        Detail::Yaml(object) => format!("YAML {}/{}", object.kind.to_lowercase(), object.name),
        Detail::List { resource, .. } => format!("get {resource}"),
        Detail::Explain { kind, fields } => std::iter::once(kind.to_lowercase()).chain(fields.iter().cloned()).collect::<Vec<_>>().join("."),
        Detail::Can { verb, resource, .. } => format!("may one {verb} {resource}?"),
        Detail::Raw(path) => format!("get --raw {path}"),
        Detail::Request { service, port, path } => format!("request {service}:{port}{path}"),
    }
}

/// The search, as a page's frame shows it.
pub(super) fn searched(look: &Look, search: &Search) -> Line<'static> {
    match (search.typing, search.text.is_empty()) {
        (true, _) => Line::styled(format!("/{}_", search.text), look.style(Mean::Key)),
        (false, false) => Line::styled(format!("/{}", search.text), look.style(Mean::Warning)),
        (false, true) => Line::default(),
    }
}

fn text_line(look: &Look, line: &str, yaml: bool, search: &Search, width: usize) -> Vec<Line<'static>> {
    let found = !search.text.is_empty() && line.to_lowercase().contains(&search.text.to_lowercase());
    if found {
        return wrap_spans(vec![(line.to_owned(), look.style(Mean::Warning))], width, 4);
    }
    // a command is one piece; elsewhere a field's name stands before a colon
    let (key, mean, rest) = match line.split_once(':') {
        _ if line.starts_with("$ ") => (line.to_owned(), Mean::Code, String::new()),
        Some((key, rest)) if yaml || !line.starts_with(' ') => (format!("{key}:"), if yaml { Mean::Code } else { Mean::Dim }, rest.to_owned()),
        _ => (String::new(), Mean::Dim, line.to_owned()),
    };
    let words = [(key, look.style(mean)), (rest, look.style(Mean::Text))];
    if line.chars().count() <= width {
        return vec![words.into_iter().map(|(text, style)| Span::styled(text, style)).collect()];
    }
    let indent = line.len() - line.trim_start().len();
    wrap_spans(words.into(), width, indent + 2)
}
