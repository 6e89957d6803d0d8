//! The back-off ladder: on which step a waiting container is, and about when the kubelet tries again.
//!
//! Pulls: each failed pull doubles the wait, counted from the failure; the kubelet looks again only when its worker comes
//! by, 10 to 15 s after the last look. Crashes: the first restart is immediate, then each doubles the wait, counted from the end.

use jiff::{SignedDuration, Timestamp};

use crate::cluster::snapshot::{ContainerRow, ContainerState, EventRow, PodRow, Snapshot};

/// The steps of both ladders, in seconds.
pub const STEPS: [i64; 6] = [10, 20, 40, 80, 160, 300];
/// What the kubelet's worker waits at least between two looks at a pod that fails, and in the middle of its jitter; seconds.
const LOOK: (f64, f64) = (10.0, 12.0);
/// A crash-looping pod is looked at when its wait ends, but after a minute at most; in the middle of the jitter.
const CRASH_LOOK: (f64, f64) = (60.0, 1.25);

/// What is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Try {
    Pull,
    Restart,
}

/// A container that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    pub container: String,
    pub of: Try,
    /// Place among the steps.
    pub step: usize,
    /// How often it failed.
    pub failures: u32,
    /// When the last try failed.
    pub failed: Timestamp,
    /// About when the next try is.
    pub next: Timestamp,
}

impl Wait {
    /// Seconds to the next try; none left when it is due.
    #[must_use]
    pub fn left(&self, now: Timestamp) -> i64 {
        self.next.duration_since(now).as_secs().max(0)
    }
}

/// The wait of a pod's first container that has one.
#[must_use]
pub fn wait(snapshot: &Snapshot, pod: &PodRow) -> Option<Wait> {
    if pod.deleting || matches!(pod.phase.as_str(), "Succeeded" | "Failed") {
        return None;
    }
    pod.containers.iter().find_map(|container| match &container.state {
        ContainerState::Waiting { reason, .. } if matches!(reason.as_str(), "ErrImagePull" | "ImagePullBackOff") => pull(snapshot, pod, container),
        ContainerState::Waiting { reason, message } if reason == "CrashLoopBackOff" => {
            let ContainerState::Terminated { finished, .. } = &container.last else {
                return None;
            };
            crash(container, (*finished)?, said(message))
        }
        // Between an end and the kubelet's next look the container still says how it ended.
        ContainerState::Terminated { finished, .. } if container.restarts > 0 => crash(container, (*finished)?, None),
        _ => None,
    })
}

/// Reckoned from the events: how often the pull failed, and when last.
fn pull(snapshot: &Snapshot, pod: &PodRow, container: &ContainerRow) -> Option<Wait> {
    let quoted = format!("\"{}\"", container.image);
    let place = format!("{{{}}}", container.name);
    let about = |event: &&EventRow| event.about_uid == pod.uid && event.field.ends_with(&place) && event.message.contains(&quoted);
    let of = |reason: &'static str, start: &'static str| {
        let events = snapshot.events.values().filter(about);
        events.filter(move |event| event.reason == reason && event.message.starts_with(start))
    };
    let failed = of("Failed", "Failed to pull image").filter_map(|event| event.last).max()?;
    let failures: u32 = of("Failed", "Failed to pull image").map(|event| event.count.max(1)).sum();
    let step = (usize::try_from(failures).unwrap_or(usize::MAX)).clamp(1, STEPS.len()) - 1;
    let looked = of("BackOff", "").filter_map(|event| event.last).max().unwrap_or(failed).max(failed);
    let over = failed.checked_add(SignedDuration::from_secs(STEPS[step])).ok()?;
    Some(Wait {
        container: container.name.clone(),
        of: Try::Pull,
        step,
        failures,
        failed,
        next: next_look(looked, over)?,
    })
}

/// The worker's first look after the wait is over: the next one if it cannot come sooner, else half a look behind the end,
/// as the jitter of each has blurred which one it is.
fn next_look(looked: Timestamp, over: Timestamp) -> Option<Timestamp> {
    let (least, middle) = LOOK;
    let left = over.duration_since(looked).as_secs_f64().max(0.0);
    let ahead = if left <= least { middle } else { left + middle / 2.0 };
    looked.checked_add(SignedDuration::try_from_secs_f64(ahead).ok()?).ok()
}

/// `back-off 1m20s restarting failed container=…`
fn said(message: &str) -> Option<i64> {
    let text = message.strip_prefix("back-off ")?.split(' ').next()?;
    let mut seconds = 0;
    let mut number = 0;
    for c in text.chars() {
        match (c, c.to_digit(10)) {
            (_, Some(digit)) => number = number * 10 + i64::from(digit),
            ('m', _) => seconds += std::mem::take(&mut number) * 60,
            ('s', _) => seconds += std::mem::take(&mut number),
            _ => return None,
        }
    }
    (seconds > 0).then_some(seconds)
}

