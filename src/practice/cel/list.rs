//! Functions of lists.

use std::cmp::Ordering;

use super::eval::{Failed, Result, Run};
use super::function::size;
use super::value::Val;
use super::{convert, operator};

/// The largest text that is put together.
const LARGEST: usize = 8 * 1024 * 1024;

/// A function whose first argument is a list.
pub fn call(run: &mut Run, name: &str, is_method: bool, args: &[Val]) -> Option<Result<Val>> {
    let Some(Val::List(nest) | Val::Set(nest)) = args.first() else {
        return None;
    };
    let own = &nest.held;
    Some(match (name, &args[1..]) {
        ("size", []) => Ok(size(own.len())),
        ("sets.contains", [Val::List(other) | Val::Set(other)]) => operator::all_in(run, &other.held, own).map(Val::Bool),
        ("sets.intersects", [Val::List(other) | Val::Set(other)]) => intersect(run, own, &other.held),
        ("sets.equivalent", [Val::List(other) | Val::Set(other)]) => equivalent(run, own, &other.held),
        _ if !is_method => return None,
        ("isSorted", []) => is_sorted(own),
        ("sum", []) => sum(run, own),
        ("min", []) => extreme(own, "min", Ordering::Less),
        ("max", []) => extreme(own, "max", Ordering::Greater),
        ("indexOf", [wanted]) => operator::position(run, own, wanted).map(|place| place.map_or(Val::Int(-1), size)),
        ("lastIndexOf", [wanted]) => last(run, own, wanted),
        ("join", []) => joined(own, ""),
        ("join", [Val::Text(between)]) => joined(own, between),
        ("reverse", []) => Val::list(own.iter().rev().cloned().collect()),
        ("distinct", []) => distinct(run, own),
        ("sort", []) => operator::sorted(run, own.clone(), own),
        ("flatten", []) => flat(run, own, 1),
        ("flatten", [Val::Int(depth)]) => flat(run, own, *depth),
        ("slice", [Val::Int(from), Val::Int(to)]) => slice(own, *from, *to),
        ("first", []) => own.first().cloned().map_or(Ok(Val::NONE), Val::some),
        ("last", []) => own.last().cloned().map_or(Ok(Val::NONE), Val::some),
        _ => return None,
    })
}

fn intersect(run: &mut Run, own: &[Val], other: &[Val]) -> Result<Val> {
    for element in own {
        if operator::has(run, other, element)? {
            return Ok(Val::Bool(true));
        }
    }
    Ok(Val::Bool(false))
}

fn equivalent(run: &mut Run, own: &[Val], other: &[Val]) -> Result<Val> {
    Ok(Val::Bool(operator::all_in(run, own, other)? && operator::all_in(run, other, own)?))
}

fn is_sorted(own: &[Val]) -> Result<Val> {
    for pair in own.windows(2) {
        if operator::order(&pair[0], &pair[1])? == Some(Ordering::Greater) {
            return Ok(Val::Bool(false));
        }
    }
    Ok(Val::Bool(true))
}

fn sum(run: &mut Run, own: &[Val]) -> Result<Val> {
    let Some((first, rest)) = own.split_first() else { return Ok(Val::Int(0)) };
    rest.iter().try_fold(first.clone(), |sum, next| operator::calculate(run, "+", &sum, next))
}

fn extreme(own: &[Val], name: &str, wanted: Ordering) -> Result<Val> {
    let Some((first, rest)) = own.split_first() else {
        return Err(Failed::new(format!("{name} called on empty list")));
    };
    rest.iter()
        .try_fold(first, |best, next| Ok(if operator::order(next, best)? == Some(wanted) { next } else { best }))
        .cloned()
}

fn last(run: &mut Run, own: &[Val], wanted: &Val) -> Result<Val> {
    for (index, element) in own.iter().enumerate().rev() {
        if operator::same(run, element, wanted)? {
            return Ok(size(index));
        }
    }
    Ok(Val::Int(-1))
}

fn joined(own: &[Val], between: &str) -> Result<Val> {
    if own.len().saturating_mul(between.len()) > LARGEST {
        return Err(Failed::too_much());
    }
    let mut text = String::new();
    for (index, element) in own.iter().enumerate() {
        let Val::Text(part) = element else { return Err(Failed::no_overload()) };
        if index > 0 {
            text.push_str(between);
        }
        text.push_str(part);
        if text.len() > LARGEST {
            return Err(Failed::too_much());
        }
    }
    Ok(Val::from(text))
}

