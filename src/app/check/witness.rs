//! What a scenario's manifests really do on the practice cluster, from break to cleanup, in virtual time.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use crossterm::event::KeyCode;
use jiff::SignedDuration;

use crate::app::player::Player;
use crate::app::settings::Settings;
use crate::lab::{Attempt, Model, Stage};
use crate::scenario::{Manifest, Scenario};

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
    /// What the fault looked like, or what showed instead.
    pub fault: Option<Result<String, String>>,
    /// Why the solution did not solve it.
    pub unsolved: Option<String>,
    /// What the cleanup left.
    pub left: Vec<String>,
    /// What the cluster refused, and why.
    pub refused: Option<String>,
}

/// Plays one scenario.
pub async fn play(settings: &Arc<Settings>, scenario: &Scenario) -> Witness {
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
        if !scenario.solution.is_empty() {
            self.player.press(KeyCode::Char('s'));
            self.player.press(KeyCode::Enter);
            if !self.until(PATIENCE, |attempt| attempt.stage == Stage::Solved).await {
                self.seen.get_mut().unsolved = self.player.attempt().map(unmet);
            }
        }
        self.clean_up().await;
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
            seen.note(attempt);
            if let Some((notice, _)) = model.notice.as_ref().filter(|(notice, _)| notice.bad) {
                seen.refused = Some(notice.what.clone());
            }
            (shows(attempt) || seen.refused.is_some()).then(|| seen.refused.is_none())
        };
        self.player.until(patience, look).await.unwrap_or(false)
    }
}

impl Witness {
    fn note(&mut self, attempt: &Attempt) {
        for pod in attempt.snapshot.pods.values() {
            let row = (format!("{}/{}", pod.ready.0, pod.ready.1), pod.status.clone());
            if !self.rows.contains(&row) {
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
