//! Goals that only the cluster itself can answer, asked of it.

use serde_json::{Value, json};

use super::session::{Session, notice};
use crate::lab::msg::Notice;
use crate::scenario::goal::Told;
use crate::scenario::value::plain;
use crate::scenario::{Deed, Program, Test, Want, path};
use crate::text;

/// Columns of an answer that a goal quotes.
const QUOTED: usize = 60;

impl Session {
    /// What the cluster says about a goal now.
    pub async fn told(&self, want: &Want) -> Told {
        let told = match want {
            Want::Answers { service, port, path, body } => Ok(self.answers(service, *port, path, body).await),
            Want::Can { who, verb, resource, allowed } => self.cluster.may(who, verb, resource).await.map(|may| {
                let saw = if may { "yes" } else { "no" }.to_owned();
                if may == *allowed { Told::Holds(saw) } else { Told::Unmet(saw) }
            }),
            Want::Value { kind, name, path, test } => self.value(kind, name, path, test).await,
            Want::Runs { programs } => self.runs(programs).await,
            _ => Err("klab cannot ask the cluster for this".to_owned()),
        };
        told.unwrap_or_else(Told::Unasked)
    }

    async fn answers(&self, service: &str, port: u16, path: &str, body: &str) -> Told {
        match self.cluster.request(service, port, path).await {
            Ok(said) if body.is_empty() || text::glob(body, said.trim()) => Told::Holds(format!("it answered {}", gist(&said)).trim_end().to_owned()),
            Ok(said) => Told::Unmet(format!("it answered {}", gist(&said))),
            Err(why) => Told::Unmet(gist(&why)),
        }
    }

    async fn value(&self, kind: &str, name: &str, path: &str, test: &Test) -> Result<Told, String> {
        let version = self.api_version(kind).map_err(|notice| notice.what)?;
        let mut seen = "there is none".to_owned();
        for object in self.cluster.named(&version, kind, name).await? {
            let found = path::get(&object, path);
            seen = found.map_or_else(|| "not set".to_owned(), worded);
            if name == "*" {
                seen = format!("{seen} in {}", object["metadata"]["name"].as_str().unwrap_or_default());
            }
            if !test.holds(found) {
                return Ok(Told::Unmet(seen));
            }
        }
        Ok(Told::Holds(seen))
    }

    async fn runs(&self, programs: &[Program]) -> Result<Told, String> {
        for program in programs {
            let version = self.api_version(&program.kind).map_err(|notice| notice.what)?;
            let live = self.cluster.yaml(&version, &program.kind, &program.workload).await?;
            if let Err(instead) = program.runs_in(&live) {
                return Ok(Told::Unmet(instead));
            }
        }
        Ok(Told::Holds("they do".to_owned()))
    }

    /// The first of the scenario's cheats that shows in the cluster.
    pub async fn cheat(&self) -> Option<usize> {
        for (place, cheat) in self.scenario.cheats.iter().enumerate() {
            let shows = match &cheat.when {
                Some(want) => matches!(self.told(want).await, Told::Holds(_)),
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

/// A field in a few words: of what has fields of its own, their names.
fn worded(value: &Value) -> String {
    match value {
        Value::Object(fields) if fields.is_empty() => "anything".to_owned(),
        Value::Object(fields) => short(&format!("has {}", fields.keys().map(String::as_str).collect::<Vec<_>>().join(", "))),
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => match items.len() {
            1 => "1 entry".to_owned(),
            count => format!("{count} entries"),
        },
        other => short(&plain(other)),
    }
}

/// What an answer says, for one row: the title of a page, the message of a Status, else its first line.
fn gist(said: &str) -> String {
    let said = said.trim();
    // `404: …` stays before what was said with it
    if let Some((code, rest)) = said
        .split_once(": ")
        .filter(|(code, _)| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return short(&format!("{code} {}", gist(rest)));
    }
    if said.starts_with('<') {
        let title = said
            .split_once("<title>")
            .and_then(|(_, rest)| rest.split_once("</title>"))
            .map(|(title, _)| title.trim());
        return title.map_or_else(|| "with a page of HTML".to_owned(), |title| short(&format!("with the page \"{title}\"")));
    }
    let status: Option<Value> = serde_json::from_str(said).ok();
    let message = status.as_ref().and_then(|status| status["message"].as_str());
    short(message.unwrap_or(said).lines().next().unwrap_or_default())
}

fn short(text: &str) -> String {
    if text.chars().count() <= QUOTED {
        return text.to_owned();
    }
    let kept: String = text.chars().take(QUOTED - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_in_one_row_and_never_as_raw_markup() {
        assert_eq!(
            gist("<!DOCTYPE html>\n<html><head><title>Welcome!</title></head>"),
            "with the page \"Welcome!\""
        );
        assert_eq!(gist("<p>x"), "with a page of HTML");
        assert_eq!(gist(r#"{"kind": "Status", "message": "no endpoints available"}"#), "no endpoints available");
        assert_eq!(gist("404: <html><title>404 Not Found</title>"), "404 with the page \"404 Not Found\"");
        assert_eq!(gist("fine\nmore"), "fine");
        let long = gist(&"word ".repeat(30));
        assert!(long.ends_with('…') && long.chars().count() <= QUOTED, "{long}");
    }

    #[test]
    fn a_field_with_fields_of_its_own_is_told_by_their_names() {
        assert_eq!(worded(&json!({"httpGet": {"port": 80}, "periodSeconds": 5})), "has httpGet, periodSeconds");
        assert_eq!(worded(&json!([{"to": []}])), "1 entry");
        assert_eq!(
            (worded(&json!(["a", "b"])).as_str(), worded(&json!(10)).as_str()),
            (plain(&json!(["a", "b"])).as_str(), "10")
        );
    }
}
