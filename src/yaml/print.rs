//! YAML as `kubectl get -o yaml` prints it.

use serde_json::Value;
use serde_yaml::Value as Written;

/// Prints a value as `kubectl get -o yaml` does: keys sorted, lists not indented.
#[must_use]
pub fn print(value: &Value) -> String {
    ordered(value, None)
}

/// The same with the keys in the order of a manifest's text; those that it has not come last, sorted.
#[must_use]
pub fn print_like(value: &Value, text: &str) -> String {
    ordered(value, serde_yaml::from_str::<Written>(text).ok().as_ref())
}

fn ordered(value: &Value, like: Option<&Written>) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => mapping(map, like, 0, &mut out),
        Value::Array(list) if !list.is_empty() => sequence(list, like, 0, &mut out),
        other => {
            inline(other, 0, 0, &mut out);
            out.push('\n');
        }
    }
    out
}

fn mapping(map: &serde_json::Map<String, Value>, like: Option<&Written>, indent: usize, out: &mut String) {
    let mut keys: Vec<&String> = map.keys().collect();
    let written = like.and_then(Written::as_mapping);
    let place = |key: &str| written.and_then(|fields| fields.keys().position(|one| one.as_str() == Some(key)));
    keys.sort_by_cached_key(|key| (place(key.as_str()).unwrap_or(usize::MAX), key.as_str()));
    for (at, key) in keys.into_iter().enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(indent));
        }
        let start = out.len();
        string(key, 0, 0, out);
        out.push(':');
        let column = indent + out.len() - start;
        let like = written.and_then(|fields| fields.get(key.as_str()));
        match &map[key] {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                out.push_str(&" ".repeat(indent + 2));
                mapping(inner, like, indent + 2, out);
            }
            Value::Array(list) if !list.is_empty() => {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                sequence(list, like, indent, out);
            }
            scalar => {
                out.push(' ');
                inline(scalar, indent, column + 1, out);
                out.push('\n');
            }
        }
    }
}

fn sequence(list: &[Value], like: Option<&Written>, indent: usize, out: &mut String) {
    let written = like.and_then(Written::as_sequence).map_or(&[][..], Vec::as_slice);
    // items of a list that have names are known by them
    let twin = |at: usize, item: &Value| match item["name"].as_str() {
        Some(name) => written.iter().find(|one| one["name"].as_str() == Some(name)).or(written.first()),
        None => written.get(at).or(written.first()),
    };
    for (at, item) in list.iter().enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str("- ");
        match item {
            Value::Object(inner) if !inner.is_empty() => mapping(inner, twin(at, item), indent + 2, out),
            Value::Array(inner) if !inner.is_empty() => sequence(inner, twin(at, item), indent + 2, out),
            scalar => {
                inline(scalar, indent, indent + 2, out);
                out.push('\n');
            }
        }
    }
}

/// A scalar or an empty collection, at a column of a line whose block is indented so.
fn inline(value: &Value, indent: usize, column: usize, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Object(_) => out.push_str("{}"),
        Value::Array(_) => out.push_str("[]"),
        Value::String(text) => string(text, indent, column, out),
        other => out.push_str(&other.to_string()),
    }
}

/// Longer lines are folded at the first space behind this column.
const FOLD: usize = 80;

fn string(text: &str, indent: usize, column: usize, out: &mut String) {
    if text.chars().any(|char| char.is_control() && char != '\n') {
        out.push_str(&Value::from(text).to_string());
    } else if text.contains('\n') {
        literal(text, indent, out);
    } else if reads_as_other(text) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else if is_plain(text) {
        fold(text, indent, column, out);
    } else {
        out.push('\'');
        fold(&text.replace('\'', "''"), indent, column + 1, out);
        out.push('\'');
    }
}

/// A single space behind column 80 becomes a line end.
fn fold(text: &str, indent: usize, mut column: usize, out: &mut String) {
    let chars: Vec<char> = text.chars().collect();
    for (at, &char) in chars.iter().enumerate() {
        let single = char == ' ' && at > 0 && at + 1 < chars.len() && chars[at - 1] != ' ' && chars[at + 1] != ' ';
        if single && column > FOLD {
            out.push('\n');
            out.push_str(&" ".repeat(indent + 2));
            column = indent + 2;
        } else {
            out.push(char);
            column += 1;
        }
    }
}

fn literal(text: &str, indent: usize, out: &mut String) {
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    let body = text.trim_end_matches('\n');
    match text.len() - body.len() {
        0 => out.push('-'),
        1 => {}
        _ => out.push('+'),
    }
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&" ".repeat(indent + 2));
            out.push_str(line);
        }
    }
}

/// Whether a reader of YAML 1.1 would take the bare text for a number, a boolean, a null or a time.
fn reads_as_other(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", ".nan", ".inf", "-.inf", "+.inf",
    ];
    if text.is_empty() {
        return true;
    }
    let lower = text.to_ascii_lowercase();
    WORDS.contains(&lower.as_str()) || text == "<<" || is_number(&lower) || is_date(text)
}

fn is_number(text: &str) -> bool {
    let bare = text.trim_start_matches(['-', '+']);
    if !bare.starts_with(|char: char| char.is_ascii_digit() || char == '.') || text.len() > bare.len() + 1 {
        return false;
    }
    let digits = bare.replace('_', "");
    let radix = |prefix: &str, radix| digits.strip_prefix(prefix).is_some_and(|rest| u64::from_str_radix(rest, radix).is_ok());
    let sexagesimal = || {
        bare.contains(':')
            && bare
                .split(':')
                .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
    };
    digits.parse::<f64>().is_ok() || radix("0x", 16) || radix("0b", 2) || radix("0o", 8) || sexagesimal()
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let starts = digits(0..4) && bytes.get(4) == Some(&b'-') && digits(5..7) && bytes.get(7) == Some(&b'-') && digits(8..10);
    starts && (bytes.len() == 10 || matches!(bytes[10], b'T' | b't' | b' ') && bytes.get(11).is_some_and(u8::is_ascii_digit))
}

fn is_plain(text: &str) -> bool {
    let first = text.chars().next().unwrap_or(' ');
    let second = text.chars().nth(1);
    let opens = match first {
        '-' | '?' | ':' => second.is_none_or(|char| char == ' '),
        _ => "#,[]{}&*!|>'\"%@` ".contains(first),
    };
    !(opens || text.starts_with("---") || text.starts_with("...") || text.ends_with([' ', ':']) || text.contains(": ") || text.contains(" #"))
}
