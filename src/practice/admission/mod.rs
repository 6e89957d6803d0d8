//! Admission: what is added to a new object or refused because of what else there is (kubernetes `plugin/pkg/admission`).

mod default_class;
mod limits;
pub mod pod_security;
pub mod policy;
mod priority;
mod runtime_class;
mod storage;

use serde_json::Value;

use super::field::text;
use super::kind::{Kind, NAMESPACE};
use super::status::Status;
use super::store::names;
use super::world::World;

/// Why an object is refused, without its name.
pub type Refusal = String;

/// What changes a new object before it is checked.
///
/// # Errors
/// 403 with the reason.
pub fn mutate(world: &World, kind: &Kind, object: &mut Value) -> Result<(), Status> {
    limits::fill(world, kind, object);
    priority::resolve(world, kind, object).map_err(|why| forbidden(kind, object, &why))?;
    runtime_class::resolve(world, kind, object).map_err(|why| forbidden(kind, object, &why))?;
    default_class::choose(world, kind, object);
    Ok(())
}

/// What only looks, after the object was found valid.
///
/// # Errors
/// 403 with the reason.
pub fn check(world: &World, kind: &Kind, object: &Value) -> Result<(), Status> {
    limits::check(world, kind, object)
        .and_then(|()| pod_security::check(world, kind, object))
        .and_then(|()| priority::check(world, kind, object))
        .map_err(|why| forbidden(kind, object, &why))?;
    if kind == &NAMESPACE {
        pod_security::labelled(kind, object)?;
    }
    Ok(())
}

/// What only looks at a change.
///
/// # Errors
/// 403 with the reason.
pub fn update(world: &World, kind: &Kind, old: &Value, new: &Value) -> Result<(), Status> {
    if kind == &NAMESPACE && old["metadata"]["labels"] != new["metadata"]["labels"] {
        pod_security::labelled(kind, new)?;
    }
    storage::resize(world, kind, old, new).map_err(|why| forbidden(kind, new, &why))
}

/// What only looks at new resources of a running pod.
///
/// # Errors
/// 403 when its node has less than it asks for.
pub fn resized(world: &World, kind: &Kind, object: &Value) -> Result<(), Status> {
    limits::check(world, kind, object)
        .and_then(|()| limits::fits_node(world, object))
        .map_err(|why| forbidden(kind, object, &why))
}

fn forbidden(kind: &Kind, object: &Value, why: &str) -> Status {
    let name = match names(object) {
        (_, name) if name.is_empty() => text(&object["metadata"]["generateName"]).to_owned(),
        (_, name) => name,
    };
    Status::forbidden(kind, &name, why)
}
