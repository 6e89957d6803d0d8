//! The shell beside the lesson: started when it is first wanted, its pictures passed on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::Hands;
use crate::app::shell::{Shell, Slot};
use crate::lab::msg::{AttemptNo, FromCluster, FromShell, Msg, Notice, ToShell};

impl Hands {
    /// Rings when a shell shows something new; `picture` gives it.
    #[must_use]
    pub fn pictures(&self) -> Arc<Notify> {
        Arc::clone(&self.pictures)
    }

    /// What the shell shows, if that is new.
    #[must_use]
    pub fn picture(&self) -> Option<Msg> {
        let attempt = self.attempt.as_ref()?;
        let grid = slot(&attempt.shell).picture()?;
        Some(Msg::Shell(attempt.number, FromShell::Screen(grid)))
    }

    pub(super) fn shell(&mut self, number: AttemptNo, what: ToShell) {
        let Some(attempt) = self.attempt.as_ref().filter(|attempt| attempt.number == number) else {
            return;
        };
        if let ToShell::Start { columns, rows } = what {
            slot(&attempt.shell).expect((columns, rows));
            return self.start_shell(number);
        }
        if let Err(notice) = slot(&attempt.shell).take(what) {
            let _ = self.news.try_send(Msg::Notice(notice));
        }
    }

    /// Lets the learner's own kubectl in, for as long as the attempt lives.
    pub(super) fn access(&mut self, number: AttemptNo) {
        let Some(attempt) = &self.attempt else { return };
        let access = Arc::clone(&attempt.access);
        let state = self.settings.state.clone();
        self.with_session(number, move |session, answer| async move {
            let opened = async {
                let state = state.ok_or_else(no_state)?;
                let access = access.get_or_try_init(|| session.access(&state)).await?;
                Ok::<_, Notice>(access.line())
            };
            match opened.await {
                Ok(line) => answer.send(FromCluster::Access(line)).await,
                Err(notice) => answer.refuse(notice).await,
            }
        });
    }

    fn start_shell(&mut self, number: AttemptNo) {
        let Some(attempt) = &self.attempt else { return };
        let (access, place, pictures) = (Arc::clone(&attempt.access), Arc::clone(&attempt.shell), self.pictures());
        let state = self.settings.state.clone();
        self.with_session(number, move |session, answer| async move {
            let started = async {
                let state = state.ok_or_else(no_state)?;
                let access = access.get_or_try_init(|| session.access(&state)).await?;
                let size = slot(&place).size();
                Shell::start(&state, access, session.namespace(), size, pictures)
            };
            match started.await {
                Ok(shell) => slot(&place).fill(shell),
                Err(notice) => answer.shell(FromShell::Failed(notice)).await,
            }
        });
    }
}

fn slot(shell: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    shell.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn no_state() -> Notice {
    Notice {
        bad: true,
        what: "there is no home folder for the lab's files".to_owned(),
        next: "set XDG_STATE_HOME".to_owned(),
    }
}
