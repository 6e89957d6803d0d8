//! The command palette.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::Pen;
use crate::lab::palette::{Entry, Palette, shown};
use crate::lab::{Model, Pane};
use crate::ui::pane::{cleared, framed, padded, scrolled, shortened};
use crate::ui::theme::{Look, Mean, Sign};

const WIDTH: u16 = 90;
/// Actions in view.
const ROWS: u16 = 14;

pub(super) fn draw(pen: &mut Pen, model: &Model, palette: &Palette) {
    let entries = shown(model, &palette.typed);
    let width = WIDTH.min(pen.area.width);
    let area = Rect {
        x: pen.area.x + (pen.area.width - width) / 2,
        y: pen.area.y + 1,
        width,
        height: (ROWS.min(entries.len() as u16).max(1) + 3).min(pen.area.height.saturating_sub(1)),
    };
    let look = pen.look;
    cleared(pen.frame, look, area);
    let inside = framed(
        pen.frame,
        look,
        area,
        true,
        Line::styled("Every action", look.style(Mean::Strong)),
        Line::default(),
    );
    let [line, list] = Layout::vertical([Constraint::Length(1), Constraint::Min(1)]).areas(inside);
    let typed = vec![
        Span::styled(":", look.style(Mean::Dim)),
        Span::styled(format!("{}_", palette.typed), look.style(Mean::Strong)),
    ];
    pen.frame.render_widget(Line::from(typed), line);
    let name = entries.iter().map(|entry| entry.name.width()).max().unwrap_or(0);
    let line = |(place, entry)| row(look, entry, place == palette.selected, name, usize::from(list.width));
    let lines: Vec<Line> = entries.iter().enumerate().map(line).collect();
    scrolled(pen.frame, list, &lines, palette.scroll, Pane::Page, pen.measures);
}

fn row(look: &Look, entry: &Entry, selected: bool, name: usize, width: usize) -> Line<'static> {
    let bar = if selected { format!("{} ", look.sign(Sign::Bar)) } else { "  ".to_owned() };
    let room = width.saturating_sub(name + entry.keys.width() + 6);
    let mean = if selected { Mean::Strong } else { Mean::Text };
    Line::from(vec![
        Span::styled(bar, look.style(Mean::Key)),
        Span::styled(padded(&entry.name, name), look.style(mean)),
        Span::raw("  "),
        Span::styled(padded(&shortened(look, entry.help, room), room), look.style(Mean::Dim)),
        Span::raw("  "),
        Span::styled(entry.keys.clone(), look.style(Mean::Key)),
    ])
}
