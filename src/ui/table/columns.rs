//! Cells set in columns; where the width does not suffice the widest give way, and what finds no room at all is marked.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::cells::Cell;
use crate::ui::pane::{padded, shortened};
use crate::ui::theme::{Look, Mean, Sign};

/// No column is squeezed below this.
const NARROWEST: usize = 12;
/// Columns that are never cut.
const WHOLE: [&str; 4] = ["READY", "STATUS", "RESTARTS", "AGE"];
/// Before the first column.
const MARGIN: usize = 2;
/// Between two columns.
const GAP: usize = 2;

/// The line of headings, and a line for each row.
pub fn lines(look: &Look, headings: &[String], rows: &[Vec<Cell>], least: &[usize], width: usize) -> (Line<'static>, Vec<Line<'static>>) {
    let mut wide: Vec<usize> = headings.iter().map(|heading| heading.width()).collect();
    for (column, wide) in wide.iter_mut().enumerate() {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|(text, _)| text.width());
        *wide = cells.chain(least.get(column).copied()).fold(*wide, usize::max);
    }
    let cut = fit(headings, &mut wide, width.saturating_sub(MARGIN));
    let line = |cells: Vec<Cell>| {
        let mut spans = vec![Span::raw(" ".repeat(MARGIN))];
        for ((text, style), width) in cells.into_iter().zip(&wide) {
            spans.push(Span::styled(padded(&shortened(look, &text, *width), *width), style));
            spans.push(Span::raw(" ".repeat(GAP)));
        }
        Line::from(spans)
    };
    let dim = look.style(Mean::Dim);
    let mut heading = line(headings.iter().map(|heading| (heading.clone(), dim)).collect());
    if cut {
        heading.spans.push(Span::styled(look.sign(Sign::Cut), dim));
    }
    (heading, rows.iter().cloned().map(line).collect())
}

/// Squeezes the widest columns until all stand in the width; leaves the last ones out where that is not enough, and gives
/// the room that they leave back to the others.
fn fit(headings: &[String], wide: &mut Vec<usize>, room: usize) -> bool {
    let needs = wide.clone();
    let cut = squeeze(headings, wide, room);
    let gaps = GAP * wide.len().saturating_sub(1) + usize::from(cut) * (GAP + 1);
    let mut spare = room.saturating_sub(wide.iter().sum::<usize>() + gaps);
    for (width, need) in wide.iter_mut().zip(needs) {
        let more = need.saturating_sub(*width).min(spare);
        *width += more;
        spare -= more;
    }
    cut
}

/// Whether columns had to be left out.
fn squeeze(headings: &[String], wide: &mut Vec<usize>, room: usize) -> bool {
    let whole = wide.len();
    loop {
        let cut = wide.len() < whole;
        let gaps = GAP * wide.len().saturating_sub(1) + usize::from(cut) * GAP;
        if wide.iter().sum::<usize>() + gaps <= room || wide.len() <= 1 {
            return cut;
        }
        let gives = |(column, width): &(usize, usize)| {
            let heading = headings.get(*column).map_or(0, |heading| heading.width());
            // a sorted heading bears a mark behind its name
            let whole = headings.get(*column).is_some_and(|heading| WHOLE.iter().any(|name| heading.starts_with(name)));
            !whole && *width > NARROWEST.max(heading)
        };
        match wide.iter().copied().enumerate().filter(gives).max_by_key(|(_, width)| *width) {
            Some((column, _)) => wide[column] -= 1,
            None => drop(wide.pop()),
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;
    use crate::ui::Palette;

    const LOOK: Look = Look {
        palette: Palette::None,
        ascii: false,
    };

    fn drawn(headings: &[&str], row: &[&str], width: usize) -> [String; 2] {
        let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
        let row: Vec<Cell> = row.iter().map(|cell| ((*cell).to_owned(), Style::new())).collect();
        let (heading, rows) = lines(&LOOK, &headings, &[row], &[], width);
        [heading.to_string(), rows[0].to_string()].map(|line| line.trim_end().to_owned())
    }

    #[test]
    fn the_widest_column_gives_way_and_status_never_does() {
        let headings = ["NAME", "STATUS", "IMAGES"];
        let row = ["web", "CreateContainerConfigError", "registry.example/team/application:v1"];
        assert_eq!(
            drawn(&headings, &row, 100)[1],
            "  web   CreateContainerConfigError  registry.example/team/application:v1"
        );
        assert_eq!(drawn(&headings, &row, 54)[1], "  web   CreateContainerConfigError  registry.…ation:v1");
        assert!(drawn(&headings, &row, 54).iter().all(|line| line.width() <= 56));
    }

    #[test]
    fn what_a_column_leaves_goes_to_the_name_that_was_squeezed() {
        let row = ["storefront-6dc96f7777-4s68k", "Running", "10.244.0.2", "practice-node"];
        let drawn = drawn(&["NAME", "STATUS", "IP", "NODE"], &row, 40);
        assert_eq!(drawn[1], "  storefr…-4s68k  Running  10.244.0.2");
        assert!(drawn[0].ends_with('…') && drawn[0].width() <= 40, "{drawn:?}");
    }

    #[test]
    fn a_column_without_room_is_left_out_and_that_is_said() {
        let drawn = drawn(&["NAME", "STATUS", "IMAGES"], &["web", "Running", "application:v1"], 24);
        assert_eq!(drawn, ["  NAME  STATUS   …", "  web   Running"]);
    }
}
