//! Versioned objects, held encoded, and the log of their changes that every watch reads from.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use axum::body::Bytes;
use serde_json::Value;

pub use self::change::{Change, Record, What};
pub use self::lately::Lately;
use super::kind::Kind;
use super::types::write;

mod change;
mod lately;
pub mod word;

/// How many changes are kept for watches, and how many bytes of objects as they were; a reader that falls further behind is told 410.
const KEPT: usize = 10_000;
const KEPT_BYTES: usize = 2 << 20;

/// An object, encoded, and the version it was written under.
#[derive(Debug, Clone)]
struct Stored {
    version: u64,
    object: Bytes,
}

/// Objects of one kind by namespace (empty when cluster-scoped) and name.
type Objects = BTreeMap<Arc<str>, BTreeMap<Arc<str>, Stored>>;

/// All objects of the cluster under one resourceVersion.
#[derive(Debug)]
pub struct Store {
    version: u64,
    /// The newest version whose change is no longer kept.
    forgotten: u64,
    /// The version up to which the cluster was being set up: clients know none of what was before.
    begun: u64,
    objects: BTreeMap<(&'static str, &'static str), Objects>,
    /// The version of the newest change of each kind.
    changed: BTreeMap<(&'static str, &'static str), u64>,
    log: VecDeque<Record>,
    /// What was written since the controllers last looked, by version, where its writer still has it decoded.
    fresh: Vec<(u64, Arc<Value>)>,
    /// Bytes that only the log holds: what objects were before their changes.
    past: usize,
    /// A copy to try writes on: objects keep the version they had.
    trial: bool,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            version: 1,
            forgotten: 0,
            begun: 0,
            objects: BTreeMap::new(),
            changed: BTreeMap::new(),
            log: VecDeque::new(),
            fresh: Vec::new(),
            past: 0,
            trial: false,
        }
    }
}

impl Store {
    /// The resourceVersion of the newest change.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    #[must_use]
    pub fn get(&self, kind: &'static Kind, namespace: &str, name: &str) -> Option<Value> {
        self.encoded(kind, namespace, name).map(decode)
    }

    #[must_use]
    pub fn encoded(&self, kind: &'static Kind, namespace: &str, name: &str) -> Option<&Bytes> {
        self.stored(kind, namespace, name).map(|stored| &stored.object)
    }

    fn stored(&self, kind: &'static Kind, namespace: &str, name: &str) -> Option<&Stored> {
        self.objects.get(&kind.key())?.get(namespace)?.get(name)
    }

    /// The stored form of an object, unless another version of it stands there by now, or none.
    #[must_use]
    pub fn stands(&self, kind: &'static Kind, namespace: &str, name: &str, object: &Value) -> Option<&Bytes> {
        let stored = self.stored(kind, namespace, name)?;
        (version(object) == stored.version).then_some(&stored.object)
    }

    /// The version of the newest change of a kind; 0 when there never was one.
    #[must_use]
    pub fn changed(&self, kind: &'static Kind) -> u64 {
        self.changed.get(&kind.key()).copied().unwrap_or_default()
    }

