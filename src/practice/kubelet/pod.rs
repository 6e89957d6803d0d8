//! What the kubelet knows of a pod that the API does not say: its sandbox, its containers' runs, its back-offs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::ask::{Asked, Asking};
use super::process::Volumes;
use crate::practice::field::{items, text};
use crate::practice::runtime::files::Content;

/// Where a spec has the containers that were put into it later.
pub const EPHEMERAL: &str = "ephemeralContainers";
/// Back-off starts with this and doubles up to the longest.
const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(300);

/// A doubling wait after failures.
#[derive(Debug, Clone, Default)]
pub struct BackOff {
    step: Option<(Duration, Timestamp)>,
}

impl BackOff {
    /// The wait in force, counted from `since`; `None` when it is over.
    pub fn until(&self, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let (wait, _) = self.step?;
        let end = since + SignedDuration::try_from(wait).unwrap_or_default();
        (now < end).then_some(end)
    }

    /// The same, counted from the last failure.
    pub fn until_last(&self, now: Timestamp) -> Option<Timestamp> {
        self.until(self.step?.1, now)
    }

    /// The present wait.
    pub fn wait(&self) -> Duration {
        self.step.map_or(FIRST, |(wait, _)| wait)
    }

    /// One more failure; after a long quiet it starts anew.
    pub fn fail(&mut self, event: Timestamp, now: Timestamp) {
        let wait = match self.step {
            Some((wait, last)) if event.duration_since(last) <= SignedDuration::from_secs(600) => (wait * 2).min(LONGEST),
            _ => FIRST,
        };
        self.step = Some((wait, now));
    }
}

/// How a run ended.
#[derive(Debug, Clone, Hash)]
pub struct Ended {
    pub code: i64,
    pub reason: &'static str,
    pub message: String,
    pub at: Timestamp,
}

/// One start of a container.
#[derive(Debug, Clone)]
pub struct Run {
    pub id: String,
    /// Restarts before this run.
    pub number: i64,
    /// `None` when it could not be started at all.
    pub started: Option<Timestamp>,
    pub ended: Option<Ended>,
    pub image: String,
    pub image_id: String,
    /// What it writes of its end.
    pub message: Option<Content>,
}

/// A lifecycle hook under way.
#[derive(Debug, Clone)]
pub struct Hook {
    pub asked: Asked,
    /// Whether it is the one before the stop.
    pub stops: bool,
    /// What its failure is called, without the reason.
    pub what: String,
}

/// What a probe has found so far.
#[derive(Debug, Clone, Default)]
pub struct Probing {
    pub passes: u32,
    pub fails: u32,
    /// Whether the first probe of this run was made.
    pub begun: bool,
}

/// A container and its runs.
#[derive(Debug, Clone, Default)]
pub struct Container {
    pub name: String,
    pub init: bool,
    /// An init container that stays: it is started in its turn and restarted always.
    pub sidecar: bool,
    /// Put into the running pod by hand; it is started once and nothing asks for it.
    pub ephemeral: bool,
    /// The last few runs, the newest at the end.
    pub runs: Vec<Run>,
    /// Why the last attempt to start it failed: reason and message.
    pub problem: Option<(&'static str, String)>,
    pub crash: BackOff,
    pub pull: BackOff,
    /// The last refusal of a pull.
    pub refusal: String,
    pub ready: bool,
    pub started: bool,
    /// One that stays was seen running once: what comes after it need not wait any more.
    pub passed: bool,
    pub probes: BTreeMap<&'static str, Probing>,
    /// Why the runtime will not start the process that was created.
    pub unstartable: Option<String>,
    /// The text of the Killing event, when the next sync has to kill it.
    pub kill: Option<String>,
    pub hook: Option<Hook>,
    /// The grace of the probe that wants it killed, when that has one of its own.
    pub kill_grace: Option<u64>,
    /// What the containers' spec was when it was last started.
    pub image: String,
    /// The resources it has been given.
    pub resources: Value,
}

impl Container {
    /// A container of a part of the spec, not started yet.
    pub fn new(spec: &Value, part: &str) -> Self {
        let init = part == "initContainers";
        Self {
            name: text(&spec["name"]).to_owned(),
            init,
            sidecar: init && spec["restartPolicy"] == "Always",
            ephemeral: part == EPHEMERAL,
            ready: spec["readinessProbe"].is_null(),
            started: spec["startupProbe"].is_null(),
            image: text(&spec["image"]).to_owned(),
            resources: spec["resources"].clone(),
            ..Self::default()
        }
    }

    /// Whether it is one that the pod is for.
    pub fn main(&self) -> bool {
        !self.init && !self.ephemeral
    }

    /// The part of the spec that it stands in.
    pub fn part(&self) -> &'static str {
        match (self.init, self.ephemeral) {
            (true, _) => "initContainers",
            (_, true) => EPHEMERAL,
            _ => "containers",
        }
    }

