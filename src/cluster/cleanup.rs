//! Taking everything away again, waiting until it is gone, and saying what is left.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use kube::runtime::watcher::{self, Event, watcher};
use serde_json::{Value, json};
use thiserror::Error;

use super::guard::{LAB, MANAGED_BY, is_klabs};
use super::kinds::{KindError, swept};
use super::raw::Raw;
use super::{Cluster, fault};
use crate::text;

/// How long things may take to go before klab reports them as left.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// What cleaning up came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// `Pod web-1`, each object that did not go, and what the cluster says holds it.
    pub left: Vec<String>,
}

/// Why nothing could be cleaned up.
#[derive(Debug, Error)]
pub enum CleanupError {
    #[error("cannot delete {what}: {message}; {}", fault::advice(*.code))]
    Server { what: String, message: String, code: Option<u16> },
    #[error("namespace {0} was not made by klab, so klab does not delete it; use -n {0} to remove only what klab made in it")]
    NotOurs(String),
    #[error(transparent)]
    Kind(#[from] KindError),
}

impl Cluster {
    /// Deletes what the lab made: its namespace as a whole, or in a user's own namespace what carries klab's label; and of `kinds`
    /// also what belongs to the whole cluster. Takes off the finalizers `lift` that would hold it, and waits until it is gone.
    ///
    /// # Errors
    /// When the server refuses a deletion, or the namespace is someone else's.
    pub async fn cleanup(&self, kinds: &[(String, String)], lift: &[String], mut progress: impl FnMut(&str)) -> Result<Report, CleanupError> {
        let mut report = Report::default();
        let own = if self.own_namespace { swept().collect() } else { Vec::new() };
        let mut all: Vec<_> = own.clone();
        for kind in kinds {
            let served = self.kind(&kind.0, &kind.1).await;
            if !all.contains(kind) && served.is_ok_and(|served| self.own_namespace || !served.namespaced) {
                all.push(kind.clone());
            }
        }
        for (api_version, kind) in &all {
            self.sweep(api_version, kind, &mut progress).await?;
        }
        if !lift.is_empty() {
            for (api_version, kind) in kinds {
                self.lift(api_version, kind, lift).await?;
            }
        }
        // what belongs to the whole cluster may be held by what is in the namespace, as a volume is by its claim
        if !self.own_namespace {
            report.left.extend(self.delete_namespace(&mut progress).await?);
        }
        for (api_version, kind) in &all {
            let api = self.api(&self.kind(api_version, kind).await?);
            report.left.extend(
                until_gone(api, "", &self.ours(), PATIENCE)
                    .await
                    .into_iter()
                    .map(|name| format!("{kind} {name}")),
            );
        }
        Ok(report)
    }

    fn ours(&self) -> String {
        format!("{MANAGED_BY}=klab,{LAB}={}", self.namespace)
    }

