//! The one gate that every object passes on its way to the cluster: nothing outside the lab, and everything labelled.

use serde_json::{Value, json};
use thiserror::Error;

use super::Cluster;
use super::kinds::{KindError, Served};

/// Says that klab made an object.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Says which scenario an object belongs to.
pub const SCENARIO: &str = "klab.dev/scenario";
/// Says which learner's it is.
pub const LEARNER: &str = "klab.dev/learner";
/// Says which lab a cluster-scoped object belongs to.
pub const LAB: &str = "klab.dev/lab";

/// What a scenario may write.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guard {
    pub scenario: String,
    /// Kinds that may be cluster-scoped or in other namespaces.
    pub allow: Vec<String>,
}

/// An object and where it was written down: `broken/deployment.yaml:1`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Piece {
    pub label: String,
    pub object: Value,
}

/// Why an object may not pass.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("{label}: the manifest has no {field}; every object needs apiVersion, kind and metadata.name")]
    Incomplete { label: String, field: &'static str },
    #[error(
        "{label}: {kind} {name} is in namespace {namespace}, outside the lab's {lab}; take `namespace:` out of the manifest, or allow {kind} in scenario.yaml"
    )]
    OtherNamespace {
        label: String,
        kind: String,
        name: String,
        namespace: String,
        lab: String,
    },
    #[error("{label}: {kind} {name} belongs to the whole cluster, not to a namespace; if the lesson needs it, add `allow: [{kind}]` to scenario.yaml")]
    ClusterScoped { label: String, kind: String, name: String },
    #[error("{label}: {source}")]
    Kind { label: String, source: KindError },
}

/// An object that has passed.
pub(super) struct Passed {
    pub label: String,
    pub kind: String,
    pub name: String,
    pub namespace: String,
    pub served: Served,
    pub object: Value,
}

impl Cluster {
    /// Lets a piece pass, set into the lab's namespace and labelled, or says why not.
    pub(super) async fn pass(&self, guard: &Guard, piece: &Piece) -> Result<Passed, Refusal> {
        let label = piece.label.clone();
        let mut object = piece.object.clone();
        let need = |value: &Value, field| match value.as_str() {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(Refusal::Incomplete { label: label.clone(), field }),
        };
        let api_version = need(&object["apiVersion"], "apiVersion")?;
        let kind = need(&object["kind"], "kind")?;
        let name = need(&object["metadata"]["name"], "metadata.name")?;
        let served = self
            .kind(&api_version, &kind)
            .await
            .map_err(|source| Refusal::Kind { label: label.clone(), source })?;
        let allowed = guard.allow.contains(&kind);
        let mut namespace = self.namespace.clone();
        if !served.namespaced {
            if !allowed {
                return Err(Refusal::ClusterScoped { label, kind, name });
            }
        } else {
            match object["metadata"]["namespace"].as_str() {
                Some(other) if other != self.namespace && !allowed => {
                    return Err(Refusal::OtherNamespace {
                        label,
                        kind,
                        name,
                        namespace: other.to_owned(),
                        lab: self.namespace.clone(),
                    });
                }
                Some(named) => namespace = named.to_owned(),
                None => object["metadata"]["namespace"] = json!(self.namespace),
            }
        }
        self.mark(&mut object, &guard.scenario);
        Ok(Passed {
            label,
            kind,
            name,
            namespace,
            served,
            object,
        })
    }

    /// Labels an object as klab's.
    fn mark(&self, object: &mut Value, scenario: &str) {
        if !object["metadata"]["labels"].is_object() {
            object["metadata"]["labels"] = json!({});
        }
        let labels = &mut object["metadata"]["labels"];
        labels[MANAGED_BY] = json!("klab");
        labels[SCENARIO] = json!(scenario);
        labels[LAB] = json!(self.namespace);
    }
}

/// Whether an object carries klab's label.
pub(super) fn is_klabs(object: &Value) -> bool {
    object["metadata"]["labels"][MANAGED_BY] == "klab"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::stub;

    async fn pass(object: Value, allow: &[&str]) -> Result<Passed, Refusal> {
        let guard = Guard {
            scenario: "s".into(),
            allow: allow.iter().map(ToString::to_string).collect(),
        };
        stub::silent()
            .pass(
                &guard,
                &Piece {
                    label: "broken/a.yaml:1".into(),
                    object,
                },
            )
            .await
    }

    #[tokio::test]
    async fn an_object_is_labelled_and_set_into_the_labs_namespace() {
        let passed = pass(
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "labels": {"mine": "1"}}}),
            &[],
        )
        .await
        .ok()
        .map(|p| p.object);
        let object = passed.unwrap_or_default();
        assert_eq!(object["metadata"]["namespace"], "lab-1");
        assert_eq!(
            object["metadata"]["labels"],
            json!({"mine": "1", MANAGED_BY: "klab", SCENARIO: "s", LAB: "lab-1"})
        );
    }

    #[tokio::test]
    async fn other_namespaces_and_cluster_scoped_kinds_are_refused_unless_allowed() {
        let there = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "prod"}});
        let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r"}});
        assert!(matches!(pass(there.clone(), &[]).await, Err(Refusal::OtherNamespace { .. })));
        assert!(matches!(pass(role.clone(), &[]).await, Err(Refusal::ClusterScoped { .. })));
        assert_eq!(pass(there, &["ConfigMap"]).await.ok().map(|p| p.namespace), Some("prod".into()));
        assert!(pass(role, &["ClusterRole"]).await.is_ok());
    }

    #[tokio::test]
    async fn a_manifest_without_a_name_says_where() {
        let refusal = pass(json!({"apiVersion": "v1", "kind": "ConfigMap"}), &[])
            .await
            .err()
            .map(|refusal| refusal.to_string())
            .unwrap_or_default();
        assert!(refusal.starts_with("broken/a.yaml:1: the manifest has no metadata.name"), "{refusal}");
    }
}
