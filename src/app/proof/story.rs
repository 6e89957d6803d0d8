//! Which plays prove a scenario: the story, waiting, each cheat, each other repair; on a real cluster the story alone, held against practice.

use std::future::Future;
use std::sync::Arc;

use jiff::SignedDuration;

use super::play::Play;
use super::{Report, Seen};
use crate::app::session::{self, Session};
use crate::app::settings::Settings;
use crate::scenario::Scenario;

/// Waiting alone must not solve anything.
const WAITING: SignedDuration = SignedDuration::from_mins(10);
/// A cheat gets longer than any goal's window.
const CHEATING: SignedDuration = SignedDuration::from_mins(5);
/// How long a real cluster, and practice beside it, is watched broken.
const WATCHED: SignedDuration = SignedDuration::from_secs(60);

/// All plays on the practice cluster.
pub fn practice(settings: &Arc<Settings>, scenario: &Scenario, report: &mut Report) {
    if let Some(why) = virtual_time(report, async |_: &mut Report| unplayable(settings, scenario).await).flatten() {
        report.skipped = Some(why);
        return;
    }
    let broken = virtual_time(report, async |report: &mut Report| story(settings, scenario, report).await);
    // what does not break fails in every other play the same way
    if broken != Some(true) {
        return;
    }
    virtual_time(report, async |report: &mut Report| {
        let Some(mut play) = Play::open(settings, scenario, "waiting", report).await else {
            return;
        };
        if play.break_it().await {
            play.wait("not solved in ten minutes", WAITING).await;
        }
    });
    for cheat in &scenario.cheats {
        virtual_time(report, async |report: &mut Report| {
            let Some(mut play) = Play::open(settings, scenario, "cheat", report).await else {
                return;
            };
            if play.break_it().await && play.perform(&cheat.does).await {
                play.caught(&cheat.say).await;
                play.wait("not solved by it", CHEATING).await;
            }
        });
    }
    for repair in &scenario.repairs {
        virtual_time(report, async |report: &mut Report| {
            let Some(mut play) = Play::open(settings, scenario, "repair", report).await else {
                return;
            };
            if play.break_it().await && play.perform(&repair.does).await {
                play.solved().await;
            }
        });
    }
}

/// Breaks, solves and cleans up; whether it was seen broken.
async fn story(settings: &Arc<Settings>, scenario: &Scenario, report: &mut Report) -> bool {
    let Some(mut play) = Play::open(settings, scenario, "", report).await else {
        return false;
    };
    let broken = play.untouched().await && play.break_it().await;
    if broken {
        play.solve().await;
    }
    play.clean_up().await;
    let seen = play.seen();
    report.seen = seen;
    broken
}

/// The story on the real cluster, and what was seen there held against what practice shows.
pub fn real(settings: &Arc<Settings>, practice: &Arc<Settings>, scenario: &Scenario, report: &mut Report) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report.step("open", false, 0.0, error.to_string()),
    };
    if let Some(why) = runtime.block_on(unplayable(settings, scenario)) {
        report.skipped = Some(why);
        return;
    }
    runtime.block_on(watched(settings, scenario, report));
    runtime.shutdown_background();
    if !report.ok {
        return;
    }
    let mut beside = Report {
        steps: Vec::new(),
        ..report.clone()
    };
    virtual_time(&mut beside, async |report: &mut Report| watched(practice, scenario, report).await);
    if let Some(failed) = beside.steps.iter().find(|step| !step.ok) {
        return report.step(format!("practice: {}", failed.name), false, failed.seconds, failed.saw.clone());
    }
    let (ok, saw) = report.seen.compare(&beside.seen);
    report.step("same as practice", ok, 0.0, saw);
}

async fn watched(settings: &Arc<Settings>, scenario: &Scenario, report: &mut Report) {
    let Some(mut play) = Play::open(settings, scenario, "", report).await else {
        return;
    };
    let broken = play.break_it().await && play.wait("not solved by waiting", WATCHED).await;
    let seen: Seen = play.seen();
    if broken {
        play.solve().await;
    }
    play.clean_up().await;
    report.seen = seen;
}

/// Why the scenario cannot be played where the settings point; None also when it cannot be told, for then the play tells.
async fn unplayable(settings: &Arc<Settings>, scenario: &Scenario) -> Option<String> {
    if scenario.requires.is_empty() {
        return None;
    }
    let practice = settings.place.context.is_none().then(|| session::practice(scenario, 1.0, 1));
    let session = Session::open(settings, Arc::new(scenario.clone()), practice).await.ok()?;
    session.unmet().await
}

/// Runs a play on a clock that jumps to the next timer whenever nothing is left to do.
fn virtual_time<T>(report: &mut Report, play: impl AsyncFnOnce(&mut Report) -> T) -> Option<T> {
    match tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build() {
        Ok(runtime) => {
            let done = runtime.block_on(in_time(play, report));
            runtime.shutdown_background();
            Some(done)
        }
        Err(error) => {
            report.step("open", false, 0.0, error.to_string());
            None
        }
    }
}

fn in_time<'a, T>(play: impl AsyncFnOnce(&'a mut Report) -> T, report: &'a mut Report) -> impl Future<Output = T> {
    play(report)
}
