//! What a terminal shows, as plain data: rows of styled runs, the cursor, and the modes that its program switched on.

/// One picture of a shell's screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grid {
    pub columns: u16,
    pub rows: Vec<Vec<Run>>,
    /// Column and row; `None` while it is hidden or scrolled out of view.
    pub cursor: Option<(u16, u16)>,
    /// Rows that the view is scrolled back by.
    pub back: usize,
    pub modes: Modes,
    /// More comes than anybody can read.
    pub flooding: bool,
    /// How it ended: `0`, `1`, a signal's name.
    pub ended: Option<String>,
}

/// Text of one style, and the column that it begins in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub column: u16,
    pub text: String,
    pub ink: Ink,
}

/// How text is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ink {
    pub text: Colour,
    pub ground: Colour,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underline: bool,
    pub inverse: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    #[default]
    Default,
    /// Of the terminal's 256.
    Index(u8),
    Rgb(u8, u8, u8),
}

/// What the program in the shell asked of its terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modes {
    /// Arrows are sent as `ESC O`.
    pub application_cursor: bool,
    pub bracketed_paste: bool,
    /// It wants clicks and wheel, written as SGR reports.
    pub mouse: bool,
    pub alternate_screen: bool,
}

impl Grid {
    /// The text alone, a line a row.
    #[must_use]
    pub fn text(&self) -> String {
        let row = |runs: &Vec<Run>| {
            let mut line = String::new();
            for run in runs {
                let gap = usize::from(run.column).saturating_sub(unicode_width::UnicodeWidthStr::width(line.as_str()));
                line.push_str(&" ".repeat(gap));
                line.push_str(&run.text);
            }
            line.trim_end().to_owned()
        };
        self.rows.iter().map(row).collect::<Vec<_>>().join("\n")
    }

    /// The last row that says something.
    #[must_use]
    pub fn last_line(&self) -> String {
        let text = self.text();
        text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned()
    }
}
