//! An attempt's cluster, opened: the scenario's orders carried out on it and its news passed on.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use futures::StreamExt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::hands::Answer;
use super::links::Links;
use super::settings::Settings;
use super::shell::Access;
use crate::cluster::Cluster;
use crate::cluster::connect::ConnectOptions;
use crate::cluster::kinds::built_in;
use crate::cluster::snapshot::{Change, Uid};
use crate::cluster::watch::WatchMsg;
use crate::lab::msg::{FromCluster, Link, Notice};
use crate::practice::{self, Options, Practice};
use crate::scenario::clue::LogRequest;
use crate::scenario::{ClueRule, Deed, Node, Scenario, Want};

/// Lines of a log that rules look at.
const TAIL: usize = 20;
/// Lines of a log that the learner sees from before it was opened.
const FOLLOWED: usize = 50_000;
/// What may wait between the watches and the model.
const QUEUE: usize = 4096;

/// A practice cluster on which this scenario's images behave as declared.
#[must_use]
pub fn practice(scenario: &Scenario, speed: f64, seed: u64) -> Practice {
    let images = scenario.registry();
    Practice::start(Options {
        images,
        speed,
        seed,
        nodes: scenario.nodes.len().max(1),
        shapes: scenario.nodes.iter().map(node).collect(),
        ..Options::default()
    })
}

fn node(node: &Node) -> practice::Node {
    practice::Node {
        name: node.name.clone(),
        labels: node.labels.clone(),
        taints: node.taints.clone(),
        cpu: node.cpu.clone(),
        memory: node.memory.clone(),
        unschedulable: node.unschedulable,
    }
}

/// Kinds of the objects that a manifest names, so that klab can tell a name that nobody bears.
fn linked(object: &serde_json::Value) -> Vec<&'static str> {
    use serde_json::Value;
    match object {
        Value::Array(items) => items.iter().flat_map(linked).collect(),
        Value::Object(fields) => {
            let kind = |field: &str| match field {
                "configMapKeyRef" | "configMapRef" | "configMap" => Some("ConfigMap"),
                "secretKeyRef" | "secretRef" | "secretName" | "imagePullSecrets" => Some("Secret"),
                "persistentVolumeClaim" => Some("PersistentVolumeClaim"),
                _ => None,
            };
            fields.iter().flat_map(|(field, value)| kind(field).into_iter().chain(linked(value))).collect()
        }
        _ => Vec::new(),
    }
}

/// Kinds of which goals, clues and deeds speak.
fn asked_about(scenario: &Scenario) -> Vec<&str> {
    let hidden = scenario.cheats.iter().filter_map(|cheat| cheat.when.as_ref());
    let wants = scenario.goals.iter().map(|goal| &goal.what).chain(hidden);
    let mut kinds: Vec<&str> = wants.flat_map(Want::kinds).collect();
    for clue in &scenario.clues {
        match clue {
            ClueRule::Condition { kind, .. } => kinds.push(kind),
            ClueRule::Mismatch { left, right } => kinds.extend([left.0.as_str(), right.0.as_str()]),
            ClueRule::Event { .. } | ClueRule::Log { .. } => {}
        }
    }
    let cheats = scenario.cheats.iter().flat_map(|cheat| &cheat.does);
    let repairs = scenario.repairs.iter().flat_map(|repair| &repair.does);
    kinds.extend(scenario.trigger.iter().chain(cheats).chain(repairs).flat_map(Deed::kinds));
    kinds.retain(|kind| !kind.is_empty());
    kinds
}

/// A cluster and the scenario played on it.
pub struct Session {
    pub(super) cluster: Cluster,
    pub(super) scenario: Arc<Scenario>,
    pub(super) real: bool,
    pub(super) learner: Option<String>,
    practice: Option<Practice>,
}

impl Session {
    /// Connects.
    ///
    /// # Errors
    /// What is wrong with the cluster, in words for people.
    pub async fn open(settings: &Settings, scenario: Arc<Scenario>, practice: Option<Practice>) -> Result<Self, Notice> {
        let namespace = settings.namespace(&scenario);
        let cluster = match (&practice, &settings.place.context) {
            (None, Some(context)) => {
                let options = ConnectOptions {
                    context: context.clone(),
                    kubeconfig: settings.place.kubeconfig.clone(),
                    namespace: namespace.clone(),
                    own_namespace: settings.place.namespace.is_some(),
                };
                Cluster::connect(options).await.map_err(|error| notice(&error))?
            }
            (Some(practice), _) => Cluster::practice(practice.client(), &namespace),
            (None, None) => {
                return Err(Notice {
                    bad: true,
                    what: "no cluster was named".to_owned(),
                    next: "name one with --context".to_owned(),
                });
            }
        };
        Ok(Self {
            cluster,
            scenario,
            real: practice.is_none(),
            learner: settings.place.learner.clone(),
            practice,
        })
    }

