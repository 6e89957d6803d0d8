//! expr: reckons with its words.

use super::text::pattern::pattern;

/// How deep parentheses may nest.
const DEEPEST: usize = 50;

/// The words from here on, as far as they were read.
struct Words<'a> {
    rest: std::slice::Iter<'a, String>,
    depth: usize,
}

/// What the words come to, or busybox's complaint.
pub(super) fn evaluate(words: &[String]) -> Result<String, String> {
    let mut words = Words { rest: words.iter(), depth: 0 };
    let value = words.any()?;
    if words.peek().is_some() { Err(syntax()) } else { Ok(value) }
}

fn syntax() -> String {
    "syntax error".to_owned()
}

fn number(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| "non-numeric argument".to_owned())
}

pub(super) fn empty(value: &str) -> bool {
    value.is_empty() || value.parse() == Ok(0)
}

impl Words<'_> {
    fn peek(&self) -> Option<&str> {
        self.rest.as_slice().first().map(String::as_str)
    }

    /// The operator that is next, when it is one of these.
    fn take(&mut self, operators: &[&str]) -> Option<String> {
        let next = self.peek().filter(|word| operators.contains(word))?.to_owned();
        self.rest.next();
        Some(next)
    }

    fn any(&mut self) -> Result<String, String> {
        let mut left = self.all()?;
        while self.take(&["|"]).is_some() {
            let right = self.all()?;
            if empty(&left) {
                left = right;
            }
        }
        Ok(left)
    }

    fn all(&mut self) -> Result<String, String> {
        let mut left = self.compared()?;
        while self.take(&["&"]).is_some() {
            if empty(&self.compared()?) || empty(&left) {
                "0".clone_into(&mut left);
            }
        }
        Ok(left)
    }

    fn compared(&mut self) -> Result<String, String> {
        let mut left = self.sum()?;
        while let Some(operator) = self.take(&["<", "<=", "=", "==", "!=", ">=", ">"]) {
            let right = self.sum()?;
            let order = match (left.parse::<i64>(), right.parse::<i64>()) {
                (Ok(left), Ok(right)) => left.cmp(&right),
                _ => left.cmp(&right),
            };
            let holds = match operator.as_str() {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                "!=" => order.is_ne(),
                ">=" => order.is_ge(),
                ">" => order.is_gt(),
                _ => order.is_eq(),
            };
            left = i32::from(holds).to_string();
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<String, String> {
        let mut left = self.product()?;
        while let Some(operator) = self.take(&["+", "-"]) {
            let (one, other) = (number(&left)?, number(&self.product()?)?);
            left = if operator == "+" { one.wrapping_add(other) } else { one.wrapping_sub(other) }.to_string();
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<String, String> {
        let mut left = self.matched()?;
        while let Some(operator) = self.take(&["*", "/", "%"]) {
            let (one, other) = (number(&left)?, number(&self.matched()?)?);
            if other == 0 && operator != "*" {
                return Err("division by zero".to_owned());
            }
            left = match operator.as_str() {
                "*" => one.wrapping_mul(other),
                "/" => one.wrapping_div(other),
                _ => one.wrapping_rem(other),
            }
            .to_string();
        }
        Ok(left)
    }

    fn matched(&mut self) -> Result<String, String> {
        let mut left = self.simple()?;
        while self.take(&[":"]).is_some() {
            let right = self.simple()?;
            left = matches(&left, &right)?;
        }
        Ok(left)
    }

    fn simple(&mut self) -> Result<String, String> {
        let word = self.rest.next().ok_or_else(syntax)?.clone();
        let more = self.peek().is_some();
        match word.as_str() {
            "(" if self.depth < DEEPEST => {
                self.depth += 1;
                let inner = self.any()?;
                self.depth -= 1;
                self.take(&[")"]).map(|_| inner).ok_or_else(syntax)
            }
            "length" if more => Ok(self.simple()?.chars().count().to_string()),
            "match" if more => {
                let (text, pattern) = (self.simple()?, self.simple()?);
                matches(&text, &pattern)
            }
            "index" if more => {
                let (text, letters) = (self.simple()?, self.simple()?);
                let at = text.chars().position(|c| letters.contains(c));
                Ok(at.map_or(0, |at| at + 1).to_string())
            }
            "substr" if more => {
                let (text, from, count) = (self.simple()?, number(&self.simple()?)?, number(&self.simple()?)?);
                let from = usize::try_from(from - 1).unwrap_or(usize::MAX);
                let count = usize::try_from(count).unwrap_or(0);
                Ok(text.chars().skip(from).take(count).collect())
            }
            _ => Ok(word),
        }
    }
}

/// What a pattern's first group matches from the start, or how much it matches.
fn matches(text: &str, wanted: &str) -> Result<String, String> {
    let pattern = pattern(&format!("^{}", wanted.strip_prefix('^').unwrap_or(wanted)), false, false).ok_or_else(syntax)?;
    let groups = pattern.captures_len() > 1;
    let Some(hit) = pattern.captures(text.as_bytes()) else {
        return Ok(if groups { String::new() } else { "0".to_owned() });
    };
    let part = |group: usize| String::from_utf8_lossy(hit.get(group).map_or(b"", |part| part.as_bytes())).into_owned();
    Ok(if groups { part(1) } else { part(0).chars().count().to_string() })
}
