//! The mirroring controller: Endpoints that were made by hand for a Service without a selector, as slices.

use serde_json::{Value, json};

use super::{MANAGED_BY, SERVICE_NAME};
use crate::practice::field::{controlled_by, items, owner_reference, text};
use crate::practice::kind::{ENDPOINT_SLICE, ENDPOINTS, SERVICE};
use crate::practice::registry::{Deletion, Part};
use crate::practice::store::Change;
use crate::practice::world::{Controller, Id, Key, World};

const MANAGER: &str = "endpointslicemirroring-controller.k8s.io";
const SKIP: &str = "endpointslice.kubernetes.io/skip-mirror";
const LEADER: &str = "control-plane.alpha.kubernetes.io/leader";

/// The mirroring controller.
#[derive(Debug, Default)]
pub struct Mirroring;

impl Controller for Mirroring {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &ENDPOINTS || change.kind == &SERVICE {
            let after = world.between(8, 15);
            world.queue(me, Key::new(&change.namespace, &change.name), after);
        }
    }

    fn run(&mut self, _me: Id, world: &mut World, key: &Key) {
        let mut known = world.store.objects(&ENDPOINT_SLICE, Some(&key.namespace));
        known.retain(|slice| slice["metadata"]["labels"][MANAGED_BY] == MANAGER && slice["metadata"]["labels"][SERVICE_NAME] == *key.name);
        let endpoints = world.store.get(&ENDPOINTS, &key.namespace, &key.name);
        if let Some(endpoints) = endpoints.filter(|endpoints| mirrored(world, endpoints)) {
            known.retain(|slice| controlled_by(slice, &endpoints));
            for fresh in slices(&endpoints) {
                // A refusal means that the namespace is going; there is nothing more to do.
                let _ = match (!known.is_empty()).then(|| known.remove(0)) {
                    Some(mut slice) => {
                        for part in ["endpoints", "ports"] {
                            slice[part] = fresh[part].clone();
                        }
                        world.update(&ENDPOINT_SLICE, slice, Part::Spec)
                    }
                    None => world.create(&ENDPOINT_SLICE, fresh),
                };
            }
        }
        for slice in known {
            let _ = world.delete(&ENDPOINT_SLICE, &key.namespace, text(&slice["metadata"]["name"]), &Deletion::default());
        }
    }
}

/// Whether Endpoints are anyone's but a controller's, and their Service chooses no pods itself.
fn mirrored(world: &World, endpoints: &Value) -> bool {
    let metadata = &endpoints["metadata"];
    let service = world.store.get(&SERVICE, text(&metadata["namespace"]), text(&metadata["name"]));
    metadata["labels"][SKIP] != "true" && metadata["annotations"][LEADER].is_null() && service.is_some_and(|service| service["spec"]["selector"].is_null())
}

/// One slice for each subset.
fn slices(endpoints: &Value) -> Vec<Value> {
    let metadata = &endpoints["metadata"];
    let mut labels = match &metadata["labels"] {
        Value::Null => json!({}),
        labels => labels.clone(),
    };
    labels[MANAGED_BY] = MANAGER.into();
    labels[SERVICE_NAME] = metadata["name"].clone();
    let slice = |subset: &Value| {
        let list = |field: &str, ready: bool| {
            let one = move |address: &Value| {
                let mut endpoint = json!({"addresses": [address["ip"]], "conditions": {"ready": ready}});
                for field in ["hostname", "nodeName", "targetRef"] {
                    if let Some(value) = address.get(field) {
                        endpoint[field] = value.clone();
                    }
                }
                endpoint
            };
            items(&subset[field]).iter().map(one).collect::<Vec<Value>>()
        };
        let all = [list("addresses", true), list("notReadyAddresses", false)].concat();
        json!({"metadata": {"generateName": format!("{}-", text(&metadata["name"])), "namespace": metadata["namespace"], "labels": labels,
                "ownerReferences": [owner_reference(&ENDPOINTS, endpoints)]},
            "addressType": if text(&all[0]["addresses"][0]).contains(':') { "IPv6" } else { "IPv4" }, "endpoints": all, "ports": subset["ports"]})
    };
    let filled = |subset: &&Value| !items(&subset["addresses"]).is_empty() || !items(&subset["notReadyAddresses"]).is_empty();
    items(&endpoints["subsets"]).iter().filter(filled).map(slice).collect()
}