    /// Says that the cluster is open, and what an earlier run of the lab left in it.
    pub async fn greet(&self, answer: &Answer) {
        let found = if self.real { self.found().await } else { Vec::new() };
        let (namespace, server, version) = (self.cluster.namespace.clone(), self.cluster.server.clone(), self.cluster.version.clone());
        answer.send(FromCluster::Opened { namespace, server, version }).await;
        if !found.is_empty() {
            answer.send(FromCluster::Found(found)).await;
        }
    }

    /// The lab's namespace, when an earlier run left it.
    async fn found(&self) -> Vec<String> {
        let left = self.cluster.leftovers(self.learner.as_deref()).await.unwrap_or_default();
        left.into_iter()
            .filter(|left| left.namespace == self.cluster.namespace && !left.leaving)
            .map(|left| format!("namespace/{}", left.namespace))
            .collect()
    }

    /// Passes on what the watches say until the attempt ends.
    pub async fn watch(&self, answer: &Answer, cancel: &CancellationToken) {
        let (sender, mut news) = mpsc::channel(QUEUE);
        let kinds = self.kinds();
        let watching = self.cluster.watch(&kinds, sender, cancel.clone());
        let passing = async {
            let (mut batch, mut links) = (Vec::new(), Links::default());
            while news.recv_many(&mut batch, QUEUE).await > 0 {
                pass(answer, &mut links, batch.drain(..)).await;
            }
        };
        tokio::join!(watching, passing);
    }

    /// The last lines of a container's log; none when it cannot be read.
    pub async fn log_tail(&self, wanted: &LogRequest) -> Vec<String> {
        self.cluster
            .log_tail(&wanted.pod, &wanted.container, wanted.previous, TAIL)
            .await
            .unwrap_or_default()
    }

    /// A kubeconfig of this cluster for the learner's own tools.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn access(&self, state: &Path) -> Result<Access, Notice> {
        Access::open(&self.cluster, self.practice.as_ref(), state).await
    }

    /// The lab's namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.cluster.namespace
    }

    pub(super) fn now(&self) -> jiff::Timestamp {
        self.practice.as_ref().map_or_else(jiff::Timestamp::now, Practice::now)
    }

    /// Passes on a log's lines as they come, several at once where many come.
    pub async fn follow(&self, pod: Uid, name: String, container: String, previous: bool, answer: &Answer) {
        let why = match self.cluster.log_follow(&name, &container, previous, FOLLOWED).await {
            Ok(lines) => {
                let mut lines = std::pin::pin!(lines.ready_chunks(500));
                while let Some(lines) = lines.next().await {
                    answer
                        .send(FromCluster::LogLines {
                            pod: pod.clone(),
                            container: container.clone(),
                            lines,
                        })
                        .await;
                }
                None
            }
            Err(why) => Some(why.to_string()),
        };
        answer.send(FromCluster::LogEnded { pod, container, why }).await;
    }

    /// The kinds that this scenario touches or asks about: apiVersion and kind.
    pub(super) fn kinds(&self) -> Vec<(String, String)> {
        let scenario = &self.scenario;
        let mut kinds: Vec<_> = [&scenario.setup, &scenario.broken, &scenario.solution]
            .into_iter()
            .flatten()
            .map(|manifest| (manifest.api_version().to_owned(), manifest.kind().to_owned()))
            .collect();
        let manifests = [&scenario.setup, &scenario.broken, &scenario.solution].into_iter().flatten();
        let linked = manifests.flat_map(|manifest| linked(&manifest.object));
        let named: BTreeSet<_> = asked_about(scenario).into_iter().chain(linked).collect();
        let named = named.into_iter().filter(|kind| kinds.iter().all(|(_, known)| known != kind));
        let named: Vec<_> = named.filter_map(|kind| Some((built_in(kind)?.to_owned(), kind.to_owned()))).collect();
        kinds.extend(named);
        kinds.sort();
        kinds.dedup();
        kinds
    }
}

pub(super) fn notice(error: &impl std::fmt::Display) -> Notice {
    Notice {
        bad: true,
        what: error.to_string(),
        next: String::new(),
    }
}

/// Changes that came together go on together; what the links say goes between them in order.
async fn pass(answer: &Answer, links: &mut Links, batch: impl Iterator<Item = WatchMsg>) {
    let mut changes: Vec<Change> = Vec::new();
    for msg in batch {
        let (kind, link) = match msg {
            WatchMsg::Change(change) => {
                changes.push(change);
                continue;
            }
            WatchMsg::Live { kind } => (kind, Link::Live),
            WatchMsg::Stale { kind, since, retry_in, why } => {
                let retry = jiff::Timestamp::now().checked_add(retry_in).ok();
                (kind, Link::Stale { since, retry, why })
            }
            WatchMsg::Refused { kind, why } => (kind, Link::Limited(why)),
        };
        if !changes.is_empty() {
            answer.send(FromCluster::Changed(std::mem::take(&mut changes))).await;
        }
        answer.send(FromCluster::Link(links.heard(kind, link))).await;
    }
    if !changes.is_empty() {
        answer.send(FromCluster::Changed(changes)).await;
    }
}
