//! The replica sets of a Deployment: taken in, found again for a template or made, and numbered.

use serde_json::{Value, json};

use super::super::rollout::{self, DESIRED, HASH, HISTORY, MAXIMUM, REVISION, replicas};
use super::Rollout;
use crate::practice::field::{condition, controlled_by, controller, deleting, items, owner_reference, selects, text};
use crate::practice::kind::{DEPLOYMENT, REPLICA_SET};
use crate::practice::registry::Part;

impl Rollout<'_> {
    /// Takes in the replica sets that match and have no controller, and lets go of those that no longer match.
    pub(super) fn adopt(&mut self) {
        let namespace = text(&self.deployment["metadata"]["namespace"]).to_owned();
        for mut set in self.world.store.objects(&REPLICA_SET, Some(&namespace)) {
            let matching = selects(&self.deployment["spec"]["selector"], &set);
            let own = controlled_by(&set, &self.deployment);
            if own && matching || !own && (!matching || controller(&set).is_some() || deleting(&set)) || deleting(&self.deployment) {
                continue;
            }
            let mut owners = items(&set["metadata"]["ownerReferences"]).to_vec();
            if own {
                owners.retain(|owner| owner["uid"] != self.deployment["metadata"]["uid"]);
            } else {
                owners.push(owner_reference(&DEPLOYMENT, &self.deployment));
            }
            set["metadata"]["ownerReferences"] = owners.into();
            // Gone meanwhile is as good.
            let _ = self.world.update(&REPLICA_SET, set, Part::Spec);
        }
    }

    /// Finds or makes the new replica set and brings the revisions up to date.
    pub(super) fn revise(&mut self, create: bool) {
        let (new, old) = self.split();
        let newest = old.iter().map(rollout::revision).max().unwrap_or(0);
        let number = (newest + 1).to_string();
        match new {
            Some(set) => self.reuse(set, newest + 1),
            None if create => self.create_set(&number, &old),
            None => {}
        }
    }

    /// Writes the revision and what happened to the Deployment, in one change.
    pub(super) fn announce(&mut self, revision: &str, reason: &str, message: &str) {
        self.deployment["metadata"]["annotations"][REVISION] = revision.into();
        if !reason.is_empty() {
            let condition = rollout::condition(self.world, "Progressing", "True", reason, message);
            rollout::set_condition(&mut self.deployment["status"], condition);
        }
        self.deployment = self.world.store.put(&DEPLOYMENT, self.deployment.take());
        self.announced = true;
    }

    /// Brings the annotations of the new replica set that is there already up to date, or else tells the Deployment's from it.
    pub(super) fn reuse(&mut self, mut set: Value, number: i64) {
        let before = set.clone();
        for (key, value) in rollout::passed_on(&self.deployment) {
            set["metadata"]["annotations"][key] = value;
        }
        let (mut changed, current) = (set != before, rollout::revision(&set));
        if current < number {
            set["metadata"]["annotations"][REVISION] = number.to_string().into();
            changed = true;
        }
        if changed && !before["metadata"]["annotations"][REVISION].is_null() && current < number {
            let past = [text(&set["metadata"]["annotations"][HISTORY]), &current.to_string()].map(str::to_owned);
            let past: Vec<String> = past.into_iter().filter(|part| !part.is_empty()).collect();
            set["metadata"]["annotations"][HISTORY] = past.join(",").into();
        }
        if changed {
            let _ = self.world.update(&REPLICA_SET, set, Part::Spec);
            return;
        }
        let unknown = rollout::has_deadline(&self.deployment) && condition(&self.deployment, "Progressing").is_null();
        if unknown || rollout::revision(&self.deployment) != current {
            let message = format!("Found new replica set \"{}\"", text(&set["metadata"]["name"]));
            self.announce(&current.to_string(), if unknown { "FoundNewReplicaSet" } else { "" }, &message);
        }
    }

    pub(super) fn create_set(&mut self, number: &str, old: &[Value]) {
        let metadata = &self.deployment["metadata"];
        let mut template = self.deployment["spec"]["template"].clone();
        let hash = rollout::template_hash(&template, self.deployment["status"]["collisionCount"].as_i64());
        let name = format!("{}-{hash}", text(&metadata["name"]));
        template["metadata"]["labels"][HASH] = hash.as_str().into();
        let mut selector = self.deployment["spec"]["selector"].clone();
        selector["matchLabels"][HASH] = hash.as_str().into();
        let count = self.new_count(0, old);
        let mut annotations: Value = rollout::passed_on(&self.deployment).into_iter().collect();
        annotations[REVISION] = number.into();
        annotations[DESIRED] = replicas(&self.deployment).to_string().into();
        annotations[MAXIMUM] = self.maximum().to_string().into();
        let mut spec = json!({"replicas": count, "selector": selector, "template": template});
        if let Some(seconds) = self.deployment["spec"].get("minReadySeconds") {
            spec["minReadySeconds"] = seconds.clone();
        }
        let set = json!({"metadata": {"name": name, "namespace": metadata["namespace"], "labels": spec["template"]["metadata"]["labels"],
            "annotations": annotations, "ownerReferences": [owner_reference(&DEPLOYMENT, &self.deployment)]}, "spec": spec, "status": {"replicas": 0}});
        if self.world.create(&REPLICA_SET, set).is_err() {
            return;
        }
        if count > 0 {
            self.tell(&format!("Scaled up replica set {name} from 0 to {count}"));
        }
        self.announce(number, "NewReplicaSetCreated", &format!("Created new replica set \"{name}\""));
    }
}
