//! What a goal sees in the cluster at one moment, and how it says so.

use crate::cluster::snapshot::{ContainerRow, ContainerState, ObjectRow, PodRow};
use crate::scenario::clue::{Evidence, crash, living, rules};
use crate::scenario::{Test, Want};

/// One look at one goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub holds: bool,
    pub looked_at: String,
    pub saw: String,
}

impl Check {
    fn new(holds: bool, looked_at: impl Into<String>, saw: impl Into<String>) -> Self {
        Self {
            holds,
            looked_at: looked_at.into(),
            saw: saw.into(),
        }
    }
}

/// Looks at everything that rows can tell; None for a goal that only the cluster itself can answer.
#[must_use]
pub fn look(want: &Want, evidence: &Evidence) -> Option<Check> {
    match want {
        Want::SeenBroken | Want::Answers { .. } | Want::Can { .. } | Want::Runs { .. } => None,
        Want::Ready { kind, name } if kind == "Pod" => Some(pod_ready(name, evidence)),
        Want::Ready { kind, name } => Some(ready(kind, name, evidence)),
        Want::Quiet => Some(quiet(evidence)),
        Want::Pulls => Some(pulls(evidence)),
        Want::Endpoints { service, at_least } => Some(endpoints(service, *at_least, evidence)),
        Want::Condition { kind, name, condition, status } => Some(has_condition(kind, name, condition, status, evidence)),
        Want::Value { kind, name, path, test } => value(kind, name, path, test, evidence),
        Want::Gone { kind, name } => Some(gone(kind, name, evidence)),
    }
}

fn short(kind: &str, name: &str) -> String {
    format!("{}/{name}", kind.to_lowercase())
}

fn object<'a>(kind: &str, name: &str, evidence: &Evidence<'a>) -> Option<&'a ObjectRow> {
    evidence.snapshot.objects.values().find(|row| row.kind == kind && row.name == name)
}

/// What a pod does instead of being ready; its name, which is long, only where there are others.
fn state(pod: &PodRow, evidence: &Evidence) -> String {
    let does = match pod.status.as_str() {
        "Running" => "Running but not ready",
        status => status,
    };
    format!("{does}{}", which(pod, evidence))
}

/// ` (web-1)`, where more than one pod lives.
fn which(pod: &PodRow, evidence: &Evidence) -> String {
    match living(evidence.snapshot).len() {
        1 => String::new(),
        _ => format!(" ({})", pod.name),
    }
}

fn ready(kind: &str, name: &str, evidence: &Evidence) -> Check {
    let looked_at = format!("{} and its pods", short(kind, name));
    let Some(row) = object(kind, name, evidence).filter(|row| !row.deleting) else {
        return Check::new(false, looked_at, format!("there is no {}", short(kind, name)));
    };
    let replicas = row.replicas;
    let newest = if kind == "ReplicaSet" { replicas.current } else { replicas.updated };
    let count = format!("{} of {} ready", replicas.ready, replicas.desired);
    if replicas.desired == 0 {
        return Check::new(false, looked_at, "0 replicas are wanted");
    }
    if !replicas.observed {
        return Check::new(false, looked_at, format!("the last change is not taken up yet; {count}"));
    }
    let selected: Vec<&PodRow> = living(evidence.snapshot)
        .into_iter()
        .filter(|pod| row.selector.iter().all(|(key, value)| pod.labels.get(key) == Some(value)))
        .collect();
    if replicas.ready < replicas.desired || newest < replicas.desired {
        let why = selected.iter().find(|pod| !pod.is_ready).map_or_else(
            || {
                if selected.is_empty() {
                    "no pod yet".to_owned()
                } else {
                    "some are still of the old template".to_owned()
                }
            },
            |pod| state(pod, evidence),
        );
        return Check::new(false, looked_at, format!("{why}; {count}"));
    }
    let crashing = selected
        .iter()
        .find(|pod| pod.containers.iter().any(|container| crash::is_crashing(pod, container, evidence.now)));
    if let Some(pod) = crashing {
        return Check::new(false, looked_at, format!("just restarted{}; {count}", which(pod, evidence)));
    }
    if replicas.current != replicas.desired || newest != replicas.current {
        return Check::new(false, looked_at, format!("old pods are not gone yet: {} live; {count}", replicas.current));
    }
    Check::new(true, looked_at, count)
}

fn pod_ready(name: &str, evidence: &Evidence) -> Check {
    let looked_at = format!("pod/{name}");
    match living(evidence.snapshot).into_iter().find(|pod| pod.name == name) {
        None => Check::new(false, looked_at, format!("there is no pod/{name}")),
        Some(pod) if pod.is_ready => Check::new(true, looked_at, "ready"),
        Some(pod) => Check::new(false, looked_at, state(pod, evidence)),
    }
}

