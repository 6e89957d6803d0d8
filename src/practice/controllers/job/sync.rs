//! One look at one Job: who runs, who ended, whether it is decided, and how many pods it should have.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::pods::{Owner, active};
use super::index::{self, Indexes};
use super::policy::{Verdict, judge};
use super::{Failures, SOURCE, ended_at, tracked};
use crate::practice::field::{deleting, finished, instant, int, items, ready, text};
use crate::practice::kind::JOB;
use crate::practice::world::World;

/// What is known of a Job while it is looked at.
pub(super) struct Sync<'a> {
    pub world: &'a mut World,
    pub job: &'a Value,
    pub status: Value,
    pub pods: Vec<Value>,
    pub active: Vec<Value>,
    pub ready: usize,
    pub terminating: usize,
    pub succeeded: i64,
    pub failed: i64,
    pub done: Indexes,
    pub lost: Indexes,
    pub failures: Failures,
    /// The condition that decides the Job, once there is one.
    pub decided: Option<Value>,
    pub again: Option<Duration>,
    pub refused: bool,
}

/// Whether a pod counts as failed: it has, or it was asked to go and its place may be taken at once.
pub(super) fn pod_failed(job: &Value, pod: &Value) -> bool {
    pod["status"]["phase"] == "Failed" || !waits_for_end(job) && deleting(pod) && pod["status"]["phase"] != "Succeeded"
}

/// Whether a pod is replaced only once it has failed for good.
pub(super) fn waits_for_end(job: &Value) -> bool {
    job["spec"]["podReplacementPolicy"] == "Failed" || !job["spec"]["podFailurePolicy"].is_null()
}

pub(super) fn suspended(job: &Value) -> bool {
    job["spec"]["suspend"] == true
}

impl<'a> Sync<'a> {
    pub fn new(world: &'a mut World, job: &'a Value, failures: Failures) -> Self {
        let pods = owner(job).claim(world);
        let running: Vec<Value> = pods.iter().filter(|pod| active(pod)).cloned().collect();
        let mut status = job["status"].clone();
        if status["uncountedTerminatedPods"].is_null() {
            status["uncountedTerminatedPods"] = json!({});
        }
        Self {
            world,
            job,
            status,
            ready: running.iter().filter(|pod| ready(pod)).count(),
            terminating: pods.iter().filter(|pod| deleting(pod) && !finished(pod)).count(),
            active: running,
            succeeded: 0,
            failed: 0,
            done: Indexes::new(),
            lost: Indexes::new(),
            pods,
            failures,
            decided: None,
            again: None,
            refused: false,
        }
    }

    /// Does it all; gives back the failures to remember, when to look again, and whether pods were refused.
    pub fn run(mut self) -> (Failures, Option<Duration>, bool) {
        let before = self.job["status"].clone();
        self.count();
        self.judge();
        if self.decided.is_some() {
            for pod in std::mem::take(&mut self.active) {
                owner(self.job).delete(self.world, &pod);
                self.ready -= usize::from(ready(&pod));
                self.terminating += 1;
            }
        } else {
            if !deleting(self.job) {
                self.manage();
                self.suspend_or_resume();
            }
            self.complete();
        }
        self.status["active"] = self.active.len().into();
        self.status["ready"] = self.ready.into();
        self.status["terminating"] = self.terminating.into();
        self.finish(&before);
        (self.failures, self.again, self.refused)
    }

    /// Counts what has ended, with what the status has counted before.
    fn count(&mut self) {
        let uncounted = |list: &str| items(&self.status["uncountedTerminatedPods"][list]).to_vec();
        let (good, bad) = (uncounted("succeeded"), uncounted("failed"));
        let valid = |pod: &&Value| tracked(pod) && (!index::indexed(self.job) || index::of(self.job, pod).is_some());
        let fresh = |counted: &[Value], pod: &Value| !counted.contains(&pod["metadata"]["uid"]);
        let won: Vec<&Value> = self
            .pods
            .iter()
            .filter(valid)
            .filter(|pod| pod["status"]["phase"] == "Succeeded" && fresh(&good, pod))
            .collect();
        let lost: Vec<&Value> = self
            .pods
            .iter()
            .filter(valid)
            .filter(|pod| pod_failed(self.job, pod) && fresh(&bad, pod))
            .collect();
        let counting = lost.iter().filter(|pod| judge(self.job, pod) != Verdict::Ignore).count();
        self.failures = since_success(self.failures, &won, &lost);
        self.succeeded = int(&self.status["succeeded"]) + (won.len() + good.len()) as i64;
        self.failed = int(&self.status["failed"]) + (counting + bad.len()) as i64;
        if self.status["startTime"].is_null() && !suspended(self.job) {
            self.status["startTime"] = self.world.seconds().into();
        }
        if index::indexed(self.job) {
            self.done = index::succeeded(self.job, &self.pods);
            self.succeeded = self.done.len() as i64;
            if index::per_index(self.job) {
                self.lost = index::failed(self.job, &self.pods);
            }
        }
    }

