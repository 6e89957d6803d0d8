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

/// The same for names, whose letters take a byte each.
fn too_many(text: &str, limit: usize) -> Option<String> {
    (text.len() > limit).then(|| format!("must be no more than {limit} characters"))
}

fn check(good: bool, why: &str) -> Option<String> {
    (!good).then(|| why.to_owned())
}

pub fn subdomain(text: &str) -> Option<String> {
    too_many(text, 253).or_else(|| check(text.split('.').all(is_label), SUBDOMAIN))
}

pub fn label(text: &str) -> Option<String> {
    // what would be a subdomain can only have dots too many
    let why = if text.split('.').all(is_label) { "must not contain dots" } else { LABEL };
    too_many(text, 63).or_else(|| check(is_label(text), why))
}

pub fn service(text: &str) -> Option<String> {
    too_long(text, 63).or_else(|| check(is_label(text) && text.starts_with(|letter: char| letter.is_ascii_lowercase()), SERVICE))
}

pub fn label_value(text: &str) -> Option<String> {
    label_faults(text).into_iter().next()
}

/// All that is wrong with a label's value.
pub fn label_faults(text: &str) -> Vec<String> {
    let edge = |letter: char| letter.is_ascii_alphanumeric();
    let inside = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let good = text.is_empty() || text.starts_with(edge) && text.ends_with(edge) && text.chars().all(inside);
    too_long(text, 63).into_iter().chain(check(good, LABEL_VALUE)).collect()
}

pub fn config_key(text: &str) -> Option<String> {
    let good = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter));
    too_long(text, 253).or_else(|| check(good, CONFIG_KEY))
}

const NAME_PART: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. \
    'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const QUALIFIED: &str = "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character \
    (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS \
    subdomain prefix and '/' (e.g. 'example.com/MyName')";
const WILDCARD: &str = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric \
    characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is \
    '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const HEADER: &str = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

fn is_name_part(text: &str) -> bool {
    let edge = |letter: char| letter.is_ascii_alphanumeric();
    text.starts_with(edge) && text.ends_with(edge) && text.chars().all(|letter| edge(letter) || "-_.".contains(letter))
}

/// A key of a label or an annotation, or the name of a resource: a name with a domain before it or without.
pub fn qualified(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let name = match text.split('/').collect::<Vec<_>>().as_slice() {
        [name] => *name,
        [prefix, name] => {
            if prefix.is_empty() {
                wrong.push("prefix part must be non-empty".to_owned());
            } else if let Some(why) = subdomain(prefix) {
                wrong.push(format!("prefix part {why}"));
            }
            name
        }
        _ => return vec![QUALIFIED.to_owned()],
    };
    if name.is_empty() {
        wrong.push("name part must be non-empty".to_owned());
    } else if name.len() > 63 {
        wrong.push("name part must be no more than 63 bytes".to_owned());
    }
    if !is_name_part(name) {
        wrong.push(NAME_PART.to_owned());
    }
    wrong
}

/// The name of a port (IANA service name).
pub fn port_name(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if text.len() > 15 {
        wrong.push("must be no more than 15 characters".to_owned());
    }
    if text.is_empty() || !text.chars().all(|letter| lower(letter) || letter == '-') {
        wrong.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".to_owned());
    } else {
        if !text.contains(|letter: char| letter.is_ascii_lowercase()) {
            wrong.push("must contain at least one letter (a-z)".to_owned());
        }
        if text.contains("--") {
            wrong.push("must not contain consecutive hyphens".to_owned());
        }
        if text.starts_with('-') || text.ends_with('-') {
            wrong.push("must not begin or end with a hyphen".to_owned());
        }
    }
    wrong
}

/// The name of an environment variable.
pub fn variable(text: &str) -> Option<String> {
    let good = !text.is_empty() && text.chars().all(|letter| (' '..='~').contains(&letter) && letter != '=');
    check(
        good,
        "a valid environment variable name must consist only of printable ASCII characters other than '='",
    )
}

pub fn header_name(text: &str) -> Option<String> {
    check(
        !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-'),
        HEADER,
    )
}

/// A host of an Ingress: a domain, or all below one.
pub fn wildcard(text: &str) -> Option<String> {
    check(text.strip_prefix("*.").is_some_and(|domain| subdomain(domain).is_none()), WILDCARD)
}

pub fn address(text: &str) -> Option<String> {
    check(
        text.parse::<std::net::IpAddr>().is_ok(),
        "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
    )
}

pub fn network(text: &str) -> Option<String> {
    let good = text.split_once('/').is_some_and(|(address, bits)| match address.parse::<std::net::IpAddr>() {
        Ok(address) => bits.parse::<u8>().is_ok_and(|bits| bits <= if address.is_ipv4() { 32 } else { 128 }),
        Err(_) => false,
    });
    check(good, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")
}

/// A path below another: neither absolute nor upwards.
pub fn below(text: &str) -> Option<String> {
    if text.starts_with('/') {
        return Some("must be a relative path".to_owned());
    }
    not_upwards(text)
}

pub fn not_upwards(text: &str) -> Option<String> {
    check(!text.split('/').any(|part| part == ".."), "must not contain '..'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        assert_eq!(subdomain("web-1.example.com"), None);
        assert!(subdomain("Web_1").unwrap().starts_with("a lowercase RFC 1123 subdomain"));
        assert!(
            subdomain("web.").is_some() && label("web.x").as_deref() == Some("must not contain dots") && service("1web").is_some() && label("1web").is_none()
        );
        assert_eq!(label(&"a".repeat(64)).as_deref(), Some("must be no more than 63 characters"));
        assert!(qualified("example.com/app").is_empty() && qualified("a/b/c").len() == 1 && qualified("bad key").len() == 1);
        assert_eq!(port_name("http_port_that_is_too_long").len(), 2);
        assert!(network("10.0.0.0/8").is_none() && network("10.0.0.0/33").is_some() && wildcard("*.a.b").is_none() && below("../x").is_some());
        assert!(label_value("").is_none() && label_value("-a").is_some() && config_key("a b").is_some());
    }
}
