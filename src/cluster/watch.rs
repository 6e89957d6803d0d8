//! Watching the lab's namespace: one task a kind, each object cut to a row the moment it arrives.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use kube::Api;
use kube::api::ListParams;
use kube::runtime::watcher::{self, Event, watcher};
use tokio::sync::Notify;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::kinds::KindError;
use super::raw::Raw;
use super::snapshot::{Change, Uid};
use super::{Cluster, fault, row};

/// What is always watched, besides the scenario's own kinds.
const ALWAYS: &[(&str, &str)] = &[("v1", "Pod"), ("v1", "Event"), ("apps/v1", "ReplicaSet"), ("v1", "Node")];
/// How often to list where watching is not allowed.
const POLL: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What a watch reports.
#[allow(clippy::large_enum_variant, reason = "nearly all are rows, and none is kept")]
#[derive(Debug, Clone, PartialEq)]
pub enum WatchMsg {
    Change(Change),
    /// All that there is of the kind was read, and changes follow as they happen.
    Live {
        kind: String,
    },
    /// The connection is lost; the rows are as of `since`.
    Stale {
        kind: String,
        since: Timestamp,
        retry_in: Duration,
        why: String,
    },
    /// This user may neither watch nor list the kind, or the cluster does not have it.
    Refused {
        kind: String,
        why: String,
    },
}

/// Why one round of watching ended.
enum End {
    /// The receiver is gone.
    Unheard,
    /// The server does not stream lists: list first, then watch.
    NoStreaming,
    /// Listing may be allowed where watching is not.
    MayNotWatch,
    /// The position was too old; reading anew tells.
    Outdated,
    /// Nothing was heard for so long that the connection may be dead; reading anew tells.
    Silent,
    Lost(String),
}

/// One kind and where its rows go.
struct Watch {
    api: Api<Raw>,
    api_version: String,
    kind: String,
    /// Rings when a connection of the lab's turned out dead: events come without bookmarks, so their own silence says nothing.
    alarm: Arc<Notify>,
    /// Only the others' alarm tells that this connection is dead.
    deaf: bool,
    sender: Sender<WatchMsg>,
}

impl Cluster {
    /// Watches pods, events, ReplicaSets, nodes and the given kinds (apiVersion, kind) until cancelled.
    pub async fn watch(&self, kinds: &[(String, String)], sender: Sender<WatchMsg>, cancel: CancellationToken) {
        let mut all: BTreeSet<(String, String)> = ALWAYS.iter().map(|(version, kind)| ((*version).to_owned(), (*kind).to_owned())).collect();
        all.extend(kinds.iter().cloned());
        if all.iter().any(|(_, kind)| kind == "Service") {
            all.insert(("discovery.k8s.io/v1".to_owned(), "EndpointSlice".to_owned()));
        }
        let alarm = Arc::new(Notify::new());
        let mut tasks = JoinSet::new();
        for (api_version, kind) in all {
            let (cluster, sender, alarm) = (self.clone(), sender.clone(), alarm.clone());
            tasks.spawn(async move { cluster.watch_kind(api_version, kind, sender, alarm).await });
        }
        drop(sender);
        tokio::select! {
            () = cancel.cancelled() => {}
            () = async { while tasks.join_next().await.is_some() {} } => {}
        }
        tasks.shutdown().await;
    }

    async fn watch_kind(&self, api_version: String, kind: String, sender: Sender<WatchMsg>, alarm: Arc<Notify>) {
        let served = match self.kind(&api_version, &kind).await {
            Ok(served) => served,
            // The apply of such an object says so, with its file and line.
            Err(KindError::Unknown { .. }) => return,
            Err(error) => {
                let _ = sender.send(WatchMsg::Refused { kind, why: error.to_string() }).await;
                return;
            }
        };
        let deaf = kind == "Event";
        let client = if deaf { self.client.clone() } else { self.watch_client.clone() };
        let api = if served.namespaced {
            Api::namespaced_with(client, &self.namespace, &served.resource)
        } else {
            Api::all_with(client, &served.resource)
        };
        Watch {
            api,
            api_version,
            kind,
            alarm,
            deaf,
            sender,
        }
        .run()
        .await;
    }
}

