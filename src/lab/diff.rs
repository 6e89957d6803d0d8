//! What differs between two forms of the same objects, as unified lines with the changed words marked.

use std::ops::Range;

use crate::scenario::{Manifest, Scenario, SolutionMode};
use crate::text::diff::{self, Piece};

/// Lines around a change that stay.
const CONTEXT: usize = 3;
/// Two lines that share less than this of their words are no versions of one another.
const LIKE: f32 = 0.4;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// `-`, `+`, a blank, or `#` before an object's name.
    pub sign: char,
    pub text: String,
    /// Byte ranges of the words that changed.
    pub marked: Vec<Range<usize>>,
}

/// An object in two forms; one that is not there is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twins {
    /// `Deployment web`
    pub name: String,
    pub old: String,
    pub new: String,
}

/// What the solution changes; one line that says so when that is nothing.
#[must_use]
pub fn lines(scenario: &Scenario) -> Vec<DiffLine> {
    let deletes = scenario.solution_mode == SolutionMode::Delete;
    let twins = scenario.solution.iter().map(|solution| {
        let before = twin(&scenario.broken, solution).or_else(|| twin(&scenario.setup, solution));
        let before = before.map_or("", |manifest| manifest.text.as_str());
        let (old, new) = if deletes {
            (solution.text.as_str(), "")
        } else {
            (before, solution.text.as_str())
        };
        Twins {
            name: format!("{} {}", solution.kind(), solution.name()),
            old: old.to_owned(),
            new: new.to_owned(),
        }
    });
    between(&twins.collect::<Vec<_>>(), "The solution's manifests are those of broken/: nothing to change.")
}

/// The objects that differ, each under its name; `same` where none does.
#[must_use]
pub fn between(twins: &[Twins], same: &str) -> Vec<DiffLine> {
    let mut lines = Vec::new();
    for one in twins {
        let changed = unified(&one.old, &one.new);
        if changed.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(line(' ', ""));
        }
        lines.push(line(HEAD, &one.name));
        lines.extend(changed);
    }
    if lines.is_empty() {
        lines.push(line(' ', same));
    }
    lines
}

/// The sign of a line that names an object.
pub const HEAD: char = '#';

fn twin<'a>(manifests: &'a [Manifest], like: &Manifest) -> Option<&'a Manifest> {
    manifests
        .iter()
        .find(|manifest| manifest.kind() == like.kind() && manifest.name() == like.name())
}

fn line(sign: char, text: &str) -> DiffLine {
    DiffLine {
        sign,
        text: text.to_owned(),
        marked: Vec::new(),
    }
}

fn unified(old: &str, new: &str) -> Vec<DiffLine> {
    // A missing last newline is no difference; the empty side of a wholly new or wholly deleted object has no lines.
    let (before, after): (Vec<&str>, Vec<&str>) = (old.trim_end().lines().collect(), new.trim_end().lines().collect());
    let mut lines = Vec::new();
    for group in diff::group_diff_ops(diff::operations(&before, &after), CONTEXT) {
        let from = group.first().map_or(0, |operation| operation.old_range().start);
        lines.extend(above(&before, from).into_iter().map(|above| line(' ', above)));
        for piece in group.iter().flat_map(|operation| diff::pieces(operation, &before, &after)) {
            lines.push(match piece {
                Piece::Same(text) => line(' ', text),
                Piece::Gone(text) => line('-', text),
                Piece::Come(text) => line('+', text),
            });
        }
    }
    mark(&mut lines);
    lines
}

/// The lines that a line of YAML stands under, outermost first, so that a change says where it is.
fn above<'a>(rows: &[&'a str], row: usize) -> Vec<&'a str> {
    let indent = |row: &str| row.len() - row.trim_start().len();
    let Some(first) = rows.get(row) else { return Vec::new() };
    let mut least = indent(first) + usize::from(first.trim_start().starts_with("- "));
    let mut parents = Vec::new();
    for one in rows[..row].iter().rev().filter(|one| !one.trim().is_empty()) {
        if indent(one) < least {
            // A list stands at its own field's column.
            least = indent(one) + usize::from(one.trim_start().starts_with("- "));
            parents.push(*one);
        }
    }
    parents.reverse();
    parents
}

