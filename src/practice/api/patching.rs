//! PATCH: the four forms a patch can have, each turned into one write.

use axum::response::Response;
use serde_json::Value;

use super::call::Call;
use super::defined;
use super::json;
use super::path::Resource;
use super::{answer, verbs, warnings};
use crate::practice::access::escalation;
use crate::practice::cluster::Practice;

use crate::practice::kind::Kind;
use crate::practice::patch::fields::Fields;
use crate::practice::patch::schema::{List, Node};
use crate::practice::patch::{apply, strategic, typing};
use crate::practice::registry::Part;
use crate::practice::status::{Fault, Status};
use crate::practice::typed;
use crate::practice::view;
use crate::practice::world::World;

/// The media type of a server-side apply.
pub const APPLY: &str = "application/apply-patch+yaml";
const STRATEGIC: &str = "application/strategic-merge-patch+json";
/// The most steps of a JSON patch.
const STEPS: usize = 10_000;
const UNAPPLICABLE: &str = "the server rejected our request due to an error in our request";

pub fn serve(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    if call.content_type() == APPLY {
        return server_side_apply(practice, at, call);
    }
    if at.kind.custom.is_some() && call.content_type() == STRATEGIC {
        return Err(Status::unsupported_media_type(
            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
        ));
    }
    let patch = match call.patch().and_then(|patch| mapped(patch, call)) {
        // A strategic patch is read without a word of its own around the error.
        Err(status) if call.content_type() == STRATEGIC => {
            return Err(Status::bad_request(status.message.replacen("error decoding patch: ", "", 1)));
        }
        other => other?,
    };
    let before = warnings::before(practice, at);
    let made = verbs::write(practice, at, call, |world| {
        let old = world
            .store
            .get(at.kind, at.ns(), &at.name)
            .ok_or_else(|| Status::not_found(at.kind, &at.name))?;
        let uid = old["metadata"]["uid"].clone();
        let mut object = patched(at.kind, &view::show(at.kind, old), &patch, call)?;
        if !object["metadata"]["uid"].is_null() && object["metadata"]["uid"] != uid {
            let fault = Fault::invalid("metadata.uid", &object["metadata"]["uid"], "field is immutable");
            return Err(Status::invalid(at.kind, &at.name, &[fault]));
        }
        if at.kind.custom.is_some() {
            defined::is_a(at.kind, &object)?;
        }
        verbs::belongs(at, &mut object)?;
        let object = call.patched(at.kind, &object, |why| refused(call, &object, &patch, why))?;
        verbs::replace(world, at, object, call)
    })?;
    warnings::of_object(practice, at.kind, &made, call);
    warnings::of_stricter(practice, before.as_ref(), &made, call);
    Ok(answer::object(&view::show(at.kind, made)))
}

/// Patches other than JSON patches are objects.
fn mapped(patch: Value, call: &Call) -> Result<Value, Status> {
    if patch.is_object() || !call.content_type().contains("merge-patch") {
        return Ok(patch);
    }
    Err(Status::bad_request(format!("error decoding patch: {}", no_map(&patch))))
}

/// What Go's decoder says of what should have been an object.
fn no_map(value: &Value) -> String {
    format!("json: cannot unmarshal {} into Go value of type map[string]interface {{}}", json::kind(value))
}

/// How an error names a patch: a strategic one by itself as Go prints a map, the others by what they made.
fn refused(call: &Call, object: &Value, patch: &Value, why: String) -> Status {
    if call.content_type() == STRATEGIC {
        Status::patch_invalid(&strategic::printed(patch), unconverted(why))
    } else {
        Status::patch_invalid(&object.to_string(), why)
    }
}

/// What a strategic patch says of a value that a field cannot hold: it is converted and not decoded.
fn unconverted(why: String) -> String {
    if why.starts_with("illegal base64") {
        return format!("error decoding from json: {why}");
    }
    let Some((given, wanted)) = why
        .strip_prefix("json: cannot unmarshal ")
        .and_then(|rest| Some((rest.split(' ').next()?, rest.rsplit_once(" of type ")?.1)))
    else {
        return why;
    };
    let given = match given {
        "number" => "int64",
        "object" => "map",
        "array" => "slice",
        other => other,
    };
    match wanted {
        _ if wanted.starts_with("[]") => format!("cannot restore slice from {given}"),
        _ if wanted.starts_with("map[") => format!("cannot restore map from {given}"),
        _ if wanted.starts_with("v1.") && !given.is_empty() => format!("cannot restore struct from: {given}"),
        "string" if given == "int64" => "cannot convert int64 to string".to_owned(),
        _ => format!("unrecognized type: {wanted}"),
    }
}

