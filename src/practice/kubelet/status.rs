//! The status the kubelet writes for a pod: container states, phase, conditions.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use super::pod::{Container, EPHEMERAL, Ended, Pod, Run, Sandbox, restarts, spec};
use crate::practice::field::{condition, deleting, fields, items, text};
use jiff::Timestamp;

const EPOCH: &str = "1970-01-01T00:00:00Z";

fn seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Everything of a pod that its status tells of, as a number that changes with it.
pub fn state(pod: &Pod) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&pod.start_time, &pod.host, &pod.ip, pod.ip_seen, pod.sandbox).hash(&mut hasher);
    (pod.terminating, pod.over, pod.verdict).hash(&mut hasher);
    for container in &pod.containers {
        (&container.name, container.part(), container.sidecar, container.passed).hash(&mut hasher);
        (&container.problem, container.ready, container.started).hash(&mut hasher);
        for run in &container.runs {
            (&run.id, run.number, run.started, &run.ended, &run.image, &run.image_id).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// The whole status of a pod as it stands.
pub fn of(object: &Value, pod: &Pod, now: Timestamp) -> Value {
    let statuses = |part: &str| {
        pod.containers
            .iter()
            .filter(|container| container.part() == part)
            .map(|container| container_status(object, pod, container))
            .collect::<Vec<_>>()
    };
    let (init, mut main, mut by_hand) = (statuses("initContainers"), statuses("containers"), statuses(EPHEMERAL));
    let old_phase = text(&object["status"]["phase"]);
    let phase = if matches!(old_phase, "Succeeded" | "Failed") {
        old_phase
    } else {
        phase(object, pod, &init, &main)
    };
    // The end is told only when nothing runs any more.
    let runs = !deleting(object) && pod.over && pod.containers.iter().any(Container::running);
    let phase = if runs && matches!(phase, "Succeeded" | "Failed") { "Running" } else { phase };
    let conditions = conditions(object, pod, phase, &init, &main, now);
    // The kubelet tells of containers in the order of their names, of those that begin a pod in that of the spec.
    for told in [&mut main, &mut by_hand] {
        told.sort_by(|one, other| text(&one["name"]).cmp(text(&other["name"])));
    }
    let mut status = fields([
        ("observedGeneration", object["metadata"]["generation"].clone()),
        ("phase", phase.into()),
        ("startTime", pod.start_time.as_str().into()),
        ("conditions", conditions.into()),
        ("containerStatuses", main.into()),
        ("resources", json!({})),
        (
            "qosClass",
            object["status"]["qosClass"].as_str().map_or_else(|| quality(object), str::to_owned).into(),
        ),
        ("hostIP", pod.host.as_str().into()),
        ("hostIPs", json!([{"ip": pod.host}])),
    ]);
    if !by_hand.is_empty() {
        status["ephemeralContainerStatuses"] = by_hand.into();
    }
    if pod.ip_seen {
        status["podIP"] = pod.ip.as_str().into();
        status["podIPs"] = json!([{"ip": pod.ip}]);
    }
    if let Some((reason, message)) = pod.verdict.filter(|_| phase == "Failed") {
        status["reason"] = reason.into();
        status["message"] = message.into();
    }
    if !init.is_empty() {
        status["initContainerStatuses"] = init.into();
    }
    status
}

fn terminated(run: &Run, ended: &Ended) -> Value {
    let mut state = fields([
        ("exitCode", ended.code.into()),
        ("reason", ended.reason.into()),
        ("startedAt", run.started.map_or_else(|| EPOCH.to_owned(), seconds).into()),
        ("finishedAt", seconds(ended.at).into()),
        ("containerID", format!("containerd://{}", run.id).into()),
    ]);
    if !ended.message.is_empty() {
        state["message"] = ended.message.as_str().into();
    }
    fields([("terminated", state)])
}

fn run_state(run: &Run) -> Value {
    match (&run.ended, run.started) {
        (Some(ended), _) => terminated(run, ended),
        (None, started) => fields([("running", fields([("startedAt", started.map(seconds).into())]))]),
    }
}

fn container_status(object: &Value, pod: &Pod, container: &Container) -> Value {
    let spec = spec(object, &container.name);
    let waits = if items(&object["spec"]["initContainers"]).is_empty() {
        "ContainerCreating"
    } else {
        "PodInitializing"
    };
    let mut status = fields([
        ("name", container.name.as_str().into()),
        ("ready", false.into()),
        ("started", false.into()),
        ("restartCount", 0.into()),
        ("image", spec["image"].clone()),
        ("imageID", "".into()),
        ("state", fields([("waiting", fields([("reason", waits.into())]))])),
        ("lastState", json!({})),
    ]);
    if let Some(run) = container.run() {
        status["state"] = run_state(run);
        status["restartCount"] = run.number.into();
        status["image"] = run.image.as_str().into();
        status["imageID"] = run.image_id.as_str().into();
        status["containerID"] = format!("containerd://{}", run.id).into();
        let user = spec["securityContext"]["runAsUser"]
            .as_i64()
            .or_else(|| object["spec"]["securityContext"]["runAsUser"].as_i64())
            .unwrap_or(0);
        status["user"] = json!({"linux": {"uid": user, "gid": 0, "supplementalGroups": [0]}});
        status["resources"] = spec.get("resources").cloned().unwrap_or_else(|| json!({}));
        if let Some(requests) = spec["resources"].get("requests") {
            status["allocatedResources"] = requests.clone();
        }
        if let Some(before) = container.runs.iter().rev().nth(1).filter(|before| before.ended.is_some()) {
            status["lastState"] = run_state(before);
        }
        let done = container.init && !container.sidecar && run.ended.as_ref().is_some_and(|ended| ended.code == 0);
        status["started"] = (run.ended.is_none() && container.started).into();
        status["ready"] = (done || run.ended.is_none() && container.started && container.ready && (container.main() || container.sidecar)).into();
    }
    if let Some((reason, message)) = container.problem.as_ref().filter(|_| awaits_start(object, pod, container)) {
        if container.ended().is_some() {
            status["lastState"] = status["state"].take();
        }
        let mut waiting = fields([("reason", (*reason).into())]);
        if !message.is_empty() {
            waiting["message"] = message.as_str().into();
        }
        status["state"] = fields([("waiting", waiting)]);
    }
    if let Some(status) = status.as_object_mut().filter(|_| container.ephemeral) {
        status.remove("started");
    }
    let mounts: Vec<Value> = items(&spec["volumeMounts"]).iter().map(mounted).collect();
    if !mounts.is_empty() {
        status["volumeMounts"] = mounts.into();
    }
    status
}

fn mounted(mount: &Value) -> Value {
    let mut status = json!({"name": mount["name"], "mountPath": mount["mountPath"]});
    if mount["readOnly"] == true {
        status["readOnly"] = true.into();
        status["recursiveReadOnly"] = "Disabled".into();
    }
    status
}

/// Whether the next sync is to start it: only then the last failure is shown.
fn awaits_start(object: &Value, pod: &Pod, container: &Container) -> bool {
    // Init containers that ended well are taken as done, even those that are started again.
    if container.init && container.ended().is_some_and(|ended| ended.code == 0) {
        return false;
    }
    let due = container
        .run()
        .is_none_or(|_| container.ended().is_some_and(|ended| restarts(object, container, ended.code)));
    due && !deleting(object) && !pod.terminating
}

/// The phase, from the containers' states.
fn phase(object: &Value, pod: &Pod, init: &[Value], main: &[Value]) -> &'static str {
    let never = object["spec"]["restartPolicy"] == "Never";
    let exit = |status: &Value| status["state"]["terminated"]["exitCode"].as_i64();
    if pod.verdict.is_some() {
        return "Failed";
    }
    let ordinary = |status: &&Value| {
        !pod.containers
            .iter()
            .any(|container| container.sidecar && status["name"] == container.name.as_str())
    };
    let failed_init = init.iter().filter(ordinary).any(|status| exit(status).is_some_and(|code| code != 0));
    if failed_init && (never || pod.over) {
        return "Failed";
    }
    if init.iter().filter(ordinary).any(|status| exit(status) != Some(0)) || !pod.initialized() {
        return if pod.over { "Failed" } else { "Pending" };
    }
    let (mut running, mut stopped, mut succeeded) = (0, 0, 0);
    for status in main {
        if !status["state"]["running"].is_null() {
            running += 1;
        } else if let Some(code) = exit(status) {
            stopped += 1;
            succeeded += usize::from(code == 0);
        } else if !status["lastState"]["terminated"].is_null() {
            stopped += 1;
        } else {
            return "Pending";
        }
    }
    match (running, stopped) {
        (1.., _) => "Running",
        (0, 0) => "Pending",
        _ if !pod.over && matches!(text(&object["spec"]["restartPolicy"]), "Always" | "") => "Running",
        _ if stopped == succeeded => "Succeeded",
        _ if pod.over || never => "Failed",
        _ => "Running",
    }
}

fn conditions(object: &Value, pod: &Pod, phase: &str, init: &[Value], main: &[Value], now: Timestamp) -> Vec<Value> {
    let sidecar = |status: &Value| {
        pod.containers
            .iter()
            .any(|container| container.sidecar && status["name"] == container.name.as_str())
    };
    // A container that stays has done its part once it has started; it then counts like a main one.
    let begun = init.iter().filter(|status| !sidecar(status) || status["started"] != true && !pod.initialized());
    let lasting = init.iter().filter(|status| sidecar(status)).chain(main);
    let (uninitialized, unready) = (unready(begun), unready(lasting));
    let readiness = match phase {
        "Running" if pod.verdict.is_some() => ("False", "PodFailed", String::new()),
        // A pod that never ran a container keeps the condition it had.
        "Failed" if pod.containers.iter().any(|container| !container.runs.is_empty()) && pod.initialized() => ("False", "PodFailed", String::new()),
        "Succeeded" => ("False", "PodCompleted", String::new()),
        _ if unready.is_empty() => ("True", "", String::new()),
        _ => ("False", "ContainersNotReady", format!("containers with unready status: [{unready}]")),
    };
    let ready = gated(object, &readiness);
    let initialization = match phase {
        _ if !uninitialized.is_empty() => (
            "False",
            "ContainersNotInitialized",
            format!("containers with incomplete status: [{uninitialized}]"),
        ),
        "Succeeded" => ("True", "PodCompleted", String::new()),
        _ => ("True", "", String::new()),
    };
    let sandbox = if pod.sandbox == Sandbox::Ready { "True" } else { "False" };
    let all = [
        ("PodReadyToStartContainers", (sandbox, "", String::new())),
        ("Initialized", initialization),
        ("Ready", ready),
        ("ContainersReady", readiness),
        ("PodScheduled", ("True", "", String::new())),
    ];
    let own: Vec<Value> = all
        .into_iter()
        .map(|(kind, (is, reason, message))| one(object, kind, is, reason, &message, now))
        .collect();
    // Conditions of others, such as those that readiness gates wait for, stay.
    let foreign = items(&object["status"]["conditions"]).iter();
    let foreign = foreign.filter(|condition| own.iter().all(|mine| mine["type"] != condition["type"])).cloned();
    let foreign: Vec<Value> = foreign.collect();
    foreign.into_iter().chain(own).collect()
}

/// The names of those that are not ready.
fn unready<'a>(statuses: impl Iterator<Item = &'a Value>) -> String {
    let unready = statuses.filter(|status| status["ready"] != true).map(|status| text(&status["name"]));
    unready.collect::<Vec<_>>().join(" ")
}

