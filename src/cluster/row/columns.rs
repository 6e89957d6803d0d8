//! The columns that `kubectl get` prints for a kind, without NAME and AGE.

use serde_json::Value;

use super::service::{external_ip, ports, slice_endpoints, slice_ports};
use super::{list, time, words};
use crate::text;

type Column = (&'static str, String);

/// Headings and values.
pub fn columns(kind: &str, object: &Value) -> Vec<Column> {
    let (spec, status) = (&object["spec"], &object["status"]);
    match kind {
        "Deployment" => vec![
            ("READY", format!("{}/{}", count(&status["readyReplicas"]), desired(spec))),
            ("UP-TO-DATE", count(&status["updatedReplicas"])),
            ("AVAILABLE", count(&status["availableReplicas"])),
        ],
        "ReplicaSet" => vec![
            ("DESIRED", desired(spec)),
            ("CURRENT", count(&status["replicas"])),
            ("READY", count(&status["readyReplicas"])),
        ],
        "StatefulSet" => vec![("READY", format!("{}/{}", count(&status["readyReplicas"]), desired(spec)))],
        "DaemonSet" => daemon_set(spec, status),
        "Service" => vec![
            ("TYPE", words(&spec["type"])),
            ("CLUSTER-IP", or_none(words(&spec["clusterIP"]))),
            ("EXTERNAL-IP", external_ip(object)),
            ("PORT(S)", ports(spec)),
        ],
        "EndpointSlice" => vec![
            ("ADDRESSTYPE", words(&object["addressType"])),
            ("PORTS", slice_ports(object)),
            ("ENDPOINTS", slice_endpoints(object)),
        ],
        "Job" => vec![
            ("STATUS", job_status(object)),
            ("COMPLETIONS", completions(object)),
            ("DURATION", duration(status)),
        ],
        "CronJob" => vec![
            ("SCHEDULE", words(&spec["schedule"])),
            ("TIMEZONE", or_none(words(&spec["timeZone"]))),
            ("SUSPEND", if spec["suspend"] == true { "True" } else { "False" }.to_owned()),
            ("ACTIVE", list(&status["active"]).count().to_string()),
        ],
        "ConfigMap" => vec![("DATA", (entries(&object["data"]) + entries(&object["binaryData"])).to_string())],
        "Secret" => vec![("TYPE", words(&object["type"])), ("DATA", entries(&object["data"]).to_string())],
        "PersistentVolumeClaim" => claim(object),
        "ResourceQuota" => vec![("REQUEST", quota(status, false)), ("LIMIT", quota(status, true))],
        "Namespace" => vec![("STATUS", words(&status["phase"]))],
        _ => Vec::new(),
    }
}

fn daemon_set(spec: &Value, status: &Value) -> Vec<Column> {
    let selector = spec["template"]["spec"]["nodeSelector"].as_object();
    let nodes = selector
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{}={}", text::clean(key), words(value)))
        .collect::<Vec<_>>();
    vec![
        ("DESIRED", count(&status["desiredNumberScheduled"])),
        ("CURRENT", count(&status["currentNumberScheduled"])),
        ("READY", count(&status["numberReady"])),
        ("UP-TO-DATE", count(&status["updatedNumberScheduled"])),
        ("AVAILABLE", count(&status["numberAvailable"])),
        ("NODE SELECTOR", or_none(nodes.join(","))),
    ]
}

fn claim(object: &Value) -> Vec<Column> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let phase = if object["metadata"]["deletionTimestamp"].is_null() {
        words(&status["phase"])
    } else {
        "Terminating".to_owned()
    };
    let bound = spec["volumeName"].as_str().is_some_and(|name| !name.is_empty());
    let short = |mode: &Value| match mode.as_str() {
        Some("ReadWriteOnce") => "RWO".to_owned(),
        Some("ReadOnlyMany") => "ROX".to_owned(),
        Some("ReadWriteMany") => "RWX".to_owned(),
        Some("ReadWriteOncePod") => "RWOP".to_owned(),
        _ => words(mode),
    };
    vec![
        ("STATUS", phase),
        ("VOLUME", words(&spec["volumeName"])),
        ("CAPACITY", if bound { words(&status["capacity"]["storage"]) } else { String::new() }),
        (
            "ACCESS MODES",
            if bound {
                list(&status["accessModes"]).map(short).collect::<Vec<_>>().join(",")
            } else {
                String::new()
            },
        ),
        ("STORAGECLASS", words(&spec["storageClassName"])),
        (
            "VOLUMEATTRIBUTESCLASS",
            if spec["volumeAttributesClassName"].is_null() {
                "<unset>".to_owned()
            } else {
                words(&spec["volumeAttributesClassName"])
            },
        ),
    ]
}

