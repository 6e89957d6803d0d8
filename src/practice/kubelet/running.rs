//! The life of a started container: its process is let go, and what its end means.

use std::time::Duration;

use super::Worker;
use super::pod::{Ended, spec};
use crate::practice::field::text;
use crate::practice::runtime::hold;

impl Worker<'_> {
    /// A new run begins: its probes start from nothing, its process a moment later.
    pub(super) fn begin_run(&mut self, index: usize) {
        let spec = spec(&self.object, &self.pod.containers[index].name);
        let (ready, started) = (spec["readinessProbe"].is_null(), spec["startupProbe"].is_null());
        let container = &mut self.pod.containers[index];
        (container.ready, container.started) = (ready, started);
        container.problem = None;
        container.kill = None;
        container.hook = None;
        container.probes.clear();
        let (name, number) = (container.name.clone(), container.run().map_or(0, |run| run.number));
        self.world.logs.begin(&self.pod.uid, &name);
        // What listens does so at once: the first probe may come with the next status.
        self.queue(format!("run:{name}:{number}"), Duration::from_millis(14));
    }

    /// Lets a process go.
    pub(super) fn process(&mut self, which: &str) {
        let Some((name, number)) = which.rsplit_once(':') else { return };
        let Some(run) = self.pod.container(name).and_then(|container| container.runs.last_mut()) else {
            return;
        };
        if run.ended.is_some() || run.number.to_string() != number {
            return;
        }
        let index = self.pod.containers.iter().position(|container| container.name == name);
        if let Some(Ok(Ok(mut launch))) = index.map(|index| self.process_of(index)) {
            launch.number = number.parse().unwrap_or(0);
            if let Some(run) = self.pod.container(name).and_then(|container| container.runs.last_mut()) {
                run.message = Some(launch.message.clone());
            }
            self.world.runtime.network(&self.pod.uid, &self.pod.ip);
            self.world.runtime.launch(launch);
            self.world.turn();
        }
        self.serve_first_probe(name);
    }

    /// The runtime says that a container's first process is no more.
    pub(super) fn exited(&mut self, which: &str) {
        let mut parts = which.split(':');
        let (Some(name), Some(number), Some(code)) = (parts.next(), parts.next(), parts.next()) else {
            return;
        };
        let reason = if parts.next() == Some("OOMKilled") { "OOMKilled" } else { "" };
        let current = self
            .pod
            .container(name)
            .and_then(|container| container.run())
            .is_some_and(|run| run.number.to_string() == number);
        if !current {
            return;
        }
        self.ended(name, code.parse().unwrap_or(0), reason);
        self.stopped(name);
    }

    /// What a run wrote of its end: in its file for that, or the last of its output when that is wanted.
    fn last_words(&mut self, name: &str, code: i64) -> String {
        const MOST: usize = 4096;
        const LINES: usize = 80;
        let policy = text(&spec(&self.object, name)["terminationMessagePolicy"]) == "FallbackToLogsOnError";
        let written = self.pod.container(name).and_then(|container| container.run()?.message.clone());
        let mut words = written.map(|content| hold(&content).text()).unwrap_or_default();
        if words.is_empty() && policy && code != 0 {
            let lines = self.world.logs.last(&self.pod.uid, name, LINES);
            words = lines.iter().map(|line| format!("{line}\n")).collect();
            let cut = words.len().saturating_sub(MOST / 2);
            words.drain(..(cut..=words.len()).find(|at| words.is_char_boundary(*at)).unwrap_or(0));
        }
        let end = (0..=MOST.min(words.len())).rev().find(|at| words.is_char_boundary(*at)).unwrap_or(0);
        words.truncate(end);
        words
    }

    /// A container's process has ended.
    pub(super) fn ended(&mut self, name: &str, code: i64, reason: &'static str) {
        let now = self.world.now;
        let message = self.last_words(name, code);
        let Some(run) = self.pod.container(name).and_then(|container| container.runs.last_mut()) else {
            return;
        };
        if run.ended.is_some() {
            return;
        }
        let reason = match (reason, code) {
            ("", 0) => "Completed",
            ("", _) => "Error",
            _ => reason,
        };
        run.ended = Some(Ended {
            code,
            reason,
            message,
            at: now,
        });
        let id = run.id.clone();
        self.world.runtime.kill(&self.pod.uid, name);
        self.world.logs.end(&self.pod.uid, name);
        self.change(&id);
    }
}
