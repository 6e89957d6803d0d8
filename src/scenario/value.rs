//! Whether a field says what a goal wants of it.

use std::fmt;

use serde_json::{Value, json};

use super::Test;
use super::path::number;
use crate::text;

impl Test {
    /// Whether the field, if it is there, passes.
    #[must_use]
    pub fn holds(&self, found: Option<&Value>) -> bool {
        let found = found.filter(|found| !found.is_null());
        match self {
            Self::Is(wanted) => found.is_some_and(|found| same(found, wanted)) || (wanted.is_null() && found.is_none()),
            Self::Not(unwanted) => found.map_or(!unwanted.is_null(), |found| !same(found, unwanted)),
            Self::Like(glob) => found.is_some_and(|found| text::glob(glob, &plain(found))),
            Self::AtLeast(bound) => compare(found, bound, |found, bound| found >= bound),
            Self::AtMost(bound) => compare(found, bound, |found, bound| found <= bound),
            Self::UnsetOrAtMost(bound) => found.is_none() || Self::AtMost(bound.clone()).holds(found),
            Self::Exists(wanted) => found.is_some() == *wanted,
        }
    }
}

/// Equal, or two spellings of one number or quantity.
fn same(found: &Value, wanted: &Value) -> bool {
    found == wanted || plain(found) == plain(wanted) || number(found).is_some_and(|it| number(wanted) == Some(it))
}

fn compare(found: Option<&Value>, bound: &str, holds: impl Fn(f64, f64) -> bool) -> bool {
    let bound = number(&json!(bound));
    found.and_then(number).zip(bound).is_some_and(|(found, bound)| holds(found, bound))
}

/// A field as people write it.
#[must_use]
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text::clean(text),
        other => text::clean(&other.to_string()),
    }
}

impl fmt::Display for Test {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(wanted) => write!(out, "is {}", plain(wanted)),
            Self::Not(unwanted) => write!(out, "is not {}", plain(unwanted)),
            Self::Like(glob) => write!(out, "is like {glob}"),
            Self::AtLeast(bound) => write!(out, "is at least {bound}"),
            Self::AtMost(bound) => write!(out, "is at most {bound}"),
            Self::UnsetOrAtMost(bound) => write!(out, "is not set, or at most {bound}"),
            Self::Exists(true) => out.write_str("is set"),
            Self::Exists(false) => out.write_str("is not set"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_know_absence_spelling_and_size() {
        let there = json!("64Mi");
        for (test, found, holds) in [
            (Test::Is(json!("65536Ki")), Some(&there), true),
            (Test::Is(json!("65Mi")), Some(&there), false),
            (Test::Is(json!("64Mi")), None, false),
            (Test::Not(json!("64Mi")), None, true),
            (Test::Not(json!("64Mi")), Some(&there), false),
            (Test::Like("64*".into()), Some(&there), true),
            (Test::AtMost("96Mi".into()), Some(&there), true),
            (Test::AtLeast("96Mi".into()), Some(&there), false),
            (Test::AtMost("96Mi".into()), None, false),
            (Test::UnsetOrAtMost("96Mi".into()), None, true),
            (Test::UnsetOrAtMost("32Mi".into()), Some(&there), false),
            (Test::Exists(false), None, true),
            (Test::Exists(false), Some(&Value::Null), true),
        ] {
            assert_eq!(test.holds(found), holds, "{test} of {found:?}");
        }
    }
}
