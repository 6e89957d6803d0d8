//! The operands of awk: files, and variables that are assigned between them.

use super::code::special;
use super::input::Reader;
use super::machine::Machine;
use super::value::Value;
use super::{Fault, escaped};
use crate::practice::runtime::hold;
use crate::practice::runtime::process::Process;

/// Goes over ARGV, as it is when its turn comes.
#[derive(Default)]
pub(super) struct Operands {
    pub(super) reader: Option<Reader>,
    next: usize,
    /// Whether any of them was a file.
    any: bool,
}

impl Operands {
    /// Leaves the file that is read.
    pub(super) fn skip(&mut self) {
        self.reader = None;
    }

    /// Opens the next file, or stdin where none is named; whether there was one.
    pub(super) fn open(&mut self, process: &Process, machine: &mut Machine) -> Result<bool, Fault> {
        let count = machine.globals[special::ARGC].number();
        loop {
            self.next += 1;
            let named = (self.next as f64) < count;
            if !named && self.any {
                return Ok(false);
            }
            let word = if named { argument(machine, self.next) } else { "-".to_owned() };
            if word.is_empty() || named && assigned(machine, &word)? {
                continue;
            }
            self.any = true;
            let file = match word.as_str() {
                "-" => process.files.get(&0).cloned().ok_or(crate::practice::runtime::files::Fault::Missing),
                path => process.open(path),
            };
            self.reader = Some(Reader::new(file.map_err(|fault| Fault::File(word.clone(), fault))?));
            machine.globals[special::FNR] = Value::Number(0.0);
            machine.globals[special::FILENAME] = Value::input(if named { &word } else { "" });
            return Ok(true);
        }
    }
}

fn argument(machine: &Machine, number: usize) -> String {
    match &machine.globals[special::ARGV] {
        Value::Array(array) => hold(array)
            .get(&number.to_string())
            .map(|word| word.text("%.6g").to_string())
            .unwrap_or_default(),
        _ => String::new(),
    }
}

/// Takes `name=value`; whether it was that.
pub(super) fn assigned(machine: &mut Machine, word: &str) -> Result<bool, Fault> {
    let Some((name, value)) = word.split_once('=') else { return Ok(false) };
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(letters) {
        return Ok(false);
    }
    // A variable that the program does not name is of no use to it.
    if let Some(number) = machine.number(name) {
        machine.set_global(number, Value::input(&escaped(value)))?;
    }
    Ok(true)
}
