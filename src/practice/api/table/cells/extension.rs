//! Rows of what extends or steers the API server, and of devices: kept, shown, and not acted on.

use serde_json::{Value, json};

use super::{Seen, count, list, or};
use crate::practice::field::condition;
use crate::practice::kind::Kind;

pub fn row(kind: &Kind, seen: &Seen) -> Option<Value> {
    let Seen {
        name,
        age,
        spec,
        status,
        object,
        ..
    } = seen;
    Some(match kind.built_in() {
        "APIService" => json!([name, service(spec), available(object), age]),
        "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => json!([name, list(object, "webhooks").len(), age]),
        "ValidatingAdmissionPolicy" => json!([name, list(spec, "validations").len(), parameter_kind(spec), age]),
        "MutatingAdmissionPolicy" => json!([name, list(spec, "mutations").len(), parameter_kind(spec), age]),
        "ValidatingAdmissionPolicyBinding" | "MutatingAdmissionPolicyBinding" => json!([name, or(&spec["policyName"], ""), parameter(spec), age]),
        "FlowSchema" => {
            let level = or(&spec["priorityLevelConfiguration"]["name"], "");
            let method = or(&spec["distinguisherMethod"]["type"], "<none>");
            json!([
                name,
                level,
                count(&spec["matchingPrecedence"]),
                method,
                age,
                or(&condition(object, "Dangling")["status"], "?")
            ])
        }
        "PriorityLevelConfiguration" => {
            let limited = &spec["limited"];
            let queuing = &limited["limitResponse"]["queuing"];
            let number = |value: &Value| if value.is_null() { json!("<none>") } else { value.clone() };
            json!([
                name,
                or(&spec["type"], ""),
                number(&limited["nominalConcurrencyShares"]),
                number(&queuing["queues"]),
                number(&queuing["handSize"]),
                number(&queuing["queueLengthLimit"]),
                age
            ])
        }
        "DeviceClass" | "ResourceClaimTemplate" => json!([name, age]),
        "ResourceClaim" => json!([name, claim(object, status), age]),
        "ResourceSlice" => json!([name, or(&spec["nodeName"], ""), or(&spec["driver"], ""), or(&spec["pool"]["name"], ""), age]),
        _ => return None,
    })
}

fn service(spec: &Value) -> String {
    let service = &spec["service"];
    if service.is_null() {
        return "Local".to_owned();
    }
    format!("{}/{}", or(&service["namespace"], ""), or(&service["name"], ""))
}

fn available(object: &Value) -> String {
    let condition = condition(object, "Available");
    match or(&condition["status"], "Unknown") {
        "True" => "True".to_owned(),
        status => format!("{status} ({})", or(&condition["reason"], "")),
    }
}

fn parameter_kind(spec: &Value) -> String {
    let kind = &spec["paramKind"];
    if kind.is_null() {
        return "<unset>".to_owned();
    }
    format!("{}/{}", or(&kind["apiVersion"], ""), or(&kind["kind"], ""))
}

fn parameter(spec: &Value) -> String {
    let reference = &spec["paramRef"];
    match or(&reference["name"], "") {
        "" => "<unset>".to_owned(),
        name => format!("{}/{name}", or(&reference["namespace"], "*")),
    }
}

fn claim(object: &Value, status: &Value) -> String {
    let mut states = Vec::new();
    let going = !object["metadata"]["deletionTimestamp"].is_null();
    if going {
        states.push("deleted");
    }
    if status["allocation"].is_null() {
        if !going {
            states.push("pending");
        }
    } else {
        states.push("allocated");
        if !list(status, "reservedFor").is_empty() {
            states.push("reserved");
        }
    }
    states.join(",")
}
