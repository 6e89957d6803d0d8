//! The statements of awk.

use super::Fault;
use super::code::{Op, Place, To};
use super::lexer::Token;
use super::parser::{Loop, Parser};
use super::value::Value;

type Parsed<T = ()> = Result<T, Fault>;

impl Parser {
    /// Statements in braces.
    pub(super) fn braces(&mut self) -> Parsed {
        self.expect("{")?;
        self.deeper(|parser| {
            loop {
                while parser.newline() || parser.take(";") {}
                if parser.take("}") {
                    return Ok(());
                }
                parser.statement()?;
            }
        })
    }

    fn statement(&mut self) -> Parsed {
        let Token::Sign(word) = *self.peek() else { return self.simple() };
        match word {
            "{" => self.braces(),
            "if" => self.condition(),
            "while" => self.repeated(),
            "do" => self.repeated_once(),
            "for" => self.counted(),
            ";" => {
                self.next();
                Ok(())
            }
            _ => self.simple(),
        }
    }

    /// The statement of an `if` or a loop, on the same line or the next.
    fn body(&mut self) -> Parsed {
        while self.newline() {}
        self.deeper(Self::statement)
    }

    fn simple(&mut self) -> Parsed {
        self.plain()?;
        let last = matches!(self.peek(), Token::Sign("}") | Token::End);
        if last || self.newline() || self.take(";") {
            Ok(())
        } else {
            Err(Fault::Token)
        }
    }

    fn ended(&self) -> bool {
        matches!(self.peek(), Token::Sign(";" | "}") | Token::Newline | Token::End)
    }

    fn plain(&mut self) -> Parsed {
        let word = match self.peek() {
            Token::Sign(word) => word,
            _ => "",
        };
        match word {
            "print" | "printf" => self.print(word == "printf"),
            "next" | "nextfile" => {
                self.next();
                self.emit(if word == "next" { Op::Next } else { Op::NextFile });
                Ok(())
            }
            "break" | "continue" => {
                self.next();
                let jump = self.emit(Op::Jump(0));
                let Some(around) = self.loops.last_mut() else { return Err(Fault::Token) };
                if word == "break" { &mut around.breaks } else { &mut around.continues }.push(jump);
                Ok(())
            }
            "exit" => {
                self.next();
                let given = !self.ended();
                if given {
                    self.expression()?;
                }
                self.emit(Op::Exit(given));
                Ok(())
            }
            "return" if self.inside_function => {
                self.next();
                if self.ended() {
                    self.emit(Op::Push(Value::Empty));
                } else {
                    self.expression()?;
                }
                self.emit(Op::Return);
                Ok(())
            }
            "delete" => self.delete(),
            _ => {
                self.expression()?;
                self.emit(Op::Drop);
                Ok(())
            }
        }
    }

    fn delete(&mut self) -> Parsed {
        self.next();
        let Token::Name(array) = self.next() else { return Err(Fault::Token) };
        let array = self.name(&array);
        if self.take("[") {
            self.key()?;
            self.emit(Op::Delete(array));
        } else {
            self.emit(Op::Clear(array));
        }
        Ok(())
    }

    fn print(&mut self, formatted: bool) -> Parsed {
        self.next();
        let before = std::mem::replace(&mut self.printing, true);
        let start = self.code.len();
        let mut count = 0;
        if !self.ended() && !matches!(self.peek(), Token::Sign(">" | ">>" | "|")) {
            count = self.listed()?;
        }
        self.printing = before;
        let to = match self.peek() {
            Token::Sign(">") => To::File,
            Token::Sign(">>") => To::Append,
            Token::Sign("|") => To::Command,
            _ => To::Stdout,
        };
        if to != To::Stdout {
            self.next();
            self.destination()?;
        }
        if formatted && self.code.len() == start {
            return Err(Fault::Token);
        }
        self.emit(if formatted { Op::Printf(count, to) } else { Op::Print(count, to) });
        Ok(())
    }

    fn parenthesized(&mut self) -> Parsed {
        self.expect("(")?;
        self.expression()?;
        self.expect(")")
    }

    fn condition(&mut self) -> Parsed {
        self.next();
        self.parenthesized()?;
        let otherwise = self.emit(Op::JumpIf(false, 0));
        self.body()?;
        let before = self.mark();
        while self.newline() || self.take(";") {}
        if self.take("else") {
            let end = self.emit(Op::Jump(0));
            self.patch(otherwise);
            self.body()?;
            self.patch(end);
        } else {
            self.back(before);
            self.patch(otherwise);
        }
        Ok(())
    }

    /// Closes a loop: `continue` leads to one place, `break` here.
    fn closed(&mut self, again: usize) {
        let around = self.loops.pop().unwrap_or_default();
        around.continues.into_iter().for_each(|at| self.lead(at, again));
        around.breaks.into_iter().for_each(|at| self.patch(at));
    }

    fn looped(&mut self) -> Parsed {
        self.loops.push(Loop::default());
        self.body()
    }

    fn repeated(&mut self) -> Parsed {
        self.next();
        let start = self.code.len();
        self.parenthesized()?;
        let end = self.emit(Op::JumpIf(false, 0));
        self.looped()?;
        self.emit(Op::Jump(start));
        self.patch(end);
        self.closed(start);
        Ok(())
    }

    fn repeated_once(&mut self) -> Parsed {
        self.next();
        let start = self.code.len();
        self.looped()?;
        while self.newline() || self.take(";") {}
        self.expect("while")?;
        let again = self.code.len();
        self.parenthesized()?;
        self.emit(Op::JumpIf(true, start));
        self.closed(again);
        Ok(())
    }

    fn counted(&mut self) -> Parsed {
        self.next();
        self.expect("(")?;
        let before = self.mark();
        if let (Token::Name(variable), true, Token::Name(array), true) = (self.next(), self.take("in"), self.next(), self.take(")")) {
            return self.walked(&variable, &array);
        }
        self.back(before);
        if !self.take(";") {
            self.plain()?;
            self.expect(";")?;
        }
        while self.newline() {}
        let start = self.code.len();
        let mut end = None;
        if !self.take(";") {
            self.expression()?;
            end = Some(self.emit(Op::JumpIf(false, 0)));
            self.expect(";")?;
        }
        while self.newline() {}
        // What is done after each turn is written before the body, and stands behind it.
        let step = self.code.len();
        if !self.take(")") {
            self.plain()?;
            self.expect(")")?;
        }
        let after = self.code.split_off(step);
        self.looped()?;
        let again = self.code.len();
        self.code.extend(after.into_iter().map(|(op, line)| (op.shifted(again - step), line)));
        self.emit(Op::Jump(start));
        if let Some(end) = end {
            self.patch(end);
        }
        self.closed(again);
        Ok(())
    }

    fn walked(&mut self, variable: &str, array: &str) -> Parsed {
        let (variable, array) = (self.name(variable), self.name(array));
        self.emit(Op::Walk(array));
        let start = self.emit(Op::Walked(0));
        self.emit(Op::Store(Place::Variable(variable)));
        self.emit(Op::Drop);
        self.looped()?;
        self.emit(Op::Jump(start));
        self.patch(start);
        self.closed(start);
        self.emit(Op::WalkEnd);
        Ok(())
    }
}
