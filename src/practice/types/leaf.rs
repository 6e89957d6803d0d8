//! Values with a spelling of their own: quantities, times, base64. Each becomes what Kubernetes writes for it.

use jiff::Timestamp;
use serde_json::Value;

use crate::practice::quantity::Quantity;

/// Why a value is not what it should be, in Go's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    #[error(r"quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")]
    Quantity,
    #[error("parsing time {0:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {0:?} as \"2006\"")]
    Time(String),
    #[error("illegal base64 data at input byte {0}")]
    Base64(usize),
}

/// A quantity in its canonical form (apimachinery `api/resource/quantity.go`).
pub fn quantity(text: &str) -> Result<Value, Misfit> {
    canonical(text.trim()).map(Value::from).ok_or(Misfit::Quantity)
}

fn canonical(text: &str) -> Option<String> {
    text.parse::<Quantity>().ok().map(|quantity| quantity.to_string())
}

/// A time in whole seconds of UTC.
pub fn time(text: &str) -> Result<Value, Misfit> {
    spelled(text, "%Y-%m-%dT%H:%M:%SZ")
}

/// A time in microseconds of UTC.
pub fn micro_time(text: &str) -> Result<Value, Misfit> {
    spelled(text, "%Y-%m-%dT%H:%M:%S.%6fZ")
}

fn spelled(text: &str, form: &str) -> Result<Value, Misfit> {
    let at: Timestamp = text.parse().map_err(|_| Misfit::Time(text.to_owned()))?;
    Ok(at.strftime(form).to_string().into())
}

/// Base64 without line breaks; says where it is wrong, as Go's decoder does.
pub fn base64(text: &str) -> Result<Value, Misfit> {
    let body = text.trim_end_matches('=');
    let wrong = body.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || b"+/\r\n".contains(&byte)));
    // four letters are read at once, and those that are too few named by their first
    let rest = text.bytes().filter(|byte| !b"\r\n".contains(byte)).count() % 4;
    let short = (rest != 0).then(|| text.len() - rest);
    match wrong.or(short) {
        Some(at) => Err(Misfit::Base64(at)),
        None => Ok(text.replace(['\r', '\n'], "").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_refused_where_it_goes_wrong() {
        assert_eq!(base64("aGk="), Ok("aGk=".into()));
        for (text, at) in [("%%", 0), ("x", 0), ("aGk=x", 3), ("aGVsbG8", 4), ("aGVs?G8=", 4)] {
            assert_eq!(base64(text), Err(Misfit::Base64(at)), "{text}");
        }
    }

    #[test]
    fn quantities_have_one_spelling() {
        let cases = [
            ("0.5", "500m"),
            ("1000m", "1"),
            ("1500m", "1500m"),
            ("1.5", "1500m"),
            ("1024Mi", "1Gi"),
            ("1000Mi", "1000Mi"),
            ("1.5Gi", "1536Mi"),
            ("0.1Ki", "102400m"),
            ("512", "512"),
            ("1024", "1024"),
            ("1000", "1k"),
            ("128974848", "128974848"),
            ("129e6", "129e6"),
            ("129M", "129M"),
            ("0", "0"),
            ("-5m", "-5m"),
            ("1e3", "1e3"),
            ("2E", "2E"),
            ("1u", "1u"),
            ("0.0000000001", "1n"),
        ];
        for (given, wanted) in cases {
            assert_eq!(canonical(given).as_deref(), Some(wanted), "{given}");
        }
        for wrong in ["", "1x", "Mi", "1.2.3", "--1", "1 Mi", "1KiB", "e3"] {
            assert_eq!(quantity(wrong), Err(Misfit::Quantity), "{wrong:?}");
        }
    }
}
