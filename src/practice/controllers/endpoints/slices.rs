//! The EndpointSlice controller: the pods behind each Service, those with the same ports in one slice.

use serde_json::{Value, json};

use super::{CHANGED, MANAGED_BY, SERVICE_NAME, Selectors, behind, hostname, labels, ports, reference, selective};
use crate::practice::field::{controlled_by, deleting, owner_reference, ready, text};
use crate::practice::kind::{ENDPOINT_SLICE, NODE, SERVICE};
use crate::practice::registry::{Deletion, Part};
use crate::practice::store::Change;
use crate::practice::world::{Controller, Id, Key, World};

const MANAGER: &str = "endpointslice-controller.k8s.io";
/// Endpoints in one slice at most.
const LARGEST: usize = 100;

/// The EndpointSlice controller.
#[derive(Debug, Default)]
pub struct EndpointSlices {
    selectors: Selectors,
}

/// What a slice holds.
struct Content {
    ports: Value,
    endpoints: Value,
}

impl Controller for EndpointSlices {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        self.selectors.observe(me, world, change);
    }

    fn run(&mut self, _me: Id, world: &mut World, key: &Key) {
        let Some(service) = world.store.get(&SERVICE, &key.namespace, &key.name) else {
            return;
        };
        if deleting(&service) || !selective(&service) {
            return;
        }
        let contents = contents(world, &service);
        let mut known = world.store.objects(&ENDPOINT_SLICE, Some(&key.namespace));
        known.retain(|slice| controlled_by(slice, &service) && slice["metadata"]["labels"][MANAGED_BY] == MANAGER);
        let mut changes = Vec::new();
        for content in contents {
            // The slice of the same ports, or else one that is left over.
            let at = known.iter().position(|slice| slice["ports"] == content.ports);
            let at = at.or_else(|| known.iter().position(|slice| slice["endpoints"].is_null()));
            changes.push((at.map(|at| known.remove(at)), content));
        }
        for (slice, content) in changes {
            let slice = slice.or_else(|| known.pop());
            // A refusal means that the namespace or the Service is going; there is nothing more to do.
            let _ = write(world, &service, slice, content);
        }
        for slice in known {
            let _ = world.delete(&ENDPOINT_SLICE, &key.namespace, text(&slice["metadata"]["name"]), &Deletion::default());
        }
    }
}

/// The slices a Service should have; an empty one when no pod stands behind it.
fn contents(world: &World, service: &Value) -> Vec<Content> {
    let mut groups: Vec<(Vec<Value>, Vec<Value>)> = Vec::new();
    for pod in behind(world, service) {
        let (ports, endpoint) = (ports(service, &pod), endpoint(world, service, &pod));
        match groups.iter_mut().find(|(known, list)| *known == ports && list.len() < LARGEST) {
            Some((_, list)) => list.push(endpoint),
            None => groups.push((ports, vec![endpoint])),
        }
    }
    if groups.is_empty() {
        return vec![Content {
            ports: Value::Null,
            endpoints: Value::Null,
        }];
    }
    let content = |(ports, endpoints): (Vec<Value>, Vec<Value>)| Content {
        ports: ports.into(),
        endpoints: endpoints.into(),
    };
    groups.into_iter().map(content).collect()
}

fn write(world: &mut World, service: &Value, slice: Option<Value>, content: Content) -> Result<Value, crate::practice::status::Status> {
    let metadata = &service["metadata"];
    let mut labels = labels(service);
    labels[MANAGED_BY] = MANAGER.into();
    labels[SERVICE_NAME] = metadata["name"].clone();
    if let Some(mut slice) = slice {
        let before = slice.clone();
        slice["endpoints"] = content.endpoints;
        slice["ports"] = content.ports;
        slice["metadata"]["labels"] = labels;
        if slice != before {
            slice["metadata"]["annotations"][CHANGED] = world.seconds().into();
        }
        return world.update(&ENDPOINT_SLICE, slice, Part::Spec);
    }
    let family = if service["spec"]["ipFamilies"][0] == "IPv6" { "IPv6" } else { "IPv4" };
    let slice = json!({"metadata": {"generateName": format!("{}-", text(&metadata["name"])), "namespace": metadata["namespace"], "labels": labels,
            "annotations": {CHANGED: world.seconds()}, "ownerReferences": [owner_reference(&SERVICE, service)]},
        "addressType": family, "endpoints": content.endpoints, "ports": content.ports});
    world.create(&ENDPOINT_SLICE, slice)
}

fn endpoint(world: &World, service: &Value, pod: &Value) -> Value {
    let (serving, terminating) = (ready(pod), deleting(pod));
    let ready = service["spec"]["publishNotReadyAddresses"] == true || serving && !terminating;
    let mut endpoint = json!({"addresses": [pod["status"]["podIP"]], "nodeName": pod["spec"]["nodeName"], "targetRef": reference(pod),
        "conditions": {"ready": ready, "serving": serving, "terminating": terminating}});
    if let Some(name) = hostname(service, pod) {
        endpoint["hostname"] = name.into();
    }
    let node = world.store.get(&NODE, "", text(&pod["spec"]["nodeName"])).unwrap_or_default();
    if let Some(zone) = node["metadata"]["labels"]["topology.kubernetes.io/zone"].as_str() {
        endpoint["zone"] = zone.into();
    }
    endpoint
}
