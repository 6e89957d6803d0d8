//! tr: puts other bytes in the place of bytes.

use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, escape};

/// The characters of a set of `tr`: ranges, classes, escapes.
fn set(text: &str) -> Vec<u8> {
    let text = [
        ("[:lower:]", "a-z"),
        ("[:upper:]", "A-Z"),
        ("[:digit:]", "0-9"),
        ("[:alpha:]", "A-Za-z"),
        ("[:alnum:]", "0-9A-Za-z"),
        ("[:space:]", "\\t\\n\\v\\f\\r "),
        ("[:punct:]", "!-/:-@[-`{-~"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (class, range)| text.replace(class, range));
    let plain = escape::unescape(&text, true).0.into_bytes();
    let (mut all, mut at) = (Vec::new(), 0);
    while at < plain.len() {
        if plain.get(at + 1) == Some(&b'-') && at + 2 < plain.len() && plain[at] <= plain[at + 2] {
            all.extend(plain[at]..=plain[at + 2]);
            at += 3;
        } else {
            all.push(plain[at]);
            at += 1;
        }
    }
    all
}

/// What `tr` does to each byte: drop it, or put another in its place; and which bytes it squeezes.
struct Translation {
    to: [Option<u8>; 256],
    squeezed: Option<Vec<u8>>,
}

impl Translation {
    fn new(letters: &str, sets: &[Vec<u8>]) -> Option<Self> {
        let first = sets.first()?;
        let second = sets.get(1).filter(|set| !set.is_empty());
        let (delete, complement) = (letters.contains('d'), letters.contains(['c', 'C']));
        let one = |byte: u8| {
            let at = first.iter().position(|known| *known == byte);
            match (at.is_some() != complement, second) {
                (true, _) if delete => None,
                (true, Some(second)) => Some(second[at.unwrap_or(usize::MAX).min(second.len() - 1)]),
                _ => Some(byte),
            }
        };
        let squeezed = letters.contains('s').then(|| second.unwrap_or(first).clone());
        Some(Self {
            to: std::array::from_fn(|byte| one(byte as u8)),
            squeezed,
        })
    }

    /// The chunk translated; `last` is the byte that came out before it.
    fn of(&self, chunk: &[u8], last: &mut Option<u8>) -> Vec<u8> {
        // A long run of one byte, as /dev/zero gives, is translated at once.
        if self.squeezed.is_none() && chunk.len() > 1 && chunk[1..] == chunk[..chunk.len() - 1] {
            return self.to[usize::from(chunk[0])].map_or_else(Vec::new, |byte| vec![byte; chunk.len()]);
        }
        let mut out: Vec<u8> = Vec::with_capacity(chunk.len());
        for byte in chunk.iter().filter_map(|byte| self.to[usize::from(*byte)]) {
            if *last == Some(byte) && self.squeezed.as_ref().is_some_and(|set| set.contains(&byte)) {
                continue;
            }
            *last = Some(byte);
            out.push(byte);
        }
        out
    }
}

pub(super) async fn tr(process: &Process, words: &[String]) -> Done {
    let option = |word: &&String| word.starts_with('-') && word.len() > 1;
    let letters: String = words.iter().take_while(option).flat_map(|word| word[1..].chars()).collect();
    let sets: Vec<Vec<u8>> = words.iter().skip_while(option).map(|word| set(word)).collect();
    let Some(translation) = Translation::new(&letters, &sets) else {
        process.complain("tr: missing operand").await;
        return Ok(1);
    };
    let mut last = None;
    loop {
        let chunk = process.read(0, 65_536).await;
        if chunk.is_empty() {
            return Ok(0);
        }
        process.print(translation.of(&chunk, &mut last)).await?;
    }
}
