//! Judges whether a scenario is solved, by what the cluster says and never by which key was pressed.

mod ask;
mod check;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

pub use ask::Told;

use super::clue::rules::PULL_REASONS;
use super::clue::{Clue, Evidence, Fault, crash};
use super::{Goal, Scenario, Want};
use crate::cluster::snapshot::{ContainerState, PodRow, Uid};

/// The longest that a window grows by what was seen of a crash cycle.
const LONGEST_CYCLE_SECONDS: i64 = 120;

/// STATUS values that a healthy pod shows as well: the fault is seen only together with its clue.
const HEALTHY_LOOKS: [&str; 5] = ["Running", "Pending", "ContainerCreating", "PodInitializing", "Completed"];

/// The memory that judging needs: what was seen, and since when each goal holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judge {
    seen_broken: Option<Timestamp>,
    seen: String,
    /// A clue told of the fault before the pod's STATUS did.
    foretold: bool,
    progress: Vec<Progress>,
    trouble: Trouble,
    /// When each running container started, to know how long a crashing one lives.
    started: BTreeMap<(Uid, String), Timestamp>,
    /// Seconds that the longest-lived crashing container ran.
    cycle: i64,
    cheating: ask::Asking,
    next_change: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Progress {
    since: Option<Timestamp>,
    met: bool,
    /// What the lab found out for a goal that rows cannot tell.
    told: Option<Told>,
    asking: ask::Asking,
}

/// Restarts and Warnings of living pods; more of either breaks a window.
#[derive(Debug, Clone, Default, PartialEq)]
struct Trouble {
    restarts: BTreeMap<Uid, u32>,
    warnings: BTreeMap<Uid, u32>,
}

/// How a goal stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub title: String,
    pub met: bool,
    pub looked_at: String,
    pub saw: String,
    /// Seconds held and seconds needed, while a window runs.
    pub held: Option<(u64, u64)>,
}

/// Whether a clue says what a STATUS is going to show: a pull's event comes up to a second before it.
fn foretells(clue: &Clue, expected: &[String]) -> bool {
    matches!(clue.fault, Fault::Pull(_)) && expected.iter().any(|status| PULL_REASONS.contains(&status.as_str()))
}

