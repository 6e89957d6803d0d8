//! Objects of all other kinds, with kubectl's columns.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{conditions, count, deleting, items, owner, text, texts, time, uid};
use crate::cluster::snapshot::{Endpoints, ObjectRow, Replicas};

pub(super) fn row(object: &Value) -> ObjectRow {
    let kind = text(&object["kind"]);
    ObjectRow {
        uid: uid(object),
        api_version: text(&object["apiVersion"]),
        namespace: text(&object["metadata"]["namespace"]),
        name: text(&object["metadata"]["name"]),
        labels: texts(&object["metadata"]["labels"]),
        created: time(&object["metadata"]["creationTimestamp"]),
        deleting: deleting(object),
        owner: owner(object).or_else(|| service(object)),
        conditions: conditions(object),
        columns: columns(&kind, object),
        selector: selector(object),
        replicas: replicas(&kind, object),
        endpoints: endpoints(object),
        images: items(&object["spec"]["template"]["spec"]["containers"])
            .map(|container| text(&container["image"]))
            .collect(),
        kind,
    }
}

/// The Service an EndpointSlice belongs to.
fn service(object: &Value) -> Option<(String, String)> {
    let name = object["metadata"]["labels"]["kubernetes.io/service-name"].as_str()?;
    Some(("Service".to_owned(), crate::text::clean(name)))
}

fn selector(object: &Value) -> BTreeMap<String, String> {
    let selector = &object["spec"]["selector"];
    texts(if selector["matchLabels"].is_object() {
        &selector["matchLabels"]
    } else {
        selector
    })
}

fn replicas(kind: &str, object: &Value) -> Replicas {
    let (spec, status) = (&object["spec"], &object["status"]);
    let observed = status["observedGeneration"].as_i64() >= object["metadata"]["generation"].as_i64();
    if kind == "DaemonSet" {
        let desired = count(&status["desiredNumberScheduled"]);
        return Replicas {
            desired,
            current: count(&status["currentNumberScheduled"]),
            updated: count(&status["updatedNumberScheduled"]),
            ready: count(&status["numberReady"]),
            available: count(&status["numberAvailable"]),
            observed,
        };
    }
    Replicas {
        desired: if spec["replicas"].is_null() { 1 } else { count(&spec["replicas"]) },
        current: count(&status["replicas"]),
        updated: count(&status["updatedReplicas"]),
        ready: count(&status["readyReplicas"]),
        available: count(&status["availableReplicas"]),
        observed,
    }
}

fn endpoints(object: &Value) -> Endpoints {
    let mut found = Endpoints::default();
    for endpoint in items(&object["endpoints"]) {
        let addresses = items(&endpoint["addresses"]).count() as u32;
        if endpoint["conditions"]["ready"] == false {
            found.not_ready += addresses
        } else {
            found.ready += addresses
        }
    }
    found
}

/// kubectl's columns between NAME and AGE (kubernetes `pkg/printers/internalversion/printers.go`).
fn columns(kind: &str, object: &Value) -> Vec<(String, String)> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let number = |value: &Value| count(value).to_string();
    let columns: Vec<(&str, String)> = match kind {
        "Deployment" => vec![
            ("READY", format!("{}/{}", count(&status["readyReplicas"]), replicas(kind, object).desired)),
            ("UP-TO-DATE", number(&status["updatedReplicas"])),
            ("AVAILABLE", number(&status["availableReplicas"])),
        ],
        "ReplicaSet" => vec![
            ("DESIRED", number(&spec["replicas"])),
            ("CURRENT", number(&status["replicas"])),
            ("READY", number(&status["readyReplicas"])),
        ],
        "StatefulSet" => vec![("READY", format!("{}/{}", count(&status["readyReplicas"]), replicas(kind, object).desired))],
        "Service" => vec![
            ("TYPE", text(&spec["type"])),
            ("CLUSTER-IP", or_none(text(&spec["clusterIP"]))),
            ("EXTERNAL-IP", external(object)),
            ("PORT(S)", or_none(items(&spec["ports"]).map(port).collect::<Vec<_>>().join(","))),
        ],
        "EndpointSlice" => vec![
            ("ADDRESSTYPE", text(&object["addressType"])),
            ("PORTS", or_unset(items(&object["ports"]).map(|port| port["port"].to_string()).collect())),
            (
                "ENDPOINTS",
                or_unset(
                    items(&object["endpoints"])
                        .flat_map(|endpoint| items(&endpoint["addresses"]))
                        .map(text)
                        .collect(),
                ),
            ),
        ],
        "ConfigMap" => vec![("DATA", (size(&object["data"]) + size(&object["binaryData"])).to_string())],
        "Secret" => vec![("TYPE", text(&object["type"])), ("DATA", size(&object["data"]).to_string())],
        "PersistentVolumeClaim" => vec![
            ("STATUS", text(&status["phase"])),
            ("VOLUME", text(&spec["volumeName"])),
            ("STORAGECLASS", text(&spec["storageClassName"])),
        ],
        "Job" => vec![("COMPLETIONS", format!("{}/{}", count(&status["succeeded"]), count(&spec["completions"]).max(1)))],
        "CronJob" => vec![
            ("SCHEDULE", text(&spec["schedule"])),
            ("SUSPEND", if spec["suspend"] == true { "True" } else { "False" }.to_owned()),
        ],
        _ => Vec::new(),
    };
    columns.into_iter().map(|(heading, cell)| (heading.to_owned(), cell)).collect()
}

fn port(port: &Value) -> String {
    let node = port["nodePort"].as_u64().map(|node| format!(":{node}")).unwrap_or_default();
    format!("{}{node}/{}", port["port"], port["protocol"].as_str().unwrap_or("TCP"))
}

fn external(service: &Value) -> String {
    match service["spec"]["type"].as_str() {
        Some("LoadBalancer") => {
            let ips: Vec<_> = items(&service["status"]["loadBalancer"]["ingress"])
                .map(|ingress| text(&ingress["ip"]))
                .collect();
            if ips.is_empty() { "<pending>".to_owned() } else { ips.join(",") }
        }
        Some("ExternalName") => text(&service["spec"]["externalName"]),
        _ => "<none>".to_owned(),
    }
}

fn size(value: &Value) -> usize {
    value.as_object().map_or(0, serde_json::Map::len)
}

fn or_none(text: String) -> String {
    if text.is_empty() { "<none>".to_owned() } else { text }
}

/// Three at most, then how many more; `<unset>` without any.
fn or_unset(list: Vec<String>) -> String {
    match list.len() {
        0 => "<unset>".to_owned(),
        1..=3 => list.join(","),
        more => format!("{} + {} more...", list[..3].join(","), more - 3),
    }
}
