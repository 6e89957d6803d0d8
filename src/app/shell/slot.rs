//! Where an attempt's shell runs: what was asked of it while it starts is not lost.

use std::sync::Arc;

use super::Shell;
use crate::lab::msg::{Notice, ToShell};
use crate::lab::shell::Grid;

/// The place of one shell.
#[derive(Default)]
pub struct Slot {
    running: Option<Shell>,
    size: (u16, u16),
    /// What came before the shell ran.
    waiting: Vec<ToShell>,
    shown: Option<Arc<Grid>>,
}

impl Slot {
    /// A shell is about to start here.
    pub fn expect(&mut self, size: (u16, u16)) {
        *self = Self { size, ..Self::default() };
    }

    /// Columns and rows that it is wanted in now.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// The shell runs.
    pub fn fill(&mut self, mut shell: Shell) {
        for what in self.waiting.drain(..) {
            // A shell that has just started is not busy.
            let _ = shell.take(what);
        }
        self.running = Some(shell);
    }

    /// Takes what the learner does.
    ///
    /// # Errors
    /// Why it was not done.
    pub fn take(&mut self, what: ToShell) -> Result<(), Notice> {
        if let ToShell::Resize { columns, rows } = what {
            self.size = (columns, rows);
        }
        match (&mut self.running, what) {
            (Some(shell), what) => shell.take(what),
            (None, what) => {
                self.waiting.push(what);
                Ok(())
            }
        }
    }

    /// The newest picture, once.
    pub fn picture(&mut self) -> Option<Arc<Grid>> {
        let shell = self.running.as_mut()?;
        shell.type_pending();
        let picture = shell.pictures.last();
        if self.shown.as_ref().is_some_and(|shown| Arc::ptr_eq(shown, &picture)) {
            return None;
        }
        self.shown = Some(Arc::clone(&picture));
        if picture.ended.is_some() {
            self.running = None;
        }
        Some(picture)
    }
}
