//! Writes as the API server does them: identity, generation, graceful deletion, finalizers.

use axum::body::Bytes;
use serde_json::{Value, json};

use super::controllers::definitions;
use super::field::{deleting, instant, text};
use super::kind::{CUSTOM_RESOURCE_DEFINITION, Kind, NAMESPACE, POD};
use super::status::{Fault, Status};
use super::store::{decode, names, says};
use super::world::World;
use super::{admission, defaults, quota, validate, view};

mod observed;

/// Which part of an object a write may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Everything but the status.
    Spec,
    /// Only the status.
    Status,
    /// Only the containers that come into a running pod.
    Ephemeral,
    /// Only the resources of a pod's containers.
    Resize,
}

/// What becomes of dependents when their owner is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Propagation {
    #[default]
    Background,
    Foreground,
    Orphan,
}

/// How to delete.
#[derive(Debug, Clone, Default)]
pub struct Deletion {
    pub grace_seconds: Option<i64>,
    pub propagation: Propagation,
    /// Only to find out what it would do.
    pub dry_run: bool,
    /// Preconditions.
    pub uid: Option<String>,
    pub version: Option<String>,
}

/// Namespaces that stay.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];
/// How much of a prefix a generated name keeps.
const PREFIX: usize = 58;

impl World {
    /// Creates an object.
    ///
    /// # Errors
    /// 409 when it exists; whatever admission refuses.
    pub fn create(&mut self, kind: &'static Kind, mut object: Value) -> Result<Value, Status> {
        let prefix = object["metadata"]["generateName"].as_str().unwrap_or_default().to_owned();
        let unnamed = object["metadata"]["name"].as_str().unwrap_or_default().is_empty();
        if unnamed && prefix.is_empty() {
            return Err(Status::invalid(
                kind,
                "",
                &[Fault::required("metadata.name", "name or generateName is required")],
            ));
        }
        // What changes a new object comes before it gets its name.
        let (namespace, name) = names(&object);
        self.refuse_in_ending_namespace(kind, &namespace, if unnamed { &prefix } else { &name })?;
        defaults::apply(kind, &mut object);
        defaults::admit(self, kind, &mut object)?;
        admission::mutate(self, kind, &mut object)?;
        defaults::rank(kind, &mut object);
        if unnamed {
            let kept = (0..=prefix.len().min(PREFIX)).rev().find(|at| prefix.is_char_boundary(*at)).unwrap_or(0);
            object["metadata"]["name"] = format!("{}{}", &prefix[..kept], self.suffix(5)).into();
        }
        let (namespace, name) = names(&object);
        object["apiVersion"] = kind.api_version().into();
        object["kind"] = kind.kind.into();
        object["metadata"]["uid"] = self.uid().into();
        object["metadata"]["creationTimestamp"] = self.seconds().into();
        if kind.generation {
            object["metadata"]["generation"] = 1.into();
        }
        defaults::begin(self, kind, &mut object);
        if kind.custom.is_some() && !kind.verbs.contains(&"create") {
            return Err(Status::forbidden(
                kind,
                &name,
                "create not allowed while custom resource definition is terminating",
            ));
        }
        validate::create(kind, &object)?;
        if self.store.encoded(kind, &namespace, &name).is_some() {
            return Err(Status::already_exists(kind, &name));
        }
        admission::check(self, kind, &object)?;
        quota::charge(self, kind, &object, None)?;
        Ok(self.store.put(kind, object))
    }

