//! Which claims may grow.

use serde_json::Value;

use crate::practice::kind::{Kind, STORAGE_CLASS};
use crate::practice::quantity::Quantity;
use crate::practice::world::World;

/// Refuses to make a claim larger that cannot grow (`persistentvolume/resize`).
///
/// # Errors
/// Why it cannot.
pub fn resize(world: &World, kind: &Kind, old: &Value, new: &Value) -> Result<(), super::Refusal> {
    let size = |claim: &Value| Quantity::of(&claim["spec"]["resources"]["requests"]["storage"]);
    if kind.built_in() != "PersistentVolumeClaim" || size(new) <= size(old) {
        return Ok(());
    }
    if old["status"]["phase"] != "Bound" {
        return Err("Only bound persistent volume claims can be expanded".to_owned());
    }
    let class = new["spec"]["storageClassName"].as_str().unwrap_or_default();
    let class = world.store.get(&STORAGE_CLASS, "", class);
    if class.is_some_and(|class| class["allowVolumeExpansion"] == true) {
        return Ok(());
    }
    Err("only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize".to_owned())
}
