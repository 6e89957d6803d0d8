//! Validation of Deployments, ReplicaSets, StatefulSets and DaemonSets (kubernetes `pkg/apis/apps/validation`).

use serde_json::{Value, json};

use super::check::{self, go, is_nothing, not_more_than_all, not_negative, number_or_percent, one_of};
use super::{pod, storage};
use crate::practice::kind::Kind;
use crate::practice::selector::selects;
use crate::practice::status::Fault;

pub fn spec(kind: &Kind, spec: &Value, faults: &mut Vec<Fault>) {
    match kind.kind {
        "StatefulSet" => {
            stateful_before(spec, faults);
            not_negative("spec", spec, &["replicas", "minReadySeconds"], faults);
            stateful_after(spec, faults);
        }
        "DaemonSet" => {}
        _ => not_negative("spec", spec, &["replicas", "minReadySeconds", "revisionHistoryLimit"], faults),
    }
    selector(kind, &spec["selector"], faults);
    if kind.kind == "DaemonSet" {
        not_negative("spec", spec, &["minReadySeconds"], faults);
    }
    template(kind, spec, faults);
    match kind.kind {
        "DaemonSet" => {
            daemon_update(&spec["updateStrategy"], faults);
            not_negative("spec", spec, &["revisionHistoryLimit"], faults);
        }
        "Deployment" => deployment(spec, faults),
        _ => {}
    }
}

fn selector(kind: &Kind, selector: &Value, faults: &mut Vec<Fault>) {
    let empty = |field: &str| selector[field].is_null() || selector[field] == json!({}) || selector[field] == json!([]);
    let before = faults.len();
    if !selector.is_object() {
        if kind.kind != "DaemonSet" {
            faults.push(Fault::required("spec.selector", ""));
        }
        return;
    }
    check::selector("spec.selector", selector, faults);
    let word = if kind.kind == "ReplicaSet" { "deployment" } else { kind.singular };
    if empty("matchLabels") && empty("matchExpressions") {
        faults.push(Fault::invalid("spec.selector", selector, &format!("empty selector is invalid for {word}")));
    } else if faults.len() > before && kind.kind != "DaemonSet" {
        let why = if kind.kind == "StatefulSet" { "" } else { "invalid label selector" };
        faults.push(Fault::invalid("spec.selector", selector, why));
    }
}

fn template(kind: &Kind, spec: &Value, faults: &mut Vec<Fault>) {
    let (selector, template) = (&spec["selector"], &spec["template"]);
    let labels = &template["metadata"]["labels"];
    let readable = {
        let mut own = Vec::new();
        check::selector("", selector, &mut own);
        own.is_empty()
    };
    if readable && selector != &json!({}) && !selects(selector, labels) {
        faults.push(Fault::invalid(
            "spec.template.metadata.labels",
            labels,
            "`selector` does not match template `labels`",
        ));
    }
    check::labels("spec.template.metadata.labels", labels, faults);
    pod::spec("spec.template.spec", &template["spec"], faults);
    if matches!(template["spec"]["restartPolicy"].as_str(), Some("Never" | "OnFailure")) {
        faults.push(Fault::unsupported(
            "spec.template.spec.restartPolicy",
            &template["spec"]["restartPolicy"],
            &["Always"],
        ));
    }
    if !template["spec"]["activeDeadlineSeconds"].is_null() {
        let word = if kind.kind == "Deployment" { "ReplicaSet" } else { kind.kind };
        faults.push(Fault::forbidden(
            "spec.template.spec.activeDeadlineSeconds",
            &format!("activeDeadlineSeconds in {word} is not Supported"),
        ));
    }
}

