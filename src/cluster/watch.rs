//! Watches: every kind of the lab's namespace as a stream of small changes. Nothing is polled.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use kube::ResourceExt;
use kube::api::{Api, DynamicObject};
use kube::runtime::{WatchStreamExt, watcher};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::snapshot::{Change, Uid};
use super::{Cluster, kinds, row};

/// What every lab watches, whatever its manifests name.
const ALWAYS: &[&str] = &["Pod", "Event", "Deployment", "ReplicaSet", "Service", "EndpointSlice", "Node"];

/// What a watch says.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every message is a change")]
pub enum WatchMsg {
    Change(Change),
    /// The kind's list has been read and its watch is open.
    Live {
        kind: String,
    },
    /// The watch broke; it is tried again.
    Stale {
        kind: String,
        since: Timestamp,
        retry_in: Option<Duration>,
        why: String,
    },
    /// The kind may not be watched; the rest goes on.
    Refused {
        kind: String,
        why: String,
    },
}

impl Cluster {
    /// Watches all that the lab shows, and these kinds (apiVersion, kind), until cancelled.
    pub async fn watch(&self, extra: &[(String, String)], sender: mpsc::Sender<WatchMsg>, cancel: CancellationToken) {
        let mut resources: Vec<_> = ALWAYS.iter().filter_map(|kind| kinds::known(kind)).collect();
        for (api_version, kind) in extra {
            let resource = kinds::resource(api_version, kind);
            if !resources.iter().any(|known| known.kind == resource.kind && known.group == resource.group) {
                resources.push(resource);
            }
        }
        let mut tasks = JoinSet::new();
        for resource in resources {
            let kind = resource.kind.clone();
            tasks.spawn(follow(self.api_of(&resource, &kind), kind, sender.clone()));
        }
        drop(sender);
        cancel.run_until_cancelled(async { while tasks.join_next().await.is_some() {} }).await;
    }
}

/// Follows one kind; ends when the reader is gone or the kind is refused.
async fn follow(api: Api<DynamicObject>, kind: String, sender: mpsc::Sender<WatchMsg>) {
    let config = watcher::Config::default();
    let mut events = std::pin::pin!(watcher(api, config).default_backoff());
    let mut live = BTreeSet::new();
    let mut broken: Option<Timestamp> = None;
    while let Some(event) = events.next().await {
        let messages = match event {
            Ok(event) => {
                let was_broken = broken.take().is_some();
                told(&kind, event, &mut live, was_broken)
            }
            Err(error) => match refusal(&error) {
                Some(why) => vec![WatchMsg::Refused { kind: kind.clone(), why }],
                None => {
                    let since = *broken.get_or_insert_with(Timestamp::now);
                    vec![WatchMsg::Stale {
                        kind: kind.clone(),
                        since,
                        retry_in: None,
                        why: super::clean(&error.to_string()),
                    }]
                }
            },
        };
        for message in messages {
            let refused = matches!(message, WatchMsg::Refused { .. });
            if sender.send(message).await.is_err() || refused {
                return;
            }
        }
    }
}

/// One event of a watch, as messages.
fn told(kind: &str, event: watcher::Event<DynamicObject>, live: &mut BTreeSet<Uid>, was_broken: bool) -> Vec<WatchMsg> {
    let mut messages = match event {
        watcher::Event::Init => {
            live.clear();
            Vec::new()
        }
        watcher::Event::InitApply(object) => {
            live.insert(Uid(object.uid().unwrap_or_default()));
            vec![WatchMsg::Change(Change::Put(row::row(object)))]
        }
        watcher::Event::Apply(object) => vec![WatchMsg::Change(Change::Put(row::row(object)))],
        watcher::Event::Delete(object) => vec![WatchMsg::Change(Change::Gone {
            kind: kind.to_owned(),
            uid: Uid(object.uid().unwrap_or_default()),
        })],
        watcher::Event::InitDone => {
            let live = std::mem::take(live).into_iter().collect();
            return vec![
                WatchMsg::Change(Change::Relisted { kind: kind.to_owned(), live }),
                WatchMsg::Live { kind: kind.to_owned() },
            ];
        }
    };
    if was_broken {
        messages.push(WatchMsg::Live { kind: kind.to_owned() });
    }
    messages
}

/// Why a kind may not be watched at all; `None` when it is worth trying again.
fn refusal(error: &watcher::Error) -> Option<String> {
    let status = match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status)) => status,
        _ => return None,
    };
    matches!(status.code, 401 | 403 | 404 | 405).then(|| super::clean(&status.message))
}
