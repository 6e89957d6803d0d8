//! A pod as `kubectl get pods` prints it: the rules of kubernetes `pkg/printers/internalversion/printers.go`, printPod.

use serde_json::Value;

use super::{conditions, count, deleting, items, owner, text, texts, time, uid};
use crate::cluster::snapshot::{ContainerRow, ContainerState, PodRow};

pub(super) fn row(pod: &Value) -> PodRow {
    let printed = print(pod);
    let (spec, status) = (&pod["spec"], &pod["status"]);
    let conditions = conditions(pod);
    PodRow {
        uid: uid(pod),
        name: text(&pod["metadata"]["name"]),
        namespace: text(&pod["metadata"]["namespace"]),
        labels: texts(&pod["metadata"]["labels"]),
        ready: printed.ready,
        status: printed.status,
        restarts: printed.restarts,
        restarted: (printed.restarts > 0).then_some(printed.restarted).flatten(),
        created: time(&pod["metadata"]["creationTimestamp"]),
        deleting: deleting(pod),
        phase: text(&status["phase"]),
        node: text(&spec["nodeName"]),
        ip: text(&status["podIP"]),
        is_ready: conditions.iter().any(|condition| condition.kind == "Ready" && condition.status == "True"),
        containers: containers(pod),
        conditions,
        owner: owner(pod),
    }
}

struct Printed {
    ready: (u32, u32),
    status: String,
    restarts: u32,
    restarted: Option<jiff::Timestamp>,
}

/// READY, STATUS and RESTARTS; later rules overwrite earlier ones.
fn print(pod: &Value) -> Printed {
    let (spec, status) = (&pod["spec"], &pod["status"]);
    let reason = text(&status["reason"]);
    let mut word = if reason.is_empty() { text(&status["phase"]) } else { reason };
    if condition(pod, "PodScheduled").is_some_and(|condition| condition["reason"] == "SchedulingGated") {
        "SchedulingGated".clone_into(&mut word);
    }
    let mut ready = (0, count_of(&spec["containers"]) + sidecars(spec).len() as u32);
    let init = walk_init(pod, &mut word);
    ready.0 += init.ready;
    let (mut restarts, mut restarted) = (init.restarts, init.restarted);
    if !init.stopped || condition(pod, "Initialized").is_some_and(|condition| condition["status"] == "True") {
        (restarts, restarted) = (init.sidecar_restarts, init.sidecar_restarted);
        let mut running = false;
        let mut error = String::new();
        for container in items(&status["containerStatuses"]).collect::<Vec<_>>().into_iter().rev() {
            restarts += count(&container["restartCount"]);
            restarted = restarted.max(time(&container["lastState"]["terminated"]["finishedAt"]));
            let state = &container["state"];
            if state["waiting"]["reason"].as_str().is_some_and(|reason| !reason.is_empty()) {
                word = text(&state["waiting"]["reason"]);
            } else if !state["terminated"].is_null() {
                word = ended(&state["terminated"], "");
                if state["terminated"]["exitCode"].as_i64() != Some(0) {
                    error.clone_from(&word);
                }
            } else if container["ready"] == true && !state["running"].is_null() {
                running = true;
                ready.0 += 1;
            }
        }
        if word == "Completed" {
            let pod_ready = condition(pod, "Ready").is_some_and(|condition| condition["status"] == "True");
            word = match (running, pod_ready) {
                (true, true) => "Running".to_owned(),
                _ if !error.is_empty() => error,
                (true, false) => "NotReady".to_owned(),
                (false, _) => word,
            };
        }
    }
    if deleting(pod) {
        if status["reason"] == "NodeLost" {
            "Unknown".clone_into(&mut word);
        } else if !matches!(status["phase"].as_str(), Some("Succeeded" | "Failed")) {
            "Terminating".clone_into(&mut word);
        }
    }
    Printed {
        ready,
        status: word,
        restarts,
        restarted,
    }
}

