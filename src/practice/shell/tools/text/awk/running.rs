//! Runs a program over its input: whatever has to wait for something is done here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Fault;
use super::code::{BEGIN, END, From, Program, RULES, To, special};
use super::input::{Ending, Reader};
use super::machine::{Machine, Pause};
use super::operand::Operands;
use super::stream::{Streams, started};
use super::value::Value;
use crate::practice::runtime::kernel::Taken;
use crate::practice::runtime::pipe::{Broken, pipe};
use crate::practice::runtime::process::{File, Process};

/// Output is printed once there is so much of it, and before anything that waits.
const BLOCK: usize = 4096;
/// What variables may hold in all.
const MEMORY: u64 = 1 << 25;
/// How much is made before it is measured what is held.
const MEASURED: u64 = 1 << 20;

/// Why a program does not go on.
pub(super) enum Stop {
    Broken,
    Fault(Fault),
}

impl std::convert::From<Broken> for Stop {
    fn from(_: Broken) -> Self {
        Self::Broken
    }
}

impl std::convert::From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// How a block ended.
enum Ended {
    Done,
    NextFile,
    Exit(Option<i32>),
}

pub(super) struct Run<'a> {
    process: &'a Process,
    pub(super) machine: Machine,
    /// Whether there are rules and an END.
    reads: [bool; 2],
    operands: Operands,
    ending: (Arc<str>, Ending),
    /// What `getline` reads from, with the command's number where it is one.
    readers: BTreeMap<Arc<str>, (Reader, Option<u32>)>,
    streams: Streams,
    out: Vec<u8>,
    held: Vec<Taken>,
    measured: u64,
}

impl<'a> Run<'a> {
    pub(super) fn new(process: &'a Process, program: Program) -> Self {
        let reads = [RULES, END].map(|block| !program.blocks[block].is_empty());
        Self {
            process,
            machine: Machine::new(program, process.kernel.now()),
            reads,
            operands: Operands::default(),
            ending: ("\n".into(), Ending::Byte(b'\n')),
            readers: BTreeMap::new(),
            streams: Streams::default(),
            out: Vec::new(),
            held: Vec::new(),
            measured: 0,
        }
    }

    /// From BEGIN to END; the exit code.
    pub(super) async fn run(&mut self) -> Result<i32, Stop> {
        let (mut code, mut ended) = (0, self.block(BEGIN).await?);
        while !matches!(ended, Ended::Exit(_)) && self.reads.contains(&true) {
            if matches!(ended, Ended::NextFile) {
                self.operands.skip();
            }
            let Some(record) = self.record().await? else { break };
            self.counted()?;
            self.machine.record.set(record);
            ended = self.block(RULES).await?;
        }
        let given = |code: &mut i32, ended: &Ended| {
            if let Ended::Exit(Some(given)) = ended {
                *code = *given & 255;
            }
        };
        given(&mut code, &ended);
        ended = self.block(END).await?;
        given(&mut code, &ended);
        Ok(code)
    }

    /// Prints what is left and waits for the commands it printed to.
    pub(super) async fn finish(&mut self) -> Result<(), Broken> {
        self.flush().await?;
        self.streams.close_all(self.process).await;
        Ok(())
    }

    async fn block(&mut self, block: usize) -> Result<Ended, Stop> {
        self.machine.start(block);
        loop {
            match self.machine.go()? {
                Pause::Done | Pause::Next => return Ok(Ended::Done),
                Pause::NextFile => return Ok(Ended::NextFile),
                Pause::Exit(code) => return Ok(Ended::Exit(code)),
                Pause::Tired => self.rest().await?,
                Pause::Print(text, to, name) => self.print(&text, to, &name).await?,
                Pause::Getline(from, name) => self.getline(from, &name).await?,
                Pause::System(command) => {
                    self.flush().await?;
                    let input = self.process.files.get(&0).cloned().unwrap_or(File::Null);
                    let pid = started(self.process, &command, 0, input);
                    let code = self.process.wait(pid, false).await;
                    self.machine.push(Value::Number(f64::from(code.unwrap_or(0))));
                }
                Pause::Close(name) => {
                    self.flush().await?;
                    let code = self.close(&name).await;
                    self.machine.push(Value::Number(f64::from(code)));
                }
                Pause::Flush => {
                    self.flush().await?;
                    self.machine.push(Value::Number(0.0));
                }
            }
        }
    }

