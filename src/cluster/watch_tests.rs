//! How a watch starts, falls back, and says that it lost the connection.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, channel};

use super::*;
use crate::cluster::snapshot::Row;
use crate::cluster::stub;

/// Follows one kind; the others are refused and not looked at.
fn watch(cluster: Cluster, kind: &'static str) -> Receiver<WatchMsg> {
    let (sender, receiver) = channel(100);
    tokio::spawn(async move { cluster.watch_kind("v1".into(), kind.into(), sender, Arc::default()).await });
    receiver
}

fn pod(uid: &str) -> Value {
    json!({"metadata": {"name": uid, "uid": uid, "resourceVersion": "5"}, "status": {"phase": "Running"}})
}

fn end_of_list() -> Value {
    json!({"type": "BOOKMARK", "object": {"kind": "Pod", "apiVersion": "v1",
        "metadata": {"resourceVersion": "6", "annotations": {"k8s.io/initial-events-end": "true"}}}})
}

/// A message in a few letters.
fn brief(message: &WatchMsg) -> String {
    match message {
        WatchMsg::Change(Change::Put(Row::Pod(row))) => format!("put {}", row.name),
        WatchMsg::Change(Change::Put(_)) => "put other".into(),
        WatchMsg::Change(Change::Gone { uid, .. }) => format!("gone {}", uid.0),
        WatchMsg::Change(Change::Relisted { live, .. }) => format!("all {}", live.len()),
        WatchMsg::Live { .. } => "live".into(),
        WatchMsg::Stale { retry_in, .. } => format!("stale {}", retry_in.as_secs()),
        WatchMsg::Refused { why, .. } => format!("refused {why}"),
    }
}

async fn next(receiver: &mut Receiver<WatchMsg>, count: usize) -> Vec<String> {
    let mut seen = Vec::new();
    while seen.len() < count {
        match receiver.recv().await {
            Some(message) => seen.push(brief(&message)),
            None => break,
        }
    }
    seen
}

#[tokio::test(start_paused = true)]
async fn a_streamed_list_then_changes() {
    let cluster = stub::cluster(|asked| {
        assert!(asked.query.contains("sendInitialEvents=true"), "{}", asked.query);
        let changes = [
            json!({"type": "ADDED", "object": pod("a")}),
            end_of_list(),
            json!({"type": "DELETED", "object": pod("a")}),
        ];
        stub::stream(&changes)
    });
    let mut receiver = watch(cluster, "Pod");
    assert_eq!(next(&mut receiver, 4).await, ["put a", "all 1", "live", "gone a"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_cannot_stream_lists_is_listed() {
    let cluster = stub::cluster(|asked| match asked.query.as_str() {
        query if query.contains("sendInitialEvents") => stub::status(422, "Invalid", "sendInitialEvents: Forbidden", json!({})),
        query if query.contains("watch=true") => stub::stream(&[json!({"type": "MODIFIED", "object": pod("b")})]),
        _ => stub::json(&json!({"metadata": {"resourceVersion": "3"}, "items": [pod("a")]})),
    });
    let mut receiver = watch(cluster, "Pod");
    assert_eq!(next(&mut receiver, 4).await, ["put a", "all 1", "live", "put b"]);
}

#[tokio::test(start_paused = true)]
async fn who_may_only_list_is_polled() {
    let cluster = stub::cluster(|asked| match asked.query.contains("watch=true") {
        true => stub::status(403, "Forbidden", "no watch", json!({})),
        false => stub::json(&json!({"metadata": {"resourceVersion": "3"}, "items": [pod("a")]})),
    });
    let mut receiver = watch(cluster, "Pod");
    assert_eq!(next(&mut receiver, 6).await, ["put a", "all 1", "live", "put a", "all 1", "live"]);
}

#[tokio::test(start_paused = true)]
async fn who_may_nothing_is_told_and_nodes_are_not_mentioned() {
    let refusing = || stub::cluster(|_| stub::status(403, "Forbidden", "pods is forbidden", json!({})));
    let mut receiver = watch(refusing(), "Pod");
    assert_eq!(next(&mut receiver, 9).await, ["refused pods is forbidden"]);
    let mut receiver = watch(refusing(), "Node");
    assert!(next(&mut receiver, 9).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_stale_until_all_is_read_again() {
    let down = AtomicU32::new(3);
    let cluster = stub::cluster(move |asked| match down.load(Ordering::Relaxed) {
        0 if asked.query.contains("watch=true") => stub::stream(&[]),
        0 => stub::json(&json!({"metadata": {"resourceVersion": "3"}, "items": []})),
        left => {
            down.store(left - 1, Ordering::Relaxed);
            stub::status(500, "InternalError", "down", json!({}))
        }
    });
    let mut receiver = watch(cluster, "Pod");
    assert_eq!(next(&mut receiver, 4).await, ["stale 1", "stale 2", "all 0", "live"]);
}

#[tokio::test(start_paused = true)]
async fn at_rest_nothing_is_asked() {
    let cluster = stub::cluster(|_| stub::stream(&[end_of_list()]));
    let mut receiver = watch(cluster.clone(), "Pod");
    assert_eq!(next(&mut receiver, 2).await, ["all 0", "live"]);
    let before = cluster.requests();
    tokio::time::advance(Duration::from_secs(3600)).await;
    tokio::task::yield_now().await;
    assert_eq!((before, cluster.requests()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn events_are_read_anew_when_another_watch_finds_its_connection_dead() {
    let asked_pods = AtomicU32::new(0);
    let cluster = stub::cluster(move |asked| {
        let pods = asked.path.ends_with("/pods");
        match asked.query.contains("watch=true") {
            _ if pods && asked_pods.fetch_add(1, Ordering::Relaxed) < 2 => stub::status(500, "InternalError", "down", json!({})),
            true if pods => stub::stream(&[]),
            true => stub::stream(&[end_of_list()]),
            false => stub::json(&json!({"metadata": {"resourceVersion": "3"}, "items": []})),
        }
    });
    let (sender, mut receiver) = channel(100);
    let alarm: Arc<Notify> = Arc::default();
    let follow = |kind: &'static str| {
        let (cluster, sender, alarm) = (cluster.clone(), sender.clone(), alarm.clone());
        tokio::spawn(async move { cluster.watch_kind("v1".into(), kind.into(), sender, alarm).await })
    };
    follow("Event");
    assert_eq!(next(&mut receiver, 2).await, ["all 0", "live"]);
    follow("Pod");
    let mut rest = next(&mut receiver, 5).await;
    rest.sort();
    assert_eq!(rest, ["all 0", "all 0", "live", "live", "stale 1"]);
}

#[test]
fn silence_is_no_loss_yet_but_a_broken_connection_is() {
    let failed = |why: &str| {
        end(
            watcher::Error::WatchFailed(kube::Error::ReadEvents(std::io::Error::other(why.to_owned()))),
            false,
        )
    };
    assert!(matches!(failed("error reading a body from connection: timed out"), End::Silent));
    assert!(matches!(failed("connection reset by peer"), End::Lost(_)));
}
