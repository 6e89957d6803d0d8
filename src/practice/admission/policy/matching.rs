//! Which writes a policy or a binding is about (apiserver `admission/plugin/policy/matching`).

use serde_json::Value;

use super::Write;
use crate::practice::field::{items, text};
use crate::practice::kind::NAMESPACE;
use crate::practice::selector::selects;
use crate::practice::world::World;

/// Whether a policy is about a write.
pub fn policy_matches(world: &World, constraints: &Value, write: &Write) -> bool {
    selected(world, constraints, write)
        && !any(world, &constraints["excludeResourceRules"], constraints, write)
        && any(world, &constraints["resourceRules"], constraints, write)
}

/// Whether a binding is: one that says nothing is about all that its policy is about.
pub fn binding_matches(world: &World, resources: &Value, write: &Write) -> bool {
    resources.is_null()
        || selected(world, resources, write)
            && !any(world, &resources["excludeResourceRules"], resources, write)
            && (items(&resources["resourceRules"]).is_empty() || any(world, &resources["resourceRules"], resources, write))
}

fn selected(world: &World, constraints: &Value, write: &Write) -> bool {
    let (by_namespace, by_object) = (&constraints["namespaceSelector"], &constraints["objectSelector"]);
    let labels = |object: &Value| object["metadata"]["labels"].clone();
    let fits = |selector: &Value, labels: &Value| selector.is_null() || selects(selector, labels);
    let namespace = match write.names() {
        // A namespace is where it is itself.
        (_, _) if write.kind == &NAMESPACE => Some(if write.object.is_null() { labels(write.old) } else { labels(write.object) }),
        (namespace, _) if namespace.is_empty() => None,
        (namespace, _) => Some(world.store.get(&NAMESPACE, "", &namespace).map_or(Value::Null, |namespace| labels(&namespace))),
    };
    namespace.is_none_or(|labels| fits(by_namespace, &labels))
        && [write.object, write.old]
            .into_iter()
            .any(|object| !object.is_null() && fits(by_object, &labels(object)))
}

fn any(world: &World, rules: &Value, constraints: &Value, write: &Write) -> bool {
    items(rules).iter().any(|rule| matches(world, rule, constraints, write))
}

fn matches(world: &World, rule: &Value, constraints: &Value, write: &Write) -> bool {
    let kind = write.kind;
    let says = |field: &str, wanted: &str| items(&rule[field]).iter().map(text).any(|said| said == "*" || said == wanted);
    // Other versions of the same are as good, unless it has to be exactly this one.
    let version = says("apiVersions", kind.version)
        || constraints["matchPolicy"] != "Exact"
            && world
                .kinds()
                .any(|other| other.key() == kind.key() && other.group == kind.group && says("apiVersions", other.version));
    let scope = match text(&rule["scope"]) {
        "Namespaced" => kind.namespaced,
        "Cluster" => !kind.namespaced,
        _ => true,
    };
    let named = items(&rule["resourceNames"]);
    says("apiGroups", kind.group)
        && version
        && says("operations", write.operation.name())
        && scope
        && items(&rule["resources"])
            .iter()
            .any(|said| resource(text(said), kind.plural, &world.request.sub))
        && (named.is_empty() || named.iter().any(|name| *name == write.names().1.as_str()))
}

/// Whether a word such as `pods`, `pods/status` or `*/*` means a resource.
fn resource(said: &str, plural: &str, sub: &str) -> bool {
    let (name, part) = said.split_once('/').unwrap_or((said, ""));
    (name == "*" || name == plural) && (part == sub || part == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_meant_by_name_and_part() {
        for (said, sub, is) in [
            ("pods", "", true),
            ("pods", "status", false),
            ("pods/status", "status", true),
            ("*", "", true),
            ("*", "status", false),
            ("*/*", "status", true),
            ("*/*", "", true),
            ("*/scale", "", false),
            ("nodes", "", false),
        ] {
            assert_eq!(resource(said, "pods", sub), is, "{said} {sub}");
        }
    }
}
