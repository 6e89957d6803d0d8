//! awk as busybox has it: a program becomes steps, a machine takes them, record by record.

mod array;
mod builtin;
mod call;
mod code;
mod compute;
mod expression;
mod format;
mod input;
mod lexer;
mod machine;
mod memory;
mod operand;
mod parser;
mod primary;
mod record;
mod running;
mod statement;
mod stream;
mod substitute;
mod value;

use std::sync::{Arc, Mutex};

use regex::{Regex, RegexBuilder};

use self::array::Array;
use self::code::special;
use self::operand::assigned;
use self::running::{Run, Stop};
use self::value::Value;
use super::pattern::{Written, translated};
use crate::practice::runtime::files;
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, escape};

/// Why a program cannot be run, or not any further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("Unexpected token")]
    Token,
    #[error("Unexpected end of string")]
    Unclosed,
    #[error("Call to undefined function")]
    Undefined,
    #[error("Wrong number of arguments")]
    Arguments,
    #[error("Nested too deep")]
    Deep,
    #[error("bad regex '{0}'")]
    Pattern(String),
    #[error("the practice cluster does not know {0}")]
    Lacks(&'static str),
    #[error("Division by zero")]
    Division,
    #[error("out of memory")]
    Memory,
    #[error("Access to negative field")]
    Negative,
    #[error("Attempt to use a scalar as an array")]
    Scalar,
    #[error("%*x formats are not supported")]
    Star,
    #[error("Invalid format specifier")]
    Format,
    #[error("{0}: {1}")]
    File(String, files::Fault),
}

impl Fault {
    /// Whether the line of the program has nothing to do with it.
    fn anywhere(&self) -> bool {
        matches!(self, Self::Memory | Self::Pattern(_) | Self::File(..))
    }
}

const USAGE: &str = "Usage: awk [OPTIONS] [AWK_PROGRAM] [FILE]...

	-v VAR=VAL	Set variable
	-F SEP		Use SEP as field separator
	-f FILE		Read program from FILE
	-e AWK_PROGRAM";

/// What stands before the operands.
#[derive(Default)]
struct Options {
    separator: Option<String>,
    variables: Vec<String>,
    /// Programs, or the files that hold them.
    programs: Vec<(bool, String)>,
    operands: Vec<String>,
}

/// The command line, or what is wrong with it.
fn options(words: &[String]) -> Result<Options, String> {
    let mut options = Options::default();
    let mut rest = words.iter();
    while let Some(word) = rest.as_slice().first().filter(|word| word.starts_with('-') && word.len() > 1) {
        rest.next();
        if word == "--" {
            break;
        }
        let value = match word.get(2..).filter(|value| !value.is_empty()) {
            Some(value) => value.to_owned(),
            None => rest.next().cloned().unwrap_or_default(),
        };
        match word.as_bytes()[1] {
            b'F' => options.separator = Some(value),
            b'v' => options.variables.push(value),
            b'f' => options.programs.push((true, value)),
            b'e' => options.programs.push((false, value)),
            letter => return Err(format!("awk: invalid option -- '{}'\n{USAGE}", char::from(letter))),
        }
    }
    options.operands = rest.cloned().collect();
    if options.programs.is_empty() {
        if options.operands.is_empty() {
            return Err(USAGE.to_owned());
        }
        options.programs.push((false, options.operands.remove(0)));
    }
    Ok(options)
}

pub(super) async fn awk(process: &Process, words: &[String]) -> Done {
    let options = match options(words) {
        Ok(options) => options,
        Err(usage) => {
            process.complain(usage).await;
            return Ok(1);
        }
    };
    let (mut source, mut named) = (String::new(), "cmd. line".to_owned());
    for (at, (file, program)) in options.programs.iter().enumerate() {
        source.push_str(if at > 0 { "\n" } else { "" });
        if !file {
            source += program;
        } else if let Ok(content) = process.kernel.files.content(&process.path(program)) {
            source += &content.text();
            named.clone_from(program);
        } else {
            process.complain(format!("awk: can't open '{program}': {}", files::Fault::Missing)).await;
            return Ok(1);
        }
    }
    let program = match parser::parse(&source) {
        Ok(program) => program,
        Err((fault, line)) => return failed(process, &fault, &named, line).await,
    };
    let mut run = Run::new(process, program);
    let code = match prepared(&mut run, process, &options) {
        Ok(()) => run.run().await,
        Err(fault) => Err(fault.into()),
    };
    let finished = run.finish().await;
    match code {
        Ok(code) => finished.map(|()| code),
        Err(Stop::Broken) => Ok(141),
        Err(Stop::Fault(fault)) => failed(process, &fault, &named, run.machine.line()).await,
    }
}

async fn failed(process: &Process, fault: &Fault, named: &str, line: u32) -> Done {
    let place = if fault.anywhere() { String::new() } else { format!("{named}:{line}: ") };
    process.complain(format!("awk: {place}{fault}")).await;
    Ok(1)
}

/// Sets what the command line and the environment give.
fn prepared(run: &mut Run<'_>, process: &Process, options: &Options) -> Result<(), Fault> {
    let machine = &mut run.machine;
    let words = std::iter::once("awk").chain(options.operands.iter().map(String::as_str));
    let arguments = words.enumerate().map(|(at, word)| (at.to_string(), word));
    machine.globals[special::ARGC] = Value::Number(options.operands.len() as f64 + 1.0);
    machine.globals[special::ARGV] = table(arguments);
    machine.globals[special::ENVIRON] = table(process.env.iter().map(|(name, value)| (name.clone(), value.as_str())));
    if let Some(separator) = &options.separator {
        machine.set_global(special::FS, Value::input(&escaped(separator)))?;
    }
    for variable in &options.variables {
        assigned(machine, variable)?;
    }
    Ok(())
}

fn table<'a>(entries: impl Iterator<Item = (String, &'a str)>) -> Value {
    let mut array = Array::default();
    entries.for_each(|(key, value)| array.set(&key, Value::input(value)));
    Value::Array(Arc::new(Mutex::new(array)))
}

/// A text without its escapes; a backslash that means nothing goes.
fn escaped(text: &str) -> String {
    let (mut kept, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        match chars.clone().next().filter(|_| c == '\\') {
            Some(next) => {
                chars.next();
                kept.extend("abfnrtvx\\01234567".contains(next).then_some('\\'));
                kept.push(next);
            }
            None => kept.push(c),
        }
    }
    escape::unescape(&kept, false).0
}

fn regex(text: &str) -> Result<Regex, Fault> {
    RegexBuilder::new(&translated(text, Written::Awk))
        .dot_matches_new_line(true)
        .build()
        .map_err(|_| Fault::Pattern(text.to_owned()))
}
