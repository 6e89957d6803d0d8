//! Values with a spelling of their own: quantities, times, base64. Each becomes what Kubernetes writes for it.

use jiff::Timestamp;
use serde_json::Value;

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

const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
/// By exponents of ten, three apart, from -9.
const DECIMAL: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

/// A quantity in its canonical form (apimachinery `api/resource/quantity.go`).
pub fn quantity(text: &str) -> Result<Value, Misfit> {
    canonical(text.trim()).map(Value::from).ok_or(Misfit::Quantity)
}

fn canonical(text: &str) -> Option<String> {
    let split = text.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c))).unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let (mut digits, mut scale) = decimal(number)?;
    if let Some(power) = BINARY.iter().position(|known| *known == suffix) {
        let factor = 1024i128.checked_pow(u32::try_from(power).ok()? + 1)?;
        let (value, rest) = (digits.checked_mul(factor)?, 10i128.checked_pow(scale)?);
        // Fractions of a byte are rounded up.
        let whole = value.div_euclid(rest) + i128::from(value.rem_euclid(rest) != 0);
        if value.abs() >= rest.checked_mul(1024)? {
            return Some(binary(whole));
        }
        (digits, scale) = (value, scale);
        return Some(decimals(digits, -i32::try_from(scale).ok()?));
    }
    let exponent = match suffix.strip_prefix(['e', 'E']).filter(|rest| !rest.is_empty()) {
        Some(power) => {
            let power: i32 = power.parse().ok()?;
            let (digits, exponent) = thousands(digits, power.checked_sub(i32::try_from(scale).ok()?)?);
            return Some(if exponent == 0 { digits.to_string() } else { format!("{digits}e{exponent}") });
        }
        None => i32::try_from(DECIMAL.iter().position(|known| *known == suffix)?).ok()? * 3 - 9,
    };
    Some(decimals(digits, exponent - i32::try_from(scale).ok()?))
}

/// Digits and how many of them stand behind the point.
fn decimal(number: &str) -> Option<(i128, u32)> {
    let (sign, rest) = match number.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) || digits.len() > 30 {
        return None;
    }
    Some((sign * digits.parse::<i128>().ok()?, u32::try_from(fraction.len()).ok()?))
}

fn binary(mut value: i128) -> String {
    let mut power = 0;
    while value != 0 && value % 1024 == 0 && power < BINARY.len() {
        value /= 1024;
        power += 1;
    }
    let suffix = power.checked_sub(1).map_or("", |power| BINARY[power]);
    format!("{value}{suffix}")
}

fn decimals(digits: i128, exponent: i32) -> String {
    let (digits, exponent) = thousands(digits, exponent);
    let suffix = usize::try_from(exponent / 3 + 3).ok().and_then(|at| DECIMAL.get(at)).copied();
    match suffix {
        Some(suffix) => format!("{digits}{suffix}"),
        None => format!("{digits}e{exponent}"),
    }
}

/// The same number with as few digits as an exponent that three divides allows; below a billionth it is rounded up.
fn thousands(mut digits: i128, mut exponent: i32) -> (i128, i32) {
    while exponent < -9 {
        digits = digits.div_euclid(10) + i128::from(digits.rem_euclid(10) != 0);
        exponent += 1;
    }
    if digits == 0 {
        return (0, 0);
    }
    while digits % 10 == 0 {
        digits /= 10;
        exponent += 1;
    }
    while exponent.rem_euclid(3) != 0 {
        digits *= 10;
        exponent -= 1;
    }
    (digits, exponent)
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
    let short = (text.bytes().filter(|byte| !b"\r\n".contains(byte)).count() % 4 != 0).then_some(text.len());
    match wrong.or(short) {
        Some(at) => Err(Misfit::Base64(at)),
        None => Ok(text.replace(['\r', '\n'], "").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
