//! One document as the value that it means to kubectl: libyaml's events, of which Go's reader makes the same, put together as
//! sigs.k8s.io/yaml does. Keys are read as words are: `on` is called `true`, `1.50` is called `1.5`.

use std::collections::HashMap;

use libyaml_safer::{ErrorKind, Event, EventData, Mark, Parser, ScalarStyle};
use serde_json::{Map, Value};

use super::word;

/// How deep a document may nest: what the JSON reader, through which all of it goes sooner or later, takes.
const DEPTH: usize = 128;
/// How many values the anchors of a document may keep and repeat.
const REPEATED: usize = 100_000;

/// What is wrong in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 1.
    pub line: usize,
    pub words: String,
    /// The line that Go's reader names, which counts from 0 in its parser and from 1 in its scanner; 0 where it names none.
    pub told: usize,
}

impl Fault {
    fn of(line: usize, words: impl Into<String>) -> Self {
        Self {
            line,
            words: words.into(),
            told: 0,
        }
    }
}

/// Reads one document; one that says nothing is null.
///
/// # Errors
/// The first fault: what is no YAML in libyaml's words, which are kubectl's; what cannot be JSON in ours.
pub fn read(document: &str) -> Result<Value, Fault> {
    let mut events = Parser::new();
    events.set_input(document.as_bytes());
    let mut composer = Composer {
        events,
        document,
        anchors: HashMap::new(),
        values: 0,
        repeated: 0,
    };
    let mut value = Value::Null;
    loop {
        let event = composer.event()?;
        match event.data {
            EventData::StreamEnd => return Ok(value),
            EventData::StreamStart { .. } | EventData::DocumentStart { .. } | EventData::DocumentEnd { .. } => {}
            _ => value = composer.value(event, 0)?,
        }
    }
}

struct Composer<'a> {
    events: Parser<&'a [u8]>,
    document: &'a str,
    anchors: HashMap<String, Anchor>,
    /// How many values were read, those repeated by anchors among them.
    values: usize,
    /// How many of them anchors kept and repeated.
    repeated: usize,
}

/// What an anchor stands for.
enum Anchor {
    /// A value that is still being read.
    Open,
    Whole {
        value: Value,
        values: usize,
    },
}