    /// Takes finalizers of these names off the lab's objects of one kind.
    async fn lift(&self, api_version: &str, kind: &str, lift: &[String]) -> Result<(), CleanupError> {
        let Ok(served) = self.kind(api_version, kind).await else { return Ok(()) };
        // In a namespace of the lab's own all objects are the lesson's; anywhere else only those that carry the label.
        let whole = served.namespaced && !self.own_namespace;
        let params = if whole {
            ListParams::default()
        } else {
            ListParams::default().labels(&self.ours())
        };
        let Ok(list) = self.api(&served).list(&params).await else { return Ok(()) };
        for object in list.items {
            let metadata = &object.value["metadata"];
            let held: Vec<&str> = metadata["finalizers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let kept: Vec<&str> = held.iter().copied().filter(|name| !lift.iter().any(|lifted| lifted == name)).collect();
            let name = metadata["name"].as_str().unwrap_or_default();
            if kept.len() == held.len() {
                continue;
            }
            let patch = Patch::Merge(json!({"metadata": {"finalizers": kept}}));
            match self.api(&served).patch(name, &PatchParams::default(), &patch).await {
                Err(error) if fault::code(&error) != Some(404) => {
                    return Err(CleanupError::Server {
                        what: format!("{kind} {}", text::clean(name)),
                        message: fault::say(&error),
                        code: fault::code(&error),
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Deletes what klab made of one kind.
    async fn sweep(&self, api_version: &str, kind: &str, progress: &mut impl FnMut(&str)) -> Result<(), CleanupError> {
        let api = self.api(&self.kind(api_version, kind).await?);
        // A kind that this user may not list or the cluster does not serve holds nothing that klab made.
        let Ok(list) = api.list(&ListParams::default().labels(&self.ours())).await else {
            return Ok(());
        };
        for object in list.items {
            let name = object.value["metadata"]["name"].as_str().unwrap_or_default();
            let what = format!("{kind} {}", text::clean(name));
            progress(&what);
            match api.delete(name, &DeleteParams::foreground()).await {
                Err(error) if fault::code(&error) != Some(404) => {
                    return Err(CleanupError::Server {
                        what,
                        message: fault::say(&error),
                        code: fault::code(&error),
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Deletes the lab's namespace; returns what is still in it when patience ends.
    async fn delete_namespace(&self, progress: &mut impl FnMut(&str)) -> Result<Vec<String>, CleanupError> {
        let api = self.api(&self.kind("v1", "Namespace").await?);
        let what = format!("namespace {}", self.namespace);
        let failed = |error: &kube::Error| CleanupError::Server {
            what: what.clone(),
            message: fault::say(error),
            code: fault::code(error),
        };
        let Some(live) = api.get_opt(&self.namespace).await.map_err(|error| failed(&error))? else {
            return Ok(Vec::new());
        };
        if !is_klabs(&live.value) {
            return Err(CleanupError::NotOurs(self.namespace.clone()));
        }
        progress(&what);
        match api.delete(&self.namespace, &DeleteParams::foreground()).await {
            Err(error) if !matches!(fault::code(&error), Some(404 | 409)) => return Err(failed(&error)),
            _ => {}
        }
        if until_gone(api.clone(), &format!("metadata.name={}", self.namespace), "", PATIENCE)
            .await
            .is_empty()
            && until_not_found(&api, &self.namespace).await
        {
            return Ok(Vec::new());
        }
        let mut left = vec![what];
        for (api_version, kind) in swept() {
            let Ok(served) = self.kind(&api_version, &kind).await else { continue };
            let Ok(list) = self.api(&served).list(&ListParams::default()).await else {
                continue;
            };
            left.extend(
                list.items
                    .iter()
                    .map(|object| format!("{kind} {}", text::clean(object.value["metadata"]["name"].as_str().unwrap_or_default()))),
            );
        }
        Ok(left)
    }
}

/// Makes sure by name: a user who may not watch was told nothing by the watch.
async fn until_not_found(api: &Api<Raw>, name: &str) -> bool {
    let wait = async {
        while !matches!(api.get_opt(name).await, Ok(None)) {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.is_ok()
}

/// Waits by watch until nothing matches; returns the names that still do when patience ends.
pub(super) async fn until_gone(api: Api<Raw>, fields: &str, labels: &str, patience: Duration) -> Vec<String> {
    let given = |selector: &str| (!selector.is_empty()).then(|| selector.to_owned());
    let config = watcher::Config {
        field_selector: given(fields),
        label_selector: given(labels),
        ..watcher::Config::default()
    };
    let mut there: BTreeMap<String, String> = BTreeMap::new();
    let wait = async {
        let mut events = std::pin::pin!(watcher(api, config));
        let mut pause = Duration::from_millis(500);
        while let Some(event) = events.next().await {
            let key = |object: &Raw| object.value["metadata"]["uid"].as_str().unwrap_or_default().to_owned();
            match event {
                Ok(Event::Init) => {
                    there.clear();
                    continue;
                }
                Ok(Event::InitApply(object) | Event::Apply(object)) => {
                    there.insert(key(&object), text::clean(object.value["metadata"]["name"].as_str().unwrap_or_default()));
                    continue;
                }
                Ok(Event::Delete(object)) => drop(there.remove(&key(&object))),
                Ok(Event::InitDone) => {}
                Err(watcher::Error::InitialListFailed(error)) if matches!(fault::code(&error), Some(403..=405)) => return,
                Err(_) => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(8));
                    continue;
                }
            }
            if there.is_empty() {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(patience, wait).await;
    there.into_values().collect()
}

#[cfg(test)]
#[path = "cleanup_tests.rs"]
mod tests;
