//! What find asks of each file, and what it does with it.

use std::cmp::Ordering;

use crate::practice::runtime::process::Process;

/// How deep parentheses may nest.
const DEEPEST: usize = 50;

pub(super) enum Expression {
    Not(Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    /// A pattern of the name or the path, and whether case counts.
    Name(String, bool),
    Path(String, bool),
    Type(String),
    Empty,
    /// Its size in such units.
    Size(Ordering, u64, u64),
    /// Its age in so many seconds.
    Age(Ordering, i64, i64),
    Newer(jiff::Timestamp),
    /// The bits that have to be there: all of `-mode`, any of `/mode`, exactly those.
    Perm(Option<char>, u32),
    Prune,
    Print(char),
    Delete,
    Exec(Vec<String>),
    /// `-exec … +`, by its number.
    ExecAll(usize),
    Quit,
}

#[derive(Default)]
pub(super) struct Parsed {
    pub least: usize,
    pub most: Option<usize>,
    pub deep_first: bool,
    /// What links lead to is met, and not the links.
    pub followed: bool,
    /// Whether something is done, so that it need not be printed.
    pub acts: bool,
    /// The commands of `-exec … +`.
    pub commands: Vec<Vec<String>>,
}

pub(super) struct Parser<'a> {
    pub process: &'a Process,
    pub words: std::slice::Iter<'a, String>,
    pub parsed: Parsed,
    pub depth: usize,
}

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<&str> {
        self.words.as_slice().first().map(String::as_str)
    }

    /// Expressions with `-o` between them, or the word nobody knows.
    pub(super) fn any(&mut self) -> Result<Expression, String> {
        let mut all = vec![self.all()?];
        while matches!(self.peek(), Some("-o" | "-or")) {
            self.words.next();
            all.push(self.all()?);
        }
        Ok(Expression::Or(all))
    }

    fn all(&mut self) -> Result<Expression, String> {
        let mut all = Vec::new();
        while self.peek().is_some_and(|word| !matches!(word, "-o" | "-or" | ")")) {
            if matches!(self.peek(), Some("-a" | "-and")) {
                self.words.next();
                continue;
            }
            all.extend(self.one()?);
        }
        Ok(Expression::And(all))
    }

    fn one(&mut self) -> Result<Option<Expression>, String> {
        let word = self.words.next().map_or("", String::as_str);
        if matches!(word, "!" | "-not") {
            return Ok(self.one()?.map(|inner| Expression::Not(Box::new(inner))));
        }
        if word == "(" {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(word.to_owned());
            }
            let inner = self.any()?;
            self.depth -= 1;
            return match self.words.next().map(String::as_str) {
                Some(")") => Ok(Some(inner)),
                _ => Err(word.to_owned()),
            };
        }
        self.named(word)
    }

    fn named(&mut self, word: &str) -> Result<Option<Expression>, String> {
        let acts = self.parsed.acts;
        self.parsed.acts = true;
        let action = match word {
            "-print" => Expression::Print('\n'),
            "-print0" => Expression::Print('\0'),
            "-delete" => {
                self.parsed.deep_first = true;
                Expression::Delete
            }
            "-quit" => Expression::Quit,
            "-exec" => self.exec(),
            _ => {
                self.parsed.acts = acts;
                return self.test(word);
            }
        };
        Ok(Some(action))
    }

    fn exec(&mut self) -> Expression {
        let mut command = Vec::new();
        for word in self.words.by_ref() {
            if word == ";" {
                break;
            }
            if word == "+" && command.last().is_some_and(|last| last == "{}") {
                self.parsed.commands.push(command);
                return Expression::ExecAll(self.parsed.commands.len() - 1);
            }
            command.push(word.clone());
        }
        Expression::Exec(command)
    }

    fn test(&mut self, word: &str) -> Result<Option<Expression>, String> {
        match word {
            "-prune" => return Ok(Some(Expression::Prune)),
            "-empty" => return Ok(Some(Expression::Empty)),
            "-depth" => {
                self.parsed.deep_first = true;
                return Ok(None);
            }
            "-follow" => {
                self.parsed.followed = true;
                return Ok(None);
            }
            "-xdev" => return Ok(None),
            _ => {}
        }
        let value = self.words.next().cloned().ok_or_else(|| word.to_owned())?;
        let now = self.process.kernel.now();
        Ok(Some(match word {
            "-name" | "-iname" => Expression::Name(value, word == "-name"),
            "-path" | "-ipath" | "-wholename" => Expression::Path(value, word != "-ipath"),
            "-type" => Expression::Type(value),
            "-maxdepth" => {
                self.parsed.most = value.parse().ok();
                return Ok(None);
            }
            "-mindepth" => {
                self.parsed.least = value.parse().unwrap_or(0);
                return Ok(None);
            }
            "-size" => {
                let digits = value.trim_end_matches(char::is_alphabetic);
                let unit = match &value[digits.len()..] {
                    "c" => 1,
                    "k" => 1024,
                    "M" => 1024 * 1024,
                    _ => 512,
                };
                let (order, number) = compared(digits);
                Expression::Size(order, u64::try_from(number).unwrap_or(0), unit)
            }
            "-mtime" | "-mmin" => {
                let (order, number) = compared(&value);
                Expression::Age(order, number, if word == "-mtime" { 86_400 } else { 60 })
            }
            "-newer" => {
                let entry = self.process.kernel.files.get(&self.process.path(&value));
                Expression::Newer(entry.map_or(now, |entry| entry.changed))
            }
            "-perm" => {
                let kind = value.chars().next().filter(|c| "-/+".contains(*c));
                let mode = u32::from_str_radix(value.trim_start_matches(['-', '/', '+']), 8);
                Expression::Perm(kind, mode.map_err(|_| word.to_owned())?)
            }
            _ => return Err(word.to_owned()),
        }))
    }
}

/// `+5`, `-5`, `5`.
fn compared(text: &str) -> (Ordering, i64) {
    let (order, digits) = match text.split_at_checked(1) {
        Some(("+", digits)) => (Ordering::Greater, digits),
        Some(("-", digits)) => (Ordering::Less, digits),
        _ => (Ordering::Equal, text),
    };
    (order, digits.parse().unwrap_or(0))
}
