//! What is deleted, what is waited for, what is reported.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::*;
use crate::cluster::namespace::NamespaceError;
use crate::cluster::stub::{self, Asked};

/// A cluster with one namespace that is gone once its deletion was watched; what was deleted is noted.
fn holding(namespace: Value) -> (Cluster, Arc<Mutex<Vec<String>>>) {
    let deleted = Arc::new(Mutex::new(Vec::new()));
    let (noted, gone) = (deleted.clone(), AtomicBool::new(false));
    let cluster = stub::cluster(move |asked: Asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("DELETE", path) => {
            noted.lock().expect("lock").push(path.to_owned());
            stub::json(&namespace)
        }
        ("GET", "/api/v1/namespaces/lab-1") if gone.load(Ordering::Relaxed) => stub::status(404, "NotFound", "gone", json!({})),
        ("GET", "/api/v1/namespaces/lab-1") => stub::json(&namespace),
        ("GET", "/api/v1/namespaces") if asked.query.contains("watch=true") => {
            gone.store(true, Ordering::Relaxed);
            stub::stream(&[json!({"type": "DELETED", "object": namespace})])
        }
        ("GET", "/api/v1/namespaces") => stub::json(&json!({"metadata": {"resourceVersion": "1"}, "items": [namespace]})),
        _ => stub::json(&json!({"metadata": {"resourceVersion": "1"}, "items": []})),
    });
    (cluster, deleted)
}

fn namespace(labels: Value) -> Value {
    json!({"metadata": {"name": "lab-1", "uid": "n", "resourceVersion": "1", "labels": labels}})
}

#[tokio::test(start_paused = true)]
async fn klabs_namespace_goes_as_a_whole_and_is_waited_for() {
    let (cluster, deleted) = holding(namespace(json!({MANAGED_BY: "klab"})));
    let mut told = Vec::new();
    let report = cluster.cleanup(&[], &[], |what| told.push(what.to_owned())).await.expect("clean");
    assert_eq!(report, Report::default());
    assert_eq!(told, ["namespace lab-1"]);
    assert_eq!(*deleted.lock().expect("lock"), ["/api/v1/namespaces/lab-1"]);
}

#[tokio::test(start_paused = true)]
async fn someone_elses_namespace_is_neither_used_nor_deleted() {
    let (cluster, deleted) = holding(namespace(json!({})));
    assert!(matches!(cluster.cleanup(&[], &[], |_| {}).await, Err(CleanupError::NotOurs(_))));
    assert!(matches!(cluster.ensure_namespace("s", None).await, Err(NamespaceError::NotOurs(_))));
    assert!(deleted.lock().expect("lock").is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_does_not_go_is_named() {
    let held = namespace(json!({MANAGED_BY: "klab"}));
    let cluster = stub::cluster(move |asked| match asked.path.as_str() {
        "/api/v1/namespaces" if asked.query.contains("watch=true") => stub::stream(&[]),
        "/api/v1/namespaces" => stub::json(&json!({"metadata": {"resourceVersion": "1"}, "items": [held]})),
        "/api/v1/namespaces/lab-1" => stub::json(&held),
        "/api/v1/namespaces/lab-1/pods" => stub::json(&json!({"metadata": {}, "items": [{"metadata": {"name": "held"}}]})),
        _ => stub::json(&json!({"metadata": {}, "items": []})),
    });
    let report = cluster.cleanup(&[], &[], |_| {}).await.expect("an end");
    assert_eq!(report.left, ["namespace lab-1", "Pod held"]);
}

#[tokio::test]
async fn leftovers_are_a_learners_own() {
    let cluster = stub::cluster(|asked| {
        assert!(asked.query.contains("labelSelector=app.kubernetes.io%2Fmanaged-by%3Dklab"), "{}", asked.query);
        let item = |name: &str, labels: Value| json!({"metadata": {"name": name, "labels": labels}});
        let items = [
            item("lab-1", json!({"klab.dev/scenario": "s"})),
            item("lab-1-ann", json!({"klab.dev/learner": "ann"})),
        ];
        stub::json(&json!({"metadata": {}, "items": items}))
    });
    let names = |list: Vec<crate::cluster::namespace::Leftover>| list.into_iter().map(|left| left.namespace).collect::<Vec<_>>();
    assert_eq!(names(cluster.leftovers(None).await.expect("a list")), ["lab-1"]);
    assert_eq!(names(cluster.leftovers(Some("ann")).await.expect("a list")), ["lab-1-ann"]);
}
