//! A small POSIX shell for the practice cluster's containers: commands parsed by brush-parser, run over a virtual machine.
//!
//! It runs in virtual time: a command that waits gives way, and goes on when the cluster's clock is there. What it covers:
//! variables and their expansions, quotes, globs, `&&`, `||`, `;`, `&`, pipes, redirections with here-documents, command
//! substitution, subshells, `if`, `while`, `until`, `for`, `case`, functions, arithmetic, `trap`, `set -e -u -x -f`, `read`,
//! `wait` and `exec`; no arrays, no `select`, no job control. The programs are those of [`tools`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use brush_parser::ast::FunctionBody;
use brush_parser::{Parser, ParserOptions};

use super::runtime::hold;
use super::runtime::process::Process;

mod arithmetic;
mod builtin;
mod command;
mod compound;
mod expand;
mod glob;
mod parameter;
mod redirect;
mod signal;
pub mod tools;

pub use tools::{execute, find};

/// How deep functions and substitutions may call each other.
const DEEPEST: u32 = 60;

/// Where execution goes on after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break(u32),
    Continue(u32),
    Return,
    Exit,
}

/// A variable; of a very long value only the beginning is kept, the rest counted.
#[derive(Debug, Clone, Default)]
struct Variable {
    value: String,
    more: u64,
    exported: bool,
    read_only: bool,
}

/// `set -e` and its like.
#[derive(Debug, Clone, Copy, Default)]
struct Set {
    exit: bool,
    unset: bool,
    trace: bool,
    no_glob: bool,
    no_exec: bool,
    pipe_fail: bool,
}

/// One shell process.
#[derive(Clone)]
struct Shell {
    process: Process,
    variables: BTreeMap<String, Variable>,
    functions: BTreeMap<String, Arc<FunctionBody>>,
    /// `$0`.
    name: String,
    /// Whether that name was given: of a script, or behind one on the command line.
    named: bool,
    /// The line of the command under way; 0 throughout a script on the command line, as ash counts there.
    at: usize,
    /// How many lines were read before the commands under way, where lines are counted.
    before: Option<usize>,
    arguments: Vec<String>,
    status: i32,
    /// Whether the present command had a substitution in it.
    substituted: bool,
    set: Set,
    /// Whether what comes is the last that the shell has to do: a program then takes its place.
    ending: bool,
    /// What to do at a signal; 0 is the exit.
    traps: BTreeMap<i32, String>,
    /// The newest background process.
    background: u32,
    children: BTreeSet<u32>,
    /// How many conditions one is in: there `set -e` does not end the shell.
    conditions: u32,
    depth: u32,
    loops: u32,
    /// Variables of the functions under way, to be put back.
    locals: Vec<BTreeMap<String, Option<Variable>>>,
    /// Bytes beyond what the last expansion kept.
    more: u64,
    /// The memory that long variables take.
    taken: BTreeMap<String, Arc<super::runtime::kernel::Taken>>,
}

fn options() -> ParserOptions {
    ParserOptions {
        enable_extended_globbing: false,
        posix_mode: true,
        sh_mode: true,
        ..ParserOptions::default()
    }
}

/// `sh`: a script given with `-c`, in a file, or on stdin.
pub async fn main(process: Process, argv: Vec<String>) -> i32 {
    let mut shell = Shell::new(process, argv.first().map_or("sh", String::as_str));
    let mut words = argv.into_iter().skip(1).peekable();
    let mut inline = false;
    while let Some(word) = words.next_if(|word| word.starts_with(['-', '+']) && word.len() > 1) {
        if word == "--" {
            break;
        }
        inline |= word.starts_with('-') && word.contains('c');
        shell.switch(&word.replace(['c', 'i', 'l', 's'], ""));
        if word.ends_with('o') {
            let name = words.next().unwrap_or_default();
            shell.option(&name, word.starts_with('-'));
        }
    }
    let rest: Vec<String> = words.collect();
    let code = if inline {
        let Some(script) = rest.first().cloned() else {
            shell.process.complain("sh: -c requires an argument").await;
            return 2;
        };
        if let Some(name) = rest.get(1) {
            shell.name.clone_from(name);
            shell.named = true;
        }
        shell.arguments = rest.into_iter().skip(2).collect();
        shell.ending = true;
        shell.script(&script).await
    } else if let Some(file) = rest.first().cloned() {
        match shell.process.kernel.files.content(&shell.process.path(&file)) {
            Ok(content) => {
                shell.name.clone_from(&file);
                (shell.named, shell.before) = (true, Some(0));
                shell.arguments = rest.into_iter().skip(1).collect();
                shell.script(&content.text()).await
            }
            Err(fault) => {
                shell.process.complain(format!("{}: can't open '{file}': {fault}", shell.name)).await;
                2
            }
        }
    } else {
        shell.interactive().await
    };
    shell.leave(code).await
}

impl Shell {
    fn new(process: Process, name: &str) -> Self {
        let exported = process.env.iter().map(|(name, value)| {
            let variable = Variable {
                value: value.clone(),
                exported: true,
                ..Variable::default()
            };
            (name.clone(), variable)
        });
        let mut variables: BTreeMap<String, Variable> = exported.collect();
        let usual = |value: &str| Variable {
            value: value.to_owned(),
            ..Variable::default()
        };
        variables.insert("IFS".to_owned(), usual(" \t\n"));
        variables.insert("OPTIND".to_owned(), usual("1"));
        let folder = process.folder.clone();
        variables.entry("PWD".to_owned()).or_insert_with(|| usual("")).value = folder;
        variables.entry("PPID".to_owned()).or_insert_with(|| usual("0"));
        Self {
            process,
            variables,
            functions: BTreeMap::new(),
            name: name.to_owned(),
            named: false,
            at: 0,
            before: None,
            arguments: Vec::new(),
            status: 0,
            substituted: false,
            set: Set::default(),
            ending: false,
            traps: BTreeMap::new(),
            background: 0,
            children: BTreeSet::new(),
            conditions: 0,
            depth: 0,
            loops: 0,
            locals: Vec::new(),
            more: 0,
            taken: BTreeMap::new(),
        }
    }

