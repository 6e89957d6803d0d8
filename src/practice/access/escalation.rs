//! Nobody gives away rights that he has not himself (kubernetes `pkg/registry/rbac/validation`, the policy-based storages of roles
//! and bindings), unless he may `escalate` roles or `bind` them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::rbac::{self, Ask};
use crate::practice::field::{items, text};
use crate::practice::kind::{CLUSTER_ROLE, Kind, ROLE};
use crate::practice::status::Status;
use crate::practice::store::Store;
use crate::practice::user::User;

/// One right: verb, group, resource and name, or verb and path.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Right {
    verb: String,
    group: String,
    resource: String,
    name: String,
    path: String,
}

/// Looks at a role or binding that a user writes.
///
/// # Errors
/// 403 with the rights that the user does not have, 404 when the role to bind is not there.
pub fn check(store: &Store, user: &User, kind: &Kind, old: Option<&Value>, object: &Value) -> Result<(), Status> {
    let (namespace, name) = (text(&object["metadata"]["namespace"]), text(&object["metadata"]["name"]));
    let (verb, role, rules) = match kind.built_in() {
        "Role" | "ClusterRole" if old.is_none_or(|old| old["rules"] != object["rules"]) => ("escalate", name, items(&object["rules"]).to_vec()),
        "RoleBinding" | "ClusterRoleBinding" if old.is_none_or(|old| old["subjects"] != object["subjects"] || old["roleRef"] != object["roleRef"]) => {
            ("bind", text(&object["roleRef"]["name"]), Vec::new())
        }
        _ => return Ok(()),
    };
    let whole = |ask: Ask| rbac::decide(store, user, &ask).allowed;
    let cluster = kind.built_in() == "ClusterRole" || object["roleRef"]["kind"] == "ClusterRole";
    let ask = Ask {
        verb: verb.to_owned(),
        group: "rbac.authorization.k8s.io".to_owned(),
        resource: if cluster { "clusterroles" } else { "roles" }.to_owned(),
        namespace: namespace.to_owned(),
        name: role.to_owned(),
        path: String::new(),
    };
    if whole(ask) {
        return Ok(());
    }
    let rules = if verb == "bind" {
        bound(store, namespace, &object["roleRef"])?
    } else {
        rules
    };
    let missing = missing(store, user, namespace, &rules);
    if missing.is_empty() {
        return Ok(());
    }
    let groups: Vec<String> = user.groups.iter().map(|group| format!("{group:?}")).collect();
    Err(Status::forbidden(
        kind,
        name,
        &format!(
            "user {:?} (groups=[{}]) is attempting to grant RBAC permissions not currently held:\n{}",
            user.name,
            groups.join(" "),
            missing.into_iter().collect::<Vec<_>>().join("\n")
        ),
    ))
}

/// The rules of the role that a binding names.
fn bound(store: &Store, namespace: &str, reference: &Value) -> Result<Vec<Value>, Status> {
    let name = text(&reference["name"]);
    let (kind, namespace) = if reference["kind"] == "ClusterRole" {
        (&CLUSTER_ROLE, "")
    } else {
        (&ROLE, namespace)
    };
    let role = store.get(kind, namespace, name).ok_or_else(|| Status::not_found(kind, name))?;
    Ok(items(&role["rules"]).to_vec())
}

/// The rights in some rules that a user does not have, those to one resource together.
fn missing(store: &Store, user: &User, namespace: &str, rules: &[Value]) -> BTreeSet<String> {
    let (held, _) = rbac::rules(store, user, namespace);
    let lacking = rules.iter().flat_map(rights).filter(|right| !held.iter().any(|rule| covers(rule, right)));
    let mut together: Vec<(Right, Vec<String>)> = Vec::new();
    for right in lacking {
        let alike = |known: &Right| {
            known.path.is_empty()
                && Right {
                    verb: right.verb.clone(),
                    ..known.clone()
                } == right
        };
        match together.iter_mut().find(|(known, _)| alike(known)) {
            Some((_, verbs)) if verbs.contains(&right.verb) => {}
            Some((_, verbs)) => verbs.push(right.verb),
            None => {
                let verbs = vec![right.verb.clone()];
                together.push((right, verbs));
            }
        }
    }
    together.iter().map(|(right, verbs)| right.told(verbs)).collect()
}

