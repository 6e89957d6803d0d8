//! The binder: brings claims and volumes together, says why a claim has to wait, and reclaims volumes whose claim is gone.

use std::time::Duration;

use serde_json::{Value, json};

use super::matching::{BIND_COMPLETED, BOUND_BY_CONTROLLER, SELECTED_NODE, class_of, delayed, find, lacking, reserved_for};
use super::reserve;
use crate::practice::controllers::pods::Owner;
use crate::practice::event::Source;
use crate::practice::field::{deleting, finished, text};
use crate::practice::kind::{PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, POD, STORAGE_CLASS};
use crate::practice::registry::{Deletion, Part};
use crate::practice::scheduler::mounted_claims;
use crate::practice::store::Change;
use crate::practice::world::{Controller, Id, Key, World};

const SOURCE: Source<'static> = Source::controller("persistentvolume-controller");
/// Claims that have to wait are looked at again whenever the clock passes a multiple of this.
const RESYNC_SECONDS: i64 = 15;
const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";
const PROVISIONER: &str = "volume.kubernetes.io/storage-provisioner";

/// The binder of claims and volumes.
#[derive(Debug, Default)]
pub struct Claims;

impl Controller for Claims {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let after = world.between(4, 9);
        if change.kind == &PERSISTENT_VOLUME_CLAIM {
            world.queue(me, Key::new(&change.namespace, &change.name), after);
            let volume = text(&change.decoded()["spec"]["volumeName"]).to_owned();
            if !volume.is_empty() {
                world.queue(me, Key::new("", &volume), after);
            }
        } else if change.kind == &PERSISTENT_VOLUME {
            // Sooner than a claim that comes right after its volume is looked at.
            let later = world.between(1, 3);
            world.queue(me, Key::new("", &change.name), later);
            let claim = change.decoded()["spec"]["claimRef"].clone();
            if !claim.is_null() {
                world.queue(me, Key::new(text(&claim["namespace"]), text(&claim["name"])), after);
            }
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        if key.namespace.is_empty() {
            if let Some(volume) = world.store.get(&PERSISTENT_VOLUME, "", &key.name) {
                sync_volume(world, volume);
            }
            return;
        }
        let Some(claim) = world.store.get(&PERSISTENT_VOLUME_CLAIM, &key.namespace, &key.name) else {
            return;
        };
        let waits = if claim["metadata"]["annotations"][BIND_COMPLETED].is_null() {
            !deleting(&claim) && sync_unbound(world, &claim)
        } else {
            sync_bound(world, &claim);
            false
        };
        if waits {
            let into = world.now.as_millisecond().rem_euclid(RESYNC_SECONDS * 1000);
            let wait = Duration::from_millis(u64::try_from(RESYNC_SECONDS * 1000 - into).unwrap_or_default());
            world.queue(me, key.clone(), wait);
        }
    }
}

fn tell(world: &mut World, claim: &Value, kind: &str, reason: &str, message: &str) {
    let owner = Owner {
        source: SOURCE,
        kind: &PERSISTENT_VOLUME_CLAIM,
        object: claim,
    };
    owner.tell(world, kind, reason, message);
}

/// Looks for a volume for a claim, or says why there is none; true when the claim has to wait.
fn sync_unbound(world: &mut World, claim: &Value) -> bool {
    let wanted = text(&claim["spec"]["volumeName"]);
    if !wanted.is_empty() {
        return sync_wanted(world, claim, wanted);
    }
    if let Some(volume) = find(world, claim, None, &[]) {
        bind(world, volume, claim.clone());
        return false;
    }
    if claim["spec"]["storageClassName"].is_null()
        && let Some(class) = default_class(world)
    {
        let mut claim = claim.clone();
        claim["spec"]["storageClassName"] = class.into();
        let _ = world.update(&PERSISTENT_VOLUME_CLAIM, claim, Part::Spec);
        return true;
    }
    let chosen = !claim["metadata"]["annotations"][SELECTED_NODE].is_null();
    if delayed(world, claim) && !chosen {
        let (reason, message) = awaited(world, claim);
        tell(world, claim, "Normal", reason, &message);
    } else if class_of(claim).is_empty() {
        let message = "no persistent volumes available for this claim and no storage class is set";
        tell(world, claim, "Normal", "FailedBinding", message);
    } else {
        provision(world, claim);
    }
    true
}

