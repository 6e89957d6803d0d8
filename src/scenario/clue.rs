//! The clue: what in the cluster decides the scenario just now. It lasts while its fault lasts.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::Timestamp;

use super::reference::ImageReference;
use super::rules::{self, Rule, While};
use super::{ClueRule, Scenario, crash, explain, pull};
use crate::cluster::snapshot::{ConditionRow, ContainerRow, ContainerState, EventRow, ObjectRef, ObjectRow, PodRow, Snapshot, Uid};
use crate::text;

pub use super::crash::{LogRequest, needs_logs};
pub use super::pull::{Blame, Part, PullFault, behind, tags_line, which_part};

/// The last lines of a container's log, of its latest finished run where it crashed, by pod and container.
pub type LogTails = BTreeMap<(Uid, String), Vec<String>>;

/// What there is to judge by.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    pub snapshot: &'a Snapshot,
    pub logs: &'a LogTails,
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Clue {
    pub about: ObjectRef,
    /// Of the subject.
    pub uid: Uid,
    pub source: Source,
    pub fault: Fault,
    pub text: String,
    /// Byte ranges of `text` that decide.
    pub decisive: Vec<Range<usize>>,
    pub count: u32,
    pub last: Option<Timestamp>,
    /// A sentence or two that lead and do not tell.
    pub explain: String,
    pub image: Option<ImageReference>,
}

/// Where the clue was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Event(Uid),
    Log { container: String },
    Condition,
    State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    Pull(PullFault),
    Crash,
    Config,
    Scheduling,
    Probe,
    Quota,
    Mount,
    Other,
}

/// What decides just now: by the scenario's own rules first, then by the built-in ones.
#[must_use]
pub fn find(scenario: &Scenario, evidence: &Evidence) -> Option<Clue> {
    let own = || scenario.clues.iter().find_map(|rule| by_own(rule, evidence));
    own().or_else(|| built_in(evidence))
}

fn built_in(evidence: &Evidence) -> Option<Clue> {
    let table = |rules: &[Rule]| rules.iter().find_map(|rule| by_rule(rule, evidence));
    let waiting = || waiting_pull(evidence);
    table(rules::BEFORE_CRASH).or_else(waiting).or_else(|| by_crash(evidence)).or_else(|| table(rules::AFTER_CRASH)).or_else(|| condition_of_pods(evidence)).or_else(|| selector(evidence))
}

/// Living pods, the newest first: the learner's latest try is what counts.
fn living<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = &'a PodRow> {
    evidence.snapshot.pods_by_age().into_iter().rev().filter(|pod| !pod.deleting)
}

fn waits<'a>(container: &'a ContainerRow, reasons: &[&str]) -> Option<&'a str> {
    match &container.state {
        ContainerState::Waiting { reason, message } if reasons.contains(&reason.as_str()) => Some(message),
        _ => None,
    }
}

/// The objects of which a state holds: uid, and the container it is about.
fn held_by<'a>(during: While, evidence: &Evidence<'a>) -> Vec<(&'a Uid, Option<&'a ContainerRow>)> {
    let of_container = |holds: &dyn Fn(&PodRow, &ContainerRow) -> bool| {
        let pods = living(evidence);
        pods.flat_map(|pod| pod.containers.iter().map(move |container| (pod, container))).filter(|(pod, container)| holds(pod, container)).map(|(pod, container)| (&pod.uid, Some(container))).collect()
    };
    match during {
        While::Waiting(reasons) => of_container(&|_, container| waits(container, reasons).is_some()),
        While::NotReady => of_container(&|pod, container| !pod.is_ready && matches!(container.state, ContainerState::Running { .. }) && !container.ready),
        While::Unscheduled => living(evidence).filter(|pod| unscheduled(pod).is_some()).map(|pod| (&pod.uid, None)).collect(),
        While::Short => evidence.snapshot.objects.values().filter(|row| !row.deleting && row.replicas.current < row.replicas.desired).map(|row| (&row.uid, None)).collect(),
        While::Unbound => evidence.snapshot.of_kind("PersistentVolumeClaim").filter(|row| !row.deleting && column(row, "STATUS") != "Bound").map(|row| (&row.uid, None)).collect(),
    }
}

