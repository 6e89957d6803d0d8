//! The Endpoints controller: the addresses behind each Service as the API had them before slices.

use serde_json::{Value, json};

use super::{CHANGED, Selectors, behind, hostname, labels, ports, reference, selective};
use crate::practice::field::{deleting, ready, text};
use crate::practice::kind::{ENDPOINTS, SERVICE};
use crate::practice::registry::{Deletion, Part};
use crate::practice::store::Change;
use crate::practice::world::{Controller, Id, Key, World};

const MANAGED_BY: &str = "endpoints.kubernetes.io/managed-by";

/// The Endpoints controller.
#[derive(Debug, Default)]
pub struct PlainEndpoints {
    selectors: Selectors,
}

impl Controller for PlainEndpoints {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        self.selectors.observe(me, world, change);
    }

    fn run(&mut self, _me: Id, world: &mut World, key: &Key) {
        let Some(service) = world.store.get(&SERVICE, &key.namespace, &key.name) else {
            // Gone already is as good.
            let _ = world.delete(&ENDPOINTS, &key.namespace, &key.name, &Deletion::default());
            return;
        };
        if !selective(&service) {
            return;
        }
        let subsets = subsets(world, &service);
        let mut labels = labels(&service);
        labels[MANAGED_BY] = "endpoint-controller".into();
        // A refusal means that the namespace is going; there is nothing more to do.
        let _ = match world.store.get(&ENDPOINTS, &key.namespace, &key.name) {
            Some(known) => {
                let mut fresh = known.clone();
                fresh["metadata"]["labels"] = labels;
                match subsets.is_empty() {
                    true => drop(fresh.as_object_mut().map(|object| object.remove("subsets"))),
                    false => fresh["subsets"] = subsets.into(),
                }
                if fresh == known {
                    return;
                }
                fresh["metadata"]["annotations"][CHANGED] = world.seconds().into();
                world.update(&ENDPOINTS, fresh, Part::Spec)
            }
            None => {
                let metadata = json!({"name": key.name, "namespace": key.namespace, "labels": labels, "annotations": {CHANGED: world.seconds()}});
                let mut fresh = json!({"metadata": metadata});
                if !subsets.is_empty() {
                    fresh["subsets"] = subsets.into();
                }
                world.create(&ENDPOINTS, fresh)
            }
        };
    }
}

/// The addresses of a Service: those that have the same ports together.
fn subsets(world: &World, service: &Value) -> Vec<Value> {
    let unready_too = service["spec"]["publishNotReadyAddresses"] == true;
    let mut groups: Vec<(Vec<Value>, Value)> = Vec::new();
    for pod in behind(world, service).iter().filter(|pod| unready_too || !deleting(pod)) {
        let mut ports = ports(service, pod);
        for port in &mut ports {
            // A port alone needs no name here.
            if text(&port["name"]).is_empty() {
                port.as_object_mut().map(|port| port.remove("name"));
            }
        }
        let headless = service["spec"]["clusterIP"] == "None";
        if ports.is_empty() && !headless {
            continue;
        }
        let list = if unready_too || ready(pod) { "addresses" } else { "notReadyAddresses" };
        let mut address = json!({"ip": pod["status"]["podIP"], "nodeName": pod["spec"]["nodeName"], "targetRef": reference(pod)});
        if let Some(name) = hostname(service, pod) {
            address["hostname"] = name.into();
        }
        let at = groups.iter().position(|(known, _)| *known == ports).unwrap_or_else(|| {
            groups.push((ports.clone(), json!({})));
            groups.len() - 1
        });
        let subset = &mut groups[at].1;
        match subset[list].as_array_mut() {
            Some(addresses) => addresses.push(address),
            None => subset[list] = json!([address]),
        }
    }
    let finished = groups.into_iter().map(|(ports, mut subset)| {
        if !ports.is_empty() {
            subset["ports"] = ports.into();
        }
        subset
    });
    finished.collect()
}
