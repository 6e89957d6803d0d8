//! Get, create, update and delete: a request's object checked against its path, then written.

use axum::response::Response;
use serde_json::{Value, json};

use super::call::{Call, version};
use super::path::Resource;
use super::{answer, options, signing, table, warnings};
use crate::practice::access::escalation;
use crate::practice::cluster::Practice;
use crate::practice::defaults;
use crate::practice::field::{items, text};
use crate::practice::kind::{CUSTOM_RESOURCE_DEFINITION, Kind, NAMESPACE, POD};
use crate::practice::patch::managed::{self, Writer};
use crate::practice::registry::{Deletion, Part, Propagation};
use crate::practice::request::Request;
use crate::practice::scheduler;
use crate::practice::status::{Fault, Status};
use crate::practice::store::decode;
use crate::practice::validate;
use crate::practice::view;
use crate::practice::world::World;

/// Kinds whose deletion answers with the object; the others answer with a Status.
const ANSWERED_WITH_OBJECT: &[&str] = &[
    "Pod",
    "Namespace",
    "ServiceAccount",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "ResourceQuota",
];

/// The part of a Pod through which containers come into it, and its field.
pub const EPHEMERAL: &str = "ephemeralcontainers";
const EPHEMERAL_FIELD: &str = "ephemeralContainers";

/// The part of a Pod through which its containers get other resources.
const RESIZE: &str = "resize";

pub fn get(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    let least = version(call.param("resourceVersion")).map_err(Status::untold)?.unwrap_or_default();
    let found = practice.read(|world| match world.store.version() {
        newest if least > newest => Err(Status::version_too_large(least, newest)),
        _ => Ok(world.store.encoded(at.kind, at.ns(), &at.name).cloned()),
    })?;
    let found = found.ok_or_else(|| Status::not_found(at.kind, &at.name))?;
    if table::wanted(call) {
        return Ok(table::answer(table::table(at.kind, decode(&found), practice.now(), call, true)));
    }
    Ok(answer::encoded(view::shown(at.kind, &found)))
}

pub fn create(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    let mut object = call.object(at.kind)?;
    belongs(at, &mut object)?;
    if object["metadata"]["resourceVersion"].as_str().is_some_and(|version| !version.is_empty()) {
        return Err(Status::untold("resourceVersion should not be set on objects to be created"));
    }
    let made = write(practice, at, call, |world| insert(world, at, object, call))?;
    warnings::of_object(practice, at.kind, &made, call);
    Ok(answer::created(&view::show(at.kind, made)))
}

/// Creates an object that a user sent, where its namespace exists.
pub fn insert(world: &mut World, at: &Resource, object: Value, call: &Call) -> Result<Value, Status> {
    in_namespace(world, at)?;
    let mut object = view::keep(at.kind, object);
    signing::asked(at.kind, &mut object, call);
    defaults::apply(at.kind.storage(), &mut object);
    escalation::check(&world.store, &call.user, at.kind, None, &object)?;
    if object["metadata"]["managedFields"].as_array().is_none_or(Vec::is_empty) {
        let writer = Writer {
            manager: call.manager(),
            subresource: "",
            time: &world.seconds(),
        };
        managed::record(at.kind, None, &mut object, &writer);
    }
    validate::as_sent(at.kind, None, &object)?;
    world.create(at.kind.storage(), object)
}

fn in_namespace(world: &World, at: &Resource) -> Result<(), Status> {
    match &at.namespace {
        Some(namespace) if world.store.encoded(&NAMESPACE, "", namespace).is_none() => Err(Status::not_found(&NAMESPACE, namespace)),
        _ => Ok(()),
    }
}

pub fn update(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    let mut object = call.object(at.kind)?;
    named(at, &object)?;
    belongs(at, &mut object)?;
    let conditional = at.kind.custom.is_some() || at.kind == &CUSTOM_RESOURCE_DEFINITION;
    if conditional && text(&object["metadata"]["resourceVersion"]).is_empty() {
        let fault = Fault::invalid("metadata.resourceVersion", &0.into(), "must be specified for an update");
        return Err(Status::invalid_as(at.kind.plural, at.kind.group, &at.name, &[fault]));
    }
    if at.sub == "finalize" && object["spec"]["finalizers"].is_null() {
        object["spec"]["finalizers"] = json!([]);
    }
    let before = warnings::before(practice, at);
    let made = write(practice, at, call, |world| replace(world, at, object, call))?;
    warnings::of_object(practice, at.kind, &made, call);
    warnings::of_stricter(practice, before.as_ref(), &made, call);
    Ok(answer::object(&view::show(at.kind, made)))
}

