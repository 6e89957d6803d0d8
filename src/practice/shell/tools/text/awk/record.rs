//! The record that awk is at, and its fields.

use std::sync::Arc;

use regex::Regex;

use super::value::Value;
use super::{Fault, regex};

/// A record may have so many fields.
const MOST: usize = 100_000;

/// What stands between fields.
#[derive(Debug, Clone)]
pub(super) enum Separator {
    Blanks,
    /// Every character is a field.
    Nothing,
    One(char),
    Pattern(Regex),
}

impl Separator {
    /// As FS says it; where a blank line ends a record, a line's end separates its fields as well.
    pub(super) fn new(value: &Value, lines: bool) -> Result<Self, Fault> {
        let text = match value {
            Value::Pattern(pattern) => return Ok(Self::Pattern(pattern.clone())),
            value => value.text("%.6g"),
        };
        let mut chars = text.chars();
        Ok(match (&*text, chars.next(), chars.next()) {
            (" ", ..) => Self::Blanks,
            (_, None, _) => Self::Nothing,
            (_, Some(one), None) if lines => Self::Pattern(regex(&format!("[{one}\n]"))?),
            (_, Some(one), None) => Self::One(one),
            _ if lines => Self::Pattern(regex(&format!("({text})|\n"))?),
            _ => Self::Pattern(regex(&text)?),
        })
    }

    pub(super) fn split<'a>(&self, text: &'a str) -> Vec<&'a str> {
        match self {
            Self::Blanks => text.split([' ', '\t', '\n']).filter(|field| !field.is_empty()).collect(),
            _ if text.is_empty() => Vec::new(),
            Self::Nothing => text.split("").filter(|field| !field.is_empty()).collect(),
            Self::One(one) => text.split(*one).collect(),
            Self::Pattern(pattern) => {
                let (mut fields, mut from) = (Vec::new(), 0);
                for hit in pattern.find_iter(text).filter(|hit| !hit.is_empty()) {
                    fields.push(&text[from..hit.start()]);
                    from = hit.end();
                }
                fields.push(&text[from..]);
                fields
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct Record {
    text: Arc<str>,
    fields: Vec<Value>,
    /// Whether the fields are those of the text.
    split: bool,
    /// Whether the text is that of the fields.
    whole: bool,
    /// Set with the values of FS and RS that it was made of.
    separator: Option<(Arc<str>, bool, Separator)>,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            text: "".into(),
            fields: Vec::new(),
            split: true,
            whole: true,
            separator: None,
        }
    }
}

impl Record {
    pub(super) fn set(&mut self, text: Arc<str>) {
        self.text = text;
        (self.split, self.whole) = (false, true);
    }

    /// Finds the fields.
    pub(super) fn split(&mut self, separator: &Value, lines: bool) -> Result<(), Fault> {
        if self.split {
            return Ok(());
        }
        let wanted = separator.text("%.6g");
        let known = self.separator.take().filter(|(known, was, _)| **known == *wanted && *was == lines);
        let (_, _, separator) = match known {
            Some(known) => self.separator.insert(known),
            None => self.separator.insert((wanted, lines, Separator::new(separator, lines)?)),
        };
        self.fields = separator.split(&self.text).into_iter().take(MOST).map(Value::input).collect();
        self.split = true;
        Ok(())
    }

    /// How many fields there are, once they are found.
    pub(super) fn count(&self) -> usize {
        self.fields.len()
    }

    pub(super) fn field(&self, number: usize) -> Value {
        self.fields.get(number - 1).cloned().unwrap_or_default()
    }

    pub(super) fn set_field(&mut self, number: usize, value: Value) -> Result<(), Fault> {
        if number > self.fields.len() {
            self.resize(number)?;
        }
        self.fields[number - 1] = value;
        self.whole = false;
        Ok(())
    }

    pub(super) fn resize(&mut self, count: usize) -> Result<(), Fault> {
        if count > MOST {
            return Err(Fault::Memory);
        }
        self.fields.resize(count, Value::input(""));
        self.whole = false;
        Ok(())
    }

    /// The record, put together anew when a field was changed.
    pub(super) fn text(&mut self, between: &str, format: &str) -> Arc<str> {
        if !self.whole {
            let fields: Vec<Arc<str>> = self.fields.iter().map(|field| field.text(format)).collect();
            self.text = fields.join(between).into();
            self.whole = true;
        }
        self.text.clone()
    }
}
