//! The quota controller: works out anew how much of each quota is used when something is freed or the quota changes.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::pods::Owner;
use crate::practice::event::Source;
use crate::practice::field::{deleting, finished, instant, int, text};
use crate::practice::kind::{Kind, POD, RESOURCE_QUOTA};
use crate::practice::quantity::Quantity;
use crate::practice::quota::{counts, in_scope, usage};
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

/// The quota controller.
#[derive(Debug, Default)]
pub struct ResourceQuotas;

impl Controller for ResourceQuotas {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &RESOURCE_QUOTA {
            let spec = |object: &Value| object["spec"].clone();
            let same = change.before.is_some() && spec(change.earlier()) == spec(change.decoded());
            if !same && change.what != What::Deleted {
                let after = world.between(5, 12);
                world.queue(me, Key::new(&change.namespace, &change.name), after);
            }
            return;
        }
        let freed = change.what == What::Deleted || change.kind == &POD && finished(change.decoded()) && !finished(change.earlier());
        if freed && change.kind.namespaced {
            for quota in world.store.objects(&RESOURCE_QUOTA, Some(&change.namespace)) {
                let limited = quota["spec"]["hard"].as_object().into_iter().flatten();
                if limited.into_iter().any(|(name, _)| counts(change.kind, name)) {
                    let after = world.between(5, 12);
                    world.queue(me, Key::new(&change.namespace, text(&quota["metadata"]["name"])), after);
                }
            }
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let Some(quota) = world.store.get(&RESOURCE_QUOTA, &key.namespace, &key.name) else {
            return;
        };
        if deleting(&quota) {
            return;
        }
        let hard = quota["spec"]["hard"].clone();
        let mut used = json!({});
        for (name, _) in hard.as_object().into_iter().flatten() {
            used[name] = used_of(world, &quota, name).to_string().into();
        }
        let owner = Owner {
            source: Source::controller("resourcequota-controller"),
            kind: &RESOURCE_QUOTA,
            object: &quota,
        };
        owner.write_status(world, json!({"hard": hard, "used": used}));
        // A pod that outlives its grace no longer counts.
        let pods = world.store.objects(&POD, Some(&key.namespace));
        let overdue = pods.iter().filter_map(|pod| {
            let metadata = &pod["metadata"];
            let at = instant(&metadata["deletionTimestamp"])? + SignedDuration::from_secs(int(&metadata["deletionGracePeriodSeconds"]) + 1);
            Duration::try_from(at.duration_since(world.now)).ok().filter(|wait| !wait.is_zero())
        });
        if let Some(wait) = overdue.min() {
            world.queue(me, key.clone(), wait);
        }
    }
}

/// How much is used of what a quota limits under a name.
fn used_of(world: &World, quota: &Value, name: &str) -> Quantity {
    let stored = |kind: &&'static Kind| kind.namespaced && kind.stored.is_none() && counts(kind, name);
    let objects = world.kinds().filter(stored).flat_map(|kind| {
        let own = world.store.objects(kind, Some(text(&quota["metadata"]["namespace"])));
        own.into_iter().map(move |object| (kind, object))
    });
    objects
        .filter(|(kind, object)| in_scope(quota, kind, object))
        .filter_map(|(kind, object)| usage::of(kind, &object, world.now).get(name).copied())
        .fold(Quantity::ZERO, Quantity::plus)
}
