//! What a scenario's manifests really do on the practice cluster, from break to cleanup, in virtual time.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use crossterm::event::KeyCode;
use jiff::{SignedDuration, Timestamp};

use crate::app::player::Player;
use crate::app::settings::Settings;
use crate::cluster::snapshot::PodRow;
use crate::lab::{Attempt, Model, Stage};
use crate::scenario::clue::Source;
use crate::scenario::{Manifest, Scenario};
use crate::text;

/// How long each turn of the story may take, in the cluster's time.
const PATIENCE: SignedDuration = SignedDuration::from_secs(300);
/// How long the fault is watched for what the lesson prints of it: most back-offs have shown by then.
const WATCHED: SignedDuration = SignedDuration::from_secs(180);

/// All that showed while it was played.
#[derive(Debug, Clone, Default)]
pub struct Witness {
    /// READY and STATUS of every pod, as kubectl prints them.
    pub rows: BTreeSet<(String, String)>,
    /// Type and reason of every event.
    pub events: BTreeSet<(&'static str, String)>,
    /// Pods in trouble, each STATUS as it first showed; all pods when none is.
    pub broken: Vec<PrintedPod>,
    /// The pods once it was solved.
    pub solved: Vec<PrintedPod>,
    /// Whether the clue stands in a log; None where there is no clue.
    pub in_log: Option<bool>,
    /// What the fault looked like, or what showed instead.
    pub fault: Option<Result<String, String>>,
    /// Why the solution did not solve it.
    pub unsolved: Option<String>,
    /// What the cleanup left.
    pub left: Vec<String>,
    /// What the cluster refused, and why.
    pub refused: Option<String>,
}

/// A pod as `kubectl get pods` printed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedPod {
    pub name: String,
    pub ready: String,
    pub status: String,
    pub restarts: String,
    pub age: String,
}

/// Plays one scenario on a runtime and a clock of its own.
///
/// # Errors
/// When the runtime cannot be made.
pub fn alone(settings: &Arc<Settings>, scenario: &Scenario) -> std::io::Result<Witness> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    let witness = runtime.block_on(play(settings, scenario));
    runtime.shutdown_background();
    Ok(witness)
}

/// Plays one scenario.
async fn play(settings: &Arc<Settings>, scenario: &Scenario) -> Witness {
    let mut turns = Turns {
        player: Player::open(settings, &scenario.folder),
        seen: RefCell::default(),
    };
    if turns.until(PATIENCE, |attempt| attempt.stage == Stage::Ready).await {
        turns.story(scenario).await;
    }
    turns.seen.into_inner()
}

struct Turns {
    player: Player,
    seen: RefCell<Witness>,
}

impl Turns {
    async fn story(&mut self, scenario: &Scenario) {
        self.player.press(KeyCode::Char('b'));
        let broken = |attempt: &Attempt| attempt.verdicts.first().is_some_and(|goal| goal.met);
        self.until(PATIENCE, broken).await;
        if self.seen.borrow().refused.is_some() {
            return self.clean_up().await;
        }
        let fault = self.player.attempt().and_then(|attempt| attempt.verdicts.first());
        let fault = fault.map(|goal| if goal.met { Ok(goal.saw.clone()) } else { Err(goal.saw.clone()) });
        self.seen.get_mut().fault = fault;
        self.until(WATCHED, |_| false).await;
        self.look_at_the_fault();
        if !scenario.solution.is_empty() {
            self.player.press(KeyCode::Char('s'));
            self.player.press(KeyCode::Enter);
            if !self.until(PATIENCE, |attempt| attempt.stage == Stage::Solved).await {
                self.seen.get_mut().unsolved = self.player.attempt().map(unmet);
            }
            let now = self.player.model.now;
            let pods = self.player.attempt().map(|attempt| attempt.snapshot.pods_by_age()).unwrap_or_default();
            let pods = pods.into_iter().filter(|pod| !pod.deleting).map(|pod| printed(pod, now)).collect();
            self.seen.borrow_mut().solved = pods;
        }
        self.clean_up().await;
    }

