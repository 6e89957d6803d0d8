//! What controllers of pods share: taking in the pods that match, making new ones from a template, ranking victims.

use std::cmp::Reverse;
use std::time::Duration;

use axum::body::Bytes;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::practice::event::{Note, Source};
use crate::practice::field::{condition, controlled_by, controller, deleting, fields, finished, instant, int, items, owner_reference, ready, selects, text};
use crate::practice::kind::{JOB, Kind, POD};
use crate::practice::registry::{Deletion, Part};
use crate::practice::status::Status;
use crate::practice::store::word::{CONTROLLED, Word};
use crate::practice::store::{Change, decode};
use crate::practice::world::World;

/// A controller of pods at work on one object of its kind.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    pub source: Source<'static>,
    pub kind: &'static Kind,
    pub object: &'a Value,
}

impl Owner<'_> {
    /// Records an event of the owner.
    pub fn tell(&self, world: &mut World, kind: &str, reason: &str, message: &str) {
        let path = "";
        world.event(self.source, self.kind, self.object, Note { kind, reason, message, path });
    }

    /// The owner's pods; takes in those that match and have no controller, and lets go of those that no longer match.
    pub fn claim(&self, world: &mut World) -> Vec<Value> {
        self.claim_as(world, |_, pod| pod)
    }

    /// The same, of each pod only what is looked at: a thousand whole ones would take 30 MB.
    pub fn claim_as<T>(&self, world: &mut World, look: impl Fn(&World, Value) -> T) -> Vec<T> {
        let metadata = &self.object["metadata"];
        // The pods of others need not be decoded.
        let own = Word::new(text(&metadata["uid"]));
        let concerns = |pod: &&Bytes| own.is_in(pod) || !CONTROLLED.is_in(pod);
        let pods: Vec<Bytes> = world.store.list(&POD, Some(text(&metadata["namespace"]))).filter(concerns).cloned().collect();
        let mut own = Vec::new();
        for pod in pods.iter().map(decode) {
            let matching = selects(&self.object["spec"]["selector"], &pod);
            if controlled_by(&pod, self.object) {
                if matching {
                    own.push(look(world, pod));
                } else if !deleting(self.object) {
                    self.let_go(world, pod);
                }
            } else if matching && controller(&pod).is_none() && !deleting(&pod) && !deleting(self.object) && (!finished(&pod) || self.kind == &JOB) {
                own.extend(self.take_in(world, pod).map(|pod| look(world, pod)));
            }
        }
        own
    }

    fn let_go(&self, world: &mut World, mut pod: Value) {
        let others: Vec<Value> = items(&pod["metadata"]["ownerReferences"])
            .iter()
            .filter(|owner| owner["uid"] != self.object["metadata"]["uid"])
            .cloned()
            .collect();
        pod["metadata"]["ownerReferences"] = others.into();
        // Gone meanwhile is as good.
        let _ = world.update(&POD, pod, Part::Spec);
    }

    fn take_in(&self, world: &mut World, mut pod: Value) -> Option<Value> {
        let mut owners = items(&pod["metadata"]["ownerReferences"]).to_vec();
        owners.push(owner_reference(self.kind, self.object));
        pod["metadata"]["ownerReferences"] = owners.into();
        world.update(&POD, pod, Part::Spec).ok()
    }

    /// A pod as a template describes it, owned and not yet named.
    #[must_use]
    pub fn pod(&self, template: &Value) -> Value {
        let metadata = &self.object["metadata"];
        let mut own = json!({"generateName": format!("{}-", text(&metadata["name"])), "namespace": metadata["namespace"],
            "ownerReferences": [owner_reference(self.kind, self.object)]});
        for field in ["labels", "annotations", "finalizers"] {
            if let Some(value) = template["metadata"].get(field) {
                own[field] = value.clone();
            }
        }
        json!({"metadata": own, "spec": template["spec"], "status": {"phase": "Pending"}})
    }

    /// Makes a pod and says so, or says why not.
    ///
    /// # Errors
    /// What the API refuses it with.
    pub fn create(&self, world: &mut World, pod: Value) -> Result<Value, Status> {
        match world.create(&POD, pod) {
            Ok(pod) => {
                self.tell(world, "Normal", "SuccessfulCreate", &format!("Created pod: {}", text(&pod["metadata"]["name"])));
                Ok(pod)
            }
            Err(refusal) => {
                if !namespace_ends(&refusal) {
                    self.tell(world, "Warning", "FailedCreate", &format!("Error creating: {}", refusal.message));
                }
                Err(refusal)
            }
        }
    }

    /// Makes pods in batches of 1, 2, 4 …, stopping after the first batch with a refusal; gives back the first refusal.
    pub fn create_all(&self, world: &mut World, mut pods: impl Iterator<Item = Value>) -> (usize, Option<Status>) {
        let (mut batch, mut made) = (1, 0);
        loop {
            let mut refused = None;
            let mut asked = 0;
            for pod in pods.by_ref().take(batch) {
                asked += 1;
                match self.create(world, pod) {
                    Ok(_) => made += 1,
                    Err(refusal) => drop(refused.get_or_insert(refusal)),
                }
            }
            if asked == 0 || refused.is_some() {
                return (made, refused);
            }
            batch *= 2;
        }
    }

    /// Asks a pod to go, once.
    pub fn delete(&self, world: &mut World, pod: &Value) {
        let name = text(&pod["metadata"]["name"]);
        if !deleting(pod) && world.delete(&POD, text(&pod["metadata"]["namespace"]), name, &Deletion::default()).is_ok() {
            self.tell(world, "Normal", "SuccessfulDelete", &format!("Deleted pod: {name}"));
        }
    }

    /// Writes the owner's status if it is another now.
    pub fn write_status(&self, world: &mut World, status: Value) {
        if self.object["status"] != status {
            let mut object = self.object.clone();
            object["status"] = status;
            if let Some(metadata) = object["metadata"].as_object_mut() {
                metadata.remove("resourceVersion");
            }
            // Gone meanwhile: there is nothing left to tell of.
            let _ = world.update(self.kind, object, Part::Status);
        }
    }
}

