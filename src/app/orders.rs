//! A scenario's orders carried out on its cluster: prepare, break, solve, clean up, and whatever a trigger, cheat or repair does.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;

use super::hands::Answer;
use super::session::{Session, notice};
use crate::cluster::apply::{Applied, ApplyError, Outcome};
use crate::cluster::deed::Target;
use crate::cluster::edit::afresh;
use crate::cluster::guard::{Guard, Piece};
use crate::cluster::kinds::built_in;
use crate::cluster::snapshot::ObjectRef;
use crate::lab::msg::{FromCluster, Mend, Notice, Order};
use crate::scenario::{Deed, Manifest, Need, SolutionMode};

/// How long a healthy start may take to become ready; a longer one is broken as it is.
const START: Duration = Duration::from_secs(60);
/// How long a Service may take until it answers a trigger's first request.
const FIRST_ANSWER: Duration = Duration::from_secs(60);

impl Session {
    /// Carries an order out and answers with what was done, or why not.
    pub async fn carry(&self, order: Order, answer: &Answer) {
        let done = match order {
            Order::Prepare => self.prepare().await,
            Order::Break => self.break_it().await,
            Order::Solve => self.solve().await,
            Order::Cleanup => self.clean_up(answer).await,
        };
        let what = match done {
            Ok(lines) => FromCluster::Done(order, lines),
            Err(notice) => FromCluster::Refused(order, notice),
        };
        answer.send(what).await;
    }

    async fn prepare(&self) -> Result<Vec<String>, Notice> {
        self.cluster
            .ensure_namespace(&self.scenario.id, self.learner.as_deref())
            .await
            .map_err(|error| notice(&error))?;
        self.apply(&self.scenario.setup).await
    }

    /// Broken/ goes into a start that is healthy, and then what provokes the fault.
    async fn break_it(&self) -> Result<Vec<String>, Notice> {
        for manifest in &self.scenario.setup {
            self.cluster.until_ready(manifest.api_version(), manifest.kind(), manifest.name(), START).await;
        }
        let mut lines = self.apply(&self.scenario.broken).await?;
        for deed in &self.scenario.trigger {
            lines.extend(self.perform(deed).await?);
        }
        Ok(lines)
    }

    async fn solve(&self) -> Result<Vec<String>, Notice> {
        let solution = &self.scenario.solution;
        match self.scenario.solution_mode {
            SolutionMode::Apply => self.apply(solution).await,
            SolutionMode::Replace => self.replace(solution).await,
            SolutionMode::Delete => {
                let done = self.cluster.delete(&self.guard(), &pieces(solution)).await;
                done.map(|()| Vec::new()).map_err(|error| notice(&error))
            }
        }
    }

