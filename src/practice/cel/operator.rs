//! Operators: what is equal, what is more, what stands at an index, and sums.

use std::cmp::Ordering;

use super::eval::{Failed, Result, Run};
use super::value::Val;

/// Whether two values are the same; numbers are, whatever their type.
///
/// # Errors
/// When there is too much to compare.
pub fn same(run: &mut Run, one: &Val, other: &Val) -> Result<bool> {
    run.spend(1)?;
    Ok(match (one, other) {
        (Val::Null, Val::Null) => true,
        (Val::Bool(one), Val::Bool(other)) => one == other,
        (Val::Text(one), Val::Text(other)) => one == other,
        (Val::Bytes(one), Val::Bytes(other)) => one == other,
        (Val::Time(one), Val::Time(other)) => one == other,
        (Val::Span(one), Val::Span(other)) => one == other,
        (Val::Quantity(one), Val::Quantity(other)) => one == other,
        (Val::Type(one), Val::Type(other)) => one == other,
        (Val::Optional(None), Val::Optional(None)) => true,
        (Val::Optional(Some(one)), Val::Optional(Some(other))) => same(run, &one.held, &other.held)?,
        (Val::Set(one), Val::Set(other) | Val::List(other)) | (Val::List(one), Val::Set(other)) => {
            one.held.len() == other.held.len() && all_in(run, &one.held, &other.held)?
        }
        (Val::List(one), Val::List(other)) => {
            if one.held.len() != other.held.len() {
                return Ok(false);
            }
            for (one, other) in one.held.iter().zip(&other.held) {
                if !same(run, one, other)? {
                    return Ok(false);
                }
            }
            true
        }
        (Val::Map(one), Val::Map(other)) => {
            if one.held.len() != other.held.len() {
                return Ok(false);
            }
            for (key, value) in &one.held {
                match other.held.get(key) {
                    Some(found) if same(run, value, found)? => {}
                    _ => return Ok(false),
                }
            }
            true
        }
        _ => numbers(one, other) == Some(Ordering::Equal),
    })
}

/// Whether a list has an element.
///
/// # Errors
/// When there is too much to compare.
pub fn has(run: &mut Run, list: &[Val], wanted: &Val) -> Result<bool> {
    Ok(position(run, list, wanted)?.is_some())
}

