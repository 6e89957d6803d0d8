//! Goals as scenario.yaml writes them.

use std::time::Duration;

use serde_json::Value;

use super::super::fields::Reader;
use super::super::{Goal, Test, Want};

const WANTS: [&str; 10] = ["ready", "quiet", "endpoints", "answers", "value", "can", "cannot", "condition", "gone", "pulls"];
const TESTS: [&str; 7] = ["is", "not", "like", "at_least", "at_most", "unset_or_at_most", "exists"];

impl Reader<'_> {
    pub(super) fn goal(&mut self, item: &Value) -> Option<Goal> {
        let keys: Vec<&str> = WANTS.into_iter().chain(["for", "why", "title"]).collect();
        self.known(item, &keys);
        let (key, value) = item.as_object()?.iter().find(|(key, _)| WANTS.contains(&key.as_str()))?;
        let what = self.want(key, value)?;
        let default = if matches!(what, Want::Ready { .. } | Want::Quiet) {
            Duration::from_secs(10)
        } else {
            Duration::ZERO
        };
        Some(Goal {
            what,
            hold: self.duration(item, "for").unwrap_or(default),
            why: self.or_empty(item, "why"),
            title: self.or_empty(item, "title"),
        })
    }

    fn want(&mut self, key: &str, value: &Value) -> Option<Want> {
        Some(match key {
            "quiet" => Want::Quiet,
            "pulls" => Want::Pulls,
            "ready" => {
                let (kind, name) = self.object(value, key)?;
                Want::Ready { kind, name }
            }
            "gone" => {
                let (kind, name) = self.object(value, key)?;
                Want::Gone { kind, name }
            }
            "endpoints" => {
                self.known(value, &["service", "at_least"]);
                Want::Endpoints {
                    service: self.text(value, "service")?,
                    at_least: self.number(value, "at_least").unwrap_or(1),
                }
            }
            "answers" => {
                self.known(value, &["service", "port", "path", "body"]);
                Want::Answers {
                    service: self.text(value, "service")?,
                    port: self.port(value),
                    path: self.text(value, "path").unwrap_or_else(|| "/".to_owned()),
                    body: self.or_empty(value, "body"),
                }
            }
            "can" | "cannot" => {
                self.known(value, &["as", "verb", "resource"]);
                Want::Can {
                    who: self.or_empty(value, "as"),
                    verb: self.or_empty(value, "verb"),
                    resource: self.or_empty(value, "resource"),
                    allowed: key == "can",
                }
            }
            "value" => self.value(value)?,
            _ => {
                self.known(value, &["kind", "name", "of", "type", "status"]);
                let (kind, name) = self.object(value.get("of").unwrap_or(value), key)?;
                let status = self.text(value, "status").unwrap_or_else(|| "True".to_owned());
                Want::Condition {
                    kind,
                    name,
                    condition: self.or_empty(value, "type"),
                    status,
                }
            }
        })
    }

    fn value(&mut self, value: &Value) -> Option<Want> {
        let keys: Vec<&str> = TESTS.into_iter().chain(["of", "path"]).collect();
        self.known(value, &keys);
        let (kind, name) = self.object(&value["of"], "of")?;
        let said = value.as_object()?.iter().find(|(key, _)| TESTS.contains(&key.as_str()));
        let Some((key, wanted)) = said else {
            self.warn("value", &format!("`value` needs one of: {}", TESTS.join(", ")));
            return None;
        };
        let test = match key.as_str() {
            "is" => Test::Is(wanted.clone()),
            "not" => Test::Not(wanted.clone()),
            "like" => Test::Like(self.or_empty(value, key)),
            "at_least" => Test::AtLeast(self.or_empty(value, key)),
            "at_most" => Test::AtMost(self.or_empty(value, key)),
            "unset_or_at_most" => Test::UnsetOrAtMost(self.or_empty(value, key)),
            _ => Test::Exists(wanted.as_bool().unwrap_or(true)),
        };
        Some(Want::Value {
            kind,
            name,
            path: self.or_empty(value, "path"),
            test,
        })
    }
}
