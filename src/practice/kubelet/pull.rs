//! Getting a container's image onto the machine, or telling why it is not there.

use std::time::Duration;

use super::Worker;
use super::image::{self, Reference};
use super::pod::{Step, spec};
use crate::practice::field::text;

impl Worker<'_> {
    /// Makes sure of a container's image: there already, pulled now, or not for some reason.
    pub(super) fn pull(&mut self, index: usize) -> Duration {
        let spec = spec(&self.object, &self.pod.containers[index].name);
        let name = text(&spec["image"]).to_owned();
        let policy = spec["imagePullPolicy"].as_str().map(str::to_owned);
        let reference = match Reference::parse(&name) {
            Ok(reference) => reference,
            Err(why) => {
                let message = format!("Failed to apply default image tag \"{name}\": couldn't parse image name \"{name}\": {why}");
                self.tell(index, "Warning", "InspectFailed", &message);
                self.tell(index, "Warning", "Failed", "Error: InvalidImageName");
                return self.fail(index, "InvalidImageName", message);
            }
        };
        let policy = policy.unwrap_or_else(|| if reference.moving() { "Always" } else { "IfNotPresent" }.to_owned());
        let present = self.present(&reference.full());
        if present && policy != "Always" {
            self.tell(
                index,
                "Normal",
                "Pulled",
                &format!("Container image \"{name}\" already present on machine and can be accessed by the pod"),
            );
            self.next(Step::Create(index));
            return self.world.between(10, 25);
        }
        if policy == "Never" {
            let message = format!("Container image \"{name}\" is not present with pull policy of Never");
            self.tell(index, "Warning", "ErrImageNeverPull", &message);
            self.tell(index, "Warning", "Failed", "Error: ErrImageNeverPull");
            return self.fail(index, "ErrImageNeverPull", message);
        }
        let container = &self.pod.containers[index];
        if container.pull.until_last(self.world.now).is_some() && container.image == name {
            let message = format!("Back-off pulling image \"{name}\"");
            let full = format!("{message}: ErrImagePull: {}", container.refusal);
            self.tell(index, "Normal", "BackOff", &message);
            self.tell(index, "Warning", "Failed", "Error: ImagePullBackOff");
            return self.fail(index, "ImagePullBackOff", full);
        }
        self.tell(index, "Normal", "Pulling", &format!("Pulling image \"{name}\""));
        self.next(Step::Answer(index));
        self.pod.pull_time = self.world.between(20, 110);
        self.pod.pull_time
    }

    /// The registry's answer to a pull.
    pub(super) fn answer(&mut self, index: usize) -> Duration {
        let name = text(&spec(&self.object, &self.pod.containers[index].name)["image"]).to_owned();
        let answer = Reference::parse(&name).and_then(|reference| image::pull(&reference, &self.world.images).map(|_| reference));
        match answer {
            Ok(reference) => {
                self.keep_image(&reference);
                let time = format!("{}ms", self.pod.pull_time.as_millis());
                let message = format!(
                    "Successfully pulled image \"{name}\" in {time} ({time} including waiting). Image size: {} bytes.",
                    reference.size()
                );
                self.tell(index, "Normal", "Pulled", &message);
                self.next(Step::Create(index));
                self.world.between(15, 35)
            }
            Err(why) => {
                let now = self.world.now;
                self.tell(index, "Warning", "Failed", &format!("Failed to pull image \"{name}\": {why}"));
                self.tell(index, "Warning", "Failed", "Error: ErrImagePull");
                self.pod.containers[index].pull.fail(now, now);
                self.pod.containers[index].refusal.clone_from(&why);
                self.fail(index, "ErrImagePull", why)
            }
        }
    }
}
