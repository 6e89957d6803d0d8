//! The CronJob controller: a Job whenever its schedule says so.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use self::schedule::Schedule;
use super::job::ended_as;
use super::pods::{Owner, namespace_ends};
use crate::practice::event::Source;
use crate::practice::field::{controlled_by, controller, deleting, instant, items, owner_reference, text};
use crate::practice::kind::{CRON_JOB, JOB};
use crate::practice::registry::Deletion;
use crate::practice::store::Change;
use crate::practice::world::{Controller, Id, Key, World};

pub mod schedule;

const SOURCE: Source<'static> = Source::controller("cronjob-controller");
/// Jobs are started a little after their time.
const AFTER: Duration = Duration::from_millis(100);

/// The CronJob controller.
#[derive(Debug, Default)]
pub struct CronJobs;

impl Controller for CronJobs {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let name = if change.kind == &CRON_JOB {
            change.name.to_string()
        } else if change.kind == &JOB {
            match controller(change.decoded()) {
                Some(owner) if owner["kind"] == "CronJob" => text(&owner["name"]).to_owned(),
                _ => return,
            }
        } else {
            return;
        };
        let after = world.between(4, 9);
        world.queue(me, Key::new(&change.namespace, &name), after);
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let Some(cron) = world.store.get(&CRON_JOB, &key.namespace, &key.name) else {
            return;
        };
        let mut sync = Sync {
            status: cron["status"].clone(),
            cron: &cron,
            world,
        };
        let jobs = sync.clean_up();
        sync.follow(&jobs);
        let next = if deleting(&cron) { None } else { sync.start() };
        let status = sync.status;
        owner(&cron).write_status(world, status);
        if let Some(wait) = next {
            world.queue(me, key.clone(), wait);
        }
    }
}

/// The CronJob as the owner of its jobs.
fn owner(cron: &Value) -> Owner<'_> {
    Owner {
        source: SOURCE,
        kind: &CRON_JOB,
        object: cron,
    }
}

/// How many times were missed before the one found.
#[derive(PartialEq)]
enum Missed {
    None,
    Few,
    Many,
}

/// One look at one CronJob.
struct Sync<'a> {
    world: &'a mut World,
    cron: &'a Value,
    status: Value,
}

