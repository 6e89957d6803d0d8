//! JSONPath as Kubernetes' clients write it, for what a column or a field selector shows (client-go `util/jsonpath`).

use serde_json::Value;

/// A path, parsed.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct JsonPath(Vec<Step>);

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Field(String),
    Index(i64),
    /// From, up to and without, in steps of.
    Slice(Option<i64>, Option<i64>, i64),
    All,
    /// Everything below.
    Deep,
    /// Elements for which something holds.
    Filter(Vec<Step>, Option<(String, Value)>),
}

impl JsonPath {
    /// Reads a path such as `.spec.parts[?(@.type=="a")].name`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text.trim().trim_start_matches('$');
        let mut steps = Vec::new();
        while !rest.is_empty() {
            rest = step(rest, &mut steps)?;
        }
        Ok(Self(steps))
    }

    /// What is at its end.
    #[must_use]
    pub fn find<'a>(&self, object: &'a Value) -> Vec<&'a Value> {
        walk(&self.0, vec![object])
    }
}

fn step<'a>(text: &'a str, steps: &mut Vec<Step>) -> Result<&'a str, String> {
    if let Some(rest) = text.strip_prefix("..") {
        steps.push(Step::Deep);
        return if rest.starts_with('[') { Ok(rest) } else { name(rest, steps) };
    }
    if let Some(rest) = text.strip_prefix('[') {
        let end = closing(rest).ok_or("unterminated array")?;
        steps.push(bracket(rest[..end].trim())?);
        return Ok(&rest[end + 1..]);
    }
    match text.strip_prefix('.') {
        Some(rest) if rest.starts_with('[') || rest.is_empty() => Ok(rest),
        Some(rest) => name(rest, steps),
        None => name(text, steps),
    }
}

/// Where a bracket ends: brackets and quotes in it are its own.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, letter) in text.char_indices() {
        match (letter, quote) {
            (_, Some(open)) if letter == open => quote = None,
            (_, Some(_)) => {}
            ('\'' | '"', None) => quote = Some(letter),
            ('[', None) => depth += 1,
            (']', None) if depth == 0 => return Some(at),
            (']', None) => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A field's name; a backslash takes a dot's meaning away.
fn name<'a>(text: &'a str, steps: &mut Vec<Step>) -> Result<&'a str, String> {
    let (mut found, mut escaped, mut end) = (String::new(), false, text.len());
    for (at, letter) in text.char_indices() {
        if !escaped && matches!(letter, '.' | '[') {
            end = at;
            break;
        }
        escaped = letter == '\\' && !escaped;
        if !escaped {
            found.push(letter);
        }
    }
    match found.as_str() {
        "" => return Err(format!("unrecognized character in action: {:?}", text.chars().next().unwrap_or(' '))),
        "*" => steps.push(Step::All),
        _ => steps.push(Step::Field(found)),
    }
    Ok(&text[end..])
}

fn bracket(text: &str) -> Result<Step, String> {
    if text == "*" {
        return Ok(Step::All);
    }
    if let Some(filter) = text.strip_prefix("?(").and_then(|rest| rest.strip_suffix(')')) {
        return self::filter(filter);
    }
    if let Some(name) = quoted(text) {
        return Ok(Step::Field(name));
    }
    let wrong = || format!("invalid array index {text}");
    let number = |part: &str| part.trim().parse::<i64>().map_err(|_| wrong());
    let bound = |part: Option<&&str>| part.filter(|part| !part.trim().is_empty()).map(|part| number(part)).transpose();
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [one] => number(one).map(Step::Index),
        [..] if parts.len() <= 3 => Ok(Step::Slice(bound(parts.first())?, bound(parts.get(1))?, bound(parts.get(2))?.unwrap_or(1))),
        _ => Err(wrong()),
    }
}

fn quoted(text: &str) -> Option<String> {
    ['\'', '"']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
        .map(|inner| inner.replace('\\', ""))
}

