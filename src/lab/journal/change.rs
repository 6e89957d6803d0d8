//! What was changed of an object, in words, as far as its rows show it.

use std::collections::BTreeMap;

use crate::cluster::snapshot::ObjectRow;

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
    format!("changed {name}")
}
