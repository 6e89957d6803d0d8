//! The lines that sed goes over: of all its files one after the other.

use std::collections::VecDeque;

use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::text::opened;
use crate::practice::shell::tools::text::reader::Reader;

pub(super) struct Input {
    paths: VecDeque<String>,
    reader: Option<Reader>,
    /// A line that was read to know whether there is one.
    ahead: Option<Vec<u8>>,
    /// Whether a file could not be opened.
    pub failed: bool,
}

impl Input {
    pub(super) fn new(paths: Vec<String>) -> Self {
        Self {
            paths: paths.into(),
            reader: None,
            ahead: None,
            failed: false,
        }
    }

    /// Whether the next line can be had without waiting.
    pub(super) fn ready(&self) -> bool {
        self.ahead.is_some() || self.reader.as_ref().is_some_and(Reader::ready)
    }

    pub(super) async fn line(&mut self, process: &Process) -> Option<Vec<u8>> {
        if self.ahead.is_some() {
            return self.ahead.take();
        }
        loop {
            if let Some(reader) = &mut self.reader
                && let Some(line) = reader.line(process).await
            {
                return Some(line);
            }
            self.reader = None;
            let path = self.paths.pop_front()?;
            self.reader = opened(process, "sed", &path).await.map(Reader::new);
            self.failed |= self.reader.is_none();
        }
    }

    /// Whether no line follows.
    pub(super) async fn ended(&mut self, process: &Process) -> bool {
        if self.ahead.is_none() {
            self.ahead = self.line(process).await;
        }
        self.ahead.is_none()
    }
}
