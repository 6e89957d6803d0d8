//! The StatefulSet controller: pods with a number, a name and claims of their own, one after the other.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::pods::{Owner, available, concerned, until_available};
use super::revision::{self, HASH};
use crate::practice::event::Source;
use crate::practice::field::{deleting, finished, int, ready, text};
use crate::practice::kind::{POD, STATEFUL_SET};
use crate::practice::registry::Deletion;
use crate::practice::store::Change;
use crate::practice::world::{Controller, Id, Key, World};

mod claim;

const SOURCE: Source<'static> = Source::controller("statefulset-controller");
const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";

/// The StatefulSet controller.
#[derive(Debug, Default)]
pub struct StatefulSets {
    /// Refusals in a row, by set.
    refused: BTreeMap<(String, String), u32>,
}

impl Controller for StatefulSets {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let names = if change.kind == &STATEFUL_SET {
            vec![change.name.to_string()]
        } else if change.kind == &POD {
            concerned(world, &STATEFUL_SET, change)
        } else {
            return;
        };
        for name in names {
            let after = world.between(4, 9);
            world.queue(me, Key::new(&change.namespace, &name), after);
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let name = (key.namespace.clone(), key.name.clone());
        let Some(set) = world.store.get(&STATEFUL_SET, &key.namespace, &key.name) else {
            self.refused.remove(&name);
            return;
        };
        let Some(mut sync) = Sync::new(world, &set) else { return };
        let refused = !deleting(&set) && sync.act().is_err();
        let waits = sync.pods.iter().filter_map(|pod| until_available(sync.world, &set, pod)).min();
        sync.finish();
        if refused {
            let times = self.refused.entry(name).or_insert(0);
            let wait = Duration::from_millis(5).saturating_mul(1 << (*times).min(18)).min(Duration::from_secs(1000));
            *times += 1;
            world.queue(me, Key::new(&key.namespace, &key.name).task("again"), wait);
        } else {
            self.refused.remove(&name);
        }
        if let Some(wait) = waits {
            world.queue(me, key.clone(), wait);
        }
    }
}

/// The number in a pod's name, if it is one of the set's.
fn ordinal(set: &Value, pod: &Value) -> Option<i64> {
    let (parent, number) = text(&pod["metadata"]["name"]).rsplit_once('-')?;
    (parent == text(&set["metadata"]["name"])).then(|| number.parse().ok())?
}

/// Nothing more is to be done at this look.
struct Stop;

/// One look at one set.
struct Sync<'a> {
    world: &'a mut World,
    set: &'a Value,
    /// Its pods as they were found.
    pods: Vec<Value>,
    current: Value,
    update: Value,
    /// Pods of the current revision asked to go for an update.
    replaced: i64,
}

impl<'a> Sync<'a> {
    fn new(world: &'a mut World, set: &'a Value) -> Option<Self> {
        let mut pods = owner(set).claim(world);
        pods.retain(|pod| ordinal(set, pod).is_some());
        pods.sort_by_key(|pod| ordinal(set, pod));
        let update = revision::present(world, &STATEFUL_SET, set)?;
        let current = revision::of(world, set)
            .into_iter()
            .find(|revision| revision["metadata"]["name"] == set["status"]["currentRevision"])
            .unwrap_or_else(|| update.clone());
        Some(Self {
            world,
            set,
            pods,
            current,
            update,
            replaced: 0,
        })
    }

    fn start(&self) -> i64 {
        int(&self.set["spec"]["ordinals"]["start"])
    }

    fn end(&self) -> i64 {
        self.start() + self.set["spec"]["replicas"].as_i64().unwrap_or(1)
    }

    fn pod(&self, number: i64) -> Option<Value> {
        self.pods.iter().find(|pod| ordinal(self.set, pod) == Some(number)).cloned()
    }

    /// Whether a pod cannot be counted on.
    fn unavailable(&self, pod: &Value) -> bool {
        deleting(pod) || !available(self.world, self.set, pod)
    }

