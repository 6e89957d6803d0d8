//! The lab's namespace: made, recognised, found again.

use std::time::Duration;

use futures::TryStreamExt;
use kube::api::{ListParams, PostParams};
use kube::runtime::watcher::{self, Event};
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::guard::{LAB, LEARNER, MANAGED_BY, SCENARIO, is_klabs};
use super::kinds::KindError;
use super::raw::Raw;
use super::{Cluster, fault};
use crate::text;

/// How long a new namespace may take to get its default service account.
const SETTLING: Duration = Duration::from_secs(20);

/// Why there is no namespace to work in.
#[derive(Debug, Error)]
pub enum NamespaceError {
    #[error("namespace {0} exists already and klab did not make it; use -n {0} to work in it all the same, or --learner NAME for another")]
    NotOurs(String),
    #[error("namespace {0} is still being deleted; wait a moment and try again")]
    Leaving(String),
    #[error("namespace {0} does not exist; make it first with `kubectl create namespace {0}`, or leave out -n")]
    Missing(String),
    #[error("cannot {what} namespace {namespace}: {message}; {}", fault::advice(*.code))]
    Server {
        what: &'static str,
        namespace: String,
        message: String,
        code: Option<u16>,
    },
    #[error("namespace {namespace} has no service account `default` after {seconds} s, so no pod can start in it; is the controller manager running?")]
    Unsettled { namespace: String, seconds: u64 },
    #[error(transparent)]
    Kind(#[from] KindError),
}

/// A namespace that klab made and left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    pub namespace: String,
    pub scenario: String,
    /// It is on its way out already.
    pub leaving: bool,
}

impl Cluster {
    /// Makes the lab's namespace, or finds it there, and waits until pods can be made in it.
    ///
    /// # Errors
    /// When it is someone else's, is being deleted, or cannot be made.
    pub async fn ensure_namespace(&self, scenario: &str, learner: Option<&str>) -> Result<(), NamespaceError> {
        let api = self.api(&self.kind("v1", "Namespace").await?);
        let name = self.namespace.clone();
        let failed = |what, error: kube::Error| NamespaceError::Server {
            what,
            namespace: self.namespace.clone(),
            message: fault::say(&error),
            code: fault::code(&error),
        };
        match api.get_opt(&name).await {
            Ok(Some(live)) if self.own_namespace && live.value["metadata"]["deletionTimestamp"].is_null() => {}
            Ok(None) if self.own_namespace => return Err(NamespaceError::Missing(name)),
            // Who may not read namespaces may still work in one.
            Err(error) if self.own_namespace && fault::code(&error) == Some(403) => {}
            Ok(Some(live)) if !live.value["metadata"]["deletionTimestamp"].is_null() => return Err(NamespaceError::Leaving(name)),
            Ok(Some(live)) if !is_klabs(&live.value) => return Err(NamespaceError::NotOurs(name)),
            Ok(Some(_)) => {}
            Ok(None) => {
                let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": self.labels(scenario, learner)}});
                let params = PostParams {
                    field_manager: Some("klab".to_owned()),
                    ..PostParams::default()
                };
                api.create(&params, &Raw::from(namespace)).await.map_err(|error| failed("make", error))?;
            }
            Err(error) => return Err(failed("read", error)),
        }
        self.until_settled().await
    }

    /// The namespaces that klab made for this learner and that are still there. Empty for who may not list namespaces.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn leftovers(&self, learner: Option<&str>) -> Result<Vec<Leftover>, NamespaceError> {
        let api = self.api(&self.kind("v1", "Namespace").await?);
        let list = match api.list(&ListParams::default().labels(&format!("{MANAGED_BY}=klab"))).await {
            Err(error) if fault::code(&error) == Some(403) => return Ok(Vec::new()),
            list => list.map_err(|error| NamespaceError::Server {
                what: "list",
                namespace: "(all)".to_owned(),
                message: fault::say(&error),
                code: fault::code(&error),
            })?,
        };
        let ours = list
            .items
            .iter()
            .map(|item| &item.value["metadata"])
            .filter(|metadata| metadata["labels"][LEARNER].as_str() == learner);
        let words = |value: &Value| text::clean(value.as_str().unwrap_or_default());
        let leftover = |metadata: &Value| Leftover {
            namespace: words(&metadata["name"]),
            scenario: words(&metadata["labels"][SCENARIO]),
            leaving: !metadata["deletionTimestamp"].is_null(),
        };
        Ok(ours.map(leftover).collect())
    }

    fn labels(&self, scenario: &str, learner: Option<&str>) -> Value {
        let scenario = &label(scenario);
        let own = [(MANAGED_BY, "klab"), (SCENARIO, scenario), (LAB, &self.namespace)];
        let labels = own.into_iter().chain(learner.map(|learner| (LEARNER, learner)));
        Value::Object(labels.map(|(key, value)| (key.to_owned(), json!(value))).collect::<Map<_, _>>())
    }

    /// Waits for the service account without which admission refuses every pod.
    async fn until_settled(&self) -> Result<(), NamespaceError> {
        let api = self.api(&self.kind("v1", "ServiceAccount").await?);
        let config = watcher::Config::default().fields("metadata.name=default");
        let mut accounts = std::pin::pin!(watcher::watcher(api, config));
        let wait = async {
            loop {
                match accounts.try_next().await {
                    Ok(Some(Event::Apply(_) | Event::InitApply(_))) => return true,
                    Ok(Some(_)) => {}
                    // Who may not read accounts finds out when a pod is refused.
                    Ok(None) | Err(_) => return self.own_namespace,
                }
            }
        };
        match tokio::time::timeout(SETTLING, wait).await {
            Ok(true) => Ok(()),
            _ => Err(NamespaceError::Unsettled {
                namespace: self.namespace.clone(),
                seconds: SETTLING.as_secs(),
            }),
        }
    }
}

/// A name as the value of a label, which takes only some letters.
fn label(name: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric();
    let kept = name.chars().take(63).map(|char| if plain(char) || "-_.".contains(char) { char } else { '-' });
    kept.collect::<String>().trim_matches(|char| !plain(char)).to_owned()
}
