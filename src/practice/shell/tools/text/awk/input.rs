//! How awk's input falls into records.

use std::sync::Arc;

use regex::bytes::Regex;

use super::Fault;
use crate::practice::runtime::process::{File, Process};
use crate::practice::shell::tools::text::pattern::{Written, translated};

/// A record ends at the latest after so many bytes.
const LONGEST: usize = 1 << 20;

/// What ends a record.
#[derive(Debug, Clone)]
pub(super) enum Ending {
    Byte(u8),
    /// Blank lines.
    Paragraph,
    Pattern(Regex),
}

impl Ending {
    /// As RS says it.
    pub(super) fn new(text: &str) -> Result<Self, Fault> {
        match text.as_bytes() {
            [] => Ok(Self::Paragraph),
            [one] => Ok(Self::Byte(*one)),
            _ => {
                let pattern = Regex::new(&translated(text, Written::Awk));
                pattern.map(Self::Pattern).map_err(|_| Fault::Pattern(text.to_owned()))
            }
        }
    }
}

/// A file that is read record by record.
pub(super) struct Reader {
    file: File,
    buffer: Vec<u8>,
    /// Where what was not yet given begins, and how far was looked for its end.
    start: usize,
    looked: usize,
    pub(super) ended: bool,
}

impl Reader {
    pub(super) fn new(file: File) -> Self {
        Self {
            file,
            buffer: Vec::new(),
            start: 0,
            looked: 0,
            ended: false,
        }
    }

    /// Reads on.
    pub(super) async fn fill(&mut self, process: &Process) {
        process.kernel.step().await;
        let chunk = process.read_file(&self.file, 65_536).await;
        self.ended = chunk.is_empty();
        self.looked -= self.start;
        self.buffer.drain(..std::mem::take(&mut self.start));
        self.buffer.extend(chunk);
    }

    /// The next record, when all of it is there.
    pub(super) fn record(&mut self, ending: &Ending) -> Option<Arc<str>> {
        if matches!(ending, Ending::Paragraph) {
            let blank = self.buffer[self.start..].iter().take_while(|byte| **byte == b'\n').count();
            self.start += blank;
            self.looked = self.looked.max(self.start);
        }
        let found = self.end(ending);
        let rest = &self.buffer[self.start..];
        let (length, end) = match found {
            Some(found) => found,
            None if rest.is_empty() || !self.ended && rest.len() < LONGEST => return None,
            None => (rest.len(), rest.len()),
        };
        let mut record = &rest[..length];
        if self.ended && end == rest.len() && !matches!(ending, Ending::Byte(_)) {
            record = record.strip_suffix(b"\n").unwrap_or(record);
        }
        let text = String::from_utf8_lossy(record).into();
        self.start += end;
        self.looked = self.start;
        Some(text)
    }

    /// Where the record ends and where what ends it does.
    fn end(&mut self, ending: &Ending) -> Option<(usize, usize)> {
        let rest = &self.buffer[self.start..];
        let looked = self.looked - self.start;
        match ending {
            Ending::Byte(byte) => {
                let found = memchr::memchr(*byte, &rest[looked..]).map(|at| looked + at);
                self.looked = self.buffer.len();
                found.map(|at| (at, at + 1))
            }
            Ending::Paragraph => {
                let at = memchr::memmem::find(rest, b"\n\n")?;
                let blank = rest[at..].iter().take_while(|byte| **byte == b'\n').count();
                (at + blank < rest.len() || self.ended).then_some((at, at + blank))
            }
            // A match at the end of what is there may yet grow.
            Ending::Pattern(pattern) => {
                let hit = pattern.find(rest).filter(|hit| !hit.is_empty())?;
                (hit.end() < rest.len() || self.ended).then_some((hit.start(), hit.end()))
            }
        }
    }
}
