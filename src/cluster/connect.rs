//! Connecting to one context of a kubeconfig, and saying clearly why that does not work.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kube::client::ClientBuilder;
use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use super::{Cluster, said};

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which cluster, and where in it.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    pub context: String,
    /// Instead of `$KUBECONFIG` or `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    pub namespace: String,
    /// The namespace is the lab's own to make and delete.
    pub own_namespace: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("the kubeconfig {file} cannot be used: {why}; name another with --kubeconfig FILE")]
    Kubeconfig { file: String, why: String },
    #[error("the kubeconfig has no context {name}; it has: {}", known.join(", "))]
    Context { name: String, known: Vec<String> },
    #[error("the cluster {server} of context {context} did not answer within {} s; is it up, and reachable from here?", PATIENCE.as_secs())]
    Silent { context: String, server: String },
    #[error("the cluster {server} of context {context} cannot be used: {why}")]
    Refused { context: String, server: String, why: String },
}

/// The contexts that a kubeconfig names.
///
/// # Errors
/// When the file is missing or broken.
pub fn contexts(kubeconfig: Option<&Path>) -> Result<Vec<String>, ConnectError> {
    Ok(read(kubeconfig)?.contexts.into_iter().map(|context| context.name).collect())
}

fn read(kubeconfig: Option<&Path>) -> Result<Kubeconfig, ConnectError> {
    let file = kubeconfig.map_or_else(
        || std::env::var("KUBECONFIG").unwrap_or_else(|_| "~/.kube/config".to_owned()),
        |file| file.display().to_string(),
    );
    let config = match kubeconfig {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    config.map_err(|error| ConnectError::Kubeconfig {
        file,
        why: super::clean(&chain(&error)),
    })
}

impl Cluster {
    /// Connects to one context and pins it; asks the server's version once.
    ///
    /// # Errors
    /// One clear reason: the file, the context, the network, the certificate, the login.
    pub async fn connect(options: ConnectOptions) -> Result<Self, ConnectError> {
        let mut kubeconfig = read(options.kubeconfig.as_deref())?;
        if !kubeconfig.contexts.iter().any(|context| context.name == options.context) {
            let known = kubeconfig.contexts.into_iter().map(|context| context.name).collect();
            return Err(ConnectError::Context { name: options.context, known });
        }
        for user in &mut kubeconfig.auth_infos {
            if let Some(exec) = user.auth_info.as_mut().and_then(|user| user.exec.as_mut()) {
                // A plugin that asked something would write over the screen.
                exec.interactive_mode = Some(ExecInteractiveMode::Never);
            }
        }
        let chosen = KubeConfigOptions {
            context: Some(options.context.clone()),
            ..KubeConfigOptions::default()
        };
        let file = || {
            options
                .kubeconfig
                .as_deref()
                .map_or_else(|| "that was found".to_owned(), |file| file.display().to_string())
        };
        let mut config = Config::from_custom_kubeconfig(kubeconfig, &chosen)
            .await
            .map_err(|error| ConnectError::Kubeconfig {
                file: file(),
                why: super::clean(&chain(&error)),
            })?;
        config.connect_timeout = Some(PATIENCE);
        config.read_timeout = None;
        let server = config.cluster_url.to_string();
        let refused = |why: String| ConnectError::Refused {
            context: options.context.clone(),
            server: server.clone(),
            why,
        };
        let requests: Arc<AtomicU64> = Arc::default();
        let client = counted(config, &requests).map_err(|error| refused(super::clean(&chain(&error))))?;
        let version = tokio::time::timeout(PATIENCE, client.apiserver_version())
            .await
            .map_err(|_| ConnectError::Silent {
                context: options.context.clone(),
                server: server.clone(),
            })?
            .map_err(|error| {
                refused(if matches!(error, kube::Error::Api(_)) {
                    said(&error)
                } else {
                    super::clean(&chain(&error))
                })
            })?;
        Ok(Self {
            client,
            namespace: options.namespace,
            own_namespace: options.own_namespace,
            server,
            version: version.git_version,
            requests,
        })
    }
}

/// A client that counts its requests.
fn counted(config: Config, requests: &Arc<AtomicU64>) -> Result<Client, kube::Error> {
    let requests = Arc::clone(requests);
    let layer = tower::util::MapRequestLayer::new(move |request: axum::http::Request<kube::client::Body>| {
        requests.fetch_add(1, Ordering::Relaxed);
        request
    });
    Ok(ClientBuilder::try_from(config)?.with_layer(&layer).build())
}

/// An error and what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
