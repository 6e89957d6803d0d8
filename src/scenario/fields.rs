//! Reads the fields of a YAML file one by one, and turns every surprise into a warning with its line.

use std::time::Duration;

use serde_json::Value;

use crate::text;

/// A file being read, and what was odd in it.
pub struct Reader<'a> {
    file: &'a str,
    content: &'a str,
    pub warnings: Vec<String>,
}

impl<'a> Reader<'a> {
    #[must_use]
    pub fn new(file: &'a str, content: &'a str) -> Self {
        Self {
            file,
            content,
            warnings: Vec::new(),
        }
    }

    /// The line on which a key or word is first written.
    fn line(&self, key: &str) -> usize {
        let starts = |line: &str| {
            line.trim_start_matches([' ', '-', '{'])
                .strip_prefix(key)
                .is_some_and(|rest| rest.trim_start().starts_with(':'))
        };
        let lines = || self.content.lines();
        lines()
            .position(starts)
            .or_else(|| lines().position(|line| line.contains(key)))
            .map_or(1, |at| at + 1)
    }

    pub fn warn(&mut self, key: &str, what: &str) {
        let line = self.line(key);
        self.warnings.push(format!("{}:{line}: {}", self.file, text::clean(what)));
    }

    /// Warns of the keys of a map that are not among the known.
    pub fn known(&mut self, map: &Value, keys: &[&str]) {
        let unknown: Vec<String> = map
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key.clone())
            .filter(|key| !keys.contains(&key.as_str()))
            .collect();
        for key in unknown {
            let near = text::nearest(&key, keys);
            let advice = near
                .first()
                .map_or_else(|| format!("known here: {}", keys.join(", ")), |near| format!("did you mean `{near}`?"));
            self.warn(&key, &format!("unknown key `{key}` is passed over; {advice}"));
        }
    }

    pub fn text(&mut self, map: &Value, key: &str) -> Option<String> {
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
    pub fn or_empty(&mut self, map: &Value, key: &str) -> String {
        self.text(map, key).unwrap_or_default()
    }

    pub fn number(&mut self, map: &Value, key: &str) -> Option<u32> {
        let value = map.get(key)?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        if number.is_none() {
            self.warn(key, &format!("`{key}` should be a whole number"));
        }
        number
    }

    /// A list of texts; a single text counts as a list of one.
    pub fn texts(&mut self, map: &Value, key: &str) -> Vec<String> {
        match map.get(key) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(list)) => list
                .iter()
                .filter_map(|item| item.as_str().map(text::clean).or_else(|| item.as_i64().map(|number| number.to_string())))
                .collect(),
            Some(Value::String(text)) => vec![text::clean(text)],
            Some(_) => {
                self.warn(key, &format!("`{key}` should be a list of texts"));
                Vec::new()
            }
        }
    }

    pub fn each<T>(&mut self, map: &Value, key: &str, read: fn(&mut Self, &Value) -> Option<T>) -> Vec<T> {
        match map.get(key) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(list)) => list.iter().filter_map(|item| self.item(key, item, read)).collect(),
            Some(one @ Value::Object(_)) => read(self, one).into_iter().collect(),
            Some(_) => {
                self.warn(key, &format!("`{key}` should be a list"));
                Vec::new()
            }
        }
    }

    /// One item of a list; it is never passed over without a word.
    fn item<T>(&mut self, key: &str, item: &Value, read: fn(&mut Self, &Value) -> Option<T>) -> Option<T> {
        let before = self.warnings.len();
        let read = read(self, item);
        if read.is_none() && self.warnings.len() == before {
            self.warn(key, &format!("an item of `{key}` is passed over, as it says nothing that is known: {item}"));
        }
        read
    }

    pub fn duration(&mut self, map: &Value, key: &str) -> Option<Duration> {
        let said = self.text(map, key)?;
        let duration = duration(&said);
        if duration.is_none() {
            self.warn(key, &format!("`{key}: {said}` is no length of time; write 10s or 3m"));
        }
        duration
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
