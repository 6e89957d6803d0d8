//! Takes away what klab made, waits until it is gone, and says what is left.

use std::collections::BTreeSet;

use futures::StreamExt;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, DeleteParams, DynamicObject, ListParams};
use kube::runtime::watcher;
use kube::{Resource, ResourceExt};
use tokio::sync::mpsc;

use super::{Cluster, Error, MANAGED_BY, kinds};

/// Kinds that cleanup looks through in a namespace that is not klab's own.
const SWEPT: &[&str] = &[
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "ReplicaSet",
    "Pod",
    "Service",
    "ConfigMap",
    "Secret",
    "PersistentVolumeClaim",
    "ResourceQuota",
];

impl Cluster {
    /// What klab left in the namespace: `deployment/web` …; nothing when there is no such namespace or it is not klab's.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn found(&self) -> Result<Vec<String>, Error> {
        if self.own_namespace && !self.namespace_is_ours().await? {
            return Ok(Vec::new());
        }
        Ok(self
            .labelled()
            .await
            .into_iter()
            .map(|(kind, name)| format!("{}/{name}", kind.to_lowercase()))
            .collect())
    }

    /// Deletes what klab made; the channel hears what is still there. Returns what was left at the end.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn cleanup(&self, going: mpsc::Sender<Vec<String>>) -> Result<Vec<String>, Error> {
        if self.own_namespace {
            if self.namespace_is_ours().await? {
                self.delete_namespace(&going).await?;
            }
            return Ok(Vec::new());
        }
        for (kind, name) in self.labelled().await {
            let _ = going.send(vec![format!("{}/{name}", kind.to_lowercase())]).await;
            let object = serde_json::json!({"apiVersion": kinds::known(kind).map(|known| known.api_version), "kind": kind, "metadata": {"name": name}});
            self.delete(&[(format!("{}/{name}", kind.to_lowercase()), object)]).await?;
        }
        self.found().await
    }

    async fn namespace_is_ours(&self) -> Result<bool, Error> {
        let api: Api<Namespace> = Api::all(self.client.clone());
        let found = api
            .get_opt(&self.namespace)
            .await
            .map_err(|error| Error::refused(format!("the namespace {} cannot be read", self.namespace), &error))?;
        Ok(found.is_some_and(|found| found.labels().get(MANAGED_BY.0).map(String::as_str) == Some(MANAGED_BY.1)))
    }

    async fn labelled(&self) -> Vec<(&'static str, String)> {
        let params = ListParams::default().labels(&format!("{}={}", MANAGED_BY.0, MANAGED_BY.1));
        let mut found = Vec::new();
        for kind in SWEPT {
            let Ok(api) = self.api(kind) else { continue };
            // A kind that may not be listed holds nothing of klab's: it could not have been applied either.
            let list = api.list(&params).await.map(|list| list.items).unwrap_or_default();
            found.extend(
                list.iter()
                    .filter(|object| object.meta().owner_references.is_none())
                    .map(|object| (*kind, object.name_any())),
            );
        }
        found
    }

    async fn delete_namespace(&self, going: &mpsc::Sender<Vec<String>>) -> Result<(), Error> {
        let api: Api<DynamicObject> = self.api("Namespace")?;
        match api.delete(&self.namespace, &DeleteParams::background()).await {
            Ok(_) => {}
            Err(kube::Error::Api(status)) if status.code == 404 => return Ok(()),
            Err(error) => return Err(Error::refused(format!("the namespace {} cannot be deleted", self.namespace), &error)),
        }
        let pods = self.api("Pod")?;
        let mut left: BTreeSet<String> = BTreeSet::from([format!("namespace/{}", self.namespace)]);
        let config = watcher::Config::default().fields(&format!("metadata.name={}", self.namespace));
        let namespaces = watcher(api, config).map(|event| (true, event));
        let pods = watcher(pods, watcher::Config::default()).map(|event| (false, event));
        let mut events = std::pin::pin!(futures::stream::select(namespaces, pods));
        let mut there = false;
        while let Some((namespace, event)) = events.next().await {
            let name = |object: &DynamicObject| format!("{}/{}", if namespace { "namespace" } else { "pod" }, object.name_any());
            match event {
                Ok(watcher::Event::InitApply(object) | watcher::Event::Apply(object)) => {
                    there |= namespace;
                    left.insert(name(&object));
                }
                Ok(watcher::Event::Delete(_)) if namespace => return Ok(()),
                Ok(watcher::Event::InitDone) if namespace && !there => return Ok(()),
                Ok(watcher::Event::Delete(object)) => {
                    left.remove(&name(&object));
                }
                Ok(_) | Err(_) => continue,
            }
            let _ = going.send(left.iter().cloned().collect()).await;
        }
        Ok(())
    }
}
