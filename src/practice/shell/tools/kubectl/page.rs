//! The table that kubectl prints.

use serde_json::Value;

use super::given::Given;
use crate::practice::field::{int, items, text};
use crate::practice::kind::Kind;

/// A table as it grows: columns never become narrower.
#[derive(Default)]
pub(super) struct Page {
    widths: Vec<usize>,
    kind: &'static str,
    /// Whether objects of several kinds are printed: then each says what it is.
    pub several: bool,
    /// Whether anything was printed.
    pub begun: bool,
}

impl Page {
    pub fn lines(&mut self, given: &Given, kind: &'static Kind, table: &Value) -> String {
        if self.several && items(&table["rows"]).is_empty() {
            return String::new();
        }
        let group = if kind.group.is_empty() { String::new() } else { format!(".{}", kind.group) };
        let prefix = if self.several { format!("{}{group}/", kind.singular) } else { String::new() };
        let apart = if self.several && self.begun && self.kind != kind.plural { "\n" } else { "" };
        self.begun = true;
        let wide = given.output == "wide";
        let columns = items(&table["columnDefinitions"]);
        let shown: Vec<usize> = if columns.is_empty() {
            (0..self.widths.len() - usize::from(given.all && kind.namespaced)).collect()
        } else {
            (0..columns.len()).filter(|at| wide || int(&columns[*at]["priority"]) == 0).collect()
        };
        let mut rows: Vec<Vec<String>> = Vec::new();
        if self.kind != kind.plural && !columns.is_empty() {
            (self.widths, self.kind) = (Vec::new(), kind.plural);
            let mut head: Vec<String> = shown.iter().map(|at| text(&columns[*at]["name"]).to_uppercase()).collect();
            if given.all && kind.namespaced {
                head.insert(0, "NAMESPACE".to_owned());
            }
            self.widths = vec![0; head.len()];
            if given.headless { self.widths = vec![0; head.len()] } else { rows.push(head) }
        }
        for row in items(&table["rows"]) {
            let cell = |at: &usize| match &row["cells"][*at] {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            let mut cells: Vec<String> = shown.iter().map(cell).collect();
            if let Some(name) = cells.first_mut() {
                name.insert_str(0, &prefix);
            }
            if given.all && kind.namespaced {
                cells.insert(0, text(&row["object"]["metadata"]["namespace"]).to_owned());
            }
            rows.push(cells);
        }
        for row in &rows {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let padded = |row: &Vec<String>| {
            let last = row.len().saturating_sub(1);
            let cells = row.iter().zip(&self.widths).enumerate();
            cells
                .map(|(at, (cell, width))| if at == last { cell.clone() } else { format!("{cell:<width$}   ") })
                .collect::<String>()
                + "\n"
        };
        apart.to_owned() + &rows.iter().map(padded).collect::<String>()
    }
}
