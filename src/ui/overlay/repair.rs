//! The repair page: what can be changed, the value that is typed, and the command that does the same.

use ratatui::layout::{Constraint, Layout};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::Pen;
use crate::lab::Pane;
use crate::lab::repair::{RepairPage, Row};
use crate::ui::pane::{cleared, framed, laid, padded, percent, scrolled, shortened, wrap_spans};
use crate::ui::theme::{Look, Mean, Sign};

/// Columns that a label may take of the page.
const LABEL: usize = 46;

pub(super) fn draw(pen: &mut Pen, page: &RepairPage) {
    let look = pen.look;
    let foot = foot(look, page, pen.width());
    cleared(pen.frame, look, pen.area);
    let title = format!("repair {}/{}", page.about.kind.to_lowercase(), page.about.name);
    let visible = usize::from(pen.area.height.saturating_sub(3 + foot.len() as u16));
    let right = Line::styled(percent(page.scroll, page.rows.len(), visible), look.style(Mean::Dim));
    let inside = framed(pen.frame, look, pen.area, true, Line::styled(title, look.style(Mean::Strong)), right);
    let [list, below] = Layout::vertical([Constraint::Min(1), Constraint::Length(foot.len() as u16 + 1)]).areas(inside);
    scrolled(
        pen.frame,
        list,
        &lines(look, page, usize::from(list.width)),
        page.scroll,
        Pane::Page,
        pen.measures,
    );
    let foot: Vec<Line> = std::iter::once(Line::default()).chain(foot).collect();
    laid(pen.frame, below, &foot);
}

fn lines(look: &Look, page: &RepairPage, width: usize) -> Vec<Line<'static>> {
    match (&page.object, &page.failed) {
        (_, Some(why)) => return wrap_spans(vec![(why.clone(), look.style(Mean::Fault))], width, 0),
        (None, None) => return vec![Line::styled("asking the cluster", look.style(Mean::Dim))],
        _ => {}
    }
    let label = page.rows.iter().map(|row| row.label().width()).max().unwrap_or(0).min(LABEL).min(width / 2);
    let rows = page.rows.iter().enumerate();
    rows.map(|(place, row)| line(look, page, row, place == page.selected, (label, width))).collect()
}

fn line(look: &Look, page: &RepairPage, row: &Row, selected: bool, (label, width): (usize, usize)) -> Line<'static> {
    let bar = if selected { format!("{} ", look.sign(Sign::Bar)) } else { "  ".to_owned() };
    let (name, value) = (row.label(), value(look, page, row, selected));
    let mean = if selected { Mean::Strong } else { Mean::Text };
    if matches!(row, Row::Do(_)) {
        return Line::from(vec![Span::styled(bar, look.style(Mean::Key)), Span::styled(name, look.style(mean))]);
    }
    let room = width.saturating_sub(label + 4);
    let typing = selected && page.typed.is_some();
    Line::from(vec![
        Span::styled(bar, look.style(Mean::Key)),
        Span::styled(padded(&shortened(look, &name, label), label), look.style(mean)),
        Span::raw("  "),
        Span::styled(if typing { tail(&value.0, room) } else { shortened(look, &value.0, room) }, look.style(value.1)),
    ])
}

/// The end of a text, where it is typed.
fn tail(text: &str, room: usize) -> String {
    let over = text.chars().count().saturating_sub(room);
    text.chars().skip(over).collect()
}

/// What stands beside a label: the value, or what is typed in its place.
fn value(look: &Look, page: &RepairPage, row: &Row, selected: bool) -> (String, Mean) {
    match (&page.typed, row) {
        (Some(typed), _) if selected => (format!("{typed}_"), Mean::Key),
        (_, Row::Field(field)) => match &field.value {
            Some(value) if value.is_empty() => ("\"\"".to_owned(), Mean::Dim),
            Some(value) => (value.clone(), Mean::Code),
            None => ("not set".to_owned(), Mean::Dim),
        },
        _ => (format!("NAME=value{}", look.sign(Sign::Cut)), Mean::Dim),
    }
}

/// The command, the refusal, and what is going on.
fn foot(look: &Look, page: &RepairPage, width: usize) -> Vec<Line<'static>> {
    let text = look.style(Mean::Text);
    if let Some((change, why)) = &page.refused {
        let anew = matches!(change.mend, crate::lab::msg::Mend::Amend { .. });
        let mut lines = wrap_spans(vec![(format!("{} {why}", look.sign(Sign::Bad)), look.style(Mean::Fault))], width, 2);
        lines.truncate(6);
        if anew {
            let key = |key: &str| (key.to_owned(), look.style(Mean::Key));
            lines.extend(wrap_spans(
                vec![key("R "), ("deletes the object and makes it anew with this value".to_owned(), text)],
                width,
                2,
            ));
        }
        return lines;
    }
    if page.sent.is_some() {
        return vec![Line::styled("sent to the cluster", look.style(Mean::Dim))];
    }
    let mut lines = match page.change() {
        Some(change) => wrap_spans(vec![("$ ".to_owned(), look.style(Mean::Dim)), (change.command, text)], width, 4),
        None => Vec::new(),
    };
    lines.truncate(4);
    if page.typed.is_some() {
        let hint = "Enter sends it, Ctrl-u empties it; an empty field is taken out";
        lines.push(Line::styled(hint, look.style(Mean::Dim)));
    }
    lines
}
