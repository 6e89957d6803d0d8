//! Finding and reaching a cluster: the practice cluster, or exactly the one context that was named.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::Request;
use kube::client::Body;
use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use thiserror::Error;

use super::{Cluster, fault, kubeconfig, pinned};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The server writes a bookmark into a quiet watch about every minute; a connection silent for longer than this is dead.
const WATCH_SILENCE: Duration = Duration::from_secs(150);

/// Which cluster, and where in it.
#[derive(Debug, Clone, Default)]
pub struct ConnectOptions {
    pub context: String,
    /// Otherwise `$KUBECONFIG`, then `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    pub namespace: String,
    /// The user named the namespace: it is neither made nor deleted.
    pub own_namespace: bool,
}

/// Why there is no connection.
#[derive(Debug, Error)]
pub enum ConnectError {
    #[error("cannot read the kubeconfig {file}: {why}; name the right file with --kubeconfig, or leave out --context to use the practice cluster")]
    Unreadable { file: String, why: String },
    #[error("the kubeconfig {file} is broken: {why}; `kubectl config view` shows what kubectl makes of it")]
    Broken { file: String, why: String },
    #[error("the kubeconfig {file} has no context `{context}`; {}", known(.contexts))]
    UnknownContext { context: String, file: String, contexts: Vec<String> },
    #[error("{server} (context {context}) refuses connections; is the cluster running?")]
    ConnectionRefused { context: String, server: String },
    #[error("{server} (context {context}) did not answer within {} s; is the cluster running, and is a VPN or proxy needed?", CONNECT_TIMEOUT.as_secs())]
    TimedOut { context: String, server: String },
    #[error("the certificate of {server} (context {context}) is not trusted: {why}; check certificate-authority-data in the kubeconfig")]
    BadCertificate { context: String, server: String, why: String },
    #[error("{server} does not accept the login of context {context} (401 Unauthorized); log in again, or renew the token in the kubeconfig")]
    Unauthorized { context: String, server: String },
    #[error("{server} does not let the user of context {context} in (403 Forbidden): {why}; ask whoever runs the cluster")]
    Forbidden { context: String, server: String, why: String },
    #[error("cannot log in with context {context}: {why}; run the login command of your cluster in a shell first")]
    Login { context: String, why: String },
    #[error("cannot reach {server} (context {context}): {why}; check the server's address in the kubeconfig and the network")]
    Unreachable { context: String, server: String, why: String },
}

fn known(contexts: &[String]) -> String {
    if contexts.is_empty() {
        "it has none at all".to_owned()
    } else {
        format!("it has: {}", contexts.join(", "))
    }
}

/// The contexts of a kubeconfig.
///
/// # Errors
/// When the kubeconfig is missing or broken.
pub fn contexts(kubeconfig: Option<&Path>) -> Result<Vec<String>, ConnectError> {
    Ok(names(&kubeconfig::read(kubeconfig)?))
}

impl Cluster {
    /// The practice cluster behind a client.
    #[must_use]
    pub fn practice(client: Client, namespace: &str) -> Cluster {
        let requests = Arc::new(AtomicU64::new(0));
        let client = counted(client, &requests);
        Cluster {
            watch_client: client.clone(),
            client,
            context: "practice".to_owned(),
            server: "practice".to_owned(),
            namespace: namespace.to_owned(),
            version: String::new(),
            practice: true,
            own_namespace: false,
            pinned: None,
            requests,
            kinds: Arc::default(),
        }
    }

