//! The newest picture of a shell, handed from the emulator's thread to the loop.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::lab::shell::Grid;

pub struct Pictures {
    newest: Mutex<Arc<Grid>>,
    /// Rings when there is a newer one.
    news: Arc<Notify>,
}

impl Pictures {
    pub fn new(news: Arc<Notify>) -> Self {
        Self {
            newest: Mutex::default(),
            news,
        }
    }

    pub fn last(&self) -> Arc<Grid> {
        Arc::clone(&self.newest.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn publish(&self, grid: Grid) {
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(grid);
        self.news.notify_one();
    }
}
