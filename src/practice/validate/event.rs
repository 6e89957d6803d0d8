//! Validation of Events, whose two versions ask for different things (kubernetes `pkg/apis/core/validation/events.go`).

use serde_json::Value;

use super::check::Faults;
use super::format;
use super::meta;
use crate::practice::field::{int, text};
use crate::practice::kind::Kind;
use crate::practice::status::Fault;

/// How long the texts of an Event may be.
const TEXT: usize = 128;
const NOTE: usize = 1024;

/// A new Event, kept as `v1` has it, under the names that the version it is sent in gives its fields.
pub fn create(kind: &Kind, event: &Value, faults: &mut Faults) {
    common(kind, event, faults);
    if kind.group.is_empty() {
        return;
    }
    meta::create(kind, &event["metadata"], faults);
    series(event, faults);
    if event["eventTime"].is_null() {
        faults.push(Fault::required("eventTime", ""));
    }
    let kind = text(&event["type"]);
    if kind != "Normal" && kind != "Warning" {
        faults.push(Fault::invalid("type", &"".into(), &format!("has invalid value: {kind}")));
    }
    let from = ["component", "host"].iter().any(|field| !text(&event["source"][*field]).is_empty());
    for (field, set) in [
        ("firstTimestamp", !event["firstTimestamp"].is_null()),
        ("lastTimestamp", !event["lastTimestamp"].is_null()),
        ("count", int(&event["count"]) != 0),
        ("source", from),
    ] {
        if set {
            faults.push(Fault::invalid(field, &"".into(), "needs to be unset"));
        }
    }
}

fn common(kind: &Kind, event: &Value, faults: &mut Faults) {
    let (own, about) = (text(&event["metadata"]["namespace"]), &event["involvedObject"]["namespace"]);
    let timed = !event["eventTime"].is_null();
    let elsewhere = match text(about) {
        "" if timed => own != "default" && own != "kube-system",
        "" => own != "default",
        namespace => !timed && namespace != own,
    };
    if elsewhere {
        faults.push(Fault::invalid(
            "involvedObject.namespace",
            &text(about).into(),
            "does not match event.namespace",
        ));
    }
    if timed {
        reported(kind, event, faults);
    }
}

/// Who reports what: told by Events that have a time of their own.
fn reported(kind: &Kind, event: &Value, faults: &mut Faults) {
    let reporter = if kind.group.is_empty() { "reportingComponent" } else { "reportingController" };
    let given = text(&event["reportingComponent"]);
    if given.is_empty() {
        faults.push(Fault::required(reporter, ""));
    }
    for why in format::qualified(given) {
        faults.push(Fault::invalid(reporter, &given.into(), &why));
    }
    for (field, most) in [("reportingInstance", TEXT), ("action", TEXT), ("reason", TEXT), ("message", NOTE)] {
        let length = text(&event[field]).len();
        if length == 0 && field != "message" {
            faults.push(Fault::required(field, ""));
        } else if length > most {
            faults.push(Fault::invalid(field, &"".into(), &format!("can have at most {most} characters")));
        }
    }
}

fn series(event: &Value, faults: &mut Faults) {
    let series = &event["series"];
    if series.is_null() {
        return;
    }
    if int(&series["count"]) < 2 {
        faults.push(Fault::invalid("series.count", &"".into(), "should be at least 2"));
    }
    if series["lastObservedTime"].is_null() {
        faults.push(Fault::required("series.lastObservedTime", ""));
    }
}

/// An Event that replaces another; in the newer version only its series goes on.
pub fn update(kind: &Kind, old: &Value, event: &Value, faults: &mut Faults) {
    common(kind, event, faults);
    if kind.group.is_empty() {
        return;
    }
    if old["series"] != event["series"] {
        series(event, faults);
    }
    for field in [
        "involvedObject",
        "reason",
        "message",
        "source",
        "firstTimestamp",
        "lastTimestamp",
        "count",
        "type",
        "eventTime",
        "action",
        "related",
        "reportingComponent",
        "reportingInstance",
    ] {
        let shown = if field == "reportingComponent" { "reportingController" } else { field };
        super::check::immutable(shown, &old[field], &event[field], faults);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::practice::kind::EVENT;

    #[test]
    fn an_event_is_where_its_object_is() {
        let found = |event: Value| {
            let mut faults = Vec::new();
            create(&EVENT, &event, &mut faults);
            faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>()
        };
        let event = |namespace: &str| json!({"metadata": {"namespace": "a"}, "involvedObject": {"namespace": namespace}});
        assert!(found(event("a")).is_empty());
        assert_eq!(found(event("b")), ["involvedObject.namespace"]);
        let mut timed = event("b");
        timed["eventTime"] = "2026-01-01T00:00:00.000000Z".into();
        timed["reportingComponent"] = "x".into();
        assert_eq!(found(timed), ["reportingInstance", "action", "reason"]);
    }
}
