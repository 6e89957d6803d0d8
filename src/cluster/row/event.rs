//! An event as a row; both of its forms, counted by the kubelet or as a series, look the same.

use serde_json::Value;

use super::{number, time, uid, words};
use crate::cluster::snapshot::{EventRow, ObjectRef, Uid};

/// The row of a core/v1 event.
#[must_use]
pub fn event_row(event: &Value) -> EventRow {
    let (about, series) = (&event["involvedObject"], &event["series"]);
    let at = time(&event["eventTime"]);
    let component = words(&event["source"]["component"]);
    let made = time(&event["metadata"]["creationTimestamp"]);
    let first = time(&event["firstTimestamp"]).or(at).or(made);
    EventRow {
        uid: uid(event),
        about: ObjectRef {
            kind: words(&about["kind"]),
            namespace: words(&about["namespace"]),
            name: words(&about["name"]),
        },
        about_uid: Uid(words(&about["uid"])),
        field: words(&about["fieldPath"]),
        warning: event["type"] == "Warning",
        reason: words(&event["reason"]),
        message: words(&event["message"]).trim().to_owned(),
        count: number(&series["count"]).max(number(&event["count"])).max(1),
        first,
        last: time(&series["lastObservedTime"]).or_else(|| time(&event["lastTimestamp"])).or(at).or(first),
        version: event["metadata"]["resourceVersion"]
            .as_str()
            .and_then(|version| version.parse().ok())
            .unwrap_or_default(),
        source: if component.is_empty() {
            words(&event["reportingComponent"])
        } else {
            component
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_counted_event() {
        let row = event_row(&json!({
            "type": "Warning", "reason": "Failed", "message": "no\n", "count": 3, "source": {"component": "kubelet"}, "reportingComponent": "kubelet",
            "involvedObject": {"kind": "Pod", "name": "p", "uid": "1", "fieldPath": "spec.containers{app}"}, "eventTime": null,
            "firstTimestamp": "2026-01-01T00:00:00Z", "lastTimestamp": "2026-01-01T00:00:30Z",
        }));
        assert_eq!((row.count, row.warning, row.message.as_str(), row.source.as_str()), (3, true, "no", "kubelet"));
        assert_eq!(
            (row.first, row.last),
            ("2026-01-01T00:00:00Z".parse().ok(), "2026-01-01T00:00:30Z".parse().ok())
        );
    }

    #[test]
    fn a_series() {
        let row = event_row(&json!({
            "type": "Normal", "reason": "Scheduled", "reportingComponent": "default-scheduler", "source": {}, "eventTime": "2026-01-01T00:00:00.5Z",
            "firstTimestamp": null, "lastTimestamp": null, "series": {"count": 2, "lastObservedTime": "2026-01-01T00:01:00.000000Z"},
        }));
        assert_eq!((row.count, row.source.as_str()), (2, "default-scheduler"));
        assert_eq!(
            (row.first, row.last),
            ("2026-01-01T00:00:00.5Z".parse().ok(), "2026-01-01T00:01:00Z".parse().ok())
        );
    }
}