#[derive(Default)]
struct Init {
    stopped: bool,
    ready: u32,
    restarts: u32,
    restarted: Option<jiff::Timestamp>,
    sidecar_restarts: u32,
    sidecar_restarted: Option<jiff::Timestamp>,
}

/// Init containers in order, until the first that is not done.
fn walk_init(pod: &Value, word: &mut String) -> Init {
    let sidecars = sidecars(&pod["spec"]);
    let total = count_of(&pod["spec"]["initContainers"]);
    let mut init = Init::default();
    for (place, container) in items(&pod["status"]["initContainerStatuses"]).enumerate() {
        let finished = time(&container["lastState"]["terminated"]["finishedAt"]);
        let sidecar = container["name"].as_str().is_some_and(|name| sidecars.contains(&name));
        init.restarts += count(&container["restartCount"]);
        init.restarted = init.restarted.max(finished);
        if sidecar {
            init.sidecar_restarts += count(&container["restartCount"]);
            init.sidecar_restarted = init.sidecar_restarted.max(finished);
        }
        let state = &container["state"];
        if state["terminated"]["exitCode"].as_i64() == Some(0) {
            continue;
        }
        if sidecar && container["started"] == true {
            init.ready += u32::from(container["ready"] == true);
            continue;
        }
        *word = match state["waiting"]["reason"].as_str() {
            _ if !state["terminated"].is_null() => ended(&state["terminated"], "Init:"),
            Some(reason) if !reason.is_empty() && reason != "PodInitializing" => format!("Init:{}", crate::text::clean(reason)),
            _ => format!("Init:{place}/{total}"),
        };
        init.stopped = true;
        break;
    }
    init
}

/// How a container ended: its reason, else its signal, else its exit code.
fn ended(terminated: &Value, prefix: &str) -> String {
    let reason = text(&terminated["reason"]);
    match (reason.is_empty(), terminated["signal"].as_i64()) {
        (false, _) => format!("{prefix}{reason}"),
        (true, Some(signal)) if signal != 0 => format!("{prefix}Signal:{signal}"),
        _ => format!("{prefix}ExitCode:{}", terminated["exitCode"].as_i64().unwrap_or_default()),
    }
}

fn sidecars(spec: &Value) -> Vec<&str> {
    items(&spec["initContainers"])
        .filter(|container| container["restartPolicy"] == "Always")
        .filter_map(|container| container["name"].as_str())
        .collect()
}

fn condition<'a>(pod: &'a Value, kind: &str) -> Option<&'a Value> {
    items(&pod["status"]["conditions"]).find(|condition| condition["type"] == kind)
}

fn count_of(list: &Value) -> u32 {
    list.as_array().map_or(0, |list| list.len() as u32)
}

fn containers(pod: &Value) -> Vec<ContainerRow> {
    let (spec, status) = (&pod["spec"], &pod["status"]);
    let mut rows = Vec::new();
    for (init, list, statuses) in [
        (true, &spec["initContainers"], &status["initContainerStatuses"]),
        (false, &spec["containers"], &status["containerStatuses"]),
    ] {
        for container in items(list) {
            let now = items(statuses).find(|status| status["name"] == container["name"]).unwrap_or(&Value::Null);
            rows.push(ContainerRow {
                name: text(&container["name"]),
                init,
                image: text(&container["image"]),
                pull_policy: text(&container["imagePullPolicy"]),
                ready: now["ready"] == true,
                restarts: count(&now["restartCount"]),
                state: state(&now["state"]),
                last: state(&now["lastState"]),
            });
        }
    }
    rows
}

