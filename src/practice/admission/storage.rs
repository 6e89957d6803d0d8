//! The default StorageClass of claims that name none.

use serde_json::Value;

use crate::practice::kind::{Kind, STORAGE_CLASS};
use crate::practice::store::decode;
use crate::practice::world::World;

const DEFAULT: &str = "storageclass.kubernetes.io/is-default-class";

/// Sets the class; where several are marked, the newest is taken.
pub fn choose(world: &World, kind: &Kind, object: &mut Value) {
    if kind.kind != "PersistentVolumeClaim" || !object["spec"]["storageClassName"].is_null() {
        return;
    }
    if !object["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].is_null() {
        return;
    }
    let marked = world
        .store
        .list(&STORAGE_CLASS, None)
        .map(decode)
        .filter(|class| class["metadata"]["annotations"][DEFAULT] == "true");
    let newest = marked.max_by_key(|class| class["metadata"]["creationTimestamp"].as_str().map(str::to_owned));
    if let Some(class) = newest {
        object["spec"]["storageClassName"] = class["metadata"]["name"].clone();
    }
}
