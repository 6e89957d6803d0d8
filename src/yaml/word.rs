//! What a word means to kubectl: the rules of YAML 1.1 as goyaml.v2/resolve.go of sigs.k8s.io/yaml has them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Number, Value};

const CORE: &str = "tag:yaml.org,2002:";

/// What a scalar means that has this tag, and that is `plain` or stands in quotes or in a block.
///
/// # Errors
/// A tag that the word does not fit, and numbers that JSON cannot hold.
pub fn meaning(word: String, tag: Option<&str>, plain: bool) -> Result<Value, String> {
    let Some(tag) = tag else {
        return if plain { untagged(word) } else { Ok(word.into()) };
    };
    let fits: fn(&Value) -> bool = match tag.strip_prefix(CORE) {
        Some("null") => Value::is_null,
        Some("bool") => Value::is_boolean,
        Some("int") => |value| value.is_i64() || value.is_u64(),
        Some("float") => Value::is_number,
        Some("binary") => return unpacked(&word),
        _ => return Ok(word.into()),
    };
    let short = format!("!!{}", &tag[CORE.len()..]);
    let value = untagged(word.clone())?;
    if fits(&value) {
        Ok(value)
    } else {
        Err(format!("cannot decode `{word}` as a {short}"))
    }
}

/// The text behind base64.
fn unpacked(word: &str) -> Result<Value, String> {
    let bytes = STANDARD.decode(word).map_err(|_| "!!binary value contains invalid base64 data".to_owned())?;
    Ok(String::from_utf8_lossy(&bytes).into())
}

fn untagged(word: String) -> Result<Value, String> {
    match word.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Ok(true.into()),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Ok(false.into()),
        _ => {}
    }
    if matches!(word.trim_start_matches(['+', '-']), ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Err(format!("`{word}` is a number that JSON cannot hold; quote it"));
    }
    let number = match word.as_bytes()[0] {
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(&word),
        _ => None,
    };
    Ok(number.unwrap_or_else(|| word.into()))
}

fn number(word: &str) -> Option<Value> {
    let plain = word.replace('_', "");
    if let Some(whole) = whole(&plain) {
        return Some(whole);
    }
    let float: f64 = is_decimal(&plain).then(|| plain.parse().ok())??;
    // up to here a float tells whole numbers apart
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if float.fract() == 0.0 && float.abs() <= EXACT {
        return Some((float as i64).into());
    }
    Number::from_f64(float).map(Value::Number)
}

/// A whole number with the prefixes of Go's literals.
fn whole(word: &str) -> Option<Value> {
    let (sign, digits) = match word.as_bytes() {
        [b'-', ..] => ("-", &word[1..]),
        [b'+', ..] => ("+", &word[1..]),
        _ => ("", word),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', _, ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    if let Ok(number) = i64::from_str_radix(&format!("{sign}{digits}"), radix) {
        return Some(number.into());
    }
    (sign.is_empty()).then(|| u64::from_str_radix(digits, radix).ok()).flatten().map(Value::from)
}

/// Whether a word is written as a decimal number, with point and exponent or without.
fn is_decimal(word: &str) -> bool {
    let word = word.strip_prefix(['+', '-']).unwrap_or(word);
    let (mantissa, exponent) = word
        .split_once(['e', 'E'])
        .map_or((word, None), |(mantissa, exponent)| (mantissa, Some(exponent)));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.is_none_or(|text| {
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        !text.is_empty() && digits(text)
    });
    digits(whole) && digits(part) && !(whole.is_empty() && part.is_empty()) && exponent
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::read;
    use super::*;

    fn value(word: &str) -> Value {
        read::read(&format!("k: {word}\n")).unwrap()["k"].take()
    }

    #[test]
    fn words_mean_what_they_mean_to_kubectl() {
        for (word, want) in [
            ("y", json!(true)),
            ("Off", json!(false)),
            ("~", json!(null)),
            ("", json!(null)),
            ("0644", json!(420)),
            ("089", json!(89)),
            ("0o17", json!(15)),
            ("-0x1F", json!(-31)),
            ("+0b11", json!(3)),
            ("1_000", json!(1000)),
            ("1__0", json!(10)),
            ("-_1", json!(-1)),
            ("_1", json!("_1")),
            ("0x", json!("0x")),
            ("1.", json!(1)),
            ("-.5", json!(-0.5)),
            ("1.0", json!(1)),
            ("1e3", json!(1000)),
            ("1.5e-3", json!(0.0015)),
            (".5_0", json!(0.5)),
            ("1e400", json!("1e400")),
            ("1e", json!("1e")),
            (".", json!(".")),
            ("yEs", json!("yEs")),
            ("+18446744073709551615", json!(1.844_674_407_370_955_2e19)),
            ("18446744073709551615", json!(u64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("12:30", json!("12:30")),
            ("2026-01-01", json!("2026-01-01")),
            ("1.2.3", json!("1.2.3")),
            ("0.5Gi", json!("0.5Gi")),
            ("'5'", json!("5")),
            ("!!str 5", json!("5")),
            ("!!int '0x1F'", json!(31)),
            ("!!float 5", json!(5)),
            ("!!bool yes", json!(true)),
            ("!other word", json!("word")),
            ("! 5", json!("5")),
            ("!!binary aGk=", json!("hi")),
            ("|-\n  a\n  b", json!("a\nb")),
        ] {
            assert_eq!(value(word), want, "{word}");
        }
        for (word, part) in [
            (".inf", ".inf"),
            ("-.Inf", "quote it"),
            ("!!int word", "cannot decode `word`"),
            ("!!null x", "!!null"),
            ("!!binary a?b", "base64"),
        ] {
            let said = read::read(&format!("k: {word}\n")).unwrap_err().words;
            assert!(said.contains(part), "{word}: {said}");
        }
    }
}