impl Sync<'_> {
    fn tell(&mut self, kind: &str, reason: &str, message: &str) {
        owner(self.cron).tell(self.world, kind, reason, message);
    }

    fn active(&self) -> Vec<Value> {
        items(&self.status["active"]).to_vec()
    }

    fn set_active(&mut self, active: Vec<Value>) {
        if active.is_empty() {
            self.status.as_object_mut().map(|status| status.remove("active"));
        } else {
            self.status["active"] = active.into();
        }
    }

    fn forget(&mut self, uid: &Value) {
        let mut active = self.active();
        active.retain(|job| job["uid"] != *uid);
        self.set_active(active);
    }

    /// Deletes the oldest finished jobs beyond the limits; gives back those that stay.
    fn clean_up(&mut self) -> Vec<Value> {
        let mut jobs = self.world.store.objects(&JOB, Some(text(&self.cron["metadata"]["namespace"])));
        jobs.retain(|job| controlled_by(job, self.cron));
        for (end, limit) in [("Complete", "successfulJobsHistoryLimit"), ("Failed", "failedJobsHistoryLimit")] {
            let Some(limit) = self.cron["spec"][limit].as_u64() else { continue };
            let mut ended: Vec<Value> = jobs
                .iter()
                .filter(|job| ended_as(job).is_some_and(|condition| condition["type"] == end))
                .cloned()
                .collect();
            ended.sort_by_key(|job| {
                let metadata = &job["metadata"];
                (text(&job["status"]["startTime"]).to_owned(), text(&metadata["name"]).to_owned())
            });
            let beyond = ended.len().saturating_sub(limit as usize);
            for job in ended.into_iter().take(beyond) {
                self.delete(&job);
                jobs.retain(|other| other["metadata"]["uid"] != job["metadata"]["uid"]);
            }
        }
        jobs
    }

    fn delete(&mut self, job: &Value) {
        let (namespace, name) = (text(&job["metadata"]["namespace"]), text(&job["metadata"]["name"]));
        // Gone already is as good.
        let _ = self.world.delete(&JOB, namespace, name, &Deletion::default());
        self.forget(&job["metadata"]["uid"]);
        self.tell("Normal", "SuccessfulDelete", &format!("Deleted job {name}"));
    }

    /// Notes jobs that have ended, appeared or gone.
    fn follow(&mut self, jobs: &[Value]) {
        for job in jobs {
            let (uid, name) = (&job["metadata"]["uid"], text(&job["metadata"]["name"]));
            let known = self.active().iter().any(|active| active["uid"] == *uid);
            match ended_as(job) {
                None if !known => self.tell(
                    "Warning",
                    "UnexpectedJob",
                    &format!("Saw a job that the controller did not create or forgot: {name}"),
                ),
                None => {}
                Some(end) => {
                    if known {
                        self.forget(uid);
                        let message = format!("Saw completed job: {name}, condition: {}", text(&end["type"]));
                        self.tell("Normal", "SawCompletedJob", &message);
                    }
                    let at = &job["status"]["completionTime"];
                    if end["type"] == "Complete" && instant(at) > instant(&self.status["lastSuccessfulTime"]) {
                        self.status["lastSuccessfulTime"] = at.clone();
                    }
                }
            }
        }
        for active in self.active() {
            if !jobs.iter().any(|job| job["metadata"]["uid"] == active["uid"]) {
                self.forget(&active["uid"]);
                self.tell("Normal", "MissingJob", &format!("Active job went missing: {}", text(&active["name"])));
            }
        }
    }

    /// Starts a job if it is time; gives back when to look again.
    fn start(&mut self) -> Option<Duration> {
        let spec = &self.cron["spec"];
        let zone = text(&spec["timeZone"]);
        if !zone.is_empty() && jiff::tz::TimeZone::get(zone).is_err() {
            let message = format!("invalid timeZone: {zone:?}: unknown time zone {zone}");
            self.tell("Warning", "UnknownTimeZone", &message);
            return None;
        }
        if spec["suspend"] == true {
            return None;
        }
        let schedule = match Schedule::parse(text(&spec["schedule"]), zone) {
            Ok(schedule) => schedule,
            Err(why) => {
                let message = format!("unparseable schedule: {:?} : {why}", text(&spec["schedule"]));
                self.tell("Warning", "UnparseableSchedule", &message);
                return None;
            }
        };
        if let Some(at) = self.due(&schedule) {
            self.start_at(at)?;
        }
        self.next(&schedule)
    }

    /// The latest time that is due and was not served yet.
    fn due(&mut self, schedule: &Schedule) -> Option<Timestamp> {
        let (_, at, missed) = self.latest(schedule, true);
        if missed == Missed::Many {
            let message = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
            self.tell("Warning", "TooManyMissedTimes", message);
        }
        let at = at?;
        let late = self.cron["spec"]["startingDeadlineSeconds"]
            .as_i64()
            .is_some_and(|most| at + SignedDuration::from_secs(most) < self.world.now);
        if late {
            let message = format!("Missed scheduled time to start a job: {}", at.strftime("%a, %d %b %Y %H:%M:%S +0000"));
            self.tell("Warning", "MissSchedule", &message);
            return None;
        }
        let name = self.job_name(at);
        let served = self.active().iter().any(|job| job["name"] == *name) || instant(&self.status["lastScheduleTime"]) == Some(at);
        (!served).then_some(at)
    }

    fn job_name(&self, at: Timestamp) -> String {
        format!("{}-{}", text(&self.cron["metadata"]["name"]), at.as_second() / 60)
    }

    /// Starts the job of a time; `None` when it has to be tried again with the next change.
    fn start_at(&mut self, at: Timestamp) -> Option<()> {
        let policy = text(&self.cron["spec"]["concurrencyPolicy"]);
        if policy == "Forbid" && !self.active().is_empty() {
            let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
            self.tell("Normal", "JobAlreadyActive", message);
            return Some(());
        }
        if policy == "Replace" {
            for active in self.active() {
                if let Some(job) = self.world.store.get(&JOB, text(&active["namespace"]), text(&active["name"])) {
                    self.delete(&job);
                }
            }
        }
        let name = self.job_name(at);
        let job = match self.world.create(&JOB, self.job(at, &name)) {
            Ok(job) => job,
            Err(refusal) if namespace_ends(&refusal) => return None,
            Err(refusal) if refusal.reason == "AlreadyExists" => {
                let namespace = text(&self.cron["metadata"]["namespace"]);
                self.world.store.get(&JOB, namespace, &name).filter(|job| controlled_by(job, self.cron))?
            }
            Err(refusal) => {
                self.tell("Warning", "FailedCreate", &format!("Error creating job: {}", refusal.message));
                return None;
            }
        };
        self.tell("Normal", "SuccessfulCreate", &format!("Created job {name}"));
        let metadata = &job["metadata"];
        let mut active = self.active();
        active.push(
            json!({"kind": "Job", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"], "apiVersion": "batch/v1",
            "resourceVersion": metadata["resourceVersion"]}),
        );
        self.set_active(active);
        self.status["lastScheduleTime"] = at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into();
        Some(())
    }

    fn job(&self, at: Timestamp, name: &str) -> Value {
        let template = &self.cron["spec"]["jobTemplate"];
        let zone = text(&self.cron["spec"]["timeZone"]);
        let local = at.to_zoned(jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC));
        let stamp = if local.offset().seconds() == 0 {
            at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
        } else {
            local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
        };
        let mut metadata = json!({"name": name, "namespace": self.cron["metadata"]["namespace"], "annotations": template["metadata"]["annotations"],
            "ownerReferences": [owner_reference(&CRON_JOB, self.cron)]});
        metadata["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"] = stamp.into();
        if let Some(labels) = template["metadata"].get("labels") {
            metadata["labels"] = labels.clone();
        }
        json!({"metadata": metadata, "spec": template["spec"]})
    }

    /// The time from which on times count, the latest that is due, and how many were missed.
    fn latest(&self, schedule: &Schedule, with_deadline: bool) -> (Timestamp, Option<Timestamp>, Missed) {
        let now = self.world.now;
        let created = instant(&self.cron["metadata"]["creationTimestamp"]).unwrap_or(now);
        let mut earliest = instant(&self.status["lastScheduleTime"]).unwrap_or(created);
        if let Some(most) = self.cron["spec"]["startingDeadlineSeconds"].as_i64().filter(|_| with_deadline) {
            earliest = earliest.max(now - SignedDuration::from_secs(most));
        }
        let Some(first) = schedule.next(earliest).filter(|first| *first <= now) else {
            return (earliest, None, Missed::None);
        };
        let Some(second) = schedule.next(first).filter(|second| *second <= now) else {
            return (earliest, Some(first), Missed::None);
        };
        let between = second.duration_since(first).as_secs().max(1);
        let missed = now.duration_since(first).as_secs() / between + 1;
        let (mut at, mut latest) = (first + SignedDuration::from_secs((missed - 2) * between), None);
        while let Some(next) = schedule.next(at).filter(|next| *next <= now) {
            (at, latest) = (next, Some(next));
        }
        (earliest, latest, if missed > 100 { Missed::Many } else { Missed::Few })
    }

    /// How long until the next time.
    fn next(&self, schedule: &Schedule) -> Option<Duration> {
        let (earliest, latest, missed) = self.latest(schedule, false);
        let from = latest.unwrap_or(if missed == Missed::None { earliest } else { self.world.now });
        let wait = schedule.next(from)?.duration_since(self.world.now);
        Some(Duration::try_from(wait).unwrap_or_default() + AFTER)
    }
}
