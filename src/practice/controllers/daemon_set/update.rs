//! The rolling update of a DaemonSet: old pods go first, or new ones come first where a surge is allowed.

use serde_json::Value;

use super::super::pods::available;
use super::{Sync, owner};
use crate::practice::controllers::revision::HASH;
use crate::practice::field::{deleting, ready};

impl Sync<'_> {
    /// The pods of the present revision and of earlier ones on a node, those asked to go left out.
    fn split(&self, node: &Value) -> (Vec<Value>, Vec<Value>) {
        let alive = self.on(node).into_iter().filter(|pod| !deleting(pod));
        alive.partition(|pod| pod["metadata"]["labels"][HASH] == *self.hash)
    }

    fn fit(&self, pod: &Value) -> bool {
        available(self.world, self.set, pod)
    }

    /// Takes the next step of an update.
    pub(super) fn update(&mut self) {
        if self.set["spec"]["updateStrategy"]["type"] == "OnDelete" {
            return;
        }
        if self.surge() == 0 { self.replace() } else { self.surge_over() }
    }

    /// Takes old pods away: those that are not available anyway, and as many others as may be missing.
    fn replace(&mut self) {
        let (mut lacking, mut unfit, mut candidates) = (0, Vec::new(), Vec::new());
        for node in self.nodes.iter().filter(|node| !self.on(node).is_empty()) {
            let (new, old) = self.split(node);
            match (new.first(), old.first()) {
                (None, Some(old)) if !self.fit(old) => {
                    unfit.push(old.clone());
                    lacking += 1;
                }
                (None, Some(old)) => candidates.push(old.clone()),
                (Some(new), None) if self.fit(new) => {}
                _ => lacking += 1,
            }
        }
        let spare = usize::try_from((self.share("maxUnavailable", 1) - lacking).max(0)).unwrap_or_default();
        for pod in unfit.iter().chain(candidates.iter().take(spare)) {
            owner(self.set).delete(self.world, pod);
        }
    }

    /// Makes new pods beside old ones; an old one goes when the new one is available.
    fn surge_over(&mut self) {
        let (mut surging, mut at_once, mut candidates, mut done) = (0, Vec::new(), Vec::new(), Vec::new());
        for node in self.nodes.iter().filter(|node| self.wants(node).0) {
            let (new, old) = self.split(node);
            match (new.first(), old.first()) {
                (None, Some(old)) if !self.fit(old) => at_once.push(node.clone()),
                (None, Some(_)) => candidates.push(node.clone()),
                (Some(new), Some(old)) if self.fit(new) => done.push(old.clone()),
                (Some(_), Some(_)) => surging += 1,
                _ => {}
            }
        }
        let room = usize::try_from((self.surge() - surging).max(0)).unwrap_or_default();
        at_once.extend(candidates.into_iter().take(room));
        self.apply(&at_once, &done);
    }

    /// While pods may stand side by side: one old and one new each at most, and the old one only until the new one is available.
    pub(super) fn surplus_in_surge(&self, pods: Vec<Value>) -> Vec<Value> {
        if pods.len() <= 1 {
            return Vec::new();
        }
        let (mut new, mut old): (Vec<Value>, Vec<Value>) = pods.into_iter().partition(|pod| pod["metadata"]["labels"][HASH] == *self.hash);
        let mut surplus: Vec<Value> = new.drain(1.min(new.len())..).chain(old.drain(1.min(old.len())..)).collect();
        if let (Some(new), Some(old)) = (new.first(), old.first())
            && (!ready(old) || self.fit(new))
        {
            surplus.push(old.clone());
        }
        surplus
    }
}
