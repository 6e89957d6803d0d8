//! YAML the way kubectl reads and prints it.

use serde_json::Value;

/// A document of a file: the line it starts at, what it says, and how its author wrote it.
pub type Document = (usize, Value, String);

/// YAML that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}\n{excerpt}")]
pub struct Error {
    pub file: String,
    pub line: usize,
    pub message: String,
    pub excerpt: String,
}

/// Reads every document of a file; those that say nothing are left out.
///
/// # Errors
/// The first document that cannot be read, with its line.
pub fn documents(file: &str, text: &str) -> Result<Vec<Document>, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Vec::new();
    for (start, document) in split(text) {
        let value = read(&document).map_err(|(line, message)| {
            let line = start + line.max(1) - 1;
            Error { file: file.to_owned(), line, message, excerpt: excerpt(text, line) }
        })?;
        if !value.is_null() {
            let blank = document.lines().take_while(|line| line.trim().is_empty()).count();
            found.push((start + blank, value, document.trim_matches('\n').to_owned() + "\n"));
        }
    }
    Ok(found)
}

/// Splits at lines that start with `---`, as kubectl does, before anything is read.
fn split(text: &str) -> Vec<(usize, String)> {
    let mut documents = vec![(1, String::new())];
    for (at, line) in text.lines().enumerate() {
        if line == "---" || line.starts_with("--- ") || line.starts_with("---\t") {
            let rest = line[3..].trim();
            // what stands behind the marker belongs to the document; a comment does not
            let first = if rest.is_empty() || rest.starts_with('#') { None } else { Some(format!("{rest}\n")) };
            documents.push((at + 1 + usize::from(first.is_none()), first.unwrap_or_default()));
        } else if let Some((_, document)) = documents.last_mut()
            && line != "..."
        {
            document.push_str(line);
            document.push('\n');
        }
    }
    documents
}

fn read(document: &str) -> Result<Value, (usize, String)> {
    if document.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Value::Null);
    }
    let options = serde_saphyr::options! { legacy_octal_numbers: true, with_snippet: false };
    serde_saphyr::from_str_with_options::<Value>(document, options).map_err(|error| {
        let line = error.location().map_or(1, |location| usize::try_from(location.line()).unwrap_or(1));
        let message = error.without_snippet().to_string();
        // the place is said in front of the message, in lines of the file
        let message = message.split(" at line ").next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        (line, message.lines().next().unwrap_or_default().to_owned())
    })
}

/// The line and its neighbours, numbered, the line marked.
#[must_use]
pub fn excerpt(text: &str, line: usize) -> String {
    let lines = text.lines().enumerate().map(|(at, content)| (at + 1, content));
    let near = lines.filter(|(at, _)| at.abs_diff(line) <= 1);
    let rows: Vec<String> = near.map(|(at, content)| format!("{} {at:>4} │ {}", if at == line { '>' } else { ' ' }, crate::text::clean(content))).collect();
    rows.join("\n")
}

/// Prints a value as `kubectl get -o yaml` does: keys sorted, lists not indented.
#[must_use]
pub fn print(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => mapping(map, 0, &mut out),
        Value::Array(list) if !list.is_empty() => sequence(list, 0, &mut out),
        other => {
            inline(other, 0, 0, &mut out);
            out.push('\n');
        }
    }
    out
}

fn mapping(map: &serde_json::Map<String, Value>, indent: usize, out: &mut String) {
    let mut keys: Vec<&String> = map.keys().collect();
    keys.sort();
    for (at, key) in keys.into_iter().enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(indent));
        }
        let start = out.len();
        string(key, 0, 0, out);
        out.push(':');
        let column = indent + out.len() - start;
        match &map[key] {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                out.push_str(&" ".repeat(indent + 2));
                mapping(inner, indent + 2, out);
            }
            Value::Array(list) if !list.is_empty() => {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                sequence(list, indent, out);
            }
            scalar => {
                out.push(' ');
                inline(scalar, indent, column + 1, out);
                out.push('\n');
            }
        }
    }
}

fn sequence(list: &[Value], indent: usize, out: &mut String) {
    for (at, item) in list.iter().enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str("- ");
        match item {
            Value::Object(inner) if !inner.is_empty() => mapping(inner, indent + 2, out),
            Value::Array(inner) if !inner.is_empty() => sequence(inner, indent + 2, out),
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
    const WORDS: [&str; 14] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", ".nan", ".inf", "-.inf", "+.inf"];
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
    let sexagesimal = || bare.contains(':') && bare.split(':').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_know_their_lines_and_read_like_kubectl() {
        let text = "# note\n---\nkind: A\non: yes\nmode: 0644\nname: \"yes\"\n---\n# nothing\n---\nkind: B\n";
        let found = documents("a.yaml", text).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].0, found[1].0), (3, 10));
        assert_eq!(found[0].1, json!({"kind": "A", "on": true, "mode": 420, "name": "yes"}));
        assert_eq!(found[1].2, "kind: B\n");
    }

    #[test]
    fn a_double_key_is_refused_with_its_place() {
        let error = documents("b.yaml", "---\nkind: A\nspec:\n  x: 1\n  x: 2\n").unwrap_err();
        assert_eq!((error.file.as_str(), error.line), ("b.yaml", 5));
        assert!(error.message.contains('x'), "{}", error.message);
        assert!(error.excerpt.contains(">    5 │   x: 2"), "{}", error.excerpt);
    }

    #[test]
    fn broken_yaml_names_the_line() {
        let error = documents("b.yaml", "kind: A\nspec: [1, 2\nmore: x\n").unwrap_err();
        assert!(error.line >= 2, "{error}");
        assert!(!error.message.is_empty() && !error.message.contains("line"), "{}", error.message);
    }

    #[test]
    fn printing_is_kubectls() {
        let value = json!({"kind": "ConfigMap", "apiVersion": "v1", "data": {"PORT": "5432", "ON": "yes", "T": "2026-11-22T14:14:20Z", "E": "", "S": "a: b", "M": "x\ny\n"},
            "list": [{"b": 1, "a": {}}, "two", []], "n": null});
        let want = "apiVersion: v1\ndata:\n  E: \"\"\n  M: |\n    x\n    y\n  \"ON\": \"yes\"\n  PORT: \"5432\"\n  S: 'a: b'\n  T: \"2026-11-22T14:14:20Z\"\nkind: ConfigMap\nlist:\n- a: {}\n  b: 1\n- two\n- []\n\"n\": null\n";
        assert_eq!(print(&value), want);
    }

    #[test]
    fn what_is_printed_reads_the_same() {
        for text in ["", "yes", "1e3", "0x1f", "12:30", "- a", "#x", " lead", "a: b", "it's", "tab\tx", "two\nlines", "\nfirst", "a\n\n\n", "2026-01-01", "null", "*", "é", "-", "v1.0"] {
            let value = json!({"k": [text], "l": {"m": text}});
            let printed = print(&value);
            assert_eq!(documents("x", &printed).unwrap()[0].1, value, "{printed}");
        }
        let long = json!({"message": "word ".repeat(60).trim(), "other": format!("x: {}", "word ".repeat(60).trim())});
        assert_eq!(documents("x", &print(&long)).unwrap()[0].1, long);
    }
}