/// A condition's status, reason and message.
type Verdict = (&'static str, &'static str, String);

/// Readiness as the pod's gates have it: containers that are ready wait for the conditions that the gates name.
fn gated(object: &Value, containers: &Verdict) -> Verdict {
    if containers.0 != "True" {
        return containers.clone();
    }
    let mut missing = Vec::new();
    for gate in items(&object["spec"]["readinessGates"]) {
        let name = text(&gate["conditionType"]);
        let found = condition(object, name);
        if found.is_null() {
            missing.push(format!("corresponding condition of pod readiness gate {name:?} does not exist."));
        } else if found["status"] != "True" {
            missing.push(format!(
                "the status of pod readiness gate {name:?} is not \"True\", but {}",
                text(&found["status"])
            ));
        }
    }
    if missing.is_empty() {
        containers.clone()
    } else {
        ("False", "ReadinessGatesNotReady", missing.join(", "))
    }
}

/// Whether what the pod says of its readiness is no longer what its gates say (`pkg/kubelet/status` `NeedToReconcilePodReadiness`).
pub(super) fn behind_gates(object: &Value) -> bool {
    if items(&object["spec"]["readinessGates"]).is_empty() || condition(object, "ContainersReady")["status"] != "True" {
        return false;
    }
    condition(object, "Ready")["status"] != gated(object, &("True", "", String::new())).0
}

