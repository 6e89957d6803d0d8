//! Kubernetes' quantities (apimachinery `api/resource`): exact amounts that keep the form in which they were written.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// In which kind of suffixes a quantity is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Decimal,
    Binary,
    Exponent,
}

/// An amount, in thousand-millionths, and its form.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    nanos: i128,
    form: Form,
}

const NANOS: i128 = 1_000_000_000;

/// What the API says of a text that is no quantity.
pub const WRONG: &str = r"quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

impl Quantity {
    pub const ZERO: Self = Self { nanos: 0, form: Form::Decimal };

    #[must_use]
    pub fn whole(number: i64) -> Self {
        Self {
            nanos: i128::from(number) * NANOS,
            form: Form::Decimal,
        }
    }

    /// The quantity in a field: text, or a number.
    #[must_use]
    pub fn of(value: &serde_json::Value) -> Option<Self> {
        match value {
            serde_json::Value::String(text) => text.parse().ok(),
            serde_json::Value::Number(number) => number.to_string().parse().ok(),
            _ => None,
        }
    }

    #[must_use]
    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    #[must_use]
    pub fn is_negative(self) -> bool {
        self.nanos < 0
    }

    /// The amount as a number.
    #[must_use]
    pub fn number(self) -> f64 {
        self.nanos as f64 / NANOS as f64
    }

    /// The sum, in the form of the first that is not nothing.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let form = if self.is_zero() { other.form } else { self.form };
        Self {
            nanos: self.nanos.saturating_add(other.nanos),
            form,
        }
    }

    /// The difference, in the form of the first that is not nothing.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.plus(Self {
            nanos: -other.nanos,
            form: other.form,
        })
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

/// Decimal suffixes with their powers of ten.
const DECIMAL: [(&str, i32); 10] = [
    ("E", 18),
    ("P", 15),
    ("T", 12),
    ("G", 9),
    ("M", 6),
    ("k", 3),
    ("", 0),
    ("m", -3),
    ("u", -6),
    ("n", -9),
];

/// Binary suffixes with their powers of 1024.
const BINARY: [(&str, u32); 6] = [("Ei", 6), ("Pi", 5), ("Ti", 4), ("Gi", 3), ("Mi", 2), ("Ki", 1)];

impl FromStr for Quantity {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let split = text
            .find(|letter: char| !(letter.is_ascii_digit() || "+-.".contains(letter)))
            .unwrap_or(text.len());
        let (number, suffix) = text.split_at(split);
        if let Some((_, power)) = BINARY.iter().find(|(known, _)| *known == suffix) {
            let nanos = scaled(number, 9)?.checked_mul(1024_i128.pow(*power)).ok_or(WRONG)?;
            return Ok(Self { nanos, form: Form::Binary });
        }
        if let Some((_, power)) = DECIMAL.iter().find(|(known, _)| *known == suffix) {
            return Ok(Self {
                nanos: scaled(number, 9 + power)?,
                form: Form::Decimal,
            });
        }
        let exponent = suffix.strip_prefix(['e', 'E']).ok_or(WRONG)?;
        let power: i32 = exponent.parse().map_err(|_| WRONG)?;
        Ok(Self {
            nanos: scaled(number, 9 + power)?,
            form: Form::Exponent,
        })
    }
}

/// A decimal number times a power of ten; what is smaller than one rounds away from nothing.
fn scaled(number: &str, power: i32) -> Result<i128, &'static str> {
    let (negative, digits) = match number.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{part}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WRONG);
    }
    let value: i128 = all.parse().map_err(|_| WRONG)?;
    let power = power - i32::try_from(part.len()).map_err(|_| WRONG)?;
    let value = match u32::try_from(power) {
        Ok(up) => 10_i128.checked_pow(up).and_then(|factor| value.checked_mul(factor)).ok_or(WRONG)?,
        Err(_) => match 10_i128.checked_pow(power.unsigned_abs()) {
            Some(divisor) => (value + divisor - 1) / divisor,
            None => i128::from(value > 0),
        },
    };
    Ok(if negative { -value } else { value })
}

impl fmt::Display for Quantity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.nanos % NANOS == 0;
        if self.form == Form::Binary && whole && (self.nanos / NANOS).abs() >= 1024 {
            let amount = self.nanos / NANOS;
            let (suffix, unit) = BINARY
                .iter()
                .map(|(suffix, power)| (*suffix, 1024_i128.pow(*power)))
                .find(|(_, unit)| amount % unit == 0)
                .unwrap_or(("", 1));
            return write!(out, "{}{suffix}", amount / unit);
        }
        let (suffix, power) = DECIMAL
            .iter()
            .find(|(_, power)| u32::try_from(9 + power).is_ok_and(|power| self.nanos % 10_i128.pow(power) == 0))
            .filter(|_| self.nanos != 0)
            .unwrap_or(&("", 0));
        let unit = 10_i128.pow(u32::try_from(9 + power).unwrap_or(0));
        match (self.form, power) {
            (Form::Exponent, 0) | (Form::Decimal | Form::Binary, _) => write!(out, "{}{suffix}", self.nanos / unit),
            (Form::Exponent, power) => write!(out, "{}e{power}", self.nanos / unit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_written_in_their_shortest_form() {
        for (text, shown) in [
            ("1024Mi", "1Gi"),
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1500m", "1500m"),
            ("100000k", "100M"),
            ("1Ki", "1Ki"),
            ("0.5Gi", "512Mi"),
            ("1023", "1023"),
            ("0", "0"),
            ("0Mi", "0"),
            ("1e3", "1e3"),
            ("1.5Gi", "1536Mi"),
            ("128974848", "128974848"),
            ("-1", "-1"),
            ("0.1Ki", "102400m"),
        ] {
            assert_eq!(text.parse::<Quantity>().unwrap().to_string(), shown, "{text}");
        }
        for wrong in ["", "lots", "1.2.3", "1Zi", "Mi", "1 Gi"] {
            assert!(wrong.parse::<Quantity>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn sums_keep_the_first_form() {
        let sum = |one: &str, other: &str| one.parse::<Quantity>().unwrap().plus(other.parse().unwrap()).to_string();
        assert_eq!(sum("512Mi", "512Mi"), "1Gi");
        assert_eq!(sum("0", "512Mi"), "512Mi");
        assert_eq!(sum("500m", "500m"), "1");
        assert!(Quantity::whole(1) < "1001m".parse().unwrap());
    }
}
