//! sort, by keys.

use std::cmp::Ordering;

use super::{content, named, opened};
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line};

/// `-k 2.1,3nr`: where it begins and ends, and how it is compared.
struct Key {
    from: (usize, usize),
    to: Option<(usize, usize)>,
    letters: String,
}

struct Order {
    keys: Vec<Key>,
    separator: Option<char>,
    /// The letters for all keys that have none.
    letters: String,
    stable: bool,
}

pub(super) async fn sort(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "ktoTS");
    let letters: String = line.letters.keys().filter(|letter| "nrfbgVdiM".contains(**letter)).collect();
    let order = Order {
        keys: line.value('k').map(|keys| keys.split('\n').map(key).collect()).unwrap_or_default(),
        separator: line.value('t').and_then(|separator| separator.chars().next()),
        stable: line.has('s') || line.has('u'),
        letters,
    };
    let (mut code, mut text) = (0, String::new());
    for path in named(&line) {
        match opened(process, "sort", &path).await {
            Some(file) => text += &String::from_utf8_lossy(&content(process, &file).await),
            None => code = 1,
        }
    }
    let end = if line.has('z') { '\0' } else { '\n' };
    let mut all: Vec<&str> = text.strip_suffix(end).unwrap_or(&text).split(end).collect();
    if text.is_empty() {
        all.clear();
    }
    if line.has('c') {
        let wrong = all.windows(2).position(|two| order.compare(two[0], two[1]).is_gt());
        if let Some(at) = wrong {
            process.complain(format!("Check line {}", at + 1)).await;
        }
        return Ok(i32::from(wrong.is_some()));
    }
    all.sort_by(|one, other| order.compare(one, other));
    if line.has('u') {
        all.dedup_by(|one, other| order.compare(one, other).is_eq());
    }
    let sorted: String = all.into_iter().flat_map(|line| [line, if end == '\0' { "\0" } else { "\n" }]).collect();
    let Some(path) = line.value('o') else {
        process.print(sorted).await?;
        return Ok(code);
    };
    let mut child = process.clone();
    match process.create(path, false) {
        Ok(file) => {
            child.files.insert(1, file);
            child.print(sorted).await?;
        }
        Err(fault) => {
            process.complain(format!("sort: can't open '{path}': {fault}")).await;
            code = 1;
        }
    }
    Ok(code)
}

fn key(text: &str) -> Key {
    let place = |text: &str| {
        let digits = text.trim_end_matches(char::is_alphabetic);
        let (field, letter) = digits.split_once('.').unwrap_or((digits, ""));
        (field.parse().unwrap_or(1), letter.parse().unwrap_or(0))
    };
    let (from, to) = text.split_once(',').map_or((text, None), |(from, to)| (from, Some(to)));
    Key {
        from: place(from),
        to: to.map(place),
        letters: text.chars().filter(char::is_ascii_alphabetic).collect(),
    }
}

impl Order {
    fn compare(&self, one: &str, other: &str) -> Ordering {
        let whole = Key {
            from: (1, 0),
            to: None,
            letters: String::new(),
        };
        let keys = if self.keys.is_empty() { std::slice::from_ref(&whole) } else { &self.keys };
        let by_keys = keys.iter().map(|key| self.by(key, one, other)).find(|order| order.is_ne());
        by_keys.unwrap_or_else(|| match (self.stable, self.letters.contains('r')) {
            (true, _) => Ordering::Equal,
            (_, true) => other.cmp(one),
            _ => one.cmp(other),
        })
    }

    fn by(&self, key: &Key, one: &str, other: &str) -> Ordering {
        let letters = if key.letters.is_empty() { &self.letters } else { &key.letters };
        let [left, right] = [one, other].map(|line| {
            let part = self.part(key, line);
            let part = if letters.contains('b') { part.trim_start() } else { part };
            match (letters.contains('f'), letters.contains('d')) {
                (false, false) => part.to_owned(),
                (fold, dictionary) => {
                    let kept = part.chars().filter(|c| !dictionary || c.is_alphanumeric() || c.is_whitespace());
                    kept.map(|c| if fold { c.to_ascii_uppercase() } else { c }).collect()
                }
            }
        });
        let order = if letters.contains(['n', 'g']) {
            number(&left).total_cmp(&number(&right))
        } else if letters.contains('V') {
            version(&left, &right)
        } else {
            left.cmp(&right)
        };
        if letters.contains('r') { order.reverse() } else { order }
    }

    /// What of a line a key is about.
    fn part<'a>(&self, key: &Key, line: &'a str) -> &'a str {
        let start = self.field(line, key.from.0).0 + key.from.1.saturating_sub(1);
        let end = match key.to {
            None => line.len(),
            Some((field, 0)) => self.field(line, field).1,
            Some((field, letters)) => (self.field(line, field).0 + letters).min(line.len()),
        };
        line.get(start..end.max(start)).unwrap_or_default()
    }

    /// Where a field begins and ends. Without a separator the blanks before it belong to it.
    fn field(&self, line: &str, number: usize) -> (usize, usize) {
        let mut start = 0;
        for at in 1.. {
            let rest = &line[start..];
            let length = match self.separator {
                Some(separator) => rest.find(separator),
                None => {
                    let blanks = rest.len() - rest.trim_start().len();
                    rest[blanks..].find(char::is_whitespace).map(|end| end + blanks)
                }
            };
            let end = length.map_or(line.len(), |length| start + length);
            if at >= number {
                return (start, end);
            }
            if length.is_none() {
                break;
            }
            start = end + self.separator.map_or(0, char::len_utf8);
        }
        (line.len(), line.len())
    }
}

fn number(text: &str) -> f64 {
    let text = text.trim_start();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '-' && c != '.').unwrap_or(text.len());
    text[..digits].parse().unwrap_or(0.0)
}

/// Digits within a text are compared as numbers.
fn version(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one, other);
    while let (Some(a), Some(b)) = (left.chars().next(), right.chars().next()) {
        if a.is_ascii_digit() && b.is_ascii_digit() {
            let [x, y] = [left, right].map(|text| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
            let [m, n] = [&left[..x], &right[..y]].map(|digits| digits.trim_start_matches('0'));
            let order = m.len().cmp(&n.len()).then_with(|| m.cmp(n));
            if order.is_ne() {
                return order;
            }
            (left, right) = (&left[x..], &right[y..]);
        } else if a == b {
            (left, right) = (&left[a.len_utf8()..], &right[b.len_utf8()..]);
        } else {
            return a.cmp(&b);
        }
    }
    left.cmp(right)
}