fn state(state: &Value) -> ContainerState {
    if let Some(waiting) = state.get("waiting") {
        return ContainerState::Waiting {
            reason: text(&waiting["reason"]),
            message: text(&waiting["message"]),
        };
    }
    if let Some(running) = state.get("running") {
        return ContainerState::Running {
            since: time(&running["startedAt"]),
        };
    }
    if let Some(ended) = state.get("terminated") {
        let exit = ended["exitCode"].as_i64().and_then(|code| i32::try_from(code).ok()).unwrap_or_default();
        return ContainerState::Terminated {
            reason: text(&ended["reason"]),
            exit,
            finished: time(&ended["finishedAt"]),
        };
    }
    ContainerState::Unknown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn printed(pod: Value) -> (String, (u32, u32), u32) {
        let row = row(&pod);
        (row.status, row.ready, row.restarts)
    }

    #[test]
    fn a_waiting_container_says_why() {
        let pod = json!({"spec": {"containers": [{"name": "a"}]}, "status": {"phase": "Pending",
            "containerStatuses": [{"name": "a", "restartCount": 0, "state": {"waiting": {"reason": "ErrImagePull"}}}]}});
        assert_eq!(printed(pod), ("ErrImagePull".to_owned(), (0, 1), 0));
    }

    #[test]
    fn the_first_container_wins_over_later_ones() {
        let pod = json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}]}, "status": {"phase": "Running", "containerStatuses": [
            {"name": "a", "restartCount": 2, "state": {"waiting": {"reason": "CrashLoopBackOff"}}},
            {"name": "b", "ready": true, "restartCount": 0, "state": {"running": {}}}]}});
        assert_eq!(printed(pod), ("CrashLoopBackOff".to_owned(), (1, 2), 2));
    }

    #[test]
    fn completed_beside_a_running_container_depends_on_ready() {
        let pod = |ready: &str| {
            json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}]}, "status": {"phase": "Running",
                "conditions": [{"type": "Ready", "status": ready}],
                "containerStatuses": [{"name": "a", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
                    {"name": "b", "ready": true, "state": {"running": {}}}]}})
        };
        assert_eq!(printed(pod("True")).0, "Running");
        assert_eq!(printed(pod("False")).0, "NotReady");
    }

    #[test]
    fn init_containers_count_until_they_are_done() {
        let pod = |state: Value| {
            json!({"spec": {"initContainers": [{"name": "i"}, {"name": "j"}], "containers": [{"name": "a"}]},
            "status": {"phase": "Pending", "initContainerStatuses": [{"name": "i", "restartCount": 3, "state": state}, {"name": "j", "state": {"waiting": {"reason": "PodInitializing"}}}],
                "containerStatuses": [{"name": "a", "state": {"waiting": {"reason": "PodInitializing"}}}]}})
        };
        assert_eq!(printed(pod(json!({"running": {}}))).0, "Init:0/2");
        assert_eq!(printed(pod(json!({"terminated": {"exitCode": 0}}))).0, "Init:1/2");
        assert_eq!(
            printed(pod(json!({"terminated": {"exitCode": 2, "reason": "Error"}}))),
            ("Init:Error".to_owned(), (0, 1), 3)
        );
        assert_eq!(printed(pod(json!({"terminated": {"exitCode": 2}}))).0, "Init:ExitCode:2");
    }

    #[test]
    fn a_started_sidecar_counts_as_ready() {
        let pod = json!({"spec": {"initContainers": [{"name": "s", "restartPolicy": "Always"}], "containers": [{"name": "a"}]}, "status": {"phase": "Running",
            "initContainerStatuses": [{"name": "s", "ready": true, "started": true, "restartCount": 1, "state": {"running": {}}}],
            "containerStatuses": [{"name": "a", "ready": true, "restartCount": 1, "state": {"running": {}}}]}});
        assert_eq!(printed(pod), ("Running".to_owned(), (2, 2), 2));
    }

    #[test]
    fn deletion_shows_only_while_the_pod_lives() {
        let pod = |phase: &str| json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "spec": {"containers": [{"name": "a"}]}, "status": {"phase": phase}});
        assert_eq!(printed(pod("Running")).0, "Terminating");
        assert_eq!(printed(pod("Failed")).0, "Failed");
    }
}