    /// Looks for what decides the Job, in Kubernetes' order.
    fn judge(&mut self) {
        let standing = |kind: &str| {
            items(&self.status["conditions"])
                .iter()
                .find(|condition| condition["type"] == kind && condition["status"] == "True")
                .cloned()
        };
        let condition = |kind: &str, reason: &str, message: &str| Some(self.condition(kind, reason, message));
        self.decided = if let Some(met) = standing("SuccessCriteriaMet") {
            Some(met)
        } else if let Some(target) = standing("FailureTarget") {
            condition("Failed", text(&target["reason"]), text(&target["message"]))
        } else if let Some(why) = self.failed_by_policy() {
            condition("FailureTarget", "PodFailurePolicy", &why)
        } else if self.failed > int(&self.job["spec"]["backoffLimit"]) || self.restarted_too_often() {
            condition("FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
        } else if self.deadline().is_some_and(|at| at <= self.world.now) {
            condition("FailureTarget", "DeadlineExceeded", "Job was active longer than specified deadline")
        } else if let Some((reason, message)) = self.failed_by_index() {
            condition("FailureTarget", reason, message)
        } else {
            index::success(self.job, &self.done).and_then(|why| condition("SuccessCriteriaMet", "SuccessPolicy", &why))
        };
        if self.decided.is_none()
            && let Some(at) = self.deadline()
        {
            self.look_again(Duration::try_from(at.duration_since(self.world.now)).unwrap_or_default());
        }
    }

    pub fn condition(&self, kind: &str, reason: &str, message: &str) -> Value {
        let now = self.world.seconds();
        json!({"type": kind, "status": "True", "reason": reason, "message": message, "lastProbeTime": now, "lastTransitionTime": now})
    }

    fn failed_by_policy(&self) -> Option<String> {
        let failed = self.pods.iter().filter(|pod| pod_failed(self.job, pod));
        failed
            .filter_map(|pod| match judge(self.job, pod) {
                Verdict::FailJob(why) => Some(why),
                _ => None,
            })
            .next()
    }

    fn failed_by_index(&self) -> Option<(&'static str, &'static str)> {
        let spec = &self.job["spec"];
        let (lost, all) = (self.lost.len() as i64, self.lost.len() + self.done.len());
        if spec["maxFailedIndexes"].as_i64().is_some_and(|most| lost > most) {
            Some(("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes"))
        } else if lost > 0 && all as i64 >= int(&spec["completions"]) {
            Some(("FailedIndexes", "Job has failed indexes"))
        } else {
            None
        }
    }

    /// Containers that restart in place count too.
    fn restarted_too_often(&self) -> bool {
        let spec = &self.job["spec"];
        if spec["template"]["spec"]["restartPolicy"] != "OnFailure" {
            return false;
        }
        let alive = self.pods.iter().filter(|pod| matches!(text(&pod["status"]["phase"]), "Running" | "Pending"));
        let restarts: i64 = alive
            .flat_map(|pod| {
                items(&pod["status"]["initContainerStatuses"])
                    .iter()
                    .chain(items(&pod["status"]["containerStatuses"]))
            })
            .map(|status| int(&status["restartCount"]))
            .sum();
        restarts >= int(&spec["backoffLimit"]).max(1)
    }

    fn deadline(&self) -> Option<Timestamp> {
        let seconds = self.job["spec"]["activeDeadlineSeconds"].as_i64().filter(|_| !suspended(self.job))?;
        Some(instant(&self.status["startTime"])? + SignedDuration::from_secs(seconds))
    }

    pub(super) fn look_again(&mut self, wait: Duration) {
        self.again = Some(self.again.map_or(wait, |earlier| earlier.min(wait)));
    }

    fn suspend_or_resume(&mut self) {
        let (is, reason, message) = if suspended(self.job) {
            ("True", "JobSuspended", "Job suspended")
        } else {
            ("False", "JobResumed", "Job resumed")
        };
        let mut conditions = items(&self.status["conditions"]).to_vec();
        let known = conditions.iter_mut().find(|condition| condition["type"] == "Suspended");
        let mut fresh = self.condition("Suspended", reason, message);
        fresh["status"] = is.into();
        match known {
            Some(known) if known["status"] == is => return,
            Some(known) => *known = fresh,
            None if is == "False" => return,
            None => conditions.push(fresh),
        }
        self.status["conditions"] = conditions.into();
        if suspended(self.job) {
            self.status["startTime"] = Value::Null;
            owner(self.job).tell(self.world, "Normal", "Suspended", message);
        } else {
            self.status["startTime"] = self.world.seconds().into();
            owner(self.job).tell(self.world, "Normal", "Resumed", message);
        }
    }

    /// Enough pods have succeeded, and none runs any more.
    fn complete(&mut self) {
        let enough = self.job["spec"]["completions"].as_i64().unwrap_or(1);
        if self.succeeded >= enough && self.active.is_empty() {
            self.decided = Some(self.condition("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods"));
        }
    }
}

/// The Job as the owner of its pods.
pub(super) fn owner(job: &Value) -> Owner<'_> {
    Owner {
        source: SOURCE,
        kind: &JOB,
        object: job,
    }
}

/// The failures since the last success, with those of pods that ended now.
fn since_success(known: Failures, won: &[&Value], lost: &[&Value]) -> Failures {
    let last_success = won.iter().filter_map(|pod| ended_at(pod)).max();
    let after: Vec<Timestamp> = lost
        .iter()
        .filter_map(|pod| ended_at(pod))
        .filter(|at| last_success.is_none_or(|success| *at > success))
        .collect();
    let base = if won.is_empty() { known } else { Failures::default() };
    Failures {
        count: base.count + after.len() as u32,
        last: after.into_iter().max().or(base.last),
    }
}
