//! What the kubelet tells the API: events of the pod and its containers, and the status.

use serde_json::Value;

use super::pod::Telling;
use super::{Worker, status};
use crate::practice::event::{Note, Source};
use crate::practice::field::text;
use crate::practice::kind::POD;
use crate::practice::store::version;

impl Worker<'_> {
    pub(super) fn source(node: &str) -> Source<'_> {
        Source {
            component: "kubelet",
            host: node,
        }
    }

    /// Records an event of the pod.
    pub(super) fn pod_event(&mut self, kind: &str, reason: &str, message: &str) {
        self.tell_of("", kind, reason, message);
    }

    /// Records an event of a container; the status this sync began with is written after its first event.
    pub(super) fn tell(&mut self, index: usize, kind: &str, reason: &str, message: &str) {
        let container = &self.pod.containers[index];
        let path = format!("spec.{}{{{}}}", container.part(), container.name);
        self.tell_of(&path, kind, reason, message);
    }

    fn tell_of(&mut self, path: &str, kind: &str, reason: &str, message: &str) {
        let node = text(&self.object["spec"]["nodeName"]);
        let note = Note { kind, reason, message, path };
        self.world.event(Self::source(node), &POD, &self.object, note);
        self.flush();
    }

    pub(super) fn flush(&mut self) {
        if let Some(telling) = self.pod.unwritten.take() {
            self.write(telling);
        }
    }

    /// The status as it is now, made only when something that it tells of has changed since it was last written.
    pub(super) fn telling(&self) -> Telling {
        let (state, version) = (status::state(self.pod), version(&self.object));
        let known = self.pod.told == Some((state, version));
        if known {
            debug_assert_eq!(status::of(&self.object, self.pod, self.world.now), self.object["status"]);
        }
        Telling {
            state,
            version,
            status: (!known).then(|| status::of(&self.object, self.pod, self.world.now)),
        }
    }

    pub(super) fn publish(&mut self) {
        self.pod.unwritten = None;
        let telling = self.telling();
        self.write(telling);
    }

    pub(super) fn write(&mut self, telling: Telling) {
        let Some(status) = telling.status else { return };
        // Made for an object that has changed since, it may have to be told anew.
        let present = version(&self.object) == telling.version;
        self.write_status(status);
        self.pod.told = present.then(|| (telling.state, version(&self.object)));
    }

    pub(super) fn write_status(&mut self, status: Value) {
        if self.object["status"] != status {
            let object = std::mem::take(&mut self.object);
            self.object = self.world.write_status(&POD, object, status);
        }
    }
}
