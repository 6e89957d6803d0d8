//! Validation of Jobs and CronJobs (kubernetes `pkg/apis/batch/validation`).

use serde_json::{Value, json};

use super::check::{list, not_negative, one_of};
use super::difference::pod_template;
use super::pod;
use crate::practice::controllers::cron_job::schedule::{self, Schedule};
use crate::practice::status::Fault;

/// The most pods that an indexed Job may have.
const INDEXES: i64 = 100_000;

pub fn job(object: &Value, faults: &mut Vec<Fault>) {
    let (spec, name) = (&object["spec"], object["metadata"]["name"].as_str().unwrap_or_default());
    let own = selector(spec, object, faults);
    parts("spec", spec, faults);
    if own && name.len() > 63 {
        faults.push(Fault::invalid(
            "spec.template.labels",
            &object["metadata"]["name"],
            "must be no more than 63 bytes",
        ));
    }
}

/// Whether the selector is the one that is made for a Job, which it has to be unless the Job says otherwise.
fn selector(spec: &Value, object: &Value, faults: &mut Vec<Fault>) -> bool {
    let uid = &object["metadata"]["uid"];
    let wanted = json!({"batch.kubernetes.io/controller-uid": uid});
    if spec["manualSelector"] == true || spec["selector"]["matchLabels"] == wanted {
        return true;
    }
    faults.push(Fault::invalid("spec.selector", &spec["selector"], "`selector` not auto-generated"));
    let labels = &spec["template"]["metadata"]["labels"];
    if !crate::practice::selector::selects(&spec["selector"], labels) {
        let why = "`selector` does not match template `labels`";
        faults.push(Fault::invalid("spec.template.metadata.labels", labels, why));
    }
    false
}

/// What a Job's spec and a CronJob's template of one have in common.
fn parts(at: &str, spec: &Value, faults: &mut Vec<Fault>) {
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
    managed_by(at, spec, faults);
    one_of(&format!("{at}.completionMode"), &spec["completionMode"], &["NonIndexed", "Indexed"], faults);
    indexes(at, spec, faults);
    failure_policy(at, spec, faults);
    success_policy(at, spec, faults);
    let supported: &[&str] = if spec["podFailurePolicy"].is_null() {
        &["Failed", "TerminatingOrFailed"]
    } else {
        &["Failed"]
    };
    one_of(&format!("{at}.podReplacementPolicy"), &spec["podReplacementPolicy"], supported, faults);
    pod::spec(&format!("{at}.template.spec"), &spec["template"]["spec"], faults);
    let policy = &spec["template"]["spec"]["restartPolicy"];
    let field = format!("{at}.template.spec.restartPolicy");
    if matches!(policy.as_str(), None | Some("" | "Always")) {
        faults.push(Fault::required(field, "valid values: \"OnFailure\", \"Never\""));
    } else if policy != "Never" && !spec["podFailurePolicy"].is_null() {
        faults.push(Fault::invalid(field, policy, "only \"Never\" is supported when podFailurePolicy is specified"));
    }
}

fn managed_by(at: &str, spec: &Value, faults: &mut Vec<Fault>) {
    let value = &spec["managedBy"];
    let good = value
        .as_str()
        .is_none_or(|text| text.split_once('/').is_some_and(|(domain, path)| !domain.is_empty() && !path.is_empty()));
    if !good {
        let why = "must be a domain-prefixed path (such as \"acme.io/foo\")";
        faults.push(Fault::invalid(format!("{at}.managedBy"), value, why));
    }
}

fn indexes(at: &str, spec: &Value, faults: &mut Vec<Fault>) {
    let (limit, most) = (&spec["backoffLimitPerIndex"], &spec["maxFailedIndexes"]);
    let (completions, parallelism) = (spec["completions"].as_i64(), spec["parallelism"].as_i64().unwrap_or(0));
    if spec["completionMode"] != "Indexed" {
        if !most.is_null() && limit.is_null() {
            faults.push(Fault::required(format!("{at}.backoffLimitPerIndex"), "when maxFailedIndexes is specified"));
        }
        for (field, value) in [("backoffLimitPerIndex", limit), ("maxFailedIndexes", most)] {
            if !value.is_null() {
                faults.push(Fault::invalid(format!("{at}.{field}"), value, "requires indexed completion mode"));
            }
        }
        return;
    }
    if completions.is_none() {
        faults.push(Fault::required(format!("{at}.completions"), "when completion mode is Indexed"));
    }
    if parallelism > INDEXES {
        let why = format!("must be less than or equal to {INDEXES} when completion mode is Indexed");
        faults.push(Fault::invalid(format!("{at}.parallelism"), &spec["parallelism"], &why));
    }
    if let (Some(number), Some(completions)) = (most.as_i64(), completions)
        && number > completions
    {
        faults.push(Fault::invalid(
            format!("{at}.maxFailedIndexes"),
            most,
            "must be less than or equal to completions",
        ));
    }
    if !most.is_null() && limit.is_null() {
        faults.push(Fault::required(format!("{at}.backoffLimitPerIndex"), "when maxFailedIndexes is specified"));
    }
}

