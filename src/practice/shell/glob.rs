//! Shell patterns: `*`, `?`, `[…]`; a backslash takes a character for itself.

use crate::practice::runtime::process::Process;

/// A text as a pattern that matches only itself.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\' | '!' | '-') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A pattern as the text it was written as.
pub fn unescape(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        text.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
    }
    text
}

/// Whether anything in it matches more than itself.
pub fn is_pattern(text: &str) -> bool {
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '*' | '?' | '[' => return true,
            _ => {}
        }
    }
    false
}

/// Whether a pattern matches the whole text.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // Where the newest star stands, and what text it has swallowed so far.
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match one(&pattern, p, text[t]) {
            Some(next) => (p, t) = (next, t + 1),
            None if pattern.get(p) == Some(&'*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            None => match star {
                Some((after, swallowed)) => {
                    star = Some((after, swallowed + 1));
                    (p, t) = (after, swallowed + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Where the pattern goes on after matching one character, if it does.
fn one(pattern: &[char], at: usize, c: char) -> Option<usize> {
    match pattern.get(at)? {
        '*' => None,
        '?' => Some(at + 1),
        '\\' => (pattern.get(at + 1) == Some(&c)).then_some(at + 2),
        '[' => match class(pattern, at, c) {
            Some((hit, next)) => hit.then_some(next),
            None => (c == '[').then_some(at + 1),
        },
        own => (*own == c).then_some(at + 1),
    }
}

/// Whether a bracket holds a character, and where it ends; `None` when it is no bracket.
fn class(pattern: &[char], at: usize, c: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(at + 1), Some('!' | '^'));
    let first = at + 1 + usize::from(negated);
    let (mut index, mut hit) = (first, false);
    loop {
        let mut low = *pattern.get(index)?;
        if low == ']' && index > first {
            return Some((hit != negated, index + 1));
        }
        if low == '[' && pattern.get(index + 1) == Some(&':') {
            let end = (index..pattern.len()).find(|end| pattern[*end] == ':' && pattern.get(end + 1) == Some(&']') && *end > index + 1)?;
            let name: String = pattern[index + 2..end].iter().collect();
            hit |= named(&name, c);
            index = end + 2;
            continue;
        }
        if low == '\\' {
            index += 1;
            low = *pattern.get(index)?;
        }
        if pattern.get(index + 1) == Some(&'-') && pattern.get(index + 2).is_some_and(|high| *high != ']') {
            hit |= (low..=*pattern.get(index + 2)?).contains(&c);
            index += 3;
        } else {
            hit |= low == c;
            index += 1;
        }
    }
}

/// `[:alpha:]` and the like.
pub fn named(name: &str, c: char) -> bool {
    match name {
        "alpha" => c.is_ascii_alphabetic(),
        "digit" => c.is_ascii_digit(),
        "alnum" => c.is_ascii_alphanumeric(),
        "upper" => c.is_ascii_uppercase(),
        "lower" => c.is_ascii_lowercase(),
        "space" => c.is_ascii_whitespace(),
        "blank" => matches!(c, ' ' | '\t'),
        "punct" => c.is_ascii_punctuation(),
        "xdigit" => c.is_ascii_hexdigit(),
        "print" => !c.is_control(),
        _ => false,
    }
}

/// A text with the longest match of a pattern, or all of them, replaced.
pub fn replace(text: &str, pattern: &str, with: &str, all: bool) -> String {
    let (mut result, mut rest) = (String::new(), text);
    while !rest.is_empty() && !pattern.is_empty() {
        let hit = rest.char_indices().map(|(from, _)| from).find_map(|from| {
            let mut ends: Vec<usize> = rest[from..].char_indices().map(|(at, c)| from + at + c.len_utf8()).collect();
            ends.reverse();
            ends.into_iter().find(|to| matches(pattern, &rest[from..*to])).map(|to| (from, to))
        });
        let Some((from, to)) = hit else { break };
        result += &rest[..from];
        result += with;
        rest = &rest[to..];
        if !all {
            break;
        }
    }
    result + rest
}

/// The paths that a pattern matches, in order.
pub fn expand(process: &Process, pattern: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for (index, part) in pattern.split('/').enumerate() {
        let slash = if index == 0 { "" } else { "/" };
        if !is_pattern(part) {
            let plain = unescape(part);
            found = found.into_iter().map(|path| format!("{path}{slash}{plain}")).collect();
            continue;
        }
        let mut next = Vec::new();
        for path in found {
            let folder = if path.is_empty() && index == 0 { ".".to_owned() } else { format!("{path}/") };
            let names = process.kernel.files.names(&process.path(&folder)).unwrap_or_default();
            let fit = names
                .iter()
                .filter(|name| matches(part, name) && (!name.starts_with('.') || part.starts_with('.')));
            next.extend(fit.map(|name| format!("{path}{slash}{name}")));
        }
        found = next;
    }
    found.retain(|path| process.kernel.files.get(&process.path(path)).is_ok());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, hit) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a?c", "abbc", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[[:digit:]]*", "7up", true),
            (r"\*", "a", false),
            (r"\*", "*", true),
            ("*.log", "a.log.old", false),
            ("*ab*ab", "xabyabzab", true),
        ] {
            assert_eq!(matches(pattern, text), hit, "{pattern} {text}");
        }
        assert_eq!(unescape(&escape("a*b[c]\\")), "a*b[c]\\");
        assert_eq!(replace("a.b.c", ".", "-", false), "a-b.c");
        assert_eq!(replace("foobar", "o*b", "-", true), "f-ar");
    }
}
