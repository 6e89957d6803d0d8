//! When the model next needs a `Tick`: idle, it needs none.

use jiff::{SignedDuration, Timestamp};

use super::msg::Link;
use super::update::{EQUAL, NOTICE};
use super::{Attempt, Model, Stage, backoff};

/// A screen that nobody has touched for this long steps every other second, as dashboards do; news are shown at once all the same.
const STILL: SignedDuration = SignedDuration::from_secs(30);

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The instants of the next ticks that would change anything on the screen, on each of the two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wake {
    /// On the cluster's clock: ages, back-offs, goals.
    pub cluster: Option<Timestamp>,
    /// On the learner's: notices, the time it took.
    pub wall: Option<Timestamp>,
}

impl Wake {
    /// The sooner of the two, where both clocks show the same.
    #[must_use]
    pub fn first(self) -> Option<Timestamp> {
        self.cluster.into_iter().chain(self.wall).min()
    }
}

/// When the model next needs to be told the time.
#[must_use]
pub fn next_wake(model: &Model) -> Wake {
    let notice = model.notice.as_ref().filter(|(notice, _)| !notice.bad).map(|(_, at)| *at + NOTICE);
    let attempt = model.attempt();
    // What is overdue waits a second: the lab never spins.
    let later = |now: Timestamp| move |at: Timestamp| if at > now { at } else { now + SignedDuration::from_secs(1) };
    let pace = if model.wall().duration_since(model.stirred) < STILL { 1 } else { 2 };
    Wake {
        cluster: attempt.and_then(|attempt| in_cluster(attempt, model.now, pace)).map(later(model.now)),
        wall: notice
            .into_iter()
            .chain(attempt.and_then(|attempt| on_wall(attempt, model.wall(), pace)))
            .min()
            .map(later(model.wall())),
    }
}

/// So many seconds from now, then the next that the pace steps on.
fn step(now: Timestamp, seconds: i64, pace: i64) -> Option<Timestamp> {
    let at = now.as_second() + seconds;
    Timestamp::from_second(at + (-at).rem_euclid(pace)).ok()
}

fn on_wall(attempt: &Attempt, wall: Timestamp, pace: i64) -> Option<Timestamp> {
    let clock_runs = matches!(attempt.stage, Stage::Broken | Stage::Solving | Stage::Cleaning) || matches!(attempt.link, Link::Stale { .. });
    let second = clock_runs.then(|| step(wall, 1, pace)).flatten();
    let fresh = attempt.fresh.iter().map(|(_, until)| *until).min();
    let equal = attempt.equal.as_ref().map(|(_, at)| *at + EQUAL);
    [second, fresh, equal].into_iter().flatten().min()
}

fn in_cluster(attempt: &Attempt, now: Timestamp, pace: i64) -> Option<Timestamp> {
    let whole = |seconds: i64| step(now, seconds, pace);
    let age = stamps(attempt).map(|at| next_age(now.as_second() - at.as_second())).min().and_then(whole);
    // The ladder counts the seconds down.
    let pod = attempt.selected.as_ref().and_then(|uid| attempt.snapshot.pods.get(uid));
    let waits = pod.and_then(|pod| backoff::wait(&attempt.snapshot, pod)).is_some_and(|wait| wait.left(now) > 0);
    let second = waits.then(|| whole(1)).flatten();
    [attempt.judge.next_change(), age, second].into_iter().flatten().min()
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