fn failure_policy(at: &str, spec: &Value, faults: &mut Vec<Fault>) {
    for (index, rule) in list(&spec["podFailurePolicy"], "rules").iter().enumerate() {
        let at = format!("{at}.podFailurePolicy.rules[{index}]");
        one_of(&format!("{at}.action"), &rule["action"], &["Count", "FailIndex", "FailJob", "Ignore"], faults);
        if rule["action"] == "FailIndex" && spec["backoffLimitPerIndex"].is_null() {
            faults.push(Fault::invalid(
                format!("{at}.action"),
                &rule["action"],
                "requires the backoffLimitPerIndex to be set",
            ));
        }
        let (codes, conditions) = (&rule["onExitCodes"], list(rule, "onPodConditions"));
        if codes.is_null() && conditions.is_empty() {
            faults.push(Fault::invalid_without_value(
                &at,
                "specifying one of OnExitCodes and OnPodConditions is required",
            ));
        } else if !codes.is_null() && !conditions.is_empty() {
            faults.push(Fault::invalid_without_value(
                &at,
                "specifying both OnExitCodes and OnPodConditions is not supported",
            ));
        }
        one_of(&format!("{at}.onExitCodes.operator"), &codes["operator"], &["In", "NotIn"], faults);
        for (index, value) in list(codes, "values").iter().enumerate() {
            if value == 0 && codes["operator"] == "In" {
                let field = format!("{at}.onExitCodes.values[{index}]");
                faults.push(Fault::invalid(field, value, "must not be 0 for the In operator"));
            }
        }
    }
}

fn success_policy(at: &str, spec: &Value, faults: &mut Vec<Fault>) {
    let policy = &spec["successPolicy"];
    if policy.is_null() {
        return;
    }
    let field = format!("{at}.successPolicy");
    if spec["completionMode"] != "Indexed" {
        let value = json!({"Rules": policy["rules"]});
        return faults.push(Fault::invalid(field, &value, "requires indexed completion mode"));
    }
    if list(policy, "rules").is_empty() {
        faults.push(Fault::required(
            format!("{field}.rules"),
            "at least one rules must be specified when the successPolicy is specified",
        ));
    }
}

/// What of a Job may not change; a suspended one that never began may get other places to run.
pub fn job_update(old: &Value, new: &Value, faults: &mut Vec<Fault>) {
    let (before, after) = (&old["spec"], &new["spec"]);
    parts("spec", after, faults);
    if after["completionMode"] != "Indexed" {
        immutable("completions", before, after, faults);
    } else if before["completions"] != after["completions"] && after["completions"] != after["parallelism"] {
        let why = "can only be modified in tandem with spec.parallelism";
        faults.push(Fault::invalid("spec.completions", &after["completions"], why));
    }
    for field in [
        "selector",
        "completionMode",
        "podFailurePolicy",
        "backoffLimitPerIndex",
        "managedBy",
        "successPolicy",
    ] {
        immutable(field, before, after, faults);
    }
    let unbegun = before["suspend"] == true && old["status"]["startTime"].is_null();
    let bare = |spec: &Value| {
        let mut template = spec["template"].clone();
        for field in ["nodeSelector", "tolerations", "affinity", "schedulingGates"] {
            template["spec"][field] = Value::Null;
        }
        (template["metadata"]["annotations"], template["metadata"]["labels"]) = (Value::Null, Value::Null);
        template
    };
    if !unbegun || bare(before) != bare(after) {
        let template = &after["template"];
        if before["template"] != *template {
            let fault = Fault::invalid("spec.template", template, "field is immutable");
            faults.push(fault.shown(template, &pod_template(template)));
        }
    }
}

fn immutable(field: &str, before: &Value, after: &Value, faults: &mut Vec<Fault>) {
    super::immutable(&format!("spec.{field}"), &before[field], &after[field], faults);
}

pub fn cron_job(object: &Value, faults: &mut Vec<Fault>) {
    let spec = &object["spec"];
    if object["metadata"]["name"].as_str().is_some_and(|name| name.len() > 52) {
        faults.push(Fault::invalid(
            "metadata.name",
            &object["metadata"]["name"],
            "must be no more than 52 characters",
        ));
    }
    let text = spec["schedule"].as_str().unwrap_or_default();
    if text.is_empty() {
        faults.push(Fault::required("spec.schedule", ""));
    } else if text.contains("TZ") {
        let why = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
        faults.push(Fault::invalid("spec.schedule", &spec["schedule"], why));
    } else if let Err(why) = Schedule::parse(text, "") {
        faults.push(Fault::invalid("spec.schedule", &spec["schedule"], &why));
    }
    not_negative("spec", spec, &["startingDeadlineSeconds"], faults);
    if let Some(zone) = spec["timeZone"].as_str()
        && let Err(why) = schedule::zone(zone)
    {
        faults.push(Fault::invalid("spec.timeZone", &spec["timeZone"], &why));
    }
    one_of("spec.concurrencyPolicy", &spec["concurrencyPolicy"], &["Allow", "Forbid", "Replace"], faults);
    parts("spec.jobTemplate.spec", &spec["jobTemplate"]["spec"], faults);
    not_negative("spec", spec, &["successfulJobsHistoryLimit", "failedJobsHistoryLimit"], faults);
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
