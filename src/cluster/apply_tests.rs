//! What is sent, what is forced, and what a refusal says.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::cluster::guard::MANAGED_BY;
use crate::cluster::stub;

fn piece() -> Vec<Piece> {
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}});
    vec![Piece {
        label: "broken/c.yaml:1".into(),
        object,
    }]
}

fn live(data: &str, labels: Value) -> Value {
    json!({"metadata": {"name": "c", "uid": "u", "labels": labels}, "data": {"a": data}})
}

#[tokio::test]
async fn apply_says_created_configured_or_unchanged() {
    for (before, after, want) in [
        (None, "1", Outcome::Created),
        (Some("1"), "2", Outcome::Configured),
        (Some("1"), "1", Outcome::Unchanged),
    ] {
        let cluster = stub::cluster(move |asked| match (asked.method.as_str(), before) {
            ("GET", None) => stub::status(404, "NotFound", "no", json!({})),
            ("GET", Some(data)) => stub::json(&live(data, json!({}))),
            _ => {
                assert_eq!(asked.path, "/api/v1/namespaces/lab-1/configmaps/c");
                assert!(
                    asked.query.contains("fieldManager=klab") && !asked.query.contains("force=true"),
                    "{}",
                    asked.query
                );
                assert_eq!(asked.body["metadata"]["labels"][MANAGED_BY], "klab");
                stub::json(&live(after, json!({})))
            }
        });
        let applied = cluster.apply(&Guard::default(), &piece(), false).await.expect("applied");
        assert_eq!(
            applied,
            [Applied {
                kind: "ConfigMap".into(),
                name: "c".into(),
                what: want
            }]
        );
    }
}

async fn with_conflict(labels: Value) -> (Result<Vec<Applied>, ApplyError>, usize) {
    let forced = Arc::new(Mutex::new(0));
    let count = forced.clone();
    let cluster = stub::cluster(move |asked| {
        if asked.method == "GET" {
            return stub::json(&live("1", labels.clone()));
        }
        if asked.query.contains("force=true") {
            *count.lock().expect("lock") += 1;
            return stub::json(&live("2", labels.clone()));
        }
        let cause = json!({"reason": "FieldManagerConflict", "message": "conflict with \"kubectl-edit\"", "field": ".data.a"});
        stub::status(409, "Conflict", "Apply failed with 1 conflict", json!({"causes": [cause]}))
    });
    let answer = cluster.apply(&Guard::default(), &piece(), false).await;
    let forced = *forced.lock().expect("lock");
    (answer, forced)
}

#[tokio::test]
async fn a_conflict_is_forced_only_on_klabs_own_objects() {
    let (answer, forced) = with_conflict(json!({MANAGED_BY: "klab"})).await;
    assert_eq!((answer.is_ok(), forced), (true, 1));
    let (answer, forced) = with_conflict(json!({})).await;
    let message = answer.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(
        message.contains("ConfigMap c") && message.contains(".data.a (conflict with \"kubectl-edit\")"),
        "{message}"
    );
    assert_eq!(forced, 0);
}

#[tokio::test]
async fn a_real_cluster_is_asked_without_effect_first() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let mut cluster = stub::cluster(move |asked| {
        if asked.method == "GET" {
            return stub::status(404, "NotFound", "no", json!({}));
        }
        seen.lock().expect("lock").push(asked.query.contains("dryRun=All"));
        stub::json(&live("1", json!({})))
    });
    cluster.practice = false;
    cluster.apply(&Guard::default(), &piece(), false).await.expect("applied");
    assert_eq!(*asked.lock().expect("lock"), [true, false]);
}

#[tokio::test]
async fn a_refusal_says_what_where_and_what_to_do() {
    let cluster = stub::cluster(|asked| match asked.method.as_str() {
        "GET" => stub::status(404, "NotFound", "no", json!({})),
        _ => stub::status(422, "Invalid", "ConfigMap \"c\" is invalid: data: too long", json!({})),
    });
    let message = cluster
        .apply(&Guard::default(), &piece(), false)
        .await
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert_eq!(
        message,
        "broken/c.yaml:1: ConfigMap c: ConfigMap \"c\" is invalid: data: too long; mend the field that the message names"
    );
}

#[tokio::test]
async fn what_klab_did_not_make_is_not_deleted_in_a_users_namespace() {
    let mut cluster = stub::cluster(|asked| {
        assert_eq!(asked.method, "GET", "nothing but reading");
        stub::json(&live("1", json!({})))
    });
    cluster.own_namespace = true;
    assert!(matches!(cluster.delete(&Guard::default(), &piece()).await, Err(ApplyError::NotOurs { .. })));
}

#[test]
fn what_a_controller_writes_meanwhile_is_no_change_of_ours() {
    let entry = |manager: &str, time: &str| json!({"manager": manager, "operation": "Apply", "time": time});
    let object = |version: &str, replicas: u32, entries: Value| {
        let metadata = json!({"name": "d", "resourceVersion": version, "managedFields": entries});
        json!({"kind": "Deployment", "metadata": metadata, "spec": {"replicas": replicas}, "status": {"observed": version}})
    };
    let before = object("1", 1, json!([entry(FIELD_MANAGER, "10:00")]));
    let by_controller = object("2", 1, json!([entry(FIELD_MANAGER, "10:00"), entry("kube-controller-manager", "10:01")]));
    let more_replicas = object("2", 2, json!([entry(FIELD_MANAGER, "10:00")]));
    let more_fields = object("2", 1, json!([entry(FIELD_MANAGER, "10:01")]));
    assert_eq!(ours(&before), ours(&by_controller));
    assert_ne!(ours(&before), ours(&more_replicas));
    assert_ne!(ours(&before), ours(&more_fields));
}
