//! Watches: a stream that reads the store's log of changes from its own place in it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::Response;
use futures::stream;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;

use super::call::{Call, version};
use super::path::Resource;
use super::{answer, table};
use crate::practice::cluster::{Practice, WeakPractice};
use crate::practice::selector::Selector;
use crate::practice::status::Status;
use crate::practice::store::{Record, What, decode};
use crate::practice::view;
use crate::practice::world::World;

/// Changes looked at under one lock.
const BATCH: usize = 500;
/// A watch that asked for bookmarks gets one at most this often, and only when something changed somewhere.
const BOOKMARK_EVERY: SignedDuration = SignedDuration::from_secs(60);
const DEFAULT_TIMEOUT: i64 = 1800;

/// One open watch.
struct Watch {
    practice: WeakPractice,
    at: Resource,
    selector: Selector,
    /// The version up to which everything was told.
    told: u64,
    versions: watch::Receiver<u64>,
    until: Instant,
    bookmarks: bool,
    bookmarked: Timestamp,
    /// The call, when it wants Tables; the first of them has the columns.
    tables: Option<Call>,
    headed: bool,
    /// What to send first.
    first: Option<Vec<u8>>,
    shown: Arc<view::Recent>,
    ended: bool,
}

/// What a look at the cluster brought.
enum Fresh {
    Changes {
        kept: Vec<Record>,
        now: Timestamp,
    },
    /// Some changes are no longer kept.
    Missed {
        forgotten: u64,
    },
}

/// Answers a watch request; `only` narrows the field selector.
pub fn open(practice: &Practice, at: Resource, call: Call, only: &str) -> Result<Response, Status> {
    let fields = [call.param("fieldSelector"), only]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(",");
    let selector = Selector::parse(call.param("labelSelector"), &fields)?.for_kind(at.kind)?;
    let streaming = call.flag("sendInitialEvents");
    let from = version(call.param("resourceVersion")).map_err(Status::untold)?.filter(|version| *version > 0);
    let seconds = call.number("timeoutSeconds")?.filter(|seconds| *seconds > 0).unwrap_or(DEFAULT_TIMEOUT);
    let mut watch = Watch {
        practice: practice.weak(),
        at,
        selector,
        told: from.unwrap_or_default(),
        versions: practice.versions(),
        until: Instant::now() + std::time::Duration::from_secs(seconds.unsigned_abs()),
        bookmarks: call.flag("allowWatchBookmarks"),
        bookmarked: practice.now(),
        tables: table::wanted(&call).then_some(call),
        headed: false,
        first: None,
        shown: practice.read(|world| world.shown.clone()),
        ended: false,
    };
    if from.is_none() || streaming {
        practice.read(|world| watch.initial(world, streaming));
    }
    let lines = stream::unfold(watch, |mut watch| async move {
        watch.next().await.map(|lines| (Ok::<_, Infallible>(Bytes::from(lines)), watch))
    });
    Ok(answer::typed(StatusCode::OK, "application/json", Body::from_stream(lines)))
}

impl Watch {
    /// All that exists, as if it had just been added.
    fn initial(&mut self, world: &World, streaming: bool) {
        let mut lines = Vec::new();
        let (kind, namespace) = (self.at.kind, self.at.namespace.clone());
        for object in world.store.list(kind, namespace.as_deref()) {
            if self.selector.is_empty() || self.selector.matches(&decode(object)) {
                self.event(&mut lines, "ADDED", object, world.now, || view::shown(kind, object));
            }
        }
        self.told = world.store.version();
        if streaming {
            bookmark(&mut lines, &self.at, self.told, json!({"k8s.io/initial-events-end": "true"}));
        }
        self.first = Some(lines).filter(|lines| !lines.is_empty());
    }

    /// One event, in the form asked for.
    fn event(&mut self, lines: &mut Vec<u8>, kind: &str, object: &Bytes, now: Timestamp, shown: impl FnOnce() -> Bytes) {
        let Some(call) = &self.tables else {
            return event(lines, kind, &shown());
        };
        let table = table::table(self.at.kind, decode(object), now, call, !self.headed);
        self.headed = true;
        event(lines, kind, table.as_bytes());
    }

    /// The next lines; `None` at the end.
    async fn next(&mut self) -> Option<Vec<u8>> {
        if let Some(lines) = self.first.take() {
            return Some(lines);
        }
        if self.ended {
            return None;
        }
        loop {
            self.versions.borrow_and_update();
            let practice = self.practice.upgrade()?;
            // What is told is put into words when nobody waits for the cluster any more.
            let fresh = practice.read(|world| self.fresh(world));
            drop(practice);
            let lines = self.told(fresh);
            if !lines.is_empty() {
                return Some(lines);
            }
            tokio::select! {
                changed = self.versions.changed() => changed.ok()?,
                () = tokio::time::sleep_until(self.until) => return self.last(),
            }
        }
    }

