//! The conversions of C's printf, which the program `printf` and awk have alike.

/// What may stand before a field is this wide, lest it fill the memory.
const WIDEST: usize = 4096;

/// What stands between `%` and the conversion's letter.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Conversion {
    left: bool,
    plus: bool,
    blank: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

impl Conversion {
    pub(super) fn parse(spec: &str) -> Self {
        let digits = spec.trim_start_matches(['-', '+', ' ', '#', '0']);
        let flags = &spec[..spec.len() - digits.len()];
        let (width, precision) = digits.split_once('.').map_or((digits, None), |(width, precision)| (width, Some(precision)));
        let number = |text: &str| text.parse::<usize>().unwrap_or(0).min(WIDEST);
        Self {
            left: flags.contains('-'),
            plus: flags.contains('+'),
            blank: flags.contains(' '),
            alternate: flags.contains('#'),
            zero: flags.contains('0'),
            width: number(width),
            precision: precision.map(number),
        }
    }

    /// `%s`, `%c`.
    pub(super) fn text(&self, text: &str) -> String {
        let shown: String = text.chars().take(self.precision.unwrap_or(usize::MAX)).collect();
        self.padded("", shown, false)
    }

    /// `%d`, `%x` and their kin; all but `d` and `i` show no sign.
    pub(super) fn whole(&self, kind: char, number: i64) -> String {
        let (sign, digits) = match kind {
            'x' => (if self.alternate { "0x" } else { "" }, format!("{number:x}")),
            'X' => (if self.alternate { "0X" } else { "" }, format!("{number:X}")),
            'o' => (if self.alternate { "0" } else { "" }, format!("{number:o}")),
            'u' => ("", (number as u64).to_string()),
            _ => (self.sign(number < 0), number.unsigned_abs().to_string()),
        };
        let digits = format!("{digits:0>least$}", least = self.precision.unwrap_or(1));
        self.padded(sign, digits, self.zero && self.precision.is_none())
    }

    /// `%f`, `%e`, `%g`.
    pub(super) fn float(&self, kind: char, number: f64) -> String {
        let (most, absolute) = (self.precision.unwrap_or(6), number.abs());
        let digits = match kind.to_ascii_lowercase() {
            _ if !number.is_finite() => if number.is_nan() { "nan" } else { "inf" }.to_owned(),
            'f' => format!("{absolute:.most$}"),
            'e' => scientific(absolute, most),
            _ => shortest(absolute, most.max(1), self.alternate),
        };
        let digits = if kind.is_ascii_uppercase() { digits.to_ascii_uppercase() } else { digits };
        self.padded(
            self.sign(number.is_sign_negative() && !number.is_nan()),
            digits,
            self.zero && number.is_finite(),
        )
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.blank) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (.., true) => " ",
            _ => "",
        }
    }

    fn padded(&self, sign: &str, text: String, zero: bool) -> String {
        let width = self.width.saturating_sub(sign.len());
        match (self.left, zero) {
            (true, _) => format!("{:<width$}", format!("{sign}{text}"), width = self.width),
            (_, true) => format!("{sign}{text:0>width$}"),
            _ => format!("{:>width$}", format!("{sign}{text}"), width = self.width),
        }
    }
}

/// An exponent has a sign and two digits at least.
fn scientific(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
    format!("{digits}e{sign}{exponent:0>2}")
}

/// `%g`: so many digits that count, none of them a zero at the end.
fn shortest(number: f64, precision: usize, zeros: bool) -> String {
    let text = scientific(number, precision - 1);
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let trimmed = |digits: &str| match digits.contains('.') && !zeros {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => digits.to_owned(),
    };
    match exponent.parse::<i64>() {
        Ok(place) if place >= -4 && place < precision as i64 => {
            let behind = usize::try_from(precision as i64 - 1 - place).unwrap_or(0);
            trimmed(&format!("{number:.behind$}"))
        }
        _ => format!("{}e{exponent}", trimmed(digits)),
    }
}
