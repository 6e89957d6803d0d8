//! The clue: what in the cluster decides the scenario just now. It lasts while its fault lasts.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::Timestamp;

use super::reference::ImageReference;
use super::rules::{self, Rule, While};
use super::{Scenario, beside, crash, explain, own, pull, silent};
use crate::cluster::snapshot::{ConditionRow, ContainerRow, ContainerState, EventRow, ObjectRef, ObjectRow, PodRow, Snapshot, Uid};
use crate::text;

pub use super::fold::fold;
pub use super::logs::{LogRequest, needs_logs};
pub use super::pair::{Pair, Side};
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
    /// The two fields that do not fit, where that is the fault.
    pub pair: Option<Pair>,
    /// The scenario's author named it as the clue.
    pub promised: bool,
}

impl Clue {
    /// How far its card opens: what is said; the part or words that are blamed; for an image, which tags exist.
    #[must_use]
    pub fn depths(&self) -> u8 {
        match (self.fault, &self.pair) {
            (Fault::Pull(_), _) => 3,
            (_, Some(_)) => 2,
            _ => 1,
        }
    }
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
    /// Something is waited for that does not come.
    Waits,
    Other,
}

/// What decides just now: by the scenario's own rules first, then by the built-in ones.
#[must_use]
pub fn find(scenario: &Scenario, evidence: &Evidence) -> Option<Clue> {
    let scene = &Scene::of(evidence);
    let own = scenario.clues.iter().find_map(|rule| own::clue(rule, scene));
    let promised = |clue| Clue { promised: true, ..clue };
    own.map(promised).or_else(|| built_in(scene))
}

fn built_in(scene: &Scene) -> Option<Clue> {
    let table = |rules: &[Rule]| rules.iter().find_map(|rule| by_rule(rule, scene));
    table(rules::PULL_EVENTS)
        .or_else(|| waiting(scene, rules::PULL_REASONS, Fault::Pull(PullFault::Other)))
        .or_else(|| table(rules::CONFIGS))
        .or_else(|| waiting(scene, rules::CREATE_REASONS, Fault::Config))
        .or_else(|| by_crash(scene))
        .or_else(|| table(rules::AFTER_CRASH))
        .or_else(|| condition_of_pods(scene))
        .or_else(|| silent::find(scene))
}

/// The evidence, with its living pods sorted once.
#[derive(Debug, Clone)]
pub(super) struct Scene<'a> {
    pub snapshot: &'a Snapshot,
    pub logs: &'a LogTails,
    pub now: Timestamp,
    /// The newest first: the learner's latest try is what counts.
    pub pods: Vec<&'a PodRow>,
}

impl<'a> Scene<'a> {
    fn of(evidence: &Evidence<'a>) -> Self {
        Self {
            snapshot: evidence.snapshot,
            logs: evidence.logs,
            now: evidence.now,
            pods: living(evidence.snapshot),
        }
    }
}

/// Pods that are not being deleted, the newest first.
pub(super) fn living(snapshot: &Snapshot) -> Vec<&PodRow> {
    snapshot.pods_by_age().into_iter().rev().filter(|pod| !pod.deleting).collect()
}

pub(super) fn waits<'a>(container: &'a ContainerRow, reasons: &[&str]) -> Option<&'a str> {
    match &container.state {
        ContainerState::Waiting { reason, message } if reasons.contains(&reason.as_str()) => Some(message),
        _ => None,
    }
}

/// The objects of which a state holds: uid, and the container it is about.
fn held_by<'a>(during: While, scene: &Scene<'a>) -> Vec<(&'a Uid, Option<&'a ContainerRow>)> {
    let of_container = |holds: &dyn Fn(&PodRow, &ContainerRow) -> bool| {
        let pods = scene.pods.iter().copied();
        pods.flat_map(|pod| pod.containers.iter().map(move |container| (pod, container)))
            .filter(|(pod, container)| holds(pod, container))
            .map(|(pod, container)| (&pod.uid, Some(container)))
            .collect()
    };
    match during {
        While::Waiting(reasons) => of_container(&|_, container| waits(container, reasons).is_some()),
        While::NotReady => of_container(&|pod, container| !pod.is_ready && matches!(container.state, ContainerState::Running { .. }) && !container.ready),
        While::Unscheduled => scene
            .pods
            .iter()
            .copied()
            .filter(|pod| unscheduled(pod).is_some())
            .map(|pod| (&pod.uid, None))
            .collect(),
        While::Short => scene
            .snapshot
            .objects
            .values()
            .filter(|row| !row.deleting && row.replicas.current < row.replicas.desired)
            .map(|row| (&row.uid, None))
            .collect(),
        While::Unbound => scene
            .snapshot
            .of_kind("PersistentVolumeClaim")
            .filter(|row| !row.deleting && column(row, "STATUS") != "Bound")
            .map(|row| (&row.uid, None))
            .collect(),
    }
}

