//! What names, labels and keys may look like (apimachinery `util/validation`). Each check says what is wrong.

use std::net::{IpAddr, Ipv6Addr};

use serde_json::Value;

use super::check::Faults;
use crate::practice::status::Fault;

const ADDRESS: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an \
    alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const SEARCH: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-', '_' or '.', and must start and end with an \
    alphanumeric character or '_' (e.g. 'example.com', regex used for validation is '[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?(\\.[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?)*')";
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

/// A domain to search names in, which may have underscores.
pub fn search(text: &str) -> Option<String> {
    let edge = |letter: char| lower(letter) || letter == '_';
    let good = |part: &str| part.starts_with(edge) && part.ends_with(edge) && part.chars().all(|letter| edge(letter) || letter == '-');
    too_many(text, 253).or_else(|| check(text.split('.').all(good), SEARCH))
}

pub fn label(text: &str) -> Option<String> {
    faults_of_label(text).into_iter().next()
}

/// All that is wrong with a name of one part.
pub fn faults_of_label(text: &str) -> Vec<String> {
    // what would be a subdomain can only have dots too many
    let why = if text.split('.').all(is_label) { "must not contain dots" } else { LABEL };
    too_many(text, 63).into_iter().chain(check(is_label(text), why)).collect()
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

/// All that is wrong with a key of a ConfigMap or a Secret.
pub fn config_key(text: &str) -> Vec<String> {
    let good = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter));
    let upwards = match text {
        "." => Some("must not be '.'"),
        ".." => Some("must not be '..'"),
        _ => text.starts_with("..").then_some("must not start with '..'"),
    };
    let form = check(good, CONFIG_KEY).into_iter().chain(upwards.map(str::to_owned));
    too_many(text, 253).into_iter().chain(form).collect()
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
    }
    if !text.contains(|letter: char| letter.is_ascii_lowercase()) {
        wrong.push("must contain at least one letter (a-z)".to_owned());
    }
    if text.contains("--") {
        wrong.push("must not contain consecutive hyphens".to_owned());
    }
    if text.starts_with('-') || text.ends_with('-') {
        wrong.push("must not begin or end with a hyphen".to_owned());
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
    check(text.parse::<IpAddr>().is_ok(), ADDRESS)
}

/// An address that something may be reached at: not the machine itself, nor many at once.
pub fn endpoint(at: &str, value: &Value, faults: &mut Faults) {
    let given = value.as_str().unwrap_or_default();
    let mut wrong = |why: &str| faults.push(Fault::invalid(at, value, why));
    let Ok(address) = given.parse::<IpAddr>() else {
        return wrong(ADDRESS);
    };
    if address.is_unspecified() {
        wrong(&format!("may not be unspecified ({given})"));
    }
    if address.is_loopback() {
        wrong("may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    let link = |address: Ipv6Addr| address.segments()[0] & 0xffc0 == 0xfe80;
    if matches!(address, IpAddr::V4(address) if address.is_link_local()) || matches!(address, IpAddr::V6(address) if link(address)) {
        wrong("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if matches!(address, IpAddr::V4(address) if address.octets()[..3] == [224, 0, 0]) || given.starts_with("ff02:") {
        wrong("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
}

/// An address and how many of its bits are the network's.
pub fn prefix(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = text.split_once('/')?;
    let (address, bits) = (address.parse::<IpAddr>().ok()?, bits.parse::<u8>().ok()?);
    (bits <= if address.is_ipv4() { 32 } else { 128 }).then_some((address, bits))
}

/// The first bits of an address, the rest being zero.
pub fn masked(address: IpAddr, bits: u8) -> IpAddr {
    let bits = u32::from(bits);
    match address {
        IpAddr::V4(address) => IpAddr::V4((address.to_bits() & u32::MAX.checked_shl(32 - bits).unwrap_or(0)).into()),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & u128::MAX.checked_shl(128 - bits).unwrap_or(0)).into()),
    }
}

pub fn network(text: &str) -> Option<String> {
    let Some((address, bits)) = prefix(text) else {
        return Some("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)".to_owned());
    };
    check(masked(address, bits) == address, "must not have bits set beyond the prefix length")
}

/// What is wrong with a text as a part of a path.
pub fn path_segment(text: &str) -> Vec<String> {
    if matches!(text, "." | "..") {
        return vec![format!("may not be '{text}'")];
    }
    let found = ["/", "%"].into_iter().filter(|part| text.contains(part));
    found.map(|part| format!("may not contain '{part}'")).collect()
}

/// A path below another: neither absolute nor upwards.
pub fn below(text: &str) -> Option<String> {
    if text.starts_with('/') {
        return Some("must be a relative path".to_owned());
    }
    not_upwards(text)
}

/// A path below a volume: neither does it begin with dots that hide what is in it.
pub fn free(text: &str) -> Option<String> {
    below(text).or_else(|| text.starts_with("..").then(|| "must not start with '..'".to_owned()))
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
        assert!(label_value("").is_none() && label_value("-a").is_some() && config_key("a b").len() == 1 && config_key("..") == ["must not be '..'"]);
    }
}