fn filter(text: &str) -> Result<Step, String> {
    let steps = |text: &str| JsonPath::parse(text.trim().trim_start_matches('@')).map(|path| path.0);
    for operator in ["==", "!=", "<=", ">=", "<", ">"] {
        if let Some((left, right)) = text.split_once(operator) {
            let right = right.trim();
            let value = quoted(right).map_or_else(|| serde_json::from_str(right).unwrap_or_else(|_| right.into()), Value::from);
            return Ok(Step::Filter(steps(left)?, Some((operator.to_owned(), value))));
        }
    }
    Ok(Step::Filter(steps(text)?, None))
}

fn walk<'a>(steps: &[Step], mut found: Vec<&'a Value>) -> Vec<&'a Value> {
    for step in steps {
        found = found.into_iter().flat_map(|value| taken(step, value)).collect();
    }
    found
}

fn taken<'a>(step: &Step, value: &'a Value) -> Vec<&'a Value> {
    match (step, value) {
        (Step::Field(name), Value::Object(map)) => map.get(name).into_iter().collect(),
        (Step::Index(index), Value::Array(list)) => {
            let index = if *index < 0 { index + list.len() as i64 } else { *index };
            usize::try_from(index).ok().and_then(|index| list.get(index)).into_iter().collect()
        }
        (Step::Slice(from, to, by), Value::Array(list)) => {
            let length = list.len() as i64;
            let place = |at: i64| usize::try_from(if at < 0 { at + length } else { at.min(length) }).unwrap_or(0);
            let range = place(from.unwrap_or(0))..place(to.unwrap_or(length));
            let every = usize::try_from(*by).unwrap_or(1).max(1);
            list.get(range).unwrap_or_default().iter().step_by(every).collect()
        }
        (Step::All, Value::Array(list)) => list.iter().collect(),
        (Step::All, Value::Object(map)) => map.values().collect(),
        (Step::Filter(path, test), Value::Array(list)) => list.iter().filter(|element| holds(path, test.as_ref(), element)).collect(),
        (Step::Deep, value) => deep(value),
        _ => Vec::new(),
    }
}

fn deep(value: &Value) -> Vec<&Value> {
    let below: Vec<&Value> = match value {
        Value::Object(map) => map.values().collect(),
        Value::Array(list) => list.iter().collect(),
        _ => Vec::new(),
    };
    [value].into_iter().chain(below.into_iter().flat_map(deep)).collect()
}

fn holds(path: &[Step], test: Option<&(String, Value)>, element: &Value) -> bool {
    let found = walk(path, vec![element]);
    let (Some(value), Some((operator, wanted))) = (found.first(), test) else {
        return !found.is_empty() && test.is_none();
    };
    let order = match (value.as_f64(), wanted.as_f64()) {
        (Some(one), Some(other)) => one.partial_cmp(&other),
        _ => value.as_str().zip(wanted.as_str()).map(|(one, other)| one.cmp(other)),
    };
    match operator.as_str() {
        "==" => *value == wanted,
        "!=" => *value != wanted,
        "<" => order.is_some_and(std::cmp::Ordering::is_lt),
        ">" => order.is_some_and(std::cmp::Ordering::is_gt),
        "<=" => order.is_some_and(std::cmp::Ordering::is_le),
        _ => order.is_some_and(std::cmp::Ordering::is_ge),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_finds_what_it_names() {
        let object = json!({"spec": {"a.b": 1, "list": [{"type": "x", "n": 1}, {"type": "y", "n": 2}]}, "metadata": {"name": "web"}});
        for (path, found) in [
            (".metadata.name", json!(["web"])),
            (".spec.a\\.b", json!([1])),
            (".spec['a.b']", json!([1])),
            (".spec.list[1].n", json!([2])),
            (".spec.list[-1].n", json!([2])),
            (".spec.list[*].n", json!([1, 2])),
            (".spec.list[0:1].type", json!(["x"])),
            (r#".spec.list[?(@.type=="y")].n"#, json!([2])),
            (".spec.list[?(@.n>1)].type", json!(["y"])),
            (".spec.none.deep", json!([])),
            ("..n", json!([1, 2])),
        ] {
            assert_eq!(json!(JsonPath::parse(path).unwrap().find(&object)), found, "{path}");
        }
        assert!(JsonPath::parse(".spec.list[").is_err());
        assert!(JsonPath::parse(".spec.list[x]").is_err());
    }
}
