//! The practice cluster's clock: the wall clock at the start, then tokio's time at a speed.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Maps tokio's instants to the practice cluster's. Speed 0 stands still.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    base: Timestamp,
    since: Instant,
    speed: f64,
}

impl Clock {
    /// A clock that shows `base` now.
    #[must_use]
    pub fn new(base: Timestamp, speed: f64) -> Self {
        Self {
            base,
            since: Instant::now(),
            speed: if speed.is_finite() { speed.max(0.0) } else { 1.0 },
        }
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        let passed = Duration::try_from_secs_f64(self.since.elapsed().as_secs_f64() * self.speed).unwrap_or_default();
        SignedDuration::try_from(passed)
            .ok()
            .and_then(|passed| self.base.checked_add(passed).ok())
            .unwrap_or(self.base)
    }

    #[must_use]
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// How long to wait on tokio's clock until this one shows `at`; `None` while it stands still.
    #[must_use]
    pub fn until(&self, at: Timestamp) -> Option<Duration> {
        let left = at.duration_since(self.now()).as_secs_f64();
        if left <= 0.0 {
            return Some(Duration::ZERO);
        }
        Duration::try_from_secs_f64(left / self.speed).ok()
    }
}
