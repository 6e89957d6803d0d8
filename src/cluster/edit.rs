//! An object for editing by hand: its manifest without noise, and what was changed of it sent back.

use kube::api::{Patch, PatchParams};
use serde_json::{Map, Value};

use super::Cluster;
use super::apply::ApplyError;
use super::guard::{Guard, Piece};

/// Who made the change, as the server remembers it: not the lab, so that it counts as the learner's own.
const FIELD_MANAGER: &str = "kubectl-edit";
/// Metadata that only the server writes.
const SERVERS: [&str; 6] = ["managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink"];
/// Remembers a whole manifest for `kubectl apply`.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

impl Cluster {
    /// An object as a learner would write it: without status and what only the server writes.
    ///
    /// # Errors
    /// What the server says.
    pub async fn manifest(&self, api_version: &str, kind: &str, name: &str) -> Result<Value, String> {
        let mut object = self.object(api_version, kind, name).await?;
        if let Some(fields) = object.as_object_mut() {
            fields.remove("status");
        }
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.retain(|field, _| !SERVERS.contains(&field.as_str()));
            let bare = metadata.get_mut("annotations").and_then(Value::as_object_mut).is_some_and(|annotations| {
                annotations.remove(LAST_APPLIED);
                annotations.is_empty()
            });
            if bare {
                metadata.remove("annotations");
            }
        }
        Ok(object)
    }

    /// Sends what differs between two forms of one object. Nothing is sent where nothing does.
    ///
    /// # Errors
    /// When the guard or the server refuses.
    pub async fn amend(&self, guard: &Guard, before: &Value, after: &Value) -> Result<(), ApplyError> {
        let piece = Piece {
            label: "your edit".to_owned(),
            object: before.clone(),
        };
        let object = self.pass(guard, &piece).await?;
        let Some(patch) = difference(before, after) else { return Ok(()) };
        let api = self.api_in(&object.served, &object.namespace);
        let params = PatchParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PatchParams::default().validation_strict()
        };
        api.patch(&object.name, &params, &Patch::Merge(&patch))
            .await
            .map_err(|error| ApplyError::server(&object, &error))?;
        Ok(())
    }
}

/// An object as it can be made anew: without what the cluster filled in for the one before.
#[must_use]
pub fn afresh(mut object: Value) -> Value {
    let without = |map: &mut Value, names: &[&str]| {
        if let Some(fields) = map.as_object_mut() {
            fields.retain(|name, _| !names.contains(&name.as_str()));
        }
    };
    let claim = ["pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller"];
    match object["kind"].as_str() {
        Some("Job") if object["spec"]["manualSelector"] != true => {
            without(&mut object["spec"], &["selector"]);
            let labels = [
                "controller-uid",
                "job-name",
                "batch.kubernetes.io/controller-uid",
                "batch.kubernetes.io/job-name",
            ];
            for pointer in ["/metadata/labels", "/spec/template/metadata/labels"] {
                object.pointer_mut(pointer).into_iter().for_each(|map| without(map, &labels));
            }
        }
        Some("PersistentVolumeClaim") => {
            without(&mut object["spec"], &["volumeName"]);
            object.pointer_mut("/metadata/annotations").into_iter().for_each(|map| without(map, &claim));
        }
        _ => {}
    }
    if let Some(Value::Array(finalizers)) = object.pointer_mut("/metadata/finalizers") {
        finalizers.retain(|name| !name.as_str().is_some_and(|name| name.starts_with("kubernetes.io/")));
    }
    object
}

/// The merge patch that makes one value the other; none where they are equal.
#[must_use]
pub fn difference(before: &Value, after: &Value) -> Option<Value> {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return (before != after).then(|| after.clone());
    };
    let gone = old.keys().filter(|key| !new.contains_key(*key)).map(|key| (key.clone(), Value::Null));
    let changed = new.iter().filter_map(|(key, value)| match old.get(key) {
        Some(was) => difference(was, value).map(|value| (key.clone(), value)),
        None => Some((key.clone(), value.clone())),
    });
    let patch: Map<String, Value> = gone.chain(changed).collect();
    (!patch.is_empty()).then_some(Value::Object(patch))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::stub;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_sent_and_what_is_gone_is_null() {
        let before = json!({"a": 1, "b": {"c": [1, 2], "d": "x"}, "gone": true});
        let after = json!({"a": 1, "b": {"c": [1], "d": "x", "e": 2}});
        assert_eq!(difference(&before, &after), Some(json!({"gone": null, "b": {"c": [1], "e": 2}})));
        assert_eq!(difference(&after, &after), None);
    }

    #[tokio::test]
    async fn a_manifest_is_without_noise() {
        let object = json!({"metadata": {"name": "c", "uid": "u", "resourceVersion": "7", "managedFields": [1],
            "annotations": {LAST_APPLIED: "{}"}, "labels": {"app": "c"}}, "data": {"a": "b"}, "status": {"x": 1}});
        let cluster = stub::cluster(move |_| stub::json(&object));
        let got = cluster.manifest("v1", "ConfigMap", "c").await.unwrap_or_default();
        let want = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "labels": {"app": "c"}}, "data": {"a": "b"}});
        assert_eq!(got, want);
    }

    #[tokio::test]
    async fn a_change_goes_out_as_a_strict_patch_of_the_learners() {
        let before = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "b"}});
        let mut after = before.clone();
        after["data"]["a"] = json!("z");
        let cluster = stub::cluster(|asked| {
            assert_eq!((asked.method.as_str(), &asked.body), ("PATCH", &json!({"data": {"a": "z"}})));
            stub::json(&json!({"metadata": {"name": "c"}}))
        });
        assert!(cluster.amend(&Guard::default(), &before, &after).await.is_ok());
        let elsewhere = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "prod"}});
        assert!(cluster.amend(&Guard::default(), &elsewhere, &after).await.is_err());
    }
}