    pub fn run(&self) -> Option<&Run> {
        self.runs.last()
    }

    /// Whether the container after this init container may start.
    pub fn lets_pass(&self) -> bool {
        if self.sidecar {
            return self.passed || self.running() && self.started;
        }
        self.ended().is_some_and(|ended| ended.code == 0)
    }

    pub fn running(&self) -> bool {
        self.run().is_some_and(|run| run.ended.is_none())
    }

    /// How the newest run ended.
    pub fn ended(&self) -> Option<&Ended> {
        self.run()?.ended.as_ref()
    }
}

/// The pod's sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sandbox {
    #[default]
    None,
    Ready,
    Stopped,
}

/// What a sync does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Mount,
    Sandbox,
    Plan,
    Kill(usize),
    Killed(usize),
    Attempt(usize),
    Pull(usize),
    Answer(usize),
    Create(usize),
    Start(usize),
    /// The hook after the start begins.
    Hook(usize),
    /// The hook after the start is over.
    Hooked(usize),
    /// A container whose hook failed was killed.
    Unhooked(usize),
    Publish,
    Finish,
}

/// A status on its way to the API.
#[derive(Debug, Clone)]
pub struct Telling {
    /// The state of the pod that it tells of.
    pub state: u64,
    /// The version of the object that it was made for.
    pub version: u64,
    /// `None`: the API has it so already.
    pub status: Option<Value>,
}

/// A pod on this machine.
#[derive(Debug, Clone, Default)]
pub struct Pod {
    pub uid: String,
    pub ip: String,
    /// The node's address.
    pub host: String,
    /// The address is told only once the sandbox was seen.
    pub ip_seen: bool,
    pub sandbox: Sandbox,
    pub start_time: String,
    pub containers: Vec<Container>,
    /// What changed since the last look at the runtime.
    pub changed: BTreeSet<String>,
    pub pending: bool,
    pub busy: bool,
    pub began: Timestamp,
    /// When the pod came to this machine.
    pub arrived: Timestamp,
    pub steps: VecDeque<Step>,
    pub failed: bool,
    /// When the earliest crash back-off ends, if that is all that failed.
    pub resume: Option<Timestamp>,
    pub unwritten: Option<Telling>,
    /// The state of the pod that the status in the API tells of, and the version of the object with that status.
    pub told: Option<(u64, u64)>,
    pub terminating: bool,
    /// The pod has come to its end: no container will be started any more.
    pub over: bool,
    /// Why it comes to its end before its containers do: reason and message.
    pub verdict: Option<(&'static str, &'static str)>,
    pub mount_wait: Option<Duration>,
    /// How long the pull under way takes.
    pub pull_time: Duration,
    pub volumes: Volumes,
    /// What the volumes were last made of.
    pub sources: Option<u64>,
    /// Probes that wait for their answer.
    pub asking: Vec<Asking>,
}

impl Pod {
    pub fn new(object: &Value, now: Timestamp, seconds: String) -> Self {
        let part = |field: &str| items(&object["spec"][field]).iter().map(|spec| Container::new(spec, field)).collect::<Vec<_>>();
        Self {
            uid: text(&object["metadata"]["uid"]).to_owned(),
            start_time: seconds,
            containers: [part("initContainers"), part("containers"), part(EPHEMERAL)].concat(),
            began: now,
            arrived: now,
            ..Self::default()
        }
    }

    pub fn container(&mut self, name: &str) -> Option<&mut Container> {
        self.containers.iter_mut().find(|container| container.name == name)
    }

    /// Whether all init containers have done their work, those that stay have started, or the main ones did already.
    pub fn initialized(&self) -> bool {
        self.containers.iter().any(|container| container.main() && !container.runs.is_empty())
            || self.containers.iter().filter(|container| container.init).all(Container::lets_pass)
    }

    /// Whether a main container runs.
    pub fn main_runs(&self) -> bool {
        self.containers.iter().any(|container| container.main() && container.running())
    }
}

/// The spec of a container by name.
pub fn spec<'a>(object: &'a Value, name: &str) -> &'a Value {
    let all = ["initContainers", "containers", EPHEMERAL]
        .into_iter()
        .flat_map(|part| items(&object["spec"][part]));
    all.into_iter().find(|spec| spec["name"] == name).unwrap_or(&Value::Null)
}

/// Whether an ended container is to be started again.
pub fn restarts(object: &Value, container: &Container, code: i64) -> bool {
    match text(&object["spec"]["restartPolicy"]) {
        _ if container.sidecar => true,
        _ if container.ephemeral => false,
        "Never" => false,
        "OnFailure" => code != 0,
        _ => !container.init || code != 0,
    }
}
