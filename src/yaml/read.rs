//! One document as the value that it means to kubectl: keys are read as words are (`on` is called `true`, `1.50` is called `1.5`), and a
//! whole number is one however it is written, as sigs.k8s.io/yaml and JSON have it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads one document; one that says nothing is null.
///
/// # Errors
/// The line of the first fault, counted from 1, and the reader's words for it.
pub fn read(document: &str) -> Result<Value, (usize, String)> {
    let options = serde_saphyr::options! { legacy_octal_numbers: true, with_snippet: false };
    let read = serde_saphyr::from_str_with_options::<Read>(document, options);
    read.map(|read| read.0).map_err(|error| {
        let line = error.location().map_or(1, |location| usize::try_from(location.line()).unwrap_or(1));
        let message = error.without_snippet().to_string();
        // the place is said in front of the message, in lines of the file
        let message = message.split(" at line ").next().unwrap_or_default().trim_start_matches("error: ");
        (line, message.lines().next().unwrap_or_default().to_owned())
    })
}

struct Read(Value);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Read)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("what JSON can hold")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // up to here a float tells whole numbers apart
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if value.fract() == 0.0 && value.abs() <= EXACT {
            return Ok((value as i64).into());
        }
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Read(item)) = list.next_element()? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(Read(key)) = mapping.next_key()? {
            let name = match key {
                Value::String(name) => name,
                Value::Number(number) => number.to_string(),
                Value::Bool(word) => word.to_string(),
                _ => return Err(A::Error::custom("a key that is no word; quote it")),
            };
            fields.insert(name, mapping.next_value::<Read>()?.0);
        }
        Ok(fields.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(word: &str) -> Value {
        read(&format!("k: {word}\n")).unwrap()["k"].take()
    }

    #[test]
    fn words_mean_what_they_mean_to_kubectl() {
        for (word, want) in [
            ("y", json!(true)),
            ("Off", json!(false)),
            ("~", json!(null)),
            ("", json!(null)),
            ("0644", json!(420)),
            ("089", json!(89)),
            ("0o17", json!(15)),
            ("-0x1F", json!(-31)),
            ("+0b11", json!(3)),
            ("1_000", json!(1000)),
            ("_1", json!("_1")),
            ("0x", json!("0x")),
            ("1.", json!(1)),
            ("-.5", json!(-0.5)),
            ("1.0", json!(1)),
            ("1e3", json!(1000)),
            ("1.5e-3", json!(0.0015)),
            ("18446744073709551615", json!(u64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("12:30", json!("12:30")),
            ("2026-01-01", json!("2026-01-01")),
            ("1.2.3", json!("1.2.3")),
            ("0.5Gi", json!("0.5Gi")),
            ("'5'", json!("5")),
            ("!!str 5", json!("5")),
            ("!!int '0x1F'", json!(31)),
            ("!!float 5", json!(5)),
            ("!!bool yes", json!(true)),
            ("!other word", json!("word")),
            ("|-\n  a\n  b", json!("a\nb")),
        ] {
            assert_eq!(value(word), want, "{word}");
        }
        assert!(read("k: .inf\n").unwrap_err().1.contains(".inf"));
        assert!(read("k: !!int word\n").is_err());
    }

    #[test]
    fn keys_are_read_as_words_are() {
        let keys = read("on: 1\n0644: 2\n1.50: 3\n1e3: 4\n'off': 5\n2026-01-01: 6\n").unwrap();
        assert_eq!(keys, json!({"true": 1, "420": 2, "1.5": 3, "1000": 4, "off": 5, "2026-01-01": 6}));
        assert!(read("a: 1\n~: x\n").unwrap_err().1.contains("quote it"));
        assert!(read("? [a]\n: b\n").unwrap_err().1.contains("quote it"));
    }

    #[test]
    fn what_is_merged_in_gives_way_to_what_stands_there() {
        let text = "a: &a {x: 1, w: 2}\nc: &c {x: 5, z: 3}\nb:\n  <<: [*a, *c]\n  w: 4\n";
        assert_eq!(read(text).unwrap()["b"], json!({"x": 1, "w": 4, "z": 3}));
        assert!(read("<<: 5\n").is_err());
        assert!(read("a: *b\n").is_err(), "no such anchor");
    }

    #[test]
    fn what_follows_a_document_is_read_too() {
        assert_eq!(read("just words\n"), Ok(json!("just words")));
        assert_eq!(read("%YAML 1.2\n---\na: 1\n"), Ok(json!({"a": 1})));
        assert_eq!(read("a: {b: 1}\n]\n").unwrap_err().0, 2);
        assert_eq!(read("# nothing\n"), Ok(Value::Null));
    }
}
