//! Instants and durations.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use super::eval::{Failed, Result};
use super::value::Val;

const SECOND: i64 = 1_000_000_000;
/// Units of Go's durations in nanoseconds, the longer words first.
const UNITS: [(&str, i64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3600 * SECOND),
];

/// An instant as RFC 3339 has it.
#[must_use]
pub fn timestamp(text: &str) -> Option<Timestamp> {
    text.contains(['T', 't']).then(|| text.parse().ok())?
}

/// A duration as Go writes it, in nanoseconds.
#[must_use]
pub fn duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut nanos = 0.0;
    let mut exact = 0_i64;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, unit) = rest.split_at(end);
        let (word, factor) = UNITS
            .iter()
            .find(|(word, _)| unit.starts_with(word) && (*word != "m" || !unit.starts_with("ms")))?;
        match number.parse::<i64>() {
            Ok(whole) => exact = exact.checked_add(whole.checked_mul(*factor)?)?,
            Err(_) => nanos += number.parse::<f64>().ok()? * *factor as f64,
        }
        rest = &unit[word.len()..];
    }
    let all = exact.checked_add(nanos as i64)?;
    (!text.is_empty()).then_some(if negative { -all } else { all })
}

/// A duration in seconds, as CEL writes it.
#[must_use]
pub fn seconds(nanos: i64) -> String {
    let (whole, part) = (nanos / SECOND, (nanos % SECOND).abs());
    let sign = if nanos < 0 && whole == 0 { "-" } else { "" };
    match format!("{part:09}").trim_end_matches('0') {
        "" => format!("{sign}{whole}s"),
        part => format!("{sign}{whole}.{part}s"),
    }
}

/// Sums and differences.
///
/// # Errors
/// For what is none, and for what becomes too large.
pub fn calculate(sign: &str, one: &Val, other: &Val) -> Result<Val> {
    let later = |at: &Timestamp, nanos: Option<i64>| {
        let moved = nanos.and_then(|nanos| at.checked_add(SignedDuration::from_nanos(nanos)).ok());
        moved.map(Val::Time).ok_or_else(|| Failed::new("timestamp overflow"))
    };
    let span = |nanos: Option<i64>| nanos.map(Val::Span).ok_or_else(|| Failed::new("duration overflow"));
    match (sign, one, other) {
        ("+", Val::Time(at), Val::Span(nanos)) | ("+", Val::Span(nanos), Val::Time(at)) => later(at, Some(*nanos)),
        ("-", Val::Time(at), Val::Span(nanos)) => later(at, nanos.checked_neg()),
        ("-", Val::Time(one), Val::Time(other)) => span(i64::try_from(one.as_nanosecond() - other.as_nanosecond()).ok()),
        ("+", Val::Span(one), Val::Span(other)) => span(one.checked_add(*other)),
        ("-", Val::Span(one), Val::Span(other)) => span(one.checked_sub(*other)),
        _ => Err(Failed::no_overload()),
    }
}

/// What is asked of an instant or a duration.
pub fn call(name: &str, args: &[Val]) -> Option<Result<Val>> {
    match args {
        [Val::Span(nanos)] => span(name, *nanos).map(|number| Ok(Val::Int(number))),
        [Val::Time(at)] => part(name, &at.to_zoned(TimeZone::UTC)).map(|number| Ok(Val::Int(number))),
        [Val::Time(at), Val::Text(zone)] => match zoned(zone) {
            Some(zone) => part(name, &at.to_zoned(zone)).map(|number| Ok(Val::Int(number))),
            None => Some(Err(Failed::new(format!("unknown time zone {zone}")))),
        },
        _ => None,
    }
}

/// A time zone by its name, or its distance from UTC.
fn zoned(name: &str) -> Option<TimeZone> {
    let Some((hours, minutes)) = name.split_once(':') else {
        return TimeZone::get(name).ok();
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let seconds = hours
        .checked_mul(3600)?
        .checked_add(if name.starts_with('-') { -60 } else { 60 } * minutes.clamp(0, 59))?;
    jiff::tz::Offset::from_seconds(seconds).ok().map(TimeZone::fixed)
}

fn span(name: &str, nanos: i64) -> Option<i64> {
    Some(match name {
        "getHours" => nanos / (3600 * SECOND),
        "getMinutes" => nanos / (60 * SECOND),
        "getSeconds" => nanos / SECOND,
        "getMilliseconds" => nanos / 1_000_000,
        _ => return None,
    })
}

/// A part of an instant; most count from 0.
fn part(name: &str, at: &Zoned) -> Option<i64> {
    Some(match name {
        "getFullYear" => at.year().into(),
        "getMonth" => i64::from(at.month()) - 1,
        "getDayOfMonth" => i64::from(at.day()) - 1,
        "getDate" => at.day().into(),
        "getDayOfYear" => i64::from(at.day_of_year()) - 1,
        "getDayOfWeek" => at.weekday().to_sunday_zero_offset().into(),
        "getHours" => at.hour().into(),
        "getMinutes" => at.minute().into(),
        "getSeconds" => at.second().into(),
        "getMilliseconds" => at.millisecond().into(),
        _ => return None,
    })
}