impl Right {
    /// As Kubernetes writes a rule in short.
    fn told(&self, verbs: &[String]) -> String {
        let one = |field: &str, value: &str| (!value.is_empty()).then(|| format!("{field}:[{value:?}]"));
        let group = self.path.is_empty().then(|| format!("APIGroups:[{:?}]", self.group));
        let verbs: Vec<String> = verbs.iter().map(|verb| format!("{verb:?}")).collect();
        let parts = [
            group,
            one("Resources", &self.resource),
            one("ResourceNames", &self.name),
            one("NonResourceURLs", &self.path),
            Some(format!("Verbs:[{}]", verbs.join(" "))),
        ];
        format!("{{{}}}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// A rule taken apart.
fn rights(rule: &Value) -> Vec<Right> {
    let list = |field: &str| items(&rule[field]).iter().map(|one| text(one).to_owned()).collect::<Vec<_>>();
    let names = if items(&rule["resourceNames"]).is_empty() {
        vec![String::new()]
    } else {
        list("resourceNames")
    };
    let mut rights = Vec::new();
    let mut add = |verb: &str, group: &str, resource: &str, name: &str, path: &str| {
        let [verb, group, resource, name, path] = [verb, group, resource, name, path].map(str::to_owned);
        rights.push(Right {
            verb,
            group,
            resource,
            name,
            path,
        });
    };
    for group in list("apiGroups") {
        for resource in list("resources") {
            for verb in list("verbs") {
                names.iter().for_each(|name| add(&verb, &group, &resource, name, ""));
            }
        }
    }
    for path in list("nonResourceURLs") {
        list("verbs").iter().for_each(|verb| add(verb, "", "", "", &path));
    }
    rights
}

/// Whether a rule holds a right, itself or by a star.
fn covers(rule: &Value, right: &Right) -> bool {
    let has = |field: &str, wanted: &str| items(&rule[field]).iter().any(|one| one == "*" || one == wanted);
    if !has("verbs", &right.verb) {
        return false;
    }
    if !right.path.is_empty() {
        let paths = items(&rule["nonResourceURLs"]).iter().map(text);
        return paths
            .into_iter()
            .any(|path| path.strip_suffix('*').map_or(path == right.path, |start| right.path.starts_with(start)));
    }
    let named = items(&rule["resourceNames"]);
    let names = named.is_empty() || !right.name.is_empty() && named.iter().any(|name| *name == *right.name);
    let sub = right.resource.split_once('/').map(|(_, sub)| format!("*/{sub}"));
    has("apiGroups", &right.group) && names && (has("resources", &right.resource) || sub.is_some_and(|sub| has("resources", &sub)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::practice::kind::ROLE_BINDING;

    fn store() -> Store {
        let mut store = Store::default();
        let rules = json!([{"apiGroups": ["", "apps"], "resources": ["pods", "deployments"], "verbs": ["get", "list"]},
            {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"], "verbs": ["create", "update"]}]);
        store.put(&CLUSTER_ROLE, json!({"metadata": {"name": "reader"}, "rules": rules}));
        let binding = json!({"metadata": {"name": "reader", "namespace": "lab"}, "roleRef": {"kind": "ClusterRole", "name": "reader"},
            "subjects": [{"kind": "User", "name": "joe"}]});
        store.put(&ROLE_BINDING, binding);
        store
    }

    fn refused(kind: &Kind, object: &Value) -> Option<String> {
        check(&store(), &User::named("joe"), kind, None, object).err().map(|status| status.message)
    }

    #[test]
    fn a_role_holds_no_more_than_its_maker_has() {
        let role = |rule: Value| json!({"metadata": {"name": "copy", "namespace": "lab"}, "rules": [rule]});
        let held = role(json!({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"], "resourceNames": ["a"]}));
        assert_eq!(refused(&ROLE, &held), None);
        let more = role(json!({"apiGroups": [""], "resources": ["pods", "nodes"], "verbs": ["get", "delete"]}));
        let told = refused(&ROLE, &more).unwrap();
        assert!(
            told.ends_with(
                "is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"get\" \"delete\"]}\n\
             {APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"delete\"]}"
            ),
            "{told}"
        );
    }

    #[test]
    fn what_is_bound_is_looked_up() {
        let binding = |name: &str| json!({"metadata": {"name": "b", "namespace": "lab"}, "roleRef": {"kind": "ClusterRole", "name": name}});
        assert_eq!(refused(&ROLE_BINDING, &binding("reader")), None);
        assert_eq!(
            refused(&ROLE_BINDING, &binding("none")).unwrap(),
            "clusterroles.rbac.authorization.k8s.io \"none\" not found"
        );
    }
}