fn column<'a>(row: &'a ObjectRow, heading: &str) -> &'a str {
    row.columns.iter().find(|(name, _)| name == heading).map_or("", |(_, value)| value)
}

fn unscheduled(pod: &PodRow) -> Option<&ConditionRow> {
    pod.conditions
        .iter()
        .find(|condition| condition.kind == "PodScheduled" && condition.status == "False")
}

fn by_rule(rule: &Rule, scene: &Scene) -> Option<Clue> {
    let mut held: BTreeMap<&Uid, Vec<(usize, Option<&ContainerRow>)>> = BTreeMap::new();
    for (rank, (uid, container)) in held_by(rule.during, scene).into_iter().enumerate() {
        held.entry(uid).or_default().push((rank, container));
    }
    if held.is_empty() {
        return None;
    }
    let fits = |event: &EventRow| event.reason == rule.reason && text::glob(rule.message, &event.message) && !back_off(event);
    let about = |event: &EventRow| {
        // an event without a field, of a probe or a volume, is about the whole pod
        let of_container = |container: &ContainerRow| event.field.is_empty() || event.field.ends_with(&format!("{{{}}}", container.name));
        let held = held.get(&event.about_uid)?;
        held.iter()
            .find(|(_, container)| container.is_none_or(of_container) && same_image(rule, event, *container))
            .copied()
    };
    let found = scene
        .snapshot
        .events
        .values()
        .filter(|event| fits(event))
        .filter_map(|event| about(event).map(|(rank, container)| (rank, container, event)));
    let best = found.max_by_key(|(rank, _, event)| (std::cmp::Reverse(*rank), event.last.or(event.first), &event.uid));
    best.map(|(_, container, event)| {
        let mut clue = of_event(event, rule.fault, rule.decisive, container);
        match rule.during {
            While::Short => clue.count = repeats(event, scene.snapshot),
            While::Unbound => clue.pair = scene.snapshot.objects.get(&event.about_uid).and_then(|claim| beside::volume(claim, scene)),
            _ => {}
        }
        clue
    })
}

/// How often it was said of this object, under whatever made-up name.
fn repeats(event: &EventRow, snapshot: &Snapshot) -> u32 {
    let said = fold(&event.message, snapshot);
    let about = |other: &&EventRow| other.about_uid == event.about_uid && other.reason == event.reason;
    let same = snapshot.events.values().filter(about).filter(|other| fold(&other.message, snapshot) == said);
    same.map(|event| event.count.max(1)).sum()
}

/// A pull failure of an image that the container has no more is history.
fn same_image(rule: &Rule, event: &EventRow, container: Option<&ContainerRow>) -> bool {
    let (Fault::Pull(_), Some(container), Some(quoted)) = (rule.fault, container, pull::quoted_image(&event.message)) else {
        return true;
    };
    quoted.normalised() == ImageReference::parse(&container.image).normalised()
}

/// `Error: ErrImagePull` and its like only repeat what another event says in full.
fn back_off(event: &EventRow) -> bool {
    event.message.strip_prefix("Error: ").is_some_and(|rest| !rest.contains(' '))
}

pub(super) fn last_event(snapshot: &Snapshot, fits: impl Fn(&EventRow) -> bool) -> Option<&EventRow> {
    snapshot
        .events
        .values()
        .filter(|event| fits(event))
        .max_by(|a, b| (a.last.or(a.first), &a.uid).cmp(&(b.last.or(b.first), &b.uid)))
}

