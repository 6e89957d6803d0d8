//! What stands beside both chains: objects that neither makes pods nor leads to them, and that nothing there names.

use super::{State, Stop, paths, workloads};
use crate::cluster::snapshot::{ObjectRow, Snapshot};

/// Kinds that every namespace has, or that controllers write for themselves.
const EVERYWHERE: [&str; 10] = [
    "Namespace",
    "Node",
    "Event",
    "Endpoints",
    "EndpointSlice",
    "Lease",
    "ControllerRevision",
    "ReplicaSet",
    "StorageClass",
    "PersistentVolume",
];
/// Names that every namespace has.
const ORDINARY: [&str; 2] = ["kube-root-ca.crt", "default"];

/// The rest of the lesson's objects, by kind and name.
#[must_use]
pub fn others(snapshot: &Snapshot) -> Vec<Stop> {
    let shown: Vec<Stop> = workloads(snapshot).into_iter().chain(paths(snapshot)).collect();
    let is_shown = |row: &ObjectRow| shown.iter().any(|stop| stop.kind == row.kind && stop.name == row.name);
    let ordinary = |row: &ObjectRow| EVERYWHERE.contains(&row.kind.as_str()) || ORDINARY.contains(&row.name.as_str());
    let mut rows: Vec<&ObjectRow> = snapshot
        .objects
        .values()
        .filter(|row| row.owner.is_none() && !ordinary(row) && !is_shown(row))
        .collect();
    rows.sort_by(|a, b| (&a.kind, &a.name).cmp(&(&b.kind, &b.name)));
    let stop = |row: &ObjectRow| Stop {
        state: if row.deleting { State::Waiting } else { State::Plain },
        kind: row.kind.clone(),
        name: row.name.clone(),
        note: if row.deleting { "is being deleted".to_owned() } else { String::new() },
        ..Stop::default()
    };
    rows.into_iter().map(stop).collect()
}
