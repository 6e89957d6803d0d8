//! Validation of Jobs and CronJobs (kubernetes `pkg/apis/batch/validation`).

mod cron;
mod policy;

use serde_json::{Value, json};

pub use cron::job as cron_job;

use super::check::{Faults, not_negative, one_of, prefixed_path, readable, same_selector, selector, wrong_selector};
use super::difference::{in_go, pod_spec_text, pod_template};
use super::{format, pod};
use crate::practice::field::text;
use crate::practice::selector::selects;
use crate::practice::status::Fault;

/// The most pods that an indexed Job may have.
const INDEXES: i64 = 100_000;
/// How many may run, and how many may fail, where there are more indexes than that.
const AT_ONCE: i64 = 10_000;

pub fn job(object: &Value, faults: &mut Faults) {
    let (spec, metadata) = (&object["spec"], &object["metadata"]);
    generated(spec, metadata, faults);
    whole(spec, faults);
    let (completions, name) = (spec["completions"].as_i64().unwrap_or(0), text(&metadata["name"]));
    if spec["completionMode"] == "Indexed" && completions > 0 {
        let last = format!("{name}-{}", completions - 1);
        if format::label(&last).is_some() {
            let why = format!("will not able to create pod with invalid DNS label: {last}");
            faults.push(Fault::invalid("metadata.name", &metadata["name"], &why));
        }
    }
}

/// The labels and the selector that are made for a Job, unless it brings its own.
fn generated(spec: &Value, metadata: &Value, faults: &mut Faults) {
    if spec["manualSelector"] == true || spec["selector"].is_null() {
        return;
    }
    let wanted = json!({"controller-uid": metadata["uid"], "job-name": metadata["name"],
        "batch.kubernetes.io/controller-uid": metadata["uid"], "batch.kubernetes.io/job-name": metadata["name"]});
    let labels = &spec["template"]["metadata"]["labels"];
    for key in [
        "controller-uid",
        "job-name",
        "batch.kubernetes.io/controller-uid",
        "batch.kubernetes.io/job-name",
    ] {
        let at = format!("spec.template.metadata.labels[{key}]");
        if labels[key].is_null() {
            faults.push(Fault::required(at, &format!("must be '{}'", text(&wanted[key]))));
        } else if labels[key] != wanted[key] {
            faults.push(Fault::invalid(at, labels, &format!("must be '{}'", text(&wanted[key]))));
        }
    }
    if readable(&spec["selector"]) && !selects(&spec["selector"], &wanted) {
        wrong_selector("spec.selector", &spec["selector"], "`selector` not auto-generated", faults);
    }
}

/// A Job's own spec: with a selector that finds its pods.
fn whole(spec: &Value, faults: &mut Faults) {
    parts("spec", spec, faults);
    if spec["selector"].is_null() {
        faults.push(Fault::required("spec.selector", ""));
    }
    selector("spec.selector", &spec["selector"], faults);
    let labels = &spec["template"]["metadata"]["labels"];
    if readable(&spec["selector"]) && !selects(&spec["selector"], labels) {
        let why = "`selector` does not match template `labels`";
        faults.push(Fault::invalid("spec.template.metadata.labels", labels, why));
    }
}

/// What a Job's spec and a CronJob's template of one have in common.
pub fn parts(at: &str, spec: &Value, faults: &mut Faults) {
    let numbers = [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ];
    not_negative(at, spec, &numbers, faults);
    if !spec["maxFailedIndexes"].is_null() && spec["backoffLimitPerIndex"].is_null() {
        faults.push(Fault::required(format!("{at}.backoffLimitPerIndex"), "when maxFailedIndexes is specified"));
    }
    managed_by(at, spec, faults);
    one_of(&format!("{at}.completionMode"), &spec["completionMode"], &["NonIndexed", "Indexed"], faults);
    indexes(at, spec, faults);
    policy::failure(at, spec, faults);
    policy::success(at, spec, faults);
    let supported: &[&str] = if spec["podFailurePolicy"].is_null() {
        &["Failed", "TerminatingOrFailed"]
    } else {
        &["Failed"]
    };
    one_of(&format!("{at}.podReplacementPolicy"), &spec["podReplacementPolicy"], supported, faults);
    pod::template(&format!("{at}.template"), &spec["template"], faults);
    restarts(at, spec, faults);
}

fn restarts(at: &str, spec: &Value, faults: &mut Faults) {
    let policy = &spec["template"]["spec"]["restartPolicy"];
    let field = format!("{at}.template.spec.restartPolicy");
    match text(policy) {
        "" | "Always" => faults.push(Fault::required(field, "valid values: \"OnFailure\", \"Never\"")),
        "OnFailure" if !spec["podFailurePolicy"].is_null() => {
            faults.push(Fault::invalid(field, policy, "only \"Never\" is supported when podFailurePolicy is specified"));
        }
        _ => one_of(&field, policy, &["OnFailure", "Never"], faults),
    }
}

fn managed_by(at: &str, spec: &Value, faults: &mut Faults) {
    let value = &spec["managedBy"];
    if value.is_null() {
        return;
    }
    prefixed_path(&format!("{at}.managedBy"), value, faults);
    if text(value).len() > 63 {
        faults.push(Fault::too_long(format!("{at}.managedBy"), 63));
    }
}

fn indexes(at: &str, spec: &Value, faults: &mut Faults) {
    match text(&spec["completionMode"]) {
        "Indexed" => indexed(at, spec, faults),
        "" | "NonIndexed" => {
            for field in ["backoffLimitPerIndex", "maxFailedIndexes"] {
                if !spec[field].is_null() {
                    faults.push(Fault::invalid(format!("{at}.{field}"), &spec[field], "requires indexed completion mode"));
                }
            }
        }
        _ => {}
    }
}

