//! The classes of claims and Ingresses that name none: what their cluster has marked as its default
//! (`plugin/pkg/admission/storage/storageclass`, `plugin/pkg/admission/network/defaultingressclass`).

use std::cmp::Reverse;

use serde_json::Value;

use crate::practice::field::text;
use crate::practice::kind::{INGRESS_CLASS, Kind, STORAGE_CLASS};
use crate::practice::store::decode;
use crate::practice::world::World;

/// Sets the class.
pub fn choose(world: &World, kind: &Kind, object: &mut Value) {
    let (classes, field, older, mark) = match kind.built_in() {
        "PersistentVolumeClaim" => (
            &STORAGE_CLASS,
            "storageClassName",
            "volume.beta.kubernetes.io/storage-class",
            "storageclass.kubernetes.io/is-default-class",
        ),
        "Ingress" => (
            &INGRESS_CLASS,
            "ingressClassName",
            "kubernetes.io/ingress.class",
            "ingressclass.kubernetes.io/is-default-class",
        ),
        _ => return,
    };
    if !object["spec"][field].is_null() || !object["metadata"]["annotations"][older].is_null() {
        return;
    }
    if let Some(name) = marked(world, classes, mark) {
        object["spec"][field] = name.into();
    }
}

/// Of several that are marked the newest, of equally old ones the first by name.
fn marked(world: &World, classes: &'static Kind, mark: &str) -> Option<String> {
    let all = world.store.list(classes, None).map(decode).map(|class| class["metadata"].clone());
    let marked = all.filter(|metadata| metadata["annotations"][mark] == "true");
    let newest = marked.min_by_key(|metadata| (Reverse(text(&metadata["creationTimestamp"]).to_owned()), text(&metadata["name"]).to_owned()))?;
    newest["name"].as_str().map(str::to_owned)
}
