//! Reads expressions as CEL's grammar has them; what is wrong is told in the words of its parser.

use super::issue::Issue;
use super::macros;
use super::token::{Placed, Token, tokens};
use super::tree::{Call, Expr, Node, Select};
use super::value::Val;

/// What an expression may begin with.
const BEGINNINGS: &str = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
/// Operators of two sides, by how strongly they bind.
const OPERATORS: [&[&str]; 5] = [&["||"], &["&&"], &["<", "<=", ">=", ">", "==", "!=", "in"], &["+", "-"], &["*", "/", "%"]];
/// How deep brackets may lie in one another.
const DEEPEST: usize = 80;
/// Words that CEL keeps for itself.
pub const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// The expression that a text is.
///
/// # Errors
/// All that is wrong with it.
pub fn parse(source: &str) -> Result<Expr, Vec<Issue>> {
    let (tokens, issues) = tokens(source);
    let mut parser = Parser {
        tokens,
        next: 0,
        depth: 0,
        issues,
    };
    let read = parser.whole();
    let mut issues = parser.issues;
    match read {
        Ok(expr) if issues.is_empty() => Ok(expr),
        Ok(_) => Err(issues),
        Err(issue) => {
            issues.push(issue);
            Err(issues)
        }
    }
}

struct Parser {
    tokens: Vec<Placed>,
    next: usize,
    depth: usize,
    issues: Vec<Issue>,
}

type Read = Result<Expr, Issue>;

impl Parser {
    fn peek(&self) -> &Placed {
        // There is always an end.
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn after(&self) -> &Token {
        &self.tokens[(self.next + 1).min(self.tokens.len() - 1)].token
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek().token, Token::Sign(found) if found == sign)
    }

    /// Goes on behind a sign, and says where it stood.
    fn take(&mut self, sign: &str) -> Option<usize> {
        let at = self.peek().at;
        self.is(sign).then(|| {
            self.next += 1;
            at
        })
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), Issue> {
        if self.take(sign).is_some() {
            return Ok(());
        }
        let (at, text) = (self.peek().at, self.peek().text.clone());
        if *self.after() == Token::Sign(sign) {
            self.next += 2;
            self.issues.push(Issue::syntax(at, &format!("extraneous input '{text}' expecting '{sign}'")));
            return Ok(());
        }
        let told = match self.peek().token {
            Token::End | Token::Sign(_) => format!("missing '{sign}' at '{text}'"),
            _ => format!("mismatched input '{text}' expecting '{sign}'"),
        };
        Err(Issue::syntax(at, &told))
    }

    fn whole(&mut self) -> Read {
        let read = self.expr()?;
        let Placed { token, at, text } = self.peek().clone();
        if token == Token::End {
            return Ok(read);
        }
        let word = if *self.after() == Token::End { "extraneous" } else { "mismatched" };
        Err(Issue::syntax(at, &format!("{word} input '{text}' expecting <EOF>")))
    }