    /// Makes, mends, takes away and replaces pods, in this order; an error is a refusal to try again.
    fn act(&mut self) -> Result<(), String> {
        let one_by_one = self.set["spec"]["podManagementPolicy"] != "Parallel";
        for number in self.start()..self.end() {
            if self.replica(number, one_by_one)?.is_some() && one_by_one {
                return Ok(());
            }
        }
        let (start, end) = (self.start(), self.end());
        let mut condemned = self.pods.clone();
        condemned.retain(|pod| ordinal(self.set, pod).is_some_and(|number| number < start || number >= end));
        condemned.reverse();
        for pod in &condemned {
            claim::own(self.world, self.set, pod, false);
        }
        let first_unavailable = self.first_unavailable(&condemned);
        for pod in &condemned {
            if self.condemn(pod, one_by_one, first_unavailable.as_deref()).is_some() && one_by_one {
                return Ok(());
            }
        }
        if condemned.is_empty() || !one_by_one {
            self.replace();
        }
        Ok(())
    }

    fn first_unavailable(&self, condemned: &[Value]) -> Option<String> {
        let missing = (self.start()..self.end()).find(|number| self.pod(*number).is_none_or(|pod| self.unavailable(&pod)));
        missing.map(|number| format!("{}-{number}", text(&self.set["metadata"]["name"]))).or_else(|| {
            condemned
                .iter()
                .rev()
                .find(|pod| self.unavailable(pod))
                .map(|pod| text(&pod["metadata"]["name"]).to_owned())
        })
    }

    /// Brings one replica to where it should be; `Some` when the ones after it have to wait.
    fn replica(&mut self, number: i64, one_by_one: bool) -> Result<Option<Stop>, String> {
        let Some(pod) = self.pod(number) else {
            self.create(number)?;
            return Ok(Some(Stop));
        };
        if finished(&pod) {
            if !deleting(&pod) {
                self.delete(&pod);
            }
            return Ok(Some(Stop));
        }
        if pod["status"]["phase"] == "Pending" {
            self.make_claims(number, text(&pod["metadata"]["name"]))?;
        }
        let settled = !deleting(&pod) && available(self.world, self.set, &pod);
        if !settled && one_by_one {
            return Ok(Some(Stop));
        }
        claim::own(self.world, self.set, &pod, true);
        Ok(None)
    }

    fn condemn(&mut self, pod: &Value, one_by_one: bool, first_unavailable: Option<&str>) -> Option<Stop> {
        let first = first_unavailable == Some(text(&pod["metadata"]["name"]));
        if deleting(pod) || one_by_one && !first && !available(self.world, self.set, pod) {
            return Some(Stop);
        }
        self.delete(pod);
        Some(Stop)
    }

    /// Replaces the last pod that is not of the update revision, once those after it are available.
    fn replace(&mut self) {
        let strategy = &self.set["spec"]["updateStrategy"];
        if strategy["type"] == "OnDelete" {
            return;
        }
        let least = self.start() + int(&strategy["rollingUpdate"]["partition"]);
        for number in (least..self.end()).rev() {
            let Some(pod) = self.pod(number) else { return };
            if pod["metadata"]["labels"][HASH] != self.update["metadata"]["name"] && !deleting(&pod) {
                self.delete(&pod);
                self.replaced += 1;
                return;
            }
            if self.unavailable(&pod) {
                return;
            }
        }
    }

    fn create(&mut self, number: i64) -> Result<(), String> {
        let name = format!("{}-{number}", text(&self.set["metadata"]["name"]));
        if let Err(why) = self.make_claims(number, &name) {
            self.tell_pod("Create", &name, Some(&why));
            return Err(why);
        }
        let pod = self.fresh(number, &name);
        let result = self.world.create(&POD, pod);
        match result {
            Ok(pod) => {
                claim::own(self.world, self.set, &pod, true);
                self.tell_pod("Create", &name, None);
                Ok(())
            }
            Err(refusal) if refusal.reason == "AlreadyExists" => Err(refusal.message),
            Err(refusal) => {
                self.tell_pod("Create", &name, Some(&refusal.message));
                Err(refusal.message)
            }
        }
    }