fn crash(container: &ContainerRow, failed: Timestamp, said: Option<i64>) -> Option<Wait> {
    let by_count = usize::try_from(container.restarts).unwrap_or(usize::MAX).clamp(1, STEPS.len()) - 1;
    let step = said.and_then(|said| STEPS.iter().position(|step| *step == said)).unwrap_or(by_count);
    let (cap, jitter) = CRASH_LOOK;
    // The kubelet hears of an end within a second.
    let (mut at, wait) = (1.0, STEPS[step] as f64);
    while at < wait {
        at += ((wait - at) * jitter).min(cap);
    }
    Some(Wait {
        container: container.name.clone(),
        of: Try::Restart,
        step,
        failures: container.restarts + 1,
        failed,
        next: failed.checked_add(SignedDuration::try_from_secs_f64(at).ok()?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::snapshot::{ObjectRef, Uid};

    fn at(seconds: f64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::try_from_secs_f64(seconds).unwrap()
    }

    fn pod(state: ContainerState, last: ContainerState, restarts: u32) -> PodRow {
        PodRow {
            uid: Uid("p".to_owned()),
            name: "p".to_owned(),
            containers: vec![ContainerRow {
                name: "app".to_owned(),
                image: "shop/till:9".to_owned(),
                state,
                last,
                restarts,
                ..ContainerRow::default()
            }],
            ..PodRow::default()
        }
    }

    fn event(reason: &str, message: &str, count: u32, last: f64) -> EventRow {
        EventRow {
            uid: Uid(format!("{reason}{message}")),
            about: ObjectRef::default(),
            about_uid: Uid("p".to_owned()),
            field: "spec.containers{app}".to_owned(),
            reason: reason.to_owned(),
            message: message.to_owned(),
            count,
            last: Some(at(last)),
            ..EventRow::default()
        }
    }

    /// Failures and looks of a pod that cannot pull; when the next pull came. Times as a kubelet 1.36 keeps them.
    const PULLS: [(u32, f64, Option<f64>, f64); 4] = [
        (1, 1.0, Some(2.0), 16.8),
        (2, 16.8, None, 43.8),
        (2, 16.8, Some(31.8), 43.8),
        (3, 43.8, Some(69.8), 84.0),
    ];

    #[test]
    fn the_next_pull_is_reckoned_from_the_last_failure_and_look() {
        for (failures, failed, looked, next) in PULLS {
            let waiting = ContainerState::Waiting {
                reason: "ImagePullBackOff".to_owned(),
                message: String::new(),
            };
            let pod = pod(waiting, ContainerState::Unknown, 0);
            let mut snapshot = Snapshot::default();
            let mut rows = vec![event("Failed", "Failed to pull image \"shop/till:9\": not found", failures, failed)];
            rows.extend(looked.map(|looked| event("BackOff", "Back-off pulling image \"shop/till:9\"", failures, looked)));
            snapshot.events = rows.into_iter().map(|row| (row.uid.clone(), row)).collect();
            let wait = wait(&snapshot, &pod).unwrap();
            assert_eq!((wait.of, wait.step), (Try::Pull, failures as usize - 1));
            let off = (wait.next.duration_since(at(next))).as_secs_f64().abs();
            assert!(off <= 3.0_f64.max(0.15 * (next - failed)), "failure {failures}: {off} s off");
        }
    }

    #[test]
    fn the_next_restart_is_reckoned_from_the_end() {
        // Restarts so far, when it ended, when it was started again.
        for (restarts, ended, next) in [(1, 1.9, 13.0), (2, 13.1, 37.0), (3, 37.2, 87.0)] {
            let ended_now = ContainerState::Terminated {
                reason: "Error".to_owned(),
                exit: 1,
                finished: Some(at(ended)),
            };
            let wait = wait(&Snapshot::default(), &pod(ended_now, ContainerState::Unknown, restarts)).unwrap();
            assert_eq!((wait.of, wait.step), (Try::Restart, restarts as usize - 1));
            let off = (wait.next.duration_since(at(next))).as_secs_f64().abs();
            assert!(off <= 3.0_f64.max(0.15 * (next - ended)), "restart {restarts}: {off} s off");
        }
    }

    #[test]
    fn the_kubelets_own_word_goes_before_the_count() {
        let waiting = ContainerState::Waiting {
            reason: "CrashLoopBackOff".to_owned(),
            message: "back-off 2m40s restarting failed container=app pod=p_lab(1)".to_owned(),
        };
        let last = ContainerState::Terminated {
            reason: "Error".to_owned(),
            exit: 1,
            finished: Some(at(0.0)),
        };
        let wait = wait(&Snapshot::default(), &pod(waiting, last, 2)).unwrap();
        assert_eq!(STEPS[wait.step], 160);
        assert!((160..=184).contains(&wait.left(at(0.0))));
        assert_eq!(wait.left(at(500.0)), 0);
    }

    #[test]
    fn the_first_crash_and_a_finished_pod_wait_for_nothing() {
        let ended = ContainerState::Terminated {
            reason: "Error".to_owned(),
            exit: 1,
            finished: Some(at(0.0)),
        };
        assert_eq!(wait(&Snapshot::default(), &pod(ended.clone(), ContainerState::Unknown, 0)), None);
        let finished = PodRow {
            phase: "Failed".to_owned(),
            ..pod(ended, ContainerState::Unknown, 3)
        };
        assert_eq!(wait(&Snapshot::default(), &finished), None);
    }
}
