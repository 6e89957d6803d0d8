//! `klab run`: the same model and the same keys without a screen; on the practice cluster in virtual time.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::hands::Hands;
use super::settings::{Settings, StartError};
use crate::lab::msg::Msg;
use crate::lab::{self, Attempt, Model, Screen, Stage};

/// How long each step may take, in the cluster's time.
const PATIENCE: SignedDuration = SignedDuration::from_secs(180);
const QUEUE: usize = 1024;

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
pub fn run(settings: Settings, names: Vec<String>, all: bool, json: bool, yes: bool) -> anyhow::Result<bool> {
    if settings.place.context.is_some() && !yes {
        return Err(StartError("run with --context writes to a real cluster; add --yes when that is what you want".to_owned()).into());
    }
    if names.is_empty() && !all {
        return Err(StartError("name the scenarios to run, as in `klab run 02`, or say --all".to_owned()).into());
    }
    let mut folders = Vec::new();
    for name in names {
        folders.push(settings.scenario(&name)?.folder.clone());
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
        let report = runtime.block_on(Run::new(&settings).play(&folder));
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

struct Run {
    model: Model,
    hands: Hands,
    inbox: mpsc::Receiver<Msg>,
    began: Timestamp,
    steps: Vec<Step>,
}

impl Run {
    fn new(settings: &Arc<Settings>) -> Self {
        let (sender, inbox) = mpsc::channel(QUEUE);
        let mut hands = Hands::new(Arc::clone(settings), sender);
        let (mut model, effects) = settings.model();
        hands.carry_all(effects);
        hands.carry_all(lab::update(&mut model, Msg::Resize(140, 40)));
        let began = hands.now();
        Self { model, hands, inbox, began, steps: Vec::new() }
    }

    /// The whole story by its keys; stops at the first step that does not hold, but always cleans up.
    async fn play(mut self, folder: &str) -> Report {
        let effects = self.model.open(folder);
        self.hands.carry_all(effects);
        self.began = self.hands.now();
        let mut ok = self.step("open", |attempt| (attempt.stage == Stage::Ready).then(|| opened(attempt))).await;
        let open = ok;
        if ok {
            self.press(KeyCode::Char('b'));
            self.agree();
            ok = self.step("fault seen", |attempt| attempt.verdicts.first().filter(|goal| goal.met).map(|goal| goal.saw.clone())).await
                && self.step("clue found", |attempt| attempt.clue.as_ref().map(|clue| clue.text.clone())).await;
        }
        if ok {
            self.press(KeyCode::Char('s'));
            self.press(KeyCode::Enter);
            ok = self.step("goals held", |attempt| (attempt.stage == Stage::Solved).then(|| goals(attempt))).await;
        }
        if open {
            self.press(KeyCode::Esc);
            self.press(KeyCode::Esc);
            self.press(KeyCode::Char('c'));
            self.agree();
            ok &= self.step("nothing left", |attempt| (attempt.stage == Stage::Ready).then(|| left(attempt))).await;
        }
        Report { scenario: folder.to_owned(), ok, steps: self.steps }
    }

    /// Waits until something shows on the model, at most for [`PATIENCE`].
    async fn step(&mut self, name: &'static str, shows: impl Fn(&Attempt) -> Option<String>) -> bool {
        let end = self.hands.now() + PATIENCE;
        loop {
            let Screen::Attempt(attempt) = &self.model.screen else { return self.note(name, false, "the scenario did not open".to_owned()) };
            if let Some(saw) = shows(attempt) {
                return self.note(name, true, saw);
            }
            if attempt.stage == Stage::Failed || self.hands.now() >= end || self.model.notice.as_ref().is_some_and(|(notice, _)| notice.bad) {
                let saw = why_not(&self.model, attempt);
                return self.note(name, false, saw);
            }
            self.next(end).await;
        }
    }

    async fn next(&mut self, end: Timestamp) {
        let wake = lab::next_wake(&self.model).map_or(end, |at| at.min(end));
        let wake = Instant::now() + self.hands.until(wake).max(Duration::from_millis(1));
        let msg = tokio::select! {
            biased;
            msg = self.inbox.recv() => msg,
            () = sleep_until(wake) => None,
        };
        let tick = Msg::Tick(self.hands.now());
        for msg in std::iter::once(tick).chain(msg) {
            let effects = lab::update(&mut self.model, msg);
            self.hands.carry_all(effects);
        }
    }

    fn press(&mut self, key: KeyCode) {
        let effects = lab::update(&mut self.model, Msg::Key(KeyEvent::new(key, KeyModifiers::NONE)));
        self.hands.carry_all(effects);
    }

    /// Says yes where the last key asked something.
    fn agree(&mut self) {
        if !self.model.overlays.is_empty() {
            self.press(KeyCode::Enter);
        }
    }

    fn note(&mut self, name: &'static str, ok: bool, saw: String) -> bool {
        let seconds = self.hands.now().duration_since(self.began).as_secs_f64();
        self.steps.push(Step { name, ok, seconds, saw });
        ok
    }
}

fn opened(attempt: &Attempt) -> String {
    attempt.opened.as_ref().map(|opened| format!("{} in {}", opened.version, opened.namespace)).unwrap_or_default()
}

fn goals(attempt: &Attempt) -> String {
    attempt.verdicts.iter().map(|goal| goal.title.as_str()).collect::<Vec<_>>().join(", ")
}

fn left(attempt: &Attempt) -> String {
    if attempt.going.is_empty() { "all is gone".to_owned() } else { attempt.going.join(", ") }
}

/// What stood in the way of a step.
fn why_not(model: &Model, attempt: &Attempt) -> String {
    if let Some((notice, _)) = model.notice.as_ref().filter(|(notice, _)| notice.bad) {
        return format!("{} {}", notice.what, notice.next).trim().to_owned();
    }
    let unmet: Vec<_> = attempt.verdicts.iter().filter(|goal| !goal.met).map(|goal| format!("{}: {}", goal.title, goal.saw)).collect();
    if unmet.is_empty() { format!("still {:?} after 3 minutes", attempt.stage) } else { unmet.join("; ") }
}
