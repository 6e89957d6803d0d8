//! What a learner's kubectl would do, done for triggers and proofs: delete, scale, restart, undo, patch, request, finalize.

use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use super::apply::ApplyError;
use super::guard::{Guard, Passed, Piece};
use super::{Cluster, fault, raw};
use crate::text;

/// Not klab's own: what is changed so counts as changed by someone else.
const FIELD_MANAGER: &str = "kubectl";

/// An object by its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// Where it was written down.
    pub label: &'a str,
    pub api_version: &'a str,
    pub kind: &'a str,
    pub name: &'a str,
}

impl Cluster {
    /// Deletes an object and does not wait until it is gone. One that is not there is no error.
    ///
    /// # Errors
    /// When the guard or the server refuses.
    pub async fn remove(&self, guard: &Guard, target: Target<'_>) -> Result<(), ApplyError> {
        let object = self.target(guard, target).await?;
        let api = self.api_in(&object.served, &object.namespace);
        match api.delete(&object.name, &DeleteParams::background()).await {
            Err(error) if fault::code(&error) != Some(404) => Err(ApplyError::server(&object, &error)),
            _ => Ok(()),
        }
    }

    /// Patches an object: strategically where its kind is Kubernetes' own, else by merging.
    ///
    /// # Errors
    /// When the guard or the server refuses.
    pub async fn patch(&self, guard: &Guard, target: Target<'_>, patch: &Value) -> Result<(), ApplyError> {
        let own = !target.api_version.contains('.') || target.api_version.contains(".k8s.io/");
        self.send_patch(guard, target, &if own { Patch::Strategic(patch.clone()) } else { Patch::Merge(patch.clone()) })
            .await
    }

    /// Sets how many replicas a workload shall have.
    ///
    /// # Errors
    /// As for `patch`.
    pub async fn scale(&self, guard: &Guard, target: Target<'_>, replicas: u32) -> Result<(), ApplyError> {
        self.patch(guard, target, &json!({"spec": {"replicas": replicas}})).await
    }

    /// Has a workload's pods made anew, as `kubectl rollout restart` does.
    ///
    /// # Errors
    /// As for `patch`.
    pub async fn restart(&self, guard: &Guard, target: Target<'_>, now: jiff::Timestamp) -> Result<(), ApplyError> {
        let stamp = json!({"kubectl.kubernetes.io/restartedAt": now.to_string()});
        let patch = json!({"spec": {"template": {"metadata": {"annotations": stamp}}}});
        self.patch(guard, target, &patch).await
    }

    /// Gives a Deployment the pod template of its revision before, as `kubectl rollout undo` does.
    ///
    /// # Errors
    /// As for `patch`, and when there is no revision before.
    pub async fn undo(&self, guard: &Guard, target: Target<'_>) -> Result<(), ApplyError> {
        let object = self.target(guard, target).await?;
        let api = raw::api(&self.client, "apps", "ReplicaSet", "replicasets", Some(&self.namespace));
        let list = api.list(&ListParams::default()).await.map_err(|error| ApplyError::server(&object, &error))?;
        let mut revisions: Vec<(i64, Value)> = list.items.iter().filter_map(|set| revision(&set.value, &object)).collect();
        revisions.sort_by_key(|(revision, _)| std::cmp::Reverse(*revision));
        let Some((_, mut template)) = revisions.into_iter().nth(1) else {
            return Err(ApplyError::Server {
                label: object.label,
                kind: object.kind,
                name: object.name,
                message: "no rollout history found".to_owned(),
                code: None,
            });
        };
        if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
            labels.remove("pod-template-hash");
        }
        let patch = serde_json::from_value(json!([{"op": "replace", "path": "/spec/template", "value": template}])).unwrap_or_default();
        self.send_patch(guard, target, &Patch::<Value>::Json(patch)).await
    }

    /// Deletes the lab's own namespace and takes its finalizer away, whatever is still in it.
    ///
    /// # Errors
    /// When the namespace is not the lab's own, or the server refuses.
    pub async fn finalize(&self) -> Result<(), ApplyError> {
        let refused = |message: String, code| ApplyError::Server {
            label: "scenario.yaml".to_owned(),
            kind: "Namespace".to_owned(),
            name: self.namespace.clone(),
            message,
            code,
        };
        let server = |error: kube::Error| refused(fault::say(&error), fault::code(&error));
        if self.own_namespace {
            return Err(refused("it was there before the lab, so it is not forced away".to_owned(), None));
        }
        let api = raw::api(&self.client, "", "Namespace", "namespaces", None);
        api.delete(&self.namespace, &DeleteParams::background()).await.map_err(server)?;
        let mut namespace = api.get(&self.namespace).await.map_err(server)?;
        namespace.value["spec"] = json!({});
        let done = api.replace_subresource("finalize", &self.namespace, &PostParams::default(), &namespace).await;
        done.map(drop).map_err(server)
    }

    async fn send_patch(&self, guard: &Guard, target: Target<'_>, patch: &Patch<Value>) -> Result<(), ApplyError> {
        let object = self.target(guard, target).await?;
        let api = self.api_in(&object.served, &object.namespace);
        let params = PatchParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        api.patch(&object.name, &params, patch)
            .await
            .map_err(|error| ApplyError::server(&object, &error))?;
        Ok(())
    }

    async fn target(&self, guard: &Guard, target: Target<'_>) -> Result<Passed, ApplyError> {
        let piece = Piece {
            label: target.label.to_owned(),
            object: json!({"apiVersion": target.api_version, "kind": target.kind, "metadata": {"name": target.name}}),
        };
        Ok(self.pass(guard, &piece).await?)
    }

    /// Asks a Service through the API server: the body of what it answers.
    ///
    /// # Errors
    /// What it answers instead, or why it cannot be asked.
    pub async fn request(&self, service: &str, port: u16, path: &str) -> Result<String, String> {
        let address = format!(
            "/api/v1/namespaces/{}/services/{service}:{port}/proxy/{}",
            self.namespace,
            path.trim_start_matches('/')
        );
        let request = axum::http::Request::get(address).body(Vec::new()).map_err(|error| error.to_string())?;
        let asked = tokio::time::timeout(ANSWER, self.client.request_text(request)).await;
        match asked {
            Ok(Ok(body)) => Ok(text::clean(&body)),
            Ok(Err(error)) => Err(match fault::code(&error) {
                Some(code) => format!("{code}: {}", fault::say(&error)),
                None => fault::say(&error),
            }),
            Err(_) => Err(format!("no answer within {} s", ANSWER.as_secs())),
        }
    }
}