/// The steps of a JSON patch, with Go's words for what is none.
fn steps(patch: &Value) -> Result<json_patch::Patch, Status> {
    let undecodable = |why: String| Status::bad_request(format!("error decoding patch: {why}"));
    let misfit = |value: &Value, wanted: &str| format!("json: cannot unmarshal {} into Go value of type {wanted}", json::kind(value));
    let list = patch.as_array().ok_or_else(|| undecodable(misfit(patch, "[]handlers.jsonPatchOp")))?;
    if let Some(odd) = list.iter().find(|step| !step.is_object()) {
        return Err(undecodable(misfit(odd, "handlers.jsonPatchOp")));
    }
    if list.len() > STEPS {
        return Err(Status::too_many_steps(STEPS, list.len()));
    }
    serde_json::from_value(patch.clone()).map_err(|_| Status::unprocessable(UNAPPLICABLE))
}

/// A member that is not there is replaced by adding it, as Kubernetes' library does.
fn lenient(object: &Value, step: &json_patch::PatchOperation) -> json_patch::PatchOperation {
    use json_patch::{AddOperation, PatchOperation};
    match step {
        PatchOperation::Replace(replace)
            if object.pointer(replace.path.as_str()).is_none()
                && replace
                    .path
                    .as_str()
                    .rsplit_once('/')
                    .is_some_and(|(parent, _)| object.pointer(parent).is_some_and(Value::is_object)) =>
        {
            PatchOperation::Add(AddOperation {
                path: replace.path.clone(),
                value: replace.value.clone(),
            })
        }
        other => other.clone(),
    }
}

/// The object that a patch makes of another.
pub fn patched(kind: &Kind, old: &Value, patch: &Value, call: &Call) -> Result<Value, Status> {
    let mut object = old.clone();
    match call.content_type() {
        "application/json-patch+json" => {
            let steps = steps(patch)?;
            for step in &steps.0 {
                let step = lenient(&object, step);
                json_patch::patch(&mut object, &[step]).map_err(|_| Status::unprocessable(UNAPPLICABLE))?;
            }
        }
        "application/merge-patch+json" => json_patch::merge(&mut object, patch),
        STRATEGIC => strategic::merge(kind, &mut object, patch)?,
        _ => return Err(Status::unsupported_patch()),
    }
    Ok(object)
}

fn server_side_apply(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    let mut wanted = call
        .yaml()
        .map_err(|why| Status::bad_request(format!("error decoding YAML: error converting YAML to JSON: {why}")))?;
    applicable(&wanted)?;
    let sent = wanted["metadata"].clone();
    verbs::belongs(at, &mut wanted)?;
    let mut misfits = typing::misfits(at.kind, &wanted);
    if at.kind.custom.is_none() && !misfits.is_empty() {
        return Err(undeclared(at, &wanted, &sent, &misfits));
    }
    let read = typed::read(at.kind, &wanted)?;
    // What is not of its type has no fields that could be known.
    let below = |odd: &String| {
        misfits
            .iter()
            .filter_map(|misfit| misfit.split(':').next())
            .any(|way| odd.contains(&format!("{:?}", format!("{}.", &way[1..])).trim_end_matches('"')[1..]))
    };
    let odd: Vec<String> = read.odd.into_iter().filter(|odd| !below(odd)).collect();
    misfits.extend(odd);
    if !misfits.is_empty() {
        return Err(undeclared(at, &wanted, &sent, &misfits));
    }
    let wanted = read.object;
    let before = warnings::before(practice, at);
    let (made, new) = verbs::write(practice, at, call, |world| applied(world, at, wanted, call))?;
    warnings::of_object(practice, at.kind, &made, call);
    warnings::of_stricter(practice, before.as_ref(), &made, call);
    let made = view::show(at.kind, made);
    Ok(if new { answer::created(&made) } else { answer::object(&made) })
}

