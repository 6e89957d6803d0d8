//! Goes over the lines with a script's commands.

use std::collections::BTreeMap;

use regex::bytes::Regex;

use super::command::{Address, Command, Deed, Fault};
use super::input::Input;
use crate::practice::runtime::files::KEPT;
use crate::practice::runtime::pipe::Broken;
use crate::practice::runtime::process::Process;

/// The pattern space and the hold space may be so large.
const LARGEST: usize = KEPT * 4;
/// Output is printed once there is so much of it, and before anything that waits.
const BLOCK: usize = 4096;
/// After so many commands others have their turn.
const TURN: usize = 100;

pub(super) enum Stop {
    Broken,
    Fault(Fault),
}

impl From<Broken> for Stop {
    fn from(_: Broken) -> Self {
        Self::Broken
    }
}

/// What comes after a command.
enum Then {
    Next,
    Jump(usize),
    /// The next line, whether this one is printed, and whether another is read.
    Cycle {
        print: bool,
        read: bool,
    },
    Quit,
}

pub(super) struct Editor<'a> {
    pub(super) process: &'a Process,
    commands: &'a [Command],
    quiet: bool,
    /// Whether what is printed is kept for the file it is to replace.
    pub kept: bool,
    pub input: Input,
    pub out: Vec<u8>,
    /// What is printed when the line is done: texts, and what files hold.
    after: Vec<u8>,
    /// Whether a line without an end was printed.
    owed: bool,
    pub(super) space: Vec<u8>,
    /// Whether the line has an end.
    whole: bool,
    hold: Vec<u8>,
    pub(super) number: usize,
    replaced: bool,
    /// The line up to which each command's range is open.
    pub(super) ranges: Vec<Option<usize>>,
    pub(super) last: Option<Regex>,
    written: &'a BTreeMap<String, Process>,
    taken: usize,
}

impl<'a> Editor<'a> {
    pub(super) fn new(process: &'a Process, commands: &'a [Command], quiet: bool, written: &'a BTreeMap<String, Process>) -> Self {
        // `0,/pattern/` is open before the first line.
        let open = |command: &Command| matches!(command.from, Some(Address::Number(0))).then_some(usize::MAX);
        Self {
            process,
            commands,
            quiet,
            kept: false,
            input: Input::new(Vec::new()),
            out: Vec::new(),
            after: Vec::new(),
            owed: false,
            space: Vec::new(),
            whole: true,
            hold: Vec::new(),
            number: 0,
            replaced: false,
            ranges: commands.iter().map(open).collect(),
            last: None,
            written,
            taken: 0,
        }
    }

    /// Goes over all lines of the input; whether it is to go on with the next file.
    pub(super) async fn edit(&mut self) -> Result<bool, Stop> {
        while let Some(line) = self.read().await? {
            self.space = line;
            loop {
                self.replaced = false;
                let then = self.cycle().await?;
                if matches!(then, Then::Cycle { print: true, .. } | Then::Quit) && !self.quiet {
                    self.put_space();
                }
                self.end_line().await?;
                match then {
                    Then::Quit => return Ok(false),
                    Then::Cycle { read: false, .. } => {}
                    _ => break,
                }
            }
        }
        Ok(true)
    }

    /// The next line without its end.
    async fn read(&mut self) -> Result<Option<Vec<u8>>, Stop> {
        if !self.input.ready() {
            self.flush().await?;
        }
        let Some(mut line) = self.input.line(self.process).await else {
            return Ok(None);
        };
        self.number += 1;
        self.whole = line.last() == Some(&b'\n');
        line.truncate(line.len() - usize::from(self.whole));
        Ok(Some(line))
    }

    pub(super) async fn flush(&mut self) -> Result<(), Broken> {
        if self.kept || self.out.is_empty() {
            return Ok(());
        }
        let out = std::mem::take(&mut self.out);
        self.process.print(out).await
    }

    async fn end_line(&mut self) -> Result<(), Stop> {
        let after = std::mem::take(&mut self.after);
        if !after.is_empty() {
            self.put(&after);
        }
        if self.out.len() > BLOCK {
            self.flush().await?;
        }
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) {
        if std::mem::take(&mut self.owed) {
            self.out.push(b'\n');
        }
        self.out.extend_from_slice(bytes);
    }

    fn put_space(&mut self) {
        let space = std::mem::take(&mut self.space);
        self.put(&space);
        self.space = space;
        if self.whole {
            self.out.push(b'\n');
        } else {
            self.owed = true;
        }
    }

