//! Goals that only the cluster itself can answer, asked of it.

use serde_json::{Value, json};

use super::session::{Session, notice};
use crate::lab::msg::Notice;
use crate::scenario::value::plain;
use crate::scenario::{Deed, Want, path};
use crate::text;

/// Columns of an answer that a goal quotes.
const QUOTED: usize = 60;

impl Session {
    /// Whether a goal holds now: what was seen, or what stands against it.
    ///
    /// # Errors
    /// What was seen instead, or why nothing could be seen.
    pub async fn holds(&self, want: &Want) -> Result<String, String> {
        match want {
            Want::Answers { service, port, path, body } => {
                let said = self.cluster.request(service, *port, path).await.map_err(|why| first_line(&why))?;
                let line = first_line(&said);
                if body.is_empty() || text::glob(body, said.trim()) {
                    Ok(format!("it answered {line}").trim_end().to_owned())
                } else {
                    Err(format!("it answered {line}"))
                }
            }
            Want::Can { who, verb, resource, allowed } => {
                let may = self.cluster.may(who, verb, resource).await?;
                let saw = if may { "yes" } else { "no" }.to_owned();
                if may == *allowed { Ok(saw) } else { Err(saw) }
            }
            Want::Value { kind, name, path, test } => {
                let version = self.api_version(kind).map_err(|notice| notice.what)?;
                let object = self.cluster.yaml(&version, kind, name).await?;
                let found = path::get(&object, path);
                let saw = found.map_or_else(|| "not set".to_owned(), |found| plain(found).chars().take(QUOTED).collect());
                if test.holds(found) { Ok(saw) } else { Err(saw) }
            }
            _ => Err("klab cannot ask the cluster for this".to_owned()),
        }
    }

    /// The first of the scenario's cheats that shows in the cluster.
    pub async fn cheat(&self) -> Option<usize> {
        for (place, cheat) in self.scenario.cheats.iter().enumerate() {
            let shows = match &cheat.when {
                Some(want) => self.holds(want).await.is_ok(),
                None => self.all_left(&cheat.does).await,
            };
            if shows {
                return Some(place);
            }
        }
        None
    }

    /// Whether everything that deeds would leave in the cluster is there; deeds that leave nothing show nothing.
    async fn all_left(&self, deeds: &[Deed]) -> bool {
        for deed in deeds {
            if !self.left(deed).await {
                return false;
            }
        }
        true
    }

    async fn left(&self, deed: &Deed) -> bool {
        let includes = async |version: &str, kind: &str, name: &str, wanted: &Value| {
            let live = self.cluster.yaml(version, kind, name).await;
            live.is_ok_and(|live| path::includes(&live, wanted))
        };
        match deed {
            Deed::Delete { kind, name } => match self.api_version(kind) {
                Ok(version) => self.cluster.lacks(&version, kind, name).await,
                Err(_) => false,
            },
            Deed::Scale { kind, name, replicas } => match self.api_version(kind) {
                Ok(version) => includes(&version, kind, name, &json!({"spec": {"replicas": replicas}})).await,
                Err(_) => false,
            },
            Deed::Patch { kind, name, patch } => match self.api_version(kind) {
                Ok(version) => includes(&version, kind, name, patch).await,
                Err(_) => false,
            },
            Deed::Apply(manifests) | Deed::Replace(manifests) => {
                for manifest in manifests {
                    if !includes(manifest.api_version(), manifest.kind(), manifest.name(), &manifest.object).await {
                        return false;
                    }
                }
                true
            }
            Deed::Finalize => self.cluster.lacks("v1", "Namespace", &self.cluster.namespace).await,
            Deed::Restart { .. } | Deed::Undo { .. } | Deed::Request { .. } => false,
        }
    }

    /// Why the scenario cannot be played on this cluster, if it cannot.
    pub async fn unplayable(&self) -> Option<Notice> {
        let why = self.unmet().await?;
        let what = format!("{} cannot be played on {}: {why}", self.scenario.folder, self.cluster.context);
        Some(Notice {
            next: "without --context klab plays it on the practice cluster".to_owned(),
            ..notice(&what)
        })
    }
}

/// The beginning of an answer, for one row: a page of HTML may follow.
fn first_line(said: &str) -> String {
    said.lines().next().unwrap_or_default().chars().take(QUOTED).collect()
}
