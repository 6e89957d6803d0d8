//! Functions, methods and operators: each is tried where its kind of values is at home.

use super::eval::{Failed, Result, Run};
use super::value::Val;
use super::{convert, list, operator, text, time};

/// The first words of functions whose names have two.
const SPACES: [(&str, &[&str]); 3] = [
    ("optional", &["of", "none", "ofNonZeroValue"]),
    ("lists", &["range"]),
    ("sets", &["contains", "equivalent", "intersects"]),
];

/// Whether two words are one name of a function.
#[must_use]
pub fn is_spaced(space: &str, name: &str) -> bool {
    SPACES.iter().any(|(known, names)| *known == space && names.contains(&name))
}

/// What a call comes to.
///
/// # Errors
/// In the words of CEL's interpreter.
pub fn call(run: &mut Run, name: &str, is_method: bool, args: &[Val]) -> Result<Val> {
    if !is_method && let Some(value) = operate(run, name, args) {
        return value;
    }
    let known = match args.first() {
        Some(Val::Text(_) | Val::Bytes(_)) => text::call(run, name, is_method, args),
        Some(Val::List(_) | Val::Set(_)) => list::call(run, name, is_method, args),
        Some(Val::Time(_) | Val::Span(_)) if is_method => time::call(name, args),
        Some(Val::Quantity(_)) if is_method => convert::quantity(name, args),
        Some(Val::Optional(_)) if is_method => optional(name, args),
        Some(Val::Map(nest)) if name == "size" => Some(Ok(size(nest.held.len()))),
        _ => None,
    };
    let converted = || if is_method { None } else { convert::call(run, name, args) };
    known.or_else(converted).unwrap_or_else(|| Err(unknown(name)))
}

fn unknown(name: &str) -> Failed {
    match name {
        "size" => Failed::new("no such overload: size"),
        _ => Failed::no_overload(),
    }
}

/// A count of something.
#[must_use]
pub fn size(count: usize) -> Val {
    Val::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

fn operate(run: &mut Run, name: &str, args: &[Val]) -> Option<Result<Val>> {
    let sign = name.trim_matches('_');
    Some(match (name, args) {
        ("_==_", [one, other]) => operator::same(run, one, other).map(Val::Bool),
        ("_!=_", [one, other]) => operator::same(run, one, other).map(|same| Val::Bool(!same)),
        ("_<_" | "_<=_" | "_>_" | "_>=_", [one, other]) => operator::order(one, other).map(|order| {
            Val::Bool(order.is_some_and(|order| match sign {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                _ => order.is_ge(),
            }))
        }),
        ("_+_" | "_-_" | "_*_" | "_/_" | "_%_", [one, other]) => operator::calculate(run, sign, one, other),
        ("!_", [Val::Bool(is)]) => Ok(Val::Bool(!is)),
        ("-_", [Val::Int(number)]) => number.checked_neg().map(Val::Int).ok_or_else(|| Failed::new("integer overflow")),
        ("-_", [Val::Double(number)]) => Ok(Val::Double(-number)),
        ("-_", [Val::Span(nanos)]) => nanos.checked_neg().map(Val::Span).ok_or_else(|| Failed::new("duration overflow")),
        ("@in", [wanted, Val::List(nest) | Val::Set(nest)]) => operator::has(run, &nest.held, wanted).map(Val::Bool),
        ("@in", [wanted, of @ Val::Map(_)]) => Ok(Val::Bool(operator::found(of, wanted).is_some())),
        ("_[_]", [Val::Optional(_), _]) | ("_[?_]", [_, _]) => operator::optional_index(&args[0], &args[1]),
        ("_[_]", [of, at]) => operator::index(of, at),
        ("optional.none", []) => Ok(Val::NONE),
        ("optional.of", [value]) => Val::some(value.clone()),
        ("optional.ofNonZeroValue", [value]) => {
            if convert::is_zero(value) {
                Ok(Val::NONE)
            } else {
                Val::some(value.clone())
            }
        }
        _ => return None,
    })
}

/// What is asked of something that may not be there.
fn optional(name: &str, args: &[Val]) -> Option<Result<Val>> {
    let Some(Val::Optional(held)) = args.first() else { return None };
    Some(match (name, held, args.get(1)) {
        ("hasValue", _, None) => Ok(Val::Bool(held.is_some())),
        ("value", Some(nest), None) | ("orValue", Some(nest), Some(_)) => Ok(nest.held.clone()),
        ("value", None, None) => Err(Failed::new("optional.none() dereference")),
        ("orValue", None, Some(other)) => Ok(other.clone()),
        ("or", Some(_), Some(_)) => Ok(args[0].clone()),
        ("or", None, Some(other)) => Ok(other.clone()),
        _ => return None,
    })
}
