//! Text on its way to the terminal: cleaned once on entry, aged, wrapped, matched and compared.

pub mod diff;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const TAB_STOP: usize = 8;

/// Takes out what could command a terminal or mislead a reader: escape sequences, control characters, bidirectional
/// overrides, zero-width characters. Lines stay; a tab becomes spaces up to the next stop.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // no sequence goes on behind its line
    for line in text.split_inclusive('\n') {
        if line.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
            out.push_str(line);
        } else {
            clean_line(line, &mut out);
        }
    }
    out
}

fn clean_line(line: &str, out: &mut String) {
    let mut column = 0;
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            ' '..='~' => {
                out.push(char);
                column += 1;
            }
            '\n' => out.push(char),
            '\t' => {
                let spaces = TAB_STOP - column % TAB_STOP;
                out.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            '\u{1b}' => skip_escape(&mut chars),
            '\u{9b}' => skip_csi(&mut chars),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut chars),
            _ if char.is_control() || is_hidden(char) => {}
            _ => {
                out.push(char);
                column += char.width().unwrap_or(0);
            }
        }
    }
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_escape(chars: &mut Chars) {
    match chars.peek().copied() {
        Some('[') => {
            chars.next();
            skip_csi(chars);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            chars.next();
            skip_string(chars);
        }
        // two-character and charset sequences: intermediates, then one final byte
        Some(' '..='~') => {
            while chars.next_if(|char| matches!(char, ' '..='/')).is_some() {}
            chars.next_if(|char| matches!(char, '0'..='~'));
        }
        _ => {}
    }
}

fn skip_csi(chars: &mut Chars) {
    while chars.next_if(|char| matches!(char, ' '..='?')).is_some() {}
    chars.next_if(|char| matches!(char, '@'..='~'));
}

/// A control string runs to BEL or ST; one that never ends is cut at its line's end, so that it cannot swallow a lesson.
fn skip_string(chars: &mut Chars) {
    while let Some(char) = chars.next_if(|char| *char != '\n') {
        match char {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' if chars.next_if_eq(&'\\').is_some() => return,
            _ => {}
        }
    }
}

/// Invisible, or turns the reading direction. The joiner of emoji (U+200D) and the emoji style (U+FE0F) are taken out as well: terminals disagree about them.
fn is_hidden(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// An age as kubectl prints it (apimachinery's `HumanDuration`).
#[must_use]
pub fn age(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const YEAR: i64 = 365 * DAY;
    let two = |big: i64, b: &str, small: i64, s: &str| if small == 0 { format!("{big}{b}") } else { format!("{big}{b}{small}{s}") };
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        0..120 => format!("{seconds}s"),
        _ if seconds < 10 * MINUTE => two(seconds / MINUTE, "m", seconds % MINUTE, "s"),
        _ if seconds < 3 * HOUR => format!("{}m", seconds / MINUTE),
        _ if seconds < 8 * HOUR => two(seconds / HOUR, "h", seconds % HOUR / MINUTE, "m"),
        _ if seconds < 2 * DAY => format!("{}h", seconds / HOUR),
        _ if seconds < 8 * DAY => two(seconds / DAY, "d", seconds % DAY / HOUR, "h"),
        _ if seconds < 2 * YEAR => format!("{}d", seconds / DAY),
        _ if seconds < 8 * YEAR => two(seconds / YEAR, "y", seconds % YEAR / DAY, "d"),
        _ => format!("{}y", seconds / YEAR),
    }
}

/// Breaks text into lines of at most `width` columns, at spaces where there are some. Indentation of a line stays on its first piece.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        wrap_line(line, width, &mut lines);
    }
    lines
}

fn wrap_line(line: &str, width: usize, lines: &mut Vec<String>) {
    let mut current = String::new();
    let mut used = 0;
    for word in words(line) {
        let (body, wide) = (word.trim_end_matches(' '), word.width());
        if used > 0 && used + body.width() > width {
            lines.push(current.trim_end().to_owned());
            current.clear();
            used = 0;
        }
        if body.width() <= width {
            current.push_str(word);
            used += wide;
            continue;
        }
        for char in body.chars() {
            let wide = char.width().unwrap_or(0);
            if used > 0 && used + wide > width {
                lines.push(std::mem::take(&mut current));
                used = 0;
            }
            current.push(char);
            used += wide;
        }
        current.push_str(&word[body.len()..]);
        used += wide - body.width();
    }
    lines.push(current.trim_end().to_owned());
}

