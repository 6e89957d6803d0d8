//! Changes of objects: as the log keeps them for watches, and as controllers look at them.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use serde_json::Value;

use super::decode;
use crate::practice::kind::Kind;

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Added,
    Modified,
    Deleted,
}

/// One change, as it is kept for watches.
#[derive(Debug, Clone)]
pub struct Record {
    pub version: u64,
    pub kind: &'static Kind,
    pub what: What,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    /// The object after the change; for a deletion its last state, with the deletion's version.
    pub object: Bytes,
    /// The object before the change; a watch with a selector needs it.
    pub before: Option<Bytes>,
    /// Nothing but the status differs from before.
    pub status_only: bool,
}

/// One change, as controllers look at it.
#[derive(Debug)]
pub struct Change {
    record: Record,
    /// Both states decoded, once for all who look.
    decoded: OnceLock<Arc<Value>>,
    earlier: OnceLock<Value>,
}

impl Change {
    /// A change, with the object as its writer had it, where it is still at hand.
    #[must_use]
    pub fn new(record: Record, written: Option<Arc<Value>>) -> Self {
        Self {
            record,
            decoded: written.map(OnceLock::from).unwrap_or_default(),
            earlier: OnceLock::new(),
        }
    }

    /// The object after the change.
    pub fn decoded(&self) -> &Value {
        self.decoded.get_or_init(|| decode(&self.object).into())
    }

    /// The object before the change; null when there was none.
    pub fn earlier(&self) -> &Value {
        self.earlier.get_or_init(|| self.before.as_ref().map(decode).unwrap_or_default())
    }
}

impl Deref for Change {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.record
    }
}
