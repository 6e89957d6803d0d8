//! Reads scenario.yaml, which says what prose cannot. What it does not know it warns of and passes over.

use std::time::Duration;

use serde_json::Value;

use super::{Cheat, ClueRule, Goal, Level, SolutionMode, Trigger, Want, kind, readme};
use crate::image::{Catalogue, Image};
use crate::{text, yaml};

/// What the file says; what it does not say is None or empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sidecar {
    pub id: Option<String>,
    pub title: Option<String>,
    pub level: Option<Level>,
    pub minutes: Option<u32>,
    pub tags: Vec<String>,
    pub requires: Vec<String>,
    pub allow: Vec<String>,
    pub trigger: Vec<Trigger>,
    pub clues: Vec<ClueRule>,
    pub expect_broken: Option<Vec<String>>,
    pub goals: Option<Vec<Goal>>,
    pub hints: Vec<(String, Option<Duration>)>,
    pub solution_mode: SolutionMode,
    pub lift_finalizers: Vec<String>,
    pub cheats: Vec<Cheat>,
    pub images: Catalogue,
    pub warnings: Vec<String>,
}

const KEYS: [&str; 16] = [
    "id",
    "title",
    "level",
    "minutes",
    "tags",
    "requires",
    "allow",
    "trigger",
    "clue",
    "expect_broken",
    "goals",
    "hints",
    "solution",
    "cleanup",
    "cheats",
    "images",
];

/// Reads the file.
///
/// # Errors
/// It is no YAML at all.
pub fn parse(file: &str, content: &str) -> Result<Sidecar, yaml::Error> {
    let documents = yaml::documents(file, content)?;
    let mut reader = Reader { file, content, warnings: Vec::new() };
    let Some((line, root, _)) = documents.into_iter().next() else { return Ok(Sidecar::default()) };
    if !root.is_object() {
        let warnings = vec![format!("{file}:{line}: this is not a list of keys and values, so it is not used; write `key: value` lines")];
        return Ok(Sidecar { warnings, ..Sidecar::default() });
    }
    reader.known(&root, &KEYS);
    let images = reader.images(&root["images"]);
    let mut sidecar = Sidecar {
        id: reader.text(&root, "id"),
        title: reader.text(&root, "title"),
        level: reader.level(&root),
        minutes: reader.number(&root, "minutes"),
        tags: reader.texts(&root, "tags"),
        requires: reader.texts(&root, "requires"),
        allow: reader.texts(&root, "allow"),
        trigger: reader.each(&root, "trigger", Reader::trigger),
        clues: reader.each(&root, "clue", Reader::clue),
        expect_broken: root.get("expect_broken").map(|_| reader.texts(&root, "expect_broken")),
        goals: root.get("goals").map(|_| reader.each(&root, "goals", Reader::goal)),
        hints: reader.each(&root, "hints", Reader::hint),
        solution_mode: reader.solution(&root["solution"]),
        lift_finalizers: reader.texts(&root["cleanup"], "lift_finalizers"),
        cheats: reader.each(&root, "cheats", Reader::cheat),
        images,
        warnings: Vec::new(),
    };
    reader.known(&root["cleanup"], &["lift_finalizers"]);
    sidecar.warnings = reader.warnings;
    Ok(sidecar)
}

struct Reader<'a> {
    file: &'a str,
    content: &'a str,
    warnings: Vec<String>,
}

