//! A pod whose spec has changed: other images, other resources, debug containers.

use serde_json::{Value, json};

use super::{Worker, pod};
use crate::practice::field::{items, text};

impl Worker<'_> {
    /// Gives the containers the resources that the spec says now.
    pub(super) fn resized(&mut self) {
        let mut changed = false;
        for container in &mut self.pod.containers {
            let wanted = &pod::spec(&self.object, &container.name)["resources"];
            if container.resources != *wanted {
                container.resources = wanted.clone();
                changed = true;
            }
        }
        if changed {
            let containers = items(&self.object["spec"]["containers"]).iter();
            let containers: Vec<Value> = containers.map(|one| json!({"name": one["name"], "resources": one["resources"]})).collect();
            let what = json!({"containers": containers, "generation": self.object["metadata"]["generation"]});
            self.pod_event("Normal", "ResizeStarted", &format!("Pod resize started: {what}"));
            self.pod_event("Normal", "ResizeCompleted", &format!("Pod resize completed: {what}"));
        }
    }

    /// The spec has changed: an image that is another one now means a new container.
    pub(super) fn updated(&mut self) {
        for index in 0..self.pod.containers.len() {
            let container = &self.pod.containers[index];
            let image = text(&pod::spec(&self.object, &container.name)["image"]).to_owned();
            if image != container.image {
                if container.running() && container.main() {
                    self.pod.containers[index].kill = Some(format!("Container {} definition changed, will be restarted", self.pod.containers[index].name));
                }
                self.pod.containers[index].image = image;
                self.pod.containers[index].crash = pod::BackOff::default();
            }
        }
        self.resized();
        for added in items(&self.object["spec"][pod::EPHEMERAL]) {
            if self.pod.container(text(&added["name"])).is_none() {
                self.pod.containers.push(pod::Container::new(added, pod::EPHEMERAL));
            }
        }
        if self.pod.busy { self.pod.pending = true } else { self.begin() }
    }
}
