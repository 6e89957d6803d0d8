//! The roles, bindings and priority classes that every cluster starts with (`assets/access/bootstrap.jsonl`, with its generator beside it).

use serde_json::Value;

use crate::practice::kind;
use crate::practice::world::World;

const OBJECTS: &str = include_str!("../../../assets/access/bootstrap.jsonl");

/// Makes them. They are complete as they stand, so nothing is defaulted or checked.
pub fn bootstrap(world: &mut World) {
    let now = world.seconds();
    for line in OBJECTS.lines() {
        let Ok(mut object) = serde_json::from_str::<Value>(line) else { continue };
        let Some(kind) = object["kind"].as_str().and_then(kind::by_name) else {
            continue;
        };
        object["metadata"]["uid"] = world.uid().into();
        object["metadata"]["creationTimestamp"] = now.clone().into();
        if kind.generation {
            object["metadata"]["generation"] = 1.into();
        }
        world.store.put(kind, object);
    }
}
