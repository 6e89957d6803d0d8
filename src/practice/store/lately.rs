//! Objects decoded lately: a probe every second need not read its pod anew each time, nor a repeat its event.

use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::body::Bytes;
use lru::LruCache;
use serde_json::Value;

use super::{Store, decode};
use crate::practice::kind::Kind;

/// Objects of one kind by namespace and name, each with the bytes that it was read from.
#[derive(Debug)]
pub struct Lately {
    kind: &'static Kind,
    objects: LruCache<(String, String), (Bytes, Arc<Value>)>,
}

impl Lately {
    /// So many objects of a kind: a pod takes some 30 KB decoded, an event some 4 KB.
    #[must_use]
    pub fn of(kind: &'static Kind, most: NonZeroUsize) -> Self {
        // Grows as it fills.
        let mut objects = LruCache::unbounded();
        objects.resize(most);
        Self { kind, objects }
    }

    /// The object as it stands in the store.
    pub fn get(&mut self, store: &Store, namespace: &str, name: &str) -> Option<Arc<Value>> {
        let stored = store.encoded(self.kind, namespace, name)?;
        let known = self.objects.pop(&(namespace.to_owned(), name.to_owned()));
        let same = known.filter(|(bytes, _)| bytes.as_ptr() == stored.as_ptr());
        Some(same.map_or_else(|| decode(stored).into(), |(_, object)| object))
    }

    pub fn forget(&mut self, name: &(String, String)) {
        self.objects.pop(name);
    }

    /// Keeps what was worked on, unless someone else has changed it meanwhile.
    pub fn keep(&mut self, store: &Store, (namespace, name): &(String, String), object: Arc<Value>) {
        if let Some(stored) = store.stands(self.kind, namespace, name, &object) {
            self.objects.put((namespace.clone(), name.clone()), (stored.clone(), object));
        }
    }
}