fn indexed(at: &str, spec: &Value, faults: &mut Faults) {
    let completions = spec["completions"].as_i64();
    if completions.is_none() {
        faults.push(Fault::required(format!("{at}.completions"), "when completion mode is Indexed"));
    }
    let above = |field: &str, most: i64, why: &str, faults: &mut Faults| {
        if spec[field].as_i64().is_some_and(|number| number > most) {
            let why = format!("must be less than or equal to {why}");
            faults.push(Fault::invalid(format!("{at}.{field}"), &spec[field], &why));
        }
    };
    above("parallelism", INDEXES, &format!("{INDEXES} when completion mode is Indexed"), faults);
    above("maxFailedIndexes", completions.unwrap_or(i64::MAX), "completions", faults);
    above("maxFailedIndexes", INDEXES, &INDEXES.to_string(), faults);
    if completions.is_some_and(|number| number > INDEXES) && !spec["backoffLimitPerIndex"].is_null() {
        if spec["maxFailedIndexes"].is_null() {
            let why = format!("must be specified when completions is above {INDEXES}");
            faults.push(Fault::required(format!("{at}.maxFailedIndexes"), &why));
        }
        let why = format!("{AT_ONCE} when completions are above {INDEXES} and used with backoff limit per index");
        above("parallelism", AT_ONCE, &why, faults);
        above("maxFailedIndexes", AT_ONCE, &why, faults);
    }
}

/// What of a Job may not change; a suspended one that never began may get other places to run.
pub fn job_update(old: &Value, new: &Value, faults: &mut Faults) {
    let (before, after) = (&old["spec"], &new["spec"]);
    generated(after, &new["metadata"], faults);
    whole(after, faults);
    if after["completionMode"] != "Indexed" {
        immutable("completions", before, after, faults);
    } else if before["completions"] != after["completions"] && after["completions"] != after["parallelism"] {
        let why = "can only be modified in tandem with spec.parallelism";
        faults.push(Fault::invalid("spec.completions", &after["completions"], why));
    }
    same_selector("spec.selector", &before["selector"], &after["selector"], faults);
    template_update(old, new, faults);
    immutable("completionMode", before, after, faults);
    for (field, kind) in [("podFailurePolicy", "PodFailurePolicy"), ("successPolicy", "SuccessPolicy")] {
        if before[field] != after[field] {
            let fault = Fault::invalid(format!("spec.{field}"), &after[field], "field is immutable");
            faults.push(fault.shown(&after[field], &in_go("batch/v1", kind, &after[field])));
        }
    }
    immutable("backoffLimitPerIndex", before, after, faults);
    immutable("managedBy", before, after, faults);
}

/// The template stays; a suspended Job that never began may get other places to run, and a suspended one other resources.
fn template_update(old: &Value, new: &Value, faults: &mut Faults) {
    let (was, is) = (&old["spec"]["template"], &new["spec"]["template"]);
    let suspended = old["spec"]["suspend"] == true;
    let unbegun = suspended && old["status"]["startTime"].is_null();
    let bare = |template: &Value| {
        let mut template = template.clone();
        if unbegun {
            for field in ["nodeSelector", "tolerations", "schedulingGates"] {
                template["spec"][field] = Value::Null;
            }
            if let Some(affinity) = template["spec"]["affinity"].as_object_mut() {
                affinity.remove("nodeAffinity");
            }
            if template["spec"]["affinity"] == json!({}) {
                template["spec"]["affinity"] = Value::Null;
            }
            (template["metadata"]["annotations"], template["metadata"]["labels"]) = (Value::Null, Value::Null);
        }
        for list in ["containers", "initContainers"].iter().filter(|_| suspended) {
            for container in template["spec"][*list].as_array_mut().into_iter().flatten() {
                container["resources"] = Value::Null;
            }
        }
        template
    };
    let (was, bare) = (bare(was), bare(is));
    if suspended && was["spec"] != bare["spec"] {
        let shown = pod_spec_text(&is["spec"]);
        faults.push(Fault::invalid("spec.template.spec", &is["spec"], "field is immutable").shown(&is["spec"], &shown));
    } else if !suspended && was != bare {
        faults.push(Fault::invalid("spec.template", is, "field is immutable").shown(is, &pod_template(is)));
    }
}

fn immutable(field: &str, before: &Value, after: &Value, faults: &mut Faults) {
    super::check::immutable(&format!("spec.{field}"), &before[field], &after[field], faults);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_indexed_job_grows_as_a_whole() {
        let job = |mode: &str, completions: i64, parallelism: i64| json!({"spec": {"completionMode": mode, "completions": completions, "parallelism": parallelism, "template": {"spec": {"restartPolicy": "Never"}}}});
        let refused = |old: &Value, new: &Value| {
            let mut faults = Vec::new();
            job_update(old, new, &mut faults);
            faults.into_iter().find(|fault| fault.field == "spec.completions").map(|fault| fault.text)
        };
        assert_eq!(refused(&job("Indexed", 2, 2), &job("Indexed", 3, 3)), None);
        assert_eq!(refused(&job("Indexed", 2, 2), &job("Indexed", 2, 1)), None);
        assert!(
            refused(&job("Indexed", 2, 2), &job("Indexed", 3, 2))
                .unwrap()
                .contains("in tandem with spec.parallelism")
        );
        assert!(
            refused(&job("NonIndexed", 2, 2), &job("NonIndexed", 3, 3))
                .unwrap()
                .contains("field is immutable")
        );
    }
}
