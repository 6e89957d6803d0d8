//! The namespace controller: empties a namespace that is being deleted, pods first, and says in conditions what is left.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::practice::field::{deleting, int, items, text};
use crate::practice::kind::{Kind, NAMESPACE, POD};
use crate::practice::registry::{Deletion, Part, finalizers};
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

mod conditions;

/// How long after a change a namespace is looked at.
const DELAY: Duration = Duration::from_secs(5);
/// How long finalizers are reckoned to take.
const FINALIZERS: i64 = 15;

/// The namespace controller.
#[derive(Debug, Default)]
pub struct Namespaces;

/// What is left in a namespace.
#[derive(Debug, Default)]
struct Rest {
    /// Objects by `plural.group`.
    objects: BTreeMap<String, usize>,
    /// Objects by the finalizers that hold them.
    held: BTreeMap<String, usize>,
    /// How long it may take in seconds.
    estimate: i64,
}

impl Controller for Namespaces {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &NAMESPACE && change.what != What::Deleted {
            world.queue(me, Key::new("", &change.name), DELAY);
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let Some(namespace) = world.store.get(&NAMESPACE, "", &key.name).filter(deleting) else {
            return;
        };
        let mut rest = empty(world, &key.name, |kind| kind == &POD);
        if rest.objects.is_empty() {
            rest = empty(world, &key.name, |_| true);
        }
        let namespace = conditions::tell(world, namespace, &rest);
        if rest.objects.is_empty() && key.task == "end" {
            finalize(world, namespace);
        } else if rest.objects.is_empty() {
            // Going through all kinds takes its time.
            let wait = world.between(150, 300);
            world.queue(me, key.clone().task("end"), wait);
        } else {
            let seconds = u64::try_from(rest.estimate / 2 + 1).unwrap_or(1);
            world.queue(me, key.clone(), Duration::from_secs(seconds));
        }
    }
}

/// Deletes what there is of some kinds in a namespace and counts what is still there then.
fn empty(world: &mut World, name: &str, of: impl Fn(&Kind) -> bool) -> Rest {
    let mut rest = Rest::default();
    let kinds: Vec<&'static Kind> = world.kept().filter(|kind| kind.namespaced && of(kind)).collect();
    for kind in kinds {
        for object in world.store.objects(kind, Some(name)) {
            // Gone already is as good.
            let _ = world.delete(kind, name, text(&object["metadata"]["name"]), &Deletion::default());
        }
        for object in world.store.objects(kind, Some(name)) {
            *rest.objects.entry(format!("{}.{}", kind.plural, kind.group)).or_default() += 1;
            let held = finalizers(&object);
            let wait = match kind == &POD {
                true => int(&object["spec"]["terminationGracePeriodSeconds"]),
                false if held.is_empty() => 0,
                false => FINALIZERS,
            };
            rest.estimate = rest.estimate.max(wait);
            for finalizer in held {
                *rest.held.entry(finalizer).or_default() += 1;
            }
        }
    }
    rest
}

/// Takes the controller's own finalizer away; with the last one the namespace is gone.
fn finalize(world: &mut World, mut namespace: Value) {
    let name = text(&namespace["metadata"]["name"]).to_owned();
    let others: Vec<Value> = items(&namespace["spec"]["finalizers"])
        .iter()
        .filter(|finalizer| **finalizer != "kubernetes")
        .cloned()
        .collect();
    if others.is_empty() && items(&namespace["metadata"]["finalizers"]).is_empty() {
        world.store.remove(&NAMESPACE, "", &name);
    } else {
        namespace["spec"]["finalizers"] = others.into();
        let _ = world.update(&NAMESPACE, namespace, Part::Spec);
    }
}