fn column<'a>(row: &'a ObjectRow, heading: &str) -> &'a str {
    row.columns.iter().find(|(name, _)| name == heading).map_or("", |(_, value)| value)
}

fn unscheduled(pod: &PodRow) -> Option<&ConditionRow> {
    pod.conditions.iter().find(|condition| condition.kind == "PodScheduled" && condition.status == "False")
}

fn by_rule(rule: &Rule, evidence: &Evidence) -> Option<Clue> {
    for (uid, container) in held_by(rule.during, evidence) {
        let event = last_event(evidence.snapshot, |event| {
            // an event without a field, of a probe or a volume, is about the whole pod
            let fits = container.is_none_or(|container| event.field.is_empty() || event.field.ends_with(&format!("{{{}}}", container.name)));
            event.about_uid == *uid && fits && event.reason == rule.reason && text::glob(rule.message, &event.message) && !back_off(event) && same_image(rule, event, container)
        });
        if let Some(event) = event {
            return Some(of_event(event, rule.fault, rule.decisive, container));
        }
    }
    None
}

/// A pull failure of an image that the container has no more is history.
fn same_image(rule: &Rule, event: &EventRow, container: Option<&ContainerRow>) -> bool {
    let (Fault::Pull(_), Some(container), Some(quoted)) = (rule.fault, container, pull::quoted_image(&event.message)) else { return true };
    quoted.normalised() == ImageReference::parse(&container.image).normalised()
}

/// `Error: ErrImagePull` and its like only repeat what another event says in full.
fn back_off(event: &EventRow) -> bool {
    event.message.strip_prefix("Error: ").is_some_and(|rest| !rest.contains(' '))
}

fn last_event(snapshot: &Snapshot, fits: impl Fn(&EventRow) -> bool) -> Option<&EventRow> {
    snapshot.events.values().filter(|event| fits(event)).max_by(|a, b| (a.last.or(a.first), &a.uid).cmp(&(b.last.or(b.first), &b.uid)))
}

fn of_event(event: &EventRow, fault: Fault, decisive: &[&str], container: Option<&ContainerRow>) -> Clue {
    let mut clue = Clue {
        about: event.about.clone(),
        uid: event.about_uid.clone(),
        source: Source::Event(event.uid.clone()),
        fault,
        text: event.message.clone(),
        decisive: decide(&event.message, decisive),
        count: event.count.max(1),
        last: event.last.or(event.first),
        explain: String::new(),
        image: container.map(|container| ImageReference::parse(&container.image)),
    };
    if matches!(fault, Fault::Pull(_)) {
        name_pull(&mut clue);
    }
    clue.explain = explain::fault(clue.fault).to_owned();
    clue
}

/// Tells which pull failure a clue's text is of.
fn name_pull(clue: &mut Clue) {
    clue.image = pull::quoted_image(&clue.text).or(clue.image.take());
    let (which, decisive) = pull::classify(&clue.text, clue.image.as_ref());
    clue.fault = Fault::Pull(which);
    if !decisive.is_empty() {
        clue.decisive = decisive;
    }
}

/// The first of the phrases that is there, or what follows the first colon.
fn decide(message: &str, phrases: &[&str]) -> Vec<Range<usize>> {
    let phrase = phrases.iter().find_map(|phrase| message.find(phrase).map(|at| at..at + phrase.len()));
    let behind = || message.find(": ").map_or(0..message.len(), |at| at + 2..message.len());
    vec![phrase.unwrap_or_else(behind)]
}

fn of_pod(pod: &PodRow, source: Source, fault: Fault, text: String) -> Clue {
    Clue {
        about: ObjectRef { kind: "Pod".to_owned(), namespace: pod.namespace.clone(), name: pod.name.clone() },
        uid: pod.uid.clone(),
        source,
        fault,
        decisive: vec![0..text.len()],
        text,
        count: 1,
        last: None,
        explain: explain::fault(fault).to_owned(),
        image: None,
    }
}

