//! The shell's pane: the picture of its terminal, in its own colours.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use super::pane::framed;
use super::theme::{Look, Mean, Palette};
use crate::lab::msg::{Measures, PaneMeasure};
use crate::lab::shell::{Colour, Grid, Ink};
use crate::lab::{Attempt, Pane};
use crate::text::clean;

/// Draws the pane; the terminal's own cursor stands where the shell's is.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, attempt: &Attempt, focused: bool, measures: &mut Measures) {
    let namespace = attempt.opened.as_ref().map(|opened| opened.namespace.as_str()).unwrap_or_default();
    let title = Line::styled(format!("Shell {namespace}"), look.style(Mean::Key));
    let grid = attempt.shell.grid.as_deref();
    let inside = framed(frame, look, area, true, title, Line::styled(state(grid), look.style(Mean::Dim)));
    measures.panes.push(PaneMeasure {
        pane: Pane::Shell,
        x: inside.x,
        y: inside.y,
        width: inside.width,
        height: inside.height,
        rows: 0,
        visible: usize::from(inside.height),
    });
    match grid {
        Some(grid) => picture(frame, look, inside, grid, focused),
        None => frame.render_widget(Line::styled("starting", look.style(Mean::Dim)), inside),
    }
}

fn state(grid: Option<&Grid>) -> String {
    match grid {
        Some(grid) if grid.back > 0 => format!("{} rows back, a key returns", grid.back),
        Some(grid) if grid.flooding => "more than can be read: Ctrl-C stops it".to_owned(),
        _ => "Ctrl-] back".to_owned(),
    }
}

fn picture(frame: &mut Frame, look: &Look, area: Rect, grid: &Grid, focused: bool) {
    let buffer = frame.buffer_mut();
    for (row, runs) in grid.rows.iter().take(usize::from(area.height)).enumerate() {
        for run in runs.iter().filter(|run| run.column < area.width) {
            let room = usize::from(area.width - run.column);
            let text = clean(&run.text);
            // Never shifted: a character that the terminal counts differently is drawn in its own columns or not at all.
            if text.width() <= room || text.is_ascii() {
                buffer.set_stringn(area.x + run.column, area.y + row as u16, &text, room, style(look, run.ink));
            }
        }
    }
    if let Some((column, row)) = grid.cursor.filter(|(column, row)| focused && *column < area.width && *row < area.height) {
        frame.set_cursor_position(Position::new(area.x + column, area.y + row));
    }
}

fn style(look: &Look, ink: Ink) -> Style {
    let mut style = look.style(Mean::Text);
    if look.palette != Palette::None {
        let colour = |colour| match colour {
            Colour::Default => None,
            Colour::Index(index) => Some(Color::Indexed(index)),
            Colour::Rgb(red, green, blue) => Some(Color::Rgb(red, green, blue)),
        };
        style = colour(ink.text).map_or(style, |text| style.fg(text));
        style = colour(ink.ground).map_or(style, |ground| style.bg(ground));
    }
    let modifiers = [
        (ink.bold, Modifier::BOLD),
        (ink.dim, Modifier::DIM),
        (ink.italic, Modifier::ITALIC),
        (ink.underline, Modifier::UNDERLINED),
        (ink.inverse, Modifier::REVERSED),
    ];
    modifiers
        .into_iter()
        .filter(|(on, _)| *on)
        .fold(style, |style, (_, modifier)| style.add_modifier(modifier))
}
