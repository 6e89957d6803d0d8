//! Reads a script of sed.

use regex::bytes::Regex;

use super::command::{Address, Command, Deed, Fault};
use super::substitution::{Substitution, escaped};
use crate::practice::shell::tools::text::pattern::pattern;

type Parsed<T> = Result<T, Fault>;

struct Script<'a> {
    rest: &'a str,
    extended: bool,
    commands: Vec<Command>,
    /// Labels with the places they stand at, and branches that look for them.
    labels: Vec<(String, usize)>,
    branches: Vec<(usize, String)>,
    open: Vec<usize>,
}

pub(super) fn parse(text: &str, extended: bool) -> Parsed<Vec<Command>> {
    let mut script = Script {
        rest: text,
        extended,
        commands: Vec::new(),
        labels: Vec::new(),
        branches: Vec::new(),
        open: Vec::new(),
    };
    loop {
        script.rest = script.rest.trim_start_matches([' ', ';', '\n', '\t']);
        if script.rest.starts_with('#') {
            script.rest = script.rest.find('\n').map_or("", |end| &script.rest[end..]);
        } else if script.rest.is_empty() {
            return script.finished();
        } else {
            script.command()?;
        }
    }
}

impl Script<'_> {
    fn finished(mut self) -> Parsed<Vec<Command>> {
        if !self.open.is_empty() {
            return Err(Fault::Open);
        }
        let end = self.commands.len();
        for (at, label) in self.branches {
            let place = self.labels.iter().find(|(known, _)| *known == label).map(|(_, place)| *place);
            let to = place.or(label.is_empty().then_some(end)).ok_or(Fault::Label(label))?;
            if let Deed::Branch(place) | Deed::BranchIf(place) = &mut self.commands[at].deed {
                *place = to;
            }
        }
        Ok(self.commands)
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn took(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn number(&mut self) -> Option<usize> {
        let digits = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let number = self.rest[..digits].parse().ok()?;
        self.rest = &self.rest[digits..];
        Some(number)
    }

    fn command(&mut self) -> Parsed<()> {
        let from = self.address()?;
        self.blanks();
        let mut to = None;
        if from.is_some() && self.took(',') {
            self.blanks();
            to = Some(if self.took('+') { self.number().map(Address::After) } else { self.address()? }.ok_or(Fault::Comma)?);
            self.blanks();
        }
        let not = self.took('!');
        self.rest = self.rest.trim_start_matches(['!', ' ', '\t']);
        let deed = self.deed()?;
        self.commands.push(Command { from, to, not, deed });
        Ok(())
    }

    fn address(&mut self) -> Parsed<Option<Address>> {
        if self.took('$') {
            return Ok(Some(Address::Last));
        }
        if let Some(first) = self.number() {
            let step = if self.took('~') { Some(self.number().unwrap_or(0)) } else { None };
            return Ok(Some(step.map_or(Address::Number(first), |step| Address::Step(first, step))));
        }
        let delimiter = if self.took('/') {
            '/'
        } else if self.took('\\') {
            self.take().ok_or(Fault::Missing)?
        } else {
            return Ok(None);
        };
        let text = self.until(delimiter, true)?;
        let ignore_case = self.took('I');
        Ok(Some(Address::Matches(self.pattern(&text, ignore_case)?)))
    }

    fn pattern(&self, text: &str, ignore_case: bool) -> Parsed<Option<Regex>> {
        if text.is_empty() {
            return Ok(None);
        }
        pattern(text, self.extended, ignore_case)
            .map(Some)
            .ok_or_else(|| Fault::Pattern(text.to_owned()))
    }

    /// What stands before a delimiter, which a backslash, or brackets of a pattern, take its meaning from.
    fn until(&mut self, delimiter: char, is_pattern: bool) -> Parsed<String> {
        let (mut inside, mut bracket) = (String::new(), false);
        while let Some(c) = self.take() {
            match c {
                '\\' if !bracket => {
                    let next = self.take().ok_or(Fault::Unmatched(delimiter))?;
                    if next != delimiter {
                        inside.push('\\');
                    }
                    inside.push(next);
                }
                c if c == delimiter && !bracket => return Ok(inside),
                c => {
                    if c == '[' && is_pattern && !bracket {
                        bracket = true;
                        inside.push(c);
                        // A bracket that comes first is one of the characters.
                        inside.extend(self.took('^').then_some('^'));
                        inside.extend(self.took(']').then_some(']'));
                        continue;
                    }
                    bracket &= c != ']';
                    inside.push(c);
                }
            }
        }
        Err(Fault::Unmatched(delimiter))
    }

    fn deed(&mut self) -> Parsed<Deed> {
        let here = self.commands.len();
        let c = self.take().filter(|c| *c != '\n').ok_or(Fault::Missing)?;
        Ok(match c {
            '{' => {
                self.open.push(here);
                Deed::Open(here)
            }
            '}' => {
                let open = self.open.pop().ok_or(Fault::Closed)?;
                self.commands[open].deed = Deed::Open(here);
                Deed::Nothing
            }
            ':' => {
                let label = self.word();
                self.labels.push((label, here));
                Deed::Nothing
            }
            'b' | 't' => {
                let label = self.word();
                self.branches.push((here, label));
                if c == 'b' { Deed::Branch(0) } else { Deed::BranchIf(0) }
            }
            's' => self.substitution()?,
            'y' => self.translation()?,
            'a' => Deed::Append(self.text()),
            'i' => Deed::Insert(self.text()),
            'c' => Deed::Change(self.text()),
            'r' => Deed::Read(self.path()),
            'w' => Deed::Write(self.path()),
            'p' => Deed::Print,
            'P' => Deed::PrintFirst,
            'd' => Deed::Delete,
            'D' => Deed::DeleteFirst,
            'q' => Deed::Quit,
            '=' => Deed::Number,
            'n' => Deed::Next,
            'N' => Deed::NextAppend,
            'h' => Deed::Hold,
            'H' => Deed::HoldAppend,
            'g' => Deed::Get,
            'G' => Deed::GetAppend,
            'x' => Deed::Exchange,
            other => return Err(Fault::Command(other)),
        })
    }

    /// A label.
    fn word(&mut self) -> String {
        self.blanks();
        let end = self.rest.find([';', '\n', ' ', '}']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    /// A path, to the end of the line.
    fn path(&mut self) -> String {
        self.blanks();
        let (path, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        path.to_owned()
    }

    /// The text of `a`, `i` and `c`: to the end of the line, unless a backslash stands before it.
    fn text(&mut self) -> Vec<u8> {
        self.blanks();
        if self.took('\\') {
            let after = self.rest.trim_start_matches([' ', '\t']);
            self.rest = after.strip_prefix('\n').unwrap_or(self.rest);
        }
        let mut text = String::new();
        while let Some(c) = self.take() {
            match c {
                '\n' => break,
                '\\' => text.extend(self.take().map(escaped)),
                c => text.push(c),
            }
        }
        text.push('\n');
        text.into_bytes()
    }

    fn substitution(&mut self) -> Parsed<Deed> {
        let delimiter = self.take().ok_or(Fault::Missing)?;
        let from = self.until(delimiter, true)?;
        let with = self.until(delimiter, false)?;
        let mut substitution = Substitution::new(None, &with);
        let mut ignore_case = false;
        loop {
            if let Some(number) = self.number() {
                substitution.from = number.max(1);
                continue;
            }
            match self.rest.chars().next() {
                Some('g') => substitution.all = true,
                Some('p') => substitution.print = true,
                Some('i' | 'I') => ignore_case = true,
                Some('w') => {
                    self.take();
                    substitution.write = Some(self.path());
                    break;
                }
                None | Some(';' | '\n' | '}' | '#' | ' ' | '\t' | '\r') => break,
                Some(_) => return Err(Fault::Option),
            }
            self.take();
        }
        substitution.pattern = self.pattern(&from, ignore_case)?;
        Ok(Deed::Substitute(Box::new(substitution)))
    }

    fn translation(&mut self) -> Parsed<Deed> {
        let delimiter = self.take().ok_or(Fault::Missing)?;
        let [from, to] = [self.until(delimiter, false)?, self.until(delimiter, false)?].map(|text| plain(&text));
        if from.len() != to.len() {
            return Err(Fault::Lengths);
        }
        Ok(Deed::Translate(from.into_iter().zip(to).collect()))
    }
}

fn plain(text: &str) -> Vec<char> {
    let (mut all, mut chars) = (Vec::new(), text.chars());
    while let Some(c) = chars.next() {
        all.push(if c == '\\' { chars.next().map_or(c, escaped) } else { c });
    }
    all
}