/// Marks the words that differ where one line took the place of another: of those that came, the one most like it.
fn mark(lines: &mut [DiffLine]) {
    let run = |lines: &[DiffLine], from: usize, sign: char| lines[from..].iter().take_while(|line| line.sign == sign).count();
    let mut at = 0;
    while at < lines.len() {
        let gone = run(lines, at, '-');
        let come = run(lines, at + gone, '+');
        let mut free: Vec<usize> = (at + gone..at + gone + come).collect();
        for old in at..at + gone {
            let alike = |new: &usize| (likeness(&lines[old].text, &lines[*new].text) * 1000.0) as i64;
            // Of equals the first.
            let Some(best) = (0..free.len()).rev().max_by_key(|place| alike(&free[*place])) else {
                break;
            };
            let new = free[best];
            if likeness(&lines[old].text, &lines[new].text) >= LIKE {
                free.remove(best);
                (lines[old].marked, lines[new].marked) = words(&lines[old].text, &lines[new].text);
            }
        }
        at += (gone + come).max(1);
    }
}

/// How much of their words two lines share, from 0 to 1.
fn likeness(old: &str, new: &str) -> f32 {
    let (old, new) = (pieces(old.trim()), pieces(new.trim()));
    diff::diff_ratio(&diff::operations(&old, &new), old.len(), new.len())
}

/// Byte ranges that only one of two lines has.
fn words(old: &str, new: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (before, after) = (pieces(old), pieces(new));
    let (mut gone, mut come): (Vec<Range<usize>>, Vec<Range<usize>>) = Default::default();
    let (mut left, mut right) = (0, 0);
    for operation in diff::operations(&before, &after) {
        for piece in diff::pieces(&operation, &before, &after) {
            match piece {
                Piece::Same(text) => (left, right) = (left + text.len(), right + text.len()),
                Piece::Gone(text) => left = grown(&mut gone, left, text.len()),
                Piece::Come(text) => right = grown(&mut come, right, text.len()),
            }
        }
    }
    (gone, come)
}

fn grown(ranges: &mut Vec<Range<usize>>, at: usize, long: usize) -> usize {
    match ranges.last_mut().filter(|last| last.end == at) {
        Some(last) => last.end += long,
        None => ranges.push(at..at + long),
    }
    at + long
}

/// Words, and what stands between them letter by letter.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(if word == 0 { first.len_utf8() } else { word });
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twins(old: &str, new: &str) -> Vec<Twins> {
        vec![Twins {
            name: "Deployment web".to_owned(),
            old: old.to_owned(),
            new: new.to_owned(),
        }]
    }

    const OLD: &str = "spec:\n  a: 1\n  b: 1\n  c: 1\n  template:\n    x: 1\n    y: 1\n    z: 1\n    image: team/shop:bad\n";

    #[test]
    fn the_words_that_differ_are_marked_and_no_others() {
        let lines = between(&twins(OLD, &OLD.replace("bad", "good")), "");
        let marked = |sign: char| {
            let line = lines.iter().find(|line| line.sign == sign).unwrap();
            line.marked.iter().map(|range| line.text[range.clone()].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!((marked('-'), marked('+')), (vec!["bad".to_owned()], vec!["good".to_owned()]));
    }

    #[test]
    fn a_change_says_under_what_it_stands() {
        let lines = between(&twins(OLD, &OLD.replace("bad", "good")), "");
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts[..4], ["Deployment web", "spec:", "  template:", "    x: 1"]);
    }

    #[test]
    fn a_list_says_which_field_it_is_of() {
        let old = "spec:\n  containers:\n  - name: app\n    a: 1\n    b: 1\n    c: 1\n    image: shop:bad\n";
        let lines = between(&twins(old, &old.replace("bad", "good")), "");
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts[1..5], ["spec:", "  containers:", "  - name: app", "    a: 1"]);
    }

    #[test]
    fn lines_with_little_in_common_are_not_compared_by_word() {
        let lines = between(&twins("a: one two three\n", "other: 4.5/6\n"), "");
        assert!(lines.iter().all(|line| line.marked.is_empty()), "{lines:?}");
    }

    #[test]
    fn a_line_is_held_against_the_one_most_like_it() {
        let new = OLD.replace("    image: team/shop:bad", "    env: []\n    image: team/shop:good");
        let lines = between(&twins(OLD, &new), "");
        let marked = lines
            .iter()
            .filter(|line| !line.marked.is_empty())
            .map(|line| line.text.trim())
            .collect::<Vec<_>>();
        assert_eq!(marked, ["image: team/shop:bad", "image: team/shop:good"]);
    }

    #[test]
    fn what_is_equal_says_so() {
        assert_eq!(between(&twins(OLD, OLD.trim_end()), "nothing").last().unwrap().text, "nothing");
    }
}