    fn expr(&mut self) -> Read {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Issue::new(self.peek().at, format!("expression recursion limit exceeded: {DEEPEST}")));
        }
        let mut read = self.binary(0)?;
        if let Some(at) = self.take("?") {
            let answer = self.binary(0)?;
            self.expect(":")?;
            let other = self.expr()?;
            read = Expr::new(at, Node::If(Box::new([read, answer, other])))?;
        }
        self.depth -= 1;
        Ok(read)
    }

    /// The operator that comes next, and how strongly it binds.
    fn operator(&self) -> Option<(usize, &'static str)> {
        let mut levels = OPERATORS.iter().enumerate();
        levels.find_map(|(level, signs)| Some((level, *signs.iter().find(|sign| self.is(sign))?)))
    }

    /// Parts joined by operators that bind as strongly as a level, or more so.
    fn binary(&mut self, least: usize) -> Read {
        let mut left = self.unary()?;
        while let Some((level, sign)) = self.operator().filter(|(level, _)| *level >= least) {
            let at = self.peek().at;
            if ["||", "&&"].contains(&sign) {
                let node = if sign == "||" { Node::Any } else { Node::Every };
                left = self.together(at, sign, level, left, node)?;
                continue;
            }
            self.next += 1;
            let right = self.binary(level + 1)?;
            let name = if sign == "in" { "@in".to_owned() } else { format!("_{sign}_") };
            left = call(at, None, name, vec![left, right])?;
        }
        Ok(left)
    }

    /// Parts that one operator joins, however many there are.
    fn together(&mut self, at: usize, sign: &str, level: usize, first: Expr, node: fn(Vec<Expr>) -> Node) -> Read {
        let mut parts = vec![first];
        while self.take(sign).is_some() {
            parts.push(self.binary(level + 1)?);
        }
        Expr::new(at, node(parts))
    }

    fn unary(&mut self) -> Read {
        for sign in ["!", "-"] {
            let (at, mut count) = (self.peek().at, 0_usize);
            // A number takes its own sign.
            while self.is(sign) && !(sign == "-" && matches!(self.after(), Token::Int(_) | Token::Float(_))) {
                self.next += 1;
                count += 1;
            }
            if count > 0 {
                let of = self.member()?;
                return if count % 2 == 1 {
                    call(at, None, format!("{sign}_"), vec![of])
                } else {
                    Ok(of)
                };
            }
        }
        self.member()
    }

    fn member(&mut self) -> Read {
        let mut of = self.primary()?;
        loop {
            if let Some(at) = self.take(".") {
                of = self.field(at, of)?;
            } else if let Some(at) = self.take("[") {
                let optional = self.take("?").is_some();
                let index = self.expr()?;
                self.expect("]")?;
                let name = if optional { "_[?_]" } else { "_[_]" };
                of = call(at, None, name.to_owned(), vec![of, index])?;
            } else {
                return Ok(of);
            }
        }
    }

    /// What follows a dot.
    fn field(&mut self, at: usize, of: Expr) -> Read {
        let optional = self.take("?").is_some();
        let Placed { token, at: here, .. } = self.peek().clone();
        let (Token::Name(field) | Token::Escaped(field)) = token else {
            return Err(Issue::syntax(here, "no viable alternative at input '.'"));
        };
        self.next += 1;
        if let Some(at) = self.take("(").filter(|_| !optional) {
            let args = self.list(")", Self::expr)?;
            return macros::method(at, of, field, args);
        }
        let has = false;
        Expr::new(at, Node::Select(Box::new(Select { of, field, optional, has })))
    }

    /// Parts with commas between them up to a sign.
    fn list<T>(&mut self, end: &'static str, part: impl Fn(&mut Self) -> Result<T, Issue>) -> Result<Vec<T>, Issue> {
        let mut parts = Vec::new();
        while !self.is(end) {
            parts.push(part(self)?);
            if self.take(",").is_none() {
                break;
            }
        }
        self.expect(end)?;
        Ok(parts)
    }

    fn primary(&mut self) -> Read {
        let Placed { token, at, text } = self.peek().clone();
        self.next += 1;
        let literal = |value: Val| Expr::new(at, Node::Literal(value));
        match token {
            Token::Text(text) => literal(Val::from(text)),
            Token::Bytes(bytes) => literal(Val::Bytes(bytes.into())),
            Token::Int(word) => number(&word, at, false).and_then(literal),
            Token::Float(word) => literal(Val::Double(word.parse().unwrap_or(f64::INFINITY))),
            Token::Uint(word) => uint(&word).map_or_else(|| Err(Issue::new(at, "invalid uint literal")), literal),
            Token::Sign("true") => literal(Val::Bool(true)),
            Token::Sign("false") => literal(Val::Bool(false)),
            Token::Sign("null") => literal(Val::Null),
            Token::Sign("-") => self.negative(at),
            Token::Sign("(") => {
                let read = self.expr()?;
                self.expect(")")?;
                Ok(read)
            }
            Token::Sign("[") => {
                let parts = self.list("]", |parser| Ok((parser.take("?").is_some(), parser.expr()?)))?;
                Expr::new(at, Node::List(parts.into_iter().map(|(optional, part)| (part, optional)).collect()))
            }
            Token::Sign("{") => {
                let parts = self.list("}", Self::entry)?;
                Expr::new(at, Node::Map(parts))
            }
            Token::Sign(".") if matches!(self.peek().token, Token::Name(_)) => self.primary(),
            Token::Name(name) => self.name(at, name),
            _ => self.nothing(at, &text),
        }
    }

    fn negative(&mut self, at: usize) -> Read {
        let Placed { token, .. } = self.peek().clone();
        self.next += 1;
        let value = match token {
            Token::Int(word) => number(&word, at, true)?,
            Token::Float(word) => Val::Double(-word.parse::<f64>().unwrap_or(f64::INFINITY)),
            _ => return self.nothing(at, "-"),
        };
        Expr::new(at, Node::Literal(value))
    }

    fn entry(&mut self) -> Result<(Expr, Expr, bool), Issue> {
        let optional = self.take("?").is_some();
        let key = self.expr()?;
        self.expect(":")?;
        Ok((key, self.expr()?, optional))
    }

    fn name(&mut self, at: usize, name: String) -> Read {
        if RESERVED.contains(&name.as_str()) {
            self.issues.push(Issue::new(at, format!("reserved identifier: {name}")));
        }
        match self.take("(") {
            Some(at) => {
                let args = self.list(")", Self::expr)?;
                macros::function(at, name, args)
            }
            None => Expr::new(at, Node::Name(name)),
        }
    }

    /// Where an expression should have begun.
    fn nothing(&mut self, at: usize, text: &str) -> Read {
        if self.begins() && text != "<EOF>" {
            self.issues
                .push(Issue::syntax(at, &format!("extraneous input '{text}' expecting {BEGINNINGS}")));
            // Each time there is a token less.
            return self.primary();
        }
        Err(Issue::syntax(at, &format!("mismatched input '{text}' expecting {BEGINNINGS}")))
    }

    fn begins(&self) -> bool {
        match self.peek().token {
            Token::Sign(sign) => ["[", "{", "(", ".", "-", "!", "true", "false", "null"].contains(&sign),
            Token::End | Token::Escaped(_) => false,
            _ => true,
        }
    }
}

pub fn call(at: usize, on: Option<Expr>, name: String, args: Vec<Expr>) -> Read {
    let on = on.map(Box::new);
    Expr::new(at, Node::Call(Call { on, name, args }))
}

fn number(word: &str, at: usize, negative: bool) -> Result<Val, Issue> {
    let read = match word.strip_prefix("0x") {
        Some(hex) => i128::from_str_radix(hex, 16),
        None => word.parse(),
    };
    let signed = read.ok().map(|number| if negative { -number } else { number });
    let number = signed.and_then(|number| i64::try_from(number).ok());
    number.map(Val::Int).ok_or_else(|| Issue::new(at, "invalid int literal"))
}

fn uint(word: &str) -> Option<Val> {
    let read = match word.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => word.parse(),
    };
    read.ok().map(Val::Uint)
}
