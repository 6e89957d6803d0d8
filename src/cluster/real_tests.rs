//! The same code against a real cluster, named by KLAB_TEST_CONTEXT.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::sync::mpsc::channel;
use tokio_util::sync::CancellationToken;

use super::Cluster;
use super::apply::{ApplyError, Outcome};
use super::connect::ConnectOptions;
use super::guard::{Guard, Piece};
use super::snapshot::Snapshot;
use super::watch::WatchMsg;

async fn connected(namespace: &str) -> Cluster {
    let context = std::env::var("KLAB_TEST_CONTEXT").expect("KLAB_TEST_CONTEXT names a context");
    let options = ConnectOptions {
        context,
        kubeconfig: None,
        namespace: namespace.into(),
        own_namespace: false,
    };
    Cluster::connect(options).await.expect("connected")
}

fn guard() -> Guard {
    Guard {
        scenario: "test".into(),
        allow: Vec::new(),
    }
}

fn till(image: &str) -> Vec<Piece> {
    let pod = json!({"metadata": {"labels": {"app": "till"}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "main", "image": image}]}});
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "till"},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "till"}}, "template": pod}});
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "till"}, "spec": {"selector": {"app": "till"}, "ports": [{"port": 80}]}});
    [deployment, service].into_iter().map(|object| Piece { label: "test".into(), object }).collect()
}

/// What kubectl prints, if it is there.
async fn kubectl(args: &[&str]) -> Option<String> {
    let context = std::env::var("KLAB_TEST_CONTEXT").ok()?;
    let output = Command::new("kubectl").args(["--context", &context]).args(args).output().await.ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Holds our description against kubectl's; an age may tick between the two, so the second or third try counts as well.
async fn same_as_kubectl(cluster: &Cluster, kind: &str, name: &str) {
    let mut last = (String::new(), String::new());
    for _ in 0..5 {
        let Some(theirs) = kubectl(&["describe", kind, name, "-n", &cluster.namespace]).await else {
            return;
        };
        let ours = cluster.describe("", kind, name, Timestamp::now()).await.expect("described");
        last = (ours.trim_end().to_owned(), theirs.trim_end().to_owned());
        if last.0 == last.1 {
            return;
        }
    }
    assert_eq!(last.0, last.1);
}

#[tokio::test]
#[ignore = "needs KLAB_TEST_CONTEXT"]
async fn make_watch_describe_change_and_take_away() {
    let cluster = connected(&format!("t-cluster-{}", std::process::id())).await;
    cluster.ensure_namespace("test", Some("ann")).await.expect("a namespace");
    assert!(
        cluster
            .leftovers(Some("ann"))
            .await
            .expect("leftovers")
            .iter()
            .any(|left| left.namespace == cluster.namespace)
    );
    let cancel = CancellationToken::new();
    let (sender, mut receiver) = channel(100);
    let kinds = [("apps/v1".to_owned(), "Deployment".to_owned()), ("v1".to_owned(), "Service".to_owned())];
    let watching = tokio::spawn({
        let (cluster, cancel) = (cluster.clone(), cancel.clone());
        async move { cluster.watch(&kinds, sender, cancel).await }
    });
    let what = |applied: Vec<super::apply::Applied>| applied.into_iter().map(|one| one.what).collect::<Vec<_>>();
    assert_eq!(
        what(cluster.apply(&guard(), &till("till:missing"), false).await.expect("applied")),
        [Outcome::Created; 2]
    );
    assert_eq!(
        what(cluster.apply(&guard(), &till("till:missing"), false).await.expect("applied")),
        [Outcome::Unchanged; 2]
    );

    let mut snapshot = Snapshot::default();
    let failing = async {
        while let Some(message) = receiver.recv().await {
            if let WatchMsg::Change(change) = message {
                snapshot.take(change);
            }
            let status = snapshot.pods.values().next().map(|row| row.status.clone()).unwrap_or_default();
            let told = snapshot
                .events
                .values()
                .any(|row| row.warning && row.message.starts_with("Failed to pull image"));
            if told && (status == "ErrImagePull" || status == "ImagePullBackOff") && snapshot.of_kind("EndpointSlice").next().is_some() {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), failing)
        .await
        .expect("the image cannot be pulled");
    let pod = snapshot.pods_by_age()[0].clone();
    let set = snapshot.of_kind("ReplicaSet").next().expect("a ReplicaSet").name.clone();
    for (kind, name) in [
        ("Pod", pod.name.as_str()),
        ("Deployment", "till"),
        ("ReplicaSet", &set),
        ("Service", "till"),
        ("ConfigMap", "kube-root-ca.crt"),
    ] {
        same_as_kubectl(&cluster, kind, name).await;
    }
    let refused = cluster.log_tail(&pod.name, "main", false, 10).await.err().unwrap_or_default();
    assert!(refused.contains("waiting to start"), "{refused}");
    assert!(cluster.events_of(&pod.uid.0).await.expect("events").iter().any(|row| row.reason == "Scheduled"));
    assert_eq!(
        cluster.yaml("apps/v1", "Deployment", "till").await.expect("yaml")["metadata"]["managedFields"],
        Value::Null
    );

    let before = cluster.requests();
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(cluster.requests(), before, "at rest nothing is asked");

    if kubectl(&["set", "image", "deployment/till", "main=till:mine", "-n", &cluster.namespace])
        .await
        .is_some()
    {
        assert_eq!(
            what(cluster.apply(&guard(), &till("till:other"), false).await.expect("forced"))[0],
            Outcome::Configured
        );
    }
    cluster.replace(&guard(), &till("till:third")).await.expect("replaced");
    let bad = vec![Piece {
        label: "x.yaml:1".into(),
        object: json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "date": {}}),
    }];
    let error = cluster.apply(&guard(), &bad, false).await.err();
    assert!(
        matches!(&error, Some(ApplyError::Server { message, .. }) if message.contains("date")),
        "{error:?}"
    );
    let unknown = vec![Piece {
        label: "x.yaml:1".into(),
        object: json!({"apiVersion": "extensions/v1beta1", "kind": "Deployment", "metadata": {"name": "c"}}),
    }];
    let error = cluster
        .apply(&guard(), &unknown, false)
        .await
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(
        error.starts_with("x.yaml:1: this cluster has no kind Deployment in extensions/v1beta1"),
        "{error}"
    );

    cancel.cancel();
    watching.await.expect("watch ended");
    assert_eq!(cluster.cleanup(&[], &[], |_| {}).await.expect("clean").left, Vec::<String>::new());
    assert!(
        !cluster
            .leftovers(Some("ann"))
            .await
            .expect("leftovers")
            .iter()
            .any(|left| left.namespace == cluster.namespace)
    );
}

