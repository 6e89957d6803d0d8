//! Quantities: amounts with a suffix, added up and printed in Kubernetes' canonical form.

use std::fmt;
use std::ops::{Add, Sub};

use serde_json::Value;

use super::field::milli;

/// How a quantity prefers to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Form {
    #[default]
    Decimal,
    Binary,
}

/// An amount in thousandths, and how it was written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quantity {
    pub milli: i128,
    form: Form,
}

impl Quantity {
    /// Reads a quantity; what is none counts as nothing.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        let binary = value.as_str().is_some_and(|text| text.ends_with('i'));
        Self {
            milli: milli(value),
            form: if binary { Form::Binary } else { Form::Decimal },
        }
    }

    /// A number of things.
    #[must_use]
    pub fn count(number: i64) -> Self {
        Self {
            milli: i128::from(number) * 1000,
            form: Form::Decimal,
        }
    }

    /// The form of the first that is not nothing.
    fn form_with(self, other: Self) -> Form {
        if self.milli == 0 { other.form } else { self.form }
    }

    /// The larger of two.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        if other.milli > self.milli { other } else { self }
    }
}

impl Add for Quantity {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            milli: self.milli + other.milli,
            form: self.form_with(other),
        }
    }
}

impl Sub for Quantity {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            milli: self.milli - other.milli,
            form: self.form_with(other),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.milli % 1000 != 0 {
            return write!(f, "{}m", self.milli);
        }
        let whole = self.milli / 1000;
        let (base, suffixes): (i128, &[&str]) = match self.form {
            Form::Binary if whole.abs() >= 1024 => (1024, &["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]),
            _ => (1000, &["", "k", "M", "G", "T", "P", "E"]),
        };
        let (mut amount, mut at) = (whole, 0);
        while amount != 0 && amount % base == 0 && at + 1 < suffixes.len() {
            amount /= base;
            at += 1;
        }
        write!(f, "{amount}{}", suffixes[at])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sums_are_printed_in_canonical_form() {
        let sum = |one: &str, other: &str| (Quantity::of(&json!(one)) + Quantity::of(&json!(other))).to_string();
        assert_eq!(sum("500m", "1500m"), "2");
        assert_eq!(sum("250m", "1"), "1250m");
        assert_eq!(sum("512Mi", "512Mi"), "1Gi");
        assert_eq!(sum("1Gi", "512Mi"), "1536Mi");
        assert_eq!(sum("0", "1Gi"), "1Gi");
        assert_eq!(sum("999", "1"), "1k");
    }
}
