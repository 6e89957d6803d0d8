//! Types and formats of values, as Kubernetes' validator tells them apart (kube-openapi `validation/strfmt`).

use serde_json::Value;

use super::schema::Schema;
use crate::practice::patch::schema::{self, List};

/// Formats of texts that are looked at; others are let pass.
const TEXTS: [&str; 25] = [
    "bsonobjectid",
    "uri",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "cidr",
    "mac",
    "uuid",
    "uuid3",
    "uuid4",
    "uuid5",
    "isbn",
    "isbn10",
    "isbn13",
    "creditcard",
    "ssn",
    "hexcolor",
    "rgbcolor",
    "byte",
    "password",
    "date",
    "duration",
    "datetime",
    "date-time",
];

/// The format of a type, where it is one that counts.
pub fn known<'a>(kind: &str, format: &'a str) -> &'a str {
    let counts = match kind {
        "" | "string" => TEXTS.contains(&format),
        "integer" => ["int32", "int64"].contains(&format),
        "number" => ["float", "double"].contains(&format),
        _ => false,
    };
    if counts { format } else { "" }
}

/// Type and format of a value.
pub fn of(value: &Value) -> (&'static str, &'static str) {
    match value {
        Value::Null => ("null", ""),
        Value::Bool(_) => ("boolean", ""),
        Value::String(_) => ("string", ""),
        Value::Array(_) => ("array", ""),
        Value::Object(_) => ("object", ""),
        Value::Number(number) if number.is_f64() => ("number", "float64"),
        Value::Number(_) => ("integer", "int64"),
    }
}

/// What a number is too large for, if it is.
pub fn out_of_range(schema: &Schema, value: &Value) -> Option<String> {
    let format = known(&schema.kind, &schema.format);
    let fits = match (schema.kind.as_str(), format) {
        _ if schema.int_or_string => true,
        ("integer", _) if value.is_f64() && value.as_f64().is_some_and(|number| number.fract() != 0.0) => false,
        ("integer", "int32") => value.as_i64().is_none_or(|number| i32::try_from(number).is_ok()),
        ("number", "float") => value.as_f64().is_some_and(|number| number.abs() <= f64::from(f32::MAX)),
        _ => true,
    };
    let of = if format.is_empty() {
        "(default format)".to_owned()
    } else {
        format!("with format {format}")
    };
    (!fits).then(|| format!("of type {} {of}", schema.kind))
}

/// Whether a text is of a format.
pub fn holds(format: &str, text: &str) -> bool {
    let hex = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_hexdigit());
    match format {
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        "cidr" => crate::practice::validate::format::network(text).is_none(),
        "date" => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
        "datetime" | "date-time" => text.contains(['T', 't']) && text.parse::<jiff::Timestamp>().is_ok(),
        "duration" => is_duration(text),
        "email" => text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace)),
        "uri" => text.starts_with('/') || text.split_once(':').is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty()),
        "hostname" => text.len() <= 255 && text.trim_end_matches('.').split('.').all(is_host_part),
        "mac" => [':', '-']
            .iter()
            .any(|sign| text.split(*sign).count() == 6 && text.split(*sign).all(|part| part.len() == 2 && hex(part))),
        "uuid" | "uuid3" | "uuid4" | "uuid5" => is_uuid(text, format.strip_prefix("uuid").unwrap_or_default()),
        "byte" => base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).is_ok(),
        "hexcolor" => matches!(text.trim_start_matches('#').len(), 3 | 6) && hex(text.trim_start_matches('#')),
        "bsonobjectid" => text.len() == 24 && hex(text),
        _ => true,
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphabetic()) && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

fn is_host_part(part: &str) -> bool {
    let edge = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    part.len() <= 63 && edge(part.chars().next()) && edge(part.chars().last()) && part.chars().all(|letter| letter.is_alphanumeric() || "-_".contains(letter))
}

fn is_uuid(text: &str, version: &str) -> bool {
    let plain: String = text.chars().filter(|letter| *letter != '-').collect();
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    plain.len() == 32
        && plain.chars().all(|letter| letter.is_ascii_hexdigit())
        && (parts == [8, 4, 4, 4, 12] || parts == [32])
        && (version.is_empty() || plain[12..].starts_with(version))
}

/// `1h30m`, `1.5s`, `-2m`, and words such as `22 ns`.
fn is_duration(text: &str) -> bool {
    const UNITS: [&str; 13] = ["ns", "us", "µs", "ms", "s", "m", "h", "d", "w", "seconds", "minutes", "hours", "days"];
    let text = text.trim_start_matches(['-', '+']);
    let mut rest = text;
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        let trimmed = unit.trim_start();
        let end = trimmed.find(|letter: char| letter.is_ascii_digit()).unwrap_or(trimmed.len());
        if unit.len() == rest.len() || !UNITS.contains(&trimmed[..end].trim()) {
            return rest == "0" && text == "0";
        }
        rest = &trimmed[end..];
    }
    !text.is_empty()
}

/// The element that stood in a list before for one that stands in it now, where they can be told.
pub fn counterpart<'a>(schema: &Schema, element: &Value, old: Option<&'a Value>) -> Option<&'a Value> {
    let Some(List::Keyed(keys)) = schema.list else { return None };
    let own = schema::key(element, keys)?;
    old?.as_array()?.iter().find(|other| schema::key(other, keys).as_ref() == Some(&own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_of_formats() {
        for (format, good, bad) in [
            ("ipv4", "10.0.0.1", "10.0.0"),
            ("date", "2026-01-31", "2026-02-31"),
            ("date-time", "2026-01-31T10:00:00Z", "2026-01-31 10:00"),
            ("duration", "1h30m", "soon"),
            ("email", "a@b.c", "a"),
            ("uri", "https://a.b/c", "a b"),
            ("hostname", "a-1.example.com", "-a"),
            ("uuid", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3f25"),
            ("byte", "YQ==", "*"),
            ("mac", "00:1b:63:84:45:e6", "00:1b"),
        ] {
            assert!(holds(format, good) && !holds(format, bad), "{format}");
        }
        assert_eq!((known("string", "int32"), known("integer", "int32")), ("", "int32"));
    }
}
