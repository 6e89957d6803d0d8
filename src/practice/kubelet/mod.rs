//! The kubelet: brings pods to what their spec says, one sync at a time, and writes their status.
//!
//! As in the real one, three things start a sync of a pod: a change in the API, a change in the runtime that the next
//! look at it (once a second) finds, and the time set by the sync before. What a sync could not do is told by the status
//! of the sync after it; that lag is what makes ErrImagePull and ImagePullBackOff alternate.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use self::pod::{Pod, Run};
use super::event::Note;
use super::field::{deleting, finished, text};
use super::kind::{NODE, POD};
use super::store::{Change, Lately, What};
use super::world::{Controller, Id, Key, World};

mod ask;
mod config;
mod ending;
mod hook;
pub mod image;
mod machine;
mod mounts;
mod payload;
mod pod;
mod probe;
mod process;
mod pull;
mod running;
mod security;
mod start;
mod status;
mod sync;
mod telling;
mod termination;
mod updated;
mod volume;

/// Where in a second the runtime is looked at, and where due syncs begin.
const LOOK_PHASE: i64 = 330;
const LOOP_PHASE: i64 = 830;
/// How many pods are kept decoded.
const PODS: NonZeroUsize = NonZeroUsize::new(64).expect("more than none");

/// The kubelets of all nodes.
#[derive(Debug)]
pub struct Kubelet {
    pods: BTreeMap<(String, String), Box<Pod>>,
    /// The pods worked on lately, as they stand in the API.
    lately: Lately,
    machine: machine::Machine,
}

impl Default for Kubelet {
    fn default() -> Self {
        Self {
            pods: BTreeMap::new(),
            lately: Lately::of(&POD, PODS),
            machine: machine::Machine::default(),
        }
    }
}

/// The kubelet at work on one pod.
struct Worker<'a> {
    me: Id,
    world: &'a mut World,
    machine: &'a mut machine::Machine,
    pod: &'a mut Pod,
    object: Arc<Value>,
}

pub use config::decoded as base64;

impl Controller for Kubelet {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        world.runtime.driven_by(me);
        if change.kind == &NODE && change.what == What::Added {
            return arrive(me, world, &change.name);
        }
        if change.kind == &NODE && change.what == What::Modified {
            let before = change.earlier();
            if (before["spec"]["unschedulable"] == true) != (change.decoded()["spec"]["unschedulable"] == true) {
                // The next of its reports, ten seconds apart, tells of it.
                let after = world.between(50, 10_000);
                world.queue(me, Key::new("", &change.name).task("schedulable"), after);
            }
        }
        if change.kind != &POD {
            return;
        }
        let key = Key::new(&change.namespace, &change.name);
        if change.what == What::Deleted {
            world.queue(me, key.task(format!("gone:{}", text(&change.decoded()["metadata"]["uid"]))), Duration::ZERO);
            return;
        }
        // The kubelet's own status writes tell it nothing new.
        if change.status_only {
            return;
        }
        let object = change.decoded();
        if text(&object["spec"]["nodeName"]).is_empty() {
            return;
        }
        let before = change.earlier();
        let retold = ["labels", "annotations"]
            .iter()
            .any(|field| before["metadata"][field] != object["metadata"][field]);
        if retold || before["spec"] != object["spec"] || deleting(before) != deleting(object) || status::behind_gates(object) {
            let after = world.between(8, 16);
            world.queue(me, key.task("update"), after);
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let name = (key.namespace.clone(), key.name.clone());
        match key.task.as_str() {
            "turn" => return world.turn(),
            "schedulable" => return tell_schedulable(world, &key.name),
            _ => {}
        }
        if let Some(uid) = key.task.strip_prefix("gone:") {
            world.logs.forget(uid);
            world.runtime.forget(uid);
            self.lately.forget(&name);
            // A pod of the same name that comes later has nothing to do with what was planned for this one.
            world.unqueue_all(me, &key.namespace, &key.name);
            if self.pods.get(&name).is_some_and(|pod| pod.uid == uid) {
                self.pods.remove(&name);
            }
            return;
        }
        let Some(object) = self.lately.get(&world.store, &key.namespace, &key.name) else {
            return;
        };
        let fresh = self.pods.get(&name).is_none_or(|pod| object["metadata"]["uid"] != *pod.uid);
        if fresh {
            self.pods.remove(&name);
            if key.task != "update" || finished(&object) {
                return;
            }
            let Some(node) = world.store.get(&NODE, "", text(&object["spec"]["nodeName"])) else {
                return;
            };
            let mut pod = Pod::new(&object, world.now, world.seconds());
            text(&node["status"]["addresses"][0]["address"]).clone_into(&mut pod.host);
            self.pods.insert(name.clone(), pod.into());
        }
        let Some(pod) = self.pods.get_mut(&name) else { return };
        let mut worker = Worker {
            me,
            world,
            machine: &mut self.machine,
            pod,
            object,
        };
        if fresh {
            worker.plan_deadline();
        }
        worker.task(&key.task);
        let object = worker.object;
        self.lately.keep(&world.store, &name, object);
    }
}