/// Words with the spaces that follow them; leading spaces belong to the first.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut seen_word = false;
    let mut in_gap = false;
    for (at, char) in line.char_indices() {
        if char == ' ' {
            in_gap = seen_word;
        } else {
            if in_gap {
                words.push(&line[start..at]);
                start = at;
            }
            in_gap = false;
            seen_word = true;
        }
    }
    words.push(&line[start..]);
    words
}

/// The candidates that look like `word`, best first: those that contain it, then those a few typing slips away.
#[must_use]
pub fn nearest<S: AsRef<str>>(word: &str, candidates: impl IntoIterator<Item = S>) -> Vec<String> {
    // names are as often written without their hyphens
    let letters = |name: &str| name.to_lowercase().replace(['-', '_', ' '], "");
    let word = letters(word);
    let mut found: Vec<(usize, String)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let lower = letters(candidate.as_ref());
            let near = word.len() > 1 && (lower.contains(&word) || word.contains(&lower) && lower.len() > 2);
            // a slip in the beginning of a name that was not written to its end; few letters begin too many names
            let start: String = lower.chars().take(word.chars().count()).collect();
            let from_start = if start.len() > 5 { distance(&word, &start) } else { usize::MAX };
            let slips = if near { 0 } else { distance(&word, &lower).min(from_start) };
            (near || slips <= lower.chars().count().min(word.chars().count()).div_ceil(3)).then(|| (slips, candidate.as_ref().to_owned()))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, candidate)| candidate).take(5).collect()
}

/// Levenshtein's distance, a swap of neighbours counting as one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// Whether the whole text fits the pattern, in which `*` stands for anything, line ends too. An empty pattern fits everything.
#[must_use]
pub fn glob(pattern: &str, text: &str) -> bool {
    if pattern.is_empty() {
        return true;
    }
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning_takes_out_commands_and_keeps_words() {
        assert_eq!(clean("\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}ok\u{1b}(B\r\n"), "red ok\n");
        assert_eq!(clean("a\tb\u{202e}c\u{200b}d\u{9b}2Je\u{0}"), "a       bcde");
        assert_eq!(clean("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\"), "link");
        assert_eq!(clean("\u{1b}]never ends\nnext"), "\nnext");
        assert_eq!(clean("\u{1b}"), "");
    }

    #[test]
    fn ages_are_kubectls() {
        for (seconds, want) in [
            (-5, "<invalid>"),
            (-1, "0s"),
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (245, "4m5s"),
            (600, "10m"),
            (10_799, "179m"),
            (10_800, "3h"),
            (18_720, "5h12m"),
            (28_800, "8h"),
            (108_000, "30h"),
            (273_600, "3d4h"),
            (691_200, "8d"),
            (34_560_000, "400d"),
            (96_336_000, "3y20d"),
            (283_824_000, "9y"),
        ] {
            assert_eq!(age(seconds), want, "{seconds}");
        }
    }

    #[test]
    fn wrapping_breaks_at_spaces_and_inside_long_words() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("  deep in", 6), ["  deep", "in"]);
        assert_eq!(wrap("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a\n\nb", 4), ["a", "", "b"]);
        assert_eq!(wrap("漢字漢字", 5), ["漢字", "漢字"]);
        assert_eq!(wrap("", 0), [""]);
    }

    #[test]
    fn near_matches_are_offered_best_first() {
        let names = ["crash-loop", "image-pull-backoff", "port-mismatch"];
        assert_eq!(nearest("crahs-loop", names), ["crash-loop"]);
        assert_eq!(nearest("image", names), ["image-pull-backoff"]);
        assert_eq!(nearest("imagepull", names), ["image-pull-backoff"]);
        assert_eq!(nearest("imgae-pull", names), ["image-pull-backoff"]);
        assert!(nearest("quite-other-thing", names).is_empty());
    }

    #[test]
    fn globs_match_the_whole_text() {
        assert!(glob("Failed*not found*", "Failed to pull\nimage: not found"));
        assert!(glob("*", "") && glob("", "x") && glob("a*a", "aa") && glob("exact", "exact"));
        assert!(!glob("a*a", "a") && !glob("exact", "exactly") && !glob("*b", "ba"));
    }
}