/// What is to be replaced has to say its name.
pub fn named(at: &Resource, object: &Value) -> Result<(), Status> {
    if object["metadata"]["name"].as_str().unwrap_or_default().is_empty() {
        let message = format!("the name of the object ({} based on URL) was undeterminable: name must be provided", at.name);
        return Err(Status::bad_request(message));
    }
    if object["metadata"]["resourceVersion"]
        .as_str()
        .is_some_and(|version| !version.is_empty() && version.parse::<u64>().is_err())
    {
        let version = object["metadata"]["resourceVersion"].as_str().unwrap_or_default();
        return Err(Status::untold(format!("strconv.ParseUint: parsing {version:?}: invalid syntax")));
    }
    Ok(())
}

/// Replaces an object, or the part of it that the path names.
pub fn replace(world: &mut World, at: &Resource, object: Value, call: &Call) -> Result<Value, Status> {
    let mut object = view::keep(at.kind, object);
    let old = world
        .store
        .get(at.kind, at.ns(), &at.name)
        .ok_or_else(|| Status::not_found(at.kind, &at.name))?;
    if at.sub == EPHEMERAL {
        let added = object["spec"][EPHEMERAL_FIELD].take();
        object["spec"] = old["spec"].clone();
        object["spec"][EPHEMERAL_FIELD] = if added.is_null() { json!([]) } else { added };
    }
    if at.sub == RESIZE {
        let wanted = object["spec"].take();
        object["spec"] = resized(&old["spec"], &wanted);
    }
    if at.sub == "approval" {
        object = signing::answered(world, &old, object);
    }
    if at.sub != "status" {
        defaults::apply(at.kind.storage(), &mut object);
        defaults::keep(at.kind.storage(), &old, &mut object);
    }
    escalation::check(&world.store, &call.user, at.kind, Some(&old), &object)?;
    managed::record(
        at.kind,
        Some(&old),
        &mut object,
        &Writer {
            manager: call.manager(),
            subresource: &at.sub,
            time: &world.seconds(),
        },
    );
    let part = match at.sub.as_str() {
        "status" | "approval" => Part::Status,
        RESIZE => Part::Resize,
        EPHEMERAL => Part::Ephemeral,
        _ => Part::Spec,
    };
    validate::as_sent(at.kind, Some(&old), &object)?;
    world.update(at.kind.storage(), object, part)
}

/// A Pod's spec with the resources that another one gives its containers.
fn resized(old: &Value, wanted: &Value) -> Value {
    let mut spec = old.clone();
    for field in ["containers", "initContainers"] {
        for container in spec[field].as_array_mut().into_iter().flatten() {
            let same = |one: &&Value| one["name"] == container["name"];
            match wanted[field].as_array().into_iter().flatten().find(same).map(|one| &one["resources"]) {
                Some(Value::Null) => container["resources"] = json!({}),
                Some(resources) => container["resources"] = resources.clone(),
                None => {}
            }
        }
    }
    spec
}

/// Writes, or on a dry run only finds out what the write would do.
pub fn write<T>(practice: &Practice, at: &Resource, call: &Call, work: impl FnOnce(&mut World) -> T) -> T {
    write_unless(practice, at, call, call.dry_run(), work)
}

/// The same, where something else than the query may say that it is a dry run.
pub fn write_unless<T>(practice: &Practice, at: &Resource, call: &Call, dry_run: bool, work: impl FnOnce(&mut World) -> T) -> T {
    let request = Request {
        user: call.user.clone(),
        dry_run,
        sub: at.sub.clone(),
        warnings: Vec::new(),
    };
    let (result, told) = practice.write(|world| {
        world.request = request;
        let result = if dry_run { world.try_out(work) } else { work(world) };
        (result, std::mem::take(&mut world.request))
    });
    told.warnings.iter().for_each(|warning| call.warn(warning));
    result
}

/// Checks kind, name and namespace of a sent object against the path, and fills in what the path says.
pub fn belongs(at: &Resource, object: &mut Value) -> Result<(), Status> {
    if !object.is_object() {
        return Err(Status::bad_request("the request body must be an object"));
    }
    let (version, kind) = (object["apiVersion"].as_str().unwrap_or_default(), object["kind"].as_str().unwrap_or_default());
    if !kind.is_empty() && kind != at.kind.kind || !version.is_empty() && version != at.kind.api_version() {
        let message = format!(
            "the API version in the data ({version}, Kind={kind}) does not match the expected API version ({}, Kind={})",
            at.kind.api_version(),
            at.kind.kind
        );
        return Err(Status::bad_request(message));
    }
    object["apiVersion"] = at.kind.api_version().into();
    object["kind"] = at.kind.kind.into();
    let metadata = &mut object["metadata"];
    if metadata.is_null() {
        *metadata = json!({});
    }
    if !metadata.is_object() {
        return Err(Status::bad_request("metadata must be an object"));
    }
    let name = metadata["name"].as_str().unwrap_or_default();
    if !at.name.is_empty() && !name.is_empty() && name != at.name {
        return Err(Status::bad_request(format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            at.name
        )));
    }
    if !at.name.is_empty() {
        metadata["name"] = at.name.clone().into();
    }
    let Some(namespace) = &at.namespace else {
        metadata.as_object_mut().map(|metadata| metadata.remove("namespace"));
        return Ok(());
    };
    let given = metadata["namespace"].as_str().unwrap_or_default();
    if !given.is_empty() && given != namespace {
        let message = "the namespace of the provided object does not match the namespace sent on the request";
        return Err(Status::bad_request(message));
    }
    metadata["namespace"] = namespace.clone().into();
    Ok(())
}