impl Reader<'_> {
    /// The line on which a key or word is first written.
    fn line(&self, key: &str) -> usize {
        let starts = |line: &str| line.trim_start_matches([' ', '-', '{']).strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'));
        let lines = || self.content.lines();
        lines().position(starts).or_else(|| lines().position(|line| line.contains(key))).map_or(1, |at| at + 1)
    }

    fn warn(&mut self, key: &str, what: &str) {
        let line = self.line(key);
        self.warnings.push(format!("{}:{line}: {}", self.file, text::clean(what)));
    }

    /// Warns of the keys of a map that are not among the known.
    fn known(&mut self, map: &Value, keys: &[&str]) {
        let unknown: Vec<String> = map.as_object().into_iter().flatten().map(|(key, _)| key.clone()).filter(|key| !keys.contains(&key.as_str())).collect();
        for key in unknown {
            let near = text::nearest(&key, keys);
            let advice = near.first().map_or_else(|| format!("known here: {}", keys.join(", ")), |near| format!("did you mean `{near}`?"));
            self.warn(&key, &format!("unknown key `{key}` is passed over; {advice}"));
        }
    }

    fn text(&mut self, map: &Value, key: &str) -> Option<String> {
        match map.get(key)? {
            Value::String(text) => Some(text::clean(text)),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(yes) => Some(if *yes { "True" } else { "False" }.to_owned()),
            Value::Null => None,
            _ => {
                self.warn(key, &format!("`{key}` should be a text"));
                None
            }
        }
    }

    /// A text that may be left out.
    fn or_empty(&mut self, map: &Value, key: &str) -> String {
        self.text(map, key).unwrap_or_default()
    }

    fn number(&mut self, map: &Value, key: &str) -> Option<u32> {
        let value = map.get(key)?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        if number.is_none() {
            self.warn(key, &format!("`{key}` should be a whole number"));
        }
        number
    }

    /// A list of texts; a single text counts as a list of one.
    fn texts(&mut self, map: &Value, key: &str) -> Vec<String> {
        match map.get(key) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(list)) => list.iter().filter_map(|item| item.as_str().map(text::clean).or_else(|| item.as_i64().map(|number| number.to_string()))).collect(),
            Some(Value::String(text)) => vec![text::clean(text)],
            Some(_) => {
                self.warn(key, &format!("`{key}` should be a list of texts"));
                Vec::new()
            }
        }
    }

    fn each<T>(&mut self, map: &Value, key: &str, read: fn(&mut Self, &Value) -> Option<T>) -> Vec<T> {
        match map.get(key) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(list)) => list.iter().filter_map(|item| read(self, item)).collect(),
            Some(one @ Value::Object(_)) => read(self, one).into_iter().collect(),
            Some(_) => {
                self.warn(key, &format!("`{key}` should be a list"));
                Vec::new()
            }
        }
    }

    fn level(&mut self, root: &Value) -> Option<Level> {
        let said = self.text(root, "level")?;
        let level = readme::level(&said);
        if level.is_none() {
            self.warn("level", &format!("level `{said}` is not known; use beginner, intermediate or advanced"));
        }
        level
    }

    fn solution(&mut self, solution: &Value) -> SolutionMode {
        self.known(solution, &["mode"]);
        match self.or_empty(solution, "mode").as_str() {
            "" | "apply" => SolutionMode::Apply,
            "replace" => SolutionMode::Replace,
            "delete" => SolutionMode::Delete,
            other => {
                self.warn("mode", &format!("solution mode `{other}` is not known; use apply, replace or delete"));
                SolutionMode::Apply
            }
        }
    }

    /// An object as `kind/name` or as `{kind: …, name: …}`.
    fn object(&mut self, value: &Value, key: &str) -> Option<(String, String)> {
        let (of, name) = match value {
            Value::String(text) => text.split_once('/').map(|(of, name)| (of.to_owned(), name.to_owned()))?,
            _ => (self.or_empty(value, "kind"), self.or_empty(value, "name")),
        };
        if of.is_empty() || name.is_empty() {
            self.warn(key, &format!("`{key}` needs an object: kind/name"));
            return None;
        }
        Some((kind::of(&of), name))
    }

    fn trigger(&mut self, item: &Value) -> Option<Trigger> {
        let keys = ["delete", "scale", "restart", "request"];
        self.known(item, &keys);
        let (key, value) = item.as_object()?.iter().find(|(key, _)| keys.contains(&key.as_str()))?;
        if key == "request" {
            self.known(value, &["service", "path", "times"]);
            let path = self.text(value, "path").unwrap_or_else(|| "/".to_owned());
            return Some(Trigger::Request { service: self.text(value, "service")?, path, times: self.number(value, "times").unwrap_or(1) });
        }
        let (of, name) = self.object(value, key)?;
        Some(match key.as_str() {
            "delete" => Trigger::Delete { kind: of, name },
            "restart" => Trigger::Restart { kind: of, name },
            _ => Trigger::Scale { kind: of, name, replicas: self.number(value, "replicas").or_else(|| self.number(value, "to")).unwrap_or(0) },
        })
    }

    fn clue(&mut self, item: &Value) -> Option<ClueRule> {
        let keys = ["event", "log", "condition", "mismatch"];
        self.known(item, &keys);
        let (key, value) = item.as_object()?.iter().find(|(key, _)| keys.contains(&key.as_str()))?;
        Some(match key.as_str() {
            "event" => {
                self.known(value, &["reason", "message"]);
                ClueRule::Event { reason: self.or_empty(value, "reason"), message: self.or_empty(value, "message") }
            }
            "log" => {
                self.known(value, &["container", "line"]);
                ClueRule::Log { container: self.or_empty(value, "container"), line: self.or_empty(value, "line") }
            }
            "condition" => {
                self.known(value, &["kind", "type", "status"]);
                let of = self.or_empty(value, "kind");
                ClueRule::Condition { kind: kind::of(&of), condition: self.or_empty(value, "type"), status: self.or_empty(value, "status") }
            }
            _ => {
                self.known(value, &["left", "right"]);
                let mut side = |name: &str| (kind::of(&self.or_empty(&value[name], "kind")), self.or_empty(&value[name], "path"));
                ClueRule::Mismatch { left: side("left"), right: side("right") }
            }
        })
    }

    fn goal(&mut self, item: &Value) -> Option<Goal> {
        const WANTS: [&str; 9] = ["ready", "quiet", "endpoints", "answers", "value", "can", "condition", "gone", "pulls"];
        self.known(item, &["ready", "quiet", "endpoints", "answers", "value", "can", "condition", "gone", "pulls", "for", "why"]);
        let (key, value) = item.as_object()?.iter().find(|(key, _)| WANTS.contains(&key.as_str()))?;
        let what = self.want(key, value)?;
        let default = if matches!(what, Want::Ready { .. } | Want::Quiet) { Duration::from_secs(10) } else { Duration::ZERO };
        Some(Goal { what, hold: self.duration(item, "for").unwrap_or(default), why: self.or_empty(item, "why") })
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
            "endpoints" => Want::Endpoints { service: self.text(value, "service")?, at_least: self.number(value, "at_least").unwrap_or(1) },
            "answers" => {
                let port = self.number(value, "port").and_then(|port| u16::try_from(port).ok()).unwrap_or(80);
                Want::Answers { service: self.text(value, "service")?, port, path: self.text(value, "path").unwrap_or_else(|| "/".to_owned()) }
            }
            "can" => Want::Can { who: self.or_empty(value, "as"), verb: self.or_empty(value, "verb"), resource: self.or_empty(value, "resource") },
            "value" => {
                let (kind, name) = self.object(&value["of"], "of")?;
                Want::Value { kind, name, path: self.or_empty(value, "path"), is: value["is"].clone() }
            }
            _ => {
                let (kind, name) = self.object(value, key)?;
                let status = self.text(value, "status").unwrap_or_else(|| "True".to_owned());
                Want::Condition { kind, name, condition: self.or_empty(value, "type"), status }
            }
        })
    }

    fn hint(&mut self, item: &Value) -> Option<(String, Option<Duration>)> {
        if let Value::String(hint) = item {
            return Some((text::clean(hint), None));
        }
        self.known(item, &["text", "when"]);
        Some((self.text(item, "text")?, self.duration(item, "when")))
    }

    fn cheat(&mut self, item: &Value) -> Option<Cheat> {
        self.known(item, &["do", "say"]);
        Some(Cheat { does: self.trigger(&item["do"])?, say: self.or_empty(item, "say") })
    }

    fn duration(&mut self, map: &Value, key: &str) -> Option<Duration> {
        let said = self.text(map, key)?;
        let duration = duration(&said);
        if duration.is_none() {
            self.warn(key, &format!("`{key}: {said}` is no length of time; write 10s or 3m"));
        }
        duration
    }

    /// Each image on its own, so that one mistake costs one image.
    fn images(&mut self, value: &Value) -> Catalogue {
        let mut images = Catalogue::new();
        for (name, behaviour) in value.as_object().into_iter().flatten() {
            match serde_json::from_value::<Image>(behaviour.clone()) {
                Ok(image) => drop(images.insert(name.clone(), image)),
                Err(error) => self.warn(name, &format!("image `{name}` is passed over: {error}")),
            }
        }
        images
    }
}

