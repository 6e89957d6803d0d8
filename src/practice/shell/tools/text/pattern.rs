//! The regular expressions of grep, sed and awk, written as the regex library wants them.

use std::iter::Peekable;
use std::str::Chars;

use regex::bytes::{Regex, RegexBuilder};

/// Which of POSIX's ways a pattern is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Written {
    Basic,
    Extended,
    /// Extended, and a backslash keeps its meaning between brackets.
    Awk,
}

/// A pattern of grep or sed: basic unless extended.
pub(in super::super) fn pattern(text: &str, extended: bool, ignore_case: bool) -> Option<Regex> {
    let text = translated(text, if extended { Written::Extended } else { Written::Basic });
    compiled(&text, ignore_case)
}

/// A pattern in the library's own words.
pub(super) fn compiled(text: &str, ignore_case: bool) -> Option<Regex> {
    RegexBuilder::new(text).case_insensitive(ignore_case).dot_matches_new_line(true).build().ok()
}

/// The pattern in the library's own words.
pub(super) fn translated(text: &str, written: Written) -> String {
    let basic = written == Written::Basic;
    let (mut out, mut chars, mut first) = (String::new(), text.chars().peekable(), true);
    while let Some(c) = chars.next() {
        let begins = std::mem::take(&mut first);
        match c {
            '[' => brackets(&mut out, &mut chars, written),
            '\\' => match chars.next() {
                // In basic patterns these have a meaning, and the bare characters none.
                Some(c @ ('(' | '|')) if basic => {
                    out.push(c);
                    first = true;
                }
                Some(c) if basic && "){}+?".contains(c) => out.push(c),
                Some(c) => out.extend(['\\', c]),
                None => out.push_str("\\\\"),
            },
            // What repeats nothing is itself.
            '*' if begins => out.push_str("\\*"),
            '+' | '?' if begins && !basic => out.extend(['\\', c]),
            '^' if basic && !begins => out.push_str("\\^"),
            '$' if basic && !ends(&chars) => out.push_str("\\$"),
            '{' if !basic && (begins || !interval(&chars)) => out.push_str("\\{"),
            '}' if !basic && !out.ends_with(|c: char| c.is_ascii_digit() || c == ',') => out.push_str("\\}"),
            c if basic && "(){}+?|".contains(c) => out.extend(['\\', c]),
            '^' | '(' | '|' => {
                out.push(c);
                first = true;
            }
            c => out.push(c),
        }
    }
    out
}

/// Whether a `$` stands where a basic pattern, or a part of it, ends.
fn ends(rest: &Peekable<Chars<'_>>) -> bool {
    let mut rest = rest.clone();
    match (rest.next(), rest.next()) {
        (None, _) => true,
        (Some('\\'), Some(c)) => c == ')' || c == '|',
        _ => false,
    }
}

/// Whether `2}`, `2,}` or `2,3}` follows.
fn interval(rest: &Peekable<Chars<'_>>) -> bool {
    let inside: String = rest.clone().take_while(|c| *c != '}').collect();
    let closed = rest.clone().any(|c| c == '}');
    closed && inside.starts_with(|c: char| c.is_ascii_digit()) && inside.chars().all(|c| c.is_ascii_digit() || c == ',')
}

/// What stands between brackets, in which the library gives a meaning to more characters than POSIX does.
fn brackets(out: &mut String, chars: &mut Peekable<Chars<'_>>, written: Written) {
    out.push('[');
    out.extend(chars.next_if_eq(&'^'));
    let mut first = true;
    while let Some(c) = chars.next() {
        match c {
            ']' if !first => {
                out.push(']');
                return;
            }
            '[' if chars.peek() == Some(&':') => {
                out.push('[');
                for c in chars.by_ref() {
                    out.push(c);
                    if c == ']' {
                        break;
                    }
                }
            }
            '\\' => match chars.next_if(|c| written == Written::Awk || "nt".contains(*c)) {
                Some(c) => out.extend(['\\', c]),
                None => out.push_str("\\\\"),
            },
            c if "[]&~".contains(c) => out.extend(['\\', c]),
            c => out.push(c),
        }
        first = false;
    }
}
