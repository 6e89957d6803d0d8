//! Writes as the API server does them: identity, generation, what each part may change.

use axum::body::Bytes;
use serde_json::{Value, json};

use self::deletion::ready_to_go;
pub use self::deletion::{Deletion, Propagation, finalizers};
use super::admission::policy::Operation;
use super::field::{deleting, text};
use super::kind::{Kind, NAMESPACE};
use super::status::{Fault, Status};
use super::store::word::DELETION;
use super::store::{decode, names};
use super::world::World;
use super::{admission, defaults, quota, validate, view};

mod deletion;
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
        admission::policy::check(self, kind, Operation::Create, &object, &Value::Null)?;
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
                let before = (kind.custom.is_some() || !self.request.sub.is_empty()).then(|| old.clone());
                let changed = observed::take(kind, &mut old, &mut object);
                if let Some(before) = before {
                    let warnings = validate::status(kind, &before, &old)?;
                    self.request.warnings.extend(warnings);
                    admission::policy::check(self, kind, Operation::Update, &old, &before)?;
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
            _ => {
                let warnings = validate::update(kind, &old, &object)?;
                self.request.warnings.extend(warnings);
            }
        }
        admission::update(self, kind, &old, &object)?;
        admission::policy::check(self, kind, Operation::Update, &object, &old)?;
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

    /// Finds out what writes would do, and undoes them.
    pub fn try_out<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let scratch = self.store.scratch();
        let kept = std::mem::replace(&mut self.store, scratch);
        let result = work(self);
        self.store = kept;
        result
    }

    /// Whether a namespace is being deleted and takes nothing new.
    #[must_use]
    pub fn is_ending(&self, namespace: &str) -> bool {
        let ending = |object: &Bytes| DELETION.is_in(object) && deleting(&decode(object));
        self.store.encoded(&NAMESPACE, "", namespace).is_some_and(ending)
    }

    /// 403 for anything new in a namespace that is going.
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
