//! A small stage for tests: pods, events and objects in a snapshot, under any names.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::clue::{self, Clue, Evidence, LogTails, Tail};
use super::{Goal, Scenario, Want};
use crate::cluster::snapshot::*;

pub struct Stage {
    pub snapshot: Snapshot,
    pub logs: LogTails,
    pub now: Timestamp,
    pub scenario: Scenario,
}

/// What things are called.
#[derive(Clone, Copy)]
pub struct Names {
    pub app: &'static str,
    pub container: &'static str,
    pub image: &'static str,
}

pub const PLAIN: Names = Names {
    app: "web",
    container: "app",
    image: "team/web:9.9",
};
/// Names that look like reasons of faults.
pub const NASTY: Names = Names {
    app: "no-such-host",
    container: "unauthorized",
    image: "denied/toomanyrequests-401-unauthorized:manifest-unknown",
};

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

pub fn waiting(reason: &str, message: &str) -> ContainerState {
    ContainerState::Waiting {
        reason: reason.into(),
        message: message.into(),
    }
}

pub fn running(since: i64) -> ContainerState {
    ContainerState::Running { since: Some(at(since)) }
}

pub fn ended(exit: i32, finished: i64) -> ContainerState {
    let reason = if exit == 0 { "Completed" } else { "Error" };
    ContainerState::Terminated {
        reason: reason.into(),
        exit,
        finished: Some(at(finished)),
    }
}

impl Stage {
    pub fn new() -> Self {
        Self {
            snapshot: Snapshot::default(),
            logs: LogTails::new(),
            now: at(0),
            scenario: Scenario::default(),
        }
    }

    pub fn evidence(&self) -> Evidence<'_> {
        Evidence {
            snapshot: &self.snapshot,
            logs: &self.logs,
            now: self.now,
        }
    }

    pub fn clue(&self) -> Option<Clue> {
        clue::find(&self.scenario, &self.evidence())
    }

    pub fn pod(&mut self, uid: &str, names: Names, state: ContainerState, restarts: u32) -> &mut PodRow {
        let ready = matches!(state, ContainerState::Running { .. });
        let status = match &state {
            ContainerState::Waiting { reason, .. } | ContainerState::Terminated { reason, .. } => reason.clone(),
            _ => "Running".into(),
        };
        let container = ContainerRow {
            name: names.container.into(),
            image: names.image.into(),
            ready,
            restarts,
            state,
            ..ContainerRow::default()
        };
        let created = self.snapshot.pods.get(&Uid(uid.into())).map_or(Some(self.now), |pod| pod.created);
        let row = PodRow {
            uid: Uid(uid.into()),
            name: format!("{}-{uid}", names.app),
            labels: BTreeMap::from([("app".into(), names.app.into())]),
            ready: (u32::from(ready), 1),
            is_ready: ready,
            status,
            restarts,
            phase: if ready { "Running" } else { "Pending" }.into(),
            created,
            containers: vec![container],
            ..PodRow::default()
        };
        self.snapshot.pods.insert(row.uid.clone(), row);
        self.snapshot.pods.get_mut(&Uid(uid.into())).unwrap()
    }

    pub fn event(&mut self, about: &str, names: Names, warning: bool, reason: &str, message: &str, count: u32) {
        let uid = Uid(format!("{about}/{reason}/{message}"));
        let row = EventRow {
            uid: uid.clone(),
            about: ObjectRef {
                kind: "Pod".into(),
                namespace: "lab".into(),
                name: format!("{}-{about}", names.app),
            },
            about_uid: Uid(about.into()),
            field: format!("spec.containers{{{}}}", names.container),
            warning,
            reason: reason.into(),
            message: message.into(),
            count,
            first: Some(self.now),
            last: Some(self.now),
            ..EventRow::default()
        };
        self.snapshot.events.insert(uid, row);
    }

    pub fn object(&mut self, kind: &str, name: &str, replicas: Replicas) -> &mut ObjectRow {
        let uid = Uid(format!("{kind}/{name}"));
        let row = ObjectRow {
            uid: uid.clone(),
            kind: kind.into(),
            name: name.into(),
            selector: BTreeMap::from([("app".into(), name.into())]),
            replicas,
            ..ObjectRow::default()
        };
        self.snapshot.objects.insert(uid.clone(), row);
        self.snapshot.objects.get_mut(&uid).unwrap()
    }

    pub fn log(&mut self, pod: &str, names: Names, lines: &[&str]) {
        self.log_of(0, pod, names, lines);
    }

    /// The log of the run after so many restarts.
    pub fn log_of(&mut self, run: u32, pod: &str, names: Names, lines: &[&str]) {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        self.logs.insert((Uid(pod.into()), names.container.into()), Tail { run, lines });
    }

    pub fn goals(&mut self, expect: &[&str], wants: Vec<(Want, u64)>) {
        self.scenario.expect_broken = expect.iter().map(|status| (*status).to_owned()).collect();
        let seen = (Want::SeenBroken, 0);
        let goal = |(what, hold)| Goal {
            what,
            hold: std::time::Duration::from_secs(hold),
            why: String::new(),
            title: String::new(),
        };
        self.scenario.goals = std::iter::once(seen).chain(wants).map(goal).collect();
    }
}

/// containerd's text of a failed pull.
pub fn pull_message(image: &str, why: &str) -> String {
    let full = super::reference::ImageReference::parse(image).normalised();
    format!("Failed to pull image \"{image}\": rpc error: code = Unknown desc = failed to pull and unpack image \"{full}\": failed to resolve image: {why}")
}
