//! The pod garbage collector: pods whose node is gone, and pods that were asked to go before they had one.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::practice::field::{deleting, finished, items, text};
use crate::practice::kind::{NODE, POD};
use crate::practice::registry::{Deletion, Part};
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

/// How often it looks.
const PERIOD: i64 = 20;
/// How long a node has to be missing.
const QUARANTINE: SignedDuration = SignedDuration::from_secs(40);
/// Finished pods kept in the whole cluster.
const KEPT: usize = 12_500;

/// The pod garbage collector.
#[derive(Debug, Default)]
pub struct PodGarbage {
    /// Since when nodes that pods name are known to be missing.
    missing: BTreeMap<String, Timestamp>,
}

impl Controller for PodGarbage {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let concerned = if change.kind == &POD && change.what != What::Deleted {
            let pod = change.decoded();
            let node = text(&pod["spec"]["nodeName"]);
            !node.is_empty() && world.store.encoded(&NODE, "", node).is_none() || node.is_empty() && deleting(pod) || finished(pod)
        } else {
            change.kind == &NODE && change.what == What::Deleted
        };
        if concerned {
            let into = world.now.as_millisecond().rem_euclid(PERIOD * 1000);
            let wait = u64::try_from(PERIOD * 1000 - into).unwrap_or_default();
            world.queue(me, Key::new("", ""), Duration::from_millis(wait));
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let pods = world.store.objects(&POD, None);
        let lost = |pod: &&Value| {
            let node = text(&pod["spec"]["nodeName"]);
            !node.is_empty() && world.store.encoded(&NODE, "", node).is_none()
        };
        let orphans: Vec<Value> = pods.iter().filter(lost).cloned().collect();
        let now = world.now;
        self.missing.retain(|name, _| orphans.iter().any(|pod| pod["spec"]["nodeName"] == **name));
        for pod in &orphans {
            let since = *self.missing.entry(text(&pod["spec"]["nodeName"]).to_owned()).or_insert(now);
            if now.duration_since(since) >= QUARANTINE {
                remove(world, pod, true);
            }
        }
        for pod in pods.iter().filter(|pod| deleting(pod) && text(&pod["spec"]["nodeName"]).is_empty()) {
            remove(world, pod, false);
        }
        let mut ended: Vec<&Value> = pods.iter().filter(|pod| finished(pod)).collect();
        ended.sort_by_key(|pod| text(&pod["metadata"]["creationTimestamp"]).to_owned());
        for pod in ended.iter().take(ended.len().saturating_sub(KEPT)) {
            remove(world, pod, false);
        }
        if !self.missing.is_empty() {
            world.queue(me, key.clone(), Duration::from_secs(PERIOD.unsigned_abs()));
        }
    }
}

/// Marks a pod as failed and takes it out of the API at once.
fn remove(world: &mut World, pod: &Value, disrupted: bool) {
    let mut pod = pod.clone();
    if !finished(&pod) {
        pod["status"]["phase"] = "Failed".into();
        pod["status"]["observedGeneration"] = pod["metadata"]["generation"].clone();
        if disrupted {
            let mut conditions = items(&pod["status"]["conditions"]).to_vec();
            conditions.retain(|condition| condition["type"] != "DisruptionTarget");
            conditions.push(
                json!({"type": "DisruptionTarget", "observedGeneration": pod["metadata"]["generation"], "status": "True", "lastProbeTime": null,
                "lastTransitionTime": world.seconds(), "reason": "DeletionByPodGC", "message": "PodGC: node no longer exists"}),
            );
            pod["status"]["conditions"] = conditions.into();
        }
    }
    let metadata = pod["metadata"].clone();
    let how = Deletion {
        grace_seconds: Some(0),
        ..Deletion::default()
    };
    // Gone already is as good.
    let _ = world.update(&POD, pod, Part::Status);
    let _ = world.delete(&POD, text(&metadata["namespace"]), text(&metadata["name"]), &how);
}
