//! The columns that `kubectl get` prints for a kind, without NAME and AGE.

use serde_json::Value;

use super::service::{balancer, external_ip, hosts, ports, slice_endpoints, slice_ports};
use super::wide::selector;
use super::{list, storage, time, words};
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
        "PersistentVolumeClaim" => storage::claim(object),
        "PersistentVolume" => storage::volume(object),
        "StorageClass" => storage::class(object),
        "Ingress" => vec![
            ("CLASS", or_none(words(&spec["ingressClassName"]))),
            ("HOSTS", hosts(spec)),
            ("ADDRESS", balancer(object)),
            ("PORTS", if list(&spec["tls"]).next().is_some() { "80, 443" } else { "80" }.to_owned()),
        ],
        "NetworkPolicy" => vec![("POD-SELECTOR", selector(&spec["podSelector"]))],
        "RoleBinding" | "ClusterRoleBinding" => vec![("ROLE", format!("{}/{}", words(&object["roleRef"]["kind"]), words(&object["roleRef"]["name"])))],
        "HorizontalPodAutoscaler" => autoscaler(spec, status),
        "PodDisruptionBudget" => vec![
            ("MIN AVAILABLE", either(&spec["minAvailable"], "N/A")),
            ("MAX UNAVAILABLE", either(&spec["maxUnavailable"], "N/A")),
            ("ALLOWED DISRUPTIONS", count(&status["disruptionsAllowed"])),
        ],
        "PriorityClass" => vec![
            ("VALUE", count(&object["value"])),
            ("GLOBAL-DEFAULT", (object["globalDefault"] == true).to_string()),
        ],
        "ResourceQuota" => vec![("REQUEST", quota(status, false)), ("LIMIT", quota(status, true))],
        "Node" => vec![
            ("STATUS", node_status(object)),
            ("ROLES", roles(object)),
            ("VERSION", words(&status["nodeInfo"]["kubeletVersion"])),
        ],
        "Namespace" => vec![("STATUS", words(&status["phase"]))],
        _ => Vec::new(),
    }
}

/// Of an autoscaler: what it scales, and its first two metrics.
fn autoscaler(spec: &Value, status: &Value) -> Vec<Column> {
    let target = &spec["scaleTargetRef"];
    let seen: Vec<&Value> = list(&status["currentMetrics"]).collect();
    let all: Vec<String> = list(&spec["metrics"])
        .enumerate()
        .map(|(at, wanted)| metric(wanted, seen.get(at).copied().unwrap_or(&Value::Null)))
        .collect();
    let targets = match all.len() {
        0..=2 => or_none(all.join(", ")),
        more => format!("{} + {} more...", all[..2].join(", "), more - 2),
    };
    vec![
        ("REFERENCE", format!("{}/{}", words(&target["kind"]), words(&target["name"]))),
        ("TARGETS", targets),
        ("MINPODS", either(&spec["minReplicas"], "<unset>")),
        ("MAXPODS", count(&spec["maxReplicas"])),
        ("REPLICAS", count(&status["currentReplicas"])),
    ]
}

/// `cpu: 12%/50%`
fn metric(wanted: &Value, seen: &Value) -> String {
    let source = match wanted["type"].as_str() {
        Some("ContainerResource") => "containerResource",
        Some("Resource") => "resource",
        Some("Pods") => "pods",
        Some("Object") => "object",
        _ => "external",
    };
    let (target, now) = (&wanted[source]["target"], &seen[source]["current"]);
    let name = wanted[source]["name"]
        .as_str()
        .map(|name| format!("{}: ", text::clean(name)))
        .unwrap_or_default();
    if target["averageUtilization"].is_number() {
        let percent = |value: &Value| value.as_i64().map_or_else(|| "<unknown>".to_owned(), |share| format!("{share}%"));
        return format!("{name}{}/{}", percent(&now["averageUtilization"]), percent(&target["averageUtilization"]));
    }
    let field = if target["averageValue"].is_null() { "value" } else { "averageValue" };
    format!("{name}{}/{}", either(&now[field], "<unknown>"), either(&target[field], "<unknown>"))
}

/// A number or a text, or what stands for none.
fn either(value: &Value, none: &str) -> String {
    match value {
        Value::Null => none.to_owned(),
        Value::String(_) => words(value),
        other => other.to_string(),
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

fn node_status(node: &Value) -> String {
    let ready = list(&node["status"]["conditions"]).find(|condition| condition["type"] == "Ready");
    let status = match ready.and_then(|ready| ready["status"].as_str()) {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    };
    let cordoned = if node["spec"]["unschedulable"] == true { ",SchedulingDisabled" } else { "" };
    format!("{status}{cordoned}")
}

/// The roles that a node's labels give it.
fn roles(node: &Value) -> String {
    let labels = node["metadata"]["labels"].as_object().into_iter().flatten();
    let roles = labels.filter_map(|(label, _)| label.strip_prefix("node-role.kubernetes.io/").map(text::clean));
    or_none(roles.collect::<Vec<_>>().join(","))
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
                "HorizontalPodAutoscaler",
                json!({"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 5,
                    "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]}}),
                "REFERENCE=Deployment/web TARGETS=cpu: <unknown>/50% MINPODS=<unset> MAXPODS=5 REPLICAS=0",
            ),
            (
                "Ingress",
                json!({"spec": {"rules": [{"host": "a.example"}, {}], "tls": [{}]}, "status": {"loadBalancer": {"ingress": [{"ip": "10.0.0.9"}]}}}),
                "CLASS=<none> HOSTS=a.example ADDRESS=10.0.0.9 PORTS=80, 443",
            ),
            ("NetworkPolicy", json!({"spec": {"podSelector": {}}}), "POD-SELECTOR=<none>"),
            (
                "PersistentVolume",
                json!({"spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "claimRef": {"namespace": "lab", "name": "data"}},
                    "status": {"phase": "Bound"}}),
                "CAPACITY=1Gi ACCESS MODES=RWO RECLAIM POLICY= STATUS=Bound CLAIM=lab/data STORAGECLASS= VOLUMEATTRIBUTESCLASS=<unset> REASON=",
            ),
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
