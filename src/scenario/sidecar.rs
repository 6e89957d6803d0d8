//! Reads scenario.yaml, which says what prose cannot. What it does not know it warns of and passes over.

use std::time::Duration;

use serde_json::Value;

mod deed;
#[cfg(test)]
#[allow(dead_code, reason = "the types are there for their schema")]
mod form;
#[cfg(test)]
mod form_tests;
mod goal;
mod place;
#[cfg(test)]
mod tests;

use super::fields::Reader;
use super::{Cheat, ClueRule, Deed, Goal, Level, Need, Node, Repair, SolutionMode, kind, readme};
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
    pub requires: Vec<Need>,
    pub nodes: Vec<Node>,
    pub allow: Vec<String>,
    pub trigger: Vec<Deed>,
    pub clues: Vec<ClueRule>,
    pub expect_broken: Option<Vec<String>>,
    pub goals: Option<Vec<Goal>>,
    pub hints: Vec<(String, Option<Duration>)>,
    pub solution_mode: SolutionMode,
    pub lift_finalizers: Vec<String>,
    pub cheats: Vec<Cheat>,
    pub repairs: Vec<Repair>,
    pub images: Catalogue,
    pub warnings: Vec<String>,
}

const KEYS: [&str; 18] = [
    "id",
    "title",
    "level",
    "minutes",
    "tags",
    "requires",
    "nodes",
    "allow",
    "trigger",
    "clue",
    "expect_broken",
    "goals",
    "hints",
    "solution",
    "cleanup",
    "cheats",
    "repairs",
    "images",
];

/// Reads the file.
///
/// # Errors
/// It is no YAML at all.
pub fn parse(file: &str, content: &str) -> Result<Sidecar, yaml::Error> {
    let documents = yaml::documents(file, content)?;
    let mut reader = Reader::new(file, content);
    let Some((line, root, _)) = documents.into_iter().next() else {
        return Ok(Sidecar::default());
    };
    if !root.is_object() {
        let warnings = vec![format!(
            "{file}:{line}: this is not a list of keys and values, so it is not used; write `key: value` lines"
        )];
        return Ok(Sidecar {
            warnings,
            ..Sidecar::default()
        });
    }
    reader.known(&root, &KEYS);
    let images = reader.images(&root["images"]);
    let mut sidecar = Sidecar {
        id: reader.id(&root),
        title: reader.text(&root, "title"),
        level: reader.level(&root),
        minutes: reader.number(&root, "minutes"),
        tags: reader.texts(&root, "tags"),
        requires: reader.needs(&root),
        nodes: reader.each(&root, "nodes", Reader::node),
        allow: reader.texts(&root, "allow"),
        trigger: reader.each(&root, "trigger", Reader::deed),
        clues: reader.each(&root, "clue", Reader::clue),
        expect_broken: root.get("expect_broken").map(|_| reader.texts(&root, "expect_broken")),
        goals: Some(reader.each(&root, "goals", Reader::goal)).filter(|goals| !goals.is_empty()),
        hints: reader.each(&root, "hints", Reader::hint),
        solution_mode: reader.solution(&root["solution"]),
        lift_finalizers: reader.texts(&root["cleanup"], "lift_finalizers"),
        cheats: reader.each(&root, "cheats", Reader::cheat),
        repairs: reader.each(&root, "repairs", Reader::repair),
        images,
        warnings: Vec::new(),
    };
    reader.known(&root["cleanup"], &["lift_finalizers"]);
    sidecar.warnings = reader.warnings;
    Ok(sidecar)
}

impl Reader<'_> {
    /// An id is part of names and paths, so it may hold only what is safe in both.
    fn id(&mut self, root: &Value) -> Option<String> {
        let id = self.text(root, "id")?;
        let safe = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !safe {
            self.warn("id", &format!("id `{id}` is passed over; use lower case letters, digits and `-`"));
        }
        safe.then_some(id)
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

    fn clue(&mut self, item: &Value) -> Option<ClueRule> {
        let keys = ["event", "log", "condition", "mismatch"];
        self.known(item, &keys);
        let (key, value) = item.as_object()?.iter().find(|(key, _)| keys.contains(&key.as_str()))?;
        Some(match key.as_str() {
            "event" => {
                self.known(value, &["reason", "message"]);
                ClueRule::Event {
                    reason: self.or_empty(value, "reason"),
                    message: self.or_empty(value, "message"),
                }
            }
            "log" => {
                self.known(value, &["container", "line"]);
                ClueRule::Log {
                    container: self.or_empty(value, "container"),
                    line: self.or_empty(value, "line"),
                }
            }
            "condition" => {
                self.known(value, &["kind", "type", "status"]);
                let of = self.or_empty(value, "kind");
                ClueRule::Condition {
                    kind: kind::of(&of),
                    condition: self.or_empty(value, "type"),
                    status: self.or_empty(value, "status"),
                }
            }
            _ => {
                self.known(value, &["left", "right"]);
                let mut side = |name: &str| (kind::of(&self.or_empty(&value[name], "kind")), self.or_empty(&value[name], "path"));
                ClueRule::Mismatch {
                    left: side("left"),
                    right: side("right"),
                }
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
