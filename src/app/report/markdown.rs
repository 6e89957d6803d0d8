//! Reports as tables in GitHub's Markdown.

use std::fmt::Write;

use super::{level, number, sign};
use crate::app::proof::Report;
use crate::scenario::load::Entry;

/// What scenarios there are.
pub fn list(entries: &[Entry]) -> String {
    let mut out = "| No | Name | Title | Level | Minutes |\n|---:|---|---|---|---:|\n".to_owned();
    for entry in entries {
        let _ = match &entry.result {
            Ok(scenario) => writeln!(
                out,
                "| {} | `{}` | {} | {} | {} |",
                number(scenario),
                scenario.id,
                cell(&scenario.title),
                level(scenario),
                scenario.minutes
            ),
            Err(error) => writeln!(out, "| | `{}` | does not load: {} | | |", entry.folder, cell(&error.to_string())),
        };
    }
    out
}

/// What runs came to: a row a scenario, and under the table what did not hold.
pub fn runs(reports: &[Report]) -> String {
    let mut out = "| | Scenario | STATUS | Clue | Steps | Seconds |\n|---|---|---|---|---:|---:|\n".to_owned();
    for report in reports {
        let held = report.steps.iter().filter(|step| step.ok).count();
        let statuses: Vec<&str> = report.seen.statuses.iter().map(String::as_str).collect();
        let (mark, clue) = match &report.skipped {
            Some(why) => ("–", format!("skipped: {why}")),
            None => (sign(report.ok), report.seen.clue.clone()),
        };
        let _ = writeln!(
            out,
            "| {mark} | `{}` | {} | {} | {held}/{} | {:.1} |",
            report.scenario,
            cell(&statuses.join(", ")),
            cell(&clue),
            report.steps.len(),
            report.wall
        );
    }
    for report in reports {
        for step in report.steps.iter().filter(|step| !step.ok) {
            let _ = write!(out, "\n- **{}**, {}: {}", report.scenario, cell(&step.name), cell(&step.saw));
        }
    }
    if reports.iter().any(|report| !report.ok) {
        out.push('\n');
    }
    out
}

/// A text that stays within its cell.
fn cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace(['\n', '\r'], " ").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::proof::{Seen, Step};

    #[test]
    fn a_cell_holds_any_text_and_failures_follow_the_table() {
        let report = Report {
            scenario: "07-x".into(),
            ok: false,
            skipped: None,
            steps: vec![Step {
                name: "clue found".into(),
                ok: false,
                seconds: 1.0,
                saw: "a | b\n<c>".into(),
            }],
            seen: Seen::default(),
            wall: 0.25,
        };
        let text = runs(&[report]);
        assert!(text.contains("| ✗ | `07-x` |  |  | 0/1 | 0.2 |"), "{text}");
        assert!(text.ends_with("- **07-x**, clue found: a \\| b &lt;c>\n"), "{text}");
    }
}
