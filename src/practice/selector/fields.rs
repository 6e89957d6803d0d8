//! Field selectors as queries write them (apimachinery `fields/selector.go`): `path=value`, where a backslash takes a sign's meaning away.

use super::Test;

/// Reads a selector.
///
/// # Errors
/// The term that is none, in Kubernetes' words.
pub fn parse(text: &str) -> Result<Vec<(String, Test)>, String> {
    terms(text)
        .into_iter()
        .filter(|term| !term.is_empty())
        .map(|term| requirement(term).ok_or_else(|| format!("invalid selector: '{text}'; can't understand '{term}'")))
        .collect()
}

/// Splits at commas that no backslash stands before.
fn terms(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, letter) in text.char_indices() {
        if letter == ',' && !escaped {
            parts.push(&text[start..at]);
            start = at + 1;
        }
        escaped = letter == '\\' && !escaped;
    }
    parts.push(&text[start..]);
    parts
}

fn requirement(term: &str) -> Option<(String, Test)> {
    let (at, operator) = term
        .char_indices()
        .find_map(|(at, _)| ["!=", "==", "="].into_iter().find(|sign| term[at..].starts_with(sign)).map(|sign| (at, sign)))?;
    let value = vec![plain(&term[at + operator.len()..])?];
    let test = if operator == "!=" { Test::NotIn(value) } else { Test::In(value) };
    Some((term[..at].to_owned(), test))
}

/// A value without its backslashes.
fn plain(value: &str) -> Option<String> {
    let mut plain = String::new();
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => letters.next().filter(|next| "\\,=".contains(*next))?,
            ',' | '=' => return None,
            other => other,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_may_hold_escaped_signs() {
        let is = |value: &str| Test::In(vec![value.to_owned()]);
        assert_eq!(parse(r"a=b\,c,d==e,").unwrap(), [("a".to_owned(), is("b,c")), ("d".to_owned(), is("e"))]);
        assert_eq!(parse("a!=b").unwrap()[0].1, Test::NotIn(vec!["b".to_owned()]));
        assert_eq!(parse("a=1,b").unwrap_err(), "invalid selector: 'a=1,b'; can't understand 'b'");
        assert!(parse(r"a=\q").is_err());
    }
}
