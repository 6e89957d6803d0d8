//! A README out of what showed when the manifests were played.

use std::fmt::Write;

use crate::app::check::witness::{PrintedPod, Witness};
use crate::lab::{DiffLine, diff};
use crate::scenario::Scenario;

const README: &str = include_str!("../../../assets/new/README.md");

/// `12-wrong-port` as a heading: `Scenario 12: Wrong port`.
#[must_use]
pub fn title(folder: &str) -> String {
    let (number, words) = match folder.split_once('-') {
        Some((number, words)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => (Some(number), words),
        _ => (None, folder),
    };
    let words = words.replace('-', " ");
    let mut letters = words.chars();
    let words: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    match number {
        Some(number) => format!("Scenario {}: {words}", number.trim_start_matches('0')),
        None => words,
    }
}

/// The lesson's first draft.
#[must_use]
pub fn readme(title: &str, scenario: &Scenario, seen: &Witness) -> String {
    let status = match seen.broken.iter().map(|row| row.status.as_str()).next_back() {
        Some(status) => format!("`{status}`"),
        None => "what the cluster prints".to_owned(),
    };
    let workload = scenario.broken.iter().find(|manifest| manifest.starts_pods());
    let name = workload.map_or_else(
        || "the object".to_owned(),
        |manifest| format!("{}/{}", manifest.kind().to_lowercase(), manifest.name()),
    );
    let what = match seen.in_log {
        Some(true) => format!(
            "The events say that it failed; the process says why. `kubectl logs {name}` keeps its last words, and `--previous` those of the run before."
        ),
        Some(false) => {
            "`kubectl describe` prints the events last. The newest warning repeats what went wrong; read its end, where the answer of the other side stands."
                .to_owned()
        }
        None => "No event tells it. Put the two objects that must fit side by side, and read the field that joins them on each.".to_owned(),
    };
    let compare = format!("Hold what the message names against the manifest of `{name}`, word by word.");
    let filled = [
        ("{title}", title.to_owned()),
        ("{status}", status),
        ("{broken}", table(&seen.broken)),
        (
            "{where}",
            format!("`kubectl get pods` shows how far each pod came. `kubectl describe {name}` shows what Kubernetes tried."),
        ),
        ("{what}", what),
        ("{compare}", compare),
        ("{difference}", difference(scenario)),
        ("{solved}", table(&seen.solved)),
    ];
    filled.into_iter().fold(README.to_owned(), |text, (mark, words)| text.replace(mark, &words))
}

/// The rows of `kubectl get pods`, each as it first showed.
fn table(rows: &[PrintedPod]) -> String {
    if rows.is_empty() {
        return "```\nNo resources found\n```\n".to_owned();
    }
    let one = |row: &PrintedPod| {
        let heads = ["NAME", "READY", "STATUS", "RESTARTS", "AGE"];
        let cells = [&row.name, &row.ready, &row.status, &row.restarts, &row.age];
        let (mut head, mut line) = (String::new(), String::new());
        for (title, cell) in heads.into_iter().zip(cells) {
            let width = title.len().max(cell.len()) + 3;
            let _ = (write!(head, "{title:<width$}"), write!(line, "{cell:<width$}"));
        }
        format!("```\n{}\n{}\n```\n", head.trim_end(), line.trim_end())
    };
    rows.iter().map(one).collect::<Vec<_>>().join("\nAnd a little later:\n\n")
}

fn difference(scenario: &Scenario) -> String {
    let row = |line: DiffLine| match line.sign {
        diff::HEAD => format!(" {}\n", line.text),
        sign => format!("{sign}{}\n", line.text),
    };
    let lines = diff::lines(scenario).into_iter().map(row);
    format!("```diff\n{}```\n", lines.collect::<String>())
}
