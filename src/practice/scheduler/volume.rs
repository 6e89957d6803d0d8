//! The volumes of a pod that looks for a node: claims that are bound, and claims that are bound once it has one.

use serde_json::Value;

use super::affinity::matches;
use super::cluster::{Cluster, claims};
use crate::practice::controllers::volume::matching::{BIND_COMPLETED, BY_HAND, SELECTED_NODE, class_of, delayed, find, reachable};
use crate::practice::field::{deleting, items, text};
use crate::practice::kind::{PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, STORAGE_CLASS};
use crate::practice::registry::Part;
use crate::practice::world::World;

/// The claims of a pod.
pub struct Claims {
    bound: Vec<Value>,
    waiting: Vec<Value>,
}

/// Whether a claim has its volume for good.
fn bound(claim: &Value) -> bool {
    !text(&claim["spec"]["volumeName"]).is_empty() && !claim["metadata"]["annotations"][BIND_COMPLETED].is_null()
}

impl Claims {
    /// # Errors
    /// Why no node at all can take the pod.
    pub fn of(world: &World, pod: &Value) -> Result<Self, String> {
        let namespace = text(&pod["metadata"]["namespace"]);
        let mut all = Vec::new();
        for name in claims(pod) {
            let Some(claim) = world.store.get(&PERSISTENT_VOLUME_CLAIM, namespace, &name) else {
                let direct = items(&pod["spec"]["volumes"])
                    .iter()
                    .any(|volume| volume["persistentVolumeClaim"]["claimName"] == *name);
                return Err(if direct {
                    format!("persistentvolumeclaim {name:?} not found")
                } else {
                    format!("waiting for ephemeral volume controller to create the persistentvolumeclaim {name:?}")
                });
            };
            if claim["status"]["phase"] == "Lost" {
                let volume = text(&claim["spec"]["volumeName"]);
                return Err(format!("persistentvolumeclaim {name:?} bound to non-existent persistentvolume {volume:?}"));
            }
            if deleting(&claim) {
                return Err(format!("persistentvolumeclaim {name:?} is being deleted"));
            }
            all.push(claim);
        }
        let (bound, waiting): (Vec<Value>, Vec<Value>) = all.into_iter().partition(bound);
        if waiting
            .iter()
            .any(|claim| !delayed(world, claim) || !text(&claim["spec"]["volumeName"]).is_empty())
        {
            return Err("pod has unbound immediate PersistentVolumeClaims".to_owned());
        }
        Ok(Self { bound, waiting })
    }

    /// Whether a claim that one pod alone may use is used by another.
    #[must_use]
    pub fn taken(&self, world: &World, cluster: &Cluster, pod: &Value) -> bool {
        let namespace = text(&pod["metadata"]["namespace"]);
        let alone = |name: &String| {
            let claim = world.store.get(&PERSISTENT_VOLUME_CLAIM, namespace, name);
            claim.is_some_and(|claim| items(&claim["spec"]["accessModes"]).iter().any(|mode| mode == "ReadWriteOncePod"))
        };
        let alone: Vec<String> = claims(pod).into_iter().filter(alone).collect();
        !alone.is_empty()
            && cluster
                .nodes()
                .flat_map(|machine| machine.pods.values())
                .any(|other| other.name.0 == namespace && other.claims.iter().any(|claim| alone.contains(claim)))
    }

    /// Why a node cannot have the pod's volumes.
    #[must_use]
    pub fn misfit(&self, world: &World, node: &Value) -> Option<String> {
        for claim in &self.bound {
            match world.store.get(&PERSISTENT_VOLUME, "", text(&claim["spec"]["volumeName"])) {
                None => return Some("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)".to_owned()),
                Some(volume) if !reachable(&volume, node) => return Some("node(s) didn't match PersistentVolume's node affinity".to_owned()),
                Some(_) => {}
            }
        }
        let mut used = Vec::new();
        for claim in &self.waiting {
            match find(world, claim, Some(node), &used) {
                Some(volume) => used.push(text(&volume["metadata"]["name"]).to_owned()),
                None if makes(world, claim, node) => {}
                None => return Some("node(s) didn't find available persistent volumes to bind".to_owned()),
            }
        }
        None
    }

    /// Sets volumes aside for the claims that waited, or asks for new ones; true when there is something to wait for.
    pub fn bind(&self, world: &mut World, node: &Value) -> bool {
        let mut used = Vec::new();
        for claim in &self.waiting {
            if let Some(mut volume) = find(world, claim, Some(node), &used) {
                used.push(text(&volume["metadata"]["name"]).to_owned());
                if volume["spec"]["claimRef"]["uid"] != claim["metadata"]["uid"] {
                    crate::practice::controllers::volume::reserve(&mut volume, claim);
                    let _ = world.update(&PERSISTENT_VOLUME, volume, Part::Spec);
                }
            } else if claim["metadata"]["annotations"][SELECTED_NODE] != node["metadata"]["name"] {
                let mut claim = claim.clone();
                claim["metadata"]["annotations"][SELECTED_NODE] = node["metadata"]["name"].clone();
                let _ = world.update(&PERSISTENT_VOLUME_CLAIM, claim, Part::Spec);
            }
        }
        !self.waiting.is_empty()
    }
}

/// Whether a class can make a volume for a claim where a node is.
fn makes(world: &World, claim: &Value, node: &Value) -> bool {
    let Some(class) = world.store.get(&STORAGE_CLASS, "", class_of(claim)) else {
        return false;
    };
    let places = items(&class["allowedTopologies"]);
    let place = |term: &Value| {
        let wanted: Vec<Value> = items(&term["matchLabelExpressions"])
            .iter()
            .map(|one| serde_json::json!({"key": one["key"], "operator": "In", "values": one["values"]}))
            .collect();
        matches(&serde_json::json!({"matchExpressions": wanted}), node)
    };
    class["provisioner"] != BY_HAND && (places.is_empty() || places.iter().any(place))
}
