//! The machine that takes a program's steps. What has to wait is left to whoever drives it: it pauses there.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use regex::Regex;

use super::code::{Binary, From, Op, Place, Program, To, special};
use super::record::Record;
use super::value::Value;
use super::{Fault, format};
use crate::practice::runtime::hold;

/// How deep functions may call each other.
const DEEPEST: usize = 2_000;
/// Steps until a pause; a long text costs more of them.
const FUEL: usize = 200;

/// Why the machine does not go on by itself.
#[derive(Debug)]
pub(super) enum Pause {
    Done,
    Next,
    NextFile,
    Exit(Option<i32>),
    /// It took many steps.
    Tired,
    Print(Vec<u8>, To, Arc<str>),
    /// Goes on with [`Machine::read`].
    Getline(From, Arc<str>),
    /// These go on with a number pushed.
    System(Arc<str>),
    Close(Arc<str>),
    Flush,
}

struct Frame {
    block: usize,
    at: usize,
    base: usize,
    walks: usize,
}

pub(super) struct Machine {
    program: Arc<Program>,
    pub(super) globals: Vec<Value>,
    pub(super) record: Record,
    pub(super) now: Timestamp,
    pub(super) random: u64,
    pub(super) seed: f64,
    pub(super) stack: Vec<Value>,
    frames: Vec<Frame>,
    walks: Vec<std::vec::IntoIter<Arc<str>>>,
    ranges: Vec<bool>,
    pub(super) patterns: BTreeMap<Arc<str>, Regex>,
    block: usize,
    at: usize,
    pub(super) base: usize,
    pub(super) fuel: usize,
    /// Where a `getline` under way puts what it reads.
    reading: Option<Place>,
    /// About how many bytes were made since it was last asked.
    pub(super) grown: u64,
}

pub(super) type Ran<T = ()> = Result<T, Fault>;

impl Machine {
    pub(super) fn new(program: Program, now: Timestamp) -> Self {
        let mut globals = vec![Value::Empty; program.names.len()];
        let texts = [
            (special::FS, " "),
            (special::OFS, " "),
            (special::ORS, "\n"),
            (special::RS, "\n"),
            (special::SUBSEP, "\x1c"),
            (special::CONVFMT, "%.6g"),
            (special::OFMT, "%.6g"),
        ];
        texts.into_iter().for_each(|(number, text)| globals[number] = super::code::text(text));
        [special::NR, special::FNR, special::RSTART]
            .into_iter()
            .for_each(|number| globals[number] = Value::Number(0.0));
        globals[special::RLENGTH] = Value::Number(-1.0);
        Self {
            globals,
            record: Record::default(),
            now,
            random: 1,
            seed: 1.0,
            stack: Vec::new(),
            frames: Vec::new(),
            walks: Vec::new(),
            ranges: vec![false; program.ranges],
            patterns: BTreeMap::new(),
            block: 0,
            at: 0,
            base: 0,
            fuel: FUEL,
            reading: None,
            grown: 0,
            program: Arc::new(program),
        }
    }

