//! What the solution changes: broken and solution side by side, object by object, as unified lines.

use similar::{ChangeTag, TextDiff};

use super::DiffLine;
use crate::scenario::{Manifest, Scenario, SolutionMode};

/// Lines around a change that stay.
const CONTEXT: usize = 3;

/// The whole difference; one line that says so when there is none.
#[must_use]
pub fn lines(scenario: &Scenario) -> Vec<DiffLine> {
    let mut lines = Vec::new();
    for solution in &scenario.solution {
        let before = twin(&scenario.broken, solution).or_else(|| twin(&scenario.setup, solution));
        let before = before.map_or("", |manifest| manifest.text.as_str());
        let (old, new) = if scenario.solution_mode == SolutionMode::Delete {
            (solution.text.as_str(), "")
        } else {
            (before, solution.text.as_str())
        };
        let changed = unified(old, new);
        if changed.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(same(""));
        }
        lines.push(same(&format!("{} {}", solution.kind(), solution.name())));
        lines.extend(changed);
    }
    if lines.is_empty() {
        lines.push(same("The solution's manifests are those of broken/: nothing to change."));
    }
    lines
}

fn twin<'a>(manifests: &'a [Manifest], like: &Manifest) -> Option<&'a Manifest> {
    manifests
        .iter()
        .find(|manifest| manifest.kind() == like.kind() && manifest.name() == like.name())
}

fn same(text: &str) -> DiffLine {
    DiffLine {
        sign: ' ',
        text: text.to_owned(),
    }
}

fn unified(old: &str, new: &str) -> Vec<DiffLine> {
    // A missing last newline is no difference.
    let (old, new) = (format!("{}\n", old.trim_end()), format!("{}\n", new.trim_end()));
    let diff = TextDiff::from_lines(&old, &new);
    let mut lines = Vec::new();
    for (place, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if place > 0 {
            lines.push(same("…"));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let text = change.value().trim_end_matches('\n');
            // The empty side of a wholly new or wholly deleted object is no line.
            if sign == ' ' || !text.is_empty() {
                lines.push(DiffLine { sign, text: text.to_owned() });
            }
        }
    }
    lines
}
