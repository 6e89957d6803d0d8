//! PATCH: the four forms a patch can have, each turned into one write.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::call::Call;
use super::path::Resource;
use super::{answer, verbs};
use crate::practice::cluster::Practice;
use crate::practice::patch::fields::Fields;
use crate::practice::patch::{apply, strategic};
use crate::practice::registry::Part;
use crate::practice::status::Status;
use crate::practice::typed;
use crate::practice::view;
use crate::practice::world::World;

const FORMS: &str = "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml";

pub fn serve(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    if call.content_type() == "application/apply-patch+yaml" {
        return server_side_apply(practice, at, call);
    }
    let patch = call.patch()?;
    let made = verbs::write(practice, call, |world| {
        let old = world
            .store
            .get(at.kind, at.ns(), &at.name)
            .ok_or_else(|| Status::not_found(at.kind, &at.name))?;
        let mut object = patched(&view::show(at.kind, old), &patch, call)?;
        verbs::belongs(at, &mut object)?;
        verbs::replace(world, at, typed::read(at.kind, object, call.param("fieldValidation"))?, call.manager())
    })?;
    Ok(answer::object(&view::show(at.kind, made)))
}

/// The object that a patch makes of another.
pub fn patched(old: &Value, patch: &Value, call: &Call) -> Result<Value, Status> {
    let mut object = old.clone();
    match call.content_type() {
        "application/json-patch+json" => {
            let steps: json_patch::Patch = serde_json::from_value(patch.clone()).map_err(|bad| Status::bad_request(format!("error decoding patch: {bad}")))?;
            json_patch::patch(&mut object, &steps).map_err(|_| Status::unprocessable("the server rejected our request due to an error in our request"))?;
        }
        "application/merge-patch+json" => json_patch::merge(&mut object, patch),
        "application/strategic-merge-patch+json" => strategic::merge(&mut object, patch)?,
        other => return Err(Status::unsupported_media_type(other, FORMS)),
    }
    Ok(object)
}

fn server_side_apply(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    let mut wanted = call.yaml()?;
    if call.param("fieldManager").is_empty() {
        let message = "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch";
        return Err(Status::unprocessable(message));
    }
    verbs::belongs(at, &mut wanted)?;
    let wanted = typed::read(at.kind, wanted, call.param("fieldValidation"))?;
    let (made, new) = verbs::write(practice, call, |world| applied(world, at, wanted, call))?;
    let code = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(answer::typed(code, "application/json", view::show(at.kind, made).to_string()))
}

fn applied(world: &mut World, at: &Resource, mut wanted: Value, call: &Call) -> Result<(Value, bool), Status> {
    let manager = apply::Manager {
        name: call.param("fieldManager"),
        force: call.flag("force"),
        time: &world.seconds(),
        subresource: &at.sub,
    };
    match world.store.get(at.kind, at.ns(), &at.name) {
        Some(live) => {
            let object = view::keep(at.kind, apply::merge(at.kind, &view::show(at.kind, live), &wanted, &manager)?);
            let part = if at.sub == "status" { Part::Status } else { Part::Spec };
            Ok((world.update(at.kind.storage(), object, part)?, false))
        }
        None if at.sub.is_empty() => {
            if !wanted["metadata"]["resourceVersion"].is_null() {
                return Err(Status::conflict(at.kind, &at.name));
            }
            wanted["metadata"]["managedFields"] = json!([apply::entry(at.kind, &Fields::of(at.kind, &wanted), &manager)]);
            Ok((verbs::insert(world, at, wanted, call)?, true))
        }
        None => Err(Status::not_found(at.kind, &at.name)),
    }
}