/// The claim names the volume it wants.
fn sync_wanted(world: &mut World, claim: &Value, wanted: &str) -> bool {
    let Some(volume) = world.store.get(&PERSISTENT_VOLUME, "", wanted) else {
        return true;
    };
    if volume["spec"]["claimRef"].is_null() {
        if let Some(why) = lacking(&volume, claim) {
            let message = format!("Cannot bind to requested volume {wanted:?}: {why}");
            tell(world, claim, "Warning", "VolumeMismatch", &message);
            return true;
        }
    } else if !reserved_for(&volume, claim) {
        let message = format!("volume {wanted:?} already bound to a different claim.");
        tell(world, claim, "Warning", "FailedBinding", &message);
        return true;
    }
    bind(world, volume, claim.clone());
    false
}

/// What a claim whose binding is delayed waits for.
fn awaited(world: &World, claim: &Value) -> (&'static str, String) {
    let metadata = &claim["metadata"];
    let pods = world.store.objects(&POD, Some(text(&metadata["namespace"])));
    let waiting = pods
        .iter()
        .filter(|pod| !finished(pod) && text(&pod["spec"]["nodeName"]).is_empty() && mounted_claims(pod).iter().any(|name| metadata["name"] == **name));
    let names: Vec<&str> = waiting.map(|pod| text(&pod["metadata"]["name"])).collect();
    match names.len() {
        0 => ("WaitForFirstConsumer", "waiting for first consumer to be created before binding".to_owned()),
        1 => ("WaitForPodScheduled", format!("waiting for pod {} to be scheduled", names[0])),
        _ => ("WaitForPodScheduled", format!("waiting for pods {} to be scheduled", names.join(","))),
    }
}

/// Asks the class's provisioner for a volume.
fn provision(world: &mut World, claim: &Value) {
    let name = class_of(claim);
    let Some(class) = world.store.get(&STORAGE_CLASS, "", name) else {
        let message = format!("storageclass.storage.k8s.io {name:?} not found");
        return tell(world, claim, "Warning", "ProvisioningFailed", &message);
    };
    let provisioner = text(&class["provisioner"]).to_owned();
    if provisioner.starts_with("kubernetes.io/") {
        let message = format!("no volume plugin matched name: {provisioner}");
        return tell(world, claim, "Warning", "ProvisioningFailed", &message);
    }
    let mut claim = claim.clone();
    for annotation in ["volume.beta.kubernetes.io/storage-provisioner", PROVISIONER] {
        claim["metadata"]["annotations"][annotation] = provisioner.as_str().into();
    }
    let claim = world.update(&PERSISTENT_VOLUME_CLAIM, claim, Part::Spec).unwrap_or_default();
    let message = format!(
        "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system administrator. \
         If volume creation is delayed, please verify that the provisioner is running and correctly registered."
    );
    tell(world, &claim, "Normal", "ExternalProvisioning", &message);
}

/// The newest class that is marked as the default.
#[must_use]
pub fn default_class(world: &World) -> Option<String> {
    let classes = world.store.objects(&STORAGE_CLASS, None);
    let marked = classes.iter().filter(|class| class["metadata"]["annotations"][DEFAULT_CLASS] == "true");
    marked
        .max_by_key(|class| text(&class["metadata"]["creationTimestamp"]).to_owned())
        .map(|class| text(&class["metadata"]["name"]).to_owned())
}

