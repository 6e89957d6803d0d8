//! What is wrong with an expression, shown as CEL's compiler shows it: place, words, and the line with a mark under it.

/// One thing that is wrong, and where: a count of characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issue {
    pub at: usize,
    pub text: String,
}

impl Issue {
    pub fn new(at: usize, text: impl Into<String>) -> Self {
        Self { at, text: text.into() }
    }

    pub fn syntax(at: usize, text: &str) -> Self {
        Self::new(at, format!("Syntax error: {text}"))
    }
}

/// How many are shown, as CEL's compiler limits them.
const SHOWN: usize = 100;

/// All of them in the order of their places.
#[must_use]
pub fn shown(source: &str, mut issues: Vec<Issue>) -> String {
    issues.sort();
    issues.dedup();
    let told: Vec<String> = issues.iter().take(SHOWN).map(|issue| one(source, issue)).collect();
    told.join("\n")
}

fn one(source: &str, issue: &Issue) -> String {
    let before: String = source.chars().take(issue.at).collect();
    let number = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    let line = source.split('\n').nth(number).unwrap_or_default().replace('\t', " ");
    let place = format!("<input>:{}:{}", number + 1, column + 1);
    format!("ERROR: {place}: {}\n | {line}\n | {}^", issue.text, ".".repeat(column))
}
