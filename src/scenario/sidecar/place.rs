//! What a scenario needs of the place where it is played, and the nodes that the practice cluster makes for it.

use serde_json::Value;

use super::super::fields::Reader;
use super::super::{Need, Node};
use crate::text;

const NEEDS: [&str; 7] = [
    "storage-class",
    "no-default-storage-class",
    "network-policy",
    "metrics",
    "nodes>=2",
    "api-from-pods",
    "practice",
];

impl Need {
    /// As it is written under `requires:`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "storage-class" => Self::StorageClass,
            "no-default-storage-class" => Self::NoDefaultStorageClass,
            "network-policy" => Self::NetworkPolicy,
            "metrics" => Self::Metrics,
            "api-from-pods" => Self::ApiFromPods,
            "practice" => Self::Practice,
            _ => Self::Nodes(text.strip_prefix("nodes")?.trim().strip_prefix(">=")?.trim().parse().ok()?),
        })
    }
}

impl std::fmt::Display for Need {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::StorageClass => out.write_str("storage-class"),
            Self::NoDefaultStorageClass => out.write_str("no-default-storage-class"),
            Self::NetworkPolicy => out.write_str("network-policy"),
            Self::Metrics => out.write_str("metrics"),
            Self::ApiFromPods => out.write_str("api-from-pods"),
            Self::Practice => out.write_str("practice"),
            Self::Nodes(count) => write!(out, "nodes>={count}"),
        }
    }
}

impl Reader<'_> {
    pub(super) fn needs(&mut self, root: &Value) -> Vec<Need> {
        let mut needs = Vec::new();
        for said in self.texts(root, "requires") {
            match Need::parse(said.trim()) {
                Some(need) => needs.push(need),
                None => {
                    let near = text::nearest(&said, NEEDS);
                    let advice = near
                        .first()
                        .map_or_else(|| format!("known: {}", NEEDS.join(", ")), |near| format!("did you mean `{near}`?"));
                    self.warn(&said, &format!("`requires: {said}` is not known and passed over; {advice}"));
                }
            }
        }
        needs
    }

    pub(super) fn node(&mut self, item: &Value) -> Option<Node> {
        self.known(item, &["name", "labels", "taints", "cpu", "memory", "unschedulable"]);
        let labels = item["labels"].as_object().into_iter().flatten();
        Some(Node {
            name: self.text(item, "name")?,
            labels: labels
                .map(|(key, value)| (key.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
                .collect(),
            taints: self.texts(item, "taints"),
            cpu: self.or_empty(item, "cpu"),
            memory: self.or_empty(item, "memory"),
            unschedulable: item["unschedulable"] == true,
        })
    }
}