    async fn cycle(&mut self) -> Result<Then, Stop> {
        let commands = self.commands;
        let mut at = 0;
        while let Some(command) = commands.get(at) {
            self.taken += 1;
            if self.taken.is_multiple_of(TURN) {
                self.process.kernel.step().await;
            }
            let then = if self.applies(at, command).await? {
                self.carry_out(at, command).await?
            } else if let Deed::Open(end) = command.deed {
                Then::Jump(end)
            } else {
                Then::Next
            };
            if self.space.len().max(self.hold.len()).max(self.after.len()) > LARGEST {
                return Err(Stop::Fault(Fault::Memory));
            }
            match then {
                Then::Next => at += 1,
                Then::Jump(to) => at = to,
                other => return Ok(other),
            }
            if self.out.len() > BLOCK {
                self.flush().await?;
            }
        }
        Ok(Then::Cycle { print: true, read: true })
    }

    async fn carry_out(&mut self, at: usize, command: &Command) -> Result<Then, Stop> {
        match &command.deed {
            Deed::Open(_) | Deed::Nothing => {}
            Deed::Branch(to) => return Ok(Then::Jump(*to)),
            Deed::BranchIf(to) if std::mem::take(&mut self.replaced) => return Ok(Then::Jump(*to)),
            Deed::BranchIf(_) => {}
            Deed::Append(text) => self.after.extend_from_slice(text),
            Deed::Insert(text) => self.put(text),
            Deed::Change(text) => {
                // Of a range the text stands for the whole.
                if command.to.is_none() || command.not || self.ranges[at].is_none() {
                    self.put(text);
                }
                return Ok(Then::Cycle { print: false, read: true });
            }
            Deed::Read(path) => {
                let content = self.process.kernel.files.content(&self.process.path(path));
                self.after.extend(content.map(|content| content.bytes).unwrap_or_default());
            }
            Deed::Delete => return Ok(Then::Cycle { print: false, read: true }),
            Deed::DeleteFirst => {
                let end = self.space.iter().position(|byte| *byte == b'\n');
                self.space.drain(..end.map_or(self.space.len(), |end| end + 1));
                return Ok(Then::Cycle {
                    print: false,
                    read: end.is_none(),
                });
            }
            Deed::Quit => return Ok(Then::Quit),
            Deed::Next | Deed::NextAppend => return self.next(matches!(command.deed, Deed::NextAppend)).await,
            Deed::Substitute(_) | Deed::Write(_) => self.rewrite(&command.deed).await?,
            other => self.shift(other),
        }
        Ok(Then::Next)
    }

    /// `n` and `N`: without a next line the script ends here.
    async fn next(&mut self, append: bool) -> Result<Then, Stop> {
        if self.at_last().await? {
            return Ok(Then::Quit);
        }
        if !append && !self.quiet {
            self.put_space();
        }
        self.end_line().await?;
        let line = self.read().await?.unwrap_or_default();
        if append {
            self.space.push(b'\n');
            self.space.extend(line);
        } else {
            self.space = line;
        }
        Ok(Then::Next)
    }

    /// `s` and `w`, which may write to a file.
    async fn rewrite(&mut self, deed: &Deed) -> Result<(), Stop> {
        let path = match deed {
            Deed::Substitute(substitution) => {
                let pattern = self.asked(substitution.pattern.as_ref())?;
                let Some(new) = substitution.of(&pattern, &self.space) else { return Ok(()) };
                (self.space, self.replaced) = (new, true);
                if substitution.print {
                    self.put_space();
                }
                substitution.write.as_ref()
            }
            Deed::Write(path) => Some(path),
            _ => None,
        };
        if let Some(path) = path {
            if path == "/dev/stdout" {
                self.put_space();
            } else if let Some(file) = self.written.get(path) {
                file.print([&self.space, b"\n".as_slice()].concat()).await?;
            }
        }
        Ok(())
    }

    /// Commands that only move text between the spaces and the output.
    fn shift(&mut self, deed: &Deed) {
        match deed {
            Deed::Print => self.put_space(),
            Deed::PrintFirst => {
                let mut first: Vec<u8> = self.space.split(|byte| *byte == b'\n').next().unwrap_or_default().to_vec();
                first.push(b'\n');
                self.put(&first);
            }
            Deed::Number => self.put(format!("{}\n", self.number).as_bytes()),
            Deed::Hold => self.hold.clone_from(&self.space),
            Deed::HoldAppend => {
                self.hold.push(b'\n');
                self.hold.extend_from_slice(&self.space);
            }
            Deed::Get => self.space.clone_from(&self.hold),
            Deed::GetAppend => {
                self.space.push(b'\n');
                self.space.extend_from_slice(&self.hold);
            }
            Deed::Exchange => std::mem::swap(&mut self.space, &mut self.hold),
            Deed::Translate(pairs) => {
                let one = |c: char| pairs.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
                self.space = String::from_utf8_lossy(&self.space).chars().map(one).collect::<String>().into_bytes();
            }
            _ => {}
        }
    }
}
