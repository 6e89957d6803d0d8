//! Where awk prints besides its stdout: files, and commands.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Fault;
use super::code::To;
use crate::practice::runtime::pipe::{Broken, pipe};
use crate::practice::runtime::process::{File, Process};
use crate::practice::shell::tools::execute;

/// So many may be open at once.
const MOST: usize = 256;

/// A process whose stdout is the file, or leads to the command with this number.
struct Stream(Process, Option<u32>);

#[derive(Default)]
pub(super) struct Streams {
    open: BTreeMap<Arc<str>, Stream>,
}

/// Starts a command of the shell with one of its descriptors changed.
pub(super) fn started(process: &Process, command: &str, fd: u32, file: File) -> u32 {
    let mut child = process.clone();
    child.files.insert(fd, file);
    let argv = ["sh", "-c", command].map(str::to_owned).to_vec();
    child.spawn(argv.clone(), |process| execute(process, argv))
}

impl Streams {
    /// Prints to a file or a command, which stay open.
    pub(super) async fn print(&mut self, process: &Process, name: &Arc<str>, to: To, text: &[u8]) -> Result<Result<(), Broken>, Fault> {
        if !self.open.contains_key(name) {
            if self.open.len() >= MOST {
                return Err(Fault::Memory);
            }
            let stream = opened(process, name, to)?;
            self.open.insert(name.clone(), stream);
        }
        match self.open.get(name) {
            Some(Stream(child, _)) => Ok(child.print(text).await),
            None => Ok(Ok(())),
        }
    }

    /// Closes one; the code of its command, or `None` when it was not open.
    pub(super) async fn close(&mut self, process: &Process, name: &str) -> Option<i32> {
        let Stream(child, command) = self.open.remove(name)?;
        drop(child);
        match command {
            Some(pid) => process.wait(pid, false).await,
            None => Some(0),
        }
    }

    pub(super) async fn close_all(&mut self, process: &Process) {
        let names: Vec<Arc<str>> = self.open.keys().cloned().collect();
        for name in names {
            self.close(process, &name).await;
        }
    }
}

fn opened(process: &Process, name: &str, to: To) -> Result<Stream, Fault> {
    let mut child = process.clone();
    let (file, command) = if to == To::Command {
        let (reader, writer) = pipe();
        (File::Write(writer), Some(started(process, name, 0, File::Read(reader))))
    } else {
        let file = process.create(name, to == To::Append);
        (file.map_err(|fault| Fault::File(format!("can't open '{name}'"), fault))?, None)
    };
    child.files.insert(1, file);
    Ok(Stream(child, command))
}
