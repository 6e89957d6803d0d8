//! The scheduler: finds a node for every pod that has none, or says why there is none.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use self::cluster::{Cluster, Placed};
use self::filter::{Misfit, Request};
use self::hint::News;
use self::preempt::{Outcome, preempt};
use self::verdict::{bind, evict, gate, nominate, refuse, tell};
use super::field::{deleting, int, items, text};
use super::kind::{NODE, PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, POD, STORAGE_CLASS};
use super::store::{Change, What};
use super::world::{Controller, Id, Key, World};

mod affinity;
mod cluster;
mod filter;
mod hint;
mod preempt;
mod resources;
mod spread;
mod verdict;
mod volume;
mod words;

pub use self::affinity::{matches as matches_node, selected};
pub use self::cluster::claims as mounted_claims;
pub use self::filter::{tolerated, tolerates, untolerated};
pub use self::verdict::assign;

/// A pod that found no node is tried again after so long even if nothing happened.
const FLUSH: Duration = Duration::from_secs(300);
/// How long a chosen node waits for the pod's volumes.
const BINDING: Duration = Duration::from_secs(600);

/// What comes before the reason why a pod's volumes were not bound.
const PREBIND: &str = "running PreBind plugin \"VolumeBinding\": binding volumes: ";

/// The default scheduler.
#[derive(Debug, Default)]
pub struct Scheduler {
    cluster: Cluster,
    waiting: BTreeMap<Key, Waiting>,
    /// Pods turned away so far.
    turns: u64,
}

/// A pod that found no node.
#[derive(Debug, Default, Clone)]
struct Waiting {
    /// Its place among those that wait: when it was turned away last.
    turn: u64,
    priority: i64,
    /// The plugins that turned it away.
    plugins: Vec<&'static str>,
    /// The node whose room it was promised, with itself as it would stand there.
    nominated: Option<(String, Box<Placed>)>,
    /// The node chosen for it while its volumes are bound, itself as it was, and since when.
    binding: Option<(String, Box<Value>, Timestamp)>,
}

impl Controller for Scheduler {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &POD {
            self.observe_pod(me, world, change);
        } else if change.kind == &NODE {
            let node = change.decoded();
            let before = change.earlier();
            let helps = change.what != What::Deleted && relevant(before) != relevant(node);
            self.cluster.see_node(node.clone(), change.what == What::Deleted);
            if helps {
                self.retry(me, world, &News::Node { before, node });
            }
        } else if change.kind == &PERSISTENT_VOLUME_CLAIM && change.what != What::Deleted {
            self.retry(me, world, &News::Claim(&change.namespace, &change.name));
        } else if [&PERSISTENT_VOLUME, &STORAGE_CLASS].contains(&change.kind) && change.what != What::Deleted {
            self.retry(me, world, &News::Storage);
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let Some(pod) = world.store.get(&POD, &key.namespace, &key.name).filter(wants_node) else {
            if let Some((_, pod, _)) = self.waiting.remove(key).and_then(|waiting| waiting.binding) {
                let message = format!("{PREBIND}pod does not exist any more: pod {:?} not found", key.name);
                tell(world, &pod, "Warning", "FailedScheduling", &message, "Scheduling");
            }
            return;
        };
        if !items(&pod["spec"]["schedulingGates"]).is_empty() {
            return gate(world, pod);
        }
        let request = match Request::new(world, &pod) {
            Ok(request) => request,
            Err((plugin, why)) => {
                let message = words::ruled_out(self.cluster.nodes().count(), &why);
                return self.turn_away(me, world, key, pod.clone(), vec![plugin], &message);
            }
        };
        match self.place(world, &request) {
            Ok(node) if request.claims.bind(world, &self.cluster.machines[&node].node) => self.wait_for_volumes(me, world, key, &pod, node),
            Ok(node) => {
                self.waiting.remove(key);
                bind(world, pod, &node);
            }
            Err(misfits) => self.fail(me, world, key, &request, &misfits),
        }
    }
}

/// Whether a pod is this scheduler's to place.
fn wants_node(pod: &Value) -> bool {
    let scheduler = text(&pod["spec"]["schedulerName"]);
    text(&pod["spec"]["nodeName"]).is_empty() && !deleting(pod) && matches!(scheduler, "" | "default-scheduler") && !super::field::finished(pod)
}

/// The parts of a node that can make a pod fit.
fn relevant(node: &Value) -> (Value, Value, Value) {
    (node["spec"].clone(), node["metadata"]["labels"].clone(), node["status"]["allocatable"].clone())
}

