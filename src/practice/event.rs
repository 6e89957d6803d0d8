//! Events, recorded as client-go's recorder does: repeats count up, similar ones are combined, floods are dropped.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::field::{deleting, text};
use super::kind::{EVENT, Kind, NAMESPACE};
use super::registry::Part;
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
/// Reports remembered at most.
const REMEMBERED: usize = 16_384;

/// What the recorder remembers to correlate events.
#[derive(Debug, Default)]
pub struct Recorder {
    /// What has been reported already, by all that makes two reports the same.
    known: BTreeMap<String, Seen>,
    /// Names of the scheduler's events.
    scheduled: BTreeMap<String, String>,
    similar: BTreeMap<String, (Timestamp, BTreeSet<String>)>,
    tokens: BTreeMap<String, (Timestamp, f64)>,
    last: i128,
}

/// A report that may come again.
#[derive(Debug, Clone)]
struct Seen {
    /// The name of its event.
    name: String,
    count: i64,
    first: Timestamp,
}

impl Recorder {
    /// Counts a report of something about an object.
    fn see(&mut self, key: String, object: &str, now: Timestamp) -> Seen {
        if !self.known.contains_key(&key) {
            if self.known.len() >= REMEMBERED {
                self.known.pop_first();
            }
            let name = format!("{object}.{:x}", self.stamp(now));
            let fresh = Seen { name, count: 0, first: now };
            self.known.insert(key.clone(), fresh);
        }
        let mut seen = self.known[&key].clone();
        seen.count += 1;
        self.known.insert(key, seen.clone());
        seen
    }

    /// Whether the spam filter lets one more event about this object pass.
    fn admit(&mut self, who: &str, now: Timestamp) -> bool {
        let (at, tokens) = self.tokens.entry(who.to_owned()).or_insert((now, BURST));
        *tokens = (*tokens + now.duration_since(*at).as_secs_f64() / REFILL_SECONDS).min(BURST);
        *at = now;
        let admitted = *tokens >= 1.0;
        if admitted {
            *tokens -= 1.0;
        }
        admitted
    }

    /// Whether this message is one of too many similar ones.
    fn combine(&mut self, group: &str, message: &str, now: Timestamp) -> bool {
        let (at, messages) = self.similar.entry(group.to_owned()).or_insert((now, BTreeSet::new()));
        if now.duration_since(*at) > WINDOW {
            messages.clear();
        }
        *at = now;
        messages.insert(message.to_owned());
        messages.len() >= SIMILAR
    }

    /// A number for the name of a new event: the present nanosecond, never twice the same.
    fn stamp(&mut self, now: Timestamp) -> i128 {
        self.last = now.as_nanosecond().max(self.last + 1);
        self.last
    }
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
        let namespace = self.event_namespace(kind, object);
        let uid = text(&object["metadata"]["uid"]);
        let who = format!("{}|{}|{uid}|{}", source.component, source.host, note.kind);
        if !self.open(&namespace) {
            return;
        }
        let group = format!("{}|{uid}|{}|{}", source.component, note.kind, note.reason);
        let combined = self.events.combine(&group, note.message, self.now);
        let message = if combined {
            format!("(combined from similar events): {}", note.message)
        } else {
            note.message.to_owned()
        };
        let key = if combined { group } else { format!("{group}|{}|{}", note.path, note.message) };
        // What the spam filter drops is counted all the same.
        let seen = self.events.see(key, text(&object["metadata"]["name"]), self.now);
        if !self.events.admit(&who, self.now) {
            return;
        }
        let at = |instant: Timestamp| instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        if let Some(mut event) = self.store.get(&EVENT, &namespace, &seen.name) {
            event["count"] = seen.count.into();
            event["lastTimestamp"] = at(self.now).into();
            event["message"] = message.into();
            // Nothing can be done about a refused event; the next one is a new one.
            let _ = self.update(&EVENT, event, Part::Spec);
            return;
        }
        let mut origin = json!({"component": source.component});
        if !source.host.is_empty() {
            origin["host"] = source.host.into();
        }
        let event = json!({"metadata": {"name": seen.name, "namespace": namespace}, "involvedObject": reference(kind, object, note.path),
            "reason": note.reason, "message": message, "source": origin, "firstTimestamp": at(seen.first), "lastTimestamp": at(self.now),
            "count": seen.count, "type": note.kind, "eventTime": null, "reportingComponent": source.component, "reportingInstance": source.host});
        let _ = self.create(&EVENT, event);
    }

    /// Records an event of the scheduler (events.k8s.io style: an event time, no count, a series from the second time on).
    pub fn scheduler_event(&mut self, kind: &'static Kind, object: &Value, note: Note<'_>, action: &str) {
        let namespace = self.event_namespace(kind, object);
        if !self.open(&namespace) {
            return;
        }
        // The object's version is a part of what makes two of them the same, the message is not.
        let (uid, version) = (text(&object["metadata"]["uid"]), text(&object["metadata"]["resourceVersion"]));
        let key = format!("scheduler|{uid}|{version}|{}|{}|{action}", note.kind, note.reason);
        let known = self.events.scheduled.get(&key).and_then(|name| self.store.get(&EVENT, &namespace, name));
        if let Some(mut event) = known {
            // Only the second occurrence is written at once; later ones wait for the half-hourly refresh.
            if event["series"].is_null() {
                event["series"] = json!({"count": 2, "lastObservedTime": self.micros()});
                let _ = self.update(&EVENT, event, Part::Spec);
            }
            return;
        }
        let name = format!("{}.{:x}", text(&object["metadata"]["name"]), self.events.stamp(self.now));
        let event = json!({"metadata": {"name": name, "namespace": namespace}, "involvedObject": reference(kind, object, ""),
            "reason": note.reason, "message": note.message, "source": {}, "firstTimestamp": null, "lastTimestamp": null,
            "type": note.kind, "eventTime": self.micros(), "action": action,
            "reportingComponent": "default-scheduler", "reportingInstance": "default-scheduler-control-plane"});
        self.events.scheduled.insert(key, name);
        let _ = self.create(&EVENT, event);
    }

    fn event_namespace(&self, kind: &Kind, object: &Value) -> String {
        if kind.namespaced {
            text(&object["metadata"]["namespace"]).to_owned()
        } else {
            "default".to_owned()
        }
    }

    /// Whether a namespace takes new objects.
    fn open(&self, namespace: &str) -> bool {
        self.store.get(&NAMESPACE, "", namespace).is_none_or(|object| !deleting(&object))
    }
}
