//! The templates of `-o jsonpath=…` (client-go `util/jsonpath`): texts, paths and ranges over what a path finds.

use serde_json::Value;

use crate::practice::custom::jsonpath::JsonPath;

/// How deep ranges may lie in each other.
const DEEPEST: usize = 16;

/// A template filled with what it finds in an object.
///
/// # Errors
/// What is wrong with the template.
pub(super) fn filled(template: &str, object: &Value) -> Result<String, String> {
    let mut text = String::new();
    let parts = parts(template)?;
    fill(&parts, object, 0, &mut text)?;
    Ok(text)
}

enum Part {
    Text(String),
    Path(String),
    Range(String),
    End,
}

fn parts(template: &str) -> Result<Vec<Part>, String> {
    let (mut parts, mut rest) = (Vec::new(), template);
    while let Some(at) = rest.find('{') {
        parts.push(Part::Text(rest[..at].to_owned()));
        let inside = &rest[at + 1..];
        let end = closing(inside).ok_or("unclosed action")?;
        let action = inside[..end].trim();
        parts.push(match action.strip_prefix("range ") {
            Some(path) => Part::Range(path.trim().to_owned()),
            None if action == "end" => Part::End,
            None if action.starts_with(['"', '\'']) => Part::Text(plain(action)),
            None => Part::Path(action.to_owned()),
        });
        rest = &inside[end + 1..];
    }
    parts.push(Part::Text(rest.to_owned()));
    Ok(parts)
}

/// Where an action ends: braces in quotes are no ends.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (letter, quote) {
            ('"' | '\'', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            ('}', None) => return Some(at),
            _ => {}
        }
    }
    None
}

/// A text in quotes without them, with its line ends and tabs.
fn plain(quoted: &str) -> String {
    let inner = quoted.trim_matches(|letter| letter == '"' || letter == '\'');
    inner.replace("\\n", "\n").replace("\\t", "\t")
}

fn fill(parts: &[Part], object: &Value, depth: usize, text: &mut String) -> Result<(), String> {
    let mut at = 0;
    while let Some(part) = parts.get(at) {
        at += 1;
        match part {
            Part::Text(plain) => *text += plain,
            Part::Path(path) => {
                let found = JsonPath::parse(path.trim_start_matches('@'))?
                    .find(object)
                    .into_iter()
                    .map(shown)
                    .collect::<Vec<_>>();
                *text += &found.join(" ");
            }
            Part::Range(path) if depth < DEEPEST => {
                let end = at + end(&parts[at..]).ok_or("unexpected end of range")?;
                for one in JsonPath::parse(path)?.find(object) {
                    fill(&parts[at..end], one, depth + 1, text)?;
                }
                at = end + 1;
            }
            Part::Range(_) => return Err("ranges lie too deep in each other".to_owned()),
            Part::End => return Err("not in range, nothing to end".to_owned()),
        }
    }
    Ok(())
}

/// The end that belongs to a range.
fn end(parts: &[Part]) -> Option<usize> {
    let mut open = 1;
    parts.iter().position(|part| {
        open += match part {
            Part::Range(_) => 1,
            Part::End => -1,
            _ => 0,
        };
        open == 0
    })
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn templates_hold_texts_paths_and_ranges() {
        let list = json!({"items": [{"name": "a", "parts": [1, 2]}, {"name": "b", "parts": [3]}]});
        let told = filled(r#"{range .items[*]}{.name}:{range .parts[*]} {@}{end}{"\n"}{end}done {.items[*].name}"#, &list);
        assert_eq!(told.unwrap(), "a: 1 2\nb: 3\ndone a b");
        assert_eq!(filled("{.items[1].parts}", &list).unwrap(), "[3]");
        for bad in ["{.items", "{end}", "{range .items[*]}x"] {
            assert!(filled(bad, &list).is_err(), "{bad}");
        }
    }
}
