//! grep.

use std::collections::VecDeque;

use regex::bytes::Regex;

use super::pattern::{Written, compiled, translated};
use super::reader::Reader;
use super::{content, named, opened};
use crate::practice::runtime::pipe::Broken;
use crate::practice::runtime::process::{File, Process};
use crate::practice::shell::tools::{Done, Line};

struct Search<'a> {
    process: &'a Process,
    line: Line,
    /// `None` matches nothing.
    pattern: Option<Regex>,
    /// Whether lines are told with their file.
    titled: bool,
    before: usize,
    after: usize,
    most: u64,
}

pub(super) async fn grep(process: &Process, name: &str, words: &[String]) -> Done {
    let mut line = Line::read(words, "eABCmf");
    let Some(wanted) = wanted(process, &mut line).await else {
        process.complain("grep: no pattern given").await;
        return Ok(2);
    };
    let fixed = line.has('F') || name == "fgrep";
    let written = if line.has('E') || name == "egrep" {
        Written::Extended
    } else {
        Written::Basic
    };
    let parts: Vec<String> = wanted
        .iter()
        .map(|part| {
            let part = if fixed { regex::escape(part) } else { translated(part, written) };
            let part = if line.has('w') { format!(r"\b(?:{part})\b") } else { part };
            if line.has('x') { format!("^(?:{part})$") } else { format!("(?:{part})") }
        })
        .collect();
    let Some(pattern) = compiled(&parts.join("|"), line.has('i') || line.has('y')) else {
        process.complain(format!("grep: bad regex '{}': Invalid regexp", wanted.join("\n"))).await;
        return Ok(2);
    };
    let count = |letter: char| line.value(letter).or(line.value('C')).and_then(|count| count.parse().ok()).unwrap_or(0);
    let (before, after) = (count('B'), count('A'));
    let (paths, deep) = paths(process, &line);
    let search = Search {
        process,
        pattern: (!wanted.is_empty()).then_some(pattern),
        titled: line.has('H') || (paths.len() > 1 || deep) && !line.has('h'),
        before,
        after,
        most: line.value('m').and_then(|most| most.parse().ok()).unwrap_or(u64::MAX),
        line,
    };
    search.all(name, &paths).await
}

/// The patterns, of the command line and of files.
async fn wanted(process: &Process, line: &mut Line) -> Option<Vec<String>> {
    let split = |text: &str| text.split('\n').map(str::to_owned).collect::<Vec<_>>();
    let mut all = line.value('e').map(split);
    if let Some(path) = line.value('f') {
        let text = match opened(process, "grep", path).await {
            Some(file) => content(process, &file).await,
            None => Vec::new(),
        };
        let lines = String::from_utf8_lossy(&text).lines().map(str::to_owned).collect::<Vec<_>>();
        all = Some([all.unwrap_or_default(), lines].concat());
    }
    if all.is_none() && !line.words.is_empty() {
        all = Some(split(&line.words.remove(0)));
    }
    all
}

/// The files to search, those below folders among them, and whether any is.
fn paths(process: &Process, line: &Line) -> (Vec<String>, bool) {
    if !line.has('r') && !line.has('R') {
        return (named(line), false);
    }
    let roots = if line.words.is_empty() { vec![".".to_owned()] } else { line.words.clone() };
    let (mut found, mut deep) = (Vec::new(), false);
    let mut waiting: Vec<String> = roots.into_iter().rev().collect();
    while let Some(path) = waiting.pop() {
        if path == "-" || !process.kernel.files.is_folder(&process.path(&path)) {
            found.push(path);
            continue;
        }
        deep = true;
        let names = process.kernel.files.names(&process.path(&path)).unwrap_or_default();
        waiting.extend(names.into_iter().rev().map(|name| format!("{}/{name}", path.trim_end_matches('/'))));
    }
    (found, deep)
}

impl Search<'_> {
    async fn all(&self, name: &str, paths: &[String]) -> Done {
        let (mut found, mut bad) = (false, false);
        for path in paths {
            let file = if self.line.has('s') {
                if path == "-" {
                    self.process.files.get(&0).cloned()
                } else {
                    self.process.open(path).ok()
                }
            } else {
                opened(self.process, name, path).await
            };
            let Some(file) = file else {
                bad = true;
                continue;
            };
            let hits = self.file(path, file).await?;
            found |= hits > 0;
            if hits > 0 && self.line.has('q') {
                return Ok(0);
            }
            if self.line.has('l') && hits > 0 || self.line.has('L') && hits == 0 {
                self.process.print(format!("{path}\n")).await?;
            } else if self.line.has('c') && !self.line.has('l') && !self.line.has('L') {
                let title = if self.titled { format!("{path}:") } else { String::new() };
                self.process.print(format!("{title}{hits}\n")).await?;
            }
        }
        Ok(if bad { 2 } else { i32::from(!found) })
    }

    /// How many lines of a file are wanted; they are printed as they come.
    async fn file(&self, path: &str, file: File) -> Result<u64, Broken> {
        let mut reader = Reader::new(file);
        let mute = ['q', 'l', 'L', 'c'].iter().any(|letter| self.line.has(*letter));
        let (mut number, mut hits, mut shown, mut left) = (0usize, 0u64, 0usize, 0usize);
        let mut earlier: VecDeque<Vec<u8>> = VecDeque::new();
        while hits < self.most || left > 0 {
            let Some(mut text) = reader.line(self.process).await else { break };
            number += 1;
            text.truncate(text.len() - usize::from(text.last() == Some(&b'\n')));
            let fits = self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(&text)) != self.line.has('v');
            if fits && hits < self.most {
                hits += 1;
                if mute {
                    if !self.line.has('c') {
                        break;
                    }
                    continue;
                }
                let first = number - earlier.len();
                if shown > 0 && first > shown + 1 && self.before + self.after > 0 {
                    self.process.print("--\n").await?;
                }
                for (at, text) in earlier.drain(..).enumerate() {
                    self.print(path, first + at, '-', &text).await?;
                }
                self.hit(path, number, &text).await?;
                (shown, left) = (number, self.after);
            } else if left > 0 {
                self.print(path, number, '-', &text).await?;
                (shown, left) = (number, left - 1);
            } else if self.before > 0 && !mute {
                earlier.push_back(text);
                if earlier.len() > self.before {
                    earlier.pop_front();
                }
            }
        }
        Ok(hits)
    }

    async fn hit(&self, path: &str, number: usize, text: &[u8]) -> Result<(), Broken> {
        match &self.pattern {
            Some(pattern) if self.line.has('o') => {
                for part in pattern.find_iter(text).filter(|part| !part.is_empty()) {
                    self.print(path, number, ':', part.as_bytes()).await?;
                }
                Ok(())
            }
            _ => self.print(path, number, ':', text).await,
        }
    }

    async fn print(&self, path: &str, number: usize, mark: char, text: &[u8]) -> Result<(), Broken> {
        let mut lead = if self.titled { format!("{path}{mark}") } else { String::new() };
        if self.line.has('n') {
            lead += &format!("{number}{mark}");
        }
        self.process.print([lead.as_bytes(), text, b"\n"].concat()).await
    }
}
