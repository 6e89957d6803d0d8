//! When the model next needs a `Tick`: idle, it needs none.

use jiff::{SignedDuration, Timestamp};

use super::msg::Link;
use super::update::{EQUAL, NOTICE};
use super::{Attempt, Model, Screen, Stage};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The instant of the next tick that would change anything on the screen.
#[must_use]
pub fn next_wake(model: &Model) -> Option<Timestamp> {
    let notice = model.notice.as_ref().filter(|(notice, _)| !notice.bad).map(|(_, at)| *at + NOTICE);
    let attempt = match &model.screen {
        Screen::Attempt(attempt) => of_attempt(attempt, model.now),
        Screen::Picker(_) => None,
    };
    // What is overdue waits a second: the lab never spins.
    let later = |at: Timestamp| if at > model.now { at } else { model.now + SignedDuration::from_secs(1) };
    notice.into_iter().chain(attempt).min().map(later)
}

fn of_attempt(attempt: &Attempt, now: Timestamp) -> Option<Timestamp> {
    let whole = |seconds: i64| Timestamp::from_second(now.as_second() + seconds).ok();
    let clock_runs = matches!(attempt.stage, Stage::Broken | Stage::Solving | Stage::Cleaning) || matches!(attempt.link, Link::Stale { .. });
    let second = clock_runs.then(|| whole(1)).flatten();
    let fresh = attempt.fresh.iter().map(|(_, until)| *until).min();
    let equal = attempt.equal.as_ref().map(|(_, at)| *at + EQUAL);
    let age = stamps(attempt).map(|at| next_age(now.as_second() - at.as_second())).min().and_then(whole);
    [second, attempt.judge.next_change(), fresh, equal, age].into_iter().flatten().min()
}

/// Instants whose ages are on the screen.
fn stamps(attempt: &Attempt) -> impl Iterator<Item = Timestamp> + '_ {
    let snapshot = &attempt.snapshot;
    let pods = snapshot.pods.values().flat_map(|row| [row.created, row.restarted]);
    let events = snapshot.events.values().map(|row| row.last);
    let objects = snapshot.objects.values().map(|row| row.created);
    pods.chain(events).chain(objects).flatten()
}

/// Seconds until the age's text is another one, by kubectl's steps.
#[must_use]
pub fn next_age(age: i64) -> i64 {
    let step = match age.max(0) {
        0..600 => 1,
        600..28_800 => MINUTE,
        28_800..691_200 => HOUR,
        _ => DAY,
    };
    step - age.max(0) % step
}