/// Refuses what is no configuration of an object.
fn applicable(wanted: &Value) -> Result<(), Status> {
    if !wanted.is_object() {
        let why = no_map(wanted);
        return Err(Status::bad_request(format!(
            "error decoding YAML: error unmarshaling JSON: while decoding JSON: {why}"
        )));
    }
    if wanted["kind"].is_null() && wanted["apiVersion"].is_null() {
        return Err(Status::bad_request("invalid object type: /, Kind="));
    }
    if !wanted["metadata"]["managedFields"].is_null() {
        return Err(Status::bad_request("metadata.managedFields must be nil"));
    }
    Ok(())
}

/// `.spec.containers[name="app"].x` for `spec.containers[0].x`: elements go by their keys, where they have some.
fn keyed(kind: &Kind, object: &Value, way: &str) -> String {
    let (mut node, mut value, mut named) = (Node::of(kind), object, String::new());
    for part in way.split('.') {
        let (field, index) = part.split_once('[').unwrap_or((part, ""));
        (node, value) = (node.field(field), &value[field]);
        named += &format!(".{field}");
        let Ok(index) = index.trim_end_matches(']').parse::<usize>() else { continue };
        let element = &value[index];
        let key = |name: &&str| format!("{name}={}", if element[*name].is_null() { Value::from("") } else { element[*name].clone() });
        named += &match node.list() {
            List::Keyed(keys) => format!("[{}]", keys.iter().map(key).collect::<Vec<_>>().join(",")),
            _ => format!("[{index}]"),
        };
        (node, value) = (node.element(), element);
    }
    named
}

/// 500, as structured-merge-diff finds fields that the schema does not have.
fn undeclared(at: &Resource, wanted: &Value, sent: &Value, odd: &[String]) -> Status {
    let lines: Vec<String> = odd
        .iter()
        .map(|odd| match odd.strip_prefix("unknown field ") {
            Some(way) => format!("{}: field not declared in schema", keyed(at.kind, wanted, way.trim_matches('"'))),
            None => odd.clone(),
        })
        .collect();
    let all = if lines.len() == 1 {
        lines[0].clone()
    } else {
        format!("errors:\n  {}", lines.join("\n  "))
    };
    let text = |field: &str| sent[field].as_str().unwrap_or_default();
    let (group, version) = (at.kind.group, at.kind.version);
    Status::untold(format!(
        "failed to create typed patch object ({}/{}; {group}/{version}, Kind={}): {all}",
        text("namespace"),
        text("name"),
        at.kind.kind
    ))
}

/// Keeps what a client-side apply would compare with in step with what was applied, where there is such a thing.
fn remember(object: &mut Value, wanted: &Value) {
    const LAST: &str = "kubectl.kubernetes.io/last-applied-configuration";
    if object["metadata"]["annotations"][LAST].is_null() {
        return;
    }
    let mut wanted = wanted.clone();
    if let Some(annotations) = wanted["metadata"]["annotations"].as_object_mut() {
        annotations.remove(LAST);
    } else if let Some(metadata) = wanted["metadata"].as_object_mut() {
        metadata.remove("annotations");
    }
    object["metadata"]["annotations"][LAST] = format!("{wanted}\n").into();
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
            let live = view::show(at.kind, live);
            let mut object = apply::merge(at.kind, &live, &wanted, &manager)?;
            if manager.name == "kubectl" && at.sub.is_empty() {
                remember(&mut object, &wanted);
            }
            let object = view::keep(at.kind, object);
            escalation::check(&world.store, &call.user, at.kind, Some(&live), &object)?;
            let part = if at.sub == "status" { Part::Status } else { Part::Spec };
            Ok((world.update(at.kind.storage(), object, part)?, false))
        }
        None if at.sub.is_empty() => {
            if !wanted["metadata"]["resourceVersion"].is_null() {
                return Err(Status::conflict(at.kind, &at.name));
            }
            wanted["metadata"]["managedFields"] = serde_json::json!([apply::entry(at.kind, &Fields::of(at.kind, &wanted), &manager)]);
            Ok((verbs::insert(world, at, wanted, call)?, true))
        }
        None => Err(Status::not_found(at.kind, &at.name)),
    }
}
