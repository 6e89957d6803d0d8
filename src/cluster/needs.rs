//! What a cluster offers that a scenario may need: storage, policies, metrics, nodes.

use std::time::Duration;

use kube::Api;
use kube::api::ListParams;
use serde_json::Value;

use super::Cluster;
use super::raw::{self, Raw};

/// Network plugins that are known to enforce NetworkPolicy, by the names of what they run in kube-system and their own namespaces.
const ENFORCERS: [&str; 10] = [
    "calico",
    "canal",
    "cilium",
    "antrea",
    "kube-router",
    "weave",
    "ovn",
    "romana",
    "kindnet",
    "network-policy",
];
const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";
const PATIENCE: Duration = Duration::from_secs(10);

impl Cluster {
    /// Storage classes there are, and whether one is the default.
    ///
    /// # Errors
    /// What the server says.
    pub async fn storage_classes(&self) -> Result<(usize, bool), String> {
        let list = all(raw::api(&self.client, "storage.k8s.io", "StorageClass", "storageclasses", None)).await?;
        let default = |class: &Raw| class.value["metadata"]["annotations"][DEFAULT_CLASS] == "true";
        Ok((list.len(), list.iter().any(default)))
    }

    /// Whether something enforces NetworkPolicy; a plugin that is not known counts as not.
    ///
    /// # Errors
    /// What the server says.
    pub async fn enforces_policies(&self) -> Result<bool, String> {
        if self.practice {
            return Ok(true);
        }
        let nodes = all(self.nodes()).await?;
        let version = |node: &Raw| node.value["status"]["nodeInfo"]["kubeletVersion"].as_str().map(str::to_owned);
        // k3s and its kin run a policy controller inside the agent.
        if nodes
            .iter()
            .filter_map(version)
            .any(|version| version.contains("+k3s") || version.contains("+rke2"))
        {
            return Ok(true);
        }
        let agents = all(raw::api(&self.client, "apps", "DaemonSet", "daemonsets", None)).await?;
        let enforces = |name: &str| ENFORCERS.iter().any(|known| name.contains(known));
        Ok(agents.iter().any(|agent| agent.value["metadata"]["name"].as_str().is_some_and(enforces)))
    }

    /// Whether `kubectl top` would have something to show.
    pub async fn has_metrics(&self) -> bool {
        let Ok(request) = axum::http::Request::get("/apis/metrics.k8s.io/v1beta1/nodes").body(Vec::new()) else {
            return false;
        };
        let asked = tokio::time::timeout(PATIENCE, self.client.request::<Value>(request)).await;
        matches!(asked, Ok(Ok(_)))
    }

    /// Nodes on which pods may be scheduled.
    ///
    /// # Errors
    /// What the server says.
    pub async fn ready_nodes(&self) -> Result<usize, String> {
        let nodes = all(self.nodes()).await?;
        let ready = |condition: &Value| condition["type"] == "Ready" && condition["status"] == "True";
        let usable = |node: &&Raw| {
            let conditions = node.value["status"]["conditions"].as_array();
            node.value["spec"]["unschedulable"] != true && conditions.is_some_and(|all| all.iter().any(ready))
        };
        Ok(nodes.iter().filter(usable).count())
    }

    fn nodes(&self) -> Api<Raw> {
        raw::api(&self.client, "", "Node", "nodes", None)
    }
}

async fn all(api: Api<Raw>) -> Result<Vec<Raw>, String> {
    match tokio::time::timeout(PATIENCE, api.list(&ListParams::default())).await {
        Ok(list) => list.map(|list| list.items).map_err(|error| super::fault::say(&error)),
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use crate::cluster::{Cluster, stub};
    use serde_json::json;

    #[tokio::test]
    async fn a_default_class_is_told_from_one_that_must_be_named() {
        let with = |notes: serde_json::Value| {
            stub::cluster(move |_| stub::json(&json!({"metadata": {}, "items": [{"metadata": {"name": "fast", "annotations": notes}, "provisioner": "p"}]})))
        };
        let default = with(json!({"storageclass.kubernetes.io/is-default-class": "true"}));
        assert_eq!(default.storage_classes().await, Ok((1, true)));
        assert_eq!(with(json!({})).storage_classes().await, Ok((1, false)));
    }

    #[tokio::test]
    async fn a_cordoned_node_does_not_count() {
        let node = |cordoned: bool| json!({"metadata": {"name": "n"}, "spec": {"unschedulable": cordoned}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}});
        let cluster = stub::cluster(move |_| stub::json(&json!({"metadata": {}, "items": [node(true), node(false)]})));
        assert_eq!(cluster.ready_nodes().await, Ok(1));
    }

    #[tokio::test]
    async fn a_plugin_that_is_not_known_to_enforce_policies_does_not() {
        let with = |name: &'static str| -> Cluster {
            let mut cluster = stub::cluster(move |_| stub::json(&json!({"metadata": {}, "items": [{"metadata": {"name": name}}]})));
            cluster.practice = false;
            cluster
        };
        assert_eq!(with("calico-node").enforces_policies().await, Ok(true));
        assert_eq!(with("kube-flannel-ds").enforces_policies().await, Ok(false));
    }
}