    /// Others have their turn; what is held counts as the container's memory.
    async fn rest(&mut self) -> Result<(), Stop> {
        self.process.kernel.step().await;
        self.machine.now = self.process.kernel.now();
        if self.machine.grown > self.measured.max(MEASURED) {
            self.machine.grown = 0;
            let size = self.machine.size();
            if size > MEMORY {
                return Err(Fault::Memory.into());
            }
            if size > self.measured {
                self.held.push(self.process.kernel.take(size - self.measured).await);
                self.measured = size;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Broken> {
        let out = std::mem::take(&mut self.out);
        if out.is_empty() { Ok(()) } else { self.process.print(out).await }
    }

    async fn print(&mut self, text: &[u8], to: To, name: &Arc<str>) -> Result<(), Stop> {
        if to == To::Stdout {
            self.out.extend_from_slice(text);
            if self.out.len() > BLOCK {
                self.flush().await?;
            }
            return Ok(());
        }
        self.flush().await?;
        Ok(self.streams.print(self.process, name, to, text).await??)
    }

    /// The next record of the operands, or of stdin.
    async fn record(&mut self) -> Result<Option<Arc<str>>, Stop> {
        loop {
            if self.operands.reader.is_none() && !self.operands.open(self.process, &mut self.machine)? {
                return Ok(None);
            }
            self.set_ending()?;
            let Some(reader) = &mut self.operands.reader else { continue };
            if let Some(record) = reader.record(&self.ending.1) {
                return Ok(Some(record));
            }
            if reader.ended {
                self.operands.skip();
                continue;
            }
            let out = std::mem::take(&mut self.out);
            if !out.is_empty() {
                self.process.print(out).await?;
            }
            reader.fill(self.process).await;
        }
    }

    fn set_ending(&mut self) -> Result<(), Fault> {
        let wanted = self.machine.special(special::RS);
        if *wanted != *self.ending.0 {
            self.ending = (wanted.clone(), Ending::new(&wanted)?);
        }
        Ok(())
    }

    /// One more record was read.
    fn counted(&mut self) -> Result<(), Fault> {
        for number in [special::NR, special::FNR] {
            let next = self.machine.globals[number].number() + 1.0;
            self.machine.set_global(number, Value::Number(next))?;
        }
        Ok(())
    }

    async fn getline(&mut self, from: From, name: &Arc<str>) -> Result<(), Stop> {
        if from == From::Operands {
            let record = self.record().await?;
            let status = f64::from(u8::from(record.is_some()));
            if record.is_some() {
                self.counted()?;
            }
            return Ok(self.machine.read(record, status)?);
        }
        self.flush().await?;
        if !self.readers.contains_key(name) {
            let Some(reader) = self.opened(from, name) else {
                return Ok(self.machine.read(None, -1.0)?);
            };
            self.readers.insert(name.clone(), reader);
        }
        self.set_ending()?;
        let Some((reader, _)) = self.readers.get_mut(name) else { return Ok(()) };
        let record = loop {
            let record = reader.record(&self.ending.1);
            if record.is_some() || reader.ended {
                break record;
            }
            reader.fill(self.process).await;
        };
        let status = f64::from(u8::from(record.is_some()));
        Ok(self.machine.read(record, status)?)
    }

    fn opened(&self, from: From, name: &str) -> Option<(Reader, Option<u32>)> {
        if from == From::Command {
            let (reader, writer) = pipe();
            let pid = started(self.process, name, 1, File::Write(writer));
            return Some((Reader::new(File::Read(reader)), Some(pid)));
        }
        let file = match name {
            "-" => self.process.files.get(&0).cloned(),
            name => self.process.open(name).ok(),
        };
        file.map(|file| (Reader::new(file), None))
    }

    async fn close(&mut self, name: &str) -> i32 {
        if let Some((reader, command)) = self.readers.remove(name) {
            drop(reader);
            return match command {
                Some(pid) => self.process.wait(pid, false).await.unwrap_or(0),
                None => 0,
            };
        }
        self.streams.close(self.process, name).await.unwrap_or(-1)
    }
}