    fn fresh(&self, number: i64, name: &str) -> Value {
        let strategy = &self.set["spec"]["updateStrategy"];
        let kept = match strategy["rollingUpdate"]["partition"].as_i64() {
            Some(partition) => partition,
            None => int(&self.set["status"]["currentReplicas"]),
        };
        let old = strategy["type"] == "RollingUpdate" && number < self.start() + kept;
        let revision = if old { &self.current } else { &self.update };
        let mut pod = owner(self.set).pod(&revision::template(revision));
        pod["metadata"]["name"] = name.into();
        pod["metadata"]["labels"][POD_NAME] = name.into();
        pod["metadata"]["labels"][POD_INDEX] = number.to_string().into();
        pod["metadata"]["labels"][HASH] = revision["metadata"]["name"].clone();
        pod["spec"]["hostname"] = name.into();
        if let Some(service) = self.set["spec"]["serviceName"].as_str().filter(|service| !service.is_empty()) {
            pod["spec"]["subdomain"] = service.into();
        }
        claim::mount(self.set, &mut pod, number);
        pod
    }

    fn make_claims(&mut self, number: i64, pod: &str) -> Result<(), String> {
        let (told, wrong) = claim::make(self.world, self.set, number);
        let set = text(&self.set["metadata"]["name"]);
        for (claim, why) in told {
            match why {
                None => owner(self.set).tell(
                    self.world,
                    "Normal",
                    "SuccessfulCreate",
                    &format!("Create Claim {claim} Pod {pod} in StatefulSet {set} success"),
                ),
                Some(why) => owner(self.set).tell(
                    self.world,
                    "Warning",
                    "FailedCreate",
                    &format!("Create Claim {claim} for Pod {pod} in StatefulSet {set} failed error: {why}"),
                ),
            }
        }
        match wrong.as_slice() {
            [] => Ok(()),
            [one] => Err(one.clone()),
            many => Err(format!("[{}]", many.join(", "))),
        }
    }

    fn delete(&mut self, pod: &Value) {
        let name = text(&pod["metadata"]["name"]).to_owned();
        // Gone already is as good.
        let _ = self.world.delete(&POD, text(&pod["metadata"]["namespace"]), &name, &Deletion::default());
        self.tell_pod("Delete", &name, None);
    }

    fn tell_pod(&mut self, verb: &str, pod: &str, why: Option<&str>) {
        let set = text(&self.set["metadata"]["name"]);
        match why {
            None => owner(self.set).tell(
                self.world,
                "Normal",
                &format!("Successful{verb}"),
                &format!("{verb} Pod {pod} in StatefulSet {set} successful"),
            ),
            Some(why) => owner(self.set).tell(
                self.world,
                "Warning",
                &format!("Failed{verb}"),
                &format!("{verb} Pod {pod} in StatefulSet {set} failed error: {why}"),
            ),
        }
    }

    /// Writes the status as the pods were found, and drops revisions that nobody needs.
    fn finish(self) {
        let (current, update) = (self.current["metadata"]["name"].clone(), self.update["metadata"]["name"].clone());
        let count = |test: &dyn Fn(&Value) -> bool| self.pods.iter().filter(|pod| test(pod)).count() as i64;
        let of = |name: &Value, pod: &Value| !deleting(pod) && pod["metadata"]["labels"][HASH] == *name;
        let is_ready = |pod: &Value| pod["status"]["phase"] == "Running" && ready(pod);
        let wanted = self.end() - self.start();
        let (total, ready_pods, updated) = (count(&|_| true), count(&is_ready), count(&|pod| of(&update, pod)));
        let fit = count(&|pod| is_ready(pod) && available(self.world, self.set, pod));
        let over = self.set["spec"]["updateStrategy"]["type"] == "RollingUpdate" && [updated, ready_pods, total].iter().all(|number| *number == wanted);
        let mine = if over { updated } else { count(&|pod| of(&current, pod)) - self.replaced };
        let mut status = json!({"observedGeneration": self.set["metadata"]["generation"], "replicas": total, "availableReplicas": fit,
            "collisionCount": 0, "currentRevision": if over { &update } else { &current }, "updateRevision": update});
        for (field, number) in [("readyReplicas", ready_pods), ("currentReplicas", mine), ("updatedReplicas", updated)] {
            if number > 0 {
                status[field] = number.into();
            }
        }
        owner(self.set).write_status(self.world, status);
        let used = |revision: &Value| {
            let name = &revision["metadata"]["name"];
            *name == current || *name == update || self.pods.iter().any(|pod| pod["metadata"]["labels"][HASH] == *name)
        };
        revision::truncate(self.world, self.set, used);
    }
}

/// The set as the owner of its pods.
fn owner(set: &Value) -> Owner<'_> {
    Owner {
        source: SOURCE,
        kind: &STATEFUL_SET,
        object: set,
    }
}
