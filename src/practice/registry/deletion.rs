//! Deletions: graceful ones, finalizers, preconditions, what becomes of dependents.

use serde_json::{Value, json};

use crate::practice::admission::policy::{self, Operation};
use crate::practice::controllers::definitions;
use crate::practice::field::{instant, text};
use crate::practice::kind::{CUSTOM_RESOURCE_DEFINITION, ENDPOINTS, Kind, NAMESPACE, POD, SERVICE};
use crate::practice::status::Status;
use crate::practice::world::World;

/// Namespaces that stay.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];

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

impl World {
    /// Deletes an object, or marks it as being deleted while a finalizer or the kubelet still holds it.
    ///
    /// # Errors
    /// 404; 409 when a precondition does not hold.
    pub fn delete(&mut self, kind: &'static Kind, namespace: &str, name: &str, how: &Deletion) -> Result<Value, Status> {
        let Some(mut object) = self.store.get(kind, namespace, name) else {
            return Err(Status::not_found(kind, name));
        };
        precondition(kind, &object, how)?;
        policy::check(self, kind, Operation::Delete, &Value::Null, &object)?;
        if kind == &SERVICE {
            // the endpoints that go by its name go with it (`afterDelete` of the Service's store)
            self.store.remove(&ENDPOINTS, namespace, name);
        }
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
    pub(super) fn mark(&self, kind: &Kind, object: &mut Value, grace: i64) {
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
}

/// 409 when a deletion means another object, or another version of it.
pub(super) fn precondition(kind: &Kind, object: &Value, how: &Deletion) -> Result<(), Status> {
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
pub(super) fn ready_to_go(kind: &Kind, object: &Value) -> bool {
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
pub(super) fn grace(kind: &Kind, object: &Value, how: &Deletion) -> i64 {
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
