//! What an expression of awk is made of: constants, variables, fields, and what binds to one of them.

use super::code::{Binary, From, Op, Place, text};
use super::expression::Operand;
use super::lexer::Token;
use super::parser::Parser;
use super::value::Value;
use super::{Fault, regex};

type Parsed<T = ()> = Result<T, Fault>;

impl Parser {
    /// A primary with what may follow it: `++`, an assignment, a power.
    pub(super) fn operand(&mut self) -> Parsed<Operand> {
        let mut operand = self.deeper(Self::primary)?;
        if operand == Operand::Place {
            if self.assignment()? {
                return Ok(Operand::Value);
            }
            if let Token::Sign(sign @ ("++" | "--")) = *self.peek() {
                self.next();
                let place = self.place()?;
                self.emit(Op::Step(place, if sign == "++" { 1.0 } else { -1.0 }, true));
                operand = Operand::Value;
            }
        }
        if self.take("^") || self.take("**") {
            self.deeper(Self::operand)?;
            self.emit(Op::Binary(Binary::Power));
            operand = Operand::Value;
        }
        Ok(operand)
    }

    /// Assigns to the place that was loaded, when a sign says so.
    fn assignment(&mut self) -> Parsed<bool> {
        let operator = match *self.peek() {
            Token::Sign("=") => None,
            Token::Sign("+=") => Some(Binary::Add),
            Token::Sign("-=") => Some(Binary::Subtract),
            Token::Sign("*=") => Some(Binary::Multiply),
            Token::Sign("/=") => Some(Binary::Divide),
            Token::Sign("%=") => Some(Binary::Remainder),
            Token::Sign("^=" | "**=") => Some(Binary::Power),
            _ => return Ok(false),
        };
        self.next();
        while self.newline() {}
        let place = self.place()?;
        self.expression()?;
        self.emit(operator.map_or(Op::Store(place), |operator| Op::Update(place, operator)));
        Ok(true)
    }

    fn primary(&mut self) -> Parsed<Operand> {
        match self.next() {
            Token::Number(number) => drop(self.emit(Op::Push(Value::Number(number)))),
            Token::Text(known) => drop(self.emit(Op::Push(text(&known)))),
            Token::Pattern(pattern) => {
                let pattern = regex(&pattern)?;
                self.emit(Op::Record(pattern));
            }
            Token::Name(name) => {
                let name = self.name(&name);
                let place = if self.take("[") {
                    self.key()?;
                    Place::Element(name)
                } else {
                    Place::Variable(name)
                };
                self.emit(Op::Load(place));
                return Ok(Operand::Place);
            }
            Token::Function(name) => self.call(&name)?,
            Token::Builtin(name) => self.builtin(name)?,
            Token::Sign(sign) => return self.signed(sign),
            Token::Newline | Token::End => return Err(Fault::Token),
        }
        Ok(Operand::Value)
    }

    fn signed(&mut self, sign: &str) -> Parsed<Operand> {
        match sign {
            "$" => {
                self.deeper(Self::primary)?;
                self.emit(Op::Load(Place::Field));
                return Ok(Operand::Place);
            }
            "(" => {
                let count = self.enclosed(Self::listed)?;
                while self.newline() {}
                self.expect(")")?;
                return Ok(if count > 1 { Operand::List(count) } else { Operand::Value });
            }
            "-" | "+" | "!" => {
                self.deeper(Self::operand)?;
                self.emit(match sign {
                    "-" => Op::Negate,
                    "+" => Op::Plus,
                    _ => Op::Not,
                });
            }
            "++" | "--" => {
                self.deeper(Self::primary)?;
                let place = self.place()?;
                self.emit(Op::Step(place, if sign == "++" { 1.0 } else { -1.0 }, false));
            }
            "getline" => self.getline(From::Operands)?,
            _ => return Err(Fault::Token),
        }
        Ok(Operand::Value)
    }

    pub(super) fn getline(&mut self, from: From) -> Parsed {
        let mut place = None;
        if matches!(self.peek(), Token::Name(_) | Token::Sign("$")) {
            self.deeper(Self::primary)?;
            place = Some(self.place()?);
        }
        if from == From::Operands && self.take("<") {
            self.deeper(Self::primary)?;
            self.emit(Op::Getline(From::File, place));
        } else {
            self.emit(Op::Getline(from, place));
        }
        Ok(())
    }
}
