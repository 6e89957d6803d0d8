//! `klab run`: scenarios played by their keys without a screen, on the practice cluster in virtual time, and what each step came to.

mod play;
mod seen;
mod story;

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::settings::{Settings, StartError};
use super::{report, side_by_side};
use crate::cli;
pub use seen::Seen;

/// What one scenario's run came to.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub scenario: String,
    pub ok: bool,
    /// Why it was not played, where the cluster cannot offer what it needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    pub steps: Vec<Step>,
    /// What the fault looked like.
    pub seen: Seen,
    /// Seconds on the wall's clock.
    pub wall: f64,
}

/// One step: what had to hold, what was seen, when (seconds of the cluster's time since the play began).
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    pub name: String,
    pub ok: bool,
    pub seconds: f64,
    pub saw: String,
}

/// Plays scenarios and prints a report; false when a step did not hold.
///
/// # Errors
/// An unknown scenario; `--context` without `--yes`; a clock or runtime that does not start; a report that cannot be written.
pub fn run(settings: Settings, wanted: &cli::Run) -> anyhow::Result<bool> {
    let real = settings.place.context.is_some();
    if real && !wanted.yes {
        return Err(StartError("run with --context writes to a real cluster; add --yes when that is what you want".to_owned()).into());
    }
    let folders = folders(&settings, wanted)?;
    let practice = real.then(|| Settings::new(on_practice(&settings.place))).transpose()?;
    let stage = Stage {
        practice: practice.map(|settings| Arc::new(settings.without_progress())),
        // what a machine solves is no learner's merit
        settings: Arc::new(settings.without_progress()),
    };
    let jobs = match (wanted.jobs, real) {
        (Some(jobs), _) => jobs,
        (None, true) => 1,
        (None, false) => std::thread::available_parallelism().map_or(1, usize::from),
    };
    // In one namespace only one lesson at a time can be played.
    let jobs = if stage.settings.place.namespace.is_some() { 1 } else { jobs };
    let tell = |done: &Report| {
        if wanted.form.is_plain() {
            report::run(done);
        }
    };
    let reports = side_by_side::each(&folders, jobs, |folder| one(&stage, folder), tell);
    report::runs(&reports, &wanted.form)?;
    Ok(reports.iter().all(|report| report.ok))
}

/// Where a run plays: the cluster that was named, and the practice cluster to compare it with.
struct Stage {
    settings: Arc<Settings>,
    practice: Option<Arc<Settings>>,
}

fn folders(settings: &Settings, wanted: &cli::Run) -> anyhow::Result<Vec<String>> {
    if wanted.names.is_empty() && !wanted.all {
        return Err(StartError("name the scenarios to run, as in `klab run 02`, or say --all".to_owned()).into());
    }
    if wanted.all {
        return Ok(settings.library.entries.iter().map(|entry| entry.folder.clone()).collect());
    }
    let folder = |name: &String| settings.scenario(name).map(|scenario| scenario.folder.clone());
    Ok(wanted.names.iter().map(folder).collect::<Result<_, _>>()?)
}

fn on_practice(place: &cli::Place) -> cli::Place {
    cli::Place {
        scenarios: place.scenarios.clone(),
        speed: place.speed,
        seed: place.seed,
        ..cli::Place::default()
    }
}

/// One scenario, wholly played.
fn one(stage: &Stage, folder: &str) -> Report {
    let began = Instant::now();
    let mut report = Report {
        scenario: folder.to_owned(),
        ok: true,
        skipped: None,
        steps: Vec::new(),
        seen: Seen::default(),
        wall: 0.0,
    };
    let entry = stage.settings.library.entries.iter().find(|entry| entry.folder == folder);
    match entry.map(|entry| &entry.result) {
        Some(Ok(scenario)) => match &stage.practice {
            None => story::practice(&stage.settings, scenario, &mut report),
            Some(practice) => story::real(&stage.settings, practice, scenario, &mut report),
        },
        Some(Err(error)) => report.step("load", false, 0.0, error.to_string()),
        None => report.step("load", false, 0.0, "there is no such scenario".to_owned()),
    }
    report.wall = began.elapsed().as_secs_f64();
    report
}

impl Report {
    /// Notes a step.
    fn step(&mut self, name: impl Into<String>, ok: bool, seconds: f64, saw: String) {
        self.ok &= ok;
        self.steps.push(Step {
            name: name.into(),
            ok,
            seconds,
            saw,
        });
    }
}