/// One condition; its transition time stays while its status does.
fn one(object: &Value, kind: &str, is: &str, reason: &str, message: &str, now: Timestamp) -> Value {
    let old = condition(object, kind);
    let since = if old["status"] == is {
        old["lastTransitionTime"].clone()
    } else {
        seconds(now).into()
    };
    let mut new = fields([
        ("type", kind.into()),
        ("observedGeneration", object["metadata"]["generation"].clone()),
        ("status", is.into()),
        ("lastProbeTime", Value::Null),
        ("lastTransitionTime", since),
    ]);
    for (field, value) in [("reason", reason), ("message", message)] {
        if !value.is_empty() {
            new[field] = value.into();
        }
    }
    new
}

/// The quality-of-service class, when the API server has not set it.
fn quality(object: &Value) -> String {
    let containers = items(&object["spec"]["containers"]);
    let has = |container: &Value, field: &str| container["resources"][field].as_object().is_some_and(|map| !map.is_empty());
    let guaranteed = |container: &Value| {
        let limits = &container["resources"]["limits"];
        ["cpu", "memory"].iter().all(|resource| {
            !limits[*resource].is_null()
                && container["resources"]["requests"]
                    .get(*resource)
                    .is_none_or(|request| request == &limits[*resource])
        })
    };
    if containers.iter().all(guaranteed) {
        "Guaranteed".to_owned()
    } else if containers.iter().any(|container| has(container, "requests") || has(container, "limits")) {
        "Burstable".to_owned()
    } else {
        "BestEffort".to_owned()
    }
}
