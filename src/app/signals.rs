//! The signals that end klab, so that it gives the terminal back first.

use futures::FutureExt;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens from when it is made.
pub struct Signals {
    terminate: Signal,
    hangup: Signal,
    interrupt: Signal,
    quit: Signal,
}

impl Signals {
    /// # Errors
    /// When the system does not let it listen.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    /// The first of them. On klab's own screen Ctrl-C is a key and no signal: an interrupt comes from elsewhere.
    pub async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.quit.recv() => {}
        }
    }

    /// The first that no key sends: while an editor has the terminal, its keys are not meant for klab.
    pub async fn firm(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }

    /// Forgets what keys have sent meanwhile.
    pub fn forget(&mut self) {
        while self.interrupt.recv().now_or_never().is_some() || self.quit.recv().now_or_never().is_some() {}
    }
}
