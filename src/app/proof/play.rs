//! One play of a scenario, step by step: what has to show, how long it may take, what was seen.

use std::sync::Arc;

use crossterm::event::KeyCode;
use jiff::{SignedDuration, Timestamp};

use super::{Report, Seen};
use crate::app::player::Player;
use crate::app::settings::Settings;
use crate::lab::{Attempt, Model, Overlay, Stage};
use crate::scenario::clue::{self, Evidence};
use crate::scenario::goal::Judge;
use crate::scenario::{Deed, Scenario};

/// How long each step may take, in the cluster's time.
const PATIENCE: SignedDuration = SignedDuration::from_secs(300);
/// How long a healthy start is looked at before it is broken.
const BEFORE: SignedDuration = SignedDuration::from_secs(20);

/// A player, and the report that its steps go into.
pub struct Play<'a> {
    player: Player,
    report: &'a mut Report,
    began: Timestamp,
    /// What the steps of this play are called after; empty for the story itself.
    of: &'static str,
}

impl<'a> Play<'a> {
    /// Opens the scenario; false when it does not open.
    pub async fn open(settings: &Arc<Settings>, scenario: &Scenario, of: &'static str, report: &'a mut Report) -> Option<Self> {
        let player = Player::open(settings, &scenario.folder);
        let mut play = Self {
            began: player.now(),
            player,
            report,
            of,
        };
        let opened = play.until(PATIENCE, |attempt| (attempt.stage == Stage::Ready).then(|| opened(attempt))).await;
        if of.is_empty() || opened.is_err() {
            play.note("open", opened.clone());
        }
        opened.is_ok().then_some(play)
    }

    /// Before `b` the fault is not there and nothing is solved.
    pub async fn untouched(&mut self) -> bool {
        self.player.until(BEFORE, |_, _| None::<()>).await;
        let Some(attempt) = self.player.attempt() else { return false };
        let evidence = Evidence {
            snapshot: &attempt.snapshot,
            logs: &attempt.logs,
            now: self.player.now(),
        };
        let clue = clue::find(&attempt.scenario, &evidence);
        let mut judge = Judge::new(&attempt.scenario);
        let verdicts = judge.look(&attempt.scenario, &evidence, clue.as_ref());
        let seen = verdicts.first().filter(|goal| goal.met).map(|goal| goal.saw.clone());
        let found = match seen {
            Some(saw) => Err(format!("the fault is there already: {saw}")),
            None if attempt.stage == Stage::Solved => Err("it is solved already".to_owned()),
            None => Ok("no fault, nothing solved".to_owned()),
        };
        self.note("not broken before b", found)
    }

    /// `b`, until the fault shows as promised, with its clue.
    pub async fn break_it(&mut self) -> bool {
        self.player.press(KeyCode::Char('b'));
        self.player.agree();
        let seen = self
            .until(PATIENCE, |attempt| {
                attempt.verdicts.first().filter(|goal| goal.met).map(|goal| goal.saw.clone())
            })
            .await;
        let quietly = !self.of.is_empty() && seen.is_ok();
        if !quietly && !self.note("fault seen", seen) {
            return false;
        }
        if quietly {
            return true;
        }
        let clue = self.until(PATIENCE, own_clue).await;
        self.note("clue found", clue)
    }

    /// Time passes, and it must not become solved by that.
    pub async fn wait(&mut self, name: &'static str, time: SignedDuration) -> bool {
        let solved = self.player.until(time, |_, attempt| (attempt.stage == Stage::Solved).then_some(())).await;
        let found = match (solved, self.player.attempt()) {
            (Some(()), _) => Err("it became solved".to_owned()),
            (None, Some(attempt)) => Ok(unmet(attempt)),
            (None, None) => Err("the scenario is not open any more".to_owned()),
        };
        self.note(name, found)
    }

