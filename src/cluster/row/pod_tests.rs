//! kubectl's STATUS, READY and RESTARTS, as a decision table.

use serde_json::{Value, json};

use super::*;

fn pod(spec: Value, status: Value) -> PodRow {
    pod_row(&json!({"metadata": {"name": "web-1", "uid": "u"}, "spec": spec, "status": status}))
}

fn one(state: Value) -> PodRow {
    let statuses = json!([{"name": "app", "restartCount": 0, "ready": state["running"].is_object(), "state": state}]);
    pod(
        json!({"containers": [{"name": "app"}]}),
        json!({"phase": "Running", "containerStatuses": statuses}),
    )
}

fn init(statuses: Value) -> PodRow {
    let spec = json!({"initContainers": [{"name": "a"}, {"name": "b"}], "containers": [{"name": "app"}]});
    let app = json!([{"name": "app", "restartCount": 0, "ready": false, "state": {"waiting": {"reason": "PodInitializing"}}}]);
    pod(spec, json!({"phase": "Pending", "initContainerStatuses": statuses, "containerStatuses": app}))
}

#[test]
fn status_of_a_single_container() {
    let table = [
        (json!({"running": {}}), "Running"),
        (json!({"waiting": {"reason": "ImagePullBackOff"}}), "ImagePullBackOff"),
        (json!({"waiting": {}}), "Running"),
        (json!({"terminated": {"exitCode": 1, "reason": "Error"}}), "Error"),
        (json!({"terminated": {"exitCode": 137, "reason": "OOMKilled"}}), "OOMKilled"),
        (json!({"terminated": {"exitCode": 3}}), "ExitCode:3"),
        (json!({"terminated": {"exitCode": 137, "signal": 9}}), "Signal:9"),
        (json!({"terminated": {"exitCode": 0, "reason": "Completed"}}), "Completed"),
    ];
    for (state, want) in table {
        assert_eq!(one(state.clone()).status, want, "{state}");
    }
}

#[test]
fn phase_reason_and_gate_come_first() {
    assert_eq!(pod(json!({}), json!({"phase": "Failed", "reason": "Evicted"})).status, "Evicted");
    let gated = json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]});
    assert_eq!(pod(json!({}), gated).status, "SchedulingGated");
}

#[test]
fn init_containers_stop_at_the_first_that_is_not_done() {
    let done = json!({"name": "a", "restartCount": 0, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}});
    let second = |state: Value| init(json!([done, {"name": "b", "restartCount": 4, "state": state}]));
    assert_eq!(second(json!({"running": {}})).status, "Init:1/2");
    assert_eq!(second(json!({"waiting": {"reason": "PodInitializing"}})).status, "Init:1/2");
    assert_eq!(second(json!({"waiting": {"reason": "CrashLoopBackOff"}})).status, "Init:CrashLoopBackOff");
    assert_eq!(second(json!({"terminated": {"exitCode": 2, "reason": "Error"}})).status, "Init:Error");
    assert_eq!(second(json!({"terminated": {"exitCode": 2}})).status, "Init:ExitCode:2");
    assert_eq!(second(json!({"terminated": {"exitCode": 2, "signal": 6}})).status, "Init:Signal:6");
    assert_eq!(
        second(json!({"running": {}})).restarts,
        4,
        "restarts of init containers count while initialising"
    );
    assert_eq!(
        init(json!([done, {"name": "b", "restartCount": 4, "state": {"terminated": {"exitCode": 0}}}])).restarts,
        0
    );
}

#[test]
fn a_sidecar_counts_for_ready_and_restarts() {
    let spec = json!({"initContainers": [{"name": "log", "restartPolicy": "Always"}], "containers": [{"name": "app"}]});
    let sidecar = json!([{"name": "log", "restartCount": 2, "ready": true, "started": true, "state": {"running": {}},
        "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-01-01T00:00:09Z"}}}]);
    let app = json!([{"name": "app", "restartCount": 1, "ready": true, "state": {"running": {}},
        "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-01-01T00:00:05Z"}}}]);
    let row = pod(spec, json!({"phase": "Running", "initContainerStatuses": sidecar, "containerStatuses": app}));
    assert_eq!((row.status.as_str(), row.ready, row.restarts), ("Running", (2, 2), 3));
    assert_eq!(row.restarted, "2026-01-01T00:00:09Z".parse().ok());
}

#[test]
fn one_container_done_and_one_running() {
    let with = |exit: i64, reason: &str, ready: &str| {
        let statuses = json!([
            {"name": "a", "restartCount": 0, "ready": false, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
            {"name": "b", "restartCount": 0, "ready": true, "state": {"running": {}}},
            {"name": "c", "restartCount": 0, "ready": false, "state": {"terminated": {"exitCode": exit, "reason": reason}}},
        ]);
        let spec = json!({"containers": [{"name": "a"}, {"name": "b"}, {"name": "c"}]});
        pod(
            spec,
            json!({"phase": "Running", "containerStatuses": statuses, "conditions": [{"type": "Ready", "status": ready}]}),
        )
        .status
    };
    assert_eq!(with(0, "Completed", "True"), "Running");
    assert_eq!(with(0, "Completed", "False"), "NotReady");
    assert_eq!(with(1, "Error", "False"), "Error");
}

#[test]
fn deletion_overrules_all_but_a_finished_phase() {
    let deleted = |status: Value| pod_row(&json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "status": status})).status;
    assert_eq!(deleted(json!({"phase": "Running"})), "Terminating");
    assert_eq!(deleted(json!({"phase": "Running", "reason": "NodeLost"})), "Unknown");
    assert_eq!(deleted(json!({"phase": "Succeeded"})), "Succeeded");
}

#[test]
fn text_is_cleaned() {
    let row = one(json!({"waiting": {"reason": "Bad\u{1b}[31m", "message": "m\u{202e}x"}}));
    assert!(!row.status.contains('\u{1b}'), "{}", row.status);
    assert_eq!(
        row.containers[0].state,
        ContainerState::Waiting {
            reason: row.status.clone(),
            message: "mx".into()
        }
    );
}
