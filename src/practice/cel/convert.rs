//! Values made of others: `int()`, `string()`, `timestamp()`, `quantity()` …

use super::eval::{Failed, Result, Run};
use super::value::{Key, Val};
use super::{list, time};
use crate::practice::quantity::Quantity;

/// A conversion; `None` for what is none.
pub fn call(run: &mut Run, name: &str, args: &[Val]) -> Option<Result<Val>> {
    let [value] = args else { return None };
    let wrong = |to: &str| Err(Failed::new(format!("type conversion error from '{}' to '{to}'", value.type_name())));
    Some(match (name, value) {
        ("dyn", _) => Ok(value.clone()),
        ("type", _) => Ok(Val::Type(value.type_name())),
        ("int", _) => int(value).unwrap_or_else(|| wrong("int")),
        ("uint", _) => uint(value).unwrap_or_else(|| wrong("uint")),
        ("double", Val::Text(text)) => text.parse().map_or_else(|_| wrong("double"), |number| Ok(Val::Double(number))),
        ("double", _) => super::operator::double(value).map(Val::Double).map_or_else(|| wrong("double"), Ok),
        ("bool", Val::Bool(_)) => Ok(value.clone()),
        ("bool", Val::Text(text)) => match &**text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Val::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Val::Bool(false)),
            _ => wrong("bool"),
        },
        ("string", Val::Bytes(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Val::from(text)),
            Err(_) => Err(Failed::new("invalid UTF-8 in bytes, cannot convert to string")),
        },
        ("string", Val::Null | Val::List(_) | Val::Set(_) | Val::Map(_) | Val::Optional(_) | Val::Type(_)) => wrong("string"),
        ("string", _) => Ok(Val::from(shown(value))),
        ("bytes", Val::Text(text)) => Ok(Val::Bytes(text.as_bytes().into())),
        ("bytes", Val::Bytes(_)) | ("timestamp", Val::Time(_)) | ("duration", Val::Span(_)) => Ok(value.clone()),
        ("timestamp", Val::Text(text)) => time::timestamp(text).map_or_else(|| wrong("google.protobuf.Timestamp"), |at| Ok(Val::Time(at))),
        ("timestamp", Val::Int(seconds)) => jiff::Timestamp::from_second(*seconds)
            .map(Val::Time)
            .map_err(|_| Failed::new("timestamp overflow")),
        ("duration", Val::Text(text)) => time::duration(text).map_or_else(|| wrong("google.protobuf.Duration"), |nanos| Ok(Val::Span(nanos))),
        ("duration", Val::Int(nanos)) => Ok(Val::Span(*nanos)),
        ("quantity", Val::Text(text)) => text.parse().map(Val::Quantity).map_err(Failed::new),
        ("isQuantity", Val::Text(text)) => Ok(Val::Bool(text.parse::<Quantity>().is_ok())),
        ("lists.range", Val::Int(count)) => list::range(run, *count),
        _ => return None,
    })
}

fn int(value: &Val) -> Option<Result<Val>> {
    let overflow = || Failed::new("integer overflow");
    Some(match value {
        Val::Int(_) => Ok(value.clone()),
        Val::Uint(number) => i64::try_from(*number).map(Val::Int).map_err(|_| overflow()),
        Val::Double(number) if number.abs() < i64::MAX as f64 => Ok(Val::Int(*number as i64)),
        Val::Double(_) => Err(overflow()),
        Val::Text(text) => Ok(Val::Int(text.parse().ok()?)),
        Val::Time(at) => Ok(Val::Int(at.as_second())),
        Val::Span(nanos) => Ok(Val::Int(*nanos)),
        _ => return None,
    })
}

