//! The folder as a whole: does it load, is each part there, are unknown images told.

use super::super::derive::expects_pull_failure;
use super::super::load::LoadError;
use super::super::process::processes;
use super::super::{Manifest, images};
use super::{Finding, Look, Severity};

/// Why a folder does not load.
pub fn cannot_load(folder: &str, error: &LoadError) -> Finding {
    let rule = match error {
        LoadError::Object { what, .. } if what.contains("namespace of its own") => "hard-coded-namespace",
        _ => "does-not-load",
    };
    let said = error.to_string();
    let (file, line, what) = place(&said).unwrap_or((folder.to_owned(), 0, said.clone()));
    let (what, advice) = split(&what);
    Finding::new(Severity::Error, rule, file, line, what, advice)
}

pub fn look(look: &Look) -> Vec<Finding> {
    let mut found: Vec<Finding> = look.scenario.warnings.iter().map(|warning| warned(look, warning)).collect();
    if look.scenario.lesson.parts.is_empty() {
        found.retain(|finding| !finding.what.contains("README.md"));
        let advice = "write the lesson there: a title, the challenge, steps, hints, the solution";
        found.push(Finding::new(
            Severity::Error,
            "no-lesson",
            look.scenario.folder.clone(),
            0,
            "there is no README.md",
            advice,
        ));
    }
    found.extend(untold_tags(look));
    found.extend(look.scenario.inferred.iter().map(|told| {
        let advice = "describe it under `images:` in scenario.yaml when it is otherwise";
        Finding::new(
            Severity::Note,
            "inferred-image",
            look.scenario.folder.clone(),
            0,
            format!("image {told} (inferred)"),
            advice,
        )
    }));
    found
}

/// A loader's warning as a finding.
fn warned(look: &Look, warning: &str) -> Finding {
    let (file, line, what) = place(warning).unwrap_or_else(|| {
        let what = warning.strip_prefix(&format!("{}: ", look.scenario.folder)).unwrap_or(warning);
        (look.scenario.folder.clone(), 0, what.to_owned())
    });
    let rule = if what.starts_with("unknown key") { "unknown-key" } else { "odd" };
    let (what, advice) = split(&what);
    Finding::new(Severity::Warning, rule, file, line, what, advice)
}

/// Takes `file:line: what` apart.
fn place(text: &str) -> Option<(String, usize, String)> {
    let (file, rest) = text.split_once(':')?;
    let (line, what) = rest.split_once(": ")?;
    Some((file.to_owned(), line.parse().ok()?, what.to_owned()))
}

/// What is wrong, and what to do.
fn split(text: &str) -> (String, String) {
    text.split_once("; ")
        .map_or((text.to_owned(), String::new()), |(what, advice)| (what.to_owned(), advice.to_owned()))
}

/// An image without a tag, or one whose tag nobody knows to exist.
fn untold_tags(look: &Look) -> Vec<Finding> {
    let scenario = look.scenario;
    let registry = scenario.registry();
    let mut found = Vec::new();
    let missing_is_the_lesson = expects_pull_failure(scenario);
    for manifest in scenario.setup.iter().chain(&scenario.broken).chain(&scenario.solution) {
        let promised_missing = missing_is_the_lesson && manifest.file.starts_with("broken/");
        for process in processes(&[manifest]) {
            let (name, written) = (process.image.familiar(), line_of(manifest, &process.image.written));
            let file = look.file(&manifest.file);
            let Some(tag) = process.image.tag.as_ref().filter(|tag| !tag.default) else {
                if process.image.digest.is_none() && !promised_missing {
                    let advice = "write the tag: `latest` is another image tomorrow, and is always pulled";
                    found.push(Finding::new(
                        Severity::Warning,
                        "no-tag",
                        file,
                        written,
                        format!("image {name} has no tag"),
                        advice,
                    ));
                }
                continue;
            };
            let known = registry.get(&name).is_some_and(|image| image.tags.contains(&tag.text));
            if !known && !promised_missing && images::catalogue().contains_key(&name) {
                let what = format!("klab does not know whether {name} has a tag {}", tag.text);
                found.push(Finding::new(
                    Severity::Warning,
                    "untold-tag",
                    file,
                    written,
                    what,
                    "list it under `images:` in scenario.yaml",
                ));
            }
        }
    }
    found
}

/// The line of a manifest's file on which a text first stands.
pub fn line_of(manifest: &Manifest, text: &str) -> usize {
    manifest.line + manifest.text.lines().position(|line| line.contains(text)).unwrap_or(0)
}