fn quiet(evidence: &Evidence) -> Check {
    let looked_at = "restarts and Warnings of the pods";
    if let Some((pod, container)) = crash::crashing(&living(evidence.snapshot), evidence.now) {
        let times = match container.restarts {
            0 => "ended".to_owned(),
            1 => "restarted once".to_owned(),
            2 => "restarted twice".to_owned(),
            times => format!("restarted {times} times"),
        };
        return Check::new(false, looked_at, format!("container {} {times}{}", container.name, which(pod, evidence)));
    }
    let troubled = living(evidence.snapshot)
        .into_iter()
        .find(|pod| !pod.is_ready && !matches!(pod.phase.as_str(), "Succeeded" | "Failed"));
    match troubled {
        Some(pod) => Check::new(false, looked_at, state(pod, evidence)),
        None => Check::new(true, looked_at, "no restart and no new Warning"),
    }
}

fn pulls(evidence: &Evidence) -> Check {
    let looked_at = "the images of the pods";
    let containers = || {
        living(evidence.snapshot)
            .into_iter()
            .flat_map(|pod| pod.containers.iter().map(move |container| (pod, container)))
    };
    let started = |state: &ContainerState| {
        !matches!(state, ContainerState::Unknown)
            && !matches!(state, ContainerState::Waiting { reason, .. } if matches!(reason.as_str(), "ContainerCreating" | "PodInitializing" | ""))
    };
    let refused =
        |container: &ContainerRow| matches!(&container.state, ContainerState::Waiting { reason, .. } if rules::PULL_REASONS.contains(&reason.as_str()));
    let (mut all, mut have) = (0, 0);
    for (_, container) in containers() {
        all += 1;
        have += usize::from(started(&container.state) && !refused(container));
    }
    let count = format!("{have} of {all} containers have their image");
    match containers().find(|(_, container)| refused(container)) {
        Some((pod, _)) => Check::new(false, looked_at, format!("{}{}; {count}", pod.status, which(pod, evidence))),
        None => Check::new(all > 0 && have == all, looked_at, count),
    }
}

fn endpoints(service: &str, at_least: u32, evidence: &Evidence) -> Check {
    let looked_at = format!("the endpoints of service/{service}");
    if object("Service", service, evidence).is_none_or(|row| row.deleting) {
        return Check::new(false, looked_at, format!("there is no service/{service}"));
    }
    let slices = evidence
        .snapshot
        .of_kind("EndpointSlice")
        .filter(|row| !row.deleting && row.owner.as_ref().is_some_and(|(kind, name)| kind == "Service" && name == service));
    let (ready, not_ready) = slices.fold((0, 0), |(ready, not), row| (ready + row.endpoints.ready, not + row.endpoints.not_ready));
    let saw = if not_ready > 0 {
        format!("{ready} ready, {not_ready} not ready")
    } else {
        format!("{ready} ready")
    };
    Check::new(ready >= at_least, looked_at, saw)
}

fn has_condition(kind: &str, name: &str, condition: &str, status: &str, evidence: &Evidence) -> Check {
    let looked_at = format!("condition {condition} of {}", short(kind, name));
    let pod = || {
        living(evidence.snapshot)
            .into_iter()
            .find(|pod| kind == "Pod" && pod.name == name)
            .map(|pod| (&pod.conditions, None))
    };
    let row = || {
        object(kind, name, evidence)
            .filter(|row| !row.deleting)
            .map(|row| (&row.conditions, row.columns.iter().find(|(heading, _)| heading == "STATUS")))
    };
    let Some((conditions, shown)) = pod().or_else(row) else {
        return Check::new(false, looked_at, format!("there is no {}", short(kind, name)));
    };
    if let Some(found) = conditions.iter().find(|found| found.kind == condition) {
        return Check::new(
            found.status == status,
            looked_at,
            format!("{}={} {}", found.kind, found.status, found.reason).trim_end().to_owned(),
        );
    }
    // a claim or a namespace has a phase, which kubectl shows as its STATUS
    match shown {
        Some((_, phase)) => Check::new((phase == condition) == (status == "True"), looked_at, phase.clone()),
        None => Check::new(status != "True", looked_at, "not set yet"),
    }
}

/// A few fields are in the rows; others must be read from the object.
fn value(kind: &str, name: &str, path: &str, test: &Test, evidence: &Evidence) -> Option<Check> {
    let row = object(kind, name, evidence)?;
    let number = match path {
        "spec.replicas" => row.replicas.desired,
        "status.readyReplicas" => row.replicas.ready,
        "status.availableReplicas" => row.replicas.available,
        _ => return None,
    };
    Some(Check::new(
        test.holds(Some(&number.into())),
        format!("{path} of {}", short(kind, name)),
        number.to_string(),
    ))
}

fn gone(kind: &str, name: &str, evidence: &Evidence) -> Check {
    let looked_at = short(kind, name);
    let pod = kind == "Pod" && evidence.snapshot.pods.values().any(|pod| pod.name == name);
    match object(kind, name, evidence) {
        Some(row) if row.deleting => Check::new(false, looked_at, "it is being deleted"),
        None if !pod => Check::new(true, looked_at, "it is gone"),
        _ => Check::new(false, looked_at, "it is still there"),
    }
}
