//! The Deployment controller: keeps one replica set per template and moves pods from the old ones to the new one.

use std::time::Duration;

use serde_json::{Value, json};

use super::rollout::{self, DESIRED, HASH, HISTORY, MAXIMUM, REVISION, counted, margins, replicas, total};
use crate::practice::event::{Note, Source};
use crate::practice::field::{controlled_by, controller, deleting, finished, owner_reference, text};
use crate::practice::kind::{DEPLOYMENT, POD, REPLICA_SET};
use crate::practice::registry::{Deletion, Part};
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

const SOURCE: Source<'static> = Source::controller("deployment-controller");

/// The Deployment controller.
#[derive(Debug, Default)]
pub struct Deployments;

impl Controller for Deployments {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let name = if change.kind == &DEPLOYMENT {
            change.name.clone()
        } else if change.kind == &REPLICA_SET {
            match controller(&change.decoded()) {
                Some(owner) if owner["kind"] == "Deployment" => text(&owner["name"]).to_owned(),
                _ => return,
            }
        } else if change.kind == &POD && change.what == What::Deleted {
            // Recreate waits for the last old pod; the set's status change comes too early for it.
            let owner = controller(&change.decoded()).map(|owner| text(&owner["name"]).to_owned()).unwrap_or_default();
            let set = world.store.get(&REPLICA_SET, &change.namespace, &owner).unwrap_or(Value::Null);
            match controller(&set) {
                Some(deployment) => text(&deployment["name"]).to_owned(),
                None => return,
            }
        } else {
            return;
        };
        let after = world.between(5, 11);
        world.queue(me, Key::new(&change.namespace, &name), after);
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let Some(deployment) = world.store.get(&DEPLOYMENT, &key.namespace, &key.name) else {
            return;
        };
        Rollout { world, deployment }.sync();
        let Some(deployment) = world.store.get(&DEPLOYMENT, &key.namespace, &key.name) else {
            return;
        };
        if let Some(at) = rollout::deadline(&deployment, &deployment["status"]).filter(|at| *at > world.now) {
            let wait = Duration::try_from(at.duration_since(world.now)).unwrap_or_default();
            world.queue(me, key.clone(), wait + Duration::from_secs(1));
        }
    }
}

/// One look at one Deployment.
struct Rollout<'a> {
    world: &'a mut World,
    deployment: Value,
}

