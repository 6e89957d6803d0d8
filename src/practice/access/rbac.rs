//! Role-based access control (kubernetes `plugin/pkg/auth/authorizer/rbac`): what the bindings of a user allow.

use serde_json::{Value, json};

use crate::practice::field::{items, text};
use crate::practice::kind::{CLUSTER_ROLE, CLUSTER_ROLE_BINDING, Kind, ROLE, ROLE_BINDING};
use crate::practice::store::{Store, decode};
use crate::practice::user::User;

/// Whose members may do everything, whatever the roles say.
const MASTERS: &str = "system:masters";

/// What someone wants to do.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub verb: String,
    pub group: String,
    /// With its subresource: `pods/log`.
    pub resource: String,
    pub namespace: String,
    pub name: String,
    /// A path that is no resource; then nothing but the verb counts besides it.
    pub path: String,
}

/// Whether it is allowed, and by what, or what stood in the way of finding out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    pub allowed: bool,
    pub reason: String,
}

/// Decides.
#[must_use]
pub fn decide(store: &Store, user: &User, ask: &Ask) -> Decision {
    if user.groups.iter().any(|group| group == MASTERS) {
        return Decision {
            allowed: true,
            reason: String::new(),
        };
    }
    let mut errors = Vec::new();
    for grant in grants(store, user, &ask.namespace) {
        match grant.rules {
            Ok(rules) if rules.iter().any(|rule| covers(rule, ask)) => {
                return Decision {
                    allowed: true,
                    reason: format!("RBAC: allowed by {}", grant.by),
                };
            }
            Ok(_) => {}
            Err(missing) => errors.push(missing),
        }
    }
    errors.dedup();
    let reason = match errors.as_slice() {
        [] => String::new(),
        [one] => format!("RBAC: {one}"),
        more => format!("RBAC: [{}]", more.join(", ")),
    };
    Decision { allowed: false, reason }
}

/// All rules that hold for a user in a namespace; says what could not be looked up.
#[must_use]
pub fn rules(store: &Store, user: &User, namespace: &str) -> (Vec<Value>, Vec<String>) {
    let (mut rules, mut errors) = (Vec::new(), Vec::new());
    for grant in grants(store, user, namespace) {
        match grant.rules {
            Ok(more) => rules.extend(more),
            Err(missing) => errors.push(missing),
        }
    }
    (rules, errors)
}

/// What one binding gives.
struct Grant {
    by: String,
    rules: Result<Vec<Value>, String>,
}

fn grants(store: &Store, user: &User, namespace: &str) -> Vec<Grant> {
    let everywhere = store.list(&CLUSTER_ROLE_BINDING, None).map(|binding| (&CLUSTER_ROLE_BINDING, decode(binding)));
    let here = (!namespace.is_empty()).then(|| store.list(&ROLE_BINDING, Some(namespace)));
    let here = here.into_iter().flatten().map(|binding| (&ROLE_BINDING, decode(binding)));
    everywhere
        .chain(here)
        .filter_map(|(kind, binding)| grant(store, user, namespace, kind, &binding))
        .collect()
}

fn grant(store: &Store, user: &User, namespace: &str, kind: &Kind, binding: &Value) -> Option<Grant> {
    let subject = items(&binding["subjects"]).iter().find(|subject| is(subject, user, namespace))?;
    let reference = &binding["roleRef"];
    let (role, name) = (text(&reference["kind"]), text(&reference["name"]));
    let found = match role {
        "ClusterRole" => store.get(&CLUSTER_ROLE, "", name),
        _ => store.get(&ROLE, namespace, name),
    };
    let plural = if role == "ClusterRole" { "clusterrole" } else { "role" };
    let place = if kind.namespaced { format!("/{namespace}") } else { String::new() };
    let who = match text(&subject["kind"]) {
        "ServiceAccount" => format!("ServiceAccount \"{}/{}\"", text(&subject["name"]), account_namespace(subject, namespace)),
        other => format!("{other} {:?}", text(&subject["name"])),
    };
    Some(Grant {
        by: format!("{} \"{}{place}\" of {role} {name:?} to {who}", kind.kind, text(&binding["metadata"]["name"])),
        rules: found
            .map(|role| items(&role["rules"]).to_vec())
            .ok_or_else(|| format!("{plural}.rbac.authorization.k8s.io {name:?} not found")),
    })
}

fn account_namespace<'a>(subject: &'a Value, namespace: &'a str) -> &'a str {
    subject["namespace"].as_str().unwrap_or(namespace)
}

/// Whether a binding's subject is the user.
fn is(subject: &Value, user: &User, namespace: &str) -> bool {
    let name = text(&subject["name"]);
    match text(&subject["kind"]) {
        "User" => user.name == name,
        "Group" => user.groups.iter().any(|group| group == name),
        "ServiceAccount" => user.name == format!("system:serviceaccount:{}:{name}", account_namespace(subject, namespace)),
        _ => false,
    }
}

