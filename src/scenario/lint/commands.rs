//! The kubectl commands that a lesson prints: unknown commands and flags, files that are not there, namespaces of their own.

use super::super::commands;
use super::{Finding, Look, Severity, kubectl};

pub fn look(look: &Look) -> Vec<Finding> {
    let mut found = Vec::new();
    // where the lesson's own `cd` has led: the scenario's folder stands for itself
    let mut inside = String::new();
    for command in commands::of(&look.readme) {
        let words = commands::words(&command.text);
        match words.first().map(String::as_str) {
            Some("cd") => inside = changed(look, &inside, words.get(1).map_or("", String::as_str)),
            Some("kubectl" | "k") => kubectl_line(look, &inside, command.line, &words[1..], &mut found),
            _ => {}
        }
    }
    found
}

/// The folder within the scenario after a `cd`.
fn changed(look: &Look, inside: &str, to: &str) -> String {
    let path = to.trim_matches('/');
    match path.split_once(&look.scenario.folder) {
        Some((_, rest)) => rest.trim_matches('/').to_owned(),
        None if path == ".." || path == "-" || path.is_empty() => String::new(),
        None => [inside, path].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/"),
    }
}

fn kubectl_line(look: &Look, inside: &str, line: usize, words: &[String], found: &mut Vec<Finding>) {
    let parsed = kubectl::parse(words);
    let mut tell = |rule, what: String, advice: String| {
        found.push(Finding::new(Severity::Error, rule, look.file("README.md"), line, what, advice));
    };
    let advice = |near: Vec<String>| {
        near.first()
            .map_or_else(|| "see `kubectl --help`".to_owned(), |near| format!("did you mean `{near}`?"))
    };
    if let Some(unknown) = &parsed.unknown_command {
        tell(
            "kubectl-command",
            format!("kubectl has no command `{unknown}`"),
            advice(kubectl::near("", unknown)),
        );
        return;
    }
    for flag in &parsed.unknown_flags {
        let what = format!("`kubectl {}` has no flag `{flag}`", parsed.command);
        tell("kubectl-flag", what, advice(kubectl::near(&parsed.command, flag)));
    }
    for file in &parsed.files {
        if !there(look, inside, file) {
            let what = format!("`{file}` is no file of this scenario");
            tell("missing-file", what, "name broken/, solution/, setup/ or a file in them".to_owned());
        }
    }
}

/// Whether a file that a command names is there: here, under the folder's own name, standard input or an address.
fn there(look: &Look, inside: &str, file: &str) -> bool {
    if file == "-" || file.contains("://") || file.starts_with(['/', '$', '<', '~']) {
        return true;
    }
    let file = file.trim_start_matches("./").trim_end_matches('/');
    let own = file.split_once(&format!("{}/", look.scenario.folder)).map(|(_, rest)| rest);
    let within = format!("{inside}/{file}");
    file == "."
        || [Some(file), own, Some(within.trim_start_matches('/'))]
            .into_iter()
            .flatten()
            .any(|path| look.has(path))
}
