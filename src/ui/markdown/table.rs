//! A table of the lesson: every column gets what it needs, or a fair share of the width, and wraps within it.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::ui::pane::wrap_spans;
use crate::ui::theme::{Look, Mean};

/// Blanks between columns.
const GAP: usize = 2;

/// A piece of a row: words and how they look.
type Cell = Vec<(String, Style)>;

/// Rows of cells; the first row is the heading.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub fn row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub fn cell(&mut self) {
        if let Some(row) = self.rows.last_mut() {
            row.push(Vec::new());
        }
    }

    /// Adds words to the cell that is being read; gives them back when there is none.
    pub fn add(&mut self, words: String, style: Style) -> Option<(String, Style)> {
        match self.rows.last_mut().and_then(|row| row.last_mut()) {
            Some(cell) => cell.push((words, style)),
            None => return Some((words, style)),
        }
        None
    }

    pub fn lines(self, look: &Look, width: usize) -> Vec<Line<'static>> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(wide).max().unwrap_or(0);
        let needs: Vec<usize> = (0..columns).map(widest).collect();
        let shares = shares(&needs, width.saturating_sub(GAP * columns.saturating_sub(1)));
        let mut lines = Vec::new();
        for (number, row) in self.rows.into_iter().enumerate() {
            let row = row.into_iter().map(|mut cell| {
                if number == 0 {
                    cell.iter_mut().for_each(|(_, style)| *style = look.style(Mean::Strong));
                }
                cell
            });
            lines.extend(beside(row.collect(), &shares));
        }
        lines
    }
}

fn wide(cell: &Cell) -> usize {
    cell.iter().map(|(words, _)| words.width()).sum()
}

/// What each column gets of the room: those that need less than an equal share get that, the others share what is left.
fn shares(needs: &[usize], room: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..needs.len()).collect();
    order.sort_by_key(|column| needs[*column]);
    let (mut left, mut shares) = (room, vec![0; needs.len()]);
    for (done, column) in order.iter().enumerate() {
        let fair = left / (needs.len() - done);
        shares[*column] = needs[*column].min(fair).max(1);
        left = left.saturating_sub(shares[*column]);
    }
    shares
}

/// The cells of a row side by side, each wrapped within its share.
fn beside(row: Vec<Cell>, shares: &[usize]) -> Vec<Line<'static>> {
    let cells: Vec<Vec<Line>> = row.into_iter().zip(shares).map(|(cell, share)| wrap_spans(cell, *share, 0)).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |at: usize| {
        let mut spans = Vec::new();
        let (mut column, mut used) = (0, 0);
        for (cell, share) in cells.iter().zip(shares) {
            if let Some(part) = cell.get(at).filter(|part| part.width() > 0) {
                spans.push(Span::raw(" ".repeat(column - used)));
                used = column + part.width();
                spans.extend(part.spans.clone());
            }
            // A blank that wrapping left at a line's end takes no room from the next column.
            column = (column + share + GAP).max(used);
        }
        Line::from(spans)
    };
    (0..height).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_column_gets_what_it_needs_and_the_wide_ones_share_the_rest() {
        assert_eq!(shares(&[5, 4], 20), [5, 4]);
        assert_eq!(shares(&[40, 40], 20), [10, 10]);
        assert_eq!(shares(&[4, 40, 40], 24), [4, 10, 10]);
        assert_eq!(shares(&[30, 3], 0), [1, 1]);
    }
}
