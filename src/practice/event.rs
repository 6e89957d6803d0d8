//! Events, recorded as client-go's recorder does: repeats count up, similar ones are combined, floods are dropped.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroUsize;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use lru::LruCache;
use serde_json::{Value, json};

use super::field::text;
use super::kind::{EVENT, Kind};
use super::store::Lately;
use super::world::World;

/// Who reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source<'a> {
    pub component: &'a str,
    /// The node, for a kubelet.
    pub host: &'a str,
}

impl Source<'static> {
    /// A controller of the control plane.
    #[must_use]
    pub const fn controller(component: &'static str) -> Self {
        Self { component, host: "" }
    }
}

/// What is reported.
#[derive(Debug, Clone, Copy)]
pub struct Note<'a> {
    /// `Normal` or `Warning`.
    pub kind: &'a str,
    pub reason: &'a str,
    pub message: &'a str,
    /// The container, as `spec.containers{app}`, or empty.
    pub path: &'a str,
}

/// How long similar events count towards being combined, and events are remembered.
const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// From this many different messages on, similar events are combined into one.
const SIMILAR: usize = 10;
/// Events about one object that may come at once; then one more every five minutes.
const BURST: f64 = 25.0;
const REFILL_SECONDS: f64 = 300.0;
/// Of how many reports, groups and objects something is remembered; those not heard of for longest are forgotten.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(16_384).expect("more than none");

/// How many events that repeat are kept decoded.
const REPEATING: NonZeroUsize = NonZeroUsize::new(256).expect("more than none");

/// What is remembered, by the hash of all that makes two the same.
type Memory<T> = LruCache<u64, T>;

/// What the recorder remembers to correlate events.
#[derive(Debug)]
pub struct Recorder {
    /// What has been reported already.
    known: Memory<Seen>,
    /// The stamps of the scheduler's events.
    scheduled: Memory<i64>,
    /// Different messages of one group, by their hashes, and when the last of them came.
    similar: Memory<(Timestamp, Vec<u64>)>,
    /// What each object may still report at once.
    tokens: Memory<(Timestamp, f64)>,
    last: i64,
    /// Events that repeated lately, as they stand in the API.
    lately: Lately,
}

impl Default for Recorder {
    fn default() -> Self {
        Self {
            known: memory(),
            scheduled: memory(),
            similar: memory(),
            tokens: memory(),
            last: 0,
            lately: Lately::of(&EVENT, REPEATING),
        }
    }
}

/// Grows as it fills.
fn memory<T>() -> Memory<T> {
    let mut memory = LruCache::unbounded();
    memory.resize(REMEMBERED);
    memory
}

fn hash(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// A report that may come again.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// What the name of its event ends in.
    stamp: i64,
    count: i64,
    first: Timestamp,
}

impl Recorder {
    /// Counts a report.
    fn see(&mut self, report: u64, now: Timestamp) -> Seen {
        let stamp = if self.known.contains(&report) { 0 } else { self.stamp(now) };
        let seen = self.known.get_or_insert_mut(report, || Seen { stamp, count: 0, first: now });
        seen.count += 1;
        *seen
    }

    /// Whether the spam filter lets one more event about this object pass.
    fn admit(&mut self, who: u64, now: Timestamp) -> bool {
        let (at, tokens) = self.tokens.get_or_insert_mut(who, || (now, BURST));
        *tokens = (*tokens + now.duration_since(*at).as_secs_f64() / REFILL_SECONDS).min(BURST);
        *at = now;
        let admitted = *tokens >= 1.0;
        if admitted {
            *tokens -= 1.0;
        }
        admitted
    }

    /// Whether this message is one of too many similar ones.
    fn combine(&mut self, group: u64, message: &str, now: Timestamp) -> bool {
        let (at, messages) = self.similar.get_or_insert_mut(group, || (now, Vec::new()));
        if now.duration_since(*at) > WINDOW {
            messages.clear();
        }
        *at = now;
        let message = hash(message);
        if messages.len() < SIMILAR && !messages.contains(&message) {
            messages.reserve_exact(1);
            messages.push(message);
        }
        messages.len() >= SIMILAR
    }

    /// A number for the name of a new event: the present nanosecond, never twice the same.
    fn stamp(&mut self, now: Timestamp) -> i64 {
        self.last = i64::try_from(now.as_nanosecond()).unwrap_or(i64::MAX).max(self.last + 1);
        self.last
    }
}

