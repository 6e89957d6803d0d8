//! Plays a scenario by its keys without a screen: the same model, the same effects. For `klab run` and for tests.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::hands::Hands;
use super::proof::Seen;
use super::settings::Settings;
use crate::lab::msg::{Msg, Notice};
use crate::lab::{self, Attempt, Model, Screen};
use crate::practice::Practice;
use crate::scenario::Deed;

/// Messages that may wait for the model.
const QUEUE: usize = 1024;

/// How long to look away while the cluster's clock stands still.
const STILL: Duration = Duration::from_secs(1);

/// The model, and hands that carry out what it asks for.
pub struct Player {
    pub model: Model,
    hands: Hands,
    inbox: mpsc::Receiver<Msg>,
    /// What the fault has looked like.
    pub seen: Seen,
}

impl Player {
    /// Opens a scenario's folder.
    #[must_use]
    pub fn open(settings: &Arc<Settings>, folder: &str) -> Self {
        let (sender, inbox) = mpsc::channel(QUEUE);
        let (mut model, effects) = settings.model();
        // whoever plays here presses the keys that the table names
        model.keys = Default::default();
        let mut player = Self {
            model,
            hands: Hands::new(Arc::clone(settings), sender, false),
            inbox,
            seen: Seen::default(),
        };
        player.hands.carry_all(effects);
        player.take(Msg::Resize(140, 40));
        let effects = player.model.open(folder);
        player.hands.carry_all(effects);
        player
    }

    /// The cluster's present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.hands.now()
    }

    /// The practice cluster that is played on, if it is one.
    #[must_use]
    pub fn practice(&self) -> Option<&Practice> {
        self.hands.practice()
    }

    /// The attempt that is open.
    #[must_use]
    pub fn attempt(&self) -> Option<&Attempt> {
        match &self.model.screen {
            Screen::Attempt(attempt) => Some(attempt),
            Screen::Picker(_) => None,
        }
    }

    /// Presses a key.
    pub fn press(&mut self, key: KeyCode) {
        self.take(Msg::Key(KeyEvent::new(key, KeyModifiers::NONE)));
    }

    /// Types a text where one is typed, in place of what stands there.
    #[cfg(test)]
    pub fn type_in(&mut self, text: &str) {
        self.take(Msg::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        text.chars().for_each(|c| self.press(KeyCode::Char(c)));
    }

    /// Lets an editor that waits for the terminal do this with the text, until nothing is refused any more.
    #[cfg(test)]
    pub async fn edit(&mut self, editor: impl Fn(&str) -> String) -> Notice {
        let edit = self.hands.take_edit().expect("the editor is open");
        edit.run_with(async |_, text| Ok(editor(&text))).await
    }

    /// Says yes where the last key asked something.
    pub fn agree(&mut self) {
        if !self.model.overlays.is_empty() {
            self.press(KeyCode::Enter);
        }
    }

    /// Does to the cluster what a scenario.yaml names.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn perform(&mut self, deed: &Deed) -> Result<Vec<String>, Notice> {
        match self.hands.session() {
            Some(session) => session.perform(deed).await,
            None => Err(Notice {
                bad: true,
                what: "no cluster is open".to_owned(),
                next: String::new(),
            }),
        }
    }

    /// Lets the cluster's time pass until something shows on the attempt; `None` when it did not within `patience`.
    pub async fn until<T>(&mut self, patience: SignedDuration, shows: impl Fn(&Model, &Attempt) -> Option<T>) -> Option<T> {
        let end = self.now() + patience;
        loop {
            if let Some(seen) = shows(&self.model, self.attempt()?) {
                return Some(seen);
            }
            if self.now() >= end {
                return None;
            }
            self.next(end).await;
        }
    }

    async fn next(&mut self, end: Timestamp) {
        let wake = lab::next_wake(&self.model).first().map_or(end, |at| at.min(end));
        let wake = Instant::now() + self.hands.until(wake).unwrap_or(STILL).max(Duration::from_millis(1));
        let msg = tokio::select! {
            biased;
            msg = self.inbox.recv() => msg,
            () = sleep_until(wake) => None,
        };
        self.take(Msg::Tick(self.now()));
        if let Some(msg) = msg {
            self.take(msg);
        }
    }

    fn take(&mut self, msg: Msg) {
        let news = matches!(msg, Msg::Cluster(..));
        let effects = lab::update(&mut self.model, msg);
        self.hands.carry_all(effects);
        if let Some(attempt) = self.model.attempt().filter(|_| news) {
            self.seen.note(attempt);
        }
    }
}
