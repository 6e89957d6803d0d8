//! Validation of Deployments and ReplicaSets (kubernetes `pkg/apis/apps/validation`).

use serde_json::{Value, json};

use super::pod;
use crate::practice::kind::Kind;
use crate::practice::selector::selects;
use crate::practice::status::Fault;

const NOT_NEGATIVE: &str = "must be greater than or equal to 0";

pub fn spec(kind: &Kind, spec: &Value, faults: &mut Vec<Fault>) {
    for field in ["replicas", "minReadySeconds", "revisionHistoryLimit"] {
        if spec[field].as_i64().is_some_and(|number| number < 0) {
            faults.push(Fault::invalid(format!("spec.{field}"), &spec[field], NOT_NEGATIVE));
        }
    }
    let selector = &spec["selector"];
    let empty = |field: &str| selector[field].is_null() || selector[field] == json!({}) || selector[field] == json!([]);
    if !selector.is_object() {
        faults.push(Fault::required("spec.selector", ""));
    } else if empty("matchLabels") && empty("matchExpressions") {
        faults.push(Fault::invalid(
            "spec.selector",
            selector,
            &format!("empty selector is invalid for {}", kind.singular),
        ));
    }
    let template = &spec["template"];
    let labels = &template["metadata"]["labels"];
    if !selects(selector, labels) {
        faults.push(Fault::invalid(
            "spec.template.metadata.labels",
            labels,
            "`selector` does not match template `labels`",
        ));
    }
    super::labels("spec.template.metadata.labels", labels, faults);
    pod::spec("spec.template.spec", &template["spec"], faults);
    if matches!(template["spec"]["restartPolicy"].as_str(), Some("Never" | "OnFailure")) {
        faults.push(Fault::unsupported(
            "spec.template.spec.restartPolicy",
            &template["spec"]["restartPolicy"],
            &["Always"],
        ));
    }
}
