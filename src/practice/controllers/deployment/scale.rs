//! The sizes of a Deployment's replica sets: the new one grows, old ones shrink, as surge and availability allow.

use serde_json::Value;

use super::super::rollout::{self, DESIRED, MAXIMUM, counted, margins, replicas, total};
use super::Rollout;
use crate::practice::field::text;
use crate::practice::kind::REPLICA_SET;
use crate::practice::registry::{Deletion, Part};

impl Rollout<'_> {
    pub(super) fn maximum(&self) -> i64 {
        replicas(&self.deployment) + margins(&self.deployment).0
    }

    /// How many replicas the new set may have now.
    pub(super) fn new_count(&self, present: i64, old: &[Value]) -> i64 {
        let wanted = replicas(&self.deployment);
        if self.deployment["spec"]["strategy"]["type"] == "Recreate" {
            return wanted;
        }
        let room = self.maximum() - total(old, replicas) - present;
        if room <= 0 { present } else { present + room.min(wanted - present) }
    }

    pub(super) fn grow_new(&mut self) -> bool {
        let (Some(new), old) = self.split() else { return false };
        let (present, wanted) = (replicas(&new), replicas(&self.deployment));
        let count = if present > wanted { wanted } else { self.new_count(present, &old) };
        self.scale(&new, count)
    }

    /// Takes old pods away: first those that are not available anyway, then as many as availability allows.
    pub(super) fn shrink_old(&mut self) -> bool {
        let (Some(new), old) = self.split() else { return false };
        if total(&old, replicas) == 0 {
            return false;
        }
        let least = replicas(&self.deployment) - margins(&self.deployment).1;
        let missing = replicas(&new) - counted(&new, "availableReplicas");
        let mut most = total(&old, replicas) + replicas(&new) - least - missing;
        let mut shrunk = false;
        for set in &old {
            let unhealthy = (replicas(set) - counted(set, "availableReplicas")).min(most);
            if unhealthy > 0 {
                most -= unhealthy;
                shrunk |= self.scale(set, replicas(set) - unhealthy);
            }
        }
        let (Some(new), old) = self.split() else { return shrunk };
        if total(&old, replicas) + replicas(&new) - least - missing <= 0 {
            return shrunk;
        }
        let mut spare = total(&old, |set| counted(set, "availableReplicas")) + counted(&new, "availableReplicas") - least;
        for set in &old {
            let fewer = replicas(set).min(spare);
            if fewer > 0 {
                spare -= fewer;
                shrunk |= self.scale(set, replicas(set) - fewer);
            }
        }
        shrunk
    }

    /// Follows a change of `spec.replicas`: the active set alone, or all in proportion to their size.
    pub(super) fn scale_all(&mut self) {
        let (new, old) = self.split();
        let wanted = replicas(&self.deployment);
        let active: Vec<Value> = old.iter().chain(&new).filter(|set| replicas(set) > 0).cloned().collect();
        if active.len() <= 1 {
            if let Some(set) = active.into_iter().next().or(new) {
                self.scale(&set, wanted);
            }
            return;
        }
        let present = total(&active, replicas);
        let room = (if wanted > 0 { self.maximum() } else { 0 }) - present;
        let mut left = room;
        let mut counts: Vec<i64> = active
            .iter()
            .map(|set| {
                let share = ((replicas(set) * room) as f64 / present as f64).round() as i64;
                let share = if room > 0 { share.clamp(0, left.max(0)) } else { share.clamp(left.min(0), 0) };
                left -= share;
                (replicas(set) + share).max(0)
            })
            .collect();
        if let Some(last) = counts.last_mut() {
            *last = (*last + left).max(0);
        }
        for (set, count) in active.iter().zip(counts) {
            self.scale(set, count);
        }
    }

    /// Sets a replica set's size and what its annotations say of the Deployment's; true when the size changed.
    pub(super) fn scale(&mut self, set: &Value, count: i64) -> bool {
        let mut fresh = set.clone();
        fresh["metadata"]["annotations"][DESIRED] = replicas(&self.deployment).to_string().into();
        fresh["metadata"]["annotations"][MAXIMUM] = self.maximum().to_string().into();
        fresh["spec"]["replicas"] = count.into();
        let (before, changed) = (replicas(set), replicas(set) != count);
        if fresh == *set || self.world.update(&REPLICA_SET, fresh, Part::Spec).is_err() {
            return false;
        }
        if changed {
            let direction = if count > before { "up" } else { "down" };
            self.tell(&format!(
                "Scaled {direction} replica set {} from {before} to {count}",
                text(&set["metadata"]["name"])
            ));
        }
        changed
    }

    pub(super) fn clean_up(&mut self) {
        let (new, old) = self.split();
        let status = rollout::status(self.world, &self.deployment, &self.sets(), new.as_ref());
        if !rollout::complete(&self.deployment, &status) {
            return;
        }
        let namespace = text(&self.deployment["metadata"]["namespace"]).to_owned();
        for name in rollout::outdated(&self.deployment, &old) {
            let _ = self.world.delete(&REPLICA_SET, &namespace, &name, &Deletion::default());
        }
    }
}
