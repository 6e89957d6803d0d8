//! What makes the pods: each workload with what it makes, down to the pods, and what those pods name.

use super::{State, Stop, by_name, exists, rights, side};
use crate::cluster::snapshot::{LinkRow, ObjectRow, PodRow, Snapshot};
use crate::lab::journal::{Shade, shade};
use crate::scenario::clue::Pair;

const WORKLOADS: [&str; 6] = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "ReplicaSet"];

/// The chain from each workload down; pods that nobody owns stand at its end, and then what limits them all.
#[must_use]
pub fn workloads(snapshot: &Snapshot) -> Vec<Stop> {
    let mut stops = Vec::new();
    for kind in WORKLOADS {
        for root in by_name(snapshot, kind).into_iter().filter(|row| !owned(snapshot, row.owner.as_ref())) {
            below(snapshot, root, 0, &mut stops);
        }
    }
    for row in snapshot.pods_by_age().into_iter().filter(|row| !owned(snapshot, row.owner.as_ref())) {
        stops.push(pod(row, 0));
        named(snapshot, "Pod", &row.name, &row.links, 1, &mut stops);
    }
    stops.extend(by_name(snapshot, "ResourceQuota").into_iter().map(|quota| Stop {
        kind: quota.kind.clone(),
        name: quota.name.clone(),
        note: columns(quota),
        ..Stop::default()
    }));
    stops
}

fn owned(snapshot: &Snapshot, owner: Option<&(String, String)>) -> bool {
    owner.is_some_and(|(kind, name)| snapshot.of_kind(kind).any(|row| row.name == *name))
}

fn below(snapshot: &Snapshot, row: &ObjectRow, depth: usize, stops: &mut Vec<Stop>) {
    let own = |owner: &Option<(String, String)>| owner.as_ref().is_some_and(|(kind, name)| *kind == row.kind && *name == row.name);
    let pods: Vec<&PodRow> = snapshot.pods_by_age().into_iter().filter(|pod| own(&pod.owner)).collect();
    // a replica set of an older revision makes nothing any more
    if depth > 0 && row.kind == "ReplicaSet" && pods.is_empty() && row.replicas.desired == 0 {
        return;
    }
    stops.push(workload(row, depth));
    if depth == 0 {
        named(snapshot, &row.kind, &row.name, &row.links, 1, stops);
    }
    for child in snapshot
        .objects
        .values()
        .filter(|child| own(&child.owner) && WORKLOADS.contains(&child.kind.as_str()))
    {
        below(snapshot, child, depth + 1, stops);
    }
    stops.extend(pods.into_iter().map(|row| pod(row, depth + 1)));
}

fn workload(row: &ObjectRow, depth: usize) -> Stop {
    let replicas = row.replicas;
    let counted = !matches!(row.kind.as_str(), "Job" | "CronJob");
    let state = match counted {
        true if replicas.ready >= replicas.desired => State::Good,
        true => State::Waiting,
        false => State::Plain,
    };
    let note = if counted {
        format!("{}/{} ready", replicas.ready, replicas.desired)
    } else {
        columns(row)
    };
    Stop {
        depth,
        state,
        kind: row.kind.clone(),
        name: row.name.clone(),
        note,
        pair: None,
    }
}

fn pod(row: &PodRow, depth: usize) -> Stop {
    let state = match shade(row) {
        Shade::Faulty => State::Broken,
        Shade::Ready | Shade::Done => State::Good,
        Shade::Coming | Shade::Unready | Shade::Leaving => State::Waiting,
    };
    Stop {
        depth,
        state,
        kind: "Pod".to_owned(),
        name: row.name.clone(),
        note: format!("{} {}/{}", row.status, row.ready.0, row.ready.1),
        pair: None,
    }
}

/// What a template names, each object once.
fn named(snapshot: &Snapshot, kind: &str, by: &str, links: &[LinkRow], depth: usize, stops: &mut Vec<Stop>) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for link in links {
        if seen.contains(&(&link.kind, &link.name)) {
            continue;
        }
        seen.push((&link.kind, &link.name));
        let there = exists(snapshot, &link.kind, &link.name);
        let broken = there == Some(false) && !link.optional;
        let row = snapshot.of_kind(&link.kind).find(|row| row.name == link.name);
        let note = match (there, row) {
            (Some(false), _) if link.optional => format!("by {}; does not exist, and need not", link.how),
            (Some(false), _) => format!("by {}; does not exist", link.how),
            (_, Some(claim)) if claim.kind == "PersistentVolumeClaim" => format!("by {}; {}", link.how, status(claim)),
            _ => format!("by {}", link.how),
        };
        let waits = row.is_some_and(|row| row.kind == "PersistentVolumeClaim" && status(row) != "Bound");
        stops.push(Stop {
            depth,
            state: match (broken, waits) {
                (true, _) => State::Broken,
                (false, true) => State::Waiting,
                (false, false) => State::Plain,
            },
            kind: link.kind.clone(),
            name: link.name.clone(),
            note,
            pair: broken.then(|| missing(snapshot, kind, by, link)),
        });
        if waits {
            stops.extend(volumes(snapshot, depth + 1));
        }
        if link.kind == "ServiceAccount" && !broken {
            rights::below(snapshot, &link.name, depth + 1, stops);
        }
    }
}

/// The volumes that a claim could have, as they stand.
fn volumes(snapshot: &Snapshot, depth: usize) -> impl Iterator<Item = Stop> {
    by_name(snapshot, "PersistentVolume").into_iter().map(move |volume| {
        let said = ["CAPACITY", "ACCESS MODES", "STORAGECLASS", "STATUS"].map(|wanted| {
            let cell = volume.columns.iter().find(|(heading, said)| heading == wanted && !said.is_empty());
            cell.map_or_else(String::new, |(heading, said)| format!("{} {said}", heading.to_lowercase()))
        });
        Stop {
            depth,
            kind: volume.kind.clone(),
            name: volume.name.clone(),
            note: said.into_iter().filter(|said| !said.is_empty()).collect::<Vec<_>>().join(", "),
            ..Stop::default()
        }
    })
}

/// The name that is asked for, and those that there are.
fn missing(snapshot: &Snapshot, kind: &str, by: &str, link: &LinkRow) -> Pair {
    let rows = by_name(snapshot, &link.kind).into_iter();
    let names: Vec<&str> = rows.map(|row| row.name.as_str()).filter(|name| *name != "kube-root-ca.crt").collect();
    let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Pair {
        left: side(kind, by, &link.how, link.name.clone()),
        right: side(&link.kind, "*", "metadata.name", there),
    }
}

fn status(row: &ObjectRow) -> &str {
    row.columns.iter().find(|(heading, _)| heading == "STATUS").map_or("", |(_, said)| said)
}

fn columns(row: &ObjectRow) -> String {
    let said = row.columns.iter().filter(|(_, said)| !said.is_empty()).take(2);
    said.map(|(heading, said)| format!("{} {said}", heading.to_lowercase()))
        .collect::<Vec<_>>()
        .join(", ")
}