/// A pull failure whose event is not (or no longer) there: the container's own message.
fn waiting_pull(evidence: &Evidence) -> Option<Clue> {
    let mut found = living(evidence).flat_map(|pod| pod.containers.iter().map(move |container| (pod, container)));
    let (pod, container, message) = found.find_map(|(pod, container)| waits(container, rules::PULL_REASONS).map(|message| (pod, container, message)))?;
    let mut clue = of_pod(pod, Source::State, Fault::Pull(PullFault::Other), message.to_owned());
    clue.image = Some(ImageReference::parse(&container.image));
    let (which, decisive) = pull::classify(&clue.text, clue.image.as_ref());
    clue.fault = Fault::Pull(which);
    if !decisive.is_empty() {
        clue.decisive = decisive;
    }
    clue.explain = explain::fault(clue.fault).to_owned();
    Some(clue)
}

fn by_crash(evidence: &Evidence) -> Option<Clue> {
    let (pod, container) = crash::crashing(evidence.snapshot, evidence.now)?;
    let (reason, exit, finished) = crash::ending(container).unwrap_or(("Error", 1, None));
    let about_container = |event: &EventRow| event.about_uid == pod.uid && event.field.ends_with(&format!("{{{}}}", container.name));
    let killed = last_event(evidence.snapshot, |event| about_container(event) && event.reason == "Killing" && event.message.contains(" probe, will be restarted"));
    let not_started = matches!(reason, "StartError" | "ContainerCannotRun");
    let event = if killed.is_some() && reason != "OOMKilled" {
        last_event(evidence.snapshot, |event| about_container(event) && event.reason == "Unhealthy").map(|event| of_event(event, Fault::Probe, &["connection refused", "statuscode: "], Some(container)))
    } else if not_started {
        last_event(evidence.snapshot, |event| about_container(event) && event.reason == "Failed" && !back_off(event)).map(|event| of_event(event, Fault::Config, &[], Some(container)))
    } else {
        None
    };
    if event.is_some() {
        return event;
    }
    let line = evidence.logs.get(&(pod.uid.clone(), container.name.clone())).and_then(|tail| crash::deciding_line(tail));
    let mut clue = match line {
        Some(line) if reason != "OOMKilled" => of_pod(pod, Source::Log { container: container.name.clone() }, Fault::Crash, line.clone()),
        _ => of_pod(pod, Source::State, Fault::Crash, format!("container {} ended: {reason}, exit code {exit}", container.name)),
    };
    clue.explain = explain::ending(reason, exit).to_owned();
    (clue.count, clue.last) = (container.restarts.max(1), finished);
    clue.image = Some(ImageReference::parse(&container.image));
    Some(clue)
}

/// A pod that no node takes, where the scheduler's event is gone already.
fn condition_of_pods(evidence: &Evidence) -> Option<Clue> {
    let (pod, condition) = living(evidence).find_map(|pod| unscheduled(pod).map(|condition| (pod, condition)))?;
    (condition.reason == "Unschedulable").then(|| of_pod(pod, Source::Condition, Fault::Scheduling, condition.message.clone()))
}

fn of_object(row: &ObjectRow, source: Source, text: String) -> Clue {
    Clue {
        about: ObjectRef { kind: row.kind.clone(), namespace: row.namespace.clone(), name: row.name.clone() },
        uid: row.uid.clone(),
        source,
        fault: Fault::Other,
        decisive: vec![0..text.len()],
        text,
        count: 1,
        last: None,
        explain: explain::fault(Fault::Other).to_owned(),
        image: None,
    }
}

/// A Service that selects none of the pods there are.
fn selector(evidence: &Evidence) -> Option<Clue> {
    let pods: Vec<&PodRow> = living(evidence).collect();
    let selects = |row: &ObjectRow| pods.iter().any(|pod| row.selector.iter().all(|(key, value)| pod.labels.get(key) == Some(value)));
    let row = evidence.snapshot.of_kind("Service").find(|row| !row.deleting && !row.selector.is_empty() && !pods.is_empty() && !selects(row))?;
    let wants: Vec<String> = row.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let mut clue = of_object(row, Source::State, format!("selector {} matches none of the {} pods", wants.join(","), pods.len()));
    clue.explain = "A Service has no list of pods, only a selector. Compare it, key by key, with the labels that the pods carry.".to_owned();
    Some(clue)
}

