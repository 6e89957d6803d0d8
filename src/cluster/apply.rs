//! Writes: the namespace, server-side apply, replace, delete.

use std::fmt;

use futures::StreamExt;
use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use kube::api::{Api, DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use kube::{ResourceExt, runtime::watcher};
use serde_json::{Value, json};

use super::{Cluster, Error, MANAGED_BY, SCENARIO, kinds};

/// The field manager of everything klab applies.
const MANAGER: &str = "klab";

/// An object as the server has it after a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    pub kind: String,
    pub group: String,
    pub name: String,
    pub what: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Configured,
    Unchanged,
}

impl fmt::Display for Applied {
    /// As `kubectl apply` says it: `deployment.apps/web created`.
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let dot = if self.group.is_empty() { "" } else { "." };
        let what = match self.what {
            Outcome::Created => "created",
            Outcome::Configured => "configured",
            Outcome::Unchanged => "unchanged",
        };
        write!(out, "{}{dot}{}/{} {what}", self.kind.to_lowercase(), self.group, self.name)
    }
}

impl Cluster {
    /// Makes the lab's namespace if it is not there, and waits until pods can be made in it.
    ///
    /// # Errors
    /// A namespace of that name that is not the lab's; a missing right.
    pub async fn ensure_namespace(&self, scenario: &str) -> Result<(), Error> {
        let api: Api<Namespace> = Api::all(self.client.clone());
        let found = api
            .get_opt(&self.namespace)
            .await
            .map_err(|error| Error::refused(format!("the namespace {} cannot be read", self.namespace), &error))?;
        match found {
            Some(found) if self.own_namespace && found.labels().get(MANAGED_BY.0).map(String::as_str) != Some(MANAGED_BY.1) => {
                return Err(Error::Guard(format!(
                    "the namespace {} exists and was not made by klab; nothing in it was touched. Use another with -n NAMESPACE or --learner NAME",
                    self.namespace
                )));
            }
            Some(_) => {}
            None => {
                let namespace = json!({"metadata": {"name": self.namespace, "labels": {(MANAGED_BY.0): MANAGED_BY.1, (SCENARIO): scenario}}});
                let namespace: Namespace = serde_json::from_value(namespace).map_err(|error| Error::Guard(error.to_string()))?;
                let made = api
                    .create(
                        &PostParams {
                            field_manager: Some(MANAGER.to_owned()),
                            ..PostParams::default()
                        },
                        &namespace,
                    )
                    .await;
                made.map_err(|error| Error::refused(format!("the namespace {} cannot be made", self.namespace), &error))?;
            }
        }
        self.service_account().await
    }

    /// Pods are refused until the namespace's default service account is there.
    async fn service_account(&self) -> Result<(), Error> {
        let api: Api<ServiceAccount> = Api::namespaced(self.client.clone(), &self.namespace);
        if api.get_opt("default").await.is_ok_and(|found| found.is_some()) {
            return Ok(());
        }
        let config = watcher::Config::default().fields("metadata.name=default");
        let mut events = std::pin::pin!(watcher(api, config));
        while let Some(event) = events.next().await {
            match event {
                Ok(watcher::Event::Apply(_) | watcher::Event::InitApply(_)) => return Ok(()),
                Ok(_) => {}
                Err(error) => {
                    return Err(Error::Refused {
                        what: "the default service account".to_owned(),
                        said: error.to_string(),
                    });
                }
            }
        }
        Ok(())
    }

    /// Applies objects in order, each with a label that says where it is from (`broken/web.yaml:3`).
    ///
    /// # Errors
    /// The first object that the guard or the server refuses.
    pub async fn apply(&self, objects: &[(String, Value)], dry_run: bool) -> Result<Vec<Applied>, Error> {
        let mut done = Vec::new();
        for (label, object) in objects {
            done.push(self.apply_one(label, object, dry_run).await?);
        }
        Ok(done)
    }

    async fn apply_one(&self, label: &str, object: &Value, dry_run: bool) -> Result<Applied, Error> {
        let object = self.guarded(label, object)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (kind, name) = (text(&object["kind"]), text(&object["metadata"]["name"]));
        let resource = kinds::resource(object["apiVersion"].as_str().unwrap_or_default(), &kind);
        let api = self.api_of(&resource, &kind);
        let refused = |error: &kube::Error| Error::refused(format!("{label}: {}/{name} was refused", kind.to_lowercase()), error);
        let before = api.get_opt(&name).await.map_err(|error| refused(&error))?;
        let ours = before
            .as_ref()
            .is_none_or(|object| object.labels().get(MANAGED_BY.0).map(String::as_str) == Some(MANAGED_BY.1));
        let params = PatchParams {
            dry_run,
            force: ours,
            field_manager: Some(MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let after = api.patch(&name, &params, &Patch::Apply(&object)).await.map_err(|error| refused(&error))?;
        let what = match &before {
            None => Outcome::Created,
            Some(before) if before.resource_version() == after.resource_version() => Outcome::Unchanged,
            Some(_) => Outcome::Configured,
        };
        Ok(Applied {
            kind,
            group: resource.group,
            name,
            what,
        })
    }

    /// Deletes objects, waits until they are gone, and creates them anew: for immutable fields.
    ///
    /// # Errors
    /// The first object that the guard or the server refuses.
    pub async fn replace(&self, objects: &[(String, Value)]) -> Result<Vec<Applied>, Error> {
        self.delete(objects).await?;
        self.apply(objects, false).await
    }

    /// Deletes objects in the foreground and waits until they are gone; the lines are kubectl's.
    ///
    /// # Errors
    /// The first object that the guard or the server refuses.
    pub async fn delete(&self, objects: &[(String, Value)]) -> Result<Vec<String>, Error> {
        let mut lines = Vec::new();
        for (label, object) in objects {
            let object = self.guarded(label, object)?;
            let (kind, name) = (
                object["kind"].as_str().unwrap_or_default(),
                object["metadata"]["name"].as_str().unwrap_or_default(),
            );
            let resource = kinds::resource(object["apiVersion"].as_str().unwrap_or_default(), kind);
            let api = self.api_of(&resource, kind);
            match api.delete(name, &DeleteParams::foreground()).await {
                Ok(_) => gone(&api, name).await,
                Err(kube::Error::Api(status)) if status.code == 404 => continue,
                Err(error) => return Err(Error::refused(format!("{label}: {}/{name} cannot be deleted", kind.to_lowercase()), &error)),
            }
            lines.push(format!("{}/{name} deleted", kind.to_lowercase()));
        }
        Ok(lines)
    }
}

/// Waits by watch until an object is no longer there.
async fn gone(api: &Api<DynamicObject>, name: &str) {
    let config = watcher::Config::default().fields(&format!("metadata.name={name}"));
    let mut events = std::pin::pin!(watcher(api.clone(), config));
    let mut there = false;
    while let Some(event) = events.next().await {
        match event {
            Ok(watcher::Event::InitApply(_) | watcher::Event::Apply(_)) => there = true,
            Ok(watcher::Event::Delete(_)) => return,
            Ok(watcher::Event::InitDone) if !there => return,
            _ => {}
        }
    }
}