    fn look_at_the_fault(&mut self) {
        let now = self.player.model.now;
        let Some(attempt) = self.player.model.attempt() else { return };
        let seen = self.seen.get_mut();
        // on its way every pod is in one of these; the fault may be that it stays there
        let stuck = |row: &PrintedPod| !matches!(row.status.as_str(), "Pending" | "ContainerCreating" | "PodInitializing" | "Running");
        if seen.broken.iter().any(stuck) {
            seen.broken.retain(stuck);
        }
        if seen.broken.is_empty() {
            seen.broken = attempt.snapshot.pods_by_age().into_iter().map(|pod| printed(pod, now)).collect();
        }
        seen.in_log = attempt.clue.as_ref().map(|clue| matches!(clue.source, Source::Log { .. }));
    }

    async fn clean_up(&mut self) {
        while !self.player.model.overlays.is_empty() {
            self.player.press(KeyCode::Esc);
        }
        self.player.press(KeyCode::Char('c'));
        self.player.agree();
        self.until(PATIENCE, |attempt| attempt.stage == Stage::Ready).await;
        self.seen.get_mut().left = self.player.attempt().map(|attempt| attempt.going.clone()).unwrap_or_default();
    }

    /// Lets time pass until something shows, noting all that shows meanwhile; false when it does not.
    async fn until(&mut self, patience: SignedDuration, shows: impl Fn(&Attempt) -> bool) -> bool {
        let seen = &self.seen;
        let look = |model: &Model, attempt: &Attempt| {
            let mut seen = seen.borrow_mut();
            seen.note(attempt, model.now);
            if let Some((notice, _)) = model.notice.as_ref().filter(|(notice, _)| notice.bad) {
                seen.refused = Some(notice.what.clone());
            }
            (shows(attempt) || seen.refused.is_some()).then(|| seen.refused.is_none())
        };
        self.player.until(patience, look).await.unwrap_or(false)
    }
}

impl Witness {
    fn note(&mut self, attempt: &Attempt, now: Timestamp) {
        for pod in attempt.snapshot.pods.values() {
            let row = (format!("{}/{}", pod.ready.0, pod.ready.1), pod.status.clone());
            if !self.rows.contains(&row) {
                if !pod.is_ready && pod.phase != "Succeeded" && attempt.stage == Stage::Broken {
                    self.broken.push(printed(pod, now));
                }
                self.rows.insert(row);
            }
        }
        for event in attempt.snapshot.events.values() {
            let event = (if event.warning { "Warning" } else { "Normal" }, event.reason.clone());
            if !self.events.contains(&event) {
                self.events.insert(event);
            }
        }
    }
}

fn printed(pod: &PodRow, now: Timestamp) -> PrintedPod {
    let since = |at: Timestamp| text::age(now.duration_since(at).as_secs());
    PrintedPod {
        name: pod.name.clone(),
        ready: format!("{}/{}", pod.ready.0, pod.ready.1),
        status: pod.status.clone(),
        restarts: match pod.restarted {
            Some(at) => format!("{} ({} ago)", pod.restarts, since(at)),
            None => pod.restarts.to_string(),
        },
        age: pod.created.map(since).unwrap_or_default(),
    }
}

fn unmet(attempt: &Attempt) -> String {
    let unmet = attempt.verdicts.iter().filter(|goal| !goal.met);
    unmet.map(|goal| format!("{}: {}", goal.title, goal.saw)).collect::<Vec<_>>().join("; ")
}

/// The manifests of a scenario that name an object which was left behind.
pub fn maker<'a>(scenario: &'a Scenario, left: &str) -> Option<&'a Manifest> {
    let (kind, name) = left.split_once([' ', '/'])?;
    let all = scenario.broken.iter().chain(&scenario.setup).chain(&scenario.solution);
    let mut named = all.filter(|manifest| manifest.kind().eq_ignore_ascii_case(kind));
    named.find(|manifest| name.starts_with(manifest.name()))
}
