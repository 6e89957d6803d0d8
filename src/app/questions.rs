//! Goals that only the cluster itself can answer, asked of it.

use super::session::{Session, notice};
use crate::lab::msg::Notice;
use crate::scenario::value::plain;
use crate::scenario::{Want, path};
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
                let said = self.cluster.request(service, *port, path).await?;
                let line = said.lines().next().unwrap_or_default().chars().take(QUOTED).collect::<String>();
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
