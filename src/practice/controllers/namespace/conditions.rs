//! The conditions of a namespace that is going: what kept it from being emptied, and what is left in it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Rest;
use crate::practice::field::items;
use crate::practice::kind::NAMESPACE;
use crate::practice::registry::Part;
use crate::practice::world::World;

/// A condition as it should be: type, status, reason, message.
type Condition = (&'static str, &'static str, &'static str, String);

fn wanted(rest: &Rest) -> [Condition; 5] {
    let fine = |kind, reason, message: &str| (kind, "False", reason, message.to_owned());
    let list = |counts: &BTreeMap<String, usize>, word: &str| {
        let parts = counts.iter().map(|(name, count)| format!("{name} {word} {count} resource instances"));
        parts.collect::<Vec<_>>().join(", ")
    };
    let (left, held) = ("NamespaceContentRemaining", "NamespaceFinalizersRemaining");
    [
        fine(
            "NamespaceDeletionDiscoveryFailure",
            "ResourcesDiscovered",
            "All resources successfully discovered",
        ),
        fine(
            "NamespaceDeletionGroupVersionParsingFailure",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        fine(
            "NamespaceDeletionContentFailure",
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization",
        ),
        match rest.objects.is_empty() {
            true => fine(left, "ContentRemoved", "All content successfully removed"),
            false => {
                let message = format!("Some resources are remaining: {}", list(&rest.objects, "has"));
                (left, "True", "SomeResourcesRemain", message)
            }
        },
        match rest.held.is_empty() {
            true => fine(held, "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
            false => {
                let message = format!("Some content in the namespace has finalizers remaining: {}", list(&rest.held, "in"));
                (held, "True", "SomeFinalizersRemain", message)
            }
        },
    ]
}

/// Writes the conditions where they are others now; gives back the namespace as it is then.
pub fn tell(world: &mut World, mut namespace: Value, rest: &Rest) -> Value {
    let mut conditions = items(&namespace["status"]["conditions"]).to_vec();
    for (kind, status, reason, message) in wanted(rest) {
        let fresh = json!({"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": world.seconds()});
        match conditions.iter_mut().find(|known| known["type"] == kind) {
            None => conditions.push(fresh),
            Some(known) => {
                let since = if known["status"] == status {
                    known["lastTransitionTime"].clone()
                } else {
                    fresh["lastTransitionTime"].clone()
                };
                *known = fresh;
                known["lastTransitionTime"] = since;
            }
        }
    }
    namespace["status"]["conditions"] = conditions.into();
    world.update(&NAMESPACE, namespace.clone(), Part::Status).unwrap_or(namespace)
}
