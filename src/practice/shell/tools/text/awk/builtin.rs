//! The functions that awk has built in.

use super::code::special;
use super::format::formatted;
use super::machine::{Machine, Ran};
use super::substitute::replaced;
use super::value::Value;

impl Machine {
    pub(super) fn builtin(&mut self, name: &str, arguments: &[Value]) -> Ran<Value> {
        let number = |at: usize| arguments.get(at).map_or(0.0, Value::number);
        let text = |at: usize| arguments.get(at).map(|value| self.text(value)).unwrap_or_default();
        let bits = |at: usize| number(at) as i64 as u64;
        let lossy = |bytes: &[u8]| Value::Text(String::from_utf8_lossy(bytes).into());
        Ok(Value::Number(match name {
            "length" => text(0).len() as f64,
            "index" => text(0).find(&*text(1)).map_or(0.0, |at| at as f64 + 1.0),
            "substr" => {
                let (all, most) = (text(0), arguments.get(2).map(|most| most.number() as i64));
                return Ok(lossy(part(all.as_bytes(), number(1) as i64, most)));
            }
            "tolower" => return Self::made(text(0).to_ascii_lowercase()),
            "toupper" => return Self::made(text(0).to_ascii_uppercase()),
            "sprintf" => return Self::made(formatted(arguments, &self.special(special::CONVFMT))?),
            "match" => return self.matched(&arguments[0], &arguments[1]),
            "gensub" => {
                let (how, pattern) = (text(2), self.pattern(&arguments[0])?);
                let nth = if how.starts_with(['g', 'G']) { 0 } else { (number(2) as usize).max(1) };
                return Self::made(replaced(&pattern, &self.text(&arguments[1]), &self.text(&arguments[3]), nth, true).0);
            }
            "strftime" => return Ok(self.strftime(arguments)),
            "int" => number(0).trunc(),
            "sqrt" => number(0).sqrt(),
            "exp" => number(0).exp(),
            "log" => number(0).ln(),
            "sin" => number(0).sin(),
            "cos" => number(0).cos(),
            "atan2" => number(0).atan2(number(1)),
            "and" => (bits(0) & bits(1)) as f64,
            "or" => (bits(0) | bits(1)) as f64,
            "xor" => (bits(0) ^ bits(1)) as f64,
            "compl" => !bits(0) as f64,
            "lshift" => (bits(0) << (bits(1) & 63)) as f64,
            "rshift" => (bits(0) >> (bits(1) & 63)) as f64,
            "rand" => self.rand(),
            "srand" => {
                let new = if arguments.is_empty() { self.now.as_second() as f64 } else { number(0) };
                self.random = (new as i64 as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
                std::mem::replace(&mut self.seed, new)
            }
            _ => self.now.as_second() as f64,
        }))
    }

    fn matched(&mut self, text: &Value, pattern: &Value) -> Ran<Value> {
        let (pattern, text) = (self.pattern(pattern)?, self.text(text));
        let (start, length) = pattern.find(&text).map_or((0.0, -1.0), |hit| (hit.start() as f64 + 1.0, hit.len() as f64));
        self.globals[special::RSTART] = Value::Number(start);
        self.globals[special::RLENGTH] = Value::Number(length);
        Ok(Value::Number(start))
    }

    fn strftime(&self, arguments: &[Value]) -> Value {
        let format = arguments.first().map(|format| self.text(format)).unwrap_or_default();
        let at = arguments
            .get(1)
            .map_or(self.now, |at| jiff::Timestamp::from_second(at.number() as i64).unwrap_or(self.now));
        let zoned = at.to_zoned(jiff::tz::TimeZone::UTC);
        super::code::text(&jiff::fmt::strtime::format(&*format, &zoned).unwrap_or_default())
    }

    fn rand(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 33) as f64 / f64::from(1u32 << 31)
    }
}

/// As busybox counts: what begins before the text begins with it.
fn part(all: &[u8], from: i64, most: Option<i64>) -> &[u8] {
    let start = usize::try_from(from.saturating_sub(1)).unwrap_or(0).min(all.len());
    let most = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(0));
    &all[start..start.saturating_add(most).min(all.len())]
}