impl Rollout<'_> {
    fn sync(&mut self) {
        let sets = self.sets();
        if deleting(&self.deployment) {
            return self.write_status(false);
        }
        let wanted = replicas(&self.deployment).to_string();
        let scaling = sets
            .iter()
            .any(|set| replicas(set) > 0 && set["metadata"]["annotations"][DESIRED] != *wanted.as_str());
        if scaling || self.deployment["spec"]["paused"] == true {
            self.revise(false);
            self.scale_all();
            return self.write_status(!scaling);
        }
        if self.deployment["spec"]["strategy"]["type"] == "Recreate" {
            self.recreate()
        } else {
            self.roll()
        }
    }

    fn roll(&mut self) {
        self.revise(true);
        if !self.grow_new() && !self.shrink_old() {
            self.clean_up();
        }
        self.write_status(true);
    }

    fn recreate(&mut self) {
        self.revise(false);
        let (_, old) = self.split();
        let mut shrunk = false;
        for set in old.iter().filter(|set| replicas(set) > 0) {
            shrunk |= self.scale(set, 0);
        }
        let names: Vec<&str> = old.iter().map(|set| text(&set["metadata"]["uid"])).collect();
        let pods = self.world.store.objects(&POD, Some(text(&self.deployment["metadata"]["namespace"])));
        let running = pods
            .iter()
            .any(|pod| !finished(pod) && controller(pod).is_some_and(|owner| names.contains(&text(&owner["uid"]))));
        if !shrunk && !running {
            self.revise(true);
            self.grow_new();
            self.clean_up();
        }
        self.write_status(true);
    }

    /// The replica sets of this Deployment, oldest first.
    fn sets(&self) -> Vec<Value> {
        let mut sets = self.world.store.objects(&REPLICA_SET, Some(text(&self.deployment["metadata"]["namespace"])));
        sets.retain(|set| controlled_by(set, &self.deployment));
        sets.sort_by(|a, b| {
            let order = |set: &Value| (text(&set["metadata"]["creationTimestamp"]).to_owned(), rollout::revision(set));
            order(a).cmp(&order(b))
        });
        sets
    }

    /// The replica set of the present template, and the others.
    fn split(&self) -> (Option<Value>, Vec<Value>) {
        let mut sets = self.sets();
        let new = sets
            .iter()
            .position(|set| rollout::bare_template(set) == self.deployment["spec"]["template"])
            .map(|at| sets.remove(at));
        (new, sets)
    }

    /// Finds or makes the new replica set and brings the revisions up to date.
    fn revise(&mut self, create: bool) {
        let (new, old) = self.split();
        let newest = old.iter().map(rollout::revision).max().unwrap_or(0);
        let number = (newest + 1).to_string();
        match new {
            Some(set) => {
                let current = rollout::revision(&set);
                if current <= newest {
                    let mut set = set;
                    let past = [text(&set["metadata"]["annotations"][HISTORY]), &current.to_string()]
                        .iter()
                        .filter(|part| !part.is_empty())
                        .copied()
                        .collect::<Vec<_>>()
                        .join(",");
                    set["metadata"]["annotations"][HISTORY] = past.into();
                    set["metadata"]["annotations"][REVISION] = number.as_str().into();
                    let _ = self.world.update(&REPLICA_SET, set.clone(), Part::Spec);
                    self.announce(
                        &number,
                        "FoundNewReplicaSet",
                        &format!("Found existing replica set \"{}\"", text(&set["metadata"]["name"])),
                    );
                } else if rollout::revision(&self.deployment) != current {
                    self.announce(&current.to_string(), "", "");
                }
            }
            None if create => self.create_set(&number, &old),
            None => {}
        }
    }

    /// Writes the revision and what happened to the Deployment, in one change.
    fn announce(&mut self, revision: &str, reason: &str, message: &str) {
        self.deployment["metadata"]["annotations"][REVISION] = revision.into();
        if !reason.is_empty() {
            let condition = rollout::condition(self.world, "Progressing", "True", reason, message);
            rollout::set_condition(&mut self.deployment["status"], condition);
        }
        self.deployment = self.world.store.put(&DEPLOYMENT, self.deployment.take());
    }

    fn create_set(&mut self, number: &str, old: &[Value]) {
        let metadata = &self.deployment["metadata"];
        let mut template = self.deployment["spec"]["template"].clone();
        let hash = rollout::template_hash(&template);
        let name = format!("{}-{hash}", text(&metadata["name"]));
        template["metadata"]["labels"][HASH] = hash.as_str().into();
        let mut selector = self.deployment["spec"]["selector"].clone();
        selector["matchLabels"][HASH] = hash.as_str().into();
        let count = self.new_count(0, old);
        let mut annotations = metadata["annotations"].clone();
        if let Some(map) = annotations.as_object_mut() {
            map.remove("kubectl.kubernetes.io/last-applied-configuration");
        }
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

    fn maximum(&self) -> i64 {
        replicas(&self.deployment) + margins(&self.deployment).0
    }

    /// How many replicas the new set may have now.
    fn new_count(&self, present: i64, old: &[Value]) -> i64 {
        let wanted = replicas(&self.deployment);
        if self.deployment["spec"]["strategy"]["type"] == "Recreate" {
            return wanted;
        }
        let room = self.maximum() - total(old, replicas) - present;
        if room <= 0 { present } else { present + room.min(wanted - present) }
    }

    fn grow_new(&mut self) -> bool {
        let (Some(new), old) = self.split() else { return false };
        let (present, wanted) = (replicas(&new), replicas(&self.deployment));
        let count = if present > wanted { wanted } else { self.new_count(present, &old) };
        self.scale(&new, count)
    }

    /// Takes old pods away: first those that are not available anyway, then as many as availability allows.
    fn shrink_old(&mut self) -> bool {
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
    fn scale_all(&mut self) {
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
    fn scale(&mut self, set: &Value, count: i64) -> bool {
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

    fn clean_up(&mut self) {
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

    fn write_status(&mut self, judge: bool) {
        let (new, old) = self.split();
        let sets: Vec<Value> = old.into_iter().chain(new.clone()).collect();
        let mut status = rollout::status(self.world, &self.deployment, &sets, new.as_ref());
        if judge && self.deployment["spec"]["paused"] != true {
            rollout::judge(self.world, &self.deployment, &mut status, new.as_ref());
            rollout::failures(&mut status, &sets, new.as_ref());
        }
        if let Some(count) = self.deployment["status"].get("collisionCount") {
            status["collisionCount"] = count.clone();
        }
        if status != self.deployment["status"] {
            self.deployment["status"] = status;
            let _ = self.world.update(&DEPLOYMENT, self.deployment.clone(), Part::Status);
        }
    }

    fn tell(&mut self, message: &str) {
        let note = Note {
            kind: "Normal",
            reason: "ScalingReplicaSet",
            message,
            path: "",
        };
        self.world.event(SOURCE, &DEPLOYMENT, &self.deployment, note);
    }
}
