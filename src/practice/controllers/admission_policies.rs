//! The status of ValidatingAdmissionPolicies: which generation of them was looked at.

use serde_json::json;

use crate::practice::kind::VALIDATING_ADMISSION_POLICY;
use crate::practice::registry::Part;
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

/// The controller.
#[derive(Debug, Default)]
pub struct AdmissionPolicies;

impl Controller for AdmissionPolicies {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &VALIDATING_ADMISSION_POLICY && change.what != What::Deleted {
            let after = world.between(5, 15);
            world.queue(me, Key::new("", &change.name), after);
        }
    }

    fn run(&mut self, _me: Id, world: &mut World, key: &Key) {
        let Some(mut policy) = world.store.get(&VALIDATING_ADMISSION_POLICY, "", &key.name) else {
            return;
        };
        let generation = policy["metadata"]["generation"].clone();
        if policy["status"]["observedGeneration"] != generation {
            policy["status"] = json!({"observedGeneration": generation, "typeChecking": {}});
            // Whoever changed it meanwhile is followed by another look.
            let _ = world.update(&VALIDATING_ADMISSION_POLICY, policy, Part::Status);
        }
    }
}
