//! What was changed of an object, in words, as far as its rows show it.

use std::collections::BTreeMap;

use crate::cluster::snapshot::{Fact, ObjectRow};

/// ` with shop:1`
pub(super) fn images(row: &ObjectRow) -> String {
    if row.images.is_empty() {
        String::new()
    } else {
        format!(" with {}", row.images.join(", "))
    }
}

/// What was changed, as far as the row shows it.
pub(super) fn difference(old: &ObjectRow, new: &ObjectRow) -> String {
    let name = format!("{} {}", new.kind, new.name);
    let image = old.images.iter().zip(&new.images).find(|(old, new)| old != new);
    if let Some((old, new)) = image {
        return format!("set {name} from {old} to {new}");
    }
    if old.replicas.desired != new.replicas.desired {
        return format!("scaled {name} from {} to {}", old.replicas.desired, new.replicas.desired);
    }
    let pairs = |labels: &BTreeMap<String, String>| labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",");
    if old.selector != new.selector {
        return format!("set the selector of {name} from {} to {}", pairs(&old.selector), pairs(&new.selector));
    }
    let ports = |row: &ObjectRow| {
        row.ports
            .iter()
            .map(|port| format!("{}→{}", port.port, port.target))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if old.ports != new.ports {
        return format!("set the ports of {name} from {} to {}", ports(old), ports(new));
    }
    let said = |facts: &[Fact], path: &str| facts.iter().find(|fact| fact.path == path).map_or("nothing", |fact| &fact.text).to_owned();
    let mut paths = old
        .facts
        .iter()
        .chain(&new.facts)
        .map(|fact| fact.path.as_str())
        .filter(|path| !path.starts_with("status."));
    match paths.find(|path| said(&old.facts, path) != said(&new.facts, path)) {
        Some(path) => format!("set {path} of {name} from {} to {}", said(&old.facts, path), said(&new.facts, path)),
        None => format!("changed {name}"),
    }
}
