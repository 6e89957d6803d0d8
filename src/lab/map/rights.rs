//! What an account may do: the bindings that name it and the roles behind them, or that there are none.

use super::{State, Stop, by_name, exists, side};
use crate::cluster::snapshot::{LinkRow, ObjectRow, Snapshot};
use crate::scenario::clue::Pair;

const BINDINGS: [&str; 2] = ["RoleBinding", "ClusterRoleBinding"];

/// The chain from an account to its rights.
pub(super) fn below(snapshot: &Snapshot, account: &str, depth: usize, stops: &mut Vec<Stop>) {
    let bindings: Vec<&ObjectRow> = BINDINGS.into_iter().flat_map(|kind| by_name(snapshot, kind)).collect();
    let names = |row: &&&ObjectRow| subjects(row).any(|link| link.name == account);
    let own: Vec<&&ObjectRow> = bindings.iter().filter(names).collect();
    if own.is_empty() && snapshot.listed.contains("RoleBinding") {
        stops.push(unbound(snapshot, account, &bindings, depth));
    }
    for binding in own {
        stops.push(Stop {
            depth,
            kind: binding.kind.clone(),
            name: binding.name.clone(),
            note: "by subjects".to_owned(),
            ..Stop::default()
        });
        stops.extend(
            binding
                .links
                .iter()
                .filter(|link| link.how == "roleRef")
                .map(|link| role(snapshot, binding, link, depth + 1)),
        );
    }
}

fn subjects(binding: &ObjectRow) -> impl Iterator<Item = &LinkRow> {
    binding.links.iter().filter(|link| link.kind == "ServiceAccount")
}

/// Nobody gives it rights, which is no fault while its pods do well.
fn unbound(snapshot: &Snapshot, account: &str, bindings: &[&ObjectRow], depth: usize) -> Stop {
    let runs_as = |link: &LinkRow| link.kind == "ServiceAccount" && link.name == account;
    let suffers = snapshot.pods.values().any(|pod| !pod.is_ready && pod.links.iter().any(runs_as));
    let named: Vec<&str> = bindings.iter().flat_map(|binding| subjects(binding)).map(|link| link.name.as_str()).collect();
    let there = if named.is_empty() { "none".to_owned() } else { named.join(", ") };
    Stop {
        depth,
        state: if suffers { State::Broken } else { State::Waiting },
        kind: "RoleBinding".to_owned(),
        name: "none".to_owned(),
        note: "no binding names this account".to_owned(),
        pair: suffers.then(|| Pair {
            left: side("ServiceAccount", account, "metadata.name", account.to_owned()),
            right: side("RoleBinding", "*", "subjects", there),
        }),
    }
}

/// The role a binding names, with what it allows.
fn role(snapshot: &Snapshot, binding: &ObjectRow, link: &LinkRow, depth: usize) -> Stop {
    let missing = exists(snapshot, &link.kind, &link.name) == Some(false);
    let row = snapshot.of_kind(&link.kind).find(|row| row.name == link.name);
    let rules = row
        .and_then(|row| row.facts.iter().find(|fact| fact.path == "rules"))
        .map(|fact| fact.text.clone());
    let names: Vec<&str> = by_name(snapshot, &link.kind).into_iter().map(|row| row.name.as_str()).collect();
    let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Stop {
        depth,
        state: if missing { State::Broken } else { State::Plain },
        kind: link.kind.clone(),
        name: link.name.clone(),
        note: match (missing, rules) {
            (true, _) => "by roleRef; does not exist".to_owned(),
            (_, Some(rules)) => format!("allows {rules}"),
            (_, None) => "by roleRef".to_owned(),
        },
        pair: missing.then(|| Pair {
            left: side(&binding.kind, &binding.name, "roleRef.name", link.name.clone()),
            right: side(&link.kind, "*", "metadata.name", there),
        }),
    }
}
