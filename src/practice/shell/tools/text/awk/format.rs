//! printf and sprintf of awk.

use super::Fault;
use super::value::Value;
use crate::practice::shell::tools::conversion::Conversion;

/// The values after the first as the first says.
pub(super) fn formatted(values: &[Value], format: &str) -> Result<String, Fault> {
    let Some((pattern, mut rest)) = values.split_first() else {
        return Ok(String::new());
    };
    let pattern = pattern.text(format);
    let (mut out, mut chars) = (String::new(), pattern.chars().peekable());
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut spec = String::new();
        while let Some(c) = chars.next_if(|c| "-+ #.0123456789hlLqjzt".contains(*c)) {
            spec.extend((!c.is_ascii_alphabetic()).then_some(c));
        }
        let kind = match chars.next() {
            Some('%') => {
                out.push('%');
                continue;
            }
            Some('*') => return Err(Fault::Star),
            Some(kind) if "diouxXcsfFeEgG".contains(kind) => kind,
            _ => return Err(Fault::Format),
        };
        let (value, left) = rest.split_first().unwrap_or((&Value::Empty, rest));
        rest = left;
        out += &field(kind, Conversion::parse(&spec), value, format);
    }
    Ok(out)
}

fn field(kind: char, conversion: Conversion, value: &Value, format: &str) -> String {
    match (kind, value) {
        ('c', Value::Number(code)) => conversion.text(&char::from_u32(*code as u32).map(String::from).unwrap_or_default()),
        ('c', value) => conversion.text(&value.text(format).chars().take(1).collect::<String>()),
        ('s', value) => conversion.text(&value.text(format)),
        ('f' | 'F' | 'e' | 'E' | 'g' | 'G', value) => conversion.float(kind, value.number()),
        (kind, value) => conversion.whole(kind, value.number() as i64),
    }
}
