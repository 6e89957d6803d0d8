//! The namespace controller: gives each namespace its CA bundle, and empties one that is being deleted.

use std::time::Duration;

use serde_json::{Value, json};

use crate::practice::field::{deleting, items, text};
use crate::practice::kind::{CONFIG_MAP, EVENT, NAMESPACE, POD, kept};
use crate::practice::registry::{Deletion, Part};
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

const BUNDLE: &str = "kube-root-ca.crt";
const DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

/// The namespace controller.
#[derive(Debug, Default)]
pub struct Namespaces;

impl Controller for Namespaces {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let (name, after) = if change.kind == &NAMESPACE && change.what != What::Deleted {
            (&change.name, world.between(5, 15))
        } else if change.what == What::Deleted && change.kind.namespaced && change.kind != &EVENT {
            (&change.namespace, world.between(40, 80))
        } else {
            return;
        };
        world.queue(me, Key::new("", name), after);
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let Some(namespace) = world.store.get(&NAMESPACE, "", &key.name) else {
            return;
        };
        if !deleting(&namespace) {
            if world.store.encoded(&CONFIG_MAP, &key.name, BUNDLE).is_none() {
                let bundle = json!({"metadata": {"name": BUNDLE, "namespace": key.name, "annotations": {"kubernetes.io/description": DESCRIPTION}},
                    "data": {"ca.crt": "-----BEGIN CERTIFICATE-----\npractice\n-----END CERTIFICATE-----\n"}});
                // There since a moment ago: fine.
                let _ = world.create(&CONFIG_MAP, bundle);
            }
            return;
        }
        if text(&namespace["status"]["phase"]) != "Terminating" {
            let mut namespace = namespace.clone();
            namespace["status"]["phase"] = "Terminating".into();
            let _ = world.update(&NAMESPACE, namespace, Part::Status);
        }
        if empty(world, &key.name) {
            finalize(world, namespace);
        } else {
            world.queue(me, key.clone(), Duration::from_secs(5));
        }
    }
}

/// Deletes everything in the namespace but events while pods still end; true when nothing is left.
fn empty(world: &mut World, name: &str) -> bool {
    let pods = world.store.list(&POD, Some(name)).next().is_some();
    for kind in kept().filter(|kind| kind.namespaced) {
        for object in world.store.objects(kind, Some(name)) {
            let waits = pods && kind == &EVENT;
            if !waits && !deleting(&object) {
                let _ = world.delete(kind, name, text(&object["metadata"]["name"]), &Deletion::default());
            }
        }
    }
    !kept().any(|kind| kind.namespaced && world.store.list(kind, Some(name)).next().is_some())
}

fn finalize(world: &mut World, mut namespace: Value) {
    let name = text(&namespace["metadata"]["name"]).to_owned();
    let others: Vec<Value> = items(&namespace["spec"]["finalizers"])
        .iter()
        .filter(|finalizer| **finalizer != "kubernetes")
        .cloned()
        .collect();
    if others.is_empty() && items(&namespace["metadata"]["finalizers"]).is_empty() {
        world.store.remove(&NAMESPACE, "", &name);
    } else {
        namespace["spec"]["finalizers"] = others.into();
        let _ = world.update(&NAMESPACE, namespace, Part::Spec);
    }
}
