//! Defaults of Jobs and CronJobs (kubernetes `pkg/apis/batch/v1/defaults.go`).

use serde_json::{Value, json};

use super::workload::template;
use super::{each, set};

pub fn job(object: &mut Value) {
    let spec = &mut object["spec"];
    // A Job with neither number runs once; with parallelism alone it is a work queue.
    if spec["completions"].is_null() && spec["parallelism"].is_null() {
        spec["completions"] = 1.into();
    }
    set(spec, "parallelism", 1.into());
    let limit = if spec["backoffLimitPerIndex"].is_null() { 6 } else { i32::MAX };
    set(spec, "backoffLimit", limit.into());
    set(spec, "completionMode", "NonIndexed".into());
    set(spec, "suspend", false.into());
    set(spec, "manualSelector", false.into());
    let replaced = if spec["podFailurePolicy"].is_null() {
        "TerminatingOrFailed"
    } else {
        "Failed"
    };
    set(spec, "podReplacementPolicy", replaced.into());
    if spec["podFailurePolicy"].is_object() {
        for rule in each(&mut spec["podFailurePolicy"], "rules") {
            for pattern in each(rule, "onPodConditions") {
                set(pattern, "status", "True".into());
            }
        }
    }
    template(spec);
}

pub fn cron_job(object: &mut Value) {
    let spec = &mut object["spec"];
    set(spec, "concurrencyPolicy", "Allow".into());
    set(spec, "suspend", false.into());
    set(spec, "successfulJobsHistoryLimit", 3.into());
    set(spec, "failedJobsHistoryLimit", 1.into());
    if let Some(job) = spec.get_mut("jobTemplate") {
        set(job, "metadata", json!({}));
        template(&mut job["spec"]);
    }
}
