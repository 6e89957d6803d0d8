//! Functions of texts and bytes.

use super::eval::{Failed, Result, Run};
use super::function::size;
use super::value::Val;
use crate::practice::custom::schema::{misread, regex};

/// The largest text that is put together.
const LARGEST: usize = 8 * 1024 * 1024;

/// A function whose first argument is a text, or bytes.
pub fn call(run: &mut Run, name: &str, is_method: bool, args: &[Val]) -> Option<Result<Val>> {
    let own = match (args, name) {
        ([Val::Bytes(bytes)], "size") => return Some(Ok(size(bytes.len()))),
        ([Val::Text(text), ..], _) => &**text,
        _ => return None,
    };
    if matches!((name, &args[1..]), ("size", [])) {
        return Some(Ok(size(own.chars().count())));
    }
    if name == "matches" {
        return match &args[1..] {
            [Val::Text(pattern)] => Some(read(pattern).map(|pattern| Val::Bool(pattern.is_match(own.as_bytes())))),
            _ => None,
        };
    }
    if !is_method {
        return None;
    }
    match &args[1..] {
        [] => plain(name, own),
        [Val::Text(other)] => with_text(name, own, other),
        [Val::Int(at)] => match name {
            "charAt" => Some(char_at(own, *at)),
            "substring" => Some(part(own, *at, None)),
            _ => None,
        },
        [Val::Int(from), Val::Int(to)] if name == "substring" => Some(part(own, *from, Some(*to))),
        [Val::Text(other), Val::Int(number)] => with_number(name, own, other, *number),
        [Val::Text(old), Val::Text(new)] if name == "replace" => Some(replaced(own, old, new, -1)),
        [Val::Text(old), Val::Text(new), Val::Int(count)] if name == "replace" => Some(replaced(own, old, new, *count)),
        [Val::List(nest)] if name == "format" => Some(super::list::formatted(run, own, &nest.held)),
        _ => None,
    }
}

fn plain(name: &str, own: &str) -> Option<Result<Val>> {
    Some(Ok(match name {
        "lowerAscii" => Val::from(own.to_ascii_lowercase()),
        "upperAscii" => Val::from(own.to_ascii_uppercase()),
        "trim" => Val::from(own.trim()),
        _ => return None,
    }))
}

fn with_text(name: &str, own: &str, other: &str) -> Option<Result<Val>> {
    let found = |place: Option<usize>| Val::Int(place.map_or(-1, |bytes| i64::try_from(own[..bytes].chars().count()).unwrap_or(-1)));
    let texts = |parts: Vec<&str>| Val::list(parts.into_iter().map(Val::from).collect());
    Some(match name {
        "startsWith" => Ok(Val::Bool(own.starts_with(other))),
        "endsWith" => Ok(Val::Bool(own.ends_with(other))),
        "contains" => Ok(Val::Bool(own.contains(other))),
        "indexOf" => Ok(found(own.find(other))),
        "lastIndexOf" => Ok(found(own.rfind(other))),
        "split" => texts(split(own, other, -1)),
        "find" => read(other).map(|pattern| Val::from(pattern.find(own.as_bytes()).and_then(|found| own.get(found.range())).unwrap_or_default())),
        "findAll" => read(other).and_then(|pattern| texts(pattern.find_iter(own.as_bytes()).filter_map(|found| own.get(found.range())).collect())),
        _ => return None,
    })
}

fn with_number(name: &str, own: &str, other: &str, number: i64) -> Option<Result<Val>> {
    let texts = |parts: Vec<&str>| Val::list(parts.into_iter().map(Val::from).collect());
    Some(match name {
        "split" => texts(split(own, other, number)),
        "findAll" => read(other).and_then(|pattern| {
            let most = usize::try_from(number).unwrap_or(usize::MAX);
            let found = pattern.find_iter(own.as_bytes()).take(most);
            texts(found.filter_map(|found| own.get(found.range())).collect())
        }),
        "indexOf" | "lastIndexOf" => {
            let letters: Vec<char> = own.chars().collect();
            let wanted: Vec<char> = other.chars().collect();
            let Ok(from) = usize::try_from(number) else {
                return Some(Err(Failed::new(format!("index out of range: {number}"))));
            };
            let is_at = |place: &usize| letters[*place..].starts_with(&wanted);
            let last = letters.len();
            let place = match name {
                "indexOf" => (from..=last).find(is_at),
                _ => (0..=from.min(last)).rev().find(is_at),
            };
            Ok(place.map_or(Val::Int(-1), size))
        }
        _ => return None,
    })
}

/// A regular expression.
fn read(pattern: &str) -> Result<regex::bytes::Regex> {
    regex(pattern).map_err(|_| Failed::new(format!("error parsing regexp: {}", misread(pattern))))
}

fn char_at(own: &str, at: i64) -> Result<Val> {
    let count = own.chars().count();
    match usize::try_from(at) {
        Ok(at) if at <= count => Ok(Val::from(own.chars().nth(at).map(String::from).unwrap_or_default())),
        _ => Err(Failed::new(format!("index out of range: {at}"))),
    }
}

fn part(own: &str, from: i64, to: Option<i64>) -> Result<Val> {
    let letters: Vec<char> = own.chars().collect();
    if let Some(to) = to.filter(|to| *to < from) {
        return Err(Failed::new(format!("invalid substring range. start: {from}, end: {to}")));
    }
    let place = |at: i64| usize::try_from(at).ok().filter(|at| *at <= letters.len());
    let (Some(start), Some(end)) = (place(from), to.map_or(Some(letters.len()), place)) else {
        let wrong = if place(from).is_none() { from } else { to.unwrap_or(from) };
        return Err(Failed::new(format!("index out of range: {wrong}")));
    };
    Ok(Val::from(letters[start..end].iter().collect::<String>()))
}

/// So many parts at most; all for a negative number.
fn split<'a>(own: &'a str, by: &str, most: i64) -> Vec<&'a str> {
    let parts: Vec<&str> = match usize::try_from(most) {
        Ok(0) => Vec::new(),
        Ok(most) if !by.is_empty() => own.splitn(most, by).collect(),
        _ => own.split(by).collect(),
    };
    // Between letters nothing stands before the first or after the last.
    if by.is_empty() && parts.len() > 1 {
        parts[1..parts.len() - 1].to_vec()
    } else {
        parts
    }
}

fn replaced(own: &str, old: &str, new: &str, count: i64) -> Result<Val> {
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let times = own.matches(old).count().min(most);
    if times.saturating_mul(new.len()) > LARGEST {
        return Err(Failed::too_much());
    }
    Ok(Val::from(own.replacen(old, new, most)))
}
