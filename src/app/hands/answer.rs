//! What an attempt's tasks hold: its session, and where their answers go.

use std::sync::{Arc, OnceLock};

use tokio::sync::mpsc;

use crate::app::session::Session;
use crate::lab::msg::{AttemptNo, FromCluster, FromShell, Msg, Notice};

/// An open session, kept as long as somebody works on it.
pub struct SessionRef(pub(super) Arc<OnceLock<Session>>);

impl std::ops::Deref for SessionRef {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.0.wait()
    }
}

/// Where an attempt's answers go.
#[derive(Clone)]
pub struct Answer {
    pub(super) number: AttemptNo,
    pub(super) news: mpsc::Sender<Msg>,
}

impl Answer {
    #[cfg(test)]
    pub fn new(number: AttemptNo, news: mpsc::Sender<Msg>) -> Self {
        Self { number, news }
    }

    pub async fn send(&self, what: FromCluster) {
        let _ = self.news.send(Msg::Cluster(self.number, what)).await;
    }

    pub(super) async fn shell(&self, what: FromShell) {
        let _ = self.news.send(Msg::Shell(self.number, what)).await;
    }

    /// Something went wrong that stops nothing.
    pub(super) async fn notice(&self, what: String) {
        let next = String::new();
        self.refuse(Notice { bad: true, what, next }).await;
    }

    pub(super) async fn refuse(&self, notice: Notice) {
        let _ = self.news.send(Msg::Notice(notice)).await;
    }
}
