//! Pods decoded lately: a probe every second need not read its pod anew each time.

use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::body::Bytes;
use lru::LruCache;
use serde_json::Value;

use crate::practice::kind::POD;
use crate::practice::store::{Store, decode};

/// A pod takes some 30 KB decoded.
const KEPT: NonZeroUsize = NonZeroUsize::new(64).expect("more than none");

/// Pods by namespace and name, each with the bytes that it was read from.
#[derive(Debug)]
pub struct Lately(LruCache<(String, String), (Bytes, Arc<Value>)>);

impl Default for Lately {
    fn default() -> Self {
        Self(LruCache::new(KEPT))
    }
}

impl Lately {
    /// The pod as it stands in the store.
    pub fn get(&mut self, store: &Store, namespace: &str, name: &str) -> Option<Arc<Value>> {
        let stored = store.encoded(&POD, namespace, name)?;
        let known = self.0.pop(&(namespace.to_owned(), name.to_owned()));
        let same = known.filter(|(bytes, _)| bytes.as_ptr() == stored.as_ptr());
        Some(same.map_or_else(|| decode(stored).into(), |(_, object)| object))
    }

    pub fn forget(&mut self, name: &(String, String)) {
        self.0.pop(name);
    }

    /// Keeps what was worked on, unless someone else has changed it meanwhile.
    pub fn keep(&mut self, store: &Store, (namespace, name): &(String, String), object: Arc<Value>) {
        if let Some(stored) = store.stands(&POD, namespace, name, &object) {
            self.0.put((namespace.clone(), name.clone()), (stored.clone(), object));
        }
    }
}