    /// Does one thing of those that a scenario.yaml can name; says what was done.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn perform(&self, deed: &Deed) -> Result<Vec<String>, Notice> {
        let said = |kind: &str, name: &str, what: &str| vec![format!("{}/{name} {what}", kind.to_lowercase())];
        let refused = |error: ApplyError| notice(&error);
        let guard = self.guard();
        match deed {
            Deed::Apply(manifests) => self.apply(manifests).await,
            Deed::Replace(manifests) => self.replace(manifests).await,
            Deed::Request { service, port, path, times } => self.request(service, *port, path, *times).await,
            Deed::Delete { kind, name } => {
                let version = self.api_version(kind)?;
                self.cluster.remove(&guard, target(&version, kind, name)).await.map_err(refused)?;
                Ok(said(kind, name, "deleted"))
            }
            Deed::Scale { kind, name, replicas } => {
                let version = self.api_version(kind)?;
                self.cluster.scale(&guard, target(&version, kind, name), *replicas).await.map_err(refused)?;
                Ok(said(kind, name, "scaled"))
            }
            Deed::Restart { kind, name } => {
                let version = self.api_version(kind)?;
                let now = self.now();
                self.cluster.restart(&guard, target(&version, kind, name), now).await.map_err(refused)?;
                Ok(said(kind, name, "restarted"))
            }
            Deed::Finalize => {
                self.cluster.finalize().await.map_err(refused)?;
                Ok(said("Namespace", &self.cluster.namespace, "finalized"))
            }
            Deed::Undo { kind, name } => {
                let version = self.api_version(kind)?;
                self.cluster.undo(&guard, target(&version, kind, name)).await.map_err(refused)?;
                Ok(said(kind, name, "rolled back"))
            }
            Deed::Patch { kind, name, patch } => {
                let version = self.api_version(kind)?;
                self.cluster.patch(&guard, target(&version, kind, name), patch).await.map_err(refused)?;
                Ok(said(kind, name, "patched"))
            }
        }
    }

    /// Asks a Service so many times; what it answers matters only until it answers at all.
    async fn request(&self, service: &str, port: u16, path: &str, times: u32) -> Result<Vec<String>, Notice> {
        let first = async {
            while let Err(why) = self.cluster.request(service, port, path).await {
                if !why.starts_with("503") {
                    break;
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        };
        let answered = tokio::time::timeout(FIRST_ANSWER, first).await;
        if answered.is_err() {
            return Err(notice(&format!("service/{service} has had nobody to answer for {} s", FIRST_ANSWER.as_secs())));
        }
        for _ in 1..times {
            let _ = self.cluster.request(service, port, path).await;
        }
        Ok(vec![format!("service/{service} asked {times} times")])
    }

    /// The apiVersion under which a kind is served, by the scenario's manifests or as every cluster has it.
    pub(super) fn api_version(&self, kind: &str) -> Result<String, Notice> {
        let scenario = &self.scenario;
        let mut manifests = [&scenario.setup, &scenario.broken, &scenario.solution].into_iter().flatten();
        let written = manifests.find(|manifest| manifest.kind() == kind).map(Manifest::api_version);
        let version = written.or_else(|| built_in(kind)).map(str::to_owned);
        version.ok_or_else(|| notice(&format!("kind {kind} is not known; use it in a manifest of the scenario, with its apiVersion")))
    }

    /// The object as a learner edits it.
    ///
    /// # Errors
    /// Why it cannot be shown.
    pub async fn manifest(&self, about: &ObjectRef) -> Result<Value, String> {
        let version = self.api_version(&about.kind).map_err(|notice| notice.what)?;
        self.cluster.manifest(&version, &about.kind, &about.name).await
    }

    /// Carries out a repair by hand.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn mend(&self, mend: Mend) -> Result<(), String> {
        match mend {
            Mend::Amend { before, after } => self.amend(&before, &after).await,
            Mend::Anew(object) => self.anew(object).await,
            Mend::Do(deed) => self.perform(&deed).await.map(drop).map_err(|notice| notice.what),
        }
    }

    /// Deletes an object and makes it anew as a learner wrote it.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn anew(&self, object: Value) -> Result<(), String> {
        let piece = Piece {
            label: "your edit".to_owned(),
            object: afresh(object),
        };
        self.cluster.replace(&self.guard(), &[piece]).await.map(drop).map_err(|error| error.to_string())
    }

    /// Makes an object as a learner wrote it, or changes the one of its name; says which.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn make(&self, object: Value) -> Result<&'static str, String> {
        let piece = Piece {
            label: "your edit".to_owned(),
            object,
        };
        let done = self.cluster.apply(&self.guard(), &[piece], false).await.map_err(|error| error.to_string())?;
        Ok(match done.first().map(|applied| applied.what) {
            Some(Outcome::Created) | None => "created",
            Some(Outcome::Configured) => "configured",
            Some(Outcome::Unchanged) => "unchanged",
        })
    }

    /// Sends what a learner changed of an object.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn amend(&self, before: &Value, after: &Value) -> Result<(), String> {
        self.cluster.amend(&self.guard(), before, after).await.map_err(|error| error.to_string())
    }

    async fn apply(&self, manifests: &[Manifest]) -> Result<Vec<String>, Notice> {
        let done = self.cluster.apply(&self.guard(), &pieces(manifests), false).await;
        done.map(|done| lines(&done)).map_err(|error| notice(&error))
    }

    async fn replace(&self, manifests: &[Manifest]) -> Result<Vec<String>, Notice> {
        let done = self.cluster.replace(&self.guard(), &pieces(manifests)).await;
        done.map(|done| lines(&done)).map_err(|error| notice(&error))
    }

    fn guard(&self) -> Guard {
        Guard {
            scenario: self.scenario.id.clone(),
            allow: self.scenario.allow.clone(),
        }
    }

    async fn clean_up(&self, answer: &Answer) -> Result<Vec<String>, Notice> {
        let (sender, mut going) = mpsc::unbounded_channel();
        let kinds = self.kinds();
        let cleaning = async move {
            let tell = move |line: &str| drop(sender.send(line.to_owned()));
            self.cluster.cleanup(&kinds, &self.scenario.lift_finalizers, tell).await
        };
        let passing = async {
            while let Some(line) = going.recv().await {
                answer.send(FromCluster::Going(vec![line])).await;
            }
        };
        let (report, ()) = tokio::join!(cleaning, passing);
        report.map(|report| report.left).map_err(|error| notice(&error))
    }

    /// The first of the scenario's needs that this cluster does not meet, in words.
    pub async fn unmet(&self) -> Option<String> {
        for need in &self.scenario.requires {
            let found = self.meets(need).await;
            match found {
                Ok(true) => {}
                Ok(false) => return Some(lacks(need)),
                Err(why) => return Some(format!("it needs {need}, and whether that is there cannot be told: {why}")),
            }
        }
        None
    }

    async fn meets(&self, need: &Need) -> Result<bool, String> {
        let cluster = &self.cluster;
        Ok(match need {
            Need::Practice => !self.real,
            Need::StorageClass => cluster.storage_classes().await?.1,
            Need::NoDefaultStorageClass => !cluster.storage_classes().await?.1,
            Need::NetworkPolicy => cluster.enforces_policies().await?,
            Need::Metrics => cluster.has_metrics().await,
            Need::Nodes(count) => cluster.ready_nodes().await? >= *count as usize,
            // every cluster lets pods speak to its API server unless somebody forbids it
            Need::ApiFromPods => true,
        })
    }
}

