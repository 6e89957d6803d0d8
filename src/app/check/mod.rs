//! `klab check`: what is wrong with scenarios as they are written, and as they play on the practice cluster.

mod promises;
pub(super) mod witness;

use std::io::{Write, stdout};
use std::path::Path;
use std::sync::Arc;

use self::promises::Promise;
use self::witness::Witness;
use super::settings::{Settings, StartError};
use super::side_by_side;
use crate::cli;
use crate::scenario::lint::{self, Finding, Severity};
use crate::scenario::load::{self, Entry, Library};
use crate::scenario::{Need, Scenario};

/// Checks the scenarios of the folders, or all that klab has, and prints what it found; false when there is an error among it.
///
/// # Errors
/// A folder that cannot be read; stdout that cannot be written.
pub fn run(settings: Settings, wanted: &cli::Check) -> anyhow::Result<bool> {
    let mut found = Vec::new();
    let mut checked = 0;
    if wanted.dirs.is_empty() {
        checked += settings.library.entries.len();
        let library = settings.library.clone();
        found.extend(check(settings, &library, wanted.no_play)?);
    }
    for dir in &wanted.dirs {
        let (settings, library) = of_dir(dir)?;
        checked += library.entries.len();
        found.extend(check(settings, &library, wanted.no_play)?);
    }
    let errors = found.iter().filter(|finding| finding.severity == Severity::Error).count();
    let mut out = stdout().lock();
    if wanted.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&found)?)?;
    } else {
        for finding in &found {
            writeln!(out, "{finding}")?;
        }
        let warnings = found.iter().filter(|finding| finding.severity == Severity::Warning).count();
        writeln!(
            out,
            "{} checked: {}, {}",
            count(checked, "scenario"),
            count(errors, "error"),
            count(warnings, "warning")
        )?;
    }
    Ok(errors == 0)
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn of_dir(dir: &Path) -> anyhow::Result<(Settings, Library)> {
    let library = load::path(dir).map_err(|error| StartError(error.to_string()))?;
    Ok((Settings::of_folder(dir)?, library))
}

/// Everything found in a library.
fn check(settings: Settings, library: &Library, still: bool) -> anyhow::Result<Vec<Finding>> {
    let settings = Arc::new(settings.without_progress());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let one = |entry: &Entry| {
        let mut found = lint::lint(entry, &settings.library);
        if let (Ok(scenario), false) = (&entry.result, still) {
            found.extend(played(&settings, scenario));
        }
        found
    };
    Ok(side_by_side::each(&library.entries, threads, one, |_| ()).concat())
}

/// What shows only when it is played.
fn played(settings: &Arc<Settings>, scenario: &Scenario) -> Vec<Finding> {
    let folder = &scenario.folder;
    if scenario.requires.iter().any(|need| matches!(need, Need::Metrics)) {
        let what = "it is not played: the practice cluster has no metrics";
        return vec![Finding::new(Severity::Note, "not-played", folder, 0, what, "")];
    }
    let witness = match witness::alone(settings, scenario) {
        Ok(witness) => witness,
        Err(error) => {
            let what = format!("it could not be played: {error}");
            return vec![Finding::new(Severity::Error, "not-played", folder, 0, what, "")];
        }
    };
    let mut found = outcome(scenario, &witness);
    if witness.refused.is_none() {
        found.extend(broken_promises(scenario, &witness));
    }
    found
}

/// How the story went.
fn outcome(scenario: &Scenario, witness: &Witness) -> Vec<Finding> {
    let folder = &scenario.folder;
    let mut found = Vec::new();
    let mut tell = |rule, what: String, advice: &str| found.push(Finding::new(Severity::Error, rule, folder, 0, what, advice));
    if let Some(why) = &witness.refused {
        tell("refused", format!("the cluster refuses it: {why}"), "mend the manifest");
    }
    if let Some(Err(saw)) = &witness.fault {
        let promised = if scenario.expect_broken.is_empty() {
            "a fault".to_owned()
        } else {
            scenario.expect_broken.join(" or ")
        };
        let advice = "mend broken/, the printed STATUS, or `expect_broken:` in scenario.yaml";
        tell(
            "promised-status",
            format!("{promised} is promised, and these manifests do not give it: {saw}"),
            advice,
        );
    }
    if let Some(unmet) = &witness.unsolved {
        let advice = "mend solution/, or say what counts under `goals:` in scenario.yaml";
        tell("not-solved", format!("the solution does not solve it: {unmet}"), advice);
    }
    for left in &witness.left {
        let maker = witness::maker(scenario, left);
        let (file, line) = maker.map_or((folder.clone(), 0), |manifest| (format!("{folder}/{}", manifest.file), manifest.line));
        let advice = "name its finalizer under `cleanup: {lift_finalizers: […]}` in scenario.yaml";
        found.push(Finding::new(
            Severity::Error,
            "left-behind",
            file,
            line,
            format!("cleaning up leaves {left}"),
            advice,
        ));
    }
    found
}

/// Rows and events that the lesson prints and nobody saw.
fn broken_promises(scenario: &Scenario, witness: &Witness) -> Vec<Finding> {
    let readme = scenario.files.iter().find(|(path, _)| path == "README.md");
    let readme = readme.map(|(_, bytes)| String::from_utf8_lossy(bytes)).unwrap_or_default();
    let mut found: Vec<Finding> = Vec::new();
    for (line, promise) in promises::of(&readme) {
        if witness.kept(&promise) {
            continue;
        }
        let (what, rule) = match &promise {
            Promise::Row(ready, status) => (format!("no pod ever shows {ready} {status}"), "printed-row"),
            Promise::Event(kind, reason) => (format!("no {kind} event {reason} ever comes"), "printed-event"),
        };
        if !found.iter().any(|finding| finding.what == what) {
            let advice = "print what the cluster prints";
            found.push(Finding::new(
                Severity::Error,
                rule,
                format!("{}/README.md", scenario.folder),
                line,
                what,
                advice,
            ));
        }
    }
    found
}