pub fn delete(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    let how = deletion(call)?;
    let gone = write_unless(practice, at, call, how.dry_run, |world| {
        world.delete(at.kind.storage(), at.ns(), &at.name, &how)
    })?;
    let gone = view::show(at.kind, gone);
    let still_there = !gone["metadata"]["deletionTimestamp"].is_null();
    Ok(answer::object(&if still_there || ANSWERED_WITH_OBJECT.contains(&at.kind.built_in()) {
        gone
    } else {
        success(at.kind, &gone)
    }))
}

fn success(kind: &Kind, gone: &Value) -> Value {
    let mut details = json!({"name": gone["metadata"]["name"], "kind": kind.plural, "uid": gone["metadata"]["uid"]});
    if !kind.group.is_empty() {
        details["group"] = kind.group.into();
    }
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}

pub fn delete_collection(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    let (how, selector) = (deletion(call)?, call.selector(at.kind)?);
    let gone = write_unless(practice, at, call, how.dry_run, |world| {
        let chosen: Vec<Value> = world
            .store
            .list(at.kind, at.namespace.as_deref())
            .map(decode)
            .filter(|object| selector.matches(object))
            .collect();
        let name = |object: &Value, field: &str| object["metadata"][field].as_str().unwrap_or_default().to_owned();
        chosen
            .iter()
            .map(|object| world.delete(at.kind.storage(), &name(object, "namespace"), &name(object, "name"), &how))
            .collect::<Result<Vec<_>, _>>()
    })?;
    let gone: Vec<Value> = gone.into_iter().map(|object| view::show(at.kind, object)).collect();
    let version = practice.read(|world| world.store.version()).to_string();
    Ok(answer::object(
        &json!({"kind": at.kind.list_kind(), "apiVersion": at.kind.api_version(), "metadata": {"resourceVersion": version}, "items": gone}),
    ))
}

/// How to delete, from the body's DeleteOptions (in an Eviction one level down) or the query.
pub fn deletion(call: &Call) -> Result<Deletion, Status> {
    let body = if call.body.is_empty() { Value::Null } else { call.json()? };
    let (kind, version) = (body["kind"].as_str().unwrap_or_default(), body["apiVersion"].as_str().unwrap_or_default());
    if !matches!(kind, "" | "DeleteOptions" | "Eviction") {
        let message = format!("no kind {kind:?} is registered for version {version:?} in scheme \"pkg/runtime/scheme.go:111\"");
        return Err(Status::bad_request(message));
    }
    let options = body.get("deleteOptions").unwrap_or(&body);
    options::deletion(options, call)?;
    let policy = options["propagationPolicy"].as_str().unwrap_or(call.param("propagationPolicy"));
    let propagation = match policy {
        "" if options["orphanDependents"] == true => Propagation::Orphan,
        "" | "Background" => Propagation::Background,
        "Foreground" => Propagation::Foreground,
        _ => Propagation::Orphan,
    };
    let text = |field: &str| options["preconditions"][field].as_str().map(str::to_owned);
    let grace_seconds = match options["gracePeriodSeconds"].as_i64() {
        Some(seconds) => Some(seconds),
        None => call.number("gracePeriodSeconds")?,
    };
    Ok(Deletion {
        grace_seconds,
        propagation,
        dry_run: call.dry_run() || options["dryRun"].as_array().is_some_and(|asked| asked.iter().any(|one| one == "All")),
        uid: text("uid"),
        version: text("resourceVersion"),
    })
}

/// `pods/NAME/binding`: what a scheduler writes.
pub fn bind(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    let mut binding = call.json()?;
    let name = binding["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    if !at.name.is_empty() && name != at.name {
        return Err(Status::bad_request("name in URL does not match name in Binding object"));
    }
    let node = binding["target"]["name"].take();
    write(practice, at, call, |world| {
        let pod = world.store.get(&POD, at.ns(), &name).ok_or_else(|| Status::not_found(&POD, &name))?;
        if let Some(taken) = pod["spec"]["nodeName"].as_str() {
            return Err(Status::bound(&name, taken));
        }
        if !items(&pod["spec"]["schedulingGates"]).is_empty() {
            let why = format!("pod {name} has non-empty .spec.schedulingGates");
            return Err(Status::conflict_because(&POD, &name, &why));
        }
        Ok(scheduler::assign(world, pod, text(&node)))
    })?;
    Ok(answer::created(
        &json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}),
    ))
}
