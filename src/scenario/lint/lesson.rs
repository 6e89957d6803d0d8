//! The lesson against the rest: hints that give it away, and a README that says otherwise than scenario.yaml.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{Fold, Manifest, Part, readme, sidecar};
use super::{Finding, Look, Severity};

/// Shorter values are words of any sentence.
const TELLING: usize = 4;

pub fn look(look: &Look) -> Vec<Finding> {
    let mut found = hints(look);
    found.extend(disagreements(look));
    found
}

/// Hints but the last that print a value which only the solution has.
fn hints(look: &Look) -> Vec<Finding> {
    let answers = answers(look);
    let hints: Vec<(usize, &str)> = look
        .scenario
        .lesson
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Fold {
                kind: Fold::Hint(number),
                body,
                ..
            } => Some((*number, body.as_str())),
            _ => None,
        })
        .collect();
    let last = hints.iter().map(|(number, _)| *number).max().unwrap_or(0);
    let mut found = Vec::new();
    for (number, body) in hints.iter().filter(|(number, _)| *number < last) {
        if let Some(answer) = answers.iter().find(|answer| whole_word(body, answer)) {
            let line = look.readme.lines().position(|line| whole_word(line, answer)).map_or(0, |at| at + 1);
            let what = format!("hint {number} of {last} gives the answer away: `{answer}`");
            found.push(Finding::new(
                Severity::Warning,
                "telling-hint",
                look.file("README.md"),
                line,
                what,
                "let it lead to the place, and keep the value for the last hint or the solution",
            ));
        }
    }
    found
}

/// Whether a value stands in a text on its own, and not as a part of another word.
fn whole_word(text: &str, value: &str) -> bool {
    let joins = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || matches!(char, '-' | '_'));
    text.match_indices(value)
        .any(|(at, _)| !joins(text[..at].chars().next_back()) && !joins(text[at + value.len()..].chars().next()))
}

/// Values that solution/ has and neither broken/ nor setup/ nor the README's story before the hints.
fn answers(look: &Look) -> BTreeSet<String> {
    let scenario = look.scenario;
    let of = |manifests: &[Manifest]| {
        let mut values = BTreeSet::new();
        for manifest in manifests {
            leaves(&manifest.object, &mut values);
        }
        values
    };
    let before: BTreeSet<String> = of(&scenario.broken).union(&of(&scenario.setup)).cloned().collect();
    let told: String = scenario
        .lesson
        .parts
        .iter()
        .take_while(|part| !matches!(part, Part::Fold { kind: Fold::Hint(_), .. }))
        .filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Fold { .. } => None,
        })
        .collect();
    let mut answers = of(&scenario.solution);
    answers.retain(|value| value.len() >= TELLING && !before.contains(value) && !whole_word(&told, value));
    answers
}

fn leaves(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            // the keys of a ConfigMap or Secret are words of its author's, as values are
            let data = ["data", "stringData"].iter().filter_map(|field| map.get(*field)?.as_object());
            into.extend(data.flat_map(|data| data.keys().cloned()));
            map.values().for_each(|value| leaves(value, into));
        }
        Value::Array(list) => list.iter().for_each(|value| leaves(value, into)),
        Value::String(text) => {
            into.insert(text.trim().to_owned());
            // of an image the tag alone is the answer already
            if let Some((_, tag)) = text.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
                into.insert(tag.to_owned());
            }
        }
        Value::Number(number) => drop(into.insert(number.to_string())),
        Value::Bool(_) | Value::Null => {}
    }
}

/// Title, level, time and promised STATUS, said twice and differently.
fn disagreements(look: &Look) -> Vec<Finding> {
    let Some((_, bytes)) = look.scenario.files.iter().find(|(path, _)| path == "scenario.yaml") else {
        return Vec::new();
    };
    let Ok(beside) = sidecar::parse("scenario.yaml", &String::from_utf8_lossy(bytes)) else {
        return Vec::new();
    };
    let told = readme::parse(&look.readme);
    let mut found = Vec::new();
    let mut differ = |what: &str, here: Option<String>, there: Option<String>, word: &str| {
        if let (Some(here), Some(there)) = (here, there)
            && here != there
        {
            let lines = look.lines();
            let line = lines
                .iter()
                .position(|line| !line.code && line.text.to_lowercase().contains(word))
                .map_or(0, |at| at + 1);
            let what = format!("README says {what} {here}, scenario.yaml says {there}");
            found.push(Finding::new(
                Severity::Warning,
                "disagree",
                look.file("README.md"),
                line,
                what,
                "say it once, or the same",
            ));
        }
    };
    let level = |level| format!("{level:?}").to_lowercase();
    differ("level", told.level.map(level), beside.level.map(level), "level");
    differ("minutes", told.minutes.map(|m| m.to_string()), beside.minutes.map(|m| m.to_string()), "time");
    differ("title", told.title, beside.title, "#");
    if let Some(expected) = beside.expect_broken.filter(|expected| !expected.is_empty() && !told.statuses.is_empty())
        && !told.statuses.iter().any(|status| expected.contains(status))
    {
        differ(
            "STATUS",
            Some(told.statuses.join(", ")),
            Some(expected.join(", ")),
            &told.statuses[0].to_lowercase(),
        );
    }
    found
}