    /// What of the changes since the last look may concern this watch.
    fn fresh(&mut self, world: &World) -> Fresh {
        let (now, forgotten) = (world.now, world.store.forgotten());
        // What was before the start is as gone as what was forgotten since.
        let known = world.store.since(self.told).filter(|_| self.told >= forgotten);
        let Some(changes) = known else {
            return Fresh::Missed { forgotten };
        };
        let mut kept = Vec::new();
        for change in changes {
            self.told = change.version;
            if change.kind.key() == self.at.kind.key() && self.at.namespace.as_ref().is_none_or(|wanted| **wanted == *change.namespace) {
                kept.push(change.clone());
                if kept.len() == BATCH {
                    break;
                }
            }
        }
        Fresh::Changes { kept, now }
    }

    /// The same as lines, and a bookmark when one is due.
    fn told(&mut self, fresh: Fresh) -> Vec<u8> {
        let mut lines = Vec::new();
        match fresh {
            Fresh::Missed { forgotten } => {
                self.ended = true;
                let status = Status::expired(format!("too old resource version: {} ({forgotten})", self.told));
                event(&mut lines, "ERROR", answer::ordered(&status.body()).trim_ascii_end());
            }
            Fresh::Changes { kept, now } => {
                kept.iter().for_each(|change| self.tell(&mut lines, change, now));
                if lines.is_empty() && self.bookmarks && now.duration_since(self.bookmarked) >= BOOKMARK_EVERY {
                    self.bookmarked = now;
                    bookmark(&mut lines, &self.at, self.told, Value::Null);
                }
            }
        }
        lines
    }

    /// One change as this watch sees it: what leaves the selection is deleted, what enters it is added.
    fn tell(&mut self, lines: &mut Vec<u8>, change: &Record, now: Timestamp) {
        let of = self.at.kind;
        let mut kind = match change.what {
            What::Added => "ADDED",
            What::Modified => "MODIFIED",
            What::Deleted => "DELETED",
        };
        if !self.selector.is_empty() {
            let named = self.selector.names_only().then(|| self.selector.matches_name(&change.namespace, &change.name));
            let chosen = |object: &Bytes| named.unwrap_or_else(|| self.selector.matches(&decode(object)));
            let before = change.before.as_ref().is_some_and(chosen);
            let after = change.what != What::Deleted && chosen(&change.object);
            kind = match (before, after) {
                (false, false) => return,
                (false, true) => "ADDED",
                (true, true) => "MODIFIED",
                (true, false) => "DELETED",
            };
        }
        match &change.before {
            // What left the selection is shown as it last was in it.
            Some(before) if kind == "DELETED" && change.what == What::Modified => {
                let mut gone = decode(before);
                gone["metadata"]["resourceVersion"] = change.version.to_string().into();
                let gone = Bytes::from(gone.to_string());
                self.event(lines, kind, &gone, now, || view::shown(of, &gone));
            }
            _ => {
                let shown = self.shown.clone();
                self.event(lines, kind, &change.object, now, || shown.shown(of, change.version, &change.object));
            }
        }
    }

    /// The end of the time asked for: a bookmark, so that the next watch starts from here.
    fn last(&mut self) -> Option<Vec<u8>> {
        self.ended = true;
        let mut lines = Vec::new();
        if self.bookmarks {
            bookmark(&mut lines, &self.at, self.told, Value::Null);
        }
        (!lines.is_empty()).then_some(lines)
    }
}

fn event(lines: &mut Vec<u8>, kind: &str, object: &[u8]) {
    lines.reserve(object.len() + 40);
    for part in [br#"{"type":""#, kind.as_bytes(), br#"","object":"#, object, b"}\n"] {
        lines.extend_from_slice(part);
    }
}

fn bookmark(lines: &mut Vec<u8>, at: &Resource, version: u64, annotations: Value) {
    let mut object =
        json!({"kind": at.kind.kind, "apiVersion": at.kind.api_version(), "metadata": {"resourceVersion": version.to_string(), "creationTimestamp": null}});
    if !annotations.is_null() {
        object["metadata"]["annotations"] = annotations;
    }
    event(lines, "BOOKMARK", object.to_string().as_bytes());
}
