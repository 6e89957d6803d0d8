//! The Deployment controller: keeps one replica set per template and moves pods from the old ones to the new one.

use std::time::Duration;

use serde_json::Value;

use super::rollout::{self, DESIRED, replicas};
use crate::practice::event::{Note, Source};
use crate::practice::field::{condition, controlled_by, controller, deleting, finished, selects, text};
use crate::practice::kind::{DEPLOYMENT, POD, REPLICA_SET};
use crate::practice::registry::Part;
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

mod revise;
mod scale;

const SOURCE: Source<'static> = Source::controller("deployment-controller");

/// The Deployment controller.
#[derive(Debug, Default)]
pub struct Deployments;

impl Controller for Deployments {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let name = if change.kind == &DEPLOYMENT {
            change.name.to_string()
        } else if change.kind == &REPLICA_SET {
            match controller(change.decoded()) {
                Some(owner) if owner["kind"] == "Deployment" => text(&owner["name"]).to_owned(),
                Some(_) => return,
                None => return self.observe_orphan(me, world, change),
            }
        } else if change.kind == &POD && change.what == What::Deleted {
            // Recreate waits for the last old pod; the set's status change comes too early for it.
            let owner = controller(change.decoded()).map(|owner| text(&owner["name"]).to_owned()).unwrap_or_default();
            let set = world.store.get(&REPLICA_SET, &change.namespace, &owner).unwrap_or(Value::Null);
            match controller(&set) {
                Some(deployment) => text(&deployment["name"]).to_owned(),
                None => return,
            }
        } else {
            return;
        };
        let after = world.between(14, 20);
        world.queue(me, Key::new(&change.namespace, &name), after);
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let Some(deployment) = world.store.get(&DEPLOYMENT, &key.namespace, &key.name) else {
            return;
        };
        Rollout {
            world,
            deployment,
            announced: false,
        }
        .sync();
        let Some(deployment) = world.store.get(&DEPLOYMENT, &key.namespace, &key.name) else {
            return;
        };
        if let Some(at) = rollout::deadline(&deployment, &deployment["status"]).filter(|at| *at > world.now) {
            let wait = Duration::try_from(at.duration_since(world.now)).unwrap_or_default();
            world.queue(me, key.clone(), wait + Duration::from_secs(1));
        }
    }
}

impl Deployments {
    /// A replica set without a controller: any Deployment that matches may take it in.
    fn observe_orphan(&self, me: Id, world: &mut World, change: &Change) {
        let set = change.decoded();
        for deployment in world.store.objects(&DEPLOYMENT, Some(&change.namespace)) {
            if selects(&deployment["spec"]["selector"], set) {
                let after = world.between(14, 20);
                world.queue(me, Key::new(&change.namespace, text(&deployment["metadata"]["name"])), after);
            }
        }
    }
}

/// One look at one Deployment.
struct Rollout<'a> {
    world: &'a mut World,
    deployment: Value,
    /// What was said of the new replica set has made what is known of the Deployment stale: its status has to wait for the next look.
    announced: bool,
}

impl Rollout<'_> {
    fn sync(&mut self) {
        self.adopt();
        let sets = self.sets();
        if deleting(&self.deployment) {
            return self.write_status(false);
        }
        self.note_pause();
        let wanted = replicas(&self.deployment).to_string();
        let scaling = sets.iter().any(|set| {
            let known = &set["metadata"]["annotations"][DESIRED];
            replicas(set) > 0 && !known.is_null() && known != wanted.as_str()
        });
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

    /// Says in the Progressing condition that the Deployment was paused or goes on.
    fn note_pause(&mut self) {
        let reason = &condition(&self.deployment, "Progressing")["reason"];
        let (paused, known) = (self.deployment["spec"]["paused"] == true, reason == "DeploymentPaused");
        if !rollout::has_deadline(&self.deployment) || reason == "ProgressDeadlineExceeded" || paused == known {
            return;
        }
        let (reason, message) = if paused {
            ("DeploymentPaused", "Deployment is paused")
        } else {
            ("DeploymentResumed", "Deployment is resumed")
        };
        let fresh = rollout::condition(self.world, "Progressing", "Unknown", reason, message);
        rollout::set_condition(&mut self.deployment["status"], fresh);
        if let Ok(written) = self.world.update(&DEPLOYMENT, self.deployment.clone(), Part::Status) {
            self.deployment = written;
        }
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
        if !self.announced && status != self.deployment["status"] {
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