#[tokio::test]
#[ignore = "needs KLAB_TEST_CONTEXT"]
async fn in_a_users_own_namespace_only_what_klab_made_goes() {
    let mut cluster = connected(&format!("t-cluster-own-{}", std::process::id())).await;
    cluster.ensure_namespace("test", None).await.expect("a namespace");
    cluster.own_namespace = true;
    let theirs = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs"}});
    let api = cluster.api(&cluster.kind("v1", "ConfigMap").await.expect("a kind"));
    api.create(&Default::default(), &theirs.into()).await.expect("created");
    cluster.apply(&guard(), &till("till:missing"), false).await.expect("applied");
    let report = cluster.cleanup(&[], &[], |_| {}).await.expect("clean");
    let theirs_left = api.get_opt("theirs").await.expect("read").is_some();
    cluster.own_namespace = false;
    cluster.cleanup(&[], &[], |_| {}).await.expect("gone");
    assert_eq!((report.left.len(), theirs_left), (0, true));
}

#[tokio::test]
#[ignore = "needs KLAB_TEST_CONTEXT"]
async fn what_klab_did_not_make_is_left_alone() {
    let cluster = connected("default").await;
    let message = cluster
        .ensure_namespace("test", None)
        .await
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(message.starts_with("namespace default exists already and klab did not make it"), "{message}");
    let message = cluster.cleanup(&[], &[], |_| {}).await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(message.starts_with("namespace default was not made by klab"), "{message}");
}
