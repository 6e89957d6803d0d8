//! A file read line by line, as its lines come.

use crate::practice::runtime::files::KEPT;
use crate::practice::runtime::process::{File, Process};

/// A line ends at the latest after so many bytes.
const LONGEST: usize = KEPT * 4;
/// After so many lines others have their turn.
const TURN: usize = 64;

pub(in super::super) struct Reader {
    file: File,
    buffer: Vec<u8>,
    start: usize,
    /// How far there is no line's end.
    looked: usize,
    ended: bool,
    given: usize,
}

impl Reader {
    pub(in super::super) fn new(file: File) -> Self {
        Self {
            file,
            buffer: Vec::new(),
            start: 0,
            looked: 0,
            ended: false,
            given: 0,
        }
    }

    /// Whether a line can be had without waiting for it.
    pub(in super::super) fn ready(&self) -> bool {
        self.ended || memchr::memchr(b'\n', &self.buffer[self.looked..]).is_some()
    }

    /// The next line with its end, when it has one; `None` at the end of the file.
    pub(in super::super) async fn line(&mut self, process: &Process) -> Option<Vec<u8>> {
        self.given += 1;
        if self.given.is_multiple_of(TURN) {
            process.kernel.step().await;
        }
        loop {
            let found = memchr::memchr(b'\n', &self.buffer[self.looked..]).map(|at| self.looked + at + 1);
            let whole = self.ended || self.buffer.len() - self.start > LONGEST;
            let end = found.or_else(|| whole.then_some(self.buffer.len()));
            if let Some(end) = end {
                let line = self.buffer[self.start..end].to_vec();
                (self.start, self.looked) = (end, end);
                return (!line.is_empty()).then_some(line);
            }
            self.looked = self.buffer.len() - std::mem::take(&mut self.start);
            self.buffer.drain(..self.buffer.len() - self.looked);
            process.kernel.step().await;
            let chunk = process.read_file(&self.file, 65_536).await;
            self.ended = chunk.is_empty();
            self.buffer.extend(chunk);
        }
    }
}
