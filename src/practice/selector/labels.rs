//! Label selectors as queries write them (apimachinery `labels/selector.go`): a text taken into tokens, and these into requirements.

use super::Test;
use crate::practice::validate::format;

const SIGNS: &str = "=!(),<>";

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    End,
    Word(String),
    Sign(String),
}

impl Token {
    fn is(&self, sign: &str) -> bool {
        matches!(self, Token::Sign(own) if own == sign)
    }

    /// The text as errors show it.
    fn shown(&self) -> &str {
        match self {
            Token::End => "",
            Token::Word(text) | Token::Sign(text) => text,
        }
    }
}

/// Reads a selector.
///
/// # Errors
/// What was found where something else was expected, in Kubernetes' words.
pub fn parse(text: &str) -> Result<Vec<(String, Test)>, String> {
    let mut reader = Reader { tokens: tokens(text), at: 0 };
    let mut tests = Vec::new();
    loop {
        match reader.peek() {
            Token::End => return Ok(tests),
            token if matches!(token, Token::Word(_)) || token.is("!") => {}
            other => return Err(format!("found '{}', expected: !, identifier, or 'end of string'", other.shown())),
        }
        tests.push(reader.requirement().map_err(|why| format!("unable to parse requirement: {why}"))?);
        match reader.next() {
            Token::End => return Ok(tests),
            token if token.is(",") => {}
            other => return Err(format!("found '{}', expected: ',' or 'end of string'", other.shown())),
        }
        let after = reader.peek();
        if !matches!(after, Token::Word(_)) && !after.is("!") {
            return Err(format!("found '{}', expected: identifier after ','", after.shown()));
        }
    }
}

/// Words, and signs of one letter or two.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = if SIGNS.contains(first) {
            if rest.starts_with("==") || rest.starts_with("!=") { 2 } else { 1 }
        } else {
            rest.find(|letter: char| SIGNS.contains(letter) || letter.is_whitespace()).unwrap_or(rest.len())
        };
        let (token, after) = rest.split_at(end);
        tokens.push(if SIGNS.contains(first) {
            Token::Sign(token.to_owned())
        } else {
            Token::Word(token.to_owned())
        });
        rest = after.trim_start();
    }
    tokens
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn requirement(&mut self) -> Result<(String, Test), String> {
        let absent = self.peek().is("!");
        if absent {
            self.next();
        }
        let key = match self.next() {
            Token::Word(key) => key,
            other => return Err(format!("found '{}', expected: identifier", other.shown())),
        };
        if let Some(why) = format::qualified(&key).first() {
            return Err(format!("<nil>: Invalid value: {key:?}: {why}"));
        }
        if absent {
            return Ok((key, Test::Absent));
        }
        if self.peek() == &Token::End || self.peek().is(",") {
            return Ok((key, Test::Exists));
        }
        let operator = self.next();
        let test = match operator.shown() {
            "in" => Test::In(self.values()?),
            "notin" => Test::NotIn(self.values()?),
            "=" | "==" => Test::In(vec![self.value()?]),
            "!=" => Test::NotIn(vec![self.value()?]),
            ">" => Test::Above(number(&self.value()?)?),
            "<" => Test::Below(number(&self.value()?)?),
            other => return Err(format!("found '{other}', expected: in, notin, =, ==, !=, gt, lt")),
        };
        if let Test::In(values) | Test::NotIn(values) = &test {
            for (index, value) in values.iter().enumerate() {
                if let Some(why) = format::label_value(value) {
                    return Err(format!("values[{index}][{key}]: Invalid value: {value:?}: {why}"));
                }
            }
        }
        Ok((key, test))
    }

    /// The one value behind an operator; nothing is the empty one.
    fn value(&mut self) -> Result<String, String> {
        if self.peek() == &Token::End || self.peek().is(",") {
            return Ok(String::new());
        }
        match self.next() {
            Token::Word(value) => Ok(value),
            other => Err(format!("found '{}', expected: identifier", other.shown())),
        }
    }

    /// Values in parentheses; between two commas there is an empty one.
    fn values(&mut self) -> Result<Vec<String>, String> {
        match self.next() {
            open if open.is("(") => {}
            other => return Err(format!("found '{}' expected: '('", other.shown())),
        }
        let mut values = vec![String::new()];
        let mut filled = false;
        loop {
            match self.next() {
                token if token.is(")") => break,
                token if token.is(",") => {
                    values.push(String::new());
                    filled = false;
                }
                Token::Word(value) if !filled => {
                    values.pop();
                    values.push(value);
                    filled = true;
                }
                other if filled => return Err(format!("found '{}', expected: ',' or ')'", other.shown())),
                other => return Err(format!("found '{}', expected: ',', ')' or identifier", other.shown())),
            }
        }
        values.sort();
        values.dedup();
        Ok(values)
    }
}

fn number(text: &str) -> Result<i64, String> {
    text.parse()
        .map_err(|_| format!("values[0]: Invalid value: {text:?}: for 'Gt', 'Lt' operators, the value must be an integer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_named_as_kubernetes_names_it() {
        for (text, why) in [
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            ("a in ((b))", "unable to parse requirement: found '(', expected: ',', ')' or identifier"),
            ("=b", "found '=', expected: !, identifier, or 'end of string'"),
            ("a=b=c", "found '=', expected: ',' or 'end of string'"),
            ("!a=b", "found '=', expected: ',' or 'end of string'"),
            ("a=,,", "found ',', expected: identifier after ','"),
            ("a,", "found '', expected: identifier after ','"),
            ("!", "unable to parse requirement: found '', expected: identifier"),
            (
                "/x=1",
                "unable to parse requirement: <nil>: Invalid value: \"/x\": prefix part must be non-empty",
            ),
        ] {
            assert_eq!(parse(text).unwrap_err(), why, "{text}");
        }
        assert!(
            parse("a=-b-")
                .unwrap_err()
                .starts_with("unable to parse requirement: values[0][a]: Invalid value: \"-b-\": a valid label")
        );
        assert!(parse("a>x").unwrap_err().ends_with("the value must be an integer"));
    }

    #[test]
    fn words_of_the_language_may_be_labels_too() {
        assert_eq!(
            parse("in in (in, notin)").unwrap(),
            [("in".to_owned(), Test::In(vec!["in".to_owned(), "notin".to_owned()]))]
        );
        assert_eq!(
            parse("a in (b,,c)").unwrap()[0].1,
            Test::In(vec![String::new(), "b".to_owned(), "c".to_owned()])
        );
        assert_eq!(parse(" !a , b>3").unwrap(), [("a".to_owned(), Test::Absent), ("b".to_owned(), Test::Above(3))]);
    }
}
