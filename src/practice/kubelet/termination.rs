//! The end of a pod: its containers are told to stop, get their grace, and the pod is taken out of the API.

use std::time::Duration;

use serde_json::json;

use super::Worker;
use super::pod::{Sandbox, Step};
use crate::practice::field::text;
use crate::practice::kind::POD;
use crate::practice::registry::Deletion;

/// What a container is given to stop when nothing is left of its grace.
const LEAST_GRACE: Duration = Duration::from_secs(2);

impl Worker<'_> {
    /// Deletion has begun: tells the status without the failures that no longer matter, and stops what runs.
    pub(super) fn terminate(&mut self) {
        if self.pod.terminating {
            return;
        }
        self.pod.terminating = true;
        self.pod.steps.clear();
        self.pod.unwritten = None;
        for task in ["step", "sync", "look", "deadline"] {
            let key = self.key(task);
            self.world.unqueue(self.me, &key);
        }
        let running: Vec<usize> = (0..self.pod.containers.len()).filter(|index| self.pod.containers[*index].running()).collect();
        for index in &running {
            let name = self.pod.containers[*index].name.clone();
            self.tell(*index, "Normal", "Killing", &format!("Stopping container {name}"));
            self.tell_to_stop(*index);
            let wait = self.grace();
            self.queue(format!("kill:{name}"), wait);
        }
        self.publish();
        if running.is_empty() {
            let ran = self.pod.containers.iter().any(|container| !container.runs.is_empty());
            self.queue(if ran { "end:finish" } else { "end:sandbox" }, Duration::from_millis(50));
        }
    }

    /// How long containers may take to stop.
    pub(super) fn grace(&self) -> Duration {
        let grace = self.object["metadata"]["deletionGracePeriodSeconds"]
            .as_i64()
            .or_else(|| self.object["spec"]["terminationGracePeriodSeconds"].as_i64());
        Duration::from_secs(u64::try_from(grace.unwrap_or(30).max(2)).unwrap_or(30))
    }

    /// Tells a container's process to stop, a moment from now; its hook for that goes first.
    pub(super) fn tell_to_stop(&mut self, index: usize) {
        // Containers that stay are stopped after the main ones.
        if self.pod.containers[index].sidecar && self.pod.main_runs() || self.pre_stop(index) {
            return;
        }
        let wait = self.world.between(25, 45);
        let name = self.pod.containers[index].name.clone();
        self.queue(format!("stop:{name}"), wait);
    }

    /// The signal to stop arrives.
    pub(super) fn stop(&mut self, name: &str) {
        self.world.runtime.signal(&self.pod.uid, name, 15);
        self.world.turn();
    }

    /// The grace is over.
    pub(super) fn put_down(&mut self, name: &str) {
        if self.give_up_hook(name) {
            self.stop(name);
            return self.queue(format!("kill:{name}"), LEAST_GRACE);
        }
        self.ended(name, 137, "");
        self.stopped(name);
    }

    /// A container that may have been waited for has stopped.
    pub(super) fn stopped(&mut self, name: &str) {
        if self.pod.terminating || self.pod.over {
            if !self.pod.main_runs() {
                // Containers that stay go last, in the reverse of their order.
                let next = self.pod.containers.iter().rposition(|container| container.sidecar && container.running());
                if let Some(index) = next {
                    self.tell_to_stop(index);
                }
            }
            if self.pod.over && !self.pod.terminating {
                return self.wound_down();
            }
            if !self.pod.containers.iter().any(super::pod::Container::running) {
                self.queue("end:finish", Duration::from_millis(60));
            }
            return;
        }
        let index = self.pod.containers.iter().position(|container| container.name == name);
        if let (Some(Step::Killed(waited) | Step::Hooked(waited) | Step::Unhooked(waited)), Some(index)) = (self.pod.steps.front(), index)
            && *waited == index
        {
            self.requeue("step", Duration::ZERO);
        }
    }

    /// The last phases of a pod.
    pub(super) fn end(&mut self, phase: &str) {
        match phase {
            "sandbox" => {
                self.pod.sandbox = Sandbox::Stopped;
                self.publish();
                let wait = self.until_phase(270, Duration::ZERO);
                self.queue("end:lost", wait);
            }
            "lost" => {
                self.lose();
                self.remove();
            }
            "finish" => {
                self.pod.sandbox = Sandbox::Stopped;
                self.pod.over = true;
                self.publish();
                let wait = self.world.between(150, 650);
                self.queue("end:remove", wait);
            }
            _ => self.remove(),
        }
    }

    /// A pod that never ran a container ends as failed, its containers as not found.
    fn lose(&mut self) {
        if self.pod.sandbox == Sandbox::None || matches!(text(&self.object["status"]["phase"]), "Succeeded" | "Failed") {
            return;
        }
        let mut status = self.object["status"].clone();
        status["phase"] = "Failed".into();
        if self.pod.initialized() {
            for container in status["containerStatuses"].as_array_mut().into_iter().flatten() {
                container["state"] = json!({"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown",
                    "message": "The container could not be located when the pod was terminated", "startedAt": null, "finishedAt": null}});
            }
        }
        self.write_status(status);
    }

    fn remove(&mut self) {
        if self
            .world
            .store
            .get(&POD, text(&self.object["metadata"]["namespace"]), text(&self.object["metadata"]["name"]))
            .is_none()
        {
            return;
        }
        // As the API server does: first the grace is set to nothing, then the pod is gone.
        let mut going = (*self.object).clone();
        going["metadata"]["deletionTimestamp"] = self.world.seconds().into();
        going["metadata"]["deletionGracePeriodSeconds"] = 0.into();
        self.object = self.world.store.put(&POD, going).into();
        let metadata = &self.object["metadata"];
        let (namespace, name) = (text(&metadata["namespace"]).to_owned(), text(&metadata["name"]).to_owned());
        let how = Deletion {
            grace_seconds: Some(0),
            uid: Some(self.pod.uid.clone()),
            ..Deletion::default()
        };
        // Gone already: that is what was wanted.
        let _ = self.world.delete(&POD, &namespace, &name, &how);
    }
}