/// The name of an event about an object.
fn name(object: &Value, stamp: i64) -> String {
    format!("{}.{stamp:x}", text(&object["metadata"]["name"]))
}

/// What an event is about: the `involvedObject`.
#[must_use]
pub fn reference(kind: &Kind, object: &Value, path: &str) -> Value {
    let metadata = &object["metadata"];
    let mut reference = json!({"kind": kind.kind, "apiVersion": kind.api_version(), "name": metadata["name"], "uid": metadata["uid"],
        "resourceVersion": metadata["resourceVersion"]});
    if kind.namespaced {
        reference["namespace"] = metadata["namespace"].clone();
    }
    if !path.is_empty() {
        reference["fieldPath"] = path.into();
    }
    reference
}

impl World {
    /// Records an event of a controller or kubelet (core/v1, with counts).
    pub fn event(&mut self, source: Source<'_>, kind: &'static Kind, object: &Value, note: Note<'_>) {
        let uid = text(&object["metadata"]["uid"]);
        let who = hash((source.component, source.host, uid, note.kind));
        let group = hash((source.component, uid, note.kind, note.reason));
        let combined = self.events.combine(group, note.message, self.now);
        let report = if combined { group } else { hash((group, note.path, note.message)) };
        // What the spam filter drops is counted all the same.
        let seen = self.events.see(report, self.now);
        if !self.events.admit(who, self.now) {
            return;
        }
        let namespace = self.event_namespace(kind, object);
        if self.is_ending(&namespace) {
            return;
        }
        let name = name(object, seen.stamp);
        let message = if combined {
            format!("(combined from similar events): {}", note.message)
        } else {
            note.message.to_owned()
        };
        let at = |instant: Timestamp| instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        if let Some(event) = self.events.lately.get(&self.store, &namespace, &name) {
            let mut event = Arc::unwrap_or_clone(event);
            event["count"] = seen.count.into();
            event["lastTimestamp"] = at(self.now).into();
            event["message"] = message.into();
            let event = self.store.put(&EVENT, event).into();
            self.events.lately.keep(&self.store, &(namespace, name), event);
            return;
        }
        let mut origin = json!({"component": source.component});
        if !source.host.is_empty() {
            origin["host"] = source.host.into();
        }
        let event = json!({"metadata": {"name": name, "namespace": namespace}, "involvedObject": reference(kind, object, note.path),
            "reason": note.reason, "message": message, "source": origin, "firstTimestamp": at(seen.first), "lastTimestamp": at(self.now),
            "count": seen.count, "type": note.kind, "eventTime": null, "reportingComponent": source.component, "reportingInstance": source.host});
        let _ = self.create(&EVENT, event);
    }

    /// Records an event of the scheduler (events.k8s.io style: an event time, no count, a series from the second time on).
    pub fn scheduler_event(&mut self, kind: &'static Kind, object: &Value, note: Note<'_>, action: &str) {
        let namespace = self.event_namespace(kind, object);
        if self.is_ending(&namespace) {
            return;
        }
        // The object's version is a part of what makes two of them the same, the message is not.
        let (uid, version) = (text(&object["metadata"]["uid"]), text(&object["metadata"]["resourceVersion"]));
        let report = hash((uid, version, note.kind, note.reason, action));
        let stamp = self.events.scheduled.get(&report).copied();
        let known = stamp.and_then(|stamp| self.store.get(&EVENT, &namespace, &name(object, stamp)));
        if let Some(mut event) = known {
            // Only the second occurrence is written at once; later ones wait for the half-hourly refresh.
            if event["series"].is_null() {
                event["series"] = json!({"count": 2, "lastObservedTime": self.micros()});
                self.store.put(&EVENT, event);
            }
            return;
        }
        let stamp = self.events.stamp(self.now);
        let event = json!({"metadata": {"name": name(object, stamp), "namespace": namespace}, "involvedObject": reference(kind, object, ""),
            "reason": note.reason, "message": note.message, "source": {}, "firstTimestamp": null, "lastTimestamp": null,
            "type": note.kind, "eventTime": self.micros(), "action": action,
            "reportingComponent": "default-scheduler", "reportingInstance": "default-scheduler-control-plane"});
        self.events.scheduled.put(report, stamp);
        let _ = self.create(&EVENT, event);
    }

    fn event_namespace(&self, kind: &Kind, object: &Value) -> String {
        if kind.namespaced {
            text(&object["metadata"]["namespace"]).to_owned()
        } else {
            "default".to_owned()
        }
    }
}