    /// All objects of a kind in a namespace, or in all of them, ordered by namespace and name.
    pub fn list<'a>(&'a self, kind: &'static Kind, namespace: Option<&'a str>) -> impl Iterator<Item = &'a Bytes> {
        self.range(kind, namespace, None).map(|(_, _, object)| object)
    }

    /// The same as [`Store::list`], decoded.
    #[must_use]
    pub fn objects(&self, kind: &'static Kind, namespace: Option<&str>) -> Vec<Value> {
        self.list(kind, namespace).map(decode).collect()
    }

    /// Writes an object under the next version, which is set in it and returned with it.
    pub fn put(&mut self, kind: &'static Kind, object: Value) -> Value {
        self.write(kind, object, false)
    }

    /// The same for an object of which nothing but the status is new.
    pub fn put_status(&mut self, kind: &'static Kind, object: Value) -> Arc<Value> {
        let object = Arc::new(self.write(kind, object, true));
        self.fresh.push((self.version, object.clone()));
        object
    }

    fn write(&mut self, kind: &'static Kind, mut object: Value, status_only: bool) -> Value {
        self.version += 1;
        let (namespace, name) = names(&object);
        if self.trial {
            let old = self
                .get(kind, &namespace, &name)
                .and_then(|mut old| old["metadata"].as_object_mut()?.remove("resourceVersion"));
            match (old, object["metadata"].as_object_mut()) {
                (Some(version), Some(metadata)) => drop(metadata.insert("resourceVersion".to_owned(), version)),
                (None, Some(metadata)) => drop(metadata.remove("resourceVersion")),
                _ => {}
            }
        } else {
            object["metadata"]["resourceVersion"] = Value::String(self.version.to_string());
        }
        let bytes = encode(&object);
        let stored = Stored {
            version: version(&object),
            object: bytes.clone(),
        };
        let (namespace, before) = self.insert(kind, &namespace, &name, stored);
        let what = if before.is_some() { What::Modified } else { What::Added };
        self.record(Record {
            version: self.version,
            kind,
            what,
            namespace,
            name: name.into(),
            object: bytes,
            before,
            status_only,
        });
        object
    }

    /// Puts an object in its place; returns its namespace as it is shared, and what stood there.
    fn insert(&mut self, kind: &'static Kind, namespace: &str, name: &str, stored: Stored) -> (Arc<str>, Option<Bytes>) {
        let objects = self.objects.entry(kind.key()).or_default();
        let namespace = objects.get_key_value(namespace).map_or_else(|| namespace.into(), |(known, _)| known.clone());
        let space = objects.entry(namespace.clone()).or_default();
        if let Some(place) = space.get_mut(name) {
            return (namespace, Some(std::mem::replace(place, stored).object));
        }
        space.insert(name.into(), stored);
        (namespace, None)
    }

    /// Takes an object away; returns its last state under the deletion's version.
    pub fn remove(&mut self, kind: &'static Kind, namespace: &str, name: &str) -> Option<Value> {
        let objects = self.objects.get_mut(&kind.key())?;
        let space = objects.get_mut(namespace)?;
        let before = space.remove(name)?.object;
        if space.is_empty() {
            objects.remove(namespace);
        }
        self.version += 1;
        let mut object = decode(&before);
        object["metadata"]["resourceVersion"] = Value::String(self.version.to_string());
        self.record(Record {
            version: self.version,
            kind,
            what: What::Deleted,
            namespace: namespace.into(),
            name: name.into(),
            object: encode(&object),
            before: Some(before),
            status_only: false,
        });
        Some(object)
    }

    /// The newest version that a watch can no longer start from the changes after.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten.max(self.begun)
    }

    /// What there is now was there from the start.
    pub fn begin(&mut self) {
        self.begun = self.version;
    }

    /// The objects of a kind with namespace and name, in the order of these, after a place in it.
    pub fn range<'a>(
        &'a self,
        kind: &'static Kind,
        namespace: Option<&'a str>,
        after: Option<(&'a str, &'a str)>,
    ) -> impl Iterator<Item = (&'a str, &'a str, &'a Bytes)> {
        let first = namespace.or(after.map(|(space, _)| space)).unwrap_or_default();
        let last = namespace.map_or(Bound::Unbounded, Bound::Included);
        let spaces = self
            .objects
            .get(&kind.key())
            .into_iter()
            .flat_map(move |objects| objects.range::<str, _>((Bound::Included(first), last)));
        spaces.flat_map(move |(space, objects)| {
            let start = after
                .filter(|(begun, _)| **begun == **space)
                .map_or(Bound::Unbounded, |(_, name)| Bound::Excluded(name));
            objects
                .range::<str, _>((start, Bound::Unbounded))
                .map(move |(name, stored)| (&**space, &**name, &stored.object))
        })
    }

    /// A copy to try writes on; it shares the objects and knows no changes.
    #[must_use]
    pub fn scratch(&self) -> Self {
        Self {
            version: self.version,
            forgotten: self.version,
            begun: self.begun,
            objects: self.objects.clone(),
            changed: self.changed.clone(),
            log: VecDeque::new(),
            fresh: Vec::new(),
            past: 0,
            trial: true,
        }
    }

    /// The changes after a version, oldest first; `None` when some of them are no longer kept.
    #[must_use]
    pub fn since(&self, version: u64) -> Option<impl Iterator<Item = &Record>> {
        if version < self.forgotten {
            return None;
        }
        let start = self.log.partition_point(|change| change.version <= version);
        Some(self.log.range(start..))
    }

    fn record(&mut self, change: Record) {
        self.past += past(&change);
        self.changed.insert(change.kind.key(), change.version);
        self.log.push_back(change);
    }

    /// The changes after a version as controllers look at them, oldest first. What was lent for them is given back.
    #[must_use]
    pub fn changes(&mut self, version: u64) -> Vec<Change> {
        let mut written = std::mem::take(&mut self.fresh).into_iter().peekable();
        let mut changes = Vec::new();
        for record in self.since(version).into_iter().flatten() {
            while written.next_if(|(version, _)| *version < record.version).is_some() {}
            let object = written.next_if(|(version, _)| *version == record.version).map(|(_, object)| object);
            changes.push(Change::new(record.clone(), object));
        }
        changes
    }

    /// Forgets the oldest changes when there are too many; whoever must not miss any has read them by now.
    pub fn trim(&mut self) {
        while self.log.len() > KEPT || self.past > KEPT_BYTES {
            let Some(oldest) = self.log.pop_front() else { return };
            self.past -= past(&oldest);
            self.forgotten = oldest.version;
        }
    }
}

/// The bytes that are kept for a change alone.
fn past(change: &Record) -> usize {
    let gone = if change.what == What::Deleted { change.object.len() } else { 0 };
    gone + change.before.as_ref().map_or(0, Bytes::len)
}

/// An object from its stored bytes.
#[must_use]
pub fn decode(bytes: &Bytes) -> Value {
    // Unlike the generic readers this one is compiled with its own crate: for speed and not for size.
    std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn encode(object: &Value) -> Bytes {
    let bytes = write::object(object).unwrap_or_else(|| write::any(object));
    // A boxed slice has no room to spare.
    Bytes::from(bytes.into_boxed_slice())
}

/// The version that an object says it has; 0 when it says none.
#[must_use]
pub fn version(object: &Value) -> u64 {
    object["metadata"]["resourceVersion"]
        .as_str()
        .and_then(|version| version.parse().ok())
        .unwrap_or_default()
}

/// Namespace (empty when cluster-scoped) and name of an object.
#[must_use]
pub fn names(object: &Value) -> (String, String) {
    let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default().to_owned();
    (text("namespace"), text("name"))
}
