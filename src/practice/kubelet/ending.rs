//! The end of a pod that nobody deletes: its deadline, or the containers that stay when the others are done.

use std::time::Duration;

use super::Worker;
use super::pod::Sandbox;
use crate::practice::field::{items, text};
use crate::practice::kind::SECRET;

const EXCEEDED: (&str, &str) = ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline");

impl Worker<'_> {
    /// When the pod came, a look at it is planned for the moment at which it may no longer run.
    pub(super) fn plan_deadline(&mut self) {
        if let Some(seconds) = self.object["spec"]["activeDeadlineSeconds"].as_u64() {
            self.queue("deadline", Duration::from_secs(seconds) + Duration::from_millis(10));
        }
    }

    /// Whether the pod has run for as long as it may; that is told each time it is found.
    pub(super) fn past_deadline(&mut self) -> bool {
        let Some(seconds) = self.object["spec"]["activeDeadlineSeconds"].as_i64() else {
            return false;
        };
        if self.pod.verdict.is_none() && self.world.now.duration_since(self.pod.arrived).as_secs() < seconds {
            return false;
        }
        self.pod.verdict = Some(EXCEEDED);
        self.tell_verdict();
        true
    }

    fn tell_verdict(&mut self) {
        if let Some((reason, message)) = self.pod.verdict {
            self.pod_event("Normal", reason, message);
        }
    }

    /// The pod is to end: what still runs is stopped, a moment from now.
    pub(super) fn wind_down(&mut self) {
        (self.pod.over, self.pod.busy) = (true, false);
        self.publish();
        self.queue("exceeded:kill", Duration::from_millis(140));
    }

    /// What follows when a pod ends before all of its containers did.
    pub(super) fn exceeded(&mut self, what: &str) {
        if self.pod.terminating {
            return;
        }
        self.tell_verdict();
        if what != "kill" {
            return;
        }
        let running: Vec<usize> = (0..self.pod.containers.len()).filter(|index| self.pod.containers[*index].running()).collect();
        for index in &running {
            let name = self.pod.containers[*index].name.clone();
            self.tell(*index, "Normal", "Killing", &format!("Stopping container {name}"));
            self.tell_to_stop(*index);
            let wait = self.grace();
            self.queue(format!("kill:{name}"), wait);
        }
        if running.is_empty() {
            self.wound_down();
        }
    }

    /// A container of a pod that ends has stopped: the last one ends the pod.
    pub(super) fn wound_down(&mut self) {
        if self.pod.containers.iter().any(super::pod::Container::running) {
            return;
        }
        if self.pod.verdict.is_some() {
            self.tell_verdict();
            self.queue("exceeded:told", Duration::from_millis(900));
        }
        self.pod.sandbox = Sandbox::Stopped;
        self.publish();
    }

    /// Pull secrets that are not there are told of, and the pull is tried without them.
    pub(super) fn tell_of_pull_secrets(&mut self) {
        let namespace = text(&self.object["metadata"]["namespace"]);
        let names = items(&self.object["spec"]["imagePullSecrets"]).iter().map(|secret| text(&secret["name"]));
        let missing: Vec<&str> = names.filter(|name| self.world.store.encoded(&SECRET, namespace, name).is_none()).collect();
        if missing.is_empty() {
            return;
        }
        let message = format!(
            "Unable to retrieve some image pull secrets ({}); attempting to pull the image may not succeed.",
            missing.join(", ")
        );
        self.pod_event("Warning", "FailedToRetrieveImagePullSecret", &message);
    }
}