fn uint(value: &Val) -> Option<Result<Val>> {
    let overflow = || Failed::new("unsigned integer overflow");
    Some(match value {
        Val::Uint(_) => Ok(value.clone()),
        Val::Int(number) => u64::try_from(*number).map(Val::Uint).map_err(|_| overflow()),
        Val::Double(number) if *number >= 0.0 && *number < u64::MAX as f64 => Ok(Val::Uint(*number as u64)),
        Val::Double(_) => Err(overflow()),
        Val::Text(text) => Ok(Val::Uint(text.parse().ok()?)),
        _ => return None,
    })
}

/// Whether a value is what its type has where nothing was said.
#[must_use]
pub fn is_zero(value: &Val) -> bool {
    match value {
        Val::Null | Val::Bool(false) | Val::Int(0) | Val::Uint(0) | Val::Span(0) | Val::Optional(None) => true,
        Val::Double(number) => *number == 0.0,
        Val::Text(text) => text.is_empty(),
        Val::Bytes(bytes) => bytes.is_empty(),
        Val::List(nest) | Val::Set(nest) => nest.held.is_empty(),
        Val::Map(nest) => nest.held.is_empty(),
        _ => false,
    }
}

/// A value as a text.
#[must_use]
pub fn shown(value: &Val) -> String {
    match value {
        Val::Null => "null".to_owned(),
        Val::Bool(is) => is.to_string(),
        Val::Int(number) => number.to_string(),
        Val::Uint(number) => number.to_string(),
        Val::Double(number) => double(*number),
        Val::Text(text) => text.to_string(),
        Val::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Val::Time(at) => at.to_string(),
        Val::Span(nanos) => time::seconds(*nanos),
        Val::Quantity(quantity) => quantity.to_string(),
        Val::Type(name) => (*name).to_owned(),
        Val::List(nest) | Val::Set(nest) => format!("[{}]", nest.held.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Val::Map(nest) => {
            let entry = |(key, value): (&Key, &Val)| format!("{key}: {}", shown(value));
            format!("{{{}}}", nest.held.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Val::Optional(None) => "optional.none()".to_owned(),
        Val::Optional(Some(nest)) => format!("optional({})", shown(&nest.held)),
    }
}

/// A number as Go's `%g` has it.
fn double(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let written = format!("{number:e}");
    let Some((digits, exponent)) = written.split_once('e') else { return written };
    match exponent.parse::<i32>() {
        Ok(power) if !(-4..6).contains(&power) => {
            format!("{digits}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
        }
        _ => number.to_string(),
    }
}

/// What is asked of a quantity.
pub fn quantity(name: &str, args: &[Val]) -> Option<Result<Val>> {
    let Some(Val::Quantity(own)) = args.first() else { return None };
    let other = match args.get(1) {
        Some(Val::Quantity(other)) => Some(*other),
        Some(Val::Int(number)) if matches!(name, "add" | "sub") => Some(Quantity::whole(*number)),
        Some(_) => return None,
        None => None,
    };
    let whole = own.number().fract() == 0.0;
    Some(Ok(match (name, other) {
        ("isGreaterThan", Some(other)) => Val::Bool(*own > other),
        ("isLessThan", Some(other)) => Val::Bool(*own < other),
        ("compareTo", Some(other)) => Val::Int(own.cmp(&other) as i64),
        ("add", Some(other)) => Val::Quantity(own.plus(other)),
        ("sub", Some(other)) => Val::Quantity(own.minus(other)),
        ("sign", None) => Val::Int(own.cmp(&Quantity::ZERO) as i64),
        ("isInteger", None) => Val::Bool(whole),
        ("asInteger", None) if whole => Val::Int(own.number() as i64),
        ("asInteger", None) => return Some(Err(Failed::new("cannot convert value to integer"))),
        ("asApproximateFloat", None) => Val::Double(own.number()),
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_go_writes_them() {
        for (number, text) in [
            (2.0, "2"),
            (1.5, "1.5"),
            (123_456.0, "123456"),
            (1e6, "1e+06"),
            (1.5e10, "1.5e+10"),
            (0.0001, "0.0001"),
            (0.000_01, "1e-05"),
        ] {
            assert_eq!(double(number), text);
        }
    }
}