    /// Runs a whole script; gives back the exit code.
    async fn script(&mut self, source: &str) -> i32 {
        match self.source(source).await {
            Some(_) => self.status,
            None => 2,
        }
    }

    /// Runs commands in this shell; `None` when they cannot be parsed.
    async fn source(&mut self, source: &str) -> Option<Flow> {
        let program = match Parser::new(source.as_bytes(), &options()).parse_program() {
            Ok(program) => program,
            Err(fault) => {
                self.process
                    .complain(format!("{}: syntax error: {}", self.name, fault.to_string().replace('\n', " ")))
                    .await;
                self.status = 2;
                return None;
            }
        };
        let ending = std::mem::take(&mut self.ending);
        for (index, list) in program.complete_commands.iter().enumerate() {
            self.ending = ending && index + 1 == program.complete_commands.len();
            let flow = self.list(list).await;
            if flow != Flow::Next {
                return Some(flow);
            }
        }
        Some(Flow::Next)
    }

    /// Commands from stdin, one complete one after the other; with a terminal there is a prompt.
    async fn interactive(&mut self) -> i32 {
        let terminal = self.process.env.contains_key("TERM");
        let (mut pending, mut read) = (String::new(), 0);
        loop {
            if terminal {
                let prompt = format!(
                    "{} {} ",
                    self.process.folder.replace("/root", "~"),
                    if self.process.user() == 0 { "#" } else { "$" }
                );
                let _ = self.process.print(if pending.is_empty() { &prompt } else { "> " }).await;
            }
            let Some(line) = self.line().await else { break };
            pending += &line;
            if unfinished(&pending) {
                continue;
            }
            let source = std::mem::take(&mut pending);
            self.before = (!terminal).then_some(read);
            read += source.lines().count();
            if self.source(&source).await == Some(Flow::Exit) {
                return self.status;
            }
        }
        if !pending.trim().is_empty() {
            self.source(&pending).await;
        }
        self.status
    }

    /// One line of stdin with its end, byte for byte, so that commands can read what follows.
    async fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        loop {
            let byte = self.process.read(0, 1).await;
            let Some(byte) = byte.first() else { break };
            line.push(*byte);
            if *byte == b'\n' {
                break;
            }
        }
        (!line.is_empty()).then(|| String::from_utf8_lossy(&line).into_owned())
    }

    /// The end of the shell: its exit trap has the last word.
    async fn leave(&mut self, code: i32) -> i32 {
        self.status = code;
        if let Some(action) = self.traps.remove(&0) {
            self.status = code;
            if self.source(&action).await != Some(Flow::Exit) {
                self.status = code;
            }
        }
        self.status
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|variable| variable.value.as_str())
    }

    /// Sets a variable; a long value takes memory, twice over while it is copied.
    async fn assign(&mut self, name: &str, value: String, more: u64) -> Result<(), String> {
        if self.variables.get(name).is_some_and(|known| known.read_only) {
            return Err(format!("{name}: is read only"));
        }
        let length = value.len() as u64 + more;
        self.taken.remove(name);
        if length > 4096 {
            let copy = self.process.kernel.take(length).await;
            self.taken.insert(name.to_owned(), Arc::new(self.process.kernel.take(length).await));
            drop(copy);
        }
        let variable = self.variables.entry(name.to_owned()).or_default();
        (variable.value, variable.more) = (value, more);
        Ok(())
    }

    /// The environment that programs get.
    fn environment(&self) -> BTreeMap<String, String> {
        let exported = self.variables.iter().filter(|(_, variable)| variable.exported);
        exported.map(|(name, variable)| (name.clone(), variable.value.clone())).collect()
    }

    /// Says what went wrong, as ash words it (busybox `shell/ash.c`, `ash_vmsg`).
    async fn complain(&self, text: impl std::fmt::Display) {
        let line = if self.named { format!("line {}: ", self.at) } else { String::new() };
        self.process.complain(format!("{}: {line}{text}", self.name)).await;
    }

    /// Says what went wrong in a builtin.
    async fn complain_of(&self, builtin: &str, text: impl std::fmt::Display) {
        let prompted = self.process.env.contains_key("TERM") && self.before.is_none() && !self.named;
        let line = if prompted { String::new() } else { format!("line {}: ", self.at) };
        self.process.complain(format!("{}: {builtin}: {line}{text}", self.name)).await;
    }

    /// The signals that came and are caught, oldest first.
    fn pending(&self) -> Vec<i32> {
        let mut table = hold(&self.process.kernel.table);
        table
            .get_mut(&self.process.pid)
            .map(|known| std::mem::take(&mut known.pending))
            .unwrap_or_default()
    }
}

/// Whether more lines are needed to make a command of it.
fn unfinished(source: &str) -> bool {
    use brush_parser::ParseError;
    if source.trim_end_matches('\n').ends_with('\\') {
        return true;
    }
    matches!(
        Parser::new(source.as_bytes(), &options()).parse_program(),
        Err(ParseError::ParsingAtEndOfInput | ParseError::Tokenizing { .. })
    )
}
