//! A pod as `kubectl get pods` shows it, by the rules of Kubernetes' own printer.

use std::cmp::max;

use jiff::Timestamp;
use serde_json::Value;

use super::{conditions, facts, links, list, number, owner, pairs, time, uid, words};
use crate::cluster::snapshot::{ContainerRow, ContainerState, PodRow};

/// What the printer works out by walking the containers.
#[derive(Default)]
struct Tally {
    status: String,
    ready: u32,
    restarts: u32,
    restarted: Option<Timestamp>,
}

impl Tally {
    fn count(&mut self, container: &Value) {
        self.restarts += number(&container["restartCount"]);
        self.restarted = max(self.restarted, time(&container["lastState"]["terminated"]["finishedAt"]));
    }
}

/// The row of a pod.
#[must_use]
pub fn pod_row(pod: &Value) -> PodRow {
    let (spec, status, metadata) = (&pod["spec"], &pod["status"], &pod["metadata"]);
    let tally = tally(pod);
    let total = list(&spec["containers"]).count() + list(&spec["initContainers"]).filter(|container| is_sidecar(container)).count();
    PodRow {
        uid: uid(pod),
        name: words(&metadata["name"]),
        namespace: words(&metadata["namespace"]),
        labels: pairs(&metadata["labels"]),
        ready: (tally.ready, u32::try_from(total).unwrap_or(u32::MAX)),
        status: tally.status,
        restarts: tally.restarts,
        restarted: tally.restarted,
        created: time(&metadata["creationTimestamp"]),
        deleting: !metadata["deletionTimestamp"].is_null(),
        phase: words(&status["phase"]),
        node: words(&spec["nodeName"]),
        ip: words(&status["podIP"]),
        nominated: words(&status["nominatedNodeName"]),
        gates: gates(pod),
        is_ready: condition_holds(pod, "Ready"),
        containers: containers(pod),
        conditions: conditions(pod),
        owner: owner(pod),
        links: links::of_pod(spec),
        ports: links::ports("Pod", spec),
        facts: facts::of_pod(pod),
    }
}

/// `1/2`: how many of the pod's own conditions for readiness hold.
fn gates(pod: &Value) -> String {
    let all = list(&pod["spec"]["readinessGates"]);
    let (total, open) = all.fold((0, 0), |(total, open), gate| {
        let holds = gate["conditionType"].as_str().is_some_and(|kind| condition_holds(pod, kind));
        (total + 1, open + u32::from(holds))
    });
    if total == 0 { String::new() } else { format!("{open}/{total}") }
}

fn tally(pod: &Value) -> Tally {
    let status = &pod["status"];
    let mut reason = words(&status["phase"]);
    if status["reason"].as_str().is_some_and(|reason| !reason.is_empty()) {
        reason = words(&status["reason"]);
    }
    if list(&status["conditions"]).any(|c| c["type"] == "PodScheduled" && c["reason"] == "SchedulingGated") {
        reason = "SchedulingGated".to_owned();
    }
    let (mut init, sidecars) = walk_init(pod);
    let initialising = !init.status.is_empty();
    if initialising {
        reason = init.status.clone();
    }
    let mut tally = if initialising && !condition_holds(pod, "Initialized") {
        init.status = reason;
        init
    } else {
        walk_containers(pod, reason, Tally { ready: init.ready, ..sidecars })
    };
    if !pod["metadata"]["deletionTimestamp"].is_null() {
        if status["reason"] == "NodeLost" {
            tally.status = "Unknown".to_owned();
        } else if !matches!(status["phase"].as_str(), Some("Succeeded" | "Failed")) {
            tally.status = "Terminating".to_owned();
        }
    }
    tally
}

