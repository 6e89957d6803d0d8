//! What is on the machines besides pods: images, addresses, volumes that outlive their pods.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;

use super::{Worker, config, image, payload, process};
use crate::practice::field::{items, text};
use crate::practice::kind::{NODE, SERVICE};
use crate::practice::registry::Part;

/// What is on the machines besides pods.
#[derive(Debug, Default)]
pub(super) struct Machine {
    /// Images by node.
    pub(super) images: BTreeMap<String, BTreeSet<String>>,
    /// Addresses given out, by node.
    pub(super) addresses: BTreeMap<String, u32>,
    /// Volumes that outlive their pods.
    pub(super) volumes: process::Volumes,
    /// What is written into the volumes of several pods.
    pub(super) payloads: payload::Shared,
    services: Services,
}

/// The variables that tell of Services, by namespace, as of a version of the Services.
#[derive(Debug, Default)]
struct Services {
    version: u64,
    known: BTreeMap<String, Arc<BTreeMap<String, String>>>,
}

impl Worker<'_> {
    /// Whether the image is on the pod's machine.
    pub(super) fn present(&self, image: &str) -> bool {
        self.machine
            .images
            .get(text(&self.object["spec"]["nodeName"]))
            .is_some_and(|images| images.contains(image))
    }

    /// Puts an image on the machine and into the node's list.
    pub(super) fn keep_image(&mut self, reference: &image::Reference) {
        let name = text(&self.object["spec"]["nodeName"]).to_owned();
        if !self.machine.images.entry(name.clone()).or_default().insert(reference.full()) {
            return;
        }
        let Some(mut node) = self.world.store.get(&NODE, "", &name) else { return };
        let mut images = items(&node["status"]["images"]).to_vec();
        images.push(json!({"names": [reference.image_id(), reference.full()], "sizeBytes": reference.size()}));
        node["status"]["images"] = images.into();
        let _ = self.world.update(&NODE, node, Part::Status);
    }

    /// The variables that tell the pod of Services: read anew only when a Service has changed.
    pub(super) fn services(&mut self) -> Arc<BTreeMap<String, String>> {
        let services = &mut self.machine.services;
        let version = self.world.store.changed(&SERVICE);
        if services.version != version {
            *services = Services {
                version,
                known: BTreeMap::new(),
            };
        }
        // Without links a pod is told of the API alone.
        let linked = self.object["spec"]["enableServiceLinks"] != false;
        let namespace = if linked { text(&self.object["metadata"]["namespace"]) } else { "" };
        if let Some(known) = services.known.get(namespace) {
            return known.clone();
        }
        let told = Arc::new(config::services(self.world, namespace));
        services.known.insert(namespace.to_owned(), told.clone());
        told
    }

    /// The next free address of the pod's node.
    pub(super) fn address(&mut self) -> String {
        let count = self.machine.addresses.entry(text(&self.object["spec"]["nodeName"]).to_owned()).or_insert(1);
        *count += 1;
        let network = self.pod.host.rsplit_once('.').map_or("10.244.0", |(network, _)| network).to_owned();
        format!("{network}.{}", 2 + (*count - 2) % 250)
    }
}
