//! `klab run`: the same model and the same keys without a screen; on the practice cluster in virtual time.

use std::sync::Arc;

use crossterm::event::KeyCode;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::player::Player;
use super::settings::{Settings, StartError};
use crate::lab::{Attempt, Model, Stage};

/// How long each step may take, in the cluster's time.
const PATIENCE: SignedDuration = SignedDuration::from_secs(180);

/// What one scenario's run came to.
#[derive(Debug, Serialize)]
pub struct Report {
    pub scenario: String,
    pub ok: bool,
    pub steps: Vec<Step>,
}

/// One step: what had to hold, what was seen, when (seconds of the cluster's time since the start).
#[derive(Debug, Serialize)]
pub struct Step {
    pub name: &'static str,
    pub ok: bool,
    pub seconds: f64,
    pub saw: String,
}

/// Plays scenarios one after another and prints a report; false when a step did not hold.
///
/// # Errors
/// An unknown scenario; `--context` without `--yes`; a clock or runtime that does not start.
pub fn run(settings: Settings, names: &[String], all: bool, json: bool, yes: bool) -> anyhow::Result<bool> {
    if settings.place.context.is_some() && !yes {
        return Err(StartError("run with --context writes to a real cluster; add --yes when that is what you want".to_owned()).into());
    }
    if names.is_empty() && !all {
        return Err(StartError("name the scenarios to run, as in `klab run 02`, or say --all".to_owned()).into());
    }
    let mut folders = Vec::new();
    for name in names {
        folders.push(settings.scenario(name)?.folder.clone());
    }
    if all {
        folders.extend(settings.library.entries.iter().map(|entry| entry.folder.clone()));
    }
    let settings = Arc::new(settings);
    let mut reports = Vec::new();
    for folder in folders {
        // Practice: the runtime's clock jumps to the next timer whenever nothing is left to do.
        let virtual_time = settings.place.context.is_none();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(virtual_time).build()?;
        let report = runtime.block_on(async { Run::open(&settings, &folder).play(&folder).await });
        runtime.shutdown_background();
        if !json {
            super::report::run(&report);
        }
        reports.push(report);
    }
    if json {
        super::report::run_json(&reports)?;
    }
    Ok(reports.iter().all(|report| report.ok))
}

/// A player, and what its steps came to.
struct Run {
    player: Player,
    began: Timestamp,
    steps: Vec<Step>,
}

impl Run {
    fn open(settings: &Arc<Settings>, folder: &str) -> Self {
        let player = Player::open(settings, folder);
        Self {
            began: player.now(),
            player,
            steps: Vec::new(),
        }
    }

    /// The whole story by its keys; stops at the first step that does not hold, but always cleans up.
    async fn play(mut self, folder: &str) -> Report {
        let open = self.step("open", |attempt| (attempt.stage == Stage::Ready).then(|| opened(attempt))).await;
        let mut ok = open;
        if ok {
            self.player.press(KeyCode::Char('b'));
            self.player.agree();
            ok = self
                .step("fault seen", |attempt| {
                    attempt.verdicts.first().filter(|goal| goal.met).map(|goal| goal.saw.clone())
                })
                .await
                && self.step("clue found", |attempt| attempt.clue.as_ref().map(|clue| clue.text.clone())).await;
        }
        if ok {
            self.player.press(KeyCode::Char('s'));
            self.player.press(KeyCode::Enter);
            ok = self
                .step("goals held", |attempt| (attempt.stage == Stage::Solved).then(|| goals(attempt)))
                .await;
        }
        if open {
            while !self.player.model.overlays.is_empty() {
                self.player.press(KeyCode::Esc);
            }
            self.player.press(KeyCode::Char('c'));
            self.player.agree();
            ok &= self
                .step("nothing left", |attempt| (attempt.stage == Stage::Ready).then(|| left(attempt)))
                .await;
        }
        Report {
            scenario: folder.to_owned(),
            ok,
            steps: self.steps,
        }
    }

    /// Waits until something shows on the attempt, at most for [`PATIENCE`], and notes it.
    async fn step(&mut self, name: &'static str, shows: impl Fn(&Attempt) -> Option<String>) -> bool {
        let seen = self
            .player
            .until(PATIENCE, |model, attempt| shows(attempt).map(Ok).or_else(|| trouble(model, attempt).map(Err)))
            .await;
        let (ok, saw) = match seen {
            Some(Ok(saw)) => (true, saw),
            Some(Err(saw)) => (false, saw),
            None => (false, self.player.attempt().map_or_else(|| "the scenario did not open".to_owned(), unmet)),
        };
        let seconds = self.player.now().duration_since(self.began).as_secs_f64();
        self.steps.push(Step { name, ok, seconds, saw });
        ok
    }
}

/// What makes waiting longer useless.
fn trouble(model: &Model, attempt: &Attempt) -> Option<String> {
    let (notice, _) = model.notice.as_ref().filter(|(notice, _)| notice.bad || attempt.stage == Stage::Failed)?;
    Some(format!("{} {}", notice.what, notice.next).trim().to_owned())
}

fn unmet(attempt: &Attempt) -> String {
    let unmet: Vec<_> = attempt
        .verdicts
        .iter()
        .filter(|goal| !goal.met)
        .map(|goal| format!("{}: {}", goal.title, goal.saw))
        .collect();
    if unmet.is_empty() {
        format!("still {:?} after 3 minutes", attempt.stage)
    } else {
        unmet.join("; ")
    }
}

fn opened(attempt: &Attempt) -> String {
    attempt
        .opened
        .as_ref()
        .map(|opened| format!("{} in {}", opened.version, opened.namespace))
        .unwrap_or_default()
}

fn goals(attempt: &Attempt) -> String {
    attempt.verdicts.iter().map(|goal| goal.title.as_str()).collect::<Vec<_>>().join(", ")
}

fn left(attempt: &Attempt) -> String {
    if attempt.going.is_empty() {
        "all is gone".to_owned()
    } else {
        attempt.going.join(", ")
    }
}