    /// Connects to the one context that was named, and to nothing else.
    ///
    /// # Errors
    /// Says what does not work, where, and what to do.
    pub async fn connect(options: ConnectOptions) -> Result<Cluster, ConnectError> {
        let (config, pinned) = config(&options).await?;
        let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let failed = |error: &kube::Error| explain(&options.context, &server, error);
        let requests = Arc::new(AtomicU64::new(0));
        let client = counted(Client::try_from(config.clone()).map_err(|error| failed(&error))?, &requests);
        let mut watching = config;
        (watching.read_timeout, watching.reset_reader_on_write) = (Some(WATCH_SILENCE), true);
        let watch_client = counted(Client::try_from(watching).map_err(|error| failed(&error))?, &requests);
        let version = match tokio::time::timeout(CONNECT_TIMEOUT, client.apiserver_version()).await {
            Ok(answer) => answer.map_err(|error| failed(&error))?.git_version,
            Err(_) => {
                return Err(ConnectError::TimedOut {
                    context: options.context,
                    server,
                });
            }
        };
        let ConnectOptions {
            context,
            namespace,
            own_namespace,
            ..
        } = options;
        Ok(Cluster {
            client,
            watch_client,
            context,
            server,
            namespace,
            version,
            practice: false,
            own_namespace,
            pinned: Some(pinned),
            requests,
            kinds: Arc::default(),
        })
    }
}

/// A client that counts what it sends.
fn counted(client: Client, requests: &Arc<AtomicU64>) -> Client {
    let requests = requests.clone();
    let namespace = client.default_namespace().to_owned();
    let service = tower::service_fn(move |request: Request<Body>| {
        requests.fetch_add(1, Ordering::Relaxed);
        let client = client.clone();
        async move { client.send(request).await }
    });
    Client::new(service, namespace)
}

/// What to connect with, and the kubeconfig that says so.
async fn config(options: &ConnectOptions) -> Result<(Config, Arc<Kubeconfig>), ConnectError> {
    let file = file_name(options.kubeconfig.as_deref());
    let kubeconfig = kubeconfig::read(options.kubeconfig.as_deref())?;
    let contexts = names(&kubeconfig);
    if !contexts.contains(&options.context) {
        return Err(ConnectError::UnknownContext {
            context: options.context.clone(),
            file,
            contexts,
        });
    }
    let only = KubeConfigOptions {
        context: Some(options.context.clone()),
        ..KubeConfigOptions::default()
    };
    let pinned = Arc::new(pinned::only(kubeconfig.clone(), &options.context));
    let config = Config::from_custom_kubeconfig(kubeconfig, &only).await;
    let mut config = config.map_err(|error| ConnectError::Broken {
        file,
        why: fault::chain(&error),
    })?;
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    if let Some(exec) = &mut config.auth_info.exec {
        // A plugin that asks would write over the screen and wait for keys that never come.
        exec.interactive_mode = Some(ExecInteractiveMode::Never);
    }
    Ok((config, pinned))
}

fn file_name(kubeconfig: Option<&Path>) -> String {
    match kubeconfig {
        Some(path) => path.display().to_string(),
        None => std::env::var("KUBECONFIG")
            .ok()
            .filter(|path| !path.is_empty())
            .unwrap_or_else(|| "~/.kube/config".to_owned()),
    }
}

fn names(kubeconfig: &Kubeconfig) -> Vec<String> {
    kubeconfig.contexts.iter().map(|context| context.name.clone()).collect()
}

fn explain(context: &str, server: &str, error: &kube::Error) -> ConnectError {
    let (context, server) = (context.to_owned(), server.to_owned());
    let why = fault::causes(error);
    let lower = why.to_lowercase();
    match error {
        kube::Error::Api(status) if status.code == 401 => ConnectError::Unauthorized { context, server },
        kube::Error::Api(status) if status.code == 403 => ConnectError::Forbidden {
            context,
            server,
            why: fault::say(error),
        },
        kube::Error::Auth(_) => ConnectError::Login { context, why },
        _ if lower.contains("certificate") => ConnectError::BadCertificate { context, server, why },
        _ if lower.contains("connection refused") => ConnectError::ConnectionRefused { context, server },
        _ if lower.contains("timed out") || lower.contains("deadline") => ConnectError::TimedOut { context, server },
        _ => ConnectError::Unreachable { context, server, why },
    }
}

#[cfg(test)]
#[path = "connect_tests.rs"]
mod tests;
