//! The practice cluster's clock as the learner sets it: pause, the next thing that happens, other speeds, back to live.

use super::keymap::Action;
use super::msg::{Effect, Tempo};
use super::{Model, Place};

/// The speeds that `+` and `-` go through.
const SPEEDS: [f64; 4] = [1.0, 4.0, 16.0, 60.0];
/// What other speeds do to kubectl, which knows the wall clock only.
pub const DESCRIBE: &str = "kubectl describe's ages go by the wall clock";

/// How the practice cluster's time passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    /// Practice seconds a second, while it runs.
    pub speed: f64,
    pub paused: bool,
}

impl Default for Clock {
    fn default() -> Self {
        Self { speed: 1.0, paused: false }
    }
}

impl Clock {
    /// Live: as fast as the wall clock, and running.
    #[must_use]
    pub fn is_live(self) -> bool {
        !self.paused && self.is_wall()
    }

    fn is_wall(self) -> bool {
        (self.speed - 1.0).abs() < f64::EPSILON
    }

    fn tempo(self) -> Tempo {
        Tempo::Speed(if self.paused { 0.0 } else { self.speed })
    }
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if model.place != Place::Practice || model.attempt().is_none() {
        return Vec::new();
    }
    let clock = &mut model.clock;
    let (what, next) = match action {
        Action::Pause => {
            clock.paused = !clock.paused;
            match clock.paused {
                true => ("The practice clock stands still".to_owned(), "Space goes on, > is the next thing that happens"),
                false => (runs(*clock), ""),
            }
        }
        Action::Faster | Action::Slower => {
            clock.speed = next_speed(clock.speed, action == Action::Faster);
            clock.paused = false;
            (runs(*clock), if clock.is_wall() { "" } else { DESCRIBE })
        }
        Action::Step => {
            model.say(
                false,
                "On to the next thing that happens",
                if model.clock.paused { "Space goes on" } else { "" },
            );
            return vec![Effect::Clock(Tempo::Step)];
        }
        _ => {
            *clock = Clock::default();
            ("The practice clock is live again, ×1".to_owned(), "")
        }
    };
    let tempo = clock.tempo();
    model.say(false, what, next);
    vec![Effect::Clock(tempo)]
}

fn runs(clock: Clock) -> String {
    format!("The practice clock runs ×{}", clock.speed)
}

/// The next of the speeds; one between them goes to its neighbour.
fn next_speed(speed: f64, up: bool) -> f64 {
    let faster = || SPEEDS.into_iter().find(|s| *s > speed);
    let slower = || SPEEDS.into_iter().rev().find(|s| *s < speed);
    if up { faster() } else { slower() }.unwrap_or(speed)
}
