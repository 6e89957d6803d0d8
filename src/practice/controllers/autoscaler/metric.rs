//! What comes of asking for a metric where nothing serves metrics: the practice cluster has no metrics API.

use serde_json::Value;

use crate::practice::field::{items, text};

/// Why a metric could not be had.
#[derive(Debug)]
pub struct Failure {
    pub reason: &'static str,
    /// What kind of value it is, in words.
    pub what: String,
    pub message: String,
}

const RESOURCES: &str = "unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";
const CUSTOM: &str = "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered";

/// What the answer to a metric's question is.
#[must_use]
pub fn failure(metric: &Value, namespace: &str) -> Failure {
    let of = |source: &Value, container: &str, reason| {
        let name = text(&source["name"]);
        let part = if source["target"]["averageValue"].is_null() { "utilization" } else { "usage" };
        Failure {
            reason,
            what: format!("{name} {container}"),
            message: format!("failed to get {name} {part}: unable to get metrics for resource {name}: {RESOURCES}"),
        }
    };
    match text(&metric["type"]) {
        "ContainerResource" => of(&metric["containerResource"], "container", "FailedGetContainerResourceMetric"),
        "Pods" => Failure {
            reason: "FailedGetPodsMetric",
            what: "pods".to_owned(),
            message: format!("unable to get metric {}: {CUSTOM}", text(&metric["pods"]["metric"]["name"])),
        },
        "Object" => {
            let (source, object) = (&metric["object"], &metric["object"]["describedObject"]);
            let (name, kind, of) = (text(&source["metric"]["name"]), text(&object["kind"]), text(&object["name"]));
            Failure {
                reason: "FailedGetObjectMetric",
                what: "object".to_owned(),
                message: format!("unable to get metric {name}: {kind} on {namespace} {of}/{CUSTOM}"),
            }
        }
        "External" => external(&metric["external"]["metric"], namespace),
        _ => of(&metric["resource"], "resource", "FailedGetResourceMetric"),
    }
}

fn external(metric: &Value, namespace: &str) -> Failure {
    let name = text(&metric["name"]);
    let selector = match &metric["selector"] {
        Value::Null => "nil".to_owned(),
        selector => format!("&{}", printed(selector)),
    };
    Failure {
        reason: "FailedGetExternalMetric",
        what: "external".to_owned(),
        message: format!(
            "unable to get external metric {namespace}/{name}/{selector}: unable to fetch metrics from external metrics API: \
             the server could not find the requested resource (get {name}.external.metrics.k8s.io)"
        ),
    }
}

/// A label selector as Go prints the structure.
fn printed(selector: &Value) -> String {
    let labels = selector["matchLabels"].as_object().into_iter().flatten();
    let labels: String = labels.map(|(key, value)| format!("{key}: {},", text(value))).collect();
    let expressions: String = items(&selector["matchExpressions"])
        .iter()
        .map(|one| {
            let values: Vec<&str> = items(&one["values"]).iter().map(text).collect();
            format!(
                "LabelSelectorRequirement{{Key:{},Operator:{},Values:[{}],}},",
                text(&one["key"]),
                text(&one["operator"]),
                values.join(" ")
            )
        })
        .collect();
    format!("LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}")
}
