//! An array of awk: a table with busybox's own hash, so that `for (key in array)` goes in busybox's order.

use std::sync::Arc;

use super::value::Value;

/// How many buckets there are, and how they grow.
const SIZES: [usize; 6] = [61, 251, 1021, 4093, 16_381, 65_521];

#[derive(Debug, Default)]
pub(super) struct Array {
    /// The last of a bucket is the first that is found.
    buckets: Vec<Vec<(Arc<str>, Value)>>,
    count: usize,
    grown: usize,
}

fn hash(key: &str) -> usize {
    // The bytes are signed ones.
    key.bytes().fold(0u32, |hash, byte| hash.wrapping_mul(63).wrapping_add(byte as i8 as u32)) as usize
}

impl Array {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    fn bucket(&self, key: &str) -> Option<usize> {
        (!self.buckets.is_empty()).then(|| hash(key) % self.buckets.len())
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        let bucket = &self.buckets[self.bucket(key)?];
        bucket.iter().find(|(known, _)| **known == *key).map(|(_, value)| value)
    }

    pub(super) fn set(&mut self, key: &str, value: Value) {
        let mut at = self.bucket(key);
        if let Some(known) = at.and_then(|at| self.buckets[at].iter_mut().find(|(known, _)| **known == *key)) {
            known.1 = value;
            return;
        }
        self.count += 1;
        if self.buckets.is_empty() || self.count > self.buckets.len() * 8 && self.grown + 1 < SIZES.len() {
            self.grow();
            at = self.bucket(key);
        }
        if let Some(at) = at {
            self.buckets[at].push((key.into(), value));
        }
    }

    fn grow(&mut self) {
        if !self.buckets.is_empty() {
            self.grown += 1;
        }
        let old = std::mem::take(&mut self.buckets);
        self.buckets = vec![Vec::new(); SIZES[self.grown]];
        for (key, value) in old.into_iter().flat_map(|bucket| bucket.into_iter().rev()) {
            let at = hash(&key) % self.buckets.len();
            self.buckets[at].push((key, value));
        }
    }

    pub(super) fn remove(&mut self, key: &str) {
        let Some(at) = self.bucket(key) else { return };
        let before = self.buckets[at].len();
        self.buckets[at].retain(|(known, _)| **known != *key);
        self.count -= before - self.buckets[at].len();
    }

    pub(super) fn keys(&self) -> Vec<Arc<str>> {
        self.buckets.iter().flat_map(|bucket| bucket.iter().rev()).map(|(key, _)| key.clone()).collect()
    }

    /// About how much memory it takes.
    pub(super) fn size(&self) -> u64 {
        let entries = self.buckets.iter().flatten();
        entries.map(|(key, value)| 48 + key.len() as u64 + value.size()).sum()
    }
}
