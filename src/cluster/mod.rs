//! The only code that speaks to Kubernetes: connect, guard, watch, apply, delete, logs.

pub mod apply;
mod cleanup;
mod connect;
mod describe;
mod guard;
mod kinds;
mod logs;
pub mod row;
pub mod snapshot;
pub mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kube::Client;
use kube::api::{Api, DynamicObject, ListParams};
use serde_json::Value;

pub use connect::{ConnectError, ConnectOptions, contexts};

/// The label that everything klab makes carries, and its value.
pub const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "klab");
/// The label that says for which scenario an object was made.
pub const SCENARIO: &str = "klab.dev/scenario";

/// A cluster, narrowed to the lab's namespace.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    namespace: String,
    /// The namespace is klab's to make and to delete.
    own_namespace: bool,
    server: String,
    version: String,
    requests: Arc<AtomicU64>,
}

/// Why the cluster refused or could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{what}: {said}")]
    Refused { what: String, said: String },
    #[error("{0}")]
    Guard(String),
    #[error("no {0} is known by that name")]
    Kind(String),
}

impl Error {
    fn refused(what: impl Into<String>, error: &kube::Error) -> Self {
        Self::Refused {
            what: what.into(),
            said: said(error),
        }
    }
}

impl Cluster {
    /// The practice cluster behind this client.
    #[must_use]
    pub fn practice(client: Client, namespace: &str) -> Self {
        Self {
            client,
            namespace: namespace.to_owned(),
            own_namespace: true,
            server: "practice cluster".to_owned(),
            version: "v1.36".to_owned(),
            requests: Arc::default(),
        }
    }

    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Requests sent since the start; on a real cluster.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The object as it is now, without managedFields.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn yaml(&self, kind: &str, name: &str) -> Result<Value, Error> {
        let mut object = self.value(kind, name).await?;
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.remove("managedFields");
        }
        Ok(object)
    }

    async fn value(&self, kind: &str, name: &str) -> Result<Value, Error> {
        let object = self
            .api(kind)?
            .get(name)
            .await
            .map_err(|error| Error::refused(format!("{}/{name}", kind.to_lowercase()), &error))?;
        Ok(serde_json::to_value(object).unwrap_or_default())
    }

    async fn values(&self, kind: &str, which: &ListParams) -> Result<Vec<Value>, Error> {
        let list = self
            .api(kind)?
            .list(which)
            .await
            .map_err(|error| Error::refused(format!("{}s", kind.to_lowercase()), &error))?;
        Ok(list.items.into_iter().filter_map(|object| serde_json::to_value(object).ok()).collect())
    }

    fn api(&self, kind: &str) -> Result<Api<DynamicObject>, Error> {
        let resource = kinds::known(kind).ok_or_else(|| Error::Kind(kind.to_owned()))?;
        Ok(self.api_of(&resource, kind))
    }

    fn api_of(&self, resource: &kube::core::ApiResource, kind: &str) -> Api<DynamicObject> {
        if kinds::cluster_scoped(kind) {
            Api::all_with(self.client.clone(), resource)
        } else {
            Api::namespaced_with(self.client.clone(), &self.namespace, resource)
        }
    }
}

/// What went wrong, in the server's words where it said some.
fn said(error: &kube::Error) -> String {
    let text = match error {
        kube::Error::Api(status) => status.message.clone(),
        other => other.to_string(),
    };
    clean(&text)
}

/// Text from the cluster, safe for the terminal.
fn clean(text: &str) -> String {
    crate::text::clean(text)
}