    /// Replaces an object, or its status; a `resourceVersion` in it must be the present one.
    ///
    /// # Errors
    /// 404, 409 when it was changed meanwhile; whatever validation refuses.
    pub fn update(&mut self, kind: &'static Kind, mut object: Value, part: Part) -> Result<Value, Status> {
        let (namespace, name) = names(&object);
        let Some(mut old) = self.store.get(kind, &namespace, &name) else {
            return Err(Status::not_found(kind, &name));
        };
        if kind.custom.is_some() {
            // What is there may have been written in another version.
            old = view::show(kind, old);
        }
        let version = &object["metadata"]["resourceVersion"];
        if version.as_str().is_some_and(|version| !version.is_empty()) && version != &old["metadata"]["resourceVersion"] {
            return Err(Status::conflict(kind, &name));
        }
        let (wanted, uid) = (text(&object["metadata"]["uid"]), text(&old["metadata"]["uid"]));
        if !wanted.is_empty() && wanted != uid {
            let key = [kind.plural, &namespace, &name]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("/");
            return Err(Status::another_object(kind, &name, &key, wanted, uid));
        }
        if object["metadata"]["managedFields"].is_null() && !old["metadata"]["managedFields"].is_null() {
            object["metadata"]["managedFields"] = old["metadata"]["managedFields"].clone();
        }
        match part {
            Part::Status => {
                let before = kind.custom.map(|_| old.clone());
                let changed = observed::take(kind, &mut old, &mut object);
                if let Some(before) = before {
                    validate::status(kind, &before, &old)?;
                }
                return Ok(if changed { self.store.put(kind, old) } else { old });
            }
            Part::Spec | Part::Ephemeral | Part::Resize if kind.subresources.contains(&"status") => match old.get("status") {
                Some(status) => object["status"] = status.clone(),
                None => drop(object.as_object_mut().and_then(|object| object.remove("status"))),
            },
            Part::Spec | Part::Ephemeral | Part::Resize => {}
        }
        for fixed in [
            "uid",
            "creationTimestamp",
            "generation",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "resourceVersion",
        ] {
            match old["metadata"].get(fixed) {
                Some(value) => object["metadata"][fixed] = value.clone(),
                None => drop(object["metadata"].as_object_mut().and_then(|metadata| metadata.remove(fixed))),
            }
        }
        defaults::apply(kind, &mut object);
        defaults::keep(kind, &old, &mut object);
        defaults::tolerate(kind, &mut object);
        admission::update(self, kind, &old, &object)?;
        if kind.built_in() == "Service" {
            defaults::address::changed(self, &old, &mut object)?;
        }
        match part {
            Part::Ephemeral => {
                validate::ephemeral(kind, &old, &object)?;
                admission::check(self, kind, &object)?;
            }
            Part::Resize => {
                validate::resize(kind, &old, &object)?;
                admission::resized(self, kind, &object)?;
            }
            _ => validate::update(kind, &old, &object)?,
        }
        if kind.generation && counts(kind, &old, &object) {
            object["metadata"]["generation"] = (old["metadata"]["generation"].as_i64().unwrap_or(0) + 1).into();
        }
        if object == old {
            return Ok(old);
        }
        if object["spec"] != old["spec"] {
            quota::charge(self, kind, &object, Some(&old))?;
        }
        if ready_to_go(kind, &object) {
            self.store.put(kind, object);
            return self.store.remove(kind, &namespace, &name).ok_or_else(|| Status::not_found(kind, &name));
        }
        Ok(self.store.put(kind, object))
    }

    /// Deletes an object, or marks it as being deleted while a finalizer or the kubelet still holds it.
    ///
    /// # Errors
    /// 404; 409 when a precondition does not hold.
    pub fn delete(&mut self, kind: &'static Kind, namespace: &str, name: &str, how: &Deletion) -> Result<Value, Status> {
        let Some(mut object) = self.store.get(kind, namespace, name) else {
            return Err(Status::not_found(kind, name));
        };
        precondition(kind, &object, how)?;
        if kind == &CUSTOM_RESOURCE_DEFINITION && object["metadata"]["deletionTimestamp"].is_null() {
            return Ok(definitions::end(self, object));
        }
        if let Some(finalizer) = match how.propagation {
            Propagation::Foreground => Some("foregroundDeletion"),
            Propagation::Orphan => Some("orphan"),
            Propagation::Background => None,
        } {
            let mut list = finalizers(&object);
            if !list.iter().any(|held| held == finalizer) {
                list.push(finalizer.to_owned());
                object["metadata"]["finalizers"] = json!(list);
            }
        }
        if kind == &NAMESPACE && IMMORTAL.contains(&name) {
            return Err(Status::forbidden(kind, name, "this namespace may not be deleted"));
        }
        let grace = grace(kind, &object, how);
        let held = !finalizers(&object).is_empty() || kind == &NAMESPACE;
        // Pods alone are marked before they go, even when they go at once.
        if grace == 0 && !held && kind != &POD {
            return self.store.remove(kind, namespace, name).ok_or_else(|| Status::not_found(kind, name));
        }
        self.mark(kind, &mut object, grace);
        if kind == &NAMESPACE {
            object["status"]["phase"] = "Terminating".into();
        }
        if self.store.get(kind, namespace, name).as_ref() != Some(&object) {
            object = self.store.put(kind, object);
        }
        if ready_to_go(kind, &object) {
            return self.store.remove(kind, namespace, name).ok_or_else(|| Status::not_found(kind, name));
        }
        Ok(object)
    }

    /// Marks an object as being deleted, or shortens the grace it has left.
    fn mark(&self, kind: &Kind, object: &mut Value, grace: i64) {
        let metadata = &mut object["metadata"];
        let earlier = metadata["deletionGracePeriodSeconds"].as_i64();
        let since = match instant(&metadata["deletionTimestamp"]) {
            None => self.now,
            Some(at) => match earlier.filter(|earlier| grace < *earlier) {
                Some(earlier) => at - jiff::SignedDuration::from_secs(earlier),
                None => return,
            },
        };
        let at = since + jiff::SignedDuration::from_secs(grace);
        metadata["deletionTimestamp"] = at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into();
        metadata["deletionGracePeriodSeconds"] = grace.into();
        if kind.generation {
            metadata["generation"] = (metadata["generation"].as_i64().unwrap_or(0) + 1).into();
        }
    }

