//! Lifecycle hooks: what a container does right after its start and before its stop.

use std::time::Duration;

use serde_json::Value;

use super::Worker;
use super::ask::{self, Asked};
use super::pod::{Hook, Step, spec};
use crate::practice::field::{int, items, text};

/// A hook that never ends is waited for as long as its container runs.
const LONGEST: Duration = Duration::from_secs(86_400);

impl Worker<'_> {
    /// Begins a hook; says how long to wait for its end, `None` when there is no such hook.
    fn begin_hook(&mut self, index: usize, field: &str) -> Option<Duration> {
        let name = self.pod.containers[index].name.clone();
        let hook = spec(&self.object, &name)["lifecycle"].get(field).filter(|hook| !hook.is_null()).cloned()?;
        let (asked, what) = self.ask_hook(&name, &hook);
        let seconds = u64::try_from(int(&hook["sleep"]["seconds"])).unwrap_or(0);
        let wait = match (seconds, asked.answer().is_some()) {
            (0, true) => Duration::ZERO,
            (0, false) => LONGEST,
            (seconds, _) => Duration::from_secs(seconds),
        };
        self.pod.containers[index].hook = Some(Hook {
            asked,
            stops: field == "preStop",
            what,
        });
        Some(wait)
    }

    /// What a hook asks, and what its failure is called.
    fn ask_hook(&mut self, name: &str, hook: &Value) -> (Asked, String) {
        let (uid, tell) = (self.pod.uid.clone(), self.key(format!("hooked:{name}")));
        let metadata = &self.object["metadata"];
        let of = format!(
            "for Container \"{name}\" in Pod \"{}_{}({uid})\" failed - error: ",
            text(&metadata["name"]),
            text(&metadata["namespace"])
        );
        if let Some(exec) = hook.get("exec").filter(|exec| !exec.is_null()) {
            let argv: Vec<String> = items(&exec["command"]).iter().map(|word| text(word).to_owned()).collect();
            let line = argv.join(" ");
            let what = format!("Exec lifecycle hook ([{line}]) {of}");
            let failed = move |code: i32, output: &str| format!("command '{line}' exited with {code}: {output}, message: {output:?}");
            return (ask::execute(self.world, &uid, name, argv, String::new(), failed, tell), what);
        }
        if let Some(get) = hook.get("httpGet").filter(|get| !get.is_null()) {
            let host = get["host"].as_str().filter(|host| !host.is_empty()).unwrap_or(&self.pod.ip).to_owned();
            let what = format!("HTTP lifecycle hook ({}) {of}", text(&get["path"]));
            let asked = match super::probe::port(spec(&self.object, name), &get["port"]) {
                Ok(port) => ask::ask(self.world, &uid, &host, port, get, tell),
                Err(why) => Asked::errored(why),
            };
            return (asked, what);
        }
        (Asked::at_once(Ok(())), of)
    }

    /// The step of the hook after the start.
    pub(super) fn post_start(&mut self, index: usize) -> Duration {
        let wait = self.begin_hook(index, "postStart");
        match wait {
            Some(_) => self.next(Step::Hooked(index)),
            None => self.publish_last(),
        }
        wait.unwrap_or_default()
    }

    /// The hook after the start is over, or the container is: a failure is the container's end.
    pub(super) fn post_start_over(&mut self, index: usize) -> Duration {
        let hook = self.pod.containers[index].hook.take();
        let failure = hook.and_then(|hook| Some((hook.what, hook.asked.answer()?.err()?)));
        let Some((what, why)) = failure else {
            self.publish_last();
            return Duration::ZERO;
        };
        self.tell(index, "Warning", "FailedPostStartHook", "PostStartHook failed");
        self.tell(index, "Normal", "Killing", "FailedPostStartHook");
        self.pod.containers[index].problem = Some(("PostStartHookError", what + &why.words()));
        self.next(Step::Unhooked(index));
        self.tell_to_stop(index);
        self.grace()
    }

    /// The container whose hook failed has stopped, or is killed now.
    pub(super) fn unhooked(&mut self, index: usize) -> Duration {
        let name = self.pod.containers[index].name.clone();
        self.ended(&name, 137, "");
        self.pod.failed = true;
        Duration::ZERO
    }

    /// Begins the hook before a container's stop; `false` when there is none, or it was there already.
    pub(super) fn pre_stop(&mut self, index: usize) -> bool {
        if self.pod.containers[index].hook.as_ref().is_some_and(|hook| hook.stops) {
            return false;
        }
        let Some(wait) = self.begin_hook(index, "preStop") else { return false };
        let name = self.pod.containers[index].name.clone();
        self.queue(format!("hooked:{name}"), wait);
        true
    }

    /// A hook that used up all the grace is left alone: it ends, and fails, with its container. Whether there was one.
    pub(super) fn give_up_hook(&mut self, name: &str) -> bool {
        let Some(index) = self.pod.containers.iter().position(|container| container.name == name) else {
            return false;
        };
        let container = &mut self.pod.containers[index];
        let waited = container.hook.take_if(|hook| hook.stops && hook.asked.answer().is_none());
        if waited.is_none() || !container.running() {
            return false;
        }
        self.tell(index, "Warning", "FailedPreStopHook", "PreStopHook failed");
        true
    }

    /// A hook has its answer.
    pub(super) fn hooked(&mut self, name: &str) {
        let Some(index) = self.pod.containers.iter().position(|container| container.name == name) else {
            return;
        };
        let Some(hook) = self.pod.containers[index].hook.clone() else { return };
        if !hook.stops {
            if matches!(self.pod.steps.front(), Some(Step::Hooked(waited)) if *waited == index) {
                self.requeue("step", Duration::ZERO);
            }
            return;
        }
        if matches!(hook.asked.answer(), Some(Err(_))) && self.pod.containers[index].running() {
            self.tell(index, "Warning", "FailedPreStopHook", "PreStopHook failed");
        }
        let key = self.key(format!("hooked:{name}"));
        self.world.unqueue(self.me, &key);
        self.tell_to_stop(index);
    }
}