/// Whether a rule allows what is asked.
fn covers(rule: &Value, ask: &Ask) -> bool {
    let has = |field: &str, wanted: &str| items(&rule[field]).iter().any(|one| one == "*" || one == wanted);
    if !has("verbs", &ask.verb) {
        return false;
    }
    if !ask.path.is_empty() {
        return items(&rule["nonResourceURLs"])
            .iter()
            .filter_map(Value::as_str)
            .any(|url| match url.strip_suffix('*') {
                Some(start) => ask.path.starts_with(start),
                None => url == ask.path,
            });
    }
    let named = items(&rule["resourceNames"]);
    has("apiGroups", &ask.group) && resource(rule, &ask.resource) && (named.is_empty() || named.iter().any(|name| *name == *ask.name))
}

/// A rule names a resource, all of them, or one subresource of all.
fn resource(rule: &Value, wanted: &str) -> bool {
    let sub = wanted.split_once('/').map(|(_, sub)| format!("*/{sub}"));
    items(&rule["resources"])
        .iter()
        .filter_map(Value::as_str)
        .any(|one| one == "*" || one == wanted || sub.as_deref() == Some(one))
}

impl Ask {
    /// What is refused, in Kubernetes' words.
    #[must_use]
    pub fn refusal(&self, user: &User) -> String {
        let who = format!("User {:?} cannot {}", user.name, self.verb);
        if !self.path.is_empty() {
            return format!("{who} path {:?}", self.path);
        }
        let place = if self.namespace.is_empty() {
            "at the cluster scope".to_owned()
        } else {
            format!("in the namespace {:?}", self.namespace)
        };
        format!("{who} resource {:?} in API group {:?} {place}", self.resource, self.group)
    }

    /// From a review's `spec`.
    #[must_use]
    pub fn of_review(spec: &Value) -> Self {
        let (resource, other) = (&spec["resourceAttributes"], &spec["nonResourceAttributes"]);
        let field = |name: &str| text(&resource[name]).to_owned();
        if other.is_object() {
            return Self {
                verb: text(&other["verb"]).to_owned(),
                path: text(&other["path"]).to_owned(),
                ..Self::default()
            };
        }
        let sub = field("subresource");
        Self {
            verb: field("verb"),
            group: field("group"),
            resource: if sub.is_empty() {
                field("resource")
            } else {
                format!("{}/{sub}", field("resource"))
            },
            namespace: field("namespace"),
            name: field("name"),
            path: String::new(),
        }
    }
}

impl Decision {
    /// As a review's `status`.
    #[must_use]
    pub fn status(&self) -> Value {
        let mut status = json!({"allowed": self.allowed});
        match (self.allowed, self.reason.as_str()) {
            (_, "") => {}
            (true, reason) => status["reason"] = reason.into(),
            (false, error) => {
                status["reason"] = error.into();
                status["evaluationError"] = error.trim_start_matches("RBAC: ").into();
            }
        }
        status
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> Store {
        let mut store = Store::default();
        let role = json!({"metadata": {"name": "reader", "namespace": "lab"}, "rules": [{"apiGroups": [""], "resources": ["pods", "*/log"], "verbs": ["get", "list"]},
            {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["*"], "resourceNames": ["web"]}]});
        store.put(&ROLE, role);
        let subjects = json!([{"kind": "ServiceAccount", "name": "robot"}]);
        for (name, role) in [("reader", "reader"), ("lost", "nobody")] {
            let binding = json!({"metadata": {"name": name, "namespace": "lab"}, "roleRef": {"kind": "Role", "name": role}, "subjects": subjects});
            store.put(&ROLE_BINDING, binding);
        }
        store
    }

    fn ask(verb: &str, group: &str, resource: &str, name: &str, namespace: &str) -> Decision {
        let ask = Ask {
            verb: verb.to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            path: String::new(),
        };
        decide(&store(), &User::named("system:serviceaccount:lab:robot"), &ask)
    }

    #[test]
    fn a_role_allows_what_it_names_where_it_is_bound() {
        let yes = ask("list", "", "pods", "", "lab");
        assert!(yes.allowed);
        assert_eq!(
            yes.reason,
            r#"RBAC: allowed by RoleBinding "reader/lab" of Role "reader" to ServiceAccount "robot/lab""#
        );
        assert!(ask("get", "", "pods/log", "web", "lab").allowed);
        assert!(ask("delete", "apps", "deployments", "web", "lab").allowed);
        for no in [
            ask("delete", "apps", "deployments", "other", "lab"),
            ask("list", "", "pods", "", "default"),
            ask("create", "", "pods", "", "lab"),
            ask("get", "", "pods/exec", "web", "lab"),
        ] {
            assert!(!no.allowed);
        }
    }

    #[test]
    fn a_refusal_tells_of_roles_that_are_missing() {
        let no = ask("create", "", "pods", "", "lab");
        assert_eq!(no.reason, r#"RBAC: role.rbac.authorization.k8s.io "nobody" not found"#);
        let masters = decide(&store(), &User::administrator(), &Ask::default());
        assert!(masters.allowed && masters.reason.is_empty());
    }
}
