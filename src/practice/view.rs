//! Objects as they are shown. Kinds that are another form of one that is kept: events of both groups are one store, autoscalers have an old version.

use std::num::NonZeroUsize;

use axum::body::Bytes;
use lru::LruCache;
use parking_lot::Mutex;
use serde_json::{Map, Value, json};

use super::custom::prune;
use super::kind::Kind;
use super::patch::owners;
use super::store::decode;
use super::store::word::MANAGED;
use super::types::write;

/// Fields of an Event: in the core group, and in `events.k8s.io`.
const EVENT: &[(&str, &str)] = &[
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
];

/// Changes that several watches tell of at about the same time.
const RECENT: NonZeroUsize = NonZeroUsize::new(64).expect("more than none");

/// What was shown lately, by version: ten watches of one kind need it made once.
#[derive(Debug)]
pub struct Recent(Mutex<LruCache<u64, Bytes>>);

impl Default for Recent {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(RECENT)))
    }
}

impl Recent {
    /// The object of a change as it is shown.
    pub fn shown(&self, kind: &Kind, version: u64, object: &Bytes) -> Bytes {
        if kind.stored.is_some() {
            return shown(kind, object);
        }
        self.0.lock().get_or_insert(version, || shown(kind, object)).clone()
    }
}

/// A kept object in the form of the kind that was asked for.
#[must_use]
pub fn show(kind: &Kind, mut object: Value) -> Value {
    if let Some(custom) = kind.custom {
        // What the schema says now holds also for what was written before.
        prune::prune(&custom.schema, &mut object);
        prune::default(&custom.schema, &mut object);
        object["apiVersion"] = kind.api_version().into();
        owners::add(kind, &mut object);
        return object;
    }
    owners::add(kind.stored.unwrap_or(kind), &mut object);
    if kind.stored.is_none() {
        return object;
    }
    match kind.kind {
        "Event" => EVENT.iter().for_each(|(kept, shown)| rename(&mut object, kept, shown)),
        _ => autoscaler_v1(&mut object),
    }
    object["apiVersion"] = kind.api_version().into();
    object
}

/// The same, encoded; what needs no other form is not decoded.
#[must_use]
pub fn shown(kind: &Kind, object: &Bytes) -> Bytes {
    if kind.custom.is_none() && kind.stored.is_none() && !owners::concerns(kind, MANAGED.is_in(object)) {
        return object.clone();
    }
    let object = show(kind, decode(object));
    write::object(&object).unwrap_or_else(|| write::any(&object)).into()
}

/// A sent object in the form in which it is kept.
#[must_use]
pub fn keep(kind: &Kind, mut object: Value) -> Value {
    if kind.custom.is_some() {
        object["apiVersion"] = kind.api_version().into();
        return object;
    }
    owners::strip(kind.stored.unwrap_or(kind), &mut object);
    let Some(stored) = kind.stored else { return object };
    match kind.kind {
        "Event" => EVENT.iter().for_each(|(kept, shown)| rename(&mut object, shown, kept)),
        _ => autoscaler_v2(&mut object),
    }
    object["apiVersion"] = stored.api_version().into();
    object
}

fn rename(object: &mut Value, from: &str, to: &str) {
    let Some(map) = object.as_object_mut() else { return };
    if let Some(value) = map.remove(from) {
        map.insert(to.to_owned(), value);
    }
}

fn is_cpu(metric: &Value) -> bool {
    metric["type"] == "Resource" && metric["resource"]["name"] == "cpu"
}

fn take(object: &mut Value, field: &str) -> Option<Value> {
    object.as_object_mut().and_then(|map| map.remove(field))
}

/// The old version knows one metric: how busy the CPU is.
fn autoscaler_v1(object: &mut Value) {
    let metrics = take(&mut object["spec"], "metrics").unwrap_or_default();
    let target = metrics.as_array().and_then(|list| list.iter().find(|one| is_cpu(one)));
    if let Some(number) = target.and_then(|one| one["resource"]["target"]["averageUtilization"].as_i64()) {
        object["spec"]["targetCPUUtilizationPercentage"] = number.into();
    }
    take(&mut object["spec"], "behavior");
    let old = object["status"].take();
    let mut status = Map::new();
    for field in ["observedGeneration", "lastScaleTime"] {
        if !old[field].is_null() {
            status.insert(field.to_owned(), old[field].clone());
        }
    }
    for field in ["currentReplicas", "desiredReplicas"] {
        status.insert(field.to_owned(), old[field].as_i64().unwrap_or(0).into());
    }
    let current = old["currentMetrics"].as_array().and_then(|list| list.iter().find(|one| is_cpu(one)));
    if let Some(number) = current.and_then(|one| one["resource"]["current"]["averageUtilization"].as_i64()) {
        status.insert("currentCPUUtilizationPercentage".to_owned(), number.into());
    }
    object["status"] = Value::Object(status);
}

fn autoscaler_v2(object: &mut Value) {
    if let Some(number) = take(&mut object["spec"], "targetCPUUtilizationPercentage") {
        object["spec"]["metrics"] = json!([{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": number}}}]);
    }
    if let Some(number) = object.get_mut("status").and_then(|status| take(status, "currentCPUUtilizationPercentage")) {
        object["status"]["currentMetrics"] = json!([{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": number}}}]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::kind::{EVENTS_EVENT, HPA_V1};

    #[test]
    fn an_event_has_two_forms() {
        let kept = json!({"apiVersion": "v1", "kind": "Event", "involvedObject": {"name": "web"}, "message": "Started", "count": 3, "reason": "Started"});
        let shown = show(&EVENTS_EVENT, kept.clone());
        assert_eq!(shown["note"], "Started");
        assert_eq!(shown["regarding"]["name"], "web");
        assert_eq!(shown["apiVersion"], "events.k8s.io/v1");
        assert_eq!(keep(&EVENTS_EVENT, shown), kept);
    }

    #[test]
    fn an_old_autoscaler_is_a_new_one_with_one_metric() {
        let old = json!({"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "spec": {"maxReplicas": 3, "targetCPUUtilizationPercentage": 50}});
        let kept = keep(&HPA_V1, old);
        assert_eq!(kept["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"], 50);
        let shown = show(&HPA_V1, kept);
        assert_eq!(shown["spec"], json!({"maxReplicas": 3, "targetCPUUtilizationPercentage": 50}));
        assert_eq!(shown["status"], json!({"currentReplicas": 0, "desiredReplicas": 0}));
    }
}
