//! The past of StatefulSets and DaemonSets: one ControllerRevision a template, numbered, the oldest unused ones dropped.

use serde_json::{Value, json};

use super::rollout::{safe, template_hash};
use crate::practice::field::{controlled_by, int, owner_reference, text};
use crate::practice::kind::{CONTROLLER_REVISION, Kind, STATEFUL_SET};
use crate::practice::registry::{Deletion, Part};
use crate::practice::world::World;

/// The label that names a pod's revision.
pub const HASH: &str = "controller-revision-hash";

/// The revisions of an owner, oldest first.
#[must_use]
pub fn of(world: &World, owner: &Value) -> Vec<Value> {
    let mut revisions = world.store.objects(&CONTROLLER_REVISION, Some(text(&owner["metadata"]["namespace"])));
    revisions.retain(|revision| controlled_by(revision, owner));
    revisions.sort_by_key(|revision| int(&revision["revision"]));
    revisions
}

/// What a revision keeps of its owner.
fn data(owner: &Value) -> Value {
    let mut template = owner["spec"]["template"].clone();
    template["$patch"] = "replace".into();
    json!({"spec": {"template": template}})
}

/// What tells one revision from another: for DaemonSets the hash of the template, for StatefulSets FNV-1 of the data as Go
/// writes it, followed by the count of collisions.
fn hash(kind: &Kind, owner: &Value, data: &Value) -> String {
    if kind != &STATEFUL_SET {
        return template_hash(&owner["spec"]["template"], owner["status"]["collisionCount"].as_i64());
    }
    let escaped = data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let bytes = escaped.bytes().chain(*b"0");
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| hash.wrapping_mul(0x0100_0193) ^ u32::from(byte));
    safe(hash)
}

/// The template that a revision keeps.
#[must_use]
pub fn template(revision: &Value) -> Value {
    let mut template = revision["data"]["spec"]["template"].clone();
    if let Some(template) = template.as_object_mut() {
        template.remove("$patch");
    }
    template
}

/// The revision of the owner's present template: found, made the newest again, or made.
pub fn present(world: &mut World, kind: &'static Kind, owner: &Value) -> Option<Value> {
    let revisions = of(world, owner);
    let number = revisions.last().map_or(0, |last| int(&last["revision"])) + 1;
    let data = data(owner);
    if let Some(known) = revisions.iter().rev().find(|revision| revision["data"] == data) {
        if int(&known["revision"]) + 1 == number {
            return Some(known.clone());
        }
        let mut again = known.clone();
        again["revision"] = number.into();
        return world.update(&CONTROLLER_REVISION, again, Part::Spec).ok();
    }
    let hash = hash(kind, owner, &data);
    let metadata = &owner["metadata"];
    let mut labels = owner["spec"]["template"]["metadata"]["labels"].clone();
    labels[HASH] = hash.as_str().into();
    let mut own = json!({"name": format!("{}-{hash}", text(&metadata["name"])), "namespace": metadata["namespace"], "labels": labels,
        "ownerReferences": [owner_reference(kind, owner)]});
    if let Some(annotations) = metadata.get("annotations") {
        own["annotations"] = annotations.clone();
    }
    world
        .create(&CONTROLLER_REVISION, json!({"metadata": own, "data": data, "revision": number}))
        .ok()
}

/// Drops the oldest revisions that nothing uses, beyond the owner's limit.
pub fn truncate(world: &mut World, owner: &Value, used: impl Fn(&Value) -> bool) {
    let limit = usize::try_from(owner["spec"]["revisionHistoryLimit"].as_i64().unwrap_or(10)).unwrap_or_default();
    let idle: Vec<Value> = of(world, owner).into_iter().filter(|revision| !used(revision)).collect();
    let beyond = idle.len().saturating_sub(limit);
    for revision in idle.into_iter().take(beyond) {
        let (namespace, name) = (text(&revision["metadata"]["namespace"]), text(&revision["metadata"]["name"]));
        // Gone already is as good.
        let _ = world.delete(&CONTROLLER_REVISION, namespace, name, &Deletion::default());
    }
}
