//! Readiness, liveness and startup probes against what a container's process listens on.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

use super::pod::{Probing, Run, spec};
use super::{Worker, config, image, shell};
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
            .filter(|container| !container.init)
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
        let Some(&(_, field, title)) = KINDS.iter().find(|(known, _, _)| *known == kind) else {
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
        let result = self.ask(spec, probe, run);
        let seen = self.pod.containers[index].probes.entry(kind).or_default();
        if quiet && result.is_err() {
            return;
        }
        seen.begun = true;
        count(seen, result.is_ok());
        let (passes, fails) = (seen.passes, seen.fails);
        if let Err(why) = &result {
            self.tell(index, "Warning", "Unhealthy", &format!("{title} probe failed: {why}"));
        }
        let passed = passes >= threshold(probe, "successThreshold", 1);
        let failed = fails >= threshold(probe, "failureThreshold", 3);
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
                container.kill = Some(format!("Container {} failed {kind} probe, will be restarted", container.name));
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
        }
    }

    /// Asks a probe once.
    fn ask(&self, spec: &Value, probe: &Value, run: &Run) -> Result<(), String> {
        let port = |value: &Value| match value {
            Value::Number(number) => number.as_u64().and_then(|port| u16::try_from(port).ok()).unwrap_or(0),
            named => {
                let ports = items(&spec["ports"]).iter().find(|port| port["name"] == *named);
                ports
                    .and_then(|port| u16::try_from(int(&port["containerPort"])).ok())
                    .or_else(|| text(named).parse().ok())
                    .unwrap_or(0)
            }
        };
        let refused = |port: u16| format!("dial tcp {}:{port}: connect: connection refused", self.pod.ip);
        if let Some(get) = probe.get("httpGet") {
            let (port, path) = (port(&get["port"]), get["path"].as_str().unwrap_or("/"));
            let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
            let scheme = get["scheme"].as_str().unwrap_or("HTTP").to_lowercase();
            let Some(paths) = run.ports.get(&port) else {
                return Err(format!("Get \"{scheme}://{}:{port}{path}\": {}", self.pod.ip, refused(port)));
            };
            if scheme == "https" {
                return Err(format!(
                    "Get \"https://{}:{port}{path}\": http: server gave HTTP response to HTTPS client",
                    self.pod.ip
                ));
            }
            let plain = path.split('?').next().unwrap_or_default();
            return if paths.iter().any(|known| known == plain) {
                Ok(())
            } else {
                Err("HTTP probe failed with statuscode: 404".to_owned())
            };
        }
        if let Some(socket) = probe.get("tcpSocket") {
            let port = port(&socket["port"]);
            return if run.ports.contains_key(&port) { Ok(()) } else { Err(refused(port)) };
        }
        if let Some(exec) = probe.get("exec") {
            let argv: Vec<String> = items(&exec["command"]).iter().map(|word| text(word).to_owned()).collect();
            let image = image::Reference::parse(text(&spec["image"]))
                .ok()
                .and_then(|reference| reference.find(&self.world.images).cloned())
                .unwrap_or_default();
            let around = config::surroundings(self.world, &self.object, spec, &image).unwrap_or_default();
            return match shell::execute(&argv, &around) {
                (0, _) => Ok(()),
                (-1, _) => Err(format!(
                    "command timed out: \"{}\" timed out after {}s",
                    argv.join(" "),
                    probe["timeoutSeconds"].as_i64().unwrap_or(1)
                )),
                (_, output) => Err(output),
            };
        }
        Ok(())
    }
}

fn count(seen: &mut Probing, passed: bool) {
    if passed {
        (seen.passes, seen.fails) = (seen.passes + 1, 0);
    } else {
        (seen.passes, seen.fails) = (0, seen.fails + 1);
    }
}
