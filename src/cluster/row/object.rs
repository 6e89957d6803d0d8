//! Objects of every other kind, and nodes, as rows.

use std::collections::BTreeMap;

use serde_json::Value;

use super::columns::columns;
use super::wide::wide;
use super::{conditions, facts, links, list, number, owner, pairs, time, uid, words};
use crate::cluster::snapshot::{Endpoints, NodeRow, ObjectRow, Replicas};

/// The row of an object.
#[must_use]
pub fn object_row(api_version: &str, kind: &str, object: &Value) -> ObjectRow {
    let metadata = &object["metadata"];
    ObjectRow {
        uid: uid(object),
        kind: kind.to_owned(),
        api_version: api_version.to_owned(),
        namespace: words(&metadata["namespace"]),
        name: words(&metadata["name"]),
        labels: pairs(&metadata["labels"]),
        created: time(&metadata["creationTimestamp"]),
        deleting: !metadata["deletionTimestamp"].is_null(),
        owner: if kind == "EndpointSlice" { service_of(metadata) } else { owner(object) },
        conditions: conditions(object),
        columns: columns(kind, object).into_iter().map(|(heading, value)| (heading.to_owned(), value)).collect(),
        wide: wide(kind, object).into_iter().map(|(heading, value)| (heading.to_owned(), value)).collect(),
        selector: selector(kind, object),
        replicas: replicas(kind, object),
        endpoints: endpoints(object),
        images: images(kind, object),
        links: links::of_object(kind, object),
        ports: if kind == "Service" { links::ports(kind, &object["spec"]) } else { Vec::new() },
        wish: links::wish(object),
        facts: facts::of_object(kind, object),
    }
}

/// The row of a node.
#[must_use]
pub fn node_row(node: &Value) -> NodeRow {
    let image = |image: &Value| (list(&image["names"]).map(words).collect(), image["sizeBytes"].as_u64().unwrap_or(0));
    NodeRow {
        uid: uid(node),
        name: words(&node["metadata"]["name"]),
        created: time(&node["metadata"]["creationTimestamp"]),
        columns: columns("Node", node).into_iter().map(|(heading, value)| (heading.to_owned(), value)).collect(),
        images: list(&node["status"]["images"]).map(image).collect(),
        facts: facts::of_object("Node", node),
    }
}

/// The Service that an EndpointSlice belongs to.
fn service_of(metadata: &Value) -> Option<(String, String)> {
    let name = words(&metadata["labels"]["kubernetes.io/service-name"]);
    (!name.is_empty()).then(|| ("Service".to_owned(), name))
}

fn selector(kind: &str, object: &Value) -> BTreeMap<String, String> {
    let selector = &object["spec"]["selector"];
    pairs(if kind == "Service" { selector } else { &selector["matchLabels"] })
}

fn replicas(kind: &str, object: &Value) -> Replicas {
    let (spec, status) = (&object["spec"], &object["status"]);
    let observed = status["observedGeneration"].as_i64() >= object["metadata"]["generation"].as_i64();
    match kind {
        "DaemonSet" => Replicas {
            desired: number(&status["desiredNumberScheduled"]),
            current: number(&status["currentNumberScheduled"]),
            updated: number(&status["updatedNumberScheduled"]),
            ready: number(&status["numberReady"]),
            available: number(&status["numberAvailable"]),
            observed,
        },
        "Job" => Replicas {
            desired: spec["completions"].as_u64().map_or(1, |_| number(&spec["completions"])),
            current: number(&status["active"]),
            updated: number(&status["succeeded"]),
            ready: number(&status["ready"]),
            available: number(&status["succeeded"]),
            observed: true,
        },
        "Deployment" | "ReplicaSet" | "StatefulSet" => Replicas {
            desired: if spec["replicas"].is_null() { 1 } else { number(&spec["replicas"]) },
            current: number(&status["replicas"]),
            updated: number(&status["updatedReplicas"]),
            ready: number(&status["readyReplicas"]),
            available: number(&status["availableReplicas"]),
            observed,
        },
        _ => Replicas::default(),
    }
}

/// Addresses by readiness; one without a word on it counts as ready.
fn endpoints(object: &Value) -> Endpoints {
    let mut endpoints = Endpoints::default();
    for endpoint in list(&object["endpoints"]) {
        let addresses = u32::try_from(list(&endpoint["addresses"]).count()).unwrap_or(u32::MAX);
        if endpoint["conditions"]["ready"] == false {
            endpoints.not_ready += addresses;
        } else {
            endpoints.ready += addresses;
        }
    }
    endpoints
}

fn images(kind: &str, object: &Value) -> Vec<String> {
    let template = if kind == "CronJob" {
        &object["spec"]["jobTemplate"]["spec"]["template"]
    } else {
        &object["spec"]["template"]
    };
    let of = |field: &str| list(&template["spec"][field]).map(|container| words(&container["image"])).collect::<Vec<_>>();
    [of("initContainers"), of("containers")].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_deployment_behind_its_generation() {
        let row = object_row(
            "apps/v1",
            "Deployment",
            &json!({"metadata": {"name": "web", "generation": 2}, "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}},
                "template": {"spec": {"initContainers": [{"image": "i:1"}], "containers": [{"image": "a:1"}]}}},
                "status": {"observedGeneration": 1, "replicas": 3, "readyReplicas": 1, "updatedReplicas": 2, "availableReplicas": 1}}),
        );
        assert_eq!(
            row.replicas,
            Replicas {
                desired: 3,
                current: 3,
                updated: 2,
                ready: 1,
                available: 1,
                observed: false
            }
        );
        assert_eq!(row.images, ["i:1", "a:1"]);
        assert_eq!(row.selector["app"], "web");
    }

    #[test]
    fn an_endpoint_slice_belongs_to_its_service() {
        let row = object_row(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            &json!({"metadata": {"name": "web-x", "labels": {"kubernetes.io/service-name": "web"}},
                "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": true}}, {"addresses": ["10.0.0.2"], "conditions": {"ready": false}}]}),
        );
        assert_eq!(row.owner, Some(("Service".into(), "web".into())));
        assert_eq!(row.endpoints, Endpoints { ready: 1, not_ready: 1 });
    }
}
