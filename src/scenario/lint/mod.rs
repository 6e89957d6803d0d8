//! What is wrong or odd in a scenario as it is written, each with its place and what to do; nothing is played here.

mod commands;
mod immutable;
mod kubectl;
mod lesson;
mod links;
mod whole;

use std::fmt;

use serde::Serialize;

use super::load::{Entry, Library};
use super::{Scenario, markdown};

/// How bad it is: an error makes `klab check` fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
    Note,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// With the scenario's folder in front: `02-image-pull-backoff/README.md`.
    pub file: String,
    /// From 1; 0 where the whole file or folder is meant.
    pub line: usize,
    pub severity: Severity,
    /// A short name for it: `broken-link`.
    pub rule: &'static str,
    pub what: String,
    pub advice: String,
}

impl Finding {
    #[must_use]
    pub fn new(severity: Severity, rule: &'static str, file: impl Into<String>, line: usize, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line,
            severity,
            rule,
            what: what.into(),
            advice: advice.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        write!(out, "{}", self.file)?;
        if self.line > 0 {
            write!(out, ":{}", self.line)?;
        }
        write!(out, ": {severity}: {}", self.what)?;
        if !self.advice.is_empty() {
            write!(out, "; {}", self.advice)?;
        }
        write!(out, " [{}]", self.rule)
    }
}

/// Everything found in one entry of a library, by place.
#[must_use]
pub fn lint(entry: &Entry, library: &Library) -> Vec<Finding> {
    let scenario = match &entry.result {
        Ok(scenario) => scenario,
        Err(error) => return vec![whole::cannot_load(&entry.folder, error)],
    };
    let look = Look::new(scenario);
    let mut found = whole::look(&look);
    found.extend(immutable::look(&look));
    found.extend(lesson::look(&look));
    found.extend(links::look(&look, library));
    found.extend(commands::look(&look));
    found.sort_by(|a, b| (&a.file, a.line, a.severity).cmp(&(&b.file, b.line, b.severity)));
    found
}

/// What every lint looks at.
struct Look<'a> {
    scenario: &'a Scenario,
    /// The README as it stands, mis-decoded characters and all.
    readme: String,
}

impl<'a> Look<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let readme = scenario.files.iter().find(|(path, _)| path == "README.md");
        Self {
            scenario,
            readme: readme.map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default(),
        }
    }

    fn lines(&self) -> Vec<markdown::Line<'_>> {
        markdown::lines(&self.readme)
    }

    /// A file of the scenario, with its folder.
    fn file(&self, path: &str) -> String {
        format!("{}/{path}", self.scenario.folder)
    }

    fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.scenario.files.iter().any(|(file, _)| file == path || file.starts_with(&folder))
    }
}

#[cfg(test)]
mod tests;