fn job_status(job: &Value) -> String {
    let holds = |kind: &str| list(&job["status"]["conditions"]).any(|c| c["type"] == kind && c["status"] == "True");
    let first = ["Complete", "Failed"].into_iter().find(|kind| holds(kind));
    let deleting = !job["metadata"]["deletionTimestamp"].is_null();
    let then = || ["Suspended", "FailureTarget", "SuccessCriteriaMet"].into_iter().find(|kind| holds(kind));
    first.or(deleting.then_some("Terminating")).or_else(then).unwrap_or("Running").to_owned()
}

fn completions(job: &Value) -> String {
    let (spec, done) = (&job["spec"], count(&job["status"]["succeeded"]));
    match (spec["completions"].as_i64(), spec["parallelism"].as_i64().unwrap_or(0)) {
        (Some(wanted), _) => format!("{done}/{wanted}"),
        (None, parallel) if parallel > 1 => format!("{done}/1 of {parallel}"),
        _ => format!("{done}/1"),
    }
}

/// Of a finished job only: a row does not know the present.
fn duration(status: &Value) -> String {
    match (time(&status["startTime"]), time(&status["completionTime"])) {
        (Some(start), Some(end)) => text::age(end.duration_since(start).as_secs()),
        _ => String::new(),
    }
}

fn quota(status: &Value, limits: bool) -> String {
    let hard = status["hard"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| name.starts_with("limits.") == limits);
    hard.map(|(name, hard)| format!("{}: {}/{}", text::clean(name), words(&status["used"][name]), words(hard)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn count(value: &Value) -> String {
    value.as_i64().unwrap_or(0).to_string()
}

fn desired(spec: &Value) -> String {
    spec["replicas"].as_i64().unwrap_or(1).to_string()
}

fn entries(value: &Value) -> usize {
    value.as_object().map_or(0, serde_json::Map::len)
}

fn or_none(text: String) -> String {
    if text.is_empty() { "<none>".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(kind: &str, object: &Value) -> String {
        columns(kind, object)
            .into_iter()
            .map(|(heading, value)| format!("{heading}={value}"))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn columns_are_kubectls() {
        let table = [
            (
                "Deployment",
                json!({"spec": {"replicas": 2}, "status": {"readyReplicas": 1, "updatedReplicas": 2}}),
                "READY=1/2 UP-TO-DATE=2 AVAILABLE=0",
            ),
            (
                "ReplicaSet",
                json!({"spec": {"replicas": 0}, "status": {"replicas": 1}}),
                "DESIRED=0 CURRENT=1 READY=0",
            ),
            (
                "Service",
                json!({"spec": {"type": "NodePort", "clusterIP": "10.0.0.1", "ports": [{"port": 80, "nodePort": 30080, "protocol": "TCP"}]}}),
                "TYPE=NodePort CLUSTER-IP=10.0.0.1 EXTERNAL-IP=<none> PORT(S)=80:30080/TCP",
            ),
            (
                "Service",
                json!({"spec": {"type": "LoadBalancer", "clusterIP": "None"}}),
                "TYPE=LoadBalancer CLUSTER-IP=None EXTERNAL-IP=<pending> PORT(S)=<none>",
            ),
            (
                "EndpointSlice",
                json!({"addressType": "IPv4", "ports": [{"port": 80}], "endpoints": [{"addresses": ["a", "b"]}, {"addresses": ["c", "d"]}]}),
                "ADDRESSTYPE=IPv4 PORTS=80 ENDPOINTS=a,b,c + 1 more...",
            ),
            (
                "EndpointSlice",
                json!({"addressType": "IPv4", "ports": null, "endpoints": null}),
                "ADDRESSTYPE=IPv4 PORTS=<unset> ENDPOINTS=<unset>",
            ),
            (
                "Job",
                json!({"spec": {"completions": 1}, "status": {"succeeded": 1, "startTime": "2026-01-01T00:00:00Z", "completionTime": "2026-01-01T00:00:07Z",
                    "conditions": [{"type": "SuccessCriteriaMet", "status": "True"}, {"type": "Complete", "status": "True"}]}}),
                "STATUS=Complete COMPLETIONS=1/1 DURATION=7s",
            ),
            ("ConfigMap", json!({"data": {"a": "", "b": ""}}), "DATA=2"),
            (
                "PersistentVolumeClaim",
                json!({"spec": {"storageClassName": "fast"}, "status": {"phase": "Pending"}}),
                "STATUS=Pending VOLUME= CAPACITY= ACCESS MODES= STORAGECLASS=fast VOLUMEATTRIBUTESCLASS=<unset>",
            ),
        ];
        for (kind, object, want) in table {
            assert_eq!(shown(kind, &object), want);
        }
    }
}
