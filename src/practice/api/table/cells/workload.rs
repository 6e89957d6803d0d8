//! Rows of Pods and of what makes them.

use serde_json::{Value, json};

use super::super::super::pod_status;
use super::super::age::{age, human};
use super::{Seen, count, joined, labels, list, or, selector, truth};
use crate::practice::field::{condition, instant};
use crate::practice::kind::Kind;

pub fn row(kind: &Kind, seen: &Seen) -> Option<Value> {
    let Seen {
        name,
        age,
        spec,
        status,
        object,
        ..
    } = seen;
    let (containers, images) = containers(&spec["template"]["spec"]);
    Some(match kind.built_in() {
        "Pod" => pod(seen),
        "PodTemplate" => {
            let (containers, images) = self::containers(&object["template"]["spec"]);
            json!([name, containers, images, labels(&object["template"]["metadata"]["labels"])])
        }
        "Deployment" => {
            let ready = format!("{}/{}", count(&status["readyReplicas"]), count(&spec["replicas"]));
            let (updated, available) = (count(&status["updatedReplicas"]), count(&status["availableReplicas"]));
            let chosen = selector(&spec["selector"]);
            let chosen = if chosen == "<none>" { String::new() } else { chosen };
            json!([name, ready, updated, available, age, containers, images, chosen])
        }
        "ReplicaSet" | "ReplicationController" => {
            let chosen = if kind.built_in() == "ReplicaSet" {
                selector(&spec["selector"])
            } else {
                labels(&spec["selector"])
            };
            let (wanted, there, ready) = (count(&spec["replicas"]), count(&status["replicas"]), count(&status["readyReplicas"]));
            json!([name, wanted, there, ready, age, containers, images, chosen])
        }
        "StatefulSet" => {
            let ready = format!("{}/{}", count(&status["readyReplicas"]), count(&spec["replicas"]));
            json!([name, ready, age, containers, images])
        }
        "DaemonSet" => {
            let nodes = labels(&spec["template"]["spec"]["nodeSelector"]);
            json!([
                name,
                count(&status["desiredNumberScheduled"]),
                count(&status["currentNumberScheduled"]),
                count(&status["numberReady"]),
                count(&status["updatedNumberScheduled"]),
                count(&status["numberAvailable"]),
                nodes,
                age,
                containers,
                images,
                selector(&spec["selector"])
            ])
        }
        "Job" => json!([
            name,
            job_state(object),
            completions(spec, status),
            duration(seen),
            age,
            containers,
            images,
            selector(&spec["selector"])
        ]),
        "CronJob" => cron_job(seen),
        "ControllerRevision" => json!([name, owner(object), count(&object["revision"]), age]),
        "HorizontalPodAutoscaler" => autoscaler(seen),
        "PodDisruptionBudget" => {
            let number = |value: &Value| if value.is_null() { "N/A".to_owned() } else { plain(value) };
            json!([
                name,
                number(&spec["minAvailable"]),
                number(&spec["maxUnavailable"]),
                count(&status["disruptionsAllowed"]),
                age
            ])
        }
        _ => return None,
    })
}

/// A number or a text, as text.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The names and the images of a Pod spec's containers.
fn containers(spec: &Value) -> (String, String) {
    let each = |field: &'static str| joined(list(spec, "containers").iter().filter_map(move |one| one[field].as_str()));
    (each("name"), each("image"))
}

fn pod(seen: &Seen) -> Value {
    let Seen {
        name,
        age,
        spec,
        status,
        object,
        now,
    } = seen;
    let shown = pod_status::shown(object, *now);
    let gates = list(spec, "readinessGates");
    let open = gates
        .iter()
        .filter(|gate| condition(object, or(&gate["conditionType"], ""))["status"] == "True")
        .count();
    let gates = if gates.is_empty() {
        "<none>".to_owned()
    } else {
        format!("{open}/{}", gates.len())
    };
    let (ip, node, nominated) = (
        or(&status["podIP"], "<none>"),
        or(&spec["nodeName"], "<none>"),
        or(&status["nominatedNodeName"], "<none>"),
    );
    json!([name, shown.ready, shown.status, shown.restarts, age, ip, node, nominated, gates])
}

