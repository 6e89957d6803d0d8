//! Readiness, liveness and startup probes against what a container's process listens on.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

use super::Worker;
use super::ask::{self as http, Asked, Asking, Refusal};
use super::pod::{Probing, Run, spec};
use crate::practice::field::{int, items, text};

const KINDS: [(&str, &str, &str); 3] = [
    ("startup", "startupProbe", "Startup"),
    ("liveness", "livenessProbe", "Liveness"),
    ("readiness", "readinessProbe", "Readiness"),
];

fn period(probe: &Value) -> Duration {
    Duration::from_secs(u64::try_from(probe["periodSeconds"].as_i64().unwrap_or(10).max(1)).unwrap_or(10))
}

fn threshold(probe: &Value, field: &str, usual: i64) -> u32 {
    u32::try_from(probe[field].as_i64().unwrap_or(usual)).unwrap_or(1)
}

impl Worker<'_> {
    /// Sets the clocks of the pod's probes; they go on ticking whatever becomes of the containers.
    pub(super) fn start_probes(&mut self) {
        let names: Vec<String> = self
            .pod
            .containers
            .iter()
            .filter(|container| !container.init || container.sidecar)
            .map(|container| container.name.clone())
            .collect();
        for name in names {
            for (kind, field, _) in KINDS {
                let probe = &spec(&self.object, &name)[field];
                if !probe.is_null() {
                    let wait = period(probe);
                    self.queue(format!("probe:{kind}:{name}"), wait);
                }
            }
        }
    }

    /// One tick of a probe's clock.
    pub(super) fn probe(&mut self, which: &str) {
        let Some((kind, name)) = which.split_once(':') else { return };
        let Some((kind, field, _)) = KINDS.into_iter().find(|(known, _, _)| *known == kind) else {
            return;
        };
        let probe = spec(&self.object, name)[field].clone();
        if probe.is_null() || self.pod.over {
            return;
        }
        self.queue(format!("probe:{which}"), period(&probe));
        // The first failure of readiness makes a status, and that asks the probe again at once.
        let first = kind == "readiness"
            && self
                .pod
                .container(name)
                .is_some_and(|container| container.probes.get("readiness").is_none_or(|seen| !seen.begun));
        self.check(kind, name, false);
        if first && self.pod.container(name).is_some_and(|container| !container.ready && container.running()) {
            self.check(kind, name, false);
        }
    }

    /// A container just began to listen: readiness and startup are asked at once, and a failure is not told yet.
    pub(super) fn serve_first_probe(&mut self, name: &str) {
        self.check("startup", name, true);
        self.check("readiness", name, true);
    }

    fn check(&mut self, kind: &'static str, name: &str, quiet: bool) {
        let Some(&(_, field, _)) = KINDS.iter().find(|(known, _, _)| *known == kind) else {
            return;
        };
        let (now, object) = (self.world.now, self.object.clone());
        let spec = spec(&object, name);
        let probe = &spec[field];
        let Some(index) = self.pod.containers.iter().position(|container| container.name == name) else {
            return;
        };
        let container = &self.pod.containers[index];
        let Some(run) = container.run().filter(|run| run.ended.is_none() && !probe.is_null()) else {
            return;
        };
        let delay = SignedDuration::from_secs(int(&probe["initialDelaySeconds"]));
        if run.started.is_none_or(|started| now.duration_since(started) < delay) || (kind == "startup") == container.started {
            return;
        }
        let number = run.number;
        let asked = self.ask(kind, spec, probe);
        let asking = Asking {
            kind,
            name: name.to_owned(),
            number,
            quiet,
            asked,
        };
        match asking.asked.answer() {
            Some(result) => self.answered(&asking, result),
            None => {
                let timeout = u64::try_from(probe["timeoutSeconds"].as_i64().unwrap_or(1).max(1)).unwrap_or(1);
                let patience = Duration::from_secs(timeout);
                self.pod.asking.push(asking);
                self.queue(format!("asked:{kind}:{name}"), patience);
            }
        }
    }

    /// A probe has its answer, or waited long enough for it.
    pub(super) fn asked(&mut self, which: &str) {
        let Some((kind, name)) = which.split_once(':') else { return };
        let Some(at) = self.pod.asking.iter().position(|asking| asking.kind == kind && asking.name == name) else {
            return;
        };
        let asking = self.pod.asking.remove(at);
        let result = asking.asked.answer().unwrap_or_else(|| Err(Refusal::Failed(asking.asked.late.clone())));
        self.answered(&asking, result);
    }

    fn answered(&mut self, asking: &Asking, result: Result<(), Refusal>) {
        let Some(&(kind, field, title)) = KINDS.iter().find(|(known, _, _)| *known == asking.kind) else {
            return;
        };
        let probe = spec(&self.object, &asking.name)[field].clone();
        let Some(index) = self.pod.containers.iter().position(|container| container.name == asking.name) else {
            return;
        };
        let same = |run: &Run| run.number == asking.number && run.ended.is_none();
        if !self.pod.containers[index].run().is_some_and(same) || asking.quiet && result.is_err() {
            return;
        }
        let seen = self.pod.containers[index].probes.entry(kind).or_default();
        seen.begun = true;
        if let Err(Refusal::Errored(why)) = &result {
            let said = format!("{title} probe errored and resulted in unknown state: {why}");
            self.tell(index, "Warning", "Unhealthy", &said);
            return;
        }
        count(seen, result.is_ok());
        let (passes, fails) = (seen.passes, seen.fails);
        if let Err(Refusal::Failed(why)) = &result {
            self.tell(index, "Warning", "Unhealthy", &format!("{title} probe failed: {why}"));
        }
        let passed = passes >= threshold(&probe, "successThreshold", 1);
        let failed = fails >= threshold(&probe, "failureThreshold", 3);
        if failed {
            self.pod.containers[index].kill_grace = probe["terminationGracePeriodSeconds"].as_u64();
        }
        self.conclude(index, kind, passed, failed);
    }

    /// What follows from a probe's results.
    fn conclude(&mut self, index: usize, kind: &'static str, passed: bool, failed: bool) {
        let container = &mut self.pod.containers[index];
        let before = (container.ready, container.started);
        match kind {
            "readiness" if passed => container.ready = true,
            "readiness" if failed => container.ready = false,
            "startup" if passed => container.started = true,
            "liveness" | "startup" if failed => {
                container.kill = Some(if container.init {
                    format!("Init container {} failed {kind} probe", container.name)
                } else {
                    format!("Container {} failed {kind} probe, will be restarted", container.name)
                });
                container.probes.remove(kind);
                if self.pod.terminating {
                } else if self.pod.busy {
                    self.pod.pending = true;
                } else {
                    self.begin();
                }
                return;
            }
            _ => {}
        }
        if before != (container.ready, container.started) {
            self.pod.ip_seen = true;
            self.publish();
            // What comes after a container that stays waits for it to have started.
            if self.pod.containers[index].sidecar && kind == "startup" {
                if self.pod.busy { self.pod.pending = true } else { self.begin() }
            }
        }
    }

    /// Asks a probe once.
    fn ask(&mut self, kind: &str, spec: &Value, probe: &Value) -> Asked {
        let tell = self.key(format!("asked:{kind}:{}", text(&spec["name"])));
        let (uid, name) = (self.pod.uid.clone(), text(&spec["name"]).to_owned());
        let seconds = probe["timeoutSeconds"].as_i64().unwrap_or(1);
        if let Some(exec) = probe.get("exec").filter(|exec| !exec.is_null()) {
            let argv: Vec<String> = items(&exec["command"]).iter().map(|word| text(word).to_owned()).collect();
            let late = format!("command timed out: \"{}\" timed out after {seconds}s", argv.join(" "));
            return http::execute(self.world, &uid, &name, argv, late, |_, output| output.to_owned(), tell);
        }
        let Some((how, question)) = ["httpGet", "tcpSocket", "grpc"]
            .into_iter()
            .find_map(|how| Some((how, probe.get(how).filter(|question| !question.is_null())?)))
        else {
            return Asked::at_once(Ok(()));
        };
        let port = match port(spec, &question["port"]) {
            Ok(port) => port,
            Err(why) => return Asked::errored(why),
        };
        if how == "httpGet" {
            let host = question["host"].as_str().unwrap_or(&self.pod.ip).to_owned();
            return http::ask(self.world, &uid, &host, port, question, tell);
        }
        let open = self.world.runtime.reach(&uid, port, "").is_some();
        self.world.turn();
        let ip = &self.pod.ip;
        match (how, open) {
            ("tcpSocket", true) => Asked::at_once(Ok(())),
            ("tcpSocket", false) => Asked::failed(format!("dial tcp {ip}:{port}: connect: connection refused")),
            (_, true) => Asked::failed(format!("error: {NO_HEALTH}")),
            (_, false) => Asked::failed(format!(
                "timeout: failed to connect service \"{ip}:{port}\" within {seconds}s: context deadline exceeded"
            )),
        }
    }
}

/// What a gRPC probe finds where HTTP is spoken.
const NO_HEALTH: &str = "this server does not implement the grpc health protocol (grpc.health.v1.Health): \
    unexpected HTTP status code received from server: 404 (Not Found)";

/// A port by its number, or by the name it has in the container's spec (kubernetes `probe.ResolveContainerPort`).
pub(super) fn port(spec: &Value, value: &Value) -> Result<u16, String> {
    let number = |value: &Value| value.as_u64().and_then(|port| u16::try_from(port).ok());
    let Value::String(name) = value else {
        return Ok(number(value).unwrap_or_default());
    };
    let named = items(&spec["ports"]).iter().find(|port| port["name"] == *value);
    let found = named.and_then(|port| number(&port["containerPort"]));
    found.map_or_else(|| name.parse().map_err(|_| format!("strconv.Atoi: parsing {name:?}: invalid syntax")), Ok)
}

fn count(seen: &mut Probing, passed: bool) {
    if passed {
        (seen.passes, seen.fails) = (seen.passes + 1, 0);
    } else {
        (seen.passes, seen.fails) = (0, seen.fails + 1);
    }
}
