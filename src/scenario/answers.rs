//! Where a README keeps its hints and its solution: in folds, or under headings of their own, as each author likes it.

use super::markdown::{self, Line};

/// A stretch of a README that must not be seen before it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    pub kind: Kind,
    /// Summary and Markdown, one for each hint.
    pub folds: Vec<(String, String)>,
    /// The line behind it.
    pub end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Hint,
    Solution,
}

/// What a summary or heading announces, in the languages that lessons are written in most.
#[must_use]
pub fn kind(title: &str) -> Option<Kind> {
    let lower = title.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&[
        "hint",
        "nudge",
        "stuck?",
        "hinweis",
        "tipp",
        "pista",
        "indice",
        "dica",
        "подсказка",
        "提示",
        "ヒント",
    ]) {
        Some(Kind::Hint)
    } else if has(&["verify", "confirm", "validate", "check", "test ", "prüfen"]) {
        // "Verify the fix" says how to see that it worked, not what to do.
        None
    } else {
        let english = ["solution", "answer", "spoiler", "how to fix", "the fix", "resolution"];
        let others = ["lösung", "loesung", "solución", "solução", "решение", "解决", "解答", "答案", "解決"];
        (has(&english) || has(&others)).then_some(Kind::Solution)
    }
}

/// The hints or the solution under the heading at a line. Where folds stand below, those keep what is to be kept.
#[must_use]
pub fn section(lines: &[Line], at: usize) -> Option<Answers> {
    let (depth, title) = markdown::heading_of(&lines[at]).filter(|(depth, _)| *depth >= 2)?;
    let kind = kind(title)?;
    let end = end_of(lines, at + 1, depth);
    let body = &lines[at + 1..end];
    let folded = (at + 1..end).any(|line| markdown::fold(lines, line).is_some());
    if folded || body.iter().all(|line| line.text.trim().is_empty()) {
        return None;
    }
    let folds = match kind {
        Kind::Solution => vec![(title.to_owned(), text(body))],
        Kind::Hint => hints(title, body),
    };
    Some(Answers { kind, folds, end })
}

/// The line behind the solution that starts at a line, in a fold or under a heading.
#[must_use]
pub fn solution_end(lines: &[Line], at: usize) -> Option<usize> {
    let fold = markdown::fold(lines, at).filter(|fold| kind(&fold.summary) == Some(Kind::Solution));
    let section = || section(lines, at).filter(|answers| answers.kind == Kind::Solution);
    fold.map(|fold| fold.end).or_else(|| section().map(|answers| answers.end))
}

/// One hint for each heading below, or else for each item of a list, or else the whole.
fn hints(title: &str, body: &[Line]) -> Vec<(String, String)> {
    let headings: Vec<usize> = (0..body.len()).filter(|at| markdown::heading_of(&body[*at]).is_some()).collect();
    if !headings.is_empty() {
        let ends = headings.iter().skip(1).copied().chain([body.len()]);
        let one = |(at, end): (&usize, usize)| {
            let title = markdown::heading_of(&body[*at]).map_or("", |(_, title)| title);
            (title.to_owned(), text(&body[*at + 1..end]))
        };
        return headings.iter().zip(ends).map(one).collect();
    }
    let starts: Vec<usize> = (0..body.len()).filter(|at| !body[*at].code && is_item(body[*at].text)).collect();
    if starts.len() > 1 {
        let ends = starts.iter().skip(1).copied().chain([body.len()]);
        let one = |(number, (at, end)): (usize, (&usize, usize))| {
            let item = text(&body[*at..end]);
            let bare = item
                .trim_start_matches(|char: char| char.is_ascii_digit())
                .trim_start_matches(['-', '*', '+', '.', ')']);
            (format!("Hint {}", number + 1), bare.trim_start().to_owned())
        };
        return starts.iter().zip(ends).enumerate().map(one).collect();
    }
    vec![(title.to_owned(), text(body))]
}

/// An item of the outermost list.
fn is_item(line: &str) -> bool {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = digits > 0 && (line[digits..].starts_with(". ") || line[digits..].starts_with(") "));
    numbered || ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark))
}

fn end_of(lines: &[Line], from: usize, depth: usize) -> usize {
    let closes = |at: &usize| markdown::heading_of(&lines[*at]).is_some_and(|(next, _)| next <= depth);
    (from..lines.len()).find(closes).unwrap_or(lines.len())
}

fn text(lines: &[Line]) -> String {
    markdown::join(lines).trim_matches('\n').trim_end().to_owned()
}
