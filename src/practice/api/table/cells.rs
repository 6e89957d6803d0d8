//! The columns of each kind, and what an object shows in them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::pod_status;
use super::age::age;
use crate::practice::kind::Kind;

/// A column's head.
#[derive(Debug)]
pub struct Column {
    pub name: &'static str,
    /// The cell's JSON type.
    pub kind: &'static str,
    /// Shown only by `-o wide`.
    pub wide: bool,
}

/// The columns of a kind; `*` marks the wide ones, `#` the whole numbers.
pub fn columns(kind: &Kind) -> Vec<Column> {
    let names: &[&'static str] = match kind.kind {
        "Pod" => &[
            "Name",
            "Ready",
            "Status",
            "Restarts",
            "Age",
            "*IP",
            "*Node",
            "*Nominated Node",
            "*Readiness Gates",
        ],
        "Deployment" => &["Name", "Ready", "#Up-to-date", "#Available", "Age", "*Containers", "*Images", "*Selector"],
        "ReplicaSet" => &["Name", "#Desired", "#Current", "#Ready", "Age", "*Containers", "*Images", "*Selector"],
        "Service" => &["Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age", "*Selector"],
        "Event" => &[
            "Last Seen",
            "Type",
            "Reason",
            "Object",
            "*Subobject",
            "*Source",
            "Message",
            "*First Seen",
            "*#Count",
            "*Name",
        ],
        "Namespace" => &["Name", "Status", "Age"],
        "Node" => &[
            "Name",
            "Status",
            "Roles",
            "Age",
            "Version",
            "*Internal-IP",
            "*External-IP",
            "*OS-Image",
            "*Kernel-Version",
            "*Container-Runtime",
        ],
        "ConfigMap" => &["Name", "#Data", "Age"],
        "Secret" => &["Name", "Type", "#Data", "Age"],
        "EndpointSlice" => &["Name", "AddressType", "Ports", "Endpoints", "Age"],
        _ => &["Name", "Age"],
    };
    let column = |mark: &&'static str| {
        let (wide, name) = mark.strip_prefix('*').map_or((false, *mark), |name| (true, name));
        let (kind, name) = name.strip_prefix('#').map_or(("string", name), |name| ("integer", name));
        Column { name, kind, wide }
    };
    names.iter().map(column).collect()
}

/// The cells of an object.
pub fn row(kind: &Kind, object: &Value, now: Timestamp) -> Vec<Value> {
    let name = &object["metadata"]["name"];
    let age = age(&object["metadata"]["creationTimestamp"], now);
    let (spec, status) = (&object["spec"], &object["status"]);
    let count = |value: &Value| json!(value.as_i64().unwrap_or(0));
    let (containers, images, selector) = workload(spec);
    let cells = match kind.kind {
        "Pod" => {
            let shown = pod_status::shown(object, now);
            let text = |value: &Value| json!(value.as_str().filter(|text| !text.is_empty()).unwrap_or("<none>"));
            json!([
                name,
                shown.ready,
                shown.status,
                shown.restarts,
                age,
                text(&status["podIP"]),
                text(&spec["nodeName"]),
                text(&status["nominatedNodeName"]),
                "<none>"
            ])
        }
        "Deployment" => {
            let ready = format!("{}/{}", count(&status["readyReplicas"]), count(&spec["replicas"]));
            json!([
                name,
                ready,
                count(&status["updatedReplicas"]),
                count(&status["availableReplicas"]),
                age,
                containers,
                images,
                selector
            ])
        }
        "ReplicaSet" => json!([
            name,
            count(&spec["replicas"]),
            count(&status["replicas"]),
            count(&status["readyReplicas"]),
            age,
            containers,
            images,
            selector
        ]),
        "Service" => json!([
            name,
            spec["type"],
            none(&spec["clusterIP"]),
            external(spec),
            ports(spec),
            age,
            labels(&spec["selector"])
        ]),
        "Event" => return event(object, now),
        "Namespace" => json!([name, status["phase"], age]),
        "Node" => return node(object, &age),
        "ConfigMap" => json!([name, entries(&object["data"]) + entries(&object["binaryData"]), age]),
        "Secret" => json!([name, object["type"], entries(&object["data"]), age]),
        "EndpointSlice" => json!([name, object["addressType"], slice_ports(object), slice_addresses(object), age]),
        _ => json!([name, age]),
    };
    cells.as_array().cloned().unwrap_or_default()
}

fn none(value: &Value) -> Value {
    if value.as_str().is_none_or(str::is_empty) {
        "<none>".into()
    } else {
        value.clone()
    }
}

fn entries(map: &Value) -> usize {
    map.as_object().map_or(0, serde_json::Map::len)
}

fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object[field].as_array().map_or(&[], Vec::as_slice)
}

