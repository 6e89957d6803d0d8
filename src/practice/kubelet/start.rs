//! A container's start: its process is made ready, created and started.

use std::time::Duration;

use super::image::Reference;
use super::pod::{Ended, Run, Step, spec};
use super::{Worker, config, process, push_run};
use crate::image::Image;
use crate::practice::field::text;
use crate::practice::runtime::Launch;

impl Worker<'_> {
    pub(super) fn create(&mut self, index: usize) -> Duration {
        match self.process_of(index) {
            Err(why) => {
                self.tell(index, "Warning", "Failed", &format!("Error: {why}"));
                self.fail(index, "CreateContainerConfigError", why)
            }
            Ok(process) => {
                self.pod.containers[index].unstartable = process.err();
                self.tell(index, "Normal", "Created", "Container created");
                self.next(Step::Start(index));
                self.world.between(45, 90)
            }
        }
    }

    /// The process of a container (or why the runtime cannot start it), or why its configuration does not hold.
    pub(super) fn process_of(&mut self, index: usize) -> Result<Result<Launch, String>, String> {
        let services = self.services();
        let spec = spec(&self.object, &self.pod.containers[index].name);
        let reference = Reference::parse(text(&spec["image"]))?;
        let unknown = Image::default();
        let image = reference.find(&self.world.images).unwrap_or(&unknown);
        let user = |field: &str| {
            spec["securityContext"]
                .get(field)
                .or_else(|| self.object["spec"]["securityContext"].get(field))
                .cloned()
                .unwrap_or_default()
        };
        let metadata = &self.object["metadata"];
        let who = format!(
            "(pod: \"{}_{}({})\", container: {})",
            text(&metadata["name"]),
            text(&metadata["namespace"]),
            self.pod.uid,
            text(&spec["name"])
        );
        if user("runAsNonRoot") == true && user("runAsUser").as_i64().is_none_or(|id| id == 0) {
            let root = user("runAsUser") == 0;
            match image.user.as_deref().filter(|_| !root) {
                None | Some("0") if root => return Err(format!("container's runAsUser breaks non-root policy {who}")),
                None | Some("0") => return Err(format!("container has runAsNonRoot and image will run as root {who}")),
                Some(name) if name.parse::<i64>().is_err() => {
                    return Err(format!(
                        "container has runAsNonRoot and image has non-numeric user ({name}), cannot verify user is non-root {who}"
                    ));
                }
                Some(_) => {}
            }
        }
        let env = config::environment(self.world, &self.object, spec, image, &services)?;
        if let Some(name) = config::missing_in_paths(spec, &env) {
            return Err(format!("missing value for {name}"));
        }
        Ok(process::of(
            self.world,
            &self.object,
            spec,
            image,
            &reference.repository(),
            env,
            &self.pod.volumes,
        ))
    }

    pub(super) fn start(&mut self, index: usize) -> Duration {
        let (now, id) = (self.world.now, format!("{}{}", self.world.uid(), self.world.uid()).replace('-', ""));
        let name = text(&spec(&self.object, &self.pod.containers[index].name)["image"]).to_owned();
        let reference = Reference::parse(&name).ok();
        let container = &mut self.pod.containers[index];
        let number = container.run().map_or(0, |run| run.number + 1);
        let mut run = Run {
            id: id.clone(),
            number,
            started: Some(now),
            ended: None,
            image: reference.as_ref().map_or(name, Reference::full),
            image_id: reference.as_ref().map(Reference::image_id).unwrap_or_default(),
            message: None,
        };
        let failure = container.unstartable.take();
        if let Some(why) = &failure {
            run.started = None;
            run.ended = Some(Ended {
                code: 128,
                reason: "StartError",
                message: why.clone(),
                at: now,
            });
        }
        push_run(&mut container.runs, run);
        self.change(&id);
        if let Some(why) = failure {
            self.tell(index, "Warning", "Failed", &format!("Error: {why}"));
            return self.fail(index, "RunContainerError", why);
        }
        self.begin_run(index);
        self.tell(index, "Normal", "Started", "Container started");
        if spec(&self.object, &self.pod.containers[index].name)["lifecycle"]["postStart"].is_null() {
            self.publish_last();
            self.go_on_after(index);
            return Duration::from_millis(12);
        }
        // The process runs by then.
        self.next(Step::Hook(index));
        Duration::from_millis(30)
    }

    /// A container that stays is looked at as soon as it is started: what comes after it follows at once.
    pub(super) fn go_on_after(&mut self, index: usize) {
        let initialized = self.pod.initialized();
        let container = &mut self.pod.containers[index];
        if container.sidecar && container.started && !container.passed {
            container.passed = true;
            if !initialized {
                self.pod.steps.push_back(Step::Plan);
            }
        }
    }
}
