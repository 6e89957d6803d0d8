//! Which volume suits a claim (kubernetes `component-helpers/storage/volume/pv_helpers.go`).

use serde_json::Value;

use crate::practice::field::{deleting, items, milli, selects, text};
use crate::practice::kind::{PERSISTENT_VOLUME, STORAGE_CLASS};
use crate::practice::scheduler::matches_node;
use crate::practice::world::World;

pub const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
pub const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
pub const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
/// The provisioner of classes whose volumes are made by hand.
pub const BY_HAND: &str = "kubernetes.io/no-provisioner";

/// The class a claim or volume names; empty for none.
#[must_use]
pub fn class_of(object: &Value) -> &str {
    object["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"]
        .as_str()
        .unwrap_or_else(|| text(&object["spec"]["storageClassName"]))
}

/// Whether binding waits for a pod to be scheduled.
#[must_use]
pub fn delayed(world: &World, claim: &Value) -> bool {
    let class = world.store.get(&STORAGE_CLASS, "", class_of(claim));
    class.is_some_and(|class| class["volumeBindingMode"] == "WaitForFirstConsumer")
}

/// Whether a volume is set aside for a claim.
#[must_use]
pub fn reserved_for(volume: &Value, claim: &Value) -> bool {
    let (reference, metadata) = (&volume["spec"]["claimRef"], &claim["metadata"]);
    reference["name"] == metadata["name"]
        && reference["namespace"] == metadata["namespace"]
        && (text(&reference["uid"]).is_empty() || reference["uid"] == metadata["uid"])
}

/// Whether a volume may be used from a node.
#[must_use]
pub fn reachable(volume: &Value, node: &Value) -> bool {
    let required = &volume["spec"]["nodeAffinity"]["required"];
    required.is_null() || items(&required["nodeSelectorTerms"]).iter().any(|term| matches_node(term, node))
}

fn mode(object: &Value) -> &str {
    object["spec"]["volumeMode"].as_str().unwrap_or("Filesystem")
}

fn size(amounts: &Value) -> i128 {
    milli(&amounts["storage"])
}

/// What a volume lacks of what a claim asks for, where it was asked for by name.
#[must_use]
pub fn lacking(volume: &Value, claim: &Value) -> Option<&'static str> {
    if size(&volume["spec"]["capacity"]) < size(&claim["spec"]["resources"]["requests"]) {
        Some("requested PV is too small")
    } else if class_of(volume) != class_of(claim) {
        Some("storageClassName does not match")
    } else if mode(volume) != mode(claim) {
        Some("incompatible volumeMode")
    } else if !offers(volume, claim) {
        Some("incompatible accessMode")
    } else {
        None
    }
}

/// Whether a volume has every access mode a claim asks for.
fn offers(volume: &Value, claim: &Value) -> bool {
    let has = items(&volume["spec"]["accessModes"]);
    items(&claim["spec"]["accessModes"]).iter().all(|wanted| has.contains(wanted))
}

/// The volume set aside for a claim, or else the smallest free one that suits it.
///
/// Without a node, a claim whose binding waits gets only what is set aside for it.
#[must_use]
pub fn find(world: &World, claim: &Value, node: Option<&Value>, excluded: &[String]) -> Option<Value> {
    let delayed = delayed(world, claim);
    let mut best: Option<Value> = None;
    for volume in world.store.objects(&PERSISTENT_VOLUME, None) {
        let (taken, reserved) = (!volume["spec"]["claimRef"].is_null(), reserved_for(&volume, claim));
        let wrong = excluded.iter().any(|name| volume["metadata"]["name"] == **name)
            || taken && !reserved
            || size(&volume["spec"]["capacity"]) < size(&claim["spec"]["resources"]["requests"])
            || mode(&volume) != mode(claim)
            || deleting(&volume);
        if wrong {
            continue;
        }
        let near = node.is_none_or(|node| reachable(&volume, node));
        if reserved {
            return near.then_some(volume);
        }
        let selector = &claim["spec"]["selector"];
        let suits = (node.is_some() || !delayed)
            && volume["status"]["phase"] == "Available"
            && (selector.is_null() || selects(selector, &volume))
            && class_of(&volume) == class_of(claim)
            && near
            && offers(&volume, claim);
        if suits
            && best
                .as_ref()
                .is_none_or(|best| size(&best["spec"]["capacity"]) > size(&volume["spec"]["capacity"]))
        {
            best = Some(volume);
        }
    }
    best
}