impl Watch {
    async fn run(self) {
        let mut streaming = true;
        let mut pause = FIRST_PAUSE;
        let mut since = None;
        loop {
            let mut live = false;
            let ended = tokio::select! {
                ended = self.round(streaming, &mut live) => ended,
                () = self.alarm.notified(), if self.deaf => End::Outdated,
            };
            if matches!(ended, End::Silent | End::Lost(_)) {
                self.alarm.notify_waiters();
            }
            match ended {
                End::Unheard => return,
                End::NoStreaming if streaming => streaming = false,
                End::MayNotWatch => return self.poll().await,
                End::Outdated | End::Silent if live => {}
                End::Outdated | End::Silent | End::NoStreaming => tokio::time::sleep(FIRST_PAUSE).await,
                End::Lost(why) => {
                    if live {
                        (pause, since) = (FIRST_PAUSE, None);
                    }
                    let since = *since.get_or_insert_with(Timestamp::now);
                    if !self
                        .tell(WatchMsg::Stale {
                            kind: self.kind.clone(),
                            since,
                            retry_in: pause,
                            why,
                        })
                        .await
                    {
                        return;
                    }
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Reads all there is and then follows, until something ends it.
    async fn round(&self, streaming: bool, live: &mut bool) -> End {
        // 0 leaves it to the server when a watch ends: half an hour or more.
        let config = watcher::Config::default().timeout(0);
        let config = if streaming { config.streaming_lists() } else { config };
        let mut events = std::pin::pin!(watcher(self.api.clone(), config));
        let mut listed = Vec::new();
        while let Some(event) = events.next().await {
            let heard = match event {
                Ok(Event::Init) => {
                    listed.clear();
                    true
                }
                Ok(Event::InitApply(object)) => {
                    listed.push(row::uid(&object.value));
                    self.put(&object).await
                }
                Ok(Event::InitDone) => {
                    *live = true;
                    self.all_read(std::mem::take(&mut listed)).await
                }
                Ok(Event::Apply(object)) => self.put(&object).await,
                Ok(Event::Delete(object)) => {
                    self.tell(WatchMsg::Change(Change::Gone {
                        kind: self.kind.clone(),
                        uid: row::uid(&object.value),
                    }))
                    .await
                }
                Err(error) => return end(error, streaming && !*live),
            };
            if !heard {
                return End::Unheard;
            }
        }
        End::Lost("the server closed the watch".to_owned())
    }

    /// Lists again and again: for users who may list but not watch.
    async fn poll(&self) {
        let (mut pause, mut since) = (POLL, None);
        loop {
            match self.api.list(&ListParams::default()).await {
                Ok(list) => {
                    (pause, since) = (POLL, None);
                    for object in &list.items {
                        if !self.put(object).await {
                            return;
                        }
                    }
                    if !self.all_read(list.items.iter().map(|object| row::uid(&object.value)).collect()).await {
                        return;
                    }
                }
                Err(error) if matches!(fault::code(&error), Some(401 | 403 | 404 | 405)) => {
                    // Nodes are a help, not a need.
                    if self.kind != "Node" {
                        self.tell(WatchMsg::Refused {
                            kind: self.kind.clone(),
                            why: fault::say(&error),
                        })
                        .await;
                    }
                    return;
                }
                Err(error) => {
                    let since = *since.get_or_insert_with(Timestamp::now);
                    self.tell(WatchMsg::Stale {
                        kind: self.kind.clone(),
                        since,
                        retry_in: pause,
                        why: fault::say(&error),
                    })
                    .await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn put(&self, object: &Raw) -> bool {
        self.tell(WatchMsg::Change(Change::Put(row::row(&self.api_version, &self.kind, &object.value))))
            .await
    }

    async fn all_read(&self, live: Vec<Uid>) -> bool {
        self.tell(WatchMsg::Change(Change::Relisted { kind: self.kind.clone(), live })).await && self.tell(WatchMsg::Live { kind: self.kind.clone() }).await
    }

    /// Whether anyone still listens.
    async fn tell(&self, message: WatchMsg) -> bool {
        self.sender.send(message).await.is_ok()
    }
}

/// `starting`: a streamed list was asked for and has not arrived. Servers refuse those in many ways; then a plain list is tried.
fn end(error: watcher::Error, starting: bool) -> End {
    let (code, why) = match &error {
        watcher::Error::InitialListFailed(error) | watcher::Error::WatchStartFailed(error) | watcher::Error::WatchFailed(error) => {
            (fault::code(error), fault::say(error))
        }
        watcher::Error::WatchError(status) => (Some(status.code), status.message.clone()),
        watcher::Error::NoResourceVersion => (None, error.to_string()),
    };
    match code {
        Some(410) => End::Outdated,
        Some(401 | 403 | 404 | 405) => End::MayNotWatch,
        Some(_) if starting => End::NoStreaming,
        None if !starting && matches!(error, watcher::Error::WatchFailed(_)) && why.contains("timed out") => End::Silent,
        _ => End::Lost(why),
    }
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
