//! What the cluster's own parts observe: writes of the status alone.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Part;
use crate::practice::kind::Kind;
use crate::practice::store::names;
use crate::practice::world::World;

impl World {
    /// Writes the status of an object that was read; what others changed in it since then stays. An object that is gone is
    /// left as it was read.
    pub fn write_status(&mut self, kind: &'static Kind, object: Arc<Value>, status: Value) -> Arc<Value> {
        let (namespace, name) = names(&object);
        if self.store.stands(kind, &namespace, &name, &object).is_some() {
            let mut object = Arc::unwrap_or_clone(object);
            object["status"] = status;
            return self.store.put_status(kind, object);
        }
        let told = json!({"metadata": {"namespace": namespace, "name": name, "uid": object["metadata"]["uid"]}, "status": status});
        self.update(kind, told, Part::Status).map_or(object, Arc::new)
    }
}

/// Takes over what a write of the status may change; whether that is anything.
pub fn take(kind: &Kind, old: &mut Value, object: &mut Value) -> bool {
    let (status, owners) = (object["status"].take(), object["metadata"]["managedFields"].take());
    let mut changed = old["status"] != status;
    if status.is_null() && kind.custom.is_some() {
        let object = old.as_object_mut();
        changed = object.is_some_and(|object| object.remove("status").is_some());
    } else if changed {
        old["status"] = status;
    }
    if !owners.is_null() && old["metadata"]["managedFields"] != owners {
        old["metadata"]["managedFields"] = owners;
        changed = true;
    }
    changed
}