    /// The number of a variable of all.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.program.names.iter().position(|known| known == name)
    }

    /// Begins a block.
    pub(super) fn start(&mut self, block: usize) {
        self.stack.clear();
        self.frames.clear();
        self.walks.clear();
        (self.block, self.at, self.base) = (block, 0, 0);
    }

    /// The line of the program that it is at.
    pub(super) fn line(&self) -> u32 {
        let code = &self.program.blocks[self.block];
        code.get(self.at.saturating_sub(1)).map_or(1, |(_, line)| *line)
    }

    /// Goes on until it has to pause.
    pub(super) fn go(&mut self) -> Ran<Pause> {
        let program = self.program.clone();
        loop {
            if self.fuel == 0 {
                self.fuel = FUEL;
                return Ok(Pause::Tired);
            }
            self.fuel -= 1;
            let Some((op, _)) = program.blocks[self.block].get(self.at) else {
                return Ok(Pause::Done);
            };
            self.at += 1;
            if let Some(pause) = self.step(op)? {
                return Ok(pause);
            }
        }
    }

    fn step(&mut self, op: &Op) -> Ran<Option<Pause>> {
        match op {
            Op::Jump(to) => self.at = *to,
            Op::JumpIf(when, to) => {
                if self.pop().truth() == *when {
                    self.at = *to;
                }
            }
            Op::JumpInside(range, to) => {
                if self.ranges[*range] {
                    self.at = *to;
                }
            }
            Op::SetInside(range, inside) => self.ranges[*range] = *inside,
            Op::Call(function, given) => self.call(*function, *given)?,
            Op::Return => self.returned(),
            Op::Walk(array) => {
                let keys = hold(&*self.array(*array)?).keys();
                self.walks.push(keys.into_iter());
            }
            Op::Walked(end) => match self.walks.last_mut().and_then(Iterator::next) {
                Some(key) => self.push(Value::Input(key)),
                None => self.at = *end,
            },
            Op::WalkEnd => drop(self.walks.pop()),
            Op::Next => return Ok(Some(Pause::Next)),
            Op::NextFile => return Ok(Some(Pause::NextFile)),
            Op::Exit(given) => {
                let code = given.then(|| self.pop().number() as i64 as i32);
                return Ok(Some(Pause::Exit(code)));
            }
            Op::Getline(..) | Op::Print(..) | Op::Printf(..) | Op::Builtin("system" | "close" | "fflush", _) => return self.waits(op).map(Some),
            Op::Builtin(name, count) => {
                let arguments = self.pop_many(*count);
                let value = self.builtin(name, &arguments)?;
                self.push(value);
            }
            other => self.compute(other)?,
        }
        Ok(None)
    }

    /// The steps for which the world outside is needed.
    fn waits(&mut self, op: &Op) -> Ran<Pause> {
        Ok(match op {
            Op::Getline(from, place) => {
                self.reading = *place;
                let name = match (from, place) {
                    (From::Operands, _) => "".into(),
                    (From::Command, Some(Place::Field | Place::Element(_))) => {
                        let target = self.pop();
                        let name = self.pop_text();
                        self.push(target);
                        name
                    }
                    _ => self.pop_text(),
                };
                Pause::Getline(*from, name)
            }
            Op::Print(count, to) | Op::Printf(count, to) => {
                let name = if *to == To::Stdout { "".into() } else { self.pop_text() };
                let values = self.pop_many(*count);
                let text = self.printed(&values, matches!(op, Op::Printf(..)))?;
                Pause::Print(text.into_bytes(), *to, name)
            }
            Op::Builtin("system", _) => Pause::System(self.pop_text()),
            Op::Builtin("close", _) => Pause::Close(self.pop_text()),
            Op::Builtin(_, count) => {
                self.pop_many(*count);
                Pause::Flush
            }
            _ => Pause::Done,
        })
    }

    fn printed(&mut self, values: &[Value], formatted: bool) -> Ran<String> {
        if formatted {
            return format::formatted(values, &self.special(special::CONVFMT));
        }
        let (between, end, number) = (self.special(special::OFS), self.special(special::ORS), self.special(special::OFMT));
        let mut text = match values {
            [] => self.whole().to_string(),
            values => values.iter().map(|value| value.text(&number)).collect::<Vec<_>>().join(&between),
        };
        text.push_str(&end);
        Ok(text)
    }

    fn call(&mut self, function: usize, given: usize) -> Ran {
        let parameters = self.program.parameters[function];
        if given > parameters {
            return Err(Fault::Arguments);
        }
        if self.frames.len() >= DEEPEST {
            return Err(Fault::Deep);
        }
        self.frames.push(Frame {
            block: self.block,
            at: self.at,
            base: self.base,
            walks: self.walks.len(),
        });
        self.base = self.stack.len() - given;
        self.stack.resize(self.base + parameters, Value::Empty);
        (self.block, self.at) = (super::code::FUNCTIONS + function, 0);
        Ok(())
    }

    fn returned(&mut self) {
        let value = self.pop();
        self.stack.truncate(self.base);
        if let Some(frame) = self.frames.pop() {
            (self.block, self.at, self.base) = (frame.block, frame.at, frame.base);
            self.walks.truncate(frame.walks);
        }
        self.push(value);
    }

    /// What `getline` read, and whether it did: 1, 0 at the end, -1 when it could not.
    pub(super) fn read(&mut self, line: Option<Arc<str>>, status: f64) -> Ran {
        let place = self.reading.take();
        match (line, place) {
            (Some(line), Some(place)) => {
                self.store(place, Value::Input(line))?;
            }
            (Some(line), None) => self.record.set(line),
            (None, Some(Place::Field | Place::Element(_))) => drop(self.pop()),
            (None, _) => {}
        }
        self.push(Value::Number(status));
        Ok(())
    }
}

/// What an operator makes of two numbers.
pub(super) fn reckoned(operator: Binary, left: f64, right: f64) -> Ran<f64> {
    Ok(match operator {
        Binary::Add => left + right,
        Binary::Subtract => left - right,
        Binary::Multiply => left * right,
        Binary::Divide | Binary::Remainder if right == 0.0 => return Err(Fault::Division),
        Binary::Divide => left / right,
        Binary::Remainder => left % right,
        _ => left.powf(right),
    })
}
