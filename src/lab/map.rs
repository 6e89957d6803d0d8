//! The map: what makes the pods on one side, what leads to them on the other, and where a link between two objects is broken.

mod others;
mod paths;
mod policies;
mod rights;
mod workloads;

pub use others::others;
pub use paths::paths;
pub use workloads::workloads;

use std::collections::BTreeMap;

use crate::cluster::snapshot::{ObjectRef, ObjectRow, PodRow, Snapshot};
use crate::scenario::clue::{Pair, Side};

/// One stop on the map.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stop {
    /// How far from the chain's start.
    pub depth: usize,
    pub state: State,
    pub kind: String,
    pub name: String,
    /// What leads here, or how it stands.
    pub note: String,
    /// What should fit and does not.
    pub pair: Option<Pair>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    #[default]
    Plain,
    Good,
    Waiting,
    /// The link that should lead here leads nowhere.
    Broken,
}

/// Objects of a kind by name, so that the map stands still while they come and go.
fn by_name<'a>(snapshot: &'a Snapshot, kind: &'a str) -> Vec<&'a ObjectRow> {
    let mut rows: Vec<_> = snapshot.of_kind(kind).collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows
}

/// Whether something of the kind and name exists; `None` where the kind is not watched.
fn exists(snapshot: &Snapshot, kind: &str, name: &str) -> Option<bool> {
    if snapshot.of_kind(kind).any(|row| row.name == name) {
        return Some(true);
    }
    snapshot.listed.contains(kind).then_some(false)
}

/// The pod whose labels come nearest to those that are wanted.
fn nearest<'a>(snapshot: &'a Snapshot, wanted: &BTreeMap<String, String>) -> Option<&'a PodRow> {
    let fit = |pod: &&PodRow| {
        let same = wanted.iter().filter(|(key, value)| pod.labels.get(*key) == Some(value)).count();
        (same, wanted.keys().filter(|key| pod.labels.contains_key(*key)).count())
    };
    snapshot.pods_by_age().into_iter().rev().max_by_key(fit)
}

fn side(kind: &str, name: &str, path: &str, text: String) -> Side {
    Side {
        object: ObjectRef {
            kind: kind.to_owned(),
            namespace: String::new(),
            name: name.to_owned(),
        },
        path: path.to_owned(),
        text,
    }
}

/// `app=web, tier=front`
fn labels(labels: &BTreeMap<String, String>) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
}

/// Both chains as Markdown lists.
#[must_use]
pub fn markdown(snapshot: &Snapshot) -> String {
    let mut out = "# Map\n".to_owned();
    let parts = [
        ("What makes the pods", workloads(snapshot)),
        ("What leads to them", paths(snapshot)),
        ("Beside them", others(snapshot)),
    ];
    for (title, stops) in parts.into_iter().filter(|(_, stops)| !stops.is_empty()) {
        out.push_str(&format!("\n## {title}\n\n"));
        for stop in stops {
            let broken = if stop.state == State::Broken { "✗ " } else { "" };
            let indent = "  ".repeat(stop.depth);
            out.push_str(&format!("{indent}- {broken}{} `{}` {}\n", stop.kind, stop.name, stop.note));
            for side in stop.pair.iter().flat_map(|pair| [&pair.left, &pair.right]) {
                out.push_str(&format!(
                    "{indent}  - {} `{}` {}: `{}`\n",
                    side.object.kind, side.object.name, side.path, side.text
                ));
            }
        }
    }
    out
}
