//! Backslash escapes as `echo -e`, `printf` and `$'…'` know them.

/// The text without its escapes, and whether `\c` cut it short.
pub fn unescape(text: &str, stops: bool) -> (String, bool) {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('r') => plain.push('\r'),
            Some('a') => plain.push('\x07'),
            Some('b') => plain.push('\x08'),
            Some('f') => plain.push('\x0c'),
            Some('v') => plain.push('\x0b'),
            Some('e') => plain.push('\x1b'),
            Some('\\') => plain.push('\\'),
            Some('c') if stops => return (plain, true),
            Some('x') => plain.push(number(&mut chars, 16, 2, 0)),
            Some(digit @ '0'..='7') => plain.push(number(&mut chars, 8, if digit == '0' { 3 } else { 2 }, digit as u32 - '0' as u32)),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    (plain, false)
}

fn number(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, base: u32, most: usize, start: u32) -> char {
    let mut value = start;
    for _ in 0..most {
        let Some(digit) = chars.peek().and_then(|c| c.to_digit(base)) else { break };
        value = value * base + digit;
        chars.next();
    }
    char::from_u32(value & 255).unwrap_or('?')
}