impl Judge {
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            progress: vec![Progress::default(); scenario.goals.len()],
            ..Self::default()
        }
    }

    /// When the fault was first seen on this attempt.
    #[must_use]
    pub fn seen_broken(&self) -> Option<Timestamp> {
        self.seen_broken
    }

    /// Every goal was met at the last look.
    #[must_use]
    pub fn solved(&self) -> bool {
        !self.progress.is_empty() && self.progress.iter().all(|progress| progress.met)
    }

    /// When looking again may change a verdict although nothing happens.
    #[must_use]
    pub fn next_change(&self) -> Option<Timestamp> {
        self.next_change
    }

    /// Looks at every goal. What only guards the repair is told when it objects.
    pub fn look(&mut self, scenario: &Scenario, evidence: &Evidence, clue: Option<&Clue>) -> Vec<Verdict> {
        self.progress.resize(scenario.goals.len(), Progress::default());
        self.see(scenario, evidence, clue);
        self.measure(evidence);
        let disturbed = self.trouble.grow(evidence);
        self.next_change = crash::recovers_at(evidence.snapshot, evidence.now);
        scenario
            .goals
            .iter()
            .enumerate()
            .filter_map(|(at, goal)| {
                let verdict = self.verdict(at, goal, evidence, scenario, disturbed);
                let silent = matches!(goal.what, Want::Runs { .. }) && !matches!(self.progress[at].told, Some(Told::Unmet(_) | Told::Unasked(_)));
                (!silent).then_some(verdict)
            })
            .collect()
    }

    fn see(&mut self, scenario: &Scenario, evidence: &Evidence, clue: Option<&Clue>) {
        if self.seen_broken.is_some() && !self.foretold {
            return;
        }
        // where the author says what the clue is, another one is of something else, as of a start that is still under way
        let clue = clue.filter(|clue| clue.promised || scenario.clues.is_empty());
        let shows = |pod: &&PodRow| {
            let expected = scenario.expect_broken.contains(&pod.status);
            !pod.deleting && expected && (clue.is_some() || !HEALTHY_LOOKS.contains(&pod.status.as_str()))
        };
        if let Some(pod) = evidence.snapshot.pods.values().find(shows) {
            self.seen = format!("{} was {}", pod.name, pod.status);
            self.foretold = false;
        } else if self.foretold {
            return;
        } else if let Some(clue) = clue.filter(|clue| foretells(clue, &scenario.expect_broken)) {
            self.seen = format!("{} did not get its image", clue.about.name);
            self.foretold = true;
        } else if let Some(clue) = clue.filter(|_| scenario.expect_broken.is_empty()) {
            self.seen = format!("{}/{}: {}", clue.about.kind.to_lowercase(), clue.about.name, clue.text);
        } else {
            return;
        }
        self.seen_broken.get_or_insert(evidence.now);
    }

    /// Learns how long a crashing container lives: a repair must outlast that.
    fn measure(&mut self, evidence: &Evidence) {
        for pod in evidence.snapshot.pods.values().filter(|pod| !pod.deleting) {
            for container in &pod.containers {
                let key = (pod.uid.clone(), container.name.clone());
                if let ContainerState::Running { since: Some(since) } = container.state {
                    self.started.insert(key, since);
                } else if let Some((_, _, Some(finished))) = crash::ending(container)
                    && crash::is_crashing(pod, container, evidence.now)
                    && let Some(since) = self.started.remove(&key)
                {
                    self.cycle = self.cycle.max(finished.as_second() - since.as_second()).min(LONGEST_CYCLE_SECONDS);
                }
            }
        }
        self.started.retain(|(uid, _), _| evidence.snapshot.pods.contains_key(uid));
    }

    fn verdict(&mut self, at: usize, goal: &Goal, evidence: &Evidence, scenario: &Scenario, disturbed: bool) -> Verdict {
        let windowed = matches!(goal.what, Want::Ready { .. } | Want::Quiet) && !goal.hold.is_zero();
        let needed = if windowed && self.cycle > 0 {
            goal.hold.max(Duration::from_secs(self.cycle.unsigned_abs() + 1))
        } else {
            goal.hold
        };
        let title = if goal.title.is_empty() {
            title(&goal.what, needed)
        } else {
            goal.title.clone()
        };
        if goal.what == Want::SeenBroken {
            let met = self.seen_broken.is_some();
            self.progress[at].met = met;
            let saw = match (met, &scenario.drill) {
                (false, _) => "the fault has not shown yet".to_owned(),
                // what it shows by is what a drill asks for
                (true, Some(_)) => "it shows".to_owned(),
                (true, None) => self.seen.clone(),
            };
            return Verdict {
                title,
                met,
                looked_at: looked_for(scenario),
                saw,
                held: None,
            };
        }
        let check = check::look(&goal.what, evidence).unwrap_or_else(|| told(&goal.what, self.progress[at].told.as_ref()));
        let progress = &mut self.progress[at];
        if self.seen_broken.is_none() || !check.holds {
            (progress.since, progress.met) = (None, false);
            let saw = if check.holds {
                format!("the fault has not been seen yet; {}", check.saw)
            } else {
                check.saw
            };
            return Verdict {
                title,
                met: false,
                looked_at: check.looked_at,
                saw,
                held: None,
            };
        }
        if disturbed && windowed {
            progress.since = Some(evidence.now);
        }
        let since = *progress.since.get_or_insert(evidence.now);
        let needed_seconds = needed.as_secs();
        let held = u64::try_from(evidence.now.duration_since(since).as_secs()).unwrap_or(0);
        progress.met = held >= needed_seconds;
        if !progress.met {
            let due = since.saturating_add(SignedDuration::try_from(needed).unwrap_or_default()).unwrap_or(since);
            self.next_change = Some(self.next_change.map_or(due, |next| next.min(due)));
        }
        let met = self.progress[at].met;
        let held = (needed_seconds > 0).then_some((held.min(needed_seconds), needed_seconds));
        Verdict {
            title,
            met,
            looked_at: check.looked_at,
            saw: check.saw,
            held,
        }
    }
}

