//! JSON as Go reads it: what is wrong with a text, in the words of `encoding/json`.

use serde_json::Value;

/// The value of a text.
///
/// # Errors
/// Go's words for the first place where it stops to be JSON.
pub fn read(text: &[u8]) -> Result<Value, String> {
    if let Some(opening) = too_deep(text) {
        return Err(format!("invalid character '{}' exceeded max depth", opening as char));
    }
    serde_json::from_slice(text).map_err(|error| {
        let mut scanner = Scanner { text, at: 0 };
        scanner.document(64).err().unwrap_or_else(|| error.to_string())
    })
}

/// The bracket that opens more levels than Go reads, where one does.
pub fn too_deep(text: &[u8]) -> Option<u8> {
    const DEEPEST: usize = 10_000;
    if text.len() <= DEEPEST {
        return None;
    }
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => {
                depth += 1;
                if depth > DEEPEST {
                    return Some(*byte);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// A text of JSON with its parts on lines of their own, as people read it.
pub fn indented(text: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::with_capacity(text.len() * 2), 0_usize, false, false);
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        let line = |out: &mut String, depth: usize| *out += &format!("\n{}", "  ".repeat(depth));
        match letter {
            _ if quoted => {
                quoted = escaped || letter != '"';
                escaped = !escaped && letter == '\\';
            }
            '"' => quoted = true,
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
            }
            _ => {}
        }
        out.push(letter);
        match letter {
            _ if quoted => {}
            '{' | '[' if rest.peek().is_some_and(|next| matches!(next, '}' | ']')) => out.extend(rest.next()),
            '{' | '[' => {
                depth += 1;
                line(&mut out, depth);
            }
            ',' => line(&mut out, depth),
            ':' => out.push(' '),
            _ => {}
        }
    }
    out
}

/// What Go calls a value in its errors.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Walks over a text until something is wrong.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

type Step = Result<(), String>;

impl Scanner<'_> {
    fn document(&mut self, depth: usize) -> Step {
        self.value(depth)?;
        self.space();
        if self.at < self.text.len() {
            self.wrong("after top-level value")
        } else {
            Ok(())
        }
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| b" \t\r\n".contains(&byte)) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The byte here does not belong here.
    fn wrong(&self, place: &str) -> Step {
        let Some(byte) = self.peek() else {
            return Err("unexpected end of JSON input".to_owned());
        };
        let shown = match byte {
            b'\'' => r"'\''".to_owned(),
            b'"' => "'\"'".to_owned(),
            b'\n' => r"'\n'".to_owned(),
            b'\t' => r"'\t'".to_owned(),
            b'\r' => r"'\r'".to_owned(),
            0x20..=0x7e => format!("'{}'", byte as char),
            0xa1..=0xff => format!("'{}'", byte as char),
            0x00..=0x1f | 0x7f => format!("'\\x{byte:02x}'"),
            other => format!("'\\u{other:04x}'"),
        };
        Err(format!("invalid character {shown} {place}"))
    }

    fn value(&mut self, depth: usize) -> Step {
        self.space();
        if depth == 0 {
            return Err("exceeded max depth".to_owned());
        }
        match self.peek() {
            Some(b'{') => self.object(depth - 1),
            Some(b'[') => self.array(depth - 1),
            Some(b'"') => self.string(),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => self.literal("null"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.wrong("looking for beginning of value"),
        }
    }

    fn object(&mut self, depth: usize) -> Step {
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return self.wrong("looking for beginning of object key string");
            }
            self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return self.wrong("after object key");
            }
            self.at += 1;
            self.value(depth)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.wrong("after object key:value pair"),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Step {
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(depth)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.wrong("after array element"),
            }
        }
    }

    fn string(&mut self) -> Step {
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
                        Some(b'u') => {
                            self.at += 1;
                            for _ in 0..4 {
                                if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                                    return self.wrong("in \\u hexadecimal character escape");
                                }
                                self.at += 1;
                            }
                        }
                        _ => return self.wrong("in string escape code"),
                    }
                }
                Some(0x20..) => self.at += 1,
                _ => return self.wrong("in string literal"),
            }
        }
    }

    fn literal(&mut self, word: &str) -> Step {
        for letter in word.bytes() {
            if self.peek() != Some(letter) {
                return self.wrong(&format!("in literal {word} (expecting '{}')", letter as char));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn digits(&mut self, place: &str) -> Step {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return self.wrong(place);
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Step {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        // A leading zero stands alone.
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_gos() {
        let cases = [
            ("", "unexpected end of JSON input"),
            ("{nope", "invalid character 'n' looking for beginning of object key string"),
            ("nope", "invalid character 'o' in literal null (expecting 'u')"),
            (r#"{"a":1} x"#, "invalid character 'x' after top-level value"),
            (r#"{"a""#, "unexpected end of JSON input"),
            (r#"{"a":"b" "c""#, "invalid character '\"' after object key:value pair"),
            (r#"{"a":tru}"#, "invalid character '}' in literal true (expecting 'e')"),
            (r#"{"a":01}"#, "invalid character '1' after object key:value pair"),
            (r#"["a" "b"]"#, "invalid character '\"' after array element"),
            ("{\"a\":\"b\nc\"}", "invalid character '\\n' in string literal"),
            (r#"{"a" 1}"#, "invalid character '1' after object key"),
            (r#"{"a":-}"#, "invalid character '}' in numeric literal"),
            (r#"["\x"]"#, "invalid character 'x' in string escape code"),
        ];
        for (text, wanted) in cases {
            assert_eq!(read(text.as_bytes()).unwrap_err(), wanted, "{text}");
        }
        assert!(read("[".repeat(100_000).as_bytes()).is_err());
        assert!(read(b"\xff\xfe").is_err());
    }

    #[test]
    fn what_is_nested_too_deep_is_refused_and_brackets_in_text_are_none() {
        let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(too_deep(deep(10_000).as_bytes()), None);
        assert_eq!(read(deep(10_001).as_bytes()).unwrap_err(), "invalid character '[' exceeded max depth");
        assert_eq!(too_deep(format!("{:?}", "[\"".repeat(20_000)).as_bytes()), None);
    }

    #[test]
    fn people_get_lines() {
        let text = r#"{"a":{},"b":[1,{"c":"x,\"{:"}],"d":[]}"#;
        assert_eq!(indented(text), format!("{:#}", serde_json::from_str::<Value>(text).unwrap()));
    }
}