    /// Does what a cheat or another repair does.
    pub async fn perform(&mut self, deeds: &[Deed]) -> bool {
        for deed in deeds {
            if let Err(why) = self.player.perform(deed).await {
                return self.note("done", Err(why.what));
            }
        }
        true
    }

    /// A cheat must be seen and said to be one.
    pub async fn caught(&mut self, say: &str) -> bool {
        let said = self.until(SignedDuration::from_secs(30), |attempt| attempt.cheated.clone()).await;
        let found = match said {
            Ok(said) if said == say => Ok(said),
            Ok(other) => Err(format!("another cheat was seen: {other}")),
            Err(_) => Err("the lab does not see it".to_owned()),
        };
        self.note("seen", found)
    }

    /// `s`, until every goal is green.
    pub async fn solve(&mut self) -> bool {
        self.player.press(KeyCode::Char('s'));
        self.player.press(KeyCode::Enter);
        self.solved().await
    }

    pub async fn solved(&mut self) -> bool {
        let solved = self.until(PATIENCE, |attempt| (attempt.stage == Stage::Solved).then(|| goals(attempt))).await;
        self.note("goals held", solved)
    }

    /// `c`, until all is gone.
    pub async fn clean_up(&mut self) -> bool {
        while !self.player.model.overlays.is_empty() {
            self.player.press(KeyCode::Esc);
        }
        self.player.press(KeyCode::Char('c'));
        self.player.agree();
        let gone = self.until(PATIENCE, |attempt| (attempt.stage == Stage::Ready).then(|| left(attempt))).await;
        self.note("nothing left", gone)
    }

    /// What the fault has looked like so far.
    pub fn seen(&self) -> Seen {
        self.player.seen.clone()
    }

    /// Waits until something shows on the attempt.
    async fn until(&mut self, patience: SignedDuration, shows: impl Fn(&Attempt) -> Option<String>) -> Result<String, String> {
        let seen = self
            .player
            .until(patience, |model, attempt| shows(attempt).map(Ok).or_else(|| trouble(model, attempt).map(Err)))
            .await;
        seen.unwrap_or_else(|| Err(self.player.attempt().map_or_else(|| "the scenario did not open".to_owned(), unmet)))
    }

    fn note(&mut self, name: &str, found: Result<String, String>) -> bool {
        let ok = found.is_ok();
        let seconds = self.player.now().duration_since(self.began).as_secs_f64();
        let name = if self.of.is_empty() {
            name.to_owned()
        } else {
            format!("{}: {name}", self.of)
        };
        self.report.step(name, ok, seconds, found.unwrap_or_else(|saw| saw));
        ok
    }
}

/// The clue, by the author's own rules where there are some.
fn own_clue(attempt: &Attempt) -> Option<String> {
    let clue = attempt.clue.as_ref()?;
    let own = attempt.scenario.clues.is_empty() || clue.promised;
    own.then(|| clue.text.clone())
}

/// What makes waiting longer useless.
fn trouble(model: &Model, attempt: &Attempt) -> Option<String> {
    if let Some(Overlay::Ask { lines, .. }) = model.overlays.last() {
        return Some(format!("klab asks: {}", lines.join(" ")));
    }
    let (notice, _) = model.notice.as_ref().filter(|(notice, _)| notice.bad || attempt.stage == Stage::Failed)?;
    Some([notice.what.as_str(), &notice.next].join("; ").trim_end_matches("; ").to_owned())
}

fn unmet(attempt: &Attempt) -> String {
    let unmet: Vec<_> = attempt
        .verdicts
        .iter()
        .filter(|goal| !goal.met)
        .map(|goal| format!("{}: {}", goal.title, goal.saw))
        .collect();
    if unmet.is_empty() {
        format!("still {:?}", attempt.stage)
    } else {
        unmet.join("; ")
    }
}

fn opened(attempt: &Attempt) -> String {
    let opened = attempt.opened.as_ref();
    opened
        .map(|opened| format!("{} in {}", opened.version, opened.namespace).trim().to_owned())
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
