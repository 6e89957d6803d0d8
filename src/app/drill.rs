//! `klab drill`: the fault that was drawn, made ready for the screen.

use std::sync::Arc;

use jiff::Timestamp;

use super::settings::{Settings, StartError};
use crate::cli;
use crate::scenario::Level;
pub use crate::scenario::drill::FOLDER;
use crate::scenario::drill::{self, Wish};
use crate::scenario::load::{Entry, Library};

/// The settings of a klab that knows this one drill.
///
/// # Errors
/// A scenarios folder that cannot be read; options that contradict each other; no scenario of the level.
pub fn settings(mut place: cli::Place, wanted: &cli::Drill) -> Result<Settings, StartError> {
    let library = Settings::library(&place)?;
    // short enough to be typed again
    let seed = place.seed.unwrap_or_else(|| Timestamp::now().as_nanosecond().unsigned_abs() as u64 % 1_000_000);
    place.seed = Some(seed);
    let wish = Wish {
        level: wanted.level.as_deref().map(level),
        minutes: wanted.minutes,
        seed,
        real: place.context.is_some(),
    };
    let scenario = drill::draw(library.scenarios(), wish)
        .ok_or_else(|| StartError("no scenario fits this drill; leave --level out, or name more scenarios with --scenarios".to_owned()))?;
    let entries = vec![Entry {
        folder: drill::FOLDER.to_owned(),
        result: Ok(Arc::new(scenario)),
    }];
    Settings::of(place, Library { entries })
}

/// The command line that plays the same again.
#[must_use]
pub fn again(settings: &Settings) -> Option<String> {
    let drill = settings.library.scenarios().find_map(|scenario| scenario.drill.as_ref())?;
    Some(drill.again.clone())
}

fn level(word: &str) -> Level {
    match word {
        "beginner" => Level::Beginner,
        "intermediate" => Level::Intermediate,
        _ => Level::Advanced,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crossterm::event::KeyCode;
    use jiff::SignedDuration;

    use super::*;
    use crate::app::Player;
    use crate::lab::drill::report;
    use crate::lab::{Attempt, Overlay, Stage};
    use crate::scenario::{Deed, Scenario, SolutionMode};

    const PATIENCE: SignedDuration = SignedDuration::from_secs(300);

    fn of(seed: u64, minutes: Option<u32>) -> Arc<Settings> {
        let place = cli::Place {
            seed: Some(seed),
            speed: 1.0,
            ..cli::Place::default()
        };
        let wanted = cli::Drill { level: None, minutes };
        Arc::new(settings(place, &wanted).unwrap().without_progress())
    }

    /// Opened and broken without a key.
    async fn broken(settings: &Arc<Settings>) -> Player {
        let mut player = Player::open(settings, drill::FOLDER);
        let seen = |_: &_, attempt: &Attempt| attempt.verdicts.first().is_some_and(|goal| goal.met).then_some(());
        let shown = player.until(PATIENCE, seen).await;
        let attempt = player.attempt().unwrap();
        assert!(shown.is_some(), "{:?}: {:?}", attempt.scenario.drill, attempt.verdicts);
        assert!(attempt.clue.is_none(), "the clue is hidden");
        player
    }

    fn repairs(scenario: &Scenario) -> Vec<Deed> {
        match scenario.solution_mode {
            SolutionMode::Apply => vec![Deed::Apply(scenario.solution.clone())],
            SolutionMode::Replace => vec![Deed::Replace(scenario.solution.clone())],
            SolutionMode::Delete => {
                let delete = |one: &crate::scenario::Manifest| Deed::Delete {
                    kind: one.kind().to_owned(),
                    name: one.name().to_owned(),
                };
                scenario.solution.iter().map(delete).collect()
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_drill_is_played_by_hand_and_told_of() {
        for seed in [0, 4, 5] {
            let mut player = broken(&of(seed, Some(60))).await;
            player.press(KeyCode::Char('h'));
            player.press(KeyCode::Char('i'));
            let scenario = Arc::clone(&player.attempt().unwrap().scenario);
            assert_eq!((player.attempt().unwrap().hints, player.model.overlays.len()), (0, 0));
            for deed in repairs(&scenario) {
                player.perform(&deed).await.unwrap();
            }
            let solved = |_: &_, attempt: &Attempt| (attempt.stage == Stage::Solved).then_some(());
            let held = player.until(PATIENCE, solved).await;
            let attempt = player.attempt().unwrap();
            assert!(held.is_some(), "seed {seed}: {:?}\n{:?}", scenario.drill, attempt.verdicts);
            let told = report(attempt).unwrap();
            assert!(told.contains("Solved in") && told.contains("kubectl "), "{told}");
            for wrong in &scenario.drill.as_ref().unwrap().faults {
                assert!(told.contains(&wrong.title), "{told}");
            }
            assert!(matches!(player.model.overlays.last(), Some(Overlay::Debrief { .. })));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn giving_up_and_running_out_of_time_end_it() {
        let mut player = broken(&of(3, None)).await;
        player.press(KeyCode::Char('s'));
        assert!(matches!(player.model.overlays.last(), Some(Overlay::Ask { .. })), "s asks first");
        player.agree();
        let told = report(player.attempt().unwrap()).unwrap();
        assert!(told.contains("Given up") && told.contains("Nothing in the cluster was changed"), "{told}");

        let mut player = broken(&of(3, Some(5))).await;
        let over = |_: &_, attempt: &Attempt| report(attempt);
        let told = player.until(SignedDuration::from_mins(6), over).await.unwrap();
        assert!(told.contains("5 minutes are up"), "{told}");
        assert_ne!(player.attempt().unwrap().stage, Stage::Solved);
    }
}