fn lacks(need: &Need) -> String {
    match need {
        Need::Practice => "it plays on the practice cluster only".to_owned(),
        Need::StorageClass => "it needs a default storage class, and there is none".to_owned(),
        Need::NoDefaultStorageClass => "it needs a cluster without a default storage class".to_owned(),
        Need::NetworkPolicy => "it needs a network that enforces NetworkPolicy, and none is known here".to_owned(),
        Need::Metrics => "it needs the metrics API, and nobody serves it".to_owned(),
        Need::Nodes(count) => format!("it needs {count} nodes that take pods"),
        Need::ApiFromPods => "its pods must reach the API server".to_owned(),
    }
}

fn target<'a>(api_version: &'a str, kind: &'a str, name: &'a str) -> Target<'a> {
    Target {
        label: "scenario.yaml",
        api_version,
        kind,
        name,
    }
}

fn pieces(manifests: &[Manifest]) -> Vec<Piece> {
    let piece = |manifest: &Manifest| Piece {
        label: format!("{}:{}", manifest.file, manifest.line),
        object: manifest.object.clone(),
    };
    manifests.iter().map(piece).collect()
}

fn lines(done: &[Applied]) -> Vec<String> {
    done.iter()
        .map(|applied| format!("{}/{} {}", applied.kind.to_lowercase(), applied.name, applied.what))
        .collect()
}

#[cfg(test)]
#[path = "orders_tests.rs"]
mod tests;
