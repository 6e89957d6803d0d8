//! Volumes and claims: who gets which, and who may go.

use serde_json::{Value, json};

pub mod claims;
pub mod ephemeral;
pub mod matching;
pub mod protection;
pub mod provisioner;

use self::matching::{BOUND_BY_CONTROLLER, reserved_for};

/// Sets a volume aside for a claim.
pub fn reserve(volume: &mut Value, claim: &Value) {
    if !reserved_for(volume, claim) || volume["spec"]["claimRef"].is_null() {
        volume["metadata"]["annotations"][BOUND_BY_CONTROLLER] = "yes".into();
    }
    let metadata = &claim["metadata"];
    volume["spec"]["claimRef"] = json!({"kind": "PersistentVolumeClaim", "apiVersion": "v1", "namespace": metadata["namespace"], "name": metadata["name"],
        "uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]});
}