/// A node has come: the pods that were meant for it begin.
fn arrive(me: Id, world: &mut World, node: &str) {
    for pod in world.store.objects(&POD, None).iter().filter(|pod| pod["spec"]["nodeName"] == *node) {
        let metadata = &pod["metadata"];
        world.queue(
            me,
            Key::new(text(&metadata["namespace"]), text(&metadata["name"])).task("update"),
            Duration::ZERO,
        );
    }
}

/// An event for whether pods may come to a node.
fn tell_schedulable(world: &mut World, node: &str) {
    let Some(mut object) = world.store.get(&NODE, "", node) else { return };
    let reason = if object["spec"]["unschedulable"] == true {
        "NodeNotSchedulable"
    } else {
        "NodeSchedulable"
    };
    // The kubelet knows its node by name only.
    object["metadata"]["uid"] = node.into();
    let note = Note {
        kind: "Normal",
        reason,
        message: &format!("Node {node} status is now: {reason}"),
        path: "",
    };
    world.event(Worker::source(node), &NODE, &object, note);
}

impl Worker<'_> {
    fn task(&mut self, task: &str) {
        let (what, which) = task.split_once(':').unwrap_or((task, ""));
        match what {
            "update" if deleting(&self.object) => self.terminate(),
            "update" => self.updated(),
            "sync" if self.pod.busy => self.pod.pending = true,
            "sync" => self.begin(),
            "look" => self.look(),
            "remount" => self.remount(),
            "step" => self.steps(),
            "run" => self.process(which),
            "probe" => self.probe(which),
            "asked" => self.asked(which),
            "stop" => self.stop(which),
            "kill" => self.put_down(which),
            "hooked" => self.hooked(which),
            "deadline" if self.pod.over || self.pod.terminating => {}
            "deadline" if self.pod.busy => self.pod.pending = true,
            "deadline" => self.begin(),
            "exceeded" => self.exceeded(which),
            "exit" => self.exited(which),
            "end" => self.end(which),
            _ => {}
        }
    }

    fn key(&self, task: impl Into<String>) -> Key {
        Key::new(text(&self.object["metadata"]["namespace"]), text(&self.object["metadata"]["name"])).task(task)
    }

    fn queue(&mut self, task: impl Into<String>, after: Duration) {
        let key = self.key(task);
        self.world.queue(self.me, key, after);
    }

    /// Queues a task for another time than it may be waiting for already.
    fn requeue(&mut self, task: &str, after: Duration) {
        let key = self.key(task);
        self.world.unqueue(self.me, &key);
        self.world.queue(self.me, key, after);
    }

    /// Looks at the runtime: what changed since the last time asks for a sync each.
    fn look(&mut self) {
        let asked = usize::from(self.pod.pending) + self.pod.changed.len();
        self.pod.changed.clear();
        if asked == 0 || self.pod.terminating {
            return;
        }
        if self.pod.busy {
            self.pod.pending = true;
            return;
        }
        self.pod.pending = asked > 1;
        self.begin();
    }

    /// Something in the runtime changed; the next look finds it.
    fn change(&mut self, what: &str) {
        self.pod.changed.insert(what.to_owned());
        let wait = self.until_phase(LOOK_PHASE, Duration::ZERO);
        self.queue("look", wait);
    }

    /// How long until the first instant after `least` that lies at this many milliseconds in its second.
    fn until_phase(&self, phase: i64, least: Duration) -> Duration {
        let at = self.world.now + least;
        let into = at.as_millisecond().rem_euclid(1000);
        let wait = (phase - into).rem_euclid(1000);
        least + Duration::from_millis(u64::try_from(if wait == 0 { 1000 } else { wait }).unwrap_or(1000))
    }
}

/// The runs a container keeps: enough for its state, its last state and the crash back-off.
const RUNS: usize = 3;

fn push_run(runs: &mut Vec<Run>, run: Run) {
    if runs.len() == RUNS {
        runs.remove(0);
    }
    // Most containers are never started again.
    runs.reserve_exact(1);
    runs.push(run);
}

/// A wait made longer by up to half, as the kubelet does so that pods do not march in step.
fn jitter(world: &mut World, wait: Duration) -> Duration {
    wait.mul_f64(1.0 + world.chance() * 0.5)
}

/// How long from now until an instant, nothing when it is past.
fn until(now: Timestamp, at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or_default()
}