/// How long a Service may take to answer.
const ANSWER: std::time::Duration = std::time::Duration::from_secs(8);

/// A ReplicaSet's revision and pod template, if the target owns it.
fn revision(set: &Value, of: &Passed) -> Option<(i64, Value)> {
    let metadata = &set["metadata"];
    let owner = metadata["ownerReferences"].as_array()?.iter().find(|owner| owner["controller"] == true)?;
    let owned = owner["kind"] == of.kind && owner["name"] == of.name;
    let revision = metadata["annotations"]["deployment.kubernetes.io/revision"].as_str()?.parse().ok()?;
    owned.then(|| (revision, set["spec"]["template"].clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::stub;

    const WEB: Target<'static> = Target {
        label: "scenario.yaml",
        api_version: "apps/v1",
        kind: "Deployment",
        name: "web",
    };

    #[tokio::test]
    async fn a_namespace_is_forced_away_only_where_it_is_the_labs_own() {
        let sent = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let heard = sent.clone();
        let mut cluster = stub::cluster(move |asked| {
            heard.lock().expect("lock").push(asked.method.clone());
            stub::json(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab"}, "spec": {"finalizers": ["kubernetes"]}}))
        });
        cluster.finalize().await.expect("forced");
        assert_eq!(*sent.lock().expect("lock"), ["DELETE", "GET", "PUT"]);
        cluster.own_namespace = true;
        let refused = cluster.finalize().await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains("before the lab"), "{refused}");
        assert_eq!(sent.lock().expect("lock").len(), 3, "nothing was asked");
    }

    #[tokio::test]
    async fn undo_sends_the_template_of_the_revision_before() {
        let set = |revision: &str, owner: &str, image: &str| {
            json!({"metadata": {"name": image, "annotations": {"deployment.kubernetes.io/revision": revision},
                "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": owner, "uid": "u", "controller": true}]},
                "spec": {"selector": {}, "template": {"metadata": {"labels": {"app": "web", "pod-template-hash": "x"}},
                    "spec": {"containers": [{"name": "app", "image": image}]}}}})
        };
        let cluster = stub::cluster(move |asked| match asked.method.as_str() {
            "GET" => stub::json(&json!({"metadata": {}, "items": [
                set("9", "other", "no:1"), set("10", "web", "new:1"), set("2", "web", "old:1"), set("9", "web", "before:1")]})),
            _ => {
                let template = &asked.body[0]["value"];
                assert_eq!(template["spec"]["containers"][0]["image"], "before:1");
                assert_eq!(template["metadata"]["labels"], json!({"app": "web"}));
                stub::json(&json!({"metadata": {"name": "web"}}))
            }
        });
        cluster.undo(&Guard::default(), WEB).await.expect("undone");
    }

    #[tokio::test]
    async fn a_service_is_asked_through_the_proxy_and_its_refusal_is_told() {
        let cluster = stub::cluster(|asked| match asked.path.as_str() {
            "/api/v1/namespaces/lab-1/services/web:80/proxy/ready" => stub::text("fine"),
            _ => stub::status(503, "ServiceUnavailable", "no endpoints available for service \"web\"", json!({})),
        });
        assert_eq!(cluster.request("web", 80, "/ready").await.as_deref(), Ok("fine"));
        assert_eq!(
            cluster.request("web", 81, "/").await,
            Err("503: no endpoints available for service \"web\"".to_owned())
        );
    }
}