fn by_own(rule: &ClueRule, evidence: &Evidence) -> Option<Clue> {
    match rule {
        ClueRule::Event { reason, message } => own_event(reason, message, evidence),
        ClueRule::Log { container, line } => own_log(container, line, evidence),
        ClueRule::Condition { kind, condition, status } => own_condition(kind, condition, status, evidence),
        ClueRule::Mismatch { left, right } => {
            let kinds = [left.0.as_str(), right.0.as_str()];
            (kinds.contains(&"Service") && kinds.contains(&"Pod")).then(|| selector(evidence)).flatten()
        }
    }
}

fn own_event(reason: &str, message: &str, evidence: &Evidence) -> Option<Clue> {
    let current = |event: &EventRow| match evidence.snapshot.pods.get(&event.about_uid) {
        Some(pod) => !pod.deleting && (!pod.is_ready || pod.containers.iter().any(|container| crash::is_crashing(pod, container, evidence.now))),
        None => evidence.snapshot.objects.get(&event.about_uid).is_some_and(|row| !row.deleting && row.replicas.ready <= row.replicas.desired),
    };
    let event = last_event(evidence.snapshot, |event| text::glob(reason, &event.reason) && text::glob(message, &event.message) && current(event))?;
    let tables = rules::BEFORE_CRASH.iter().chain(rules::AFTER_CRASH);
    let known = tables.into_iter().find(|rule| rule.reason == event.reason && text::glob(rule.message, &event.message));
    let container = evidence.snapshot.pods.get(&event.about_uid).and_then(|pod| pod.containers.iter().find(|container| event.field.ends_with(&format!("{{{}}}", container.name))));
    // a pull that works again leaves its events behind
    if matches!(known, Some(Rule { fault: Fault::Pull(_), .. })) && container.is_some_and(|container| waits(container, rules::PULL_REASONS).is_none()) {
        return None;
    }
    Some(of_event(event, known.map_or(Fault::Other, |rule| rule.fault), known.map_or(&[], |rule| rule.decisive), container))
}

fn own_log(container: &str, line: &str, evidence: &Evidence) -> Option<Clue> {
    for pod in living(evidence) {
        for row in pod.containers.iter().filter(|row| text::glob(container, &row.name) && (!row.ready || crash::is_crashing(pod, row, evidence.now))) {
            let tail = evidence.logs.get(&(pod.uid.clone(), row.name.clone()));
            if let Some(found) = tail.and_then(|tail| tail.iter().rev().find(|said| text::glob(line, said))) {
                let mut clue = of_pod(pod, Source::Log { container: row.name.clone() }, Fault::Crash, found.clone());
                clue.image = Some(ImageReference::parse(&row.image));
                (clue.count, clue.last) = (row.restarts.max(1), crash::ending(row).and_then(|(_, _, finished)| finished));
                return Some(clue);
            }
        }
    }
    None
}

fn own_condition(kind: &str, condition: &str, status: &str, evidence: &Evidence) -> Option<Clue> {
    let fits = |row: &&ConditionRow| text::glob(condition, &row.kind) && text::glob(status, &row.status);
    let words = |row: &ConditionRow| format!("{}={} {}: {}", row.kind, row.status, row.reason, row.message);
    if kind == "Pod" {
        return living(evidence).find_map(|pod| pod.conditions.iter().find(fits).map(|row| of_pod(pod, Source::Condition, Fault::Other, words(row))));
    }
    let mut rows = evidence.snapshot.of_kind(kind).filter(|row| !row.deleting);
    rows.find_map(|object| object.conditions.iter().find(fits).map(|row| of_object(object, Source::Condition, words(row))))
}
