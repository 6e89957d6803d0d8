//! The words of an awk program.

use super::{Fault, escaped};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    /// What stands between slashes.
    Pattern(String),
    Name(String),
    /// A name with a parenthesis right after it.
    Function(String),
    Builtin(&'static str),
    /// A key word or a sign.
    Sign(&'static str),
    Newline,
    End,
}

const KEYWORDS: &[&str] = &[
    "BEGIN", "END", "break", "continue", "delete", "do", "else", "exit", "for", "func", "function", "getline", "if", "in", "next", "nextfile", "print",
    "printf", "return", "while",
];

/// What is built in, with the fewest and the most arguments.
pub(super) const BUILTINS: &[(&str, usize, usize)] = &[
    ("and", 2, 2),
    ("atan2", 2, 2),
    ("close", 1, 1),
    ("compl", 1, 1),
    ("cos", 1, 1),
    ("exp", 1, 1),
    ("fflush", 0, 1),
    ("gensub", 3, 4),
    ("gsub", 2, 3),
    ("index", 2, 2),
    ("int", 1, 1),
    ("length", 0, 1),
    ("log", 1, 1),
    ("lshift", 2, 2),
    ("match", 2, 2),
    ("mktime", 1, 1),
    ("or", 2, 2),
    ("rand", 0, 0),
    ("rshift", 2, 2),
    ("sin", 1, 1),
    ("split", 2, 3),
    ("sprintf", 1, usize::MAX),
    ("sqrt", 1, 1),
    ("srand", 0, 1),
    ("strftime", 0, 2),
    ("sub", 2, 3),
    ("substr", 2, 3),
    ("system", 1, 1),
    ("systime", 0, 0),
    ("tolower", 1, 1),
    ("toupper", 1, 1),
    ("xor", 2, 2),
];

/// Longer signs before those that they begin with.
const SIGNS: &[&str] = &[
    "**=", "**", "*=", "*", "++", "+=", "+", "--", "-=", "-", "/=", "/", "%=", "%", "^=", "^", "==", "=", "!=", "!~", "!", "<=", "<", ">>", ">=", ">", "&&",
    "||", "|", "~", "?", ":", ",", ";", "(", ")", "[", "]", "{", "}", "$",
];

/// Every token with the line it stands in.
pub(super) fn tokens(source: &str) -> Result<Vec<(Token, u32)>, (Fault, u32)> {
    let (mut found, mut rest, mut line): (Vec<(Token, u32)>, _, _) = (Vec::new(), source, 1);
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r']);
        if let Some(after) = rest.strip_prefix("\\\n").or_else(|| rest.strip_prefix("\\\r\n")) {
            (rest, line) = (after, line + 1);
            continue;
        }
        let Some(first) = rest.chars().next() else {
            found.push((Token::End, line));
            return Ok(found);
        };
        if first == '#' {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
            continue;
        }
        let operand = found.last().is_some_and(|(last, _)| ends_operand(last));
        let (token, length) = token(rest, first, operand).map_err(|fault| (fault, line))?;
        found.push((token, line));
        line += rest[..length].matches('\n').count() as u32;
        rest = &rest[length..];
    }
}

/// Whether a slash after it divides.
fn ends_operand(token: &Token) -> bool {
    match token {
        Token::Number(_) | Token::Text(_) | Token::Name(_) | Token::Builtin(_) => true,
        Token::Sign(sign) => matches!(*sign, ")" | "]" | "$" | "++" | "--"),
        _ => false,
    }
}

fn token(rest: &str, first: char, operand: bool) -> Result<(Token, usize), Fault> {
    match first {
        '\n' => Ok((Token::Newline, 1)),
        '"' => {
            let length = closed(&rest[1..], '"')?;
            Ok((Token::Text(escaped(&rest[1..=length])), length + 2))
        }
        '/' if !operand => {
            let length = closed(&rest[1..], '/')?;
            Ok((Token::Pattern(rest[1..=length].replace("\\/", "/")), length + 2))
        }
        c if c.is_ascii_digit() || c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()) => Ok(number(rest)),
        c if c.is_ascii_alphabetic() || c == '_' => word(rest),
        _ => {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign)).ok_or(Fault::Token)?;
            Ok((Token::Sign(sign), sign.len()))
        }
    }
}

/// How long it is until the delimiter, which a backslash takes its meaning from.
fn closed(rest: &str, delimiter: char) -> Result<usize, Fault> {
    let (mut behind, mut bracket) = (false, false);
    for (at, c) in rest.char_indices() {
        match c {
            _ if behind => behind = false,
            '\\' => behind = true,
            '\n' => break,
            // A slash between brackets is one of the characters there.
            '[' if delimiter == '/' => bracket = true,
            ']' => bracket = false,
            c if c == delimiter && !(bracket && rest[at..].contains(']')) => return Ok(at),
            _ => {}
        }
    }
    Err(Fault::Unclosed)
}

fn number(rest: &str) -> (Token, usize) {
    if let Some(digits) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
        let length = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
        return (Token::Number(u64::from_str_radix(&digits[..length], 16).unwrap_or(0) as f64), length + 2);
    }
    let length = super::value::numeric_length(rest);
    let text = &rest[..length];
    let octal = text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    let number = if octal {
        u64::from_str_radix(text, 8).unwrap_or(0) as f64
    } else {
        text.parse().unwrap_or(0.0)
    };
    (Token::Number(number), length)
}

fn word(rest: &str) -> Result<(Token, usize), Fault> {
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let word = &rest[..length];
    if word == "IGNORECASE" {
        return Err(Fault::Lacks("IGNORECASE"));
    }
    let token = if let Some(keyword) = KEYWORDS.iter().find(|keyword| **keyword == word) {
        Token::Sign(if *keyword == "func" { "function" } else { keyword })
    } else if let Some((name, ..)) = BUILTINS.iter().find(|(name, ..)| *name == word) {
        Token::Builtin(name)
    } else if rest[length..].starts_with('(') {
        Token::Function(word.to_owned())
    } else {
        Token::Name(word.to_owned())
    };
    Ok((token, length))
}