impl Trouble {
    /// Takes the present counts; whether any living pod has more than at the last look.
    fn grow(&mut self, evidence: &Evidence) -> bool {
        let pods = &evidence.snapshot.pods;
        let lives = |uid: &Uid| pods.get(uid).is_some_and(|pod| !pod.deleting);
        let restarts: BTreeMap<Uid, u32> = pods.values().filter(|pod| !pod.deleting).map(|pod| (pod.uid.clone(), pod.restarts)).collect();
        let warnings: BTreeMap<Uid, u32> = evidence
            .snapshot
            .events
            .values()
            .filter(|event| event.warning && lives(&event.about_uid))
            .map(|event| (event.uid.clone(), event.count.max(1)))
            .collect();
        let more = |old: &BTreeMap<Uid, u32>, new: &BTreeMap<Uid, u32>| new.iter().any(|(uid, count)| *count > old.get(uid).copied().unwrap_or(0));
        let grown = more(&self.restarts, &restarts) || more(&self.warnings, &warnings);
        *self = Self { restarts, warnings };
        grown
    }
}

fn looked_for(scenario: &Scenario) -> String {
    if scenario.expect_broken.is_empty() {
        "events, conditions and logs".to_owned()
    } else {
        format!("STATUS of the pods, for {}", scenario.expect_broken.join(" or "))
    }
}

fn told(want: &Want, told: Option<&Told>) -> check::Check {
    let looked_at = match want {
        Want::Answers { service, port, path, .. } => format!("http://{service}:{port}{path}"),
        Want::Runs { .. } => "what the workloads run".to_owned(),
        Want::Can { who, verb, resource, .. } => format!("whether {} may {verb} {resource}", whom(who)),
        Want::Value { kind, name, path, .. } => format!("{path} of {}/{name}", kind.to_lowercase()),
        _ => String::new(),
    };
    let saw = match told {
        None => "not asked yet",
        Some(Told::Holds(saw) | Told::Unmet(saw) | Told::Unasked(saw)) => saw,
    };
    check::Check {
        holds: matches!(told, Some(Told::Holds(_))),
        looked_at,
        saw: saw.to_owned(),
    }
}

/// A goal in a few words.
fn title(want: &Want, hold: Duration) -> String {
    let window = if hold.is_zero() {
        String::new()
    } else {
        format!(" for {} s", hold.as_secs())
    };
    match want {
        Want::SeenBroken => "fault seen".to_owned(),
        Want::Ready { name, .. } => format!("{name} ready{window}"),
        Want::Quiet => format!("pods quiet{window}"),
        Want::Pulls => format!("no pull failures{window}"),
        Want::Endpoints { service, at_least: 1 } => format!("{service} has a ready endpoint{window}"),
        Want::Endpoints { service, at_least } => format!("{service} has {at_least} ready endpoints{window}"),
        Want::Condition { name, condition, status, .. } if status == "True" => format!("{name} {condition}{window}"),
        Want::Condition { name, condition, status, .. } => format!("{name} {condition}={status}{window}"),
        Want::Value { name, path, test, .. } => format!("{name}: {} {test}{window}", last_fields(path)),
        Want::Gone { kind, name } => format!("{}/{name} gone", kind.to_lowercase()),
        Want::Answers { service, .. } => format!("{service} answers{window}"),
        Want::Runs { .. } => "the lesson's own programs run".to_owned(),
        Want::Can { who, verb, resource, allowed } => {
            let may = if *allowed { "may" } else { "may not" };
            format!("{} {may} {verb} {resource}", whom(who))
        }
    }
}

/// A service account by its own name.
fn whom(who: &str) -> &str {
    if who.is_empty() { "you" } else { who.rsplit(':').next().unwrap_or(who) }
}

/// The end of a path, which says enough.
fn last_fields(path: &str) -> &str {
    let dots: Vec<usize> = path.match_indices('.').map(|(at, _)| at).collect();
    dots.len().checked_sub(2).map_or(path, |at| &path[dots[at] + 1..])
}
