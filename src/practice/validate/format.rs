//! What names, labels and keys may look like (apimachinery `util/validation`). Each check says what is wrong.

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an \
    alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric \
    character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SERVICE: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an \
    alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
    alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', \
    regex used for validation is '[-._a-zA-Z0-9]+')";

fn lower(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit()
}

fn is_label(text: &str) -> bool {
    text.starts_with(lower) && text.ends_with(lower) && text.chars().all(|letter| lower(letter) || letter == '-')
}

fn too_long(text: &str, limit: usize) -> Option<String> {
    (text.len() > limit).then(|| format!("must be no more than {limit} bytes"))
}

fn check(good: bool, why: &str) -> Option<String> {
    (!good).then(|| why.to_owned())
}

pub fn subdomain(text: &str) -> Option<String> {
    too_long(text, 253).or_else(|| check(text.split('.').all(is_label), SUBDOMAIN))
}

pub fn label(text: &str) -> Option<String> {
    too_long(text, 63).or_else(|| check(is_label(text), LABEL))
}

pub fn service(text: &str) -> Option<String> {
    too_long(text, 63).or_else(|| check(is_label(text) && text.starts_with(|letter: char| letter.is_ascii_lowercase()), SERVICE))
}

pub fn label_value(text: &str) -> Option<String> {
    let edge = |letter: char| letter.is_ascii_alphanumeric();
    let inside = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let good = text.is_empty() || text.starts_with(edge) && text.ends_with(edge) && text.chars().all(inside);
    too_long(text, 63).or_else(|| check(good, LABEL_VALUE))
}

pub fn config_key(text: &str) -> Option<String> {
    let good = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter));
    too_long(text, 253).or_else(|| check(good, CONFIG_KEY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        assert_eq!(subdomain("web-1.example.com"), None);
        assert!(subdomain("Web_1").unwrap().starts_with("a lowercase RFC 1123 subdomain"));
        assert!(subdomain("web.").is_some() && label("web.x").is_some() && service("1web").is_some() && label("1web").is_none());
        assert_eq!(label(&"a".repeat(64)).as_deref(), Some("must be no more than 63 bytes"));
        assert!(label_value("").is_none() && label_value("-a").is_some() && config_key("a b").is_some());
    }
}
