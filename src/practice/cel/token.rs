//! The words of an expression.

use super::issue::Issue;

#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    Int(String),
    Uint(String),
    Float(String),
    Text(String),
    Bytes(Vec<u8>),
    Name(String),
    /// A name in backticks.
    Escaped(String),
    /// A sign, or a word that is one.
    Sign(&'static str),
    End,
}

/// A token, where it stands and how it was written.
#[derive(Debug, Clone)]
pub struct Placed {
    pub token: Token,
    pub at: usize,
    pub text: String,
}

/// Signs, the longer before those that begin them.
const SIGNS: [&str; 25] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":", "+", "*", "/", "%", "in",
];
const WORDS: [&str; 4] = ["true", "false", "null", "in"];

/// The tokens of a text with an end at their end, and what could not be read.
pub fn tokens(source: &str) -> (Vec<Placed>, Vec<Issue>) {
    let letters: Vec<char> = source.chars().collect();
    let (mut found, mut issues, mut at) = (Vec::new(), Vec::new(), 0);
    while at < letters.len() {
        let rest = &letters[at..];
        if rest[0].is_ascii_whitespace() {
            at += 1;
        } else if rest.starts_with(&['/', '/']) {
            at += rest.iter().position(|letter| *letter == '\n').unwrap_or(rest.len());
        } else {
            let written = |length: usize| rest[..length].iter().collect::<String>();
            match token(rest) {
                Ok((token, length)) => {
                    let text = written(length);
                    found.push(Placed { token, at, text });
                    at += length;
                }
                Err(length) => {
                    issues.push(Issue::syntax(at, &format!("token recognition error at: '{}'", written(length))));
                    at += length;
                }
            }
        }
    }
    found.push(Placed {
        token: Token::End,
        at: letters.len(),
        text: "<EOF>".to_owned(),
    });
    (found, issues)
}

/// The first token and its length, or how much is none.
fn token(rest: &[char]) -> Result<(Token, usize), usize> {
    let (bytes, raw, prefix) = prefixes(rest);
    if matches!(rest.get(prefix), Some('"' | '\'')) {
        return text(&rest[prefix..], bytes, raw)
            .map(|(token, length)| (token, prefix + length))
            .map_err(|length| prefix + length);
    }
    match rest[0] {
        letter if letter.is_ascii_alphabetic() || letter == '_' => Ok(name(rest)),
        letter if letter.is_ascii_digit() || letter == '.' && rest.get(1).is_some_and(char::is_ascii_digit) => Ok(number(rest)),
        '`' => match rest[1..].iter().position(|letter| *letter == '`') {
            Some(length) if length > 0 => Ok((Token::Escaped(rest[1..=length].iter().collect()), length + 2)),
            _ => Err(rest.len()),
        },
        first => match SIGNS.iter().find(|sign| rest.starts_with(&sign.chars().collect::<Vec<_>>())) {
            Some(sign) => Ok((Token::Sign(sign), sign.len())),
            // What begins a sign of two takes the letter with it that was to be the second.
            None if "=&|".contains(first) => Err(rest.len().min(2)),
            None => Err(1),
        },
    }
}

/// Whether a text is of bytes, whether it is raw, and how long that takes to say.
fn prefixes(rest: &[char]) -> (bool, bool, usize) {
    let is = |at: usize, wanted: char| rest.get(at).is_some_and(|letter| letter.eq_ignore_ascii_case(&wanted));
    let bytes = is(0, 'b');
    let raw = is(usize::from(bytes), 'r');
    (bytes, raw, usize::from(bytes) + usize::from(raw))
}

fn name(rest: &[char]) -> (Token, usize) {
    let is_part = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    let length = rest.iter().position(|letter| !is_part(letter)).unwrap_or(rest.len());
    let word: String = rest[..length].iter().collect();
    let token = match WORDS.iter().find(|known| **known == word) {
        Some(known) => Token::Sign(known),
        None => Token::Name(word),
    };
    (token, length)
}

fn number(rest: &[char]) -> (Token, usize) {
    let run = |from: usize, is: fn(&char) -> bool| rest[from..].iter().take_while(|letter| is(letter)).count();
    let decimal = |letter: &char| letter.is_ascii_digit();
    let (mut length, mut float) = (run(0, decimal), false);
    if rest.starts_with(&['0', 'x']) && rest.get(2).is_some_and(char::is_ascii_hexdigit) {
        length = 2 + run(2, char::is_ascii_hexdigit);
    } else {
        if rest.get(length) == Some(&'.') && rest.get(length + 1).is_some_and(char::is_ascii_digit) {
            length += 1 + run(length + 1, decimal);
            float = true;
        }
        if matches!(rest.get(length), Some('e' | 'E')) {
            let sign = usize::from(matches!(rest.get(length + 1), Some('+' | '-')));
            let digits = rest.get(length + 1 + sign..).map_or(0, |_| run(length + 1 + sign, decimal));
            if digits > 0 {
                length += 1 + sign + digits;
                float = true;
            }
        }
    }
    let word: String = rest[..length].iter().collect();
    match rest.get(length) {
        _ if float => (Token::Float(word), length),
        Some('u' | 'U') => (Token::Uint(word), length + 1),
        _ => (Token::Int(word), length),
    }
}

/// A text in quotes, one or three of them.
fn text(rest: &[char], bytes: bool, raw: bool) -> Result<(Token, usize), usize> {
    let quote = rest[0];
    let long = rest.starts_with(&[quote; 3]);
    let marks = if long { 3 } else { 1 };
    let (mut at, mut read, mut held) = (marks, String::new(), Vec::new());
    loop {
        let Some(letter) = rest.get(at) else { return Err(rest.len()) };
        if rest[at..].starts_with(&[quote; 3][..marks]) {
            let token = if bytes { Token::Bytes(held) } else { Token::Text(read) };
            return Ok((token, at + marks));
        }
        if !long && matches!(letter, '\n' | '\r') {
            return Err(at + 1);
        }
        let (letter, length, is_byte) = if *letter == '\\' && !raw {
            escape(&rest[at + 1..]).map_err(|length| at + 1 + length)?
        } else {
            (*letter, 0, false)
        };
        read.push(letter);
        match u8::try_from(u32::from(letter)) {
            Ok(byte) if is_byte => held.push(byte),
            _ => held.extend(letter.to_string().bytes()),
        }
        at += 1 + length;
    }
}

/// What follows a backslash: the letter, how long it is, and whether in bytes it is one.
fn escape(rest: &[char]) -> Result<(char, usize, bool), usize> {
    let Some(first) = rest.first() else { return Err(0) };
    let plain = match first {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        '"' | '\'' | '\\' | '?' | '`' => *first,
        'x' | 'X' => return digits(&rest[1..], 2, 16).map(|letter| (letter, 3, true)).ok_or(1),
        'u' => return digits(&rest[1..], 4, 16).map(|letter| (letter, 5, false)).ok_or(1),
        'U' => return digits(&rest[1..], 8, 16).map(|letter| (letter, 9, false)).ok_or(1),
        '0'..='3' => return digits(rest, 3, 8).map(|letter| (letter, 3, true)).ok_or(1),
        _ => return Err(1),
    };
    Ok((plain, 1, false))
}

fn digits(rest: &[char], count: usize, base: u32) -> Option<char> {
    let written: String = rest.get(..count)?.iter().collect();
    char::from_u32(u32::from_str_radix(&written, base).ok()?)
}
