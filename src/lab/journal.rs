//! What happened in an attempt, in the order it was seen: the learner's actions and the cluster's answers. Strips and the
//! timeline are made of it.

mod change;

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use change::{difference, images};

use super::backoff::{self, Try};
use crate::cluster::snapshot::{Change, EventRow, ObjectRef, ObjectRow, PodRow, Row, Snapshot, Uid};
use crate::scenario::clue::Clue;

/// Facts kept; the oldest go.
const FACTS: usize = 2000;
/// States kept of one pod.
const STATES: usize = 400;
/// An order's objects change within this long; later changes are the learner's own.
const CARRIED_OUT: SignedDuration = SignedDuration::from_secs(3);
/// Kinds that controllers make and change by themselves.
const MADE_FOR_YOU: [&str; 7] = [
    "ReplicaSet",
    "EndpointSlice",
    "Endpoints",
    "Namespace",
    "ServiceAccount",
    "Lease",
    "ControllerRevision",
];

/// Everything noted so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Journal {
    pub facts: VecDeque<Fact>,
    /// Nothing is broken yet: what is made now is the healthy start, and no news.
    pub quiet: bool,
    /// An order is being carried out: what changes now is its doing.
    pub carrying: bool,
    pub strips: BTreeMap<Uid, Strip>,
}

/// One thing that happened; repeats count up in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub at: Timestamp,
    /// When it was last seen.
    pub until: Timestamp,
    pub times: u32,
    pub about: ObjectRef,
    pub uid: Uid,
    /// Kind and name of what made the object.
    pub owner: Option<(String, String)>,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// An order of the lab's that changes the cluster.
    Order(String),
    /// Help that was taken.
    Help(String),
    /// A change of an object, made by hand or carried out for an order.
    Wished {
        text: String,
        by_order: bool,
    },
    /// The deciding fact that no event tells.
    Clue(String),
    /// All goals hold.
    Solved,
    Made,
    Gone,
    Status {
        status: String,
        ready: bool,
    },
    Event {
        event: Uid,
        warning: bool,
        reason: String,
        message: String,
    },
    /// A wait, with the seconds of each step so far.
    Wait {
        of: Try,
        steps: Vec<i64>,
    },
}

/// A pod's states over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Strip {
    pub states: VecDeque<(Timestamp, Shade)>,
    pub marks: VecDeque<(Timestamp, Mark)>,
}

/// What a pod's state amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// Not running yet, by nobody's fault.
    Coming,
    /// Runs, but is not ready.
    Unready,
    Ready,
    /// Failed, or waits after a failure.
    Faulty,
    Done,
    Leaving,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Pull,
    Restart,
}

/// The shade of a pod's row.
#[must_use]
pub fn shade(pod: &PodRow) -> Shade {
    match pod.status.as_str() {
        _ if pod.deleting => Shade::Leaving,
        "Running" if pod.ready.0 == pod.ready.1 => Shade::Ready,
        "Running" => Shade::Unready,
        "Completed" | "Succeeded" => Shade::Done,
        "Pending" | "ContainerCreating" | "PodInitializing" => Shade::Coming,
        status if status.starts_with("Init:") && status.contains('/') => Shade::Coming,
        _ => Shade::Faulty,
    }
}

impl Journal {
    /// Notes an order of the lab's.
    pub fn order(&mut self, now: Timestamp, text: impl Into<String>) {
        self.push(now, &ObjectRef::default(), &Uid::default(), None, What::Order(text.into()));
    }

    /// Notes that help was taken.
    pub fn help(&mut self, now: Timestamp, text: impl Into<String>) {
        self.push(now, &ObjectRef::default(), &Uid::default(), None, What::Help(text.into()));
    }

    /// Notes a clue that no Warning tells, when it is about another object than the one before.
    pub fn clue(&mut self, now: Timestamp, clue: &Clue) {
        let same = |fact: &Fact| fact.about == clue.about && matches!(&fact.what, What::Clue(text) if *text == clue.text);
        if self.facts.iter().any(same) {
            return;
        }
        let told = |fact: &&mut Fact| matches!(fact.what, What::Clue(_) | What::Order(_) | What::Wished { by_order: false, .. });
        match self.facts.iter_mut().rev().find(told) {
            // What is learned of the same object later is the better word for it.
            Some(Fact {
                what: What::Clue(text), about, ..
            }) if *about == clue.about => text.clone_from(&clue.text),
            _ => self.push(now, &clue.about, &Uid::default(), None, What::Clue(clue.text.clone())),
        }
    }

    /// Notes that all goals hold.
    pub fn solved(&mut self, now: Timestamp) {
        self.push(now, &ObjectRef::default(), &Uid::default(), None, What::Solved);
    }

    /// Notes what a change means, before the snapshot takes it in.
    pub fn note(&mut self, now: Timestamp, before: &Snapshot, change: &Change) {
        match change {
            Change::Put(Row::Pod(row)) => self.pod(now, before, row),
            Change::Put(Row::Event(row)) => self.event(now, before, row),
            Change::Put(Row::Object(row)) => self.object(now, before, row),
            Change::Gone { uid, .. } => self.gone(now, before, uid),
            Change::Put(Row::Node(_)) | Change::Relisted { .. } => {}
        }
    }

