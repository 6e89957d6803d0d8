//! Repairs text whose UTF-8 was once read as Windows-1252: `â€“` becomes an en dash again.

use std::borrow::Cow;

/// What Windows-1252 puts at 0x80 to 0x9f; the five holes stand for themselves.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š',
    '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Decodes every run of characters that are the bytes of one UTF-8 character; all else stays as it is.
#[must_use]
pub fn repair(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.chars().any(|char| ('\u{c2}'..='\u{f4}').contains(&char)) {
        return Cow::Borrowed(text);
    }
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        if chars[at].is_ascii() {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        match decode(&chars[at..], at.checked_sub(1).map(|before| chars[before])) {
            Some((char, used)) => {
                out.push(char);
                at += used;
            }
            None => {
                out.push(chars[at]);
                at += 1;
            }
        }
    }
    Cow::Owned(out)
}

fn decode(chars: &[char], before: Option<char>) -> Option<(char, usize)> {
    let lead = byte(*chars.first()?)?;
    let length = match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    // Â, Ã and â at the start of such a run are never meant; another letter may end a word that a quotation mark follows
    if !matches!(lead, 0xc2 | 0xc3 | 0xe2 | 0xf0) && before.is_some_and(char::is_alphabetic) {
        return None;
    }
    let bytes: Vec<u8> = chars.get(..length)?.iter().map_while(|char| byte(*char)).collect();
    let decoded = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    (bytes.len() == length && !decoded.is_control()).then_some((decoded, length))
}

fn byte(char: char) -> Option<u8> {
    if let Some(at) = HIGH.iter().position(|high| *high == char) {
        return u8::try_from(0x80 + at).ok();
    }
    u8::try_from(u32::from(char)).ok().filter(|byte| *byte >= 0xa0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the mistake makes of a text.
    fn garble(text: &str) -> String {
        text.bytes()
            .map(|byte| {
                if (0x80..0xa0).contains(&byte) {
                    HIGH[usize::from(byte) - 0x80]
                } else {
                    char::from(byte)
                }
            })
            .collect()
    }

    #[test]
    fn what_was_garbled_comes_back() {
        for text in ["💡 Hint", "✅ done", "⚠️ mind", "café – “quoted”…", "→ 🎯 ≥ 3 · naïve", "漢字"] {
            assert_eq!(repair(&garble(text)), text);
        }
        assert_eq!(repair("\u{f0}\u{178}\u{2019}\u{a1} Hint 1"), "💡 Hint 1");
    }

    #[test]
    fn what_is_right_stays() {
        for text in ["💡 Hint", "café", "« été»…", "NÃO", "Größe", "naïve“", "plain"] {
            assert_eq!(repair(text), text);
        }
    }
}
