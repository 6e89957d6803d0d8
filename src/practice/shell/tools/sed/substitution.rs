//! `s`: what is looked for, and what stands in its place.

use regex::bytes::{Captures, Regex};

#[derive(Debug)]
enum Part {
    Literal(Vec<u8>),
    Group(usize),
}

#[derive(Debug)]
pub(super) struct Substitution {
    /// An empty pattern is the one that was asked last.
    pub pattern: Option<Regex>,
    with: Vec<Part>,
    /// The first match that is replaced.
    pub from: usize,
    pub all: bool,
    pub print: bool,
    pub write: Option<String>,
}

impl Substitution {
    pub(super) fn new(pattern: Option<Regex>, with: &str) -> Self {
        Self {
            pattern,
            with: parts(with),
            from: 1,
            all: false,
            print: false,
            write: None,
        }
    }

    /// The text with the matches replaced, or `None` where there is nothing to replace.
    pub(super) fn of(&self, pattern: &Regex, text: &[u8]) -> Option<Vec<u8>> {
        let (mut out, mut end, mut replaced) = (Vec::new(), 0, false);
        for hit in pattern.captures_iter(text).skip(self.from - 1) {
            let Some(whole) = hit.get(0) else { continue };
            out.extend_from_slice(&text[end..whole.start()]);
            self.put(&mut out, &hit);
            end = whole.end();
            replaced = true;
            if !self.all {
                break;
            }
        }
        out.extend_from_slice(&text[end..]);
        replaced.then_some(out)
    }

    fn put(&self, out: &mut Vec<u8>, hit: &Captures<'_>) {
        for part in &self.with {
            match part {
                Part::Literal(bytes) => out.extend_from_slice(bytes),
                Part::Group(number) => out.extend_from_slice(hit.get(*number).map_or(b"", |hit| hit.as_bytes())),
            }
        }
    }
}

/// A replacement taken apart: `&`, `\1`, escapes, all else as it is.
fn parts(text: &str) -> Vec<Part> {
    let (mut parts, mut literal, mut chars) = (Vec::new(), String::new(), text.chars());
    while let Some(c) = chars.next() {
        let group = match c {
            '&' => Some(0),
            '\\' => match chars.next() {
                Some(digit) if digit.is_ascii_digit() => digit.to_digit(10),
                Some(other) => {
                    literal.push(escaped(other));
                    None
                }
                None => None,
            },
            other => {
                literal.push(other);
                None
            }
        };
        if let Some(group) = group {
            parts.push(Part::Literal(std::mem::take(&mut literal).into_bytes()));
            parts.push(Part::Group(group as usize));
        }
    }
    parts.push(Part::Literal(literal.into_bytes()));
    parts
}

/// The character that a backslash makes of one.
pub(super) fn escaped(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\x07',
        'f' => '\x0c',
        'v' => '\x0b',
        other => other,
    }
}