/// Binds both to each other: first the volume, then the claim.
fn bind(world: &mut World, mut volume: Value, mut claim: Value) {
    let name = text(&volume["metadata"]["name"]).to_owned();
    if volume["spec"]["claimRef"]["uid"] != claim["metadata"]["uid"] {
        reserve(&mut volume, &claim);
        volume = world.update(&PERSISTENT_VOLUME, volume, Part::Spec).unwrap_or_default();
    }
    if volume["status"]["phase"] != "Bound" {
        volume["status"]["phase"] = "Bound".into();
        volume["status"]["lastPhaseTransitionTime"] = world.seconds().into();
        volume = world.update(&PERSISTENT_VOLUME, volume, Part::Status).unwrap_or_default();
    }
    if text(&claim["spec"]["volumeName"]).is_empty() {
        claim["metadata"]["annotations"][BOUND_BY_CONTROLLER] = "yes".into();
        claim["spec"]["volumeName"] = name.into();
    }
    claim["metadata"]["annotations"][BIND_COMPLETED] = "yes".into();
    let Ok(mut claim) = world.update(&PERSISTENT_VOLUME_CLAIM, claim, Part::Spec) else {
        return;
    };
    claim["status"] = json!({"phase": "Bound", "accessModes": volume["spec"]["accessModes"], "capacity": volume["spec"]["capacity"]});
    let _ = world.update(&PERSISTENT_VOLUME_CLAIM, claim, Part::Status);
}

/// A claim that was bound: its volume may have gone.
fn sync_bound(world: &mut World, claim: &Value) {
    let volume = world.store.get(&PERSISTENT_VOLUME, "", text(&claim["spec"]["volumeName"]));
    let (reason, message) = match volume {
        Some(volume) if reserved_for(&volume, claim) || volume["spec"]["claimRef"].is_null() => {
            if claim["status"]["phase"] != "Bound" || volume["status"]["phase"] != "Bound" {
                bind(world, volume, claim.clone());
            }
            return;
        }
        Some(_) => ("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly"),
        None => ("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!"),
    };
    if claim["status"]["phase"] != "Lost" {
        let mut lost = claim.clone();
        lost["status"] = json!({"phase": "Lost"});
        let _ = world.update(&PERSISTENT_VOLUME_CLAIM, lost, Part::Status);
        tell(world, claim, "Warning", reason, message);
    }
}

/// Brings a volume's phase up to date, and reclaims it when its claim is gone.
fn sync_volume(world: &mut World, volume: Value) {
    let reference = &volume["spec"]["claimRef"];
    if text(&reference["uid"]).is_empty() {
        return set_phase(world, volume, "Available");
    }
    let claim = world
        .store
        .get(&PERSISTENT_VOLUME_CLAIM, text(&reference["namespace"]), text(&reference["name"]));
    match claim.filter(|claim| claim["metadata"]["uid"] == reference["uid"]) {
        Some(claim) if claim["spec"]["volumeName"] == volume["metadata"]["name"] => set_phase(world, volume, "Bound"),
        Some(_) => {}
        None => {
            let name = text(&volume["metadata"]["name"]).to_owned();
            let delete = volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete";
            let made = !volume["metadata"]["annotations"]["pv.kubernetes.io/provisioned-by"].is_null();
            set_phase(world, volume, "Released");
            if delete && made {
                let _ = world.delete(&PERSISTENT_VOLUME, "", &name, &Deletion::default());
            }
        }
    }
}

fn set_phase(world: &mut World, mut volume: Value, phase: &str) {
    if volume["status"]["phase"] != phase {
        volume["status"]["phase"] = phase.into();
        volume["status"]["lastPhaseTransitionTime"] = world.seconds().into();
        let _ = world.update(&PERSISTENT_VOLUME, volume, Part::Status);
    }
}

/// Whether a pod on its way or running uses a claim.
#[must_use]
pub fn in_use(world: &World, claim: &Value) -> bool {
    let metadata = &claim["metadata"];
    let pods = world.store.objects(&POD, Some(text(&metadata["namespace"])));
    pods.iter()
        .any(|pod| !finished(pod) && !text(&pod["spec"]["nodeName"]).is_empty() && mounted_claims(pod).iter().any(|name| metadata["name"] == **name))
}