/// Where a list has it first.
///
/// # Errors
/// When there is too much to compare.
pub fn position(run: &mut Run, list: &[Val], wanted: &Val) -> Result<Option<usize>> {
    for (index, element) in list.iter().enumerate() {
        if same(run, element, wanted)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Whether a list has all elements of another.
///
/// # Errors
/// When there is too much to compare.
pub fn all_in(run: &mut Run, wanted: &[Val], list: &[Val]) -> Result<bool> {
    for element in wanted {
        if !has(run, list, element)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn numbers(one: &Val, other: &Val) -> Option<Ordering> {
    match (one, other) {
        (Val::Int(one), Val::Int(other)) => Some(one.cmp(other)),
        (Val::Uint(one), Val::Uint(other)) => Some(one.cmp(other)),
        (Val::Int(one), Val::Uint(other)) => Some(i128::from(*one).cmp(&i128::from(*other))),
        (Val::Uint(one), Val::Int(other)) => Some(i128::from(*one).cmp(&i128::from(*other))),
        _ => double(one)?.partial_cmp(&double(other)?),
    }
}

/// A number of any type.
#[must_use]
pub fn double(value: &Val) -> Option<f64> {
    match value {
        Val::Int(number) => Some(*number as f64),
        Val::Uint(number) => Some(*number as f64),
        Val::Double(number) => Some(*number),
        _ => None,
    }
}

/// How two values are ordered; `None` for numbers that are none.
///
/// # Errors
/// For values that have no order.
pub fn order(one: &Val, other: &Val) -> Result<Option<Ordering>> {
    Ok(match (one, other) {
        (Val::Bool(one), Val::Bool(other)) => Some(one.cmp(other)),
        (Val::Text(one), Val::Text(other)) => Some(one.cmp(other)),
        (Val::Bytes(one), Val::Bytes(other)) => Some(one.cmp(other)),
        (Val::Time(one), Val::Time(other)) => Some(one.cmp(other)),
        (Val::Span(one), Val::Span(other)) => Some(one.cmp(other)),
        (Val::Quantity(one), Val::Quantity(other)) => Some(one.cmp(other)),
        _ if double(one).is_some() && double(other).is_some() => numbers(one, other),
        _ => return Err(Failed::no_overload()),
    })
}

/// A list in the order of other values.
///
/// # Errors
/// For values that have no order.
pub fn sorted(run: &mut Run, list: Vec<Val>, by: &[Val]) -> Result<Val> {
    run.spend(list.len())?;
    if let Some(first) = by.first() {
        for other in by {
            order(first, other)?;
        }
    }
    let mut places: Vec<usize> = (0..list.len()).collect();
    places.sort_by(|one, other| order(&by[*one], &by[*other]).ok().flatten().unwrap_or(Ordering::Equal));
    Val::list(places.into_iter().map(|place| list[place].clone()).collect())
}

/// What stands in a map under a key.
#[must_use]
pub fn found(of: &Val, wanted: &Val) -> Option<Val> {
    match of {
        Val::Map(nest) => nest.held.get(&wanted.key()?).cloned(),
        _ => None,
    }
}

/// What stands at an index.
///
/// # Errors
/// When nothing does.
pub fn index(of: &Val, at: &Val) -> Result<Val> {
    let (Val::List(nest) | Val::Set(nest)) = of else {
        let missing = || Failed::new(format!("no such key: {}", super::convert::shown(at)));
        return found(of, at).ok_or_else(missing);
    };
    let place = match at {
        Val::Int(place) => i128::from(*place),
        Val::Uint(place) => i128::from(*place),
        Val::Double(place) if place.fract() == 0.0 => *place as i128,
        Val::Double(place) => return Err(Failed::new(format!("unsupported index value {place} in list"))),
        other => return Err(Failed::new(format!("unsupported index type '{}' in list", other.type_name()))),
    };
    let element = usize::try_from(place).ok().and_then(|place| nest.held.get(place));
    element.cloned().ok_or_else(|| Failed::new(format!("index out of bounds: {place}")))
}

/// The same as something that may not be there.
///
/// # Errors
/// For an index that is none.
pub fn optional_index(of: &Val, at: &Val) -> Result<Val> {
    match of {
        Val::Optional(None) => Ok(Val::NONE),
        Val::Optional(Some(nest)) => optional_index(&nest.held, at),
        Val::List(_) | Val::Set(_) => match index(of, at) {
            Ok(value) => Val::some(value),
            Err(Failed(why)) if why.starts_with("index out of bounds") => Ok(Val::NONE),
            Err(why) => Err(why),
        },
        _ => found(of, at).map_or(Ok(Val::NONE), Val::some),
    }
}

/// Numbers, texts, lists, times and durations put together.
///
/// # Errors
/// For what cannot be, and for what becomes too large.
pub fn calculate(run: &mut Run, sign: &str, one: &Val, other: &Val) -> Result<Val> {
    match (sign, one, other) {
        (_, Val::Int(one), Val::Int(other)) => whole(sign, *one, *other),
        (_, Val::Uint(one), Val::Uint(other)) => natural(sign, *one, *other),
        ("+", Val::Double(one), Val::Double(other)) => Ok(Val::Double(one + other)),
        ("-", Val::Double(one), Val::Double(other)) => Ok(Val::Double(one - other)),
        ("*", Val::Double(one), Val::Double(other)) => Ok(Val::Double(one * other)),
        ("/", Val::Double(one), Val::Double(other)) => Ok(Val::Double(one / other)),
        ("+", Val::Text(one), Val::Text(other)) => Ok(Val::from(format!("{one}{other}"))),
        ("+", Val::Bytes(one), Val::Bytes(other)) => Ok(Val::Bytes(one.iter().chain(other.iter()).copied().collect())),
        ("+", Val::Set(one), Val::Set(other) | Val::List(other)) => {
            let mut held = one.held.clone();
            for element in &other.held {
                if !has(run, &held, element)? {
                    held.push(element.clone());
                }
            }
            Val::set(held)
        }
        ("+", Val::List(one), Val::List(other) | Val::Set(other)) => Val::list(one.held.iter().chain(&other.held).cloned().collect()),
        _ => super::time::calculate(sign, one, other),
    }
}

fn whole(sign: &str, one: i64, other: i64) -> Result<Val> {
    let result = match (sign, other) {
        ("/", 0) => return Err(Failed::new("division by zero")),
        ("%", 0) => return Err(Failed::new("modulus by zero")),
        ("+", _) => one.checked_add(other),
        ("-", _) => one.checked_sub(other),
        ("*", _) => one.checked_mul(other),
        ("/", _) => one.checked_div(other),
        _ => one.checked_rem(other),
    };
    result.map(Val::Int).ok_or_else(|| Failed::new("integer overflow"))
}

fn natural(sign: &str, one: u64, other: u64) -> Result<Val> {
    let result = match (sign, other) {
        ("/", 0) => return Err(Failed::new("division by zero")),
        ("%", 0) => return Err(Failed::new("modulus by zero")),
        ("+", _) => one.checked_add(other),
        ("-", _) => one.checked_sub(other),
        ("*", _) => one.checked_mul(other),
        ("/", _) => one.checked_div(other),
        _ => one.checked_rem(other),
    };
    result.map(Val::Uint).ok_or_else(|| Failed::new("unsigned integer overflow"))
}
