//! The publisher of the cluster's CA: every namespace has the bundle that its pods check the API server with.

use serde_json::json;

use crate::practice::field::deleting;
use crate::practice::kind::{CONFIG_MAP, NAMESPACE};
use crate::practice::registry::Part;
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

const BUNDLE: &str = "kube-root-ca.crt";
const DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";
/// The bundle of the practice cluster, whose containers speak no TLS.
pub const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\npractice\n-----END CERTIFICATE-----\n";

/// The publisher.
#[derive(Debug, Default)]
pub struct RootCa;

impl Controller for RootCa {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let name = if change.kind == &NAMESPACE && change.what == What::Added {
            &change.name
        } else if change.kind == &CONFIG_MAP && *change.name == *BUNDLE {
            &change.namespace
        } else {
            return;
        };
        let after = world.between(5, 15);
        world.queue(me, Key::new("", name), after);
    }

    fn run(&mut self, _me: Id, world: &mut World, key: &Key) {
        if world.store.get(&NAMESPACE, "", &key.name).is_none_or(|namespace| deleting(&namespace)) {
            return;
        }
        let data = json!({"ca.crt": CERTIFICATE});
        // A refusal means that someone else was faster, or that the namespace is going.
        let _ = match world.store.get(&CONFIG_MAP, &key.name, BUNDLE) {
            None => {
                let metadata = json!({"name": BUNDLE, "namespace": key.name, "annotations": {"kubernetes.io/description": DESCRIPTION}});
                world.create(&CONFIG_MAP, json!({"metadata": metadata, "data": data}))
            }
            Some(mut bundle) => {
                bundle["data"] = data;
                world.update(&CONFIG_MAP, bundle, Part::Spec)
            }
        };
    }
}