/// `10s`, `1m30s`, `2h`, or bare seconds.
fn duration(text: &str) -> Option<Duration> {
    let mut seconds = 0u64;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next().unwrap_or('s');
        let factor = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(factor)?)?;
        rest = rest.get(digits + 1..).unwrap_or_default();
    }
    (!text.trim().is_empty()).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_whole_grammar_is_read() {
        let text = r#"
id: x
title: X
level: advanced
minutes: 7
tags: [images]
requires: [nodes>=2]
allow: [ClusterRole]
trigger:
- delete: {kind: ConfigMap, name: settings}
- scale: {kind: deploy, name: web, replicas: 3}
- request: {service: web, path: /load, times: 20}
clue:
- event: {reason: Failed, message: "Failed*not found*"}
- log: {container: app, line: "*X*"}
- condition: {kind: Deployment, type: Progressing, status: "False"}
- mismatch: {left: {kind: Service, path: spec.selector}, right: {kind: Pod, path: metadata.labels}}
expect_broken: [ErrImagePull]
goals:
- ready: deployment/web
  for: 1m30s
  why: because
- quiet: pods
- endpoints: {service: web, at_least: 2}
- answers: {service: web, port: 8080, path: /x}
- value: {of: deployment/web, path: spec.replicas, is: 2}
- can: {as: me, verb: list, resource: pods}
- condition: {kind: PersistentVolumeClaim, name: data, type: Bound}
- gone: {kind: ConfigMap, name: held}
hints:
- {text: Look., when: 3m}
- Look again.
solution: {mode: replace}
cleanup: {lift_finalizers: [klab.example/hold]}
cheats:
- {do: {delete: deployment/web}, say: gone}
images:
  example/x: {tags: ["1"], run: [serve: {8080: [/]}]}
"#;
        let read = parse("s.yaml", text).unwrap();
        assert_eq!(read.warnings, Vec::<String>::new());
        assert_eq!((read.level, read.minutes, read.solution_mode), (Some(Level::Advanced), Some(7), SolutionMode::Replace));
        assert_eq!((read.trigger.len(), read.clues.len(), read.cheats.len()), (3, 4, 1));
        let goals = read.goals.unwrap();
        assert_eq!(goals.len(), 8);
        assert_eq!((goals[0].hold, goals[0].why.as_str()), (Duration::from_secs(90), "because"));
        assert_eq!(goals[4].what, Want::Value { kind: "Deployment".into(), name: "web".into(), path: "spec.replicas".into(), is: json!(2) });
        assert_eq!(read.hints, [("Look.".to_owned(), Some(Duration::from_secs(180))), ("Look again.".to_owned(), None)]);
        assert_eq!(read.images["example/x"].tags, ["1"]);
    }

    #[test]
    fn what_is_not_known_is_warned_of_with_line_and_nearest() {
        let read = parse("s.yaml", "title: X\nminute: 5\ngoals:\n- redy: deployment/web\nlevel: 7\nimages:\n  a: {tag: x}\n").unwrap();
        assert!(read.warnings.iter().any(|warning| warning.starts_with("s.yaml:2: unknown key `minute`") && warning.contains("`minutes`")), "{:?}", read.warnings);
        assert!(read.warnings.iter().any(|warning| warning.starts_with("s.yaml:4: ") && warning.contains("`ready`")), "{:?}", read.warnings);
        assert_eq!(read.warnings.len(), 4, "{:?}", read.warnings);
        assert_eq!(parse("s.yaml", "- a\n").unwrap().warnings.len(), 1);
    }
}
