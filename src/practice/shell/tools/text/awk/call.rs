//! Calls of functions, of the program's own and of those built in.

use super::Fault;
use super::code::{Op, Place, text};
use super::expression::Operand;
use super::lexer::BUILTINS;
use super::parser::Parser;
use super::value::Value;

type Parsed<T = ()> = Result<T, Fault>;

impl Parser {
    /// A call of a function of the program.
    pub(super) fn call(&mut self, name: &str) -> Parsed {
        let number = self.function_number(name);
        self.expect("(")?;
        let count = self.arguments(|parser, _, start, _| {
            if let Some(name) = parser.lone_name(start) {
                parser.emit(Op::Argument(name));
            }
            Ok(())
        })?;
        self.emit(Op::Call(number, count));
        Ok(())
    }

    /// The arguments up to the parenthesis; `each` may mend what one of them was made into.
    fn arguments(&mut self, mut each: impl FnMut(&mut Self, usize, usize, Operand) -> Parsed) -> Parsed<usize> {
        let before = std::mem::replace(&mut self.printing, false);
        let mut count = 0;
        while self.newline() {}
        while !self.take(")") {
            if count > 0 {
                self.expect(",")?;
                while self.newline() {}
            }
            let start = self.code.len();
            let operand = self.argument()?;
            each(self, count, start, operand)?;
            count += 1;
            while self.newline() {}
        }
        self.printing = before;
        Ok(count)
    }

    /// Pushes the record.
    fn record(&mut self) {
        self.emit(Op::Push(Value::Number(0.0)));
        self.emit(Op::Load(Place::Field));
    }

    pub(super) fn builtin(&mut self, name: &'static str) -> Parsed {
        if !self.take("(") {
            if name != "length" {
                return Err(Fault::Token);
            }
            self.record();
            self.emit(Op::Builtin(name, 1));
            return Ok(());
        }
        let mut array = None;
        let mut target = None;
        let count = self.arguments(|parser, at, start, operand| {
            match (name, at) {
                ("split", 1) | ("length", 0) => array = parser.lone_name(start),
                ("sub" | "gsub", 2) if operand == Operand::Place => target = Some(parser.place()?),
                ("split", 2) | ("match", 1) | ("sub" | "gsub" | "gensub", 0) => parser.keep_pattern(start),
                _ => {}
            }
            Ok(())
        })?;
        let known = BUILTINS.iter().find(|(known, ..)| *known == name);
        if known.is_none_or(|(_, least, most)| count < *least || count > *most) {
            return Err(Fault::Arguments);
        }
        match (name, array, count) {
            ("length", Some(array), _) => drop(self.emit(Op::Size(array))),
            ("length", None, 0) => {
                self.record();
                self.emit(Op::Builtin(name, 1));
            }
            ("split", Some(array), _) => drop(self.emit(Op::Split(array, count == 3))),
            ("split", None, _) => return Err(Fault::Token),
            ("sub" | "gsub", ..) => self.substitution(name == "gsub", target, count == 3),
            ("gensub", _, 3) => {
                self.record();
                self.emit(Op::Builtin(name, 4));
            }
            ("mktime", ..) => return Err(Fault::Lacks("mktime")),
            ("strftime", _, 0) => {
                self.emit(Op::Push(text("%a %b %e %H:%M:%S %Z %Y")));
                self.emit(Op::Builtin(name, 1));
            }
            _ => drop(self.emit(Op::Builtin(name, count))),
        }
        Ok(())
    }

    fn substitution(&mut self, all: bool, place: Option<Place>, given: bool) {
        let place = if given {
            place
        } else {
            self.emit(Op::Push(Value::Number(0.0)));
            Some(Place::Field)
        };
        self.emit(Op::Substitute(place, all));
    }
}
