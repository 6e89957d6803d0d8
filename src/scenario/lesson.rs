//! A README, taken apart: what is shown, what is folded, and what it says about itself.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Level {
    #[default]
    Beginner,
    Intermediate,
    Advanced,
}

/// The README, taken apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lesson {
    /// In reading order; Markdown within.
    pub parts: Vec<Part>,
    pub objectives: Vec<String>,
    /// Titles of `## Step N: …`.
    pub steps: Vec<String>,
    pub learned: Vec<String>,
    pub pitfalls: Vec<String>,
    /// `## Going Deeper`, as Markdown.
    pub deeper: String,
    /// Text and address.
    pub links: Vec<(String, String)>,
    /// The folder that `## Next Challenge` links to.
    pub next: Option<String>,
}

/// A stretch of the lesson.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Markdown that is always shown.
    Text(String),
    /// Markdown that unfolds.
    Fold { kind: Fold, summary: String, body: String },
}

/// Why a stretch is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fold {
    /// The nth hint, from 1.
    Hint(usize),
    Solution,
    /// Gives the answer away: the `Image:` line and all after the solution, until the goals are green.
    Answer,
    /// An author's own fold.
    Plain,
}
