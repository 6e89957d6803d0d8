//! Which addresses stand behind each Service: as slices, as the Endpoints of old, and Endpoints made by hand as slices.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::practice::field::{finished, int, items, matches_labels, text};
use crate::practice::kind::{POD, SERVICE};
use crate::practice::store::{Change, What};
use crate::practice::world::{Id, Key, World};

pub mod mirroring;
pub mod plain;
pub mod slices;

const SERVICE_NAME: &str = "kubernetes.io/service-name";
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
const HEADLESS: &str = "service.kubernetes.io/headless";
const CHANGED: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// The selectors of all Services that have one, by namespace and name.
#[derive(Debug, Default)]
struct Selectors(BTreeMap<(String, String), Value>);

impl Selectors {
    /// Queues the Services that a change of a Service or a Pod concerns.
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &SERVICE {
            let place = (change.namespace.to_string(), change.name.to_string());
            let selector = &change.decoded()["spec"]["selector"];
            match change.what == What::Deleted || selector.is_null() {
                true => drop(self.0.remove(&place)),
                false => drop(self.0.insert(place, selector.clone())),
            }
            let after = world.between(8, 15);
            world.queue(me, Key::new(&change.namespace, &change.name), after);
        } else if change.kind == &POD {
            let chosen = |selector: &Value| matches_labels(selector, change.decoded()) || !change.status_only && matches_labels(selector, change.earlier());
            let first = (change.namespace.to_string(), String::new());
            let near = self.0.range(first..).take_while(|((namespace, _), _)| **namespace == *change.namespace);
            for ((namespace, name), _) in near.filter(|(_, selector)| chosen(selector)) {
                let after: Duration = world.between(4, 10);
                world.queue(me, Key::new(namespace, name), after);
            }
        }
    }
}

/// Whether a Service chooses its pods itself.
fn selective(service: &Value) -> bool {
    let chosen = service["spec"]["selector"].as_object().is_some_and(|selector| !selector.is_empty());
    chosen && service["spec"]["type"] != "ExternalName"
}

/// The pods that stand behind a Service, ended ones and those without an address left out.
fn behind(world: &World, service: &Value) -> Vec<Value> {
    let mut pods = world.store.objects(&POD, Some(text(&service["metadata"]["namespace"])));
    pods.retain(|pod| matches_labels(&service["spec"]["selector"], pod) && !finished(pod) && !text(&pod["status"]["podIP"]).is_empty());
    pods
}

/// The name by which a pod is found in its Service's domain.
fn hostname<'a>(service: &Value, pod: &'a Value) -> Option<&'a str> {
    let spec = &pod["spec"];
    let found = spec["subdomain"] == service["metadata"]["name"] && pod["metadata"]["namespace"] == service["metadata"]["namespace"];
    spec["hostname"].as_str().filter(|name| found && !name.is_empty())
}

fn reference(pod: &Value) -> Value {
    let metadata = &pod["metadata"];
    json!({"kind": "Pod", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"]})
}

/// The Service's ports as the pod has them; a named port the pod does not have is left out.
fn ports(service: &Value, pod: &Value) -> Vec<Value> {
    let sidecar = |container: &&Value| container["restartPolicy"] == "Always";
    let own = |name: &Value, protocol: &str| {
        let containers = items(&pod["spec"]["containers"]).iter();
        containers
            .chain(items(&pod["spec"]["initContainers"]).iter().filter(sidecar))
            .flat_map(|container| items(&container["ports"]))
            .find(|port| port["name"] == *name && port["protocol"].as_str().unwrap_or("TCP") == protocol)
    };
    let port = |port: &Value| {
        let protocol = port["protocol"].as_str().unwrap_or("TCP");
        let number = match &port["targetPort"] {
            Value::Null => int(&port["port"]),
            Value::String(_) => int(&own(&port["targetPort"], protocol)?["containerPort"]),
            number => int(number),
        };
        let mut result = json!({"name": text(&port["name"]), "protocol": protocol, "port": number});
        if let Some(application) = port.get("appProtocol") {
            result["appProtocol"] = application.clone();
        }
        Some(result)
    };
    items(&service["spec"]["ports"]).iter().filter_map(port).collect()
}

/// A Service's labels with the marks of its endpoints, for what is made from it.
fn labels(service: &Value) -> Value {
    let mut labels = match &service["metadata"]["labels"] {
        Value::Null => json!({}),
        labels => labels.clone(),
    };
    let mut mark = |key: &str, value: Option<&str>| match (labels.as_object_mut(), value) {
        (Some(labels), Some(value)) => drop(labels.insert(key.to_owned(), value.into())),
        (Some(labels), None) => drop(labels.remove(key)),
        (None, _) => {}
    };
    let address = text(&service["spec"]["clusterIP"]);
    mark(HEADLESS, (address.is_empty() || address == "None").then_some(""));
    labels
}
