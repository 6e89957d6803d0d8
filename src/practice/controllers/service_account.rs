//! The service account controller: every namespace has an account called `default`.

use serde_json::json;

use crate::practice::field::deleting;
use crate::practice::kind::{NAMESPACE, SERVICE_ACCOUNT};
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

/// The service account controller.
#[derive(Debug, Default)]
pub struct ServiceAccounts;

impl Controller for ServiceAccounts {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let lost = change.kind == &SERVICE_ACCOUNT && change.what == What::Deleted && *change.name == *"default";
        if lost || change.kind == &NAMESPACE && change.what != What::Deleted {
            let name = if lost { &change.namespace } else { &change.name };
            let after = world.between(5, 12);
            world.queue(me, Key::new("", name), after);
        }
    }

    fn run(&mut self, _me: Id, world: &mut World, key: &Key) {
        let open = world.store.get(&NAMESPACE, "", &key.name).is_some_and(|namespace| !deleting(&namespace));
        if open && world.store.encoded(&SERVICE_ACCOUNT, &key.name, "default").is_none() {
            // There since a moment ago: fine.
            let _ = world.create(&SERVICE_ACCOUNT, json!({"metadata": {"name": "default", "namespace": key.name}}));
        }
    }
}
