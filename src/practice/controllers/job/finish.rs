//! The end of pods and of the Job: each pod is counted once, let go, and the last condition written when none is left.

use serde_json::{Value, json};

use super::index;
use super::policy::{Verdict, judge};
use super::sync::{Sync, owner, pod_failed};
use super::{tracked, untrack};
use crate::practice::field::{deleting, int, items, text};

impl Sync<'_> {
    /// Notes the ended pods in the status, lets them go, counts them, and ends the Job if it is decided.
    pub(super) fn finish(&mut self, before: &Value) {
        let ended = self.note_ended();
        let target = self.announce();
        self.flush(before);
        let flushed = self.status.clone();
        for pod in &ended {
            untrack(self.world, pod);
        }
        self.count_noted();
        if self.end(target) || self.status != flushed {
            self.flush(&flushed);
        }
    }

    /// Puts the ended pods that nobody counted yet into the status; gives back all that may be let go.
    fn note_ended(&mut self) -> Vec<Value> {
        let kept = if index::per_index(self.job) {
            index::kept(self.job, &self.pods, &self.done, &self.lost)
        } else {
            Default::default()
        };
        let success = self.decided.as_ref().is_some_and(|decided| decided["type"] == "SuccessCriteriaMet");
        let mut ended = Vec::new();
        for pod in self.pods.iter().filter(|pod| tracked(pod)) {
            let (won, failed) = (pod["status"]["phase"] == "Succeeded", pod_failed(self.job, pod));
            let over = deleting(self.job) || self.decided.is_some();
            let waits = kept.values().any(|kept| kept["metadata"]["uid"] == pod["metadata"]["uid"]);
            if !(over || won || failed && !waits) {
                continue;
            }
            ended.push(pod.clone());
            let indexed = index::indexed(self.job);
            let list = if won && !indexed {
                "succeeded"
            } else if !won && (failed || self.decided.is_some() && !success) && judge(self.job, pod) != Verdict::Ignore {
                if indexed && index::of(self.job, pod).is_none() {
                    continue;
                }
                "failed"
            } else {
                continue;
            };
            let mut noted = items(&self.status["uncountedTerminatedPods"][list]).to_vec();
            if !noted.contains(&pod["metadata"]["uid"]) {
                noted.push(pod["metadata"]["uid"].clone());
                self.status["uncountedTerminatedPods"][list] = noted.into();
            }
        }
        self.note_indexes();
        ended
    }

    fn note_indexes(&mut self) {
        if !index::indexed(self.job) {
            return;
        }
        self.status["succeeded"] = self.done.len().into();
        self.status["completedIndexes"] = index::print(&self.done).into();
        if index::per_index(self.job) {
            self.status["failedIndexes"] = index::print(&self.lost).into();
        }
    }

    /// Writes what the Job is about to become; gives back the condition it ends with.
    fn announce(&mut self) -> Option<Value> {
        let decided = self.decided.clone()?;
        let last = match text(&decided["type"]) {
            "Failed" => return Some(decided),
            "FailureTarget" => "Failed",
            _ => "Complete",
        };
        let mut conditions = items(&self.status["conditions"]).to_vec();
        if !conditions.iter().any(|condition| condition["type"] == decided["type"]) {
            conditions.push(decided.clone());
            self.status["conditions"] = conditions.into();
        }
        Some(self.condition(last, text(&decided["reason"]), text(&decided["message"])))
    }

    /// Pods that were noted and let go are counted.
    fn count_noted(&mut self) {
        for list in ["succeeded", "failed"] {
            let noted = items(&self.status["uncountedTerminatedPods"][list]).len() as i64;
            if list == "failed" || !index::indexed(self.job) {
                self.status[list] = (int(&self.status[list]) + noted).into();
            }
        }
        self.status["uncountedTerminatedPods"] = json!({});
    }

    /// Ends the Job once no pod is on its way out any more; true when it has ended.
    fn end(&mut self, last: Option<Value>) -> bool {
        let Some(last) = last.filter(|_| self.terminating == 0) else {
            return false;
        };
        let mut conditions = items(&self.status["conditions"]).to_vec();
        conditions.push(last.clone());
        self.status["conditions"] = conditions.into();
        if last["type"] == "Complete" {
            self.status["completionTime"] = last["lastTransitionTime"].clone();
            owner(self.job).tell(self.world, "Normal", "Completed", "Job completed");
        } else {
            owner(self.job).tell(self.world, "Warning", text(&last["reason"]), text(&last["message"]));
        }
        true
    }

    /// Writes the status without what Kubernetes leaves out.
    fn flush(&mut self, before: &Value) {
        if let Some(status) = self.status.as_object_mut() {
            status.retain(|field, value| !(value.is_null() || matches!(field.as_str(), "active" | "succeeded" | "failed") && *value == 0));
            if status.get("completedIndexes").is_some_and(|text| text == "") {
                status.remove("completedIndexes");
            }
        }
        if self.status != *before {
            owner(self.job).write_status(self.world, self.status.clone());
        }
    }
}
