//! Rows of nodes, namespaces, events and plain data.

use serde_json::{Value, json};

use super::super::age::age;
use super::{Seen, entries, list, or};
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
    Some(match kind.built_in() {
        "Event" => event(seen),
        "Namespace" => json!([name, or(&status["phase"], ""), age]),
        "Node" => node(seen),
        "ConfigMap" => json!([name, entries(&object["data"]) + entries(&object["binaryData"]), age]),
        "Secret" => json!([name, or(&object["type"], ""), entries(&object["data"]), age]),
        "ServiceAccount" => json!([name, age]),
        "Lease" => json!([name, or(&spec["holderIdentity"], ""), age]),
        "RuntimeClass" => json!([name, or(&object["handler"], ""), age]),
        "ComponentStatus" => component(name, object),
        _ => return None,
    })
}

fn component(name: &Value, object: &Value) -> Value {
    let healthy = list(object, "conditions").iter().find(|one| one["type"] == "Healthy").unwrap_or(&Value::Null);
    let shown = match or(&healthy["status"], "") {
        "True" => "Healthy",
        "False" => "Unhealthy",
        _ => "Unknown",
    };
    json!([name, shown, or(&healthy["message"], ""), or(&healthy["error"], "")])
}

fn event(seen: &Seen) -> Value {
    let object = seen.object;
    let about = &object["involvedObject"];
    let first = [&object["firstTimestamp"], &object["eventTime"]]
        .into_iter()
        .find(|time| time.is_string())
        .unwrap_or(&Value::Null);
    let last = [&object["series"]["lastObservedTime"], &object["lastTimestamp"]]
        .into_iter()
        .find(|time| time.is_string())
        .unwrap_or(first);
    let kind = or(&about["kind"], "").to_lowercase();
    let target = match or(&about["name"], "") {
        "" => kind,
        name => format!("{kind}/{name}"),
    };
    let source = or(&object["source"]["component"], or(&object["reportingComponent"], ""));
    let source = match or(&object["source"]["host"], or(&object["reportingInstance"], "")) {
        "" => source.to_owned(),
        host => format!("{source}, {host}"),
    };
    let count = [&object["series"]["count"], &object["count"]]
        .into_iter()
        .find_map(Value::as_i64)
        .filter(|count| *count > 0)
        .unwrap_or(1);
    json!([
        age(last, seen.now),
        or(&object["type"], ""),
        or(&object["reason"], ""),
        target,
        or(&about["fieldPath"], ""),
        source,
        or(&object["message"], "").trim(),
        age(first, seen.now),
        count,
        seen.name
    ])
}

fn node(seen: &Seen) -> Value {
    let Seen {
        name, spec, status, object, ..
    } = seen;
    let info = &status["nodeInfo"];
    let ready = list(status, "conditions").iter().find(|one| one["type"] == "Ready");
    let mut state = match ready.and_then(|one| one["status"].as_str()) {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    }
    .to_owned();
    if spec["unschedulable"] == true {
        state += ",SchedulingDisabled";
    }
    let address = |kind: &str| {
        list(status, "addresses")
            .iter()
            .find(|one| one["type"] == kind)
            .map_or("<none>", |one| or(&one["address"], ""))
    };
    let mut kernel = or(&info["kernelVersion"], "<unknown>").to_owned();
    if let Some(architecture) = info["architecture"].as_str().filter(|text| !text.is_empty()) {
        kernel += &format!(" ({architecture})");
    }
    json!([
        name,
        state,
        roles(object),
        seen.age,
        or(&info["kubeletVersion"], ""),
        address("InternalIP"),
        address("ExternalIP"),
        or(&info["osImage"], "<unknown>"),
        kernel,
        or(&info["containerRuntimeVersion"], "<unknown>")
    ])
}

/// The roles that a node's labels give it.
fn roles(object: &Value) -> String {
    let labels = object["metadata"]["labels"].as_object().into_iter().flatten();
    let mut roles: Vec<&str> = labels
        .filter_map(|(label, value)| match label.as_str() {
            "kubernetes.io/role" => value.as_str(),
            label => label.strip_prefix("node-role.kubernetes.io/"),
        })
        .filter(|role| !role.is_empty())
        .collect();
    roles.sort_unstable();
    roles.dedup();
    if roles.is_empty() { "<none>".to_owned() } else { roles.join(",") }
}
