//! `sub`, `gsub` and `gensub`: what stands in the place of a match.

use regex::{Captures, Regex};

/// The text with its nth match replaced, or all of them for 0; and how many were.
pub(super) fn replaced(pattern: &Regex, with: &str, text: &str, nth: usize, groups: bool) -> (String, usize) {
    let (mut out, mut from, mut count) = (String::new(), 0, 0);
    for (at, hit) in pattern.captures_iter(text).enumerate() {
        let Some(whole) = hit.get(0) else { continue };
        if nth > 0 && at + 1 < nth {
            continue;
        }
        out.push_str(&text[from..whole.start()]);
        replacement(&mut out, with, &hit, groups);
        from = whole.end();
        count += 1;
        if nth > 0 {
            break;
        }
    }
    out.push_str(&text[from..]);
    (out, count)
}

/// `&` is the match; of the backslashes before it every other one stays, and an odd one takes its meaning from it.
fn replacement(out: &mut String, with: &str, hit: &Captures<'_>, groups: bool) {
    let mut behind = 0;
    for c in with.chars() {
        out.push(c);
        if c == '\\' {
            behind += 1;
            continue;
        }
        let group = c.to_digit(10).filter(|_| groups);
        if c == '&' || group.is_some() {
            out.truncate(out.len() - ((behind + 3) >> 1));
            if (behind + usize::from(group.is_some())) % 2 == 1 {
                out.push(c);
            } else {
                out.push_str(hit.get(group.unwrap_or(0) as usize).map_or("", |hit| hit.as_str()));
            }
        }
        behind = 0;
    }
}
