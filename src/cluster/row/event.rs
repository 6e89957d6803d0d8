//! Events of either API, as one row each.

use serde_json::Value;

use super::{count, text, time, uid};
use crate::cluster::snapshot::{EventRow, ObjectRef, Uid};

pub(super) fn row(event: &Value) -> EventRow {
    let about = &event["involvedObject"];
    let either = |a: &Value, b: &Value| if a.as_str().is_some_and(|a| !a.is_empty()) { text(a) } else { text(b) };
    let created = time(&event["metadata"]["creationTimestamp"]);
    let last = [&event["series"]["lastObservedTime"], &event["lastTimestamp"], &event["eventTime"]]
        .into_iter()
        .find_map(time)
        .or(created);
    let first = [&event["firstTimestamp"], &event["eventTime"]].into_iter().find_map(time).or(created);
    EventRow {
        uid: uid(event),
        about: ObjectRef {
            kind: text(&about["kind"]),
            namespace: text(&about["namespace"]),
            name: text(&about["name"]),
        },
        about_uid: Uid(text(&about["uid"])),
        field: text(&about["fieldPath"]),
        warning: event["type"] == "Warning",
        reason: text(&event["reason"]),
        message: text(&event["message"]),
        count: count(&event["count"]).max(count(&event["series"]["count"])).max(1),
        first,
        last,
        version: event["metadata"]["resourceVersion"]
            .as_str()
            .and_then(|version| version.parse().ok())
            .unwrap_or_default(),
        source: either(&event["source"]["component"], &event["reportingComponent"]),
    }
}