impl Scheduler {
    fn observe_pod(&mut self, me: Id, world: &mut World, change: &Change) {
        let pod = change.decoded();
        let key = Key::new(&change.namespace, &change.name);
        let gone = change.what == What::Deleted;
        if text(&pod["spec"]["nodeName"]).is_empty() {
            let before = change.earlier();
            let gated = |pod: &Value| !items(&pod["spec"]["schedulingGates"]).is_empty();
            let changed = before["spec"] != pod["spec"] || before["metadata"]["labels"] != pod["metadata"]["labels"];
            let changed = changed && !(gated(before) && gated(pod));
            if gone || deleting(pod) {
                world.unqueue(me, &key);
                if self.waiting.get(&key).is_some_and(|waiting| waiting.binding.is_some()) {
                    // What waits for the volumes finds out a little later.
                    let after = world.between(20, 60);
                    world.queue(me, key, after);
                } else {
                    self.waiting.remove(&key);
                }
            } else if !self.waiting.contains_key(&key) && (change.what == What::Added || changed) {
                // The same wait for all, so that the first to come is the first to be served.
                world.queue(me, key, Duration::from_millis(5));
            } else if changed {
                let news = News::Own { before, pod };
                if self
                    .waiting
                    .get(&key)
                    .is_some_and(|waiting| waiting.plugins.iter().any(|plugin| news.helps(world, pod, plugin)))
                {
                    self.requeue(me, world, &key);
                }
            }
        } else {
            let over = self.cluster.see_pod(pod, gone);
            let came = !change.status_only && change.before.is_some() && text(&change.earlier()["spec"]["nodeName"]).is_empty();
            if over && !self.waiting.is_empty() {
                self.retry(me, world, &News::Gone(&Placed::of(pod)));
            } else if came && !self.waiting.is_empty() {
                self.retry(me, world, &News::Placed(&Placed::of(pod)));
            } else if !change.status_only && change.before.is_some() && !self.waiting.is_empty() {
                let before = change.earlier();
                if before["metadata"]["labels"] != pod["metadata"]["labels"] || before["spec"] != pod["spec"] {
                    let (before, now) = (&Placed::of(before), &Placed::of(pod));
                    self.retry(me, world, &News::Changed { before, now });
                }
            }
        }
    }

    /// Something happened: tries those pods again that it can help.
    fn retry(&self, me: Id, world: &mut World, news: &News<'_>) {
        let helped = |key: &Key, waiting: &Waiting| {
            // Before there was any node, no plugin was asked.
            let any = waiting.plugins.is_empty() || waiting.binding.is_some() && matches!(news, News::Claim(..) | News::Storage);
            any || world
                .store
                .get(&POD, &key.namespace, &key.name)
                .is_some_and(|pod| waiting.plugins.iter().any(|plugin| news.helps(world, &pod, plugin)))
        };
        let mut keys: Vec<(&Key, &Waiting)> = self.waiting.iter().filter(|(key, waiting)| helped(key, waiting)).collect();
        keys.sort_by_key(|(_, waiting)| (std::cmp::Reverse(waiting.priority), waiting.turn));
        for (key, _) in keys {
            self.requeue(me, world, key);
        }
    }

    fn requeue(&self, me: Id, world: &mut World, key: &Key) {
        // A scheduler with nothing else to do does not wait for a pod's back-off to end.
        if self.waiting.contains_key(key) {
            world.queue(me, key.clone(), Duration::from_millis(4));
        }
    }

    /// The best node for a pod, or what is wrong with each that was looked at.
    fn place(&self, world: &World, request: &Request<'_>) -> Result<String, BTreeMap<String, Misfit>> {
        let cluster = self.promised(request.pod);
        let named = affinity::named(request.pod);
        let mut misfits = BTreeMap::new();
        let mut fit = Vec::new();
        for machine in cluster.nodes() {
            if named.as_ref().is_some_and(|names| !names.iter().any(|name| name == machine.name())) {
                continue;
            }
            match request.misfit(world, &cluster, machine) {
                Some(misfit) => drop(misfits.insert(machine.name().to_owned(), misfit)),
                None => fit.push(machine),
            }
        }
        let chosen = self.waiting.get(&key_of(request.pod)).and_then(|waiting| waiting.binding.clone());
        if let Some(chosen) = chosen
            .map(|(node, _, _)| node)
            .filter(|chosen| fit.iter().any(|machine| machine.name() == chosen))
        {
            return Ok(chosen);
        }
        let scored = fit.into_iter().map(|machine| (score(world, &cluster, machine, request), machine.name()));
        // The first of equals.
        let best = scored.max_by(|one, other| one.0.total_cmp(&other.0).then_with(|| other.1.cmp(one.1)));
        best.map(|(_, name)| name.to_owned()).ok_or(misfits)
    }