fn distinct(run: &mut Run, own: &[Val]) -> Result<Val> {
    let mut kept: Vec<Val> = Vec::new();
    for element in own {
        if !operator::has(run, &kept, element)? {
            kept.push(element.clone());
        }
    }
    Val::list(kept)
}

fn flat(run: &mut Run, own: &[Val], depth: i64) -> Result<Val> {
    if depth < 0 {
        return Err(Failed::new("level must be non-negative"));
    }
    let mut list = own.to_vec();
    for _ in 0..depth {
        if !list.iter().any(|element| matches!(element, Val::List(_) | Val::Set(_))) {
            break;
        }
        let mut flat = Vec::new();
        for element in list {
            run.spend(1 + element.weight())?;
            match element {
                Val::List(nest) | Val::Set(nest) => flat.extend(nest.held.iter().cloned()),
                other => flat.push(other),
            }
        }
        list = flat;
    }
    Val::list(list)
}

fn slice(own: &[Val], from: i64, to: i64) -> Result<Val> {
    let count = own.len();
    if from < 0 || to < 0 {
        return Err(Failed::new(format!("cannot slice({from}, {to}), negative indexes not supported")));
    }
    if from > to {
        return Err(Failed::new(format!(
            "cannot slice({from}, {to}), start index must be less than or equal to end index"
        )));
    }
    let range = usize::try_from(from).ok().zip(usize::try_from(to).ok());
    match range.and_then(|(from, to)| own.get(from..to)) {
        Some(part) => Val::list(part.to_vec()),
        None => Err(Failed::new(format!("cannot slice({from}, {to}), list is length {count}"))),
    }
}

/// The numbers from 0 up to another.
///
/// # Errors
/// When they are too many.
pub fn range(run: &mut Run, count: i64) -> Result<Val> {
    run.spend(usize::try_from(count).unwrap_or(0))?;
    Val::list((0..count).map(Val::Int).collect())
}

/// A text with values in the places of its `%s`, `%d` …
///
/// # Errors
/// For values that do not fit, and for what becomes too large.
pub fn formatted(run: &mut Run, pattern: &str, values: &[Val]) -> Result<Val> {
    let (mut text, mut rest, mut values) = (String::new(), pattern, values.iter().enumerate());
    while let Some((before, clause)) = rest.split_once('%') {
        text.push_str(before);
        let end = clause.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(clause.len());
        let letter = clause[end..].chars().next().unwrap_or(' ');
        rest = clause.get(end + letter.len_utf8()..).unwrap_or_default();
        if letter == '%' {
            text.push('%');
            continue;
        }
        let Some((index, value)) = values.next() else {
            let index = pattern.matches('%').count().saturating_sub(1);
            return Err(Failed::new(format!("index {index} out of range")));
        };
        run.spend(1 + value.weight())?;
        let precision = clause[..end]
            .strip_prefix('.')
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(6_usize)
            .min(100);
        text.push_str(&clause_of(letter, precision, value).ok_or_else(|| {
            let kind = value.type_name();
            Failed::new(format!(
                "error during formatting: could not format argument {index} of type {kind} as '%{letter}'"
            ))
        })?);
        if text.len() > LARGEST {
            return Err(Failed::too_much());
        }
    }
    text.push_str(rest);
    Ok(Val::from(text))
}

fn clause_of(letter: char, precision: usize, value: &Val) -> Option<String> {
    Some(match (letter, value) {
        ('s', value) => convert::shown(value),
        ('d', Val::Int(_) | Val::Uint(_)) => convert::shown(value),
        ('f', value) => format!("{:.precision$}", operator::double(value)?),
        ('e', value) => {
            let written = format!("{:.precision$e}", operator::double(value)?);
            let (digits, power) = written.split_once('e')?;
            let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
            format!("{digits}e{sign}{power:0>2}")
        }
        ('x', Val::Int(number)) => format!("{number:x}"),
        ('X', Val::Int(number)) => format!("{number:X}"),
        ('o', Val::Int(number)) => format!("{number:o}"),
        ('b', Val::Int(number)) => format!("{number:b}"),
        ('b', Val::Bool(is)) => u8::from(*is).to_string(),
        ('x', Val::Text(text)) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        _ => return None,
    })
}
