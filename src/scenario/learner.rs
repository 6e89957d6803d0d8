//! A learner's copy of a scenario: without solution/ and the words that explain it, and with what klab had told from it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::files::File;
use super::load::LoadError;
use super::{Goal, Scenario, answers, markdown};
use crate::image::Catalogue;
use crate::yaml;

/// Where a copy keeps what was told from the solution.
pub const FILE: &str = "told.json";
const WITHHELD: &str = "<details>\n<summary>Solution</summary>\n\nThis copy comes without the solution; whoever gave it to you has it.\n\n</details>\n";

/// What a scenario without a solution can no longer tell by itself.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    goals: Vec<Goal>,
    images: Catalogue,
    inferred: Vec<String>,
    /// Folder of the next lesson.
    next: Option<String>,
    /// Hint offers, in seconds by hint.
    offers: Vec<(usize, u64)>,
}

/// The files of the copy.
#[must_use]
pub fn copy(scenario: &Scenario) -> Vec<File> {
    let told = Told {
        goals: scenario.goals.clone(),
        images: scenario.images.clone(),
        inferred: scenario.inferred.clone(),
        next: scenario.lesson.next.clone(),
        offers: scenario.hint_offers.iter().map(|(hint, after)| (*hint, after.as_secs())).collect(),
    };
    let mut files: Vec<File> = scenario
        .files
        .iter()
        .filter(|(path, _)| path != FILE && !path.starts_with("solution/"))
        .cloned()
        .collect();
    for (path, bytes) in &mut files {
        let text = String::from_utf8_lossy(bytes).into_owned();
        if path.eq_ignore_ascii_case("README.md") {
            *bytes = without_solution(&text).into_bytes();
        } else if matches!(path.as_str(), "scenario.yaml" | "scenario.yml") {
            *bytes = without_repairs(&text).into_bytes();
        }
    }
    files.push((FILE.to_owned(), serde_json::to_vec_pretty(&told).unwrap_or_default()));
    files.sort();
    files
}

/// Puts back what the copy was told.
///
/// # Errors
/// The file was written by hand, or by another klab, and cannot be read.
pub fn restore(folder: &str, (path, bytes): &File, mut scenario: Scenario) -> Result<Scenario, LoadError> {
    let told: Told = serde_json::from_slice(bytes).map_err(|error| {
        LoadError::object(
            folder,
            path,
            error.line(),
            &error.to_string(),
            "ask for a fresh copy, made with `klab pack --no-solution`",
        )
    })?;
    scenario.goals = told.goals;
    scenario.images = told.images;
    scenario.inferred = told.inferred;
    scenario.lesson.next = scenario.lesson.next.or(told.next);
    scenario.hint_offers = told.offers.into_iter().map(|(hint, after)| (hint, Duration::from_secs(after))).collect();
    let lack = format!("{folder}: there is no solution/");
    scenario.warnings.retain(|warning| !warning.starts_with(&lack));
    Ok(scenario)
}

/// The lesson with one closed fold where its solution was.
fn without_solution(readme: &str) -> String {
    let lines = markdown::lines(readme);
    let mut kept = String::new();
    let mut at = 0;
    while at < lines.len() {
        let end = answers::solution_end(&lines, at);
        if let Some(end) = end {
            kept.push_str(WITHHELD);
            at = end;
        } else {
            kept.push_str(lines[at].text);
            kept.push('\n');
            at += 1;
        }
    }
    kept
}

/// scenario.yaml without the other repairs and the steps of it that would show them.
fn without_repairs(text: &str) -> String {
    let Ok(documents) = yaml::documents("scenario.yaml", text) else {
        return text.to_owned();
    };
    let Some((_, mut root, _)) = documents.into_iter().next() else {
        return text.to_owned();
    };
    match root.as_object_mut().and_then(|root| root.remove("repairs")) {
        Some(_) => yaml::print(&root),
        None => text.to_owned(),
    }
}