/// Init containers in order, up to the first that is not done; and what its sidecars count for later.
fn walk_init(pod: &Value) -> (Tally, Tally) {
    let specs = &pod["spec"]["initContainers"];
    let (mut all, mut sidecars) = (Tally::default(), Tally::default());
    for (index, container) in list(&pod["status"]["initContainerStatuses"]).enumerate() {
        let sidecar = list(specs).any(|spec| spec["name"] == container["name"] && is_sidecar(spec));
        all.count(container);
        if sidecar {
            sidecars.count(container);
        }
        let (ended, waiting) = (&container["state"]["terminated"], &container["state"]["waiting"]["reason"]);
        if ended.is_object() && ended["exitCode"].as_i64().unwrap_or(0) == 0 {
            continue;
        }
        if sidecar && container["started"] == true {
            all.ready += u32::from(container["ready"] == true);
            continue;
        }
        all.status = match waiting.as_str() {
            _ if ended.is_object() => format!("Init:{}", end_reason(ended)),
            Some(reason) if !reason.is_empty() && reason != "PodInitializing" => format!("Init:{}", words(waiting)),
            _ => format!("Init:{index}/{}", list(specs).count()),
        };
        break;
    }
    (all, sidecars)
}

/// The app containers from last to first, each overwriting what is known.
fn walk_containers(pod: &Value, reason: String, mut tally: Tally) -> Tally {
    tally.status = reason;
    let mut error = None;
    let mut running = false;
    for container in list(&pod["status"]["containerStatuses"]).rev() {
        tally.count(container);
        let (ended, waiting) = (&container["state"]["terminated"], words(&container["state"]["waiting"]["reason"]));
        if !waiting.is_empty() {
            tally.status = waiting;
        } else if ended.is_object() {
            tally.status = end_reason(ended);
            if ended["exitCode"].as_i64().unwrap_or(0) != 0 {
                error = Some(tally.status.clone());
            }
        } else if container["ready"] == true && container["state"]["running"].is_object() {
            running = true;
            tally.ready += 1;
        }
    }
    if tally.status == "Completed" {
        if running && condition_holds(pod, "Ready") {
            tally.status = "Running".to_owned();
        } else if let Some(error) = error {
            tally.status = error;
        } else if running {
            tally.status = "NotReady".to_owned();
        }
    }
    tally
}

fn end_reason(ended: &Value) -> String {
    let reason = words(&ended["reason"]);
    match ended["signal"].as_i64().unwrap_or(0) {
        _ if !reason.is_empty() => reason,
        0 => format!("ExitCode:{}", ended["exitCode"].as_i64().unwrap_or(0)),
        signal => format!("Signal:{signal}"),
    }
}

fn is_sidecar(container: &Value) -> bool {
    container["restartPolicy"] == "Always"
}

fn condition_holds(pod: &Value, kind: &str) -> bool {
    list(&pod["status"]["conditions"]).any(|c| c["type"] == kind && c["status"] == "True")
}

fn containers(pod: &Value) -> Vec<ContainerRow> {
    let of = |specs: &'static str, statuses: &'static str, init: bool| {
        list(&pod["spec"][specs]).map(move |spec| {
            let status = list(&pod["status"][statuses])
                .find(|status| status["name"] == spec["name"])
                .unwrap_or(&Value::Null);
            ContainerRow {
                name: words(&spec["name"]),
                init,
                image: words(&spec["image"]),
                pull_policy: words(&spec["imagePullPolicy"]),
                ready: status["ready"] == true,
                restarts: number(&status["restartCount"]),
                state: state(&status["state"]),
                last: state(&status["lastState"]),
            }
        })
    };
    of("initContainers", "initContainerStatuses", true)
        .chain(of("containers", "containerStatuses", false))
        .collect()
}

fn state(state: &Value) -> ContainerState {
    let (waiting, running, ended) = (&state["waiting"], &state["running"], &state["terminated"]);
    if waiting.is_object() {
        ContainerState::Waiting {
            reason: words(&waiting["reason"]),
            message: words(&waiting["message"]),
        }
    } else if running.is_object() {
        ContainerState::Running {
            since: time(&running["startedAt"]),
        }
    } else if ended.is_object() {
        let exit = ended["exitCode"].as_i64().and_then(|exit| i32::try_from(exit).ok()).unwrap_or(0);
        ContainerState::Terminated {
            reason: words(&ended["reason"]),
            exit,
            finished: time(&ended["finishedAt"]),
        }
    } else {
        ContainerState::Unknown
    }
}

#[cfg(test)]
#[path = "pod_tests.rs"]
mod tests;
