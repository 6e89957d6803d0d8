//! The expressions of awk, by how tightly their operators bind.

use super::Fault;
use super::code::{Binary, From, Name, Op, Place};
use super::lexer::Token;
use super::parser::Parser;
use super::value::Value;

type Parsed<T = ()> = Result<T, Fault>;

/// What was parsed last: its last step may load a place, or it is a list in parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operand {
    Value,
    Place,
    List(usize),
}

const OR: u8 = 1;
const AND: u8 = 2;
const IN: u8 = 3;
const MATCH: u8 = 4;
const COMPARE: u8 = 5;
const PIPE: u8 = 6;
const JOIN: u8 = 7;
const ADD: u8 = 8;
const MULTIPLY: u8 = 9;

impl Parser {
    pub(super) fn expression(&mut self) -> Parsed {
        self.argument().map(drop)
    }

    pub(super) fn argument(&mut self) -> Parsed<Operand> {
        match self.listing()? {
            Operand::List(_) => Err(Fault::Token),
            operand => Ok(operand),
        }
    }

    /// An expression, which may be a list in parentheses.
    fn listing(&mut self) -> Parsed<Operand> {
        self.deeper(|parser| {
            let operand = parser.binary(OR)?;
            if !parser.take("?") {
                return Ok(operand);
            }
            while parser.newline() {}
            let otherwise = parser.emit(Op::JumpIf(false, 0));
            parser.expression()?;
            while parser.newline() {}
            parser.expect(":")?;
            while parser.newline() {}
            let end = parser.emit(Op::Jump(0));
            parser.patch(otherwise);
            parser.expression()?;
            parser.patch(end);
            Ok(Operand::Value)
        })
    }

    /// Expressions with commas between them; how many.
    pub(super) fn listed(&mut self) -> Parsed<usize> {
        let first = self.listing()?;
        match (first, self.peek()) {
            (Operand::List(count), next) if *next != Token::Sign(",") => return Ok(count),
            (Operand::List(_), _) => return Err(Fault::Token),
            _ => {}
        }
        let mut count = 1;
        while self.take(",") {
            while self.newline() {}
            self.expression()?;
            count += 1;
        }
        Ok(count)
    }

    /// Where `print` goes.
    pub(super) fn destination(&mut self) -> Parsed {
        let before = std::mem::replace(&mut self.printing, true);
        let parsed = self.binary(JOIN).map(drop);
        self.printing = before;
        parsed
    }

    /// What stands inside of something closed, where `>` compares again.
    pub(super) fn enclosed<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let before = std::mem::replace(&mut self.printing, false);
        let parsed = parse(self);
        self.printing = before;
        parsed
    }

    /// An array's key, up to its bracket.
    pub(super) fn key(&mut self) -> Parsed {
        let count = self.enclosed(Self::listed)?;
        if count > 1 {
            self.emit(Op::Key(count));
        }
        self.expect("]")
    }

    /// The operator that comes next, and how tightly it binds.
    fn operator(&self) -> Option<(u8, Option<Binary>)> {
        let Token::Sign(sign) = self.peek() else {
            return self.begins_operand().then_some((JOIN, Some(Binary::Join)));
        };
        Some(match *sign {
            "||" => (OR, None),
            "&&" => (AND, None),
            "in" => (IN, None),
            "|" => (PIPE, None),
            "~" => (MATCH, Some(Binary::Matches)),
            "!~" => (MATCH, Some(Binary::MatchesNot)),
            "<" => (COMPARE, Some(Binary::Less)),
            "<=" => (COMPARE, Some(Binary::LessOrEqual)),
            "==" => (COMPARE, Some(Binary::Equal)),
            "!=" => (COMPARE, Some(Binary::NotEqual)),
            ">" if !self.printing => (COMPARE, Some(Binary::Greater)),
            ">=" => (COMPARE, Some(Binary::GreaterOrEqual)),
            "+" => (ADD, Some(Binary::Add)),
            "-" => (ADD, Some(Binary::Subtract)),
            "*" => (MULTIPLY, Some(Binary::Multiply)),
            "/" => (MULTIPLY, Some(Binary::Divide)),
            "%" => (MULTIPLY, Some(Binary::Remainder)),
            "(" | "$" | "++" | "--" => (JOIN, Some(Binary::Join)),
            _ => return None,
        })
    }

    fn begins_operand(&self) -> bool {
        !matches!(self.peek(), Token::Newline | Token::End | Token::Sign(_) | Token::Pattern(_))
    }

    fn binary(&mut self, least: u8) -> Parsed<Operand> {
        let mut operand = self.operand()?;
        while let Some((level, operator)) = self.operator().filter(|(level, _)| *level >= least) {
            // A pipe that no getline reads belongs to print.
            if level == PIPE && !self.pipes_in() {
                break;
            }
            if let (Operand::List(count), IN) = (operand, level) {
                self.emit(Op::Key(count));
            } else if matches!(operand, Operand::List(_)) {
                return Err(Fault::Token);
            }
            if operator != Some(Binary::Join) {
                self.next();
            }
            match (level, operator) {
                (OR | AND, _) => self.shortcut(level)?,
                (IN, _) => {
                    let Token::Name(array) = self.next() else { return Err(Fault::Token) };
                    let array = self.name(&array);
                    self.emit(Op::Contains(array));
                }
                (_, None) => {
                    self.next();
                    self.getline(From::Command)?;
                }
                (level, Some(operator)) => {
                    let start = self.code.len();
                    self.binary(level + 1)?;
                    if level == MATCH {
                        self.keep_pattern(start);
                    }
                    self.emit(Op::Binary(operator));
                }
            }
            operand = Operand::Value;
        }
        Ok(operand)
    }

    fn pipes_in(&mut self) -> bool {
        let before = self.mark();
        let reads = self.take("|") && self.take("getline");
        self.back(before);
        reads
    }

    /// `&&` and `||`, whose right side is asked only when it matters.
    fn shortcut(&mut self, level: u8) -> Parsed {
        while self.newline() {}
        let known = self.emit(Op::JumpIf(level == OR, 0));
        self.binary(level + 1)?;
        self.emit(Op::Truth);
        let end = self.emit(Op::Jump(0));
        self.patch(known);
        self.emit(Op::Push(Value::Number(f64::from(u8::from(level == OR)))));
        self.patch(end);
        Ok(())
    }

    /// A pattern alone is itself there, not whether the record matches it.
    pub(super) fn keep_pattern(&mut self, start: usize) {
        if self.code.len() == start + 1
            && let Some((op, _)) = self.code.last_mut()
            && let Op::Record(pattern) = op
        {
            *op = Op::Push(Value::Pattern(pattern.clone()));
        }
    }

    /// The variable that the last step alone loads; the step is taken away.
    pub(super) fn lone_name(&mut self, start: usize) -> Option<Name> {
        match self.code.last() {
            Some((Op::Load(Place::Variable(name)), _)) if self.code.len() == start + 1 => {
                let name = *name;
                self.code.pop();
                Some(name)
            }
            _ => None,
        }
    }

    /// The place that the last step loads; the step is taken away.
    pub(super) fn place(&mut self) -> Parsed<Place> {
        match self.code.pop() {
            Some((Op::Load(place), _)) => Ok(place),
            _ => Err(Fault::Token),
        }
    }
}