    /// The cluster with the pods of no lower priority that were promised a place standing there already.
    fn promised(&self, pod: &Value) -> Cow<'_, Cluster> {
        let mut cluster = Cow::Borrowed(&self.cluster);
        let me = key_of(pod);
        for (_, waiting) in self.waiting.iter().filter(|(key, _)| **key != me) {
            let Some((node, other)) = &waiting.nominated else { continue };
            if other.priority >= int(&pod["spec"]["priority"])
                && let Some(machine) = cluster.to_mut().machines.get_mut(node)
            {
                machine.pods.insert(other.name.clone(), (**other).clone());
            }
        }
        cluster
    }

    /// No node fits: looks for pods to take away, and says what came of it.
    fn fail(&mut self, me: Id, world: &mut World, key: &Key, request: &Request<'_>, misfits: &BTreeMap<String, Misfit>) {
        let nodes = self.cluster.nodes().count();
        let mut plugins: Vec<&'static str> = misfits.values().map(|misfit| misfit.plugin).collect();
        plugins.sort_unstable();
        plugins.dedup();
        if nodes == 0 {
            return self.turn_away(me, world, key, request.pod.clone(), plugins, "no nodes available to schedule pods");
        }
        let outcome = preempt(world, &self.promised(request.pod), request, misfits);
        let (message, plan) = match outcome {
            Outcome::Useless(why) => (words::unfit(nodes, misfits, Some(&why)), None),
            Outcome::Possible(plan) => (words::unfit(nodes, misfits, None), Some(plan)),
        };
        let mut pod = request.pod.clone();
        if let Some(plan) = plan {
            pod["status"]["nominatedNodeName"] = plan.node.as_str().into();
            let waiting = self.waiting.entry(key.clone()).or_default();
            waiting.nominated = Some((plan.node.clone(), Box::new(Placed::of(&pod))));
            self.turn_away(me, world, key, pod.clone(), plugins, &message);
            evict(world, &pod, &plan);
        } else {
            self.turn_away(me, world, key, pod, plugins, &message);
        }
    }

    /// The node is chosen; the pod gets it when its volumes are bound, or is tried again when that takes too long.
    fn wait_for_volumes(&mut self, me: Id, world: &mut World, key: &Key, pod: &Value, node: String) {
        let waiting = self.waiting.entry(key.clone()).or_default();
        let since = match &waiting.binding {
            Some((known, _, since)) if *known == node => *since,
            _ => world.now,
        };
        let left = BINDING.saturating_sub(Duration::try_from(world.now.duration_since(since)).unwrap_or_default());
        if left.is_zero() {
            let message = format!("{PREBIND}context deadline exceeded");
            return self.turn_away(me, world, key, pod.clone(), vec!["VolumeBinding"], &message);
        }
        waiting.binding = Some((node.clone(), Box::new(pod.clone()), since));
        world.queue(me, key.clone(), left);
        nominate(world, pod.clone(), &node);
    }

    fn turn_away(&mut self, me: Id, world: &mut World, key: &Key, pod: Value, plugins: Vec<&'static str>, message: &str) {
        let waiting = self.waiting.entry(key.clone()).or_default();
        self.turns += 1;
        (waiting.turn, waiting.priority) = (self.turns, int(&pod["spec"]["priority"]));
        waiting.plugins = plugins;
        waiting.binding = None;
        world.queue(me, key.clone(), FLUSH);
        refuse(world, pod, message);
    }
}

fn key_of(pod: &Value) -> Key {
    Key::new(text(&pod["metadata"]["namespace"]), text(&pod["metadata"]["name"]))
}

/// How good a node is for a pod that fits.
fn score(world: &World, cluster: &Cluster, machine: &cluster::Machine, request: &Request<'_>) -> f64 {
    let pod = request.pod;
    let soft = items(&machine.node["spec"]["taints"])
        .iter()
        .filter(|taint| taint["effect"] == "PreferNoSchedule" && !tolerated(pod, taint))
        .count();
    let liked = affinity::liking(pod, &machine.node) + affinity::company(world, pod, cluster, machine);
    let crowd = spread::crowd(pod, cluster, machine);
    resources::room(machine, &request.amounts) + 2.0 * liked as f64 - 300.0 * soft as f64 - 200.0 * crowd as f64
}