impl Composer<'_> {
    fn event(&mut self) -> Result<Event, Fault> {
        self.events.parse().map_err(|error| {
            let line = error.problem_mark().map_or_else(|| unprintable(self.document), line);
            // what is missing at the end of a text is noticed in the line after it
            let last = self.document.lines().count().max(1);
            let told = match error.kind() {
                ErrorKind::Parser => line - 1,
                ErrorKind::Scanner => line,
                _ => 0,
            };
            Fault {
                line: line.min(last),
                words: error.problem().to_owned(),
                told,
            }
        })
    }

    /// The value that an event begins.
    fn value(&mut self, event: Event, depth: usize) -> Result<Value, Fault> {
        let at = line(event.start_mark);
        if depth >= DEPTH {
            return Err(Fault::of(at, "this nests deeper than any Kubernetes object; take levels out"));
        }
        let before = self.values;
        self.values += 1;
        let (anchor, value) = match event.data {
            EventData::Alias { anchor } => return self.repeat(&anchor).map_err(|words| Fault::of(at, words)),
            EventData::Scalar { anchor, tag, value, style, .. } => {
                let plain = style == ScalarStyle::Plain;
                (anchor, word::meaning(value, tag.as_deref(), plain).map_err(|words| Fault::of(at, words))?)
            }
            EventData::SequenceStart { anchor, .. } => {
                self.open(anchor.as_ref());
                (anchor, self.sequence(depth)?)
            }
            EventData::MappingStart { anchor, .. } => {
                self.open(anchor.as_ref());
                (anchor, self.mapping(depth)?)
            }
            _ => return Ok(Value::Null),
        };
        if let Some(name) = anchor {
            let values = self.values - before;
            spend(&mut self.repeated, values).map_err(|words| Fault::of(at, words))?;
            self.anchors.insert(name, Anchor::Whole { value: value.clone(), values });
        }
        Ok(value)
    }

    fn open(&mut self, anchor: Option<&String>) {
        if let Some(name) = anchor {
            self.anchors.insert(name.clone(), Anchor::Open);
        }
    }

    /// What an anchor stands for, once more.
    fn repeat(&mut self, name: &str) -> Result<Value, String> {
        match self.anchors.get(name) {
            None => Err(format!("unknown anchor '{name}' referenced; write &{name} in front of what it shall repeat")),
            Some(Anchor::Open) => Err(format!("anchor '{name}' value contains itself; write out what it shall repeat")),
            Some(Anchor::Whole { value, values }) => {
                self.values += values;
                spend(&mut self.repeated, *values)?;
                Ok(value.clone())
            }
        }
    }

    fn sequence(&mut self, depth: usize) -> Result<Value, Fault> {
        let mut items = Vec::new();
        loop {
            let event = self.event()?;
            if event.data == EventData::SequenceEnd {
                return Ok(items.into());
            }
            items.push(self.value(event, depth + 1)?);
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, Fault> {
        let mut fields = Map::new();
        let mut merged = Vec::new();
        loop {
            let event = self.event()?;
            let at = line(event.start_mark);
            let merges = merges(&event.data);
            if event.data == EventData::MappingEnd {
                return Ok(fields.into());
            }
            let key = self.value(event, depth + 1)?;
            let next = self.event()?;
            let value = self.value(next, depth + 1)?;
            if merges {
                merge(value, &mut fields, &mut merged).map_err(|words| Fault::of(at, words))?;
                continue;
            }
            let name = name(key).ok_or_else(|| Fault::of(at, "a key that is no word; quote it"))?;
            if fields.contains_key(&name) && !merged.contains(&name) {
                return Err(Fault::of(at, format!("the key \"{name}\" stands here twice; take one out")));
            }
            fields.insert(name, value);
        }
    }
}

/// Counts values that are there once more for an anchor.
fn spend(repeated: &mut usize, values: usize) -> Result<(), String> {
    *repeated += values;
    if *repeated > REPEATED {
        return Err("this document is far larger than it looks; write out what its anchors repeat".to_owned());
    }
    Ok(())
}

fn line(mark: Mark) -> usize {
    usize::try_from(mark.line).unwrap_or(0) + 1
}

/// The line of the first character that no YAML may hold, which libyaml refuses without saying where.
fn unprintable(document: &str) -> usize {
    let held = |letter: char| letter.is_control() && letter != '\t' && letter != '\r';
    document.split('\n').position(|line| line.contains(held)).map_or(1, |at| at + 1)
}

/// What a key is called; `None` for what is no word.
fn name(key: Value) -> Option<String> {
    match key {
        Value::String(name) => Some(name),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(word) => Some(word.to_string()),
        _ => None,
    }
}

/// Whether a key is the one that takes in other mappings.
fn merges(key: &EventData) -> bool {
    matches!(key, EventData::Scalar { value, plain_implicit: true, .. } if value == "<<")
}

/// Takes in a mapping or a list of them, of which the earlier wins; what comes later in the document overwrites, as in goyaml.v2.
fn merge(value: Value, fields: &mut Map<String, Value>, merged: &mut Vec<String>) -> Result<(), String> {
    match value {
        Value::Object(mapping) => {
            merged.extend(mapping.keys().cloned());
            fields.extend(mapping);
            Ok(())
        }
        Value::Array(list) if list.iter().all(Value::is_object) => list.into_iter().rev().try_for_each(|one| merge(one, fields, merged)),
        _ => Err("map merge requires map or sequence of maps as the value".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_read_as_words_are() {
        let keys = read("on: 1\n0644: 2\n1.50: 3\n1e3: 4\n'off': 5\n2026-01-01: 6\n").unwrap();
        assert_eq!(keys, json!({"true": 1, "420": 2, "1.5": 3, "1000": 4, "off": 5, "2026-01-01": 6}));
        assert!(read("a: 1\n~: x\n").unwrap_err().words.contains("quote it"));
        assert!(read("? [a]\n: b\n").unwrap_err().words.contains("quote it"));
    }

    #[test]
    fn what_is_merged_in_gives_way_to_what_comes_later() {
        let text = "a: &a {x: 1, w: 2}\nc: &c {x: 5, z: 3}\nb:\n  <<: [*a, *c]\n  w: 4\n";
        assert_eq!(read(text).unwrap()["b"], json!({"x": 1, "w": 4, "z": 3}));
        assert_eq!(read("a: &a {x: 1, w: 2}\nb:\n  w: 4\n  <<: *a\n").unwrap()["b"], json!({"x": 1, "w": 2}));
        assert_eq!(read("a: {x: 1}\n'<<': 5\n").unwrap()["<<"], json!(5));
        assert!(read("<<: 5\n").is_err());
        assert!(read("a: *b\n").is_err(), "no such anchor");
    }

    #[test]
    fn what_follows_a_document_is_read_too() {
        assert_eq!(read("just words\n"), Ok(json!("just words")));
        assert_eq!(read("%YAML 1.2\n---\na: 1\n"), Ok(json!({"a": 1})));
        assert_eq!(read("a: {b: 1}\n]\n").unwrap_err().line, 2);
        assert_eq!(read("# nothing\n"), Ok(Value::Null));
    }

    #[test]
    fn what_is_no_yaml_is_refused_in_kubectls_words_with_its_line() {
        for (text, line, words) in [
            ("a: 1\nb: [1, 2\nc: x\n", 3, "did not find expected ',' or ']'"),
            ("a: b: c\n", 1, "mapping values are not allowed in this context"),
            ("a: 1\nb: \"\\q\"\n", 2, "found unknown escape character"),
            ("a: 1\n\nb: *c\n", 3, "unknown anchor 'c' referenced"),
            ("a: &a\n  b: *a\n", 2, "anchor 'a' value contains itself"),
            ("a: 1\nb: x\u{1}\n", 2, "control characters are not allowed"),
            ("a: 1\n  b: 2\n", 2, "mapping values are not allowed in this context"),
            ("a:\n- 1\nb\n", 3, "could not find expected ':'"),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.line == line && fault.words.starts_with(words), "{text:?} {fault:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "([a-c:&*!?|>'\"{}\\[\\],%@#0-9_.+ \t\n-]|<<: |\\*a|&a |---\n|\u{0}|é){0,60}") {
            if let Err(fault) = read(&text) {
                proptest::prop_assert!(fault.line >= 1 && !fault.words.is_empty());
            }
        }
    }
}
