//! How many pods a Job may have now: those too many go, those that lack are made.

use std::time::Duration;

use serde_json::Value;

use super::super::pods::worth;
use super::sync::{Sync, owner, suspended, waits_for_end};
use super::{Failures, TRACKING, ended_at, index, untrack};
use crate::practice::field::{int, items, ready};

impl Sync<'_> {
    /// Makes the pods that are missing, or takes away those too many.
    pub(super) fn manage(&mut self) {
        let running = self.active.len() as i64;
        let wanted = if suspended(self.job) { 0 } else { self.wanted() };
        if running > wanted {
            return self.take_away((running - wanted) as usize);
        }
        let held = if waits_for_end(self.job) { self.terminating as i64 } else { 0 };
        let missing = usize::try_from((wanted - held - running).max(0)).unwrap_or_default();
        if missing == 0 {
            return;
        }
        let wait = self.failures.wait(self.world.now);
        if !wait.is_zero() && !index::per_index(self.job) {
            return self.look_again(wait);
        }
        let pods = self.fresh_pods(missing);
        let (made, refusal) = owner(self.job).create_all(self.world, pods.into_iter());
        self.refused = refusal.is_some();
        self.active.extend(std::iter::repeat_n(Value::Null, made));
    }

    pub(super) fn wanted(&self) -> i64 {
        let parallelism = int(&self.job["spec"]["parallelism"]);
        match self.job["spec"]["completions"].as_i64() {
            Some(completions) => (completions - self.succeeded - self.lost.len() as i64).clamp(0, parallelism),
            None if self.succeeded > 0 => self.active.len() as i64,
            None => parallelism,
        }
    }

    pub(super) fn take_away(&mut self, count: usize) {
        let all = self.active.clone();
        self.active.sort_by_cached_key(|pod| worth(pod, &all));
        for pod in self.active.drain(..count) {
            untrack(self.world, &pod);
            owner(self.job).delete(self.world, &pod);
            self.ready -= usize::from(ready(&pod));
            self.terminating += 1;
        }
    }

    pub(super) fn fresh_pods(&mut self, count: usize) -> Vec<Value> {
        let mut pod = owner(self.job).pod(&self.job["spec"]["template"]);
        let mut held = items(&pod["metadata"]["finalizers"]).to_vec();
        held.push(TRACKING.into());
        pod["metadata"]["finalizers"] = held.into();
        if !index::indexed(self.job) {
            return vec![pod; count];
        }
        let kept = if index::per_index(self.job) {
            index::kept(self.job, &self.pods, &self.done, &self.lost)
        } else {
            Default::default()
        };
        let mut pods = Vec::new();
        for index in index::pending(self.job, &self.active, &self.done, &self.lost, count) {
            let before = kept.get(&index);
            let wait = before.map_or(Duration::ZERO, |before| {
                let (count, last) = (u32::try_from(index::failures(before) + 1).unwrap_or(1), ended_at(before));
                Failures { count, last }.wait(self.world.now)
            });
            if wait.is_zero() {
                let mut pod = pod.clone();
                index::mark(self.job, &mut pod, index, before);
                pods.push(pod);
            } else {
                self.look_again(wait);
            }
        }
        pods
    }
}
