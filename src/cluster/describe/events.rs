//! The events at the end of a description.

use jiff::Timestamp;
use serde_json::Value;

use super::page::Page;
use super::words::{number, since, string};

/// Events in the order kubectl prints them: by their last time stamp, those of the scheduler, which have none, first.
pub fn events(page: &mut Page, events: &[Value], now: Timestamp) {
    if events.is_empty() {
        page.line(0, "Events:\t<none>");
        return;
    }
    page.flush();
    let mut events: Vec<&Value> = events.iter().collect();
    events.sort_by_key(|event| string(&event["lastTimestamp"]).parse::<Timestamp>().ok());
    page.line(0, "Events:");
    page.line(1, "Type\tReason\tAge\tFrom\tMessage");
    page.line(1, "----\t------\t----\t----\t-------");
    for event in events {
        let source = match string(&event["source"]["component"]) {
            "" => string(&event["reportingComponent"]),
            component => component,
        };
        let field = match string(&event["involvedObject"]["fieldPath"]) {
            "" => String::new(),
            field => format!("{field}: "),
        };
        let message = string(&event["message"]).trim();
        page.line(
            1,
            &format!(
                "{}\t{}\t{}\t{source}\t{field}{message}",
                string(&event["type"]),
                string(&event["reason"]),
                age(event, now)
            ),
        );
    }
}

fn age(event: &Value, now: Timestamp) -> String {
    let first = if event["eventTime"].is_null() {
        since(&event["firstTimestamp"], now)
    } else {
        since(&event["eventTime"], now)
    };
    let series = &event["series"];
    if series.is_object() {
        format!("{} (x{} over {first})", since(&series["lastObservedTime"], now), number(&series["count"]))
    } else if number(&event["count"]) > 1 {
        format!("{} (x{} over {first})", since(&event["lastTimestamp"], now), number(&event["count"]))
    } else {
        first
    }
}
