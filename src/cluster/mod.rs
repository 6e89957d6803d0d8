//! The only code that speaks to Kubernetes: connect, guard, watch, apply, delete, logs.

pub mod apply;
pub mod ask;
pub mod cleanup;
pub mod connect;
pub mod deed;
pub mod describe;
pub mod edit;
mod explain;
pub mod fault;
pub mod get;
pub mod guard;
pub mod kinds;
mod kubeconfig;
pub mod logs;
pub mod namespace;
pub mod needs;
mod pinned;
mod raw;
pub mod ready;
#[cfg(test)]
mod real_tests;
pub mod rights;
pub mod row;
pub mod snapshot;
#[cfg(test)]
mod stub;
pub mod watch;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use kube::Client;
use kube::config::Kubeconfig;

/// One cluster and the lab's namespace in it. Clones share the connection.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    /// Gives up on a connection that is silent for too long; only for watches that hear from the server every minute.
    watch_client: Client,
    /// The kubeconfig's context, or `practice`.
    pub context: String,
    pub server: String,
    pub namespace: String,
    /// The server's version: `v1.36.2`.
    pub version: String,
    /// The embedded practice cluster, where nothing can be lost.
    pub practice: bool,
    /// The namespace was given by the user: klab neither makes nor deletes it.
    own_namespace: bool,
    /// The kubeconfig as it was read, cut down to the context.
    pinned: Option<Arc<Kubeconfig>>,
    requests: Arc<AtomicU64>,
    kinds: Arc<Mutex<HashMap<(String, String), kinds::Served>>>,
}

impl Cluster {
    /// Requests sent since the start.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The client itself, for what only the caller knows how to ask.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Whether the namespace was given by the user.
    #[must_use]
    pub fn own_namespace(&self) -> bool {
        self.own_namespace
    }

    /// The same cluster with another lab's namespace.
    #[must_use]
    pub fn within(&self, namespace: &str) -> Cluster {
        Cluster {
            namespace: namespace.to_owned(),
            ..self.clone()
        }
    }
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Cluster({} at {}, namespace {})", self.context, self.server, self.namespace)
    }
}
