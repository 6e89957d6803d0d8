//! Validation of CronJobs.

use serde_json::Value;

use super::parts;
use crate::practice::controllers::cron_job::schedule::{self, Schedule};
use crate::practice::field::text;
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, not_negative, one_of, wrong_selector};

/// The longest name of a CronJob: its Jobs have eleven letters more.
const NAME: usize = 52;

/// A CronJob; a new one is asked for its name too, one that replaces another for what is new in it.
pub fn job(old: Option<&Value>, object: &Value, faults: &mut Faults) {
    let (spec, name) = (&object["spec"], &object["metadata"]["name"]);
    let before = old.map_or(&Value::Null, |old| &old["spec"]);
    when(before, spec, faults);
    not_negative("spec", spec, &["startingDeadlineSeconds"], faults);
    if let Some(zone) = spec["timeZone"].as_str().filter(|_| old.is_none() || before["timeZone"] != spec["timeZone"])
        && let Err(why) = schedule::zone(zone)
    {
        faults.push(Fault::invalid("spec.timeZone", &spec["timeZone"], &why));
    }
    one_of("spec.concurrencyPolicy", &spec["concurrencyPolicy"], &["Allow", "Forbid", "Replace"], faults);
    template(&spec["jobTemplate"]["spec"], faults);
    not_negative("spec", spec, &["successfulJobsHistoryLimit", "failedJobsHistoryLimit"], faults);
    if old.is_none() && text(name).len() > NAME {
        faults.push(Fault::invalid("metadata.name", name, "must be no more than 52 characters"));
    }
}

fn when(before: &Value, spec: &Value, faults: &mut Faults) {
    let (at, given) = ("spec.schedule", &spec["schedule"]);
    if text(given).is_empty() {
        return faults.push(Fault::required(at, ""));
    }
    if let Err(why) = Schedule::parse(text(given), "") {
        faults.push(Fault::invalid(at, given, &why));
    }
    let zoned = |schedule: &Value| text(schedule).contains("TZ");
    if zoned(given) && !zoned(&before["schedule"]) {
        let why = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
        faults.push(Fault::invalid(at, given, why));
    } else if zoned(given) && !spec["timeZone"].is_null() {
        let why = "cannot use both timeZone field and TZ or CRON_TZ in schedule";
        faults.push(Fault::invalid(at, given, why));
    }
}

fn template(job: &Value, faults: &mut Faults) {
    let at = "spec.jobTemplate.spec";
    parts(at, job, faults);
    if !job["selector"].is_null() {
        wrong_selector(&format!("{at}.selector"), &job["selector"], "`selector` will be auto-generated", faults);
    }
    if job["manualSelector"] == true {
        faults.push(Fault::unsupported(format!("{at}.manualSelector"), &job["manualSelector"], &["nil", "false"]));
    }
}
