//! The life of a started container: its process runs its program, prints, listens, and ends.

use std::time::Duration;

use super::Worker;
use super::pod::{Ended, spec};
use super::process::Op;
use crate::practice::field::milli;

impl Worker<'_> {
    /// A new run begins: its probes start from nothing, its process a moment later.
    pub(super) fn begin_run(&mut self, index: usize) {
        let spec = spec(&self.object, &self.pod.containers[index].name);
        let (ready, started) = (spec["readinessProbe"].is_null(), spec["startupProbe"].is_null());
        let container = &mut self.pod.containers[index];
        (container.ready, container.started) = (ready, started);
        container.problem = None;
        container.kill = None;
        container.probes.clear();
        let (name, number) = (container.name.clone(), container.run().map_or(0, |run| run.number));
        self.world.logs.begin(&self.pod.uid, &name);
        // What listens does so at once: the first probe may come with the next status.
        self.queue(format!("run:{name}:{number}"), Duration::from_millis(14));
    }

    /// Runs a process on to where it waits or ends.
    pub(super) fn process(&mut self, which: &str) {
        let Some((name, number)) = which.rsplit_once(':') else { return };
        let (uid, now) = (self.pod.uid.clone(), self.world.now);
        let limit = milli(&spec(&self.object, name)["resources"]["limits"]["memory"]);
        let Some(run) = self.pod.container(name).and_then(|container| container.runs.last_mut()) else {
            return;
        };
        if run.ended.is_some() || run.number.to_string() != number {
            return;
        }
        loop {
            let op = run.program.get(run.at).cloned().unwrap_or(Op::Exit(0));
            run.at += 1;
            match op {
                Op::Log(text) => self.world.logs.write(&uid, name, now, &text),
                Op::Serve(port, paths) => drop(run.ports.insert(port, paths)),
                Op::Jump(to) => run.at = to,
                Op::Use(quantity) if limit > 0 && milli(&quantity.as_str().into()) > limit => return self.ended(name, 137, "OOMKilled"),
                Op::Use(_) => {}
                Op::Sleep(seconds) => {
                    self.serve_first_probe(name);
                    return self.queue(format!("run:{which}"), Duration::from_secs_f64(seconds.max(0.001)));
                }
                Op::Exit(code) => return self.ended(name, i64::from(code), ""),
                Op::Stay => return self.serve_first_probe(name),
            }
        }
    }

    /// A container's process has ended.
    pub(super) fn ended(&mut self, name: &str, code: i64, reason: &'static str) {
        let now = self.world.now;
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
            message: String::new(),
            at: now,
        });
        run.ports.clear();
        let id = run.id.clone();
        self.world.logs.end(&self.pod.uid, name);
        self.change(&id);
    }
}