    /// Finds out what writes would do, and undoes them.
    pub fn try_out<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let scratch = self.store.scratch();
        let kept = std::mem::replace(&mut self.store, scratch);
        let result = work(self);
        self.store = kept;
        result
    }

    /// 403 for anything new in a namespace that is going.
    /// Whether a namespace is being deleted and takes nothing new.
    #[must_use]
    pub fn is_ending(&self, namespace: &str) -> bool {
        let ending = |object: &Bytes| says(object, "\"deletionTimestamp\"") && deleting(&decode(object));
        self.store.encoded(&NAMESPACE, "", namespace).is_some_and(ending)
    }

    fn refuse_in_ending_namespace(&self, kind: &Kind, namespace: &str, name: &str) -> Result<(), Status> {
        if namespace.is_empty() || !self.is_ending(namespace) {
            return Ok(());
        }
        let why = format!("unable to create new content in namespace {namespace} because it is being terminated");
        let cause = json!([{"reason": "NamespaceTerminating", "message": format!("namespace {namespace} is being terminated"), "field": "metadata.namespace"}]);
        Err(Status::forbidden(kind, name, &why).causes(cause))
    }

    /// The present instant as Kubernetes writes it, in whole seconds.
    #[must_use]
    pub fn seconds(&self) -> String {
        self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The present instant as Kubernetes' MicroTime.
    #[must_use]
    pub fn micros(&self) -> String {
        self.now.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
    }
}

/// Whether a change counts the generation up: of a Deployment its annotations do so too.
fn counts(kind: &Kind, old: &Value, new: &Value) -> bool {
    let annotations = |object: &Value| object["metadata"]["annotations"].as_object().filter(|map| !map.is_empty()).cloned();
    if kind.custom.is_some() {
        let rest = |object: &Value| {
            object.as_object().map(|map| {
                map.iter()
                    .filter(|(name, _)| *name != "metadata")
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect::<Vec<_>>()
            })
        };
        return rest(old) != rest(new);
    }
    new.get("spec") != old.get("spec") || kind.built_in() == "Deployment" && annotations(new) != annotations(old)
}

/// 409 when a deletion means another object, or another version of it.
fn precondition(kind: &Kind, object: &Value, how: &Deletion) -> Result<(), Status> {
    let metadata = &object["metadata"];
    let (name, uid, version) = (text(&metadata["name"]), text(&metadata["uid"]), text(&metadata["resourceVersion"]));
    if let Some(wanted) = how.uid.as_deref().filter(|wanted| *wanted != uid) {
        let why =
            format!("the UID in the precondition ({wanted}) does not match the UID in record ({uid}). The object might have been deleted and then recreated");
        return Err(Status::precondition(kind, name, &why));
    }
    if let Some(wanted) = how.version.as_deref().filter(|wanted| *wanted != version) {
        let why = format!(
            "the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({version}). The object might have been modified"
        );
        return Err(Status::precondition(kind, name, &why));
    }
    Ok(())
}

/// The finalizers of an object.
#[must_use]
pub fn finalizers(object: &Value) -> Vec<String> {
    let list = object["metadata"]["finalizers"].as_array();
    list.into_iter()
        .flatten()
        .filter_map(|finalizer| finalizer.as_str().map(str::to_owned))
        .collect()
}

/// Whether nothing holds an object that is being deleted any more.
fn ready_to_go(kind: &Kind, object: &Value) -> bool {
    if object["metadata"]["deletionTimestamp"].is_null() || !finalizers(object).is_empty() {
        return false;
    }
    match kind.built_in() {
        "Pod" => object["metadata"]["deletionGracePeriodSeconds"] == 0,
        "Namespace" => object["spec"]["finalizers"].as_array().is_none_or(Vec::is_empty),
        _ => true,
    }
}

/// Seconds an object may take to go: pods that run somewhere have a grace, all else goes at once.
fn grace(kind: &Kind, object: &Value, how: &Deletion) -> i64 {
    if kind != &POD
        || object["spec"]["nodeName"].as_str().unwrap_or_default().is_empty()
        || matches!(object["status"]["phase"].as_str(), Some("Succeeded" | "Failed"))
    {
        return 0;
    }
    how.grace_seconds
        .or_else(|| object["spec"]["terminationGracePeriodSeconds"].as_i64())
        .unwrap_or(30)
}