/// Container names, images and selector of a workload.
fn workload(spec: &Value) -> (String, String, String) {
    let containers = list(&spec["template"]["spec"], "containers");
    let join = |field: &str| containers.iter().filter_map(|one| one[field].as_str()).collect::<Vec<_>>().join(",");
    (join("name"), join("image"), labels(&spec["selector"]["matchLabels"]))
}

fn labels(map: &Value) -> String {
    let pairs: Vec<String> = map
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    if pairs.is_empty() { "<none>".to_owned() } else { pairs.join(",") }
}

fn external(spec: &Value) -> &str {
    match spec["type"].as_str() {
        Some("LoadBalancer") => "<pending>",
        Some("ExternalName") => spec["externalName"].as_str().unwrap_or_default(),
        _ => "<none>",
    }
}

fn ports(spec: &Value) -> String {
    let port = |port: &Value| match port["nodePort"].as_i64() {
        Some(node) if node > 0 => format!("{}:{node}/{}", port["port"], port["protocol"].as_str().unwrap_or("TCP")),
        _ => format!("{}/{}", port["port"], port["protocol"].as_str().unwrap_or("TCP")),
    };
    let all: Vec<String> = list(spec, "ports").iter().map(port).collect();
    if all.is_empty() { "<none>".to_owned() } else { all.join(",") }
}

fn slice_ports(slice: &Value) -> String {
    let all: Vec<String> = list(slice, "ports")
        .iter()
        .map(|port| if port["port"].is_null() { "*".to_owned() } else { port["port"].to_string() })
        .collect();
    if all.is_empty() { "<unset>".to_owned() } else { all.join(",") }
}

fn slice_addresses(slice: &Value) -> String {
    let all: Vec<&str> = list(slice, "endpoints")
        .iter()
        .flat_map(|one| list(one, "addresses"))
        .filter_map(Value::as_str)
        .collect();
    match all.len() {
        0 => "<unset>".to_owned(),
        1..=3 => all.join(","),
        more => format!("{} + {} more...", all[..3].join(","), more - 3),
    }
}

fn event(object: &Value, now: Timestamp) -> Vec<Value> {
    let about = &object["involvedObject"];
    let first = [&object["firstTimestamp"], &object["eventTime"]]
        .into_iter()
        .find(|time| time.is_string())
        .unwrap_or(&Value::Null);
    let last = [&object["series"]["lastObservedTime"], &object["lastTimestamp"]]
        .into_iter()
        .find(|time| time.is_string())
        .unwrap_or(first);
    let kind = about["kind"].as_str().unwrap_or_default().to_lowercase();
    let source = [&object["source"]["component"], &object["reportingComponent"]]
        .into_iter()
        .filter_map(Value::as_str)
        .find(|text| !text.is_empty());
    let host = object["source"]["host"].as_str().map(|host| format!(", {host}")).unwrap_or_default();
    let count = [&object["series"]["count"], &object["count"]].into_iter().find_map(Value::as_i64).unwrap_or(1);
    vec![
        age(last, now).into(),
        object["type"].clone(),
        object["reason"].clone(),
        format!("{kind}/{}", about["name"].as_str().unwrap_or_default()).into(),
        about["fieldPath"].as_str().unwrap_or_default().into(),
        format!("{}{host}", source.unwrap_or_default()).into(),
        object["message"].as_str().unwrap_or_default().trim().into(),
        age(first, now).into(),
        count.into(),
        object["metadata"]["name"].clone(),
    ]
}

fn node(object: &Value, age: &str) -> Vec<Value> {
    let (status, info) = (&object["status"], &object["status"]["nodeInfo"]);
    let ready = list(status, "conditions").iter().find(|one| one["type"] == "Ready");
    let mut state = match ready.and_then(|one| one["status"].as_str()) {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    }
    .to_owned();
    if object["spec"]["unschedulable"] == true {
        state += ",SchedulingDisabled";
    }
    let labels = object["metadata"]["labels"].as_object();
    let roles: Vec<&str> = labels
        .into_iter()
        .flatten()
        .filter_map(|(label, _)| label.strip_prefix("node-role.kubernetes.io/"))
        .collect();
    let roles = if roles.is_empty() { "<none>".to_owned() } else { roles.join(",") };
    let address = |kind: &str| {
        list(status, "addresses")
            .iter()
            .find(|one| one["type"] == kind)
            .map_or("<none>".into(), |one| one["address"].clone())
    };
    let known = |value: &Value| if value.is_string() { value.clone() } else { "<unknown>".into() };
    vec![
        object["metadata"]["name"].clone(),
        state.into(),
        roles.into(),
        age.into(),
        info["kubeletVersion"].clone(),
        address("InternalIP"),
        address("ExternalIP"),
        known(&info["osImage"]),
        known(&info["kernelVersion"]),
        known(&info["containerRuntimeVersion"]),
    ]
}
