//! READY, STATUS and RESTARTS of a Pod as `kubectl get` shows them.

use jiff::Timestamp;
use serde_json::Value;

use super::table::age;

/// What a Pod's row shows.
#[derive(Debug, PartialEq, Eq)]
pub struct Shown {
    pub ready: String,
    pub status: String,
    pub restarts: String,
}

/// Counts over the containers that a row tells of.
#[derive(Default)]
struct Tally {
    restarts: i64,
    /// When the last of them ended that was started again.
    ended: Option<String>,
    ready: usize,
}

impl Tally {
    fn count(&mut self, status: &Value) {
        self.restarts += status["restartCount"].as_i64().unwrap_or(0);
        let ended = status["lastState"]["terminated"]["finishedAt"].as_str().map(str::to_owned);
        self.ended = self.ended.take().max(ended);
    }
}

pub fn shown(pod: &Value, now: Timestamp) -> Shown {
    let status = &pod["status"];
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let mut state = text(&status["reason"])
        .or_else(|| text(&status["phase"]))
        .unwrap_or_else(|| "Unknown".to_owned());
    if condition(pod, "PodScheduled").is_some_and(|one| one["reason"] == "SchedulingGated") {
        state = "SchedulingGated".to_owned();
    }
    let (mut init, mut main) = (Tally::default(), Tally::default());
    let stopped = init_state(pod, &mut init, &mut main);
    let initialized = condition(pod, "Initialized").is_some_and(|one| one["status"] == "True");
    if let Some(stopped) = &stopped {
        state.clone_from(stopped);
    }
    let tally = if stopped.is_none() || initialized {
        state = main_state(pod, state, &mut main);
        main
    } else {
        init
    };
    if !pod["metadata"]["deletionTimestamp"].is_null() {
        if status["reason"] == "NodeLost" {
            state = "Unknown".to_owned();
        } else if !matches!(status["phase"].as_str(), Some("Succeeded" | "Failed")) {
            state = "Terminating".to_owned();
        }
    }
    let total = list(&pod["spec"], "containers").len() + list(&pod["spec"], "initContainers").iter().filter(|one| sidecar(one)).count();
    let since = tally
        .ended
        .filter(|_| tally.restarts > 0)
        .map(|ended| format!(" ({} ago)", age(&ended.into(), now)));
    Shown {
        ready: format!("{}/{total}", tally.ready),
        status: state,
        restarts: format!("{}{}", tally.restarts, since.unwrap_or_default()),
    }
}

fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object[field].as_array().map_or(&[], Vec::as_slice)
}

fn condition<'a>(pod: &'a Value, kind: &str) -> Option<&'a Value> {
    list(&pod["status"], "conditions").iter().find(|one| one["type"] == kind)
}

fn sidecar(container: &Value) -> bool {
    container["restartPolicy"] == "Always"
}

/// The first init container that is not done, in words.
fn init_state(pod: &Value, init: &mut Tally, main: &mut Tally) -> Option<String> {
    let specs = list(&pod["spec"], "initContainers");
    for (index, status) in list(&pod["status"], "initContainerStatuses").iter().enumerate() {
        init.count(status);
        let restartable = specs.iter().any(|one| one["name"] == status["name"] && sidecar(one));
        if restartable {
            main.count(status);
        }
        let state = &status["state"];
        let ended = &state["terminated"];
        if ended.is_object() && ended["exitCode"] == 0 {
            continue;
        }
        if restartable && status["started"] == true {
            main.ready += usize::from(status["ready"] == true);
            continue;
        }
        let waiting = state["waiting"]["reason"]
            .as_str()
            .filter(|reason| !reason.is_empty() && *reason != "PodInitializing");
        return Some(match (ended.is_object(), waiting) {
            (true, _) => format!("Init:{}", ending(ended)),
            (false, Some(reason)) => format!("Init:{reason}"),
            (false, None) => format!("Init:{index}/{}", specs.len()),
        });
    }
    None
}

/// Why a container ended, in words.
fn ending(terminated: &Value) -> String {
    match (
        terminated["reason"].as_str().filter(|reason| !reason.is_empty()),
        terminated["signal"].as_i64().unwrap_or(0),
    ) {
        (Some(reason), _) => reason.to_owned(),
        (None, 0) => format!("ExitCode:{}", terminated["exitCode"]),
        (None, signal) => format!("Signal:{signal}"),
    }
}

/// The state of the main containers, the first of them winning.
fn main_state(pod: &Value, mut state: String, tally: &mut Tally) -> String {
    let (mut running, mut failed) = (false, None);
    for status in list(&pod["status"], "containerStatuses").iter().rev() {
        tally.count(status);
        let ended = &status["state"]["terminated"];
        if let Some(reason) = status["state"]["waiting"]["reason"].as_str().filter(|reason| !reason.is_empty()) {
            state = reason.to_owned();
        } else if ended.is_object() {
            state = ending(ended);
            if ended["exitCode"] != 0 {
                failed = Some(state.clone());
            }
        } else if status["ready"] == true && status["state"]["running"].is_object() {
            running = true;
            tally.ready += 1;
        }
    }
    if state == "Completed" {
        let ready = condition(pod, "Ready").is_some_and(|one| one["status"] == "True");
        return match (running, failed) {
            (true, _) if ready => "Running".to_owned(),
            (_, Some(failed)) => failed,
            (true, None) => "NotReady".to_owned(),
            (false, None) => state,
        };
    }
    state
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(pod: Value) -> (String, String, String) {
        let shown = shown(&pod, "2026-01-01T00:01:00Z".parse().unwrap());
        (shown.ready, shown.status, shown.restarts)
    }

    fn texts(ready: &str, status: &str, restarts: &str) -> (String, String, String) {
        (ready.to_owned(), status.to_owned(), restarts.to_owned())
    }

    #[test]
    fn a_waiting_container_names_the_state() {
        let pod = json!({"spec": {"containers": [{"name": "a"}]}, "status": {"phase": "Running", "containerStatuses": [{"name": "a", "restartCount": 3,
            "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-01-01T00:00:48Z"}}}]}});
        assert_eq!(row(pod), texts("0/1", "CrashLoopBackOff", "3 (12s ago)"));
    }

    #[test]
    fn init_containers_come_first() {
        let pod = json!({"spec": {"initContainers": [{"name": "i"}, {"name": "j"}], "containers": [{"name": "a"}]}, "status": {"phase": "Pending",
            "initContainerStatuses": [{"name": "i", "restartCount": 0, "state": {"terminated": {"exitCode": 0}}}, {"name": "j", "state": {"running": {}}}],
            "containerStatuses": [{"name": "a", "state": {"waiting": {"reason": "PodInitializing"}}}]}});
        assert_eq!(row(pod), texts("0/1", "Init:1/2", "0"));
    }

    #[test]
    fn a_deleted_pod_is_terminating_until_it_ended() {
        let pod = |phase: &str| json!({"metadata": {"deletionTimestamp": "x"}, "spec": {"containers": [{"name": "a"}]}, "status": {"phase": phase}});
        assert_eq!(row(pod("Running")).1, "Terminating");
        assert_eq!(row(pod("Failed")).1, "Failed");
    }
}