fn stateful_before(spec: &Value, faults: &mut Vec<Fault>) {
    let policy = &spec["podManagementPolicy"];
    if policy.as_str().is_some_and(|policy| policy != "OrderedReady" && policy != "Parallel") {
        faults.push(Fault::invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'"));
    }
    let (strategy, rolling) = (&spec["updateStrategy"], &spec["updateStrategy"]["rollingUpdate"]);
    match strategy["type"].as_str().unwrap_or("RollingUpdate") {
        "RollingUpdate" => {
            not_negative("spec.updateStrategy.rollingUpdate", rolling, &["partition"], faults);
            number_or_percent("spec.updateStrategy.rollingUpdate.maxUnavailable", &rolling["maxUnavailable"], faults);
            not_more_than_all("spec.updateStrategy.rollingUpdate.maxUnavailable", &rolling["maxUnavailable"], faults);
        }
        "OnDelete" if rolling.is_null() => {}
        "OnDelete" => {
            let (value, shown) = go(&[("Partition", &rolling["partition"]), ("MaxUnavailable", &rolling["maxUnavailable"])]);
            let why = "only allowed for updateStrategy 'RollingUpdate'";
            faults.push(Fault::invalid("spec.updateStrategy.rollingUpdate", &value, why).shown(&value, &shown));
        }
        _ => {
            let (value, shown) = go(&[("Type", &strategy["type"]), ("RollingUpdate", rolling)]);
            let why = "must be 'RollingUpdate' or 'OnDelete'";
            faults.push(Fault::invalid("spec.updateStrategy", &value, why).shown(&value, &shown));
        }
    }
    for field in ["whenDeleted", "whenScaled"] {
        let at = format!("spec.persistentVolumeClaimRetentionPolicy.{field}");
        one_of(&at, &spec["persistentVolumeClaimRetentionPolicy"][field], &["Retain", "Delete"], faults);
    }
}

fn stateful_after(spec: &Value, faults: &mut Vec<Fault>) {
    not_negative("spec.ordinals", &spec["ordinals"], &["start"], faults);
    for (index, claim) in check::list(spec, "volumeClaimTemplates").iter().enumerate() {
        storage::claim(&format!("spec.volumeClaimTemplates[{index}].spec"), &claim["spec"], faults);
    }
}

/// What of a StatefulSet may change.
pub fn stateful_update(old: &Value, new: &Value, faults: &mut Vec<Fault>) {
    const FREE: &[&str] = &[
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    ];
    let bare = |spec: &Value| {
        let fields = spec.as_object().into_iter().flatten().filter(|(field, _)| !FREE.contains(&field.as_str()));
        fields.map(|(field, value)| (field.clone(), value.clone())).collect::<Value>()
    };
    if bare(old) != bare(new) {
        let why = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
            'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
        faults.push(Fault::forbidden("spec", why));
    }
}

fn daemon_update(strategy: &Value, faults: &mut Vec<Fault>) {
    let rolling = &strategy["rollingUpdate"];
    match strategy["type"].as_str().unwrap_or("RollingUpdate") {
        "OnDelete" => return,
        "RollingUpdate" => {}
        _ => {
            let (value, shown) = go(&[("Type", &strategy["type"]), ("RollingUpdate", rolling)]);
            let fault = Fault::unsupported("spec.updateStrategy", &value, &["RollingUpdate", "OnDelete"]);
            return faults.push(fault.shown(&value, &shown));
        }
    }
    let at = |field: &str| format!("spec.updateStrategy.rollingUpdate.{field}");
    let before = faults.len();
    for field in ["maxUnavailable", "maxSurge"] {
        number_or_percent(&at(field), &rolling[field], faults);
        not_more_than_all(&at(field), &rolling[field], faults);
    }
    if faults.len() > before || rolling.is_null() {
        return;
    }
    match (is_nothing(&rolling["maxUnavailable"]), is_nothing(&rolling["maxSurge"])) {
        (true, true) => faults.push(Fault::required(at("maxUnavailable"), "cannot be 0 when maxSurge is 0")),
        (false, false) => faults.push(Fault::invalid(
            at("maxSurge"),
            &rolling["maxSurge"],
            "may not be set when maxUnavailable is non-zero",
        )),
        _ => {}
    }
}

fn deployment(spec: &Value, faults: &mut Vec<Fault>) {
    let (strategy, rolling) = (&spec["strategy"], &spec["strategy"]["rollingUpdate"]);
    let at = |field: &str| format!("spec.strategy.rollingUpdate.{field}");
    match strategy["type"].as_str().unwrap_or("RollingUpdate") {
        "Recreate" if !rolling.is_null() => faults.push(Fault::forbidden(
            "spec.strategy.rollingUpdate",
            "may not be specified when strategy `type` is 'Recreate'",
        )),
        "Recreate" => {}
        "RollingUpdate" => {
            for field in ["maxUnavailable", "maxSurge"] {
                number_or_percent(&at(field), &rolling[field], faults);
            }
            if rolling.is_object() && is_nothing(&rolling["maxUnavailable"]) && is_nothing(&rolling["maxSurge"]) {
                faults.push(Fault::invalid(
                    at("maxUnavailable"),
                    &rolling["maxUnavailable"],
                    "may not be 0 when `maxSurge` is 0",
                ));
            }
            not_more_than_all(&at("maxUnavailable"), &rolling["maxUnavailable"], faults);
        }
        _ => {
            let (value, shown) = go(&[("Type", &strategy["type"]), ("RollingUpdate", rolling)]);
            let fault = Fault::unsupported("spec.strategy", &value, &["Recreate", "RollingUpdate"]);
            faults.push(fault.shown(&value, &shown));
        }
    }
    let (deadline, ready) = (spec["progressDeadlineSeconds"].as_i64(), spec["minReadySeconds"].as_i64().unwrap_or(0));
    not_negative("spec", spec, &["progressDeadlineSeconds"], faults);
    if deadline.is_some_and(|deadline| deadline <= ready) {
        faults.push(Fault::invalid(
            "spec.progressDeadlineSeconds",
            &spec["progressDeadlineSeconds"],
            "must be greater than minReadySeconds",
        ));
    }
}
