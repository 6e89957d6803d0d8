//! An awk program's rules and functions; statements and expressions have files of their own.

use std::collections::BTreeMap;

use super::Fault;
use super::code::{BEGIN, Block, END, FUNCTIONS, Name, Op, Program, RULES, SPECIAL, To};
use super::lexer::{Token, tokens};

/// How deep a program may nest.
const DEEPEST: usize = 200;

/// A function as far as it is known: it may be called before it is defined.
pub(super) struct Function {
    pub number: usize,
    pub parameters: usize,
    pub defined: bool,
}

/// Where `break` and `continue` of a loop have to be patched in.
#[derive(Default)]
pub(super) struct Loop {
    pub breaks: Vec<usize>,
    pub continues: Vec<usize>,
}

pub(super) struct Parser {
    tokens: Vec<(Token, u32)>,
    at: usize,
    depth: usize,
    pub code: Block,
    pub loops: Vec<Loop>,
    pub globals: BTreeMap<String, usize>,
    pub locals: Vec<String>,
    pub functions: BTreeMap<String, Function>,
    pub inside_function: bool,
    /// `>` is a redirection there, not a comparison.
    pub printing: bool,
    ranges: usize,
}

pub(super) fn parse(source: &str) -> Result<Program, (Fault, u32)> {
    let mut parser = Parser {
        tokens: tokens(source)?,
        at: 0,
        depth: 0,
        code: Vec::new(),
        loops: Vec::new(),
        globals: SPECIAL.iter().enumerate().map(|(number, name)| ((*name).to_owned(), number)).collect(),
        locals: Vec::new(),
        functions: BTreeMap::new(),
        inside_function: false,
        printing: false,
        ranges: 0,
    };
    parser.program().map_err(|fault| (fault, parser.line()))
}

type Parsed<T = ()> = Result<T, Fault>;

impl Parser {
    fn program(&mut self) -> Parsed<Program> {
        let mut program = Program {
            blocks: vec![Block::new(); FUNCTIONS],
            ..Program::default()
        };
        loop {
            while self.newline() || self.take(";") {}
            if *self.peek() == Token::End {
                break;
            }
            self.item(&mut program)?;
        }
        if self.functions.values().any(|function| !function.defined) {
            return Err(Fault::Undefined);
        }
        program.parameters = vec![0; self.functions.len()];
        for function in self.functions.values() {
            program.parameters[function.number] = function.parameters;
        }
        program.names = vec![String::new(); self.globals.len()];
        for (name, number) in &self.globals {
            program.names[*number].clone_from(name);
        }
        program.ranges = self.ranges;
        Ok(program)
    }

    fn item(&mut self, program: &mut Program) -> Parsed {
        if self.take("function") {
            return self.function(program);
        }
        let block = if self.take("BEGIN") {
            BEGIN
        } else if self.take("END") {
            END
        } else {
            RULES
        };
        self.code = std::mem::take(&mut program.blocks[block]);
        let mut skip = Vec::new();
        let bare = *self.peek() == Token::Sign("{");
        match (block, bare) {
            (RULES, false) => {
                skip.push(self.pattern()?);
                if *self.peek() == Token::Sign("{") {
                    self.braces()?;
                } else {
                    self.emit(Op::Print(0, To::Stdout));
                }
            }
            _ => self.braces()?,
        }
        for at in skip {
            self.patch(at);
        }
        program.blocks[block] = std::mem::take(&mut self.code);
        Ok(())
    }

    /// A pattern, or a range of them; gives the jump that leaves the rule out.
    fn pattern(&mut self) -> Parsed<usize> {
        let start = self.code.len();
        self.expression()?;
        if !self.take(",") {
            return Ok(self.emit(Op::JumpIf(false, 0)));
        }
        let range = self.ranges;
        self.ranges += 1;
        // The first pattern is asked only outside of the range: it moves behind the question.
        let first = self.code.split_off(start);
        let question = self.emit(Op::JumpInside(range, 0));
        self.code.extend(first.into_iter().map(|(op, line)| (op.shifted(1), line)));
        let leaves = self.emit(Op::JumpIf(false, 0));
        self.emit(Op::SetInside(range, true));
        self.patch(question);
        self.expression()?;
        let stays = self.emit(Op::JumpIf(false, 0));
        self.emit(Op::SetInside(range, false));
        self.patch(stays);
        Ok(leaves)
    }

    fn function(&mut self, program: &mut Program) -> Parsed {
        let (Token::Function(name) | Token::Name(name)) = self.next() else {
            return Err(Fault::Token);
        };
        self.expect("(")?;
        self.locals.clear();
        while !self.take(")") {
            let Token::Name(parameter) = self.next() else { return Err(Fault::Token) };
            self.locals.push(parameter);
            if !self.take(",") && *self.peek() != Token::Sign(")") {
                return Err(Fault::Token);
            }
            while self.newline() {}
        }
        let number = self.function_number(&name);
        if let Some(function) = self.functions.get_mut(&name) {
            function.parameters = self.locals.len();
            function.defined = true;
        }
        while self.newline() {}
        self.inside_function = true;
        self.braces()?;
        self.inside_function = false;
        self.locals.clear();
        self.emit(Op::Push(super::value::Value::Empty));
        self.emit(Op::Return);
        let needed = FUNCTIONS + number + 1;
        if program.blocks.len() < needed {
            program.blocks.resize(needed, Block::new());
        }
        program.blocks[FUNCTIONS + number] = std::mem::take(&mut self.code);
        Ok(())
    }

    pub(super) fn function_number(&mut self, name: &str) -> usize {
        let number = self.functions.len();
        let function = self.functions.entry(name.to_owned()).or_insert(Function {
            number,
            parameters: 0,
            defined: false,
        });
        function.number
    }

    /// The variable of a name, which is new where nobody named it before.
    pub(super) fn name(&mut self, name: &str) -> Name {
        if let Some(local) = self.locals.iter().position(|local| local == name) {
            return Name::Local(local);
        }
        let number = self.globals.len();
        Name::Global(*self.globals.entry(name.to_owned()).or_insert(number))
    }

    pub(super) fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn line(&self) -> u32 {
        self.tokens.get(self.at.saturating_sub(1)).map_or(1, |(_, line)| *line)
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    pub(super) fn mark(&self) -> usize {
        self.at
    }

    pub(super) fn back(&mut self, mark: usize) {
        self.at = mark;
    }

    /// Takes the sign when it is next.
    pub(super) fn take(&mut self, sign: &str) -> bool {
        let here = matches!(self.peek(), Token::Sign(next) if *next == sign);
        self.at += usize::from(here);
        here
    }

    pub(super) fn newline(&mut self) -> bool {
        let here = *self.peek() == Token::Newline;
        self.at += usize::from(here);
        here
    }

    pub(super) fn expect(&mut self, sign: &str) -> Parsed {
        if self.take(sign) { Ok(()) } else { Err(Fault::Token) }
    }

    /// One more level down, as long as there are not too many.
    pub(super) fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return Err(Fault::Deep);
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    pub(super) fn emit(&mut self, op: Op) -> usize {
        let line = self.line();
        self.code.push((op, line));
        self.code.len() - 1
    }

    /// Lets a jump lead here.
    pub(super) fn patch(&mut self, at: usize) {
        let here = self.code.len();
        self.lead(at, here);
    }

    pub(super) fn lead(&mut self, at: usize, place: usize) {
        if let Some((Op::Jump(to) | Op::JumpIf(_, to) | Op::JumpInside(_, to) | Op::Walked(to), _)) = self.code.get_mut(at) {
            *to = place;
        }
    }
}
