//! One sync of a pod: its status, its volumes and sandbox, then each container that has to start, step by step.

use std::time::Duration;

use super::pod::{Container, Sandbox, Step, restarts};
use super::{Worker, jitter, until, volume};
use crate::practice::field::text;
use crate::practice::kind::RUNTIME_CLASS;

const LONGEST_MOUNT_WAIT: Duration = Duration::from_secs(122);
const HOP: Duration = Duration::from_secs(60);

impl Worker<'_> {
    /// Begins a sync: takes down the status as it is now, and does what there is to do.
    pub(super) fn begin(&mut self) {
        if self.pod.terminating || self.pod.over {
            return;
        }
        self.pod.busy = true;
        self.pod.began = self.world.now;
        self.pod.failed = false;
        self.pod.resume = None;
        self.pod.steps.clear();
        self.pod.ip_seen = self.pod.sandbox != Sandbox::None;
        if self.past_deadline() {
            return self.wind_down();
        }
        let telling = self.telling();
        let status = telling.status.as_ref().unwrap_or(&self.object["status"]);
        if matches!(text(&status["phase"]), "Succeeded" | "Failed") {
            if self.pod.containers.iter().any(Container::running) {
                return self.wind_down();
            }
            self.pod.over = true;
            self.write(telling);
            self.pod.sandbox = Sandbox::Stopped;
            self.pod.steps.push_back(Step::Publish);
            return self.after(Duration::from_millis(50));
        }
        self.pod.unwritten = Some(telling);
        self.tell_of_pull_secrets();
        if self.pod.sandbox == Sandbox::None {
            self.flush();
            self.pod.steps.extend([Step::Mount, Step::Sandbox, Step::Plan]);
            let wait = self.world.between(300, 450);
            return self.after(wait);
        }
        self.refresh_volumes();
        self.pod.steps.push_back(Step::Plan);
        self.steps();
    }

    fn after(&mut self, wait: Duration) {
        self.requeue("step", wait);
    }

    /// Does steps until one takes time or none is left.
    pub(super) fn steps(&mut self) {
        while let Some(step) = self.pod.steps.pop_front() {
            let wait = self.step(step);
            if self.pod.steps.is_empty() {
                break;
            }
            if wait > Duration::ZERO {
                return self.after(wait);
            }
        }
        if !self.pod.terminating {
            self.finish();
        }
    }

    fn step(&mut self, step: Step) -> Duration {
        match step {
            Step::Mount => self.mount(),
            Step::Sandbox if !self.has_runtime() => Duration::ZERO,
            Step::Sandbox => {
                self.pod.sandbox = Sandbox::Ready;
                self.pod.ip = self.address();
                self.change("sandbox");
                self.pod.unwritten = Some(self.telling());
                self.start_probes();
                Duration::ZERO
            }
            Step::Plan => self.plan(),
            Step::Kill(index) => self.kill(index),
            Step::Killed(index) => self.killed(index),
            Step::Attempt(index) => self.attempt(index),
            Step::Pull(index) => self.pull(index),
            Step::Answer(index) => self.answer(index),
            Step::Create(index) => self.create(index),
            Step::Start(index) => self.start(index),
            Step::Hook(index) => self.post_start(index),
            Step::Hooked(index) => self.post_start_over(index),
            Step::Unhooked(index) => self.unhooked(index),
            Step::Publish => {
                self.pod.ip_seen = true;
                self.publish();
                Duration::ZERO
            }
            Step::Finish => Duration::ZERO,
        }
    }

    /// Whether the node has the runtime that the pod's class names: it has one, `runc`. Without it the sync ends here.
    fn has_runtime(&mut self) -> bool {
        let class = text(&self.object["spec"]["runtimeClassName"]);
        let class = self.world.store.get(&RUNTIME_CLASS, "", class).unwrap_or_default();
        let wanted = text(&class["handler"]);
        if matches!(wanted, "" | "runc") {
            return true;
        }
        let sandbox = format!("{}{}", self.world.uid(), self.world.uid()).replace('-', "");
        let why = format!("unable to get OCI runtime for sandbox {sandbox:?}: no runtime for {wanted:?} is configured");
        let message = format!("Failed to create pod sandbox: rpc error: code = Unknown desc = {why}");
        self.pod_event("Warning", "FailedCreatePodSandBox", &message);
        self.pod.failed = true;
        self.pod.steps.clear();
        false
    }

    /// Ends the sync and sets the time of the next.
    fn finish(&mut self) {
        self.flush();
        self.pod.busy = false;
        if self.pod.over {
            return;
        }
        let wait = match (self.pod.failed, self.pod.resume) {
            (false, None) => jitter(self.world, Duration::from_secs(60)),
            (false, Some(at)) => {
                let left = until(self.world.now, at);
                jitter(self.world, left).min(HOP)
            }
            (true, _) => jitter(self.world, Duration::from_secs(10)),
        };
        let wait = self.until_phase(super::LOOP_PHASE, wait);
        self.requeue("sync", wait);
        if self.pod.pending {
            let wait = self.until_phase(super::LOOK_PHASE, Duration::ZERO);
            self.queue("look", wait);
        }
    }

    /// The status of what was started is told when all that is to start has been tried.
    pub(super) fn publish_last(&mut self) {
        if !self.pod.steps.contains(&Step::Publish) {
            let end = self.pod.steps.iter().position(|step| *step == Step::Finish).unwrap_or(self.pod.steps.len());
            self.pod.steps.insert(end, Step::Publish);
        }
    }

    pub(super) fn next(&mut self, step: Step) {
        self.pod.steps.push_front(step);
    }

    /// Sets up the volumes; what is missing is tried again after a wait that doubles.
    fn mount(&mut self) -> Duration {
        let Some(wait) = self.unmounted() else {
            self.refresh_volumes();
            return Duration::ZERO;
        };
        self.next(Step::Mount);
        wait
    }

    /// Tells of the first volume that cannot be set up; how long until it is tried again.
    fn unmounted(&mut self) -> Option<Duration> {
        let Some((volume, why)) = volume::unmountable(self.world, &self.object, &self.machine.volumes) else {
            self.pod.mount_wait = None;
            return None;
        };
        self.pod_event("Warning", "FailedMount", &format!("MountVolume.SetUp failed for volume \"{volume}\" : {why}"));
        let wait = self
            .pod
            .mount_wait
            .map_or(Duration::from_millis(500), |wait| (wait * 2).min(LONGEST_MOUNT_WAIT));
        self.pod.mount_wait = Some(wait);
        Some(wait)
    }

    /// Brings the volumes to what they are made of, when that has changed; what lacks something stays as it is.
    fn refresh_volumes(&mut self) {
        let sources = volume::sources(self.world, &self.object);
        if self.pod.sources.replace(sources) != Some(sources) {
            volume::refresh(self.world, &self.object, &mut self.pod.volumes, self.machine);
            if self.pod.mount_wait.is_none() {
                self.remount();
            }
        }
    }

    /// Tries again what a running pod's volumes lack.
    pub(super) fn remount(&mut self) {
        if self.pod.over || self.pod.terminating {
            return;
        }
        let failed = self.pod.mount_wait.is_some();
        if let Some(wait) = self.unmounted() {
            self.queue("remount", wait);
        } else if failed {
            volume::refresh(self.world, &self.object, &mut self.pod.volumes, self.machine);
        }
    }

    /// Which containers have to start now: the first unfinished init container, or all main ones that should run.
    fn plan(&mut self) -> Duration {
        let mut due = Vec::new();
        let initialized = self.pod.initialized();
        let by_hand = self
            .pod
            .containers
            .iter()
            .enumerate()
            .filter(|(_, container)| container.ephemeral && container.runs.is_empty());
        due.extend(by_hand.map(|(index, _)| Step::Attempt(index)));
        let concerned = |container: &Container| !container.ephemeral && (container.init != initialized || container.sidecar);
        for (index, container) in self.pod.containers.iter().enumerate().filter(|(_, container)| concerned(container)) {
            let ended = container.ended();
            if initialized || container.sidecar {
                let wanted = container.run().is_none() || ended.is_some_and(|ended| restarts(&self.object, container, ended.code));
                if container.kill.is_some() && container.running() {
                    due.push(Step::Kill(index));
                } else if wanted {
                    due.push(Step::Attempt(index));
                }
                if !initialized && !container.lets_pass() {
                    break;
                }
            } else if ended.is_none_or(|ended| ended.code != 0) {
                if container.run().is_none() || ended.is_some_and(|ended| restarts(&self.object, container, ended.code)) {
                    due.push(Step::Attempt(index));
                }
                break;
            }
        }
        self.pod.steps.extend(due);
        self.pod.steps.push_back(Step::Finish);
        Duration::ZERO
    }

    /// Stops a container that is to be started anew.
    fn kill(&mut self, index: usize) -> Duration {
        let message = self.pod.containers[index].kill.clone().unwrap_or_default();
        self.tell(index, "Normal", "Killing", &message);
        self.next(Step::Killed(index));
        self.tell_to_stop(index);
        // Its end wakes the sync before this; otherwise it is killed.
        let own = self.pod.containers[index].kill_grace.take().map(Duration::from_secs);
        own.unwrap_or_else(|| self.grace())
    }

    fn killed(&mut self, index: usize) -> Duration {
        let container = &mut self.pod.containers[index];
        container.kill = None;
        let name = container.name.clone();
        self.ended(&name, 137, "");
        self.next(Step::Attempt(index));
        Duration::ZERO
    }

    /// Lets a container start unless it crashed too lately.
    fn attempt(&mut self, index: usize) -> Duration {
        let (now, began) = (self.world.now, self.pod.began);
        let container = &mut self.pod.containers[index];
        let crashed = container
            .runs
            .iter()
            .rev()
            .filter_map(|run| run.ended.as_ref())
            .find(|ended| ended.at < began)
            .map(|ended| ended.at);
        let Some(at) = crashed else {
            self.next(Step::Pull(index));
            return Duration::ZERO;
        };
        let Some(end) = container.crash.until(at, now) else {
            container.crash.fail(at, now);
            self.next(Step::Pull(index));
            return Duration::ZERO;
        };
        let (name, wait) = (container.name.clone(), container.crash.wait());
        let metadata = &self.object["metadata"];
        let pod = format!("{}_{}({})", text(&metadata["name"]), text(&metadata["namespace"]), self.pod.uid);
        self.pod.containers[index].problem = Some((
            "CrashLoopBackOff",
            format!("back-off {} restarting failed container={name} pod={pod}", go_duration(wait)),
        ));
        self.pod.resume = Some(self.pod.resume.map_or(end, |resume| resume.min(end)));
        self.tell(
            index,
            "Warning",
            "BackOff",
            &format!("Back-off restarting failed container {name} in pod {pod}"),
        );
        Duration::ZERO
    }

    /// Notes why a container did not start.
    pub(super) fn fail(&mut self, index: usize, reason: &'static str, message: String) -> Duration {
        self.pod.failed = true;
        self.pod.containers[index].problem = Some((reason, message));
        Duration::ZERO
    }
}

/// A duration as Go prints it: `10s`, `1m20s`, `5m0s`.
fn go_duration(wait: Duration) -> String {
    let seconds = wait.as_secs();
    if seconds < 60 {
        format!("{seconds}s")
    } else {
        format!("{}m{}s", seconds / 60, seconds % 60)
    }
}