fn job_state(job: &Value) -> &'static str {
    let holds = |kind: &str| condition(job, kind)["status"] == "True";
    if holds("Complete") {
        return "Complete";
    }
    if holds("Failed") {
        return "Failed";
    }
    if !job["metadata"]["deletionTimestamp"].is_null() {
        return "Terminating";
    }
    [
        ("Suspended", "Suspended"),
        ("FailureTarget", "FailureTarget"),
        ("SuccessCriteriaMet", "SuccessCriteriaMet"),
    ]
    .into_iter()
    .find(|(kind, _)| holds(kind))
    .map_or("Running", |(_, state)| state)
}

fn completions(spec: &Value, status: &Value) -> String {
    let done = count(&status["succeeded"]);
    match (spec["completions"].as_i64(), spec["parallelism"].as_i64().unwrap_or(0)) {
        (Some(wanted), _) => format!("{done}/{wanted}"),
        (None, side) if side > 1 => format!("{done}/1 of {side}"),
        (None, _) => format!("{done}/1"),
    }
}

fn duration(seen: &Seen) -> String {
    let Some(start) = instant(&seen.status["startTime"]) else {
        return String::new();
    };
    let end = instant(&seen.status["completionTime"]).unwrap_or(seen.now);
    human(end.duration_since(start).as_secs())
}

fn cron_job(seen: &Seen) -> Value {
    let Seen { name, spec, status, .. } = seen;
    let last = match &status["lastScheduleTime"] {
        Value::Null => "<none>".to_owned(),
        time => age(time, seen.now),
    };
    let job = &spec["jobTemplate"]["spec"];
    let (containers, images) = containers(&job["template"]["spec"]);
    json!([
        name,
        spec["schedule"],
        or(&spec["timeZone"], "<none>"),
        if truth(&spec["suspend"], false) { "True" } else { "False" },
        list(status, "active").len(),
        last,
        seen.age,
        containers,
        images,
        selector(&job["selector"])
    ])
}

/// The owner of a revision, with its kind and group.
fn owner(object: &Value) -> String {
    let Some(owner) = crate::practice::field::controller(object) else {
        return "<none>".to_owned();
    };
    let kind = or(&owner["kind"], "").to_lowercase();
    let group = or(&owner["apiVersion"], "")
        .split_once('/')
        .map(|(group, _)| format!(".{group}"))
        .unwrap_or_default();
    format!("{kind}{group}/{}", or(&owner["name"], ""))
}

fn autoscaler(seen: &Seen) -> Value {
    let Seen { name, age, spec, status, .. } = seen;
    let target = &spec["scaleTargetRef"];
    let reference = format!("{}/{}", or(&target["kind"], ""), or(&target["name"], ""));
    let least = spec["minReplicas"].as_i64().map_or("<unset>".to_owned(), |number| number.to_string());
    let current = list(status, "currentMetrics");
    let all: Vec<String> = list(spec, "metrics")
        .iter()
        .enumerate()
        .map(|(at, one)| metric(one, current.get(at).unwrap_or(&Value::Null)))
        .collect();
    let targets = match all.len() {
        0 => "<none>".to_owned(),
        1 | 2 => all.join(", "),
        more => format!("{} + {} more...", all[..2].join(", "), more - 2),
    };
    json!([
        name,
        reference,
        targets,
        least,
        count(&spec["maxReplicas"]),
        count(&status["currentReplicas"]),
        age
    ])
}

/// What a metric is, and what it should be.
fn metric(wanted: &Value, current: &Value) -> String {
    let source = match or(&wanted["type"], "") {
        "External" => "external",
        "Pods" => "pods",
        "Object" => "object",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        _ => return "<unknown type>".to_owned(),
    };
    let (target, now) = (&wanted[source]["target"], &current[source]["current"]);
    let known = |value: &Value| if value.is_null() { "<unknown>".to_owned() } else { plain(value) };
    let percent = |value: &Value, none: &str| value.as_i64().map_or(none.to_owned(), |number| format!("{number}%"));
    let average = known(&now["averageValue"]);
    match (source, target["averageValue"].as_str()) {
        ("resource" | "containerResource", Some(value)) => format!("{}: {average}/{value}", or(&wanted[source]["name"], "")),
        ("resource" | "containerResource", None) => {
            let (now, target) = (
                percent(&now["averageUtilization"], "<unknown>"),
                percent(&target["averageUtilization"], "<auto>"),
            );
            format!("{}: {now}/{target}", or(&wanted[source]["name"], ""))
        }
        ("pods", value) => format!("{average}/{}", value.unwrap_or("0")),
        (_, Some(value)) => format!("{average}/{value} (avg)"),
        (_, None) => format!("{}/{}", known(&now["value"]), or(&target["value"], "0")),
    }
}