pub(super) fn of_event(event: &EventRow, fault: Fault, decisive: &[&str], container: Option<&ContainerRow>) -> Clue {
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
        pair: None,
        promised: false,
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

/// The whole text decides.
fn whole(text: &str) -> Vec<Range<usize>> {
    std::iter::once(0..text.len()).collect()
}

pub(super) fn of_pod(pod: &PodRow, source: Source, fault: Fault, text: String) -> Clue {
    Clue {
        about: ObjectRef {
            kind: "Pod".to_owned(),
            namespace: pod.namespace.clone(),
            name: pod.name.clone(),
        },
        uid: pod.uid.clone(),
        source,
        fault,
        decisive: whole(&text),
        text,
        count: 1,
        last: None,
        explain: explain::fault(fault).to_owned(),
        image: None,
        pair: None,
        promised: false,
    }
}

/// A failure to start whose event is not (or no longer) there: the container's own message.
fn waiting(scene: &Scene, reasons: &[&str], fault: Fault) -> Option<Clue> {
    let mut found = scene.pods.iter().flat_map(|pod| pod.containers.iter().map(move |container| (pod, container)));
    let (pod, container, message) = found.find_map(|(pod, container)| waits(container, reasons).map(|message| (pod, container, message)))?;
    let mut clue = of_pod(pod, Source::State, fault, message.to_owned());
    clue.image = Some(ImageReference::parse(&container.image));
    if matches!(fault, Fault::Pull(_)) {
        name_pull(&mut clue);
        clue.explain = explain::fault(clue.fault).to_owned();
    }
    Some(clue)
}

fn by_crash(scene: &Scene) -> Option<Clue> {
    let (pod, container) = crash::crashing(&scene.pods, scene.now)?;
    let (reason, exit, finished) = crash::ending(container).unwrap_or(("Error", 1, None));
    let about_container = |event: &EventRow| event.about_uid == pod.uid && event.field.ends_with(&format!("{{{}}}", container.name));
    let killed = last_event(scene.snapshot, |event| {
        about_container(event) && event.reason == "Killing" && event.message.contains(" probe, will be restarted")
    });
    let not_started = matches!(reason, "StartError" | "ContainerCannotRun");
    let event = if killed.is_some() && reason != "OOMKilled" {
        last_event(scene.snapshot, |event| about_container(event) && event.reason == "Unhealthy")
            .map(|event| of_event(event, Fault::Probe, &["connection refused", "statuscode: "], Some(container)))
    } else if not_started {
        last_event(scene.snapshot, |event| about_container(event) && event.reason == "Failed" && !back_off(event))
            .map(|event| of_event(event, Fault::Config, &[], Some(container)))
    } else {
        None
    };
    if event.is_some() {
        return event;
    }
    let line = scene
        .logs
        .get(&(pod.uid.clone(), container.name.clone()))
        .and_then(|tail| crash::deciding_line(tail));
    let mut clue = match line {
        Some(line) if reason != "OOMKilled" => of_pod(
            pod,
            Source::Log {
                container: container.name.clone(),
            },
            Fault::Crash,
            line.clone(),
        ),
        _ => of_pod(
            pod,
            Source::State,
            Fault::Crash,
            format!("container {} ended: {reason}, exit code {exit}", container.name),
        ),
    };
    clue.explain = explain::ending(reason, exit).to_owned();
    if let Some(asked) = beside::policy(pod, &clue.text, scene) {
        clue.explain = asked;
    }
    (clue.count, clue.last) = (container.restarts.max(1), finished);
    clue.image = Some(ImageReference::parse(&container.image));
    Some(clue)
}

/// A pod that no node takes, where the scheduler's event is gone already.
fn condition_of_pods(scene: &Scene) -> Option<Clue> {
    let (pod, condition) = scene.pods.iter().copied().find_map(|pod| unscheduled(pod).map(|condition| (pod, condition)))?;
    (condition.reason == "Unschedulable").then(|| of_pod(pod, Source::Condition, Fault::Scheduling, condition.message.clone()))
}

pub(super) fn of_object(row: &ObjectRow, source: Source, text: String) -> Clue {
    Clue {
        about: ObjectRef {
            kind: row.kind.clone(),
            namespace: row.namespace.clone(),
            name: row.name.clone(),
        },
        uid: row.uid.clone(),
        source,
        fault: Fault::Other,
        decisive: whole(&text),
        text,
        count: 1,
        last: None,
        explain: explain::fault(Fault::Other).to_owned(),
        image: None,
        pair: None,
        promised: false,
    }
}
