//! The EndpointSlice controller: which addresses stand behind each Service.

use serde_json::{Value, json};

use crate::practice::field::{controlled_by, deleting, finished, int, items, matches_labels, owner_reference, ready, text};
use crate::practice::kind::{ENDPOINT_SLICE, POD, SERVICE};
use crate::practice::registry::Part;
use crate::practice::store::{Change, decode};
use crate::practice::world::{Controller, Id, Key, World};

/// The EndpointSlice controller.
#[derive(Debug, Default)]
pub struct EndpointSlices;

impl Controller for EndpointSlices {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &SERVICE {
            let after = world.between(8, 15);
            world.queue(me, Key::new(&change.namespace, &change.name), after);
        } else if change.kind == &POD {
            let (pod, before) = (change.decoded(), change.before.as_ref().map(decode).unwrap_or_default());
            for service in world.store.objects(&SERVICE, Some(&change.namespace)) {
                let selector = &service["spec"]["selector"];
                if matches_labels(selector, &pod) || matches_labels(selector, &before) {
                    let after = world.between(4, 10);
                    world.queue(me, Key::new(&change.namespace, text(&service["metadata"]["name"])), after);
                }
            }
        }
    }

    fn run(&mut self, _me: Id, world: &mut World, key: &Key) {
        let Some(service) = world.store.get(&SERVICE, &key.namespace, &key.name) else {
            return;
        };
        if deleting(&service) || service["spec"]["selector"].as_object().is_none_or(serde_json::Map::is_empty) || service["spec"]["type"] == "ExternalName" {
            return;
        }
        let pods: Vec<Value> = world
            .store
            .objects(&POD, Some(&key.namespace))
            .into_iter()
            .filter(|pod| stands_behind(&service, pod))
            .collect();
        let ports = pods.first().map_or(Value::Null, |pod| ports(&service, pod));
        let endpoints = if pods.is_empty() { Value::Null } else { pods.iter().map(endpoint).collect() };
        let slices = world.store.objects(&ENDPOINT_SLICE, Some(&key.namespace));
        // A refusal means that the namespace or the Service is going; there is nothing more to do.
        let _ = match slices.into_iter().find(|slice| controlled_by(slice, &service)) {
            Some(mut slice) => {
                slice["endpoints"] = endpoints;
                slice["ports"] = ports;
                world.update(&ENDPOINT_SLICE, slice, Part::Spec)
            }
            None => {
                let family = if service["spec"]["ipFamilies"][0] == "IPv6" { "IPv6" } else { "IPv4" };
                let slice = json!({"metadata": {"generateName": format!("{}-", key.name), "namespace": key.namespace,
                        "labels": {"endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io", "kubernetes.io/service-name": key.name},
                        "annotations": {"endpoints.kubernetes.io/last-change-trigger-time": world.seconds()},
                        "ownerReferences": [owner_reference(&SERVICE, &service)]},
                    "addressType": family, "endpoints": endpoints, "ports": ports});
                world.create(&ENDPOINT_SLICE, slice)
            }
        };
    }
}

fn stands_behind(service: &Value, pod: &Value) -> bool {
    matches_labels(&service["spec"]["selector"], pod) && !finished(pod) && !text(&pod["status"]["podIP"]).is_empty()
}

fn endpoint(pod: &Value) -> Value {
    let (ready, terminating) = (ready(pod), deleting(pod));
    let metadata = &pod["metadata"];
    json!({"addresses": [pod["status"]["podIP"]], "nodeName": pod["spec"]["nodeName"],
        "conditions": {"ready": ready && !terminating, "serving": ready, "terminating": terminating},
        "targetRef": {"kind": "Pod", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"]}})
}

/// The Service's ports as the pod has them; a named port the pod does not have is left out.
fn ports(service: &Value, pod: &Value) -> Value {
    let own = |name: &Value| {
        items(&pod["spec"]["containers"])
            .iter()
            .flat_map(|container| items(&container["ports"]))
            .find(|port| port["name"] == *name)
    };
    let port = |port: &Value| {
        let number = match &port["targetPort"] {
            Value::Null => int(&port["port"]),
            Value::String(_) => int(&own(&port["targetPort"])?["containerPort"]),
            number => int(number),
        };
        let protocol = port["protocol"].as_str().unwrap_or("TCP");
        let mut result = json!({"name": text(&port["name"]), "protocol": protocol, "port": number});
        if let Some(application) = port.get("appProtocol") {
            result["appProtocol"] = application.clone();
        }
        Some(result)
    };
    items(&service["spec"]["ports"]).iter().filter_map(port).collect()
}
