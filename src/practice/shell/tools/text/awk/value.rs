//! The values of awk: numbers, texts, and texts that count as numbers where they look like one.

use std::cmp::Ordering;
use std::sync::{Arc, Mutex};

use regex::Regex;

use super::array::Array;
use crate::practice::shell::tools::conversion::Conversion;

#[derive(Debug, Clone, Default)]
pub(super) enum Value {
    /// Never set.
    #[default]
    Empty,
    Number(f64),
    Text(Arc<str>),
    /// A text from outside: a field, a variable of the command line.
    Input(Arc<str>),
    Pattern(Regex),
    Array(Arc<Mutex<Array>>),
}

impl Value {
    pub(super) fn input(text: &str) -> Self {
        Self::Input(text.into())
    }

    pub(super) fn number(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Text(text) | Self::Input(text) => leading(text),
            Self::Empty | Self::Pattern(_) | Self::Array(_) => 0.0,
        }
    }

    /// Its text; a number that is not whole is written as the format says.
    pub(super) fn text(&self, format: &str) -> Arc<str> {
        match self {
            Self::Number(number) => shown(*number, format).into(),
            Self::Text(text) | Self::Input(text) => text.clone(),
            Self::Pattern(pattern) => pattern.as_str().into(),
            Self::Empty | Self::Array(_) => "".into(),
        }
    }

    pub(super) fn truth(&self) -> bool {
        match self {
            Self::Number(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Input(text) => looks_numeric(text).map_or(!text.is_empty(), |number| number != 0.0),
            Self::Empty | Self::Pattern(_) | Self::Array(_) => false,
        }
    }

    /// As a number, when it is one or looks like one.
    fn numeric(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Input(text) => looks_numeric(text),
            Self::Empty => Some(0.0),
            Self::Text(_) | Self::Pattern(_) | Self::Array(_) => None,
        }
    }

    /// Numbers by their size, everything else letter by letter.
    pub(super) fn compare(&self, other: &Self, format: &str) -> Option<Ordering> {
        match (self.numeric(), other.numeric()) {
            (Some(left), Some(right)) => left.partial_cmp(&right),
            _ => Some(self.text(format).cmp(&other.text(format))),
        }
    }

    /// About how much memory it takes.
    pub(super) fn size(&self) -> u64 {
        16 + match self {
            Self::Text(text) | Self::Input(text) => text.len() as u64,
            _ => 0,
        }
    }
}

pub(super) fn shown(number: f64, format: &str) -> String {
    let whole = number as i64;
    if whole as f64 == number && whole != i64::MAX {
        return whole.to_string();
    }
    let spec = format.strip_prefix('%').unwrap_or("");
    let kind = spec.chars().last().unwrap_or('g');
    let kind = if "feEgG".contains(kind) { kind } else { 'g' };
    Conversion::parse(spec.trim_end_matches(char::is_alphabetic)).float(kind, number)
}

/// How much of the text is a number.
pub(super) fn numeric_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let sign = |at: usize| at + usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
    let start = sign(0);
    let mut end = digits(start);
    let mut count = end - start;
    if bytes.get(end) == Some(&b'.') {
        let behind = digits(end + 1);
        count += behind - end - 1;
        end = if count > 0 { behind } else { end };
    }
    if count == 0 {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let exponent = sign(end + 1);
        let last = digits(exponent);
        if last > exponent {
            end = last;
        }
    }
    end
}

/// The number a text begins with, as strtod reads it.
fn leading(text: &str) -> f64 {
    let text = text.trim_start();
    let (sign, rest) = text.strip_prefix('-').map_or((1.0, text.trim_start_matches('+')), |rest| (-1.0, rest));
    if let Some(hex) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
        let length = hex.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hex.len());
        return sign * u64::from_str_radix(&hex[..length], 16).unwrap_or(0) as f64;
    }
    let named = |name: &str| rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    match numeric_length(text) {
        0 if named("inf") => sign * f64::INFINITY,
        0 if named("nan") => f64::NAN,
        length => text[..length].parse().unwrap_or(0.0),
    }
}

fn looks_numeric(text: &str) -> Option<f64> {
    let trimmed = text.trim();
    let hex = trimmed.trim_start_matches(['-', '+']).strip_prefix("0x");
    let whole = hex.is_some_and(|hex| !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || !trimmed.is_empty() && numeric_length(trimmed) == trimmed.len();
    whole.then(|| leading(trimmed))
}
