//! Takes a shell script apart into words and what separates commands.

use std::collections::BTreeMap;

/// A word of a script, or what separates commands.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    Word(String),
    End,
    And,
    Or,
}

/// Splits a script into words and separators; quotes hold words together, variables are put in.
pub fn tokens(source: &str, env: &BTreeMap<String, String>) -> Vec<Token> {
    let mut tokens = Vec::new();
    let (mut word, mut open, mut quote) = (String::new(), false, None);
    let mut chars = source.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (None, '\'' | '"') => (quote, open) = (Some(c), true),
            (None | Some('"'), '$') => {
                open = true;
                word.push_str(&variable(&mut chars, env));
            }
            (None, '\\') | (Some('"'), '\\') => word.extend(chars.next()),
            (None, '#') if !open => {
                while chars.peek().is_some_and(|c| *c != '\n') {
                    chars.next();
                }
            }
            (None, ';' | '\n' | ' ' | '\t') => {
                flush(&mut tokens, &mut word, &mut open);
                if matches!(c, ';' | '\n') {
                    tokens.push(Token::End);
                }
            }
            (None, '&' | '|') if chars.peek() == Some(&c) => {
                chars.next();
                flush(&mut tokens, &mut word, &mut open);
                tokens.push(if c == '&' { Token::And } else { Token::Or });
            }
            (_, c) => {
                open = true;
                word.push(c);
            }
        }
    }
    flush(&mut tokens, &mut word, &mut open);
    tokens
}

fn flush(tokens: &mut Vec<Token>, word: &mut String, open: &mut bool) {
    if *open {
        let word = std::mem::take(word);
        let opener = matches!(word.as_str(), "do" | "then" | "else");
        // A keyword begins a command of its own.
        if opener && !matches!(tokens.last(), Some(Token::End)) {
            tokens.push(Token::End);
        }
        tokens.push(Token::Word(word));
    }
    *open = false;
}

fn variable(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, env: &BTreeMap<String, String>) -> String {
    let mut name = String::new();
    match chars.peek() {
        Some('{') => {
            chars.next();
            name.extend(chars.by_ref().take_while(|c| *c != '}'));
        }
        Some('(') => {
            chars.by_ref().take_while(|c| *c != ')').for_each(drop);
            return String::new();
        }
        _ => {
            while let Some(c) = chars.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                name.push(c);
            }
        }
    }
    let (name, default) = name.split_once(":-").map_or((name.as_str(), ""), |(name, default)| (name, default));
    env.get(name).filter(|value| !value.is_empty()).cloned().unwrap_or_else(|| default.to_owned())
}
