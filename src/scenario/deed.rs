//! What may be done to the cluster: to provoke a fault, to cheat, to repair it.

use serde_json::Value;

use super::{Manifest, Want};

/// Something done to the cluster: what provokes a fault, a cheat, another repair.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    Delete {
        kind: String,
        name: String,
    },
    Scale {
        kind: String,
        name: String,
        replicas: u32,
    },
    Restart {
        kind: String,
        name: String,
    },
    /// Back to the revision before.
    Undo {
        kind: String,
        name: String,
    },
    Request {
        service: String,
        port: u16,
        path: String,
        times: u32,
    },
    /// A strategic merge patch, as `kubectl patch` sends it; null takes a field out.
    Patch {
        kind: String,
        name: String,
        patch: Value,
    },
    Apply(Vec<Manifest>),
    /// Delete and create anew.
    Replace(Vec<Manifest>),
    /// The lab's namespace deleted, and its own finalizer taken away although something is still in it.
    Finalize,
}

impl Deed {
    /// Kinds of the objects that it leaves or takes away.
    #[must_use]
    pub fn kinds(&self) -> Vec<&str> {
        match self {
            Self::Delete { kind, .. } | Self::Scale { kind, .. } | Self::Patch { kind, .. } => vec![kind],
            Self::Apply(manifests) | Self::Replace(manifests) => manifests.iter().map(Manifest::kind).collect(),
            Self::Restart { .. } | Self::Undo { .. } | Self::Request { .. } | Self::Finalize => Vec::new(),
        }
    }
}

/// Something a learner may do that looks like a repair and is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Cheat {
    pub does: Vec<Deed>,
    /// How it is seen in the cluster; without it, by what `does` leaves there.
    pub when: Option<Want>,
    /// Why it does not count.
    pub say: String,
}

impl Cheat {
    /// Whether a change of this kind may bring it or take it away.
    #[must_use]
    pub fn turns_on(&self, kind: &str) -> bool {
        match &self.when {
            Some(want) => want.turns_on(kind),
            None => self.does.iter().any(|deed| deed.kinds().contains(&kind)),
        }
    }

    /// Whether it may come or go with nothing that is watched being different.
    #[must_use]
    pub fn unwatched(&self) -> bool {
        match &self.when {
            Some(want) => !want.by_its_kinds(),
            None => self.does.contains(&Deed::Finalize),
        }
    }
}

/// A repair other than solution/ that counts as well.
#[derive(Debug, Clone, PartialEq)]
pub struct Repair {
    pub does: Vec<Deed>,
    pub say: String,
}

/// How `s` brings the solution in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SolutionMode {
    #[default]
    Apply,
    /// Delete and create, for immutable fields.
    Replace,
    Delete,
}