    /// Notes on which step of the ladder the waiting pods are.
    pub fn waits(&mut self, snapshot: &Snapshot) {
        for pod in snapshot.pods.values() {
            let Some(wait) = backoff::wait(snapshot, pod) else { continue };
            let seconds = backoff::STEPS[wait.step];
            let known = self
                .facts
                .iter_mut()
                .rev()
                .find(|fact| fact.uid == pod.uid && matches!(&fact.what, What::Wait { of, .. } if *of == wait.of));
            match known {
                Some(Fact {
                    what: What::Wait { steps, .. },
                    until,
                    times,
                    ..
                }) => {
                    if steps.last() != Some(&seconds) {
                        steps.push(seconds);
                        *until = wait.failed;
                        *times = wait.failures;
                    }
                }
                _ => {
                    let what = What::Wait {
                        of: wait.of,
                        steps: vec![seconds],
                    };
                    self.push(wait.failed, &reference("Pod", &pod.namespace, &pod.name), &pod.uid, pod.owner.clone(), what);
                }
            }
        }
    }

    fn pod(&mut self, now: Timestamp, before: &Snapshot, row: &PodRow) {
        let old = before.pods.get(&row.uid);
        let about = reference("Pod", &row.namespace, &row.name);
        if old.is_none() {
            self.push(row.created.unwrap_or(now), &about, &row.uid, row.owner.clone(), What::Made);
        }
        let strip = self.strips.entry(row.uid.clone()).or_default();
        let shade = shade(row);
        if strip.states.back().is_none_or(|(_, last)| *last != shade) {
            bounded(&mut strip.states, (now, shade), STATES);
        }
        if old.is_some_and(|old| old.restarts < row.restarts) {
            bounded(&mut strip.marks, (now, Mark::Restart), STATES);
        }
        // how a pod looks that was told to go is no news of how it did
        if !row.deleting && old.is_none_or(|old| (&old.status, old.is_ready) != (&row.status, row.is_ready)) {
            let what = What::Status {
                status: row.status.clone(),
                ready: row.ready.0 == row.ready.1,
            };
            self.push(now, &about, &row.uid, row.owner.clone(), what);
        }
    }

    fn event(&mut self, now: Timestamp, before: &Snapshot, row: &EventRow) {
        let (first, last) = (row.first.unwrap_or(now), row.last.unwrap_or(now));
        let old = before.events.get(&row.uid).map_or(0, |old| old.count);
        if row.reason == "Pulling" && row.count > old {
            let strip = self.strips.entry(row.about_uid.clone()).or_default();
            bounded(&mut strip.marks, (last, Mark::Pull), STATES);
        }
        let known = self
            .facts
            .iter_mut()
            .rev()
            .find(|fact| matches!(&fact.what, What::Event { event, .. } if *event == row.uid));
        if let Some(fact) = known {
            fact.until = last;
            fact.times = row.count.max(1);
            return;
        }
        let owner = before.pods.get(&row.about_uid).and_then(|pod| pod.owner.clone());
        let what = What::Event {
            event: row.uid.clone(),
            warning: row.warning,
            reason: row.reason.clone(),
            message: row.message.clone(),
        };
        self.push(first, &row.about, &row.about_uid, owner, what);
        if let Some(fact) = self.facts.back_mut() {
            fact.until = last;
            fact.times = row.count.max(1);
        }
    }

    fn object(&mut self, now: Timestamp, before: &Snapshot, row: &ObjectRow) {
        let about = reference(&row.kind, &row.namespace, &row.name);
        let old = before.objects.get(&row.uid);
        // What was there when the kind was first read is no news.
        let news = before.listed.contains(&row.kind);
        let by_hand = row.owner.is_none() && !MADE_FOR_YOU.contains(&row.kind.as_str()) && row.name != "kube-root-ca.crt";
        match old {
            None if news && by_hand => self.wished(now, row.created, row, format!("made {} {}{}", row.kind, row.name, images(row))),
            None if news && row.kind == "ReplicaSet" => self.push(row.created.unwrap_or(now), &about, &row.uid, row.owner.clone(), What::Made),
            Some(old) if by_hand && old.wish != row.wish && !row.deleting => self.wished(now, None, row, difference(old, row)),
            _ => {}
        }
    }

    fn wished(&mut self, now: Timestamp, made: Option<Timestamp>, row: &ObjectRow, text: String) {
        let orders = self.facts.iter().rev().filter(|fact| matches!(fact.what, What::Order(_)));
        let order = orders
            .map(|fact| fact.at)
            .next()
            .filter(|at| self.carrying || now.duration_since(*at) <= CARRIED_OUT);
        let by_order = order.is_some();
        let about = reference(&row.kind, &row.namespace, &row.name);
        // A change is seen after its effects at times; it is as old as the order that brought it.
        self.push(made.or(order).unwrap_or(now), &about, &row.uid, None, What::Wished { text, by_order });
    }

    fn gone(&mut self, now: Timestamp, before: &Snapshot, uid: &Uid) {
        if let Some(pod) = before.pods.get(uid) {
            self.push(now, &reference("Pod", &pod.namespace, &pod.name), uid, pod.owner.clone(), What::Gone);
            self.strips.remove(uid);
        } else if let Some(row) = before.objects.get(uid).filter(|row| !MADE_FOR_YOU.contains(&row.kind.as_str())) {
            self.push(now, &reference(&row.kind, &row.namespace, &row.name), uid, row.owner.clone(), What::Gone);
        }
    }

    fn push(&mut self, at: Timestamp, about: &ObjectRef, uid: &Uid, owner: Option<(String, String)>, what: What) {
        if self.quiet && !matches!(what, What::Order(_) | What::Help(_)) {
            return;
        }
        let fact = Fact {
            at,
            until: at,
            times: 1,
            about: about.clone(),
            uid: uid.clone(),
            owner,
            what,
        };
        bounded(&mut self.facts, fact, FACTS);
    }
}

fn bounded<T>(all: &mut VecDeque<T>, one: T, most: usize) {
    if all.len() >= most {
        all.pop_front();
    }
    all.push_back(one);
}

fn reference(kind: &str, namespace: &str, name: &str) -> ObjectRef {
    ObjectRef {
        kind: kind.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    }
}