/// A pod without most of what ranking it does not look at.
#[must_use]
pub fn rankable(mut pod: Value) -> Value {
    pod["spec"] = fields([("nodeName", pod["spec"]["nodeName"].take())]);
    if let Some(metadata) = pod["metadata"].as_object_mut() {
        metadata.remove("managedFields");
    }
    pod
}

/// Whether a refusal only says that the namespace is going.
#[must_use]
pub fn namespace_ends(refusal: &Status) -> bool {
    items(&refusal.details["causes"]).iter().any(|cause| cause["reason"] == "NamespaceTerminating")
}

/// The names of the owners of this kind that a change of a pod concerns: its controller, or any that would take it in.
#[must_use]
pub fn concerned(world: &World, kind: &'static Kind, change: &Change) -> Vec<String> {
    let pod = change.decoded();
    let names = |objects: Vec<Value>| objects.iter().map(|object| text(&object["metadata"]["name"]).to_owned()).collect();
    match controller(pod) {
        Some(owner) if owner["kind"] == kind.kind => vec![text(&owner["name"]).to_owned()],
        Some(_) => Vec::new(),
        None if deleting(pod) => Vec::new(),
        None => {
            let mut objects = world.store.objects(kind, Some(&change.namespace));
            objects.retain(|object| selects(&object["spec"]["selector"], pod));
            names(objects)
        }
    }
}

/// Whether a pod still counts: neither ended nor asked to go.
#[must_use]
pub fn active(pod: &Value) -> bool {
    !finished(pod) && !deleting(pod)
}

/// What keeps a pod from being taken away first, most telling first; the smallest goes first.
pub type Worth = (bool, u8, bool, i64, Reverse<usize>, Reverse<String>, Reverse<i64>, Reverse<String>);

/// How a pod ranks among all of its owner's.
#[must_use]
pub fn worth(pod: &Value, all: &[Value]) -> Worth {
    let node = &pod["spec"]["nodeName"];
    let phase = match text(&pod["status"]["phase"]) {
        "Pending" | "" => 0,
        "Unknown" => 1,
        _ => 2,
    };
    let cost = text(&pod["metadata"]["annotations"]["controller.kubernetes.io/pod-deletion-cost"])
        .parse()
        .unwrap_or(0);
    let siblings = all.iter().filter(|other| ready(other) && &other["spec"]["nodeName"] == node).count();
    let since = text(&condition(pod, "Ready")["lastTransitionTime"]).to_owned();
    let restarts = items(&pod["status"]["containerStatuses"])
        .iter()
        .map(|status| int(&status["restartCount"]))
        .sum();
    let created = text(&pod["metadata"]["creationTimestamp"]).to_owned();
    (
        !text(node).is_empty(),
        phase,
        ready(pod),
        cost,
        Reverse(siblings),
        Reverse(since),
        Reverse(restarts),
        Reverse(created),
    )
}

/// How long a ready pod still has to stay ready to count as available; `None` when it does or is not ready.
#[must_use]
pub fn until_available(world: &World, owner: &Value, pod: &Value) -> Option<Duration> {
    let least = SignedDuration::from_secs(int(&owner["spec"]["minReadySeconds"]));
    let since = instant(&condition(pod, "Ready")["lastTransitionTime"])?;
    let left = least - world.now.duration_since(since);
    (ready(pod) && left > SignedDuration::ZERO).then(|| Duration::try_from(left).unwrap_or_default())
}

/// Whether a pod has been ready long enough.
#[must_use]
pub fn available(world: &World, owner: &Value, pod: &Value) -> bool {
    ready(pod) && until_available(world, owner, pod).is_none()
}
