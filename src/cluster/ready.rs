//! Waiting until a workload is as its spec wants it.

use std::time::Duration;

use futures::StreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use serde_json::Value;

use super::Cluster;

impl Cluster {
    /// Waits until a Deployment, StatefulSet, DaemonSet or Pod is ready; any other kind is so at once. False when patience ends.
    pub async fn until_ready(&self, api_version: &str, kind: &str, name: &str, patience: Duration) -> bool {
        if !matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet" | "Pod") {
            return true;
        }
        let Ok(served) = self.kind(api_version, kind).await else { return false };
        let config = watcher::Config::default().fields(&format!("metadata.name={name}"));
        let wait = async {
            let mut events = std::pin::pin!(watcher(self.api(&served), config));
            while let Some(event) = events.next().await {
                match event {
                    Ok(Event::Apply(object) | Event::InitApply(object)) if is_ready(kind, &object.value) => return true,
                    Ok(_) => {}
                    Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
                }
            }
            false
        };
        tokio::time::timeout(patience, wait).await.unwrap_or(false)
    }
}

fn is_ready(kind: &str, object: &Value) -> bool {
    let (spec, status) = (&object["spec"], &object["status"]);
    let count = |field: &str| status[field].as_i64().unwrap_or(0);
    let observed = status["observedGeneration"].as_i64() >= object["metadata"]["generation"].as_i64();
    let wanted = spec["replicas"].as_i64().unwrap_or(1);
    match kind {
        "Pod" => status["conditions"]
            .as_array()
            .is_some_and(|all| all.iter().any(|it| it["type"] == "Ready" && it["status"] == "True")),
        "DaemonSet" => observed && count("numberReady") >= count("desiredNumberScheduled"),
        _ => observed && count("readyReplicas") >= wanted && count("updatedReplicas") >= wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::stub;
    use serde_json::json;

    #[tokio::test(start_paused = true)]
    async fn a_workload_is_ready_when_its_newest_generation_is() {
        let deployment = |generation: i64, ready: i64| {
            json!({"metadata": {"name": "web", "uid": "u", "generation": generation, "resourceVersion": "1"}, "spec": {"replicas": 2},
                "status": {"observedGeneration": 2, "readyReplicas": ready, "updatedReplicas": 2}})
        };
        for (object, ready) in [(deployment(2, 2), true), (deployment(2, 1), false), (deployment(3, 2), false)] {
            let cluster = stub::cluster(move |asked| {
                if asked.query.contains("watch=true") {
                    stub::stream(&[])
                } else {
                    stub::json(&json!({"metadata": {"resourceVersion": "1"}, "items": [object]}))
                }
            });
            let waited = cluster.until_ready("apps/v1", "Deployment", "web", Duration::from_secs(5)).await;
            assert_eq!(waited, ready);
        }
    }
}
