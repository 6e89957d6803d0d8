//! What the machine holds: its stack, variables, arrays, patterns.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use regex::Regex;

use super::array::Array;
use super::code::{Name, special};
use super::machine::{Machine, Ran};
use super::value::Value;
use super::{Fault, regex};
use crate::practice::runtime::hold;

/// A text may be so long.
const LONGEST: usize = 1 << 24;
/// Patterns that were made of texts and are kept.
const KEPT: usize = 64;

impl Machine {
    pub(super) fn push(&mut self, value: Value) {
        if let Value::Text(text) | Value::Input(text) = &value {
            self.grown += text.len() as u64;
            self.fuel = self.fuel.saturating_sub(text.len() / 256);
        }
        self.stack.push(value);
    }

    pub(super) fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or_default()
    }

    pub(super) fn pop_text(&mut self) -> Arc<str> {
        let value = self.pop();
        self.text(&value)
    }

    pub(super) fn pop_many(&mut self, count: usize) -> Vec<Value> {
        self.stack.split_off(self.stack.len().saturating_sub(count))
    }

    pub(super) fn special(&self, number: usize) -> Arc<str> {
        self.globals[number].text("%.6g")
    }

    pub(super) fn text(&self, value: &Value) -> Arc<str> {
        match value {
            Value::Text(text) | Value::Input(text) => text.clone(),
            value => value.text(&self.special(special::CONVFMT)),
        }
    }

    /// A new text, unless it is too long.
    pub(super) fn made(text: String) -> Ran<Value> {
        if text.len() > LONGEST {
            Err(Fault::Memory)
        } else {
            Ok(Value::Text(text.into()))
        }
    }

    pub(super) fn slot(&mut self, name: Name) -> &mut Value {
        match name {
            Name::Global(number) => &mut self.globals[number],
            Name::Local(number) => &mut self.stack[self.base + number],
        }
    }

    /// The array of a name, which becomes one where it was nothing.
    pub(super) fn array(&mut self, name: Name) -> Ran<Arc<Mutex<Array>>> {
        let slot = self.slot(name);
        match slot {
            Value::Array(array) => Ok(array.clone()),
            Value::Empty => {
                let array = Arc::<Mutex<Array>>::default();
                *slot = Value::Array(array.clone());
                Ok(array)
            }
            _ => Err(Fault::Scalar),
        }
    }

    /// The pattern that a value is, or is written in.
    pub(super) fn pattern(&mut self, value: &Value) -> Ran<Regex> {
        if let Value::Pattern(pattern) = value {
            return Ok(pattern.clone());
        }
        let text = self.text(value);
        if let Some(known) = self.patterns.get(&text) {
            return Ok(known.clone());
        }
        let pattern = regex(&text)?;
        if self.patterns.len() >= KEPT {
            self.patterns.clear();
        }
        self.patterns.insert(text, pattern.clone());
        Ok(pattern)
    }

    /// About how much memory is in use.
    pub(super) fn size(&self) -> u64 {
        // An array may have several names.
        let mut seen = BTreeSet::new();
        let one = |value: &Value| match value {
            Value::Array(array) if seen.insert(Arc::as_ptr(array)) => hold(array).size(),
            value => value.size(),
        };
        self.globals.iter().chain(&self.stack).map(one).sum()
    }
}
