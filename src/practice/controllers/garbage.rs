//! The garbage collector: what is owned goes with its owner, before it (foreground), after it, or is let go (orphan).

use std::time::Duration;

use serde_json::Value;

use crate::practice::field::{deleting, items, text};
use crate::practice::kind::Kind;
use crate::practice::registry::{Deletion, Part, finalizers};
use crate::practice::store::word::{DELETION, OWNERS, Word};
use crate::practice::store::{Change, What, decode};
use crate::practice::world::{Controller, Id, Key, World};

/// The garbage collector.
#[derive(Debug, Default)]
pub struct Garbage;

impl Controller for Garbage {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let going = change.what == What::Deleted;
        if !going && !DELETION.is_in(&change.object) && !OWNERS.is_in(&change.object) {
            return;
        }
        let object = change.decoded();
        if going || deleting(object) && held(object) {
            let after = if going { Duration::from_millis(10) } else { world.between(8, 16) };
            let task = if going {
                format!("owner:{}", text(&object["metadata"]["uid"]))
            } else {
                format!("held:{}", named(change.kind.group, change.kind.kind))
            };
            world.queue(me, Key::new(&change.namespace, &change.name).task(task), after);
        }
        if going {
            // Owners that wait for their dependents look again.
            for owner in items(&object["metadata"]["ownerReferences"]) {
                let after = world.between(8, 16);
                world.queue(
                    me,
                    Key::new(&change.namespace, text(&owner["name"])).task(format!("held:{}", named(group_of(owner), text(&owner["kind"])))),
                    after,
                );
            }
        } else if change.what == What::Added && !items(&object["metadata"]["ownerReferences"]).is_empty() {
            world.queue(
                me,
                Key::new(&change.namespace, &change.name).task(format!("check:{}", named(change.kind.group, change.kind.kind))),
                Duration::from_millis(500),
            );
        }
    }

    fn run(&mut self, _me: Id, world: &mut World, key: &Key) {
        let Some((task, what)) = key.task.split_once(':') else { return };
        match task {
            "owner" => collect(world, what),
            "held" => {
                if let Some((kind, object)) = find(world, key, what) {
                    release(world, kind, object);
                }
            }
            _ => {
                if let Some((kind, object)) = find(world, key, what) {
                    check(world, kind, &object);
                }
            }
        }
    }
}

fn held(object: &Value) -> bool {
    finalizers(object)
        .iter()
        .any(|finalizer| finalizer == "foregroundDeletion" || finalizer == "orphan")
}

/// How work names a kind.
fn named(group: &str, kind: &str) -> String {
    format!("{group}/{kind}")
}

/// The group that a reference names.
fn group_of(owner: &Value) -> &str {
    text(&owner["apiVersion"]).split_once('/').map_or("", |(group, _)| group)
}

fn find(world: &World, key: &Key, kind: &str) -> Option<(&'static Kind, Value)> {
    let (group, kind) = kind.split_once('/')?;
    let kind = world.kept().find(|known| known.kind == kind && known.group == group)?;
    let namespace = if kind.namespaced { key.namespace.as_str() } else { "" };
    Some((kind, world.store.get(kind, namespace, &key.name)?))
}

/// Everything that names this uid as an owner.
fn dependents(world: &World, uid: &str) -> Vec<(&'static Kind, Value)> {
    let word = Word::new(uid);
    let owned = |object: &Value| items(&object["metadata"]["ownerReferences"]).iter().any(|owner| owner["uid"] == uid);
    world
        .kept()
        .flat_map(|kind| {
            // The uid as text rules most objects out before they are decoded.
            let candidates = world.store.list(kind, None).filter(|bytes| word.is_in(bytes));
            candidates
                .map(decode)
                .filter(|object| owned(object))
                .map(|object| (kind, object))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Whether the very object a reference names is still there.
fn exists(world: &World, namespace: &str, owner: &Value) -> bool {
    let Some(kind) = world.kept().find(|kind| owner["kind"] == kind.kind && kind.group == group_of(owner)) else {
        return true;
    };
    let namespace = if kind.namespaced { namespace } else { "" };
    world
        .store
        .get(kind, namespace, text(&owner["name"]))
        .is_some_and(|object| object["metadata"]["uid"] == owner["uid"])
}

/// An owner is gone: what it alone owned goes too.
fn collect(world: &mut World, uid: &str) {
    for (kind, object) in dependents(world, uid) {
        check(world, kind, &object);
    }
}

/// Deletes an object whose owners are all gone; otherwise drops the references to those that are.
fn check(world: &mut World, kind: &'static Kind, object: &Value) {
    let (owners, namespace) = (items(&object["metadata"]["ownerReferences"]), text(&object["metadata"]["namespace"]));
    let (there, gone): (Vec<Value>, Vec<Value>) = owners.iter().cloned().partition(|owner| exists(world, namespace, owner));
    if gone.is_empty() || deleting(object) {
        return;
    }
    if there.is_empty() {
        remove(world, kind, object, &Deletion::default());
    } else {
        let mut object = object.clone();
        object["metadata"]["ownerReferences"] = there.into();
        let _ = world.update(kind, object, Part::Spec);
    }
}

/// Does what a finalizer of the collector's own waits for, and takes the finalizer away when it is done.
fn release(world: &mut World, kind: &'static Kind, mut object: Value) {
    if !deleting(&object) || !held(&object) {
        return;
    }
    let uid = text(&object["metadata"]["uid"]).to_owned();
    let names = finalizers(&object);
    let mut blocked = false;
    for (kind, mut dependent) in dependents(world, &uid) {
        let mine = |owner: &&Value| owner["uid"] == *uid;
        if names.iter().any(|name| name == "orphan") {
            let rest: Vec<Value> = items(&dependent["metadata"]["ownerReferences"])
                .iter()
                .filter(|owner| !mine(owner))
                .cloned()
                .collect();
            match dependent["metadata"].as_object_mut() {
                Some(metadata) if rest.is_empty() => drop(metadata.remove("ownerReferences")),
                _ => dependent["metadata"]["ownerReferences"] = rest.into(),
            }
            let _ = world.update(kind, dependent, Part::Spec);
            continue;
        }
        blocked |= items(&dependent["metadata"]["ownerReferences"])
            .iter()
            .find(mine)
            .is_some_and(|owner| owner["blockOwnerDeletion"] == true);
        if !deleting(&dependent) {
            let propagation = crate::practice::registry::Propagation::Foreground;
            let leaf = dependents(world, text(&dependent["metadata"]["uid"])).is_empty();
            let how = if leaf {
                Deletion::default()
            } else {
                Deletion {
                    propagation,
                    ..Deletion::default()
                }
            };
            remove(world, kind, &dependent, &how);
        }
    }
    // Leaves without a finalizer are gone by now.
    blocked = blocked
        && dependents(world, &uid).iter().any(|(_, dependent)| {
            items(&dependent["metadata"]["ownerReferences"])
                .iter()
                .any(|owner| owner["uid"] == *uid && owner["blockOwnerDeletion"] == true)
        });
    if blocked {
        return;
    }
    let rest: Vec<Value> = names
        .into_iter()
        .filter(|name| name != "foregroundDeletion" && name != "orphan")
        .map(Value::from)
        .collect();
    object["metadata"]["finalizers"] = rest.into();
    let _ = world.update(kind, object, Part::Spec);
}

fn remove(world: &mut World, kind: &'static Kind, object: &Value, how: &Deletion) {
    let metadata = &object["metadata"];
    // Gone already is as good.
    let _ = world.delete(kind, text(&metadata["namespace"]), text(&metadata["name"]), how);
}
