//! Validation of ConfigMaps and Secrets.

use base64::Engine as _;
use serde_json::{Map, Value};

use super::check::Faults;
use super::format;
use crate::practice::field::text;
use crate::practice::status::Fault;

/// How much a ConfigMap or a Secret may hold.
const CONTENT: usize = 1024 * 1024;
const KEPT: &str = "field is immutable when `immutable` is set";

fn entries(part: &Value) -> impl Iterator<Item = (&String, &Value)> {
    part.as_object().into_iter().flatten()
}

/// How many bytes values hold that are written in base64.
fn encoded(part: &Value) -> usize {
    entries(part).map(|(_, value)| text(value).len() / 4 * 3).sum()
}

fn key(part: &str, key: &str, faults: &mut Faults) {
    for why in format::config_key(key) {
        faults.push(Fault::invalid(format!("{part}[{key}]"), &key.into(), &why));
    }
}

/// A ConfigMap's keys, each of them once, and how much is in it.
pub fn config_map(object: &Value, faults: &mut Faults) {
    let (data, binary) = (&object["data"], &object["binaryData"]);
    for (name, _) in entries(data) {
        key("data", name, faults);
        if !binary[name].is_null() {
            let why = "duplicate of key present in binaryData";
            faults.push(Fault::invalid(format!("data[{name}]"), &name.as_str().into(), why));
        }
    }
    for (name, _) in entries(binary) {
        key("binaryData", name, faults);
    }
    let plain: usize = entries(data).map(|(_, value)| text(value).len()).sum();
    if plain + encoded(binary) > CONTENT {
        faults.push(Fault::too_long("[]", CONTENT));
    }
}

/// A Secret's keys, and what its type asks for.
pub fn secret(object: &Value, faults: &mut Faults) {
    let data = &object["data"];
    for (name, _) in entries(data) {
        key("data", name, faults);
    }
    if encoded(data) > CONTENT {
        faults.push(Fault::too_long("data", CONTENT));
    }
    match text(&object["type"]) {
        "kubernetes.io/service-account-token" => {
            let account = "kubernetes.io/service-account.name";
            if text(&object["metadata"]["annotations"][account]).is_empty() {
                faults.push(Fault::required(format!("metadata.annotations[{account}]"), ""));
            }
        }
        "kubernetes.io/dockerconfigjson" => json(".dockerconfigjson", data, faults),
        "kubernetes.io/dockercfg" => json(".dockercfg", data, faults),
        "kubernetes.io/tls" => needed(&["tls.crt", "tls.key"], data, faults),
        "kubernetes.io/ssh-auth" if text(&data["ssh-privatekey"]).is_empty() => needed(&["ssh-privatekey"], &Value::Null, faults),
        "kubernetes.io/basic-auth" if data["username"].is_null() && data["password"].is_null() => needed(&["username", "password"], data, faults),
        _ => {}
    }
}

fn needed(keys: &[&str], data: &Value, faults: &mut Faults) {
    for key in keys.iter().filter(|key| data[**key].is_null()) {
        faults.push(Fault::required(format!("data[{key}]"), ""));
    }
}

/// A value that has to be a JSON object.
fn json(key: &str, data: &Value, faults: &mut Faults) {
    needed(&[key], data, faults);
    let bytes = base64::engine::general_purpose::STANDARD.decode(text(&data[key])).unwrap_or_default();
    if !data[key].is_null()
        && let Err(why) = go_json(&bytes)
    {
        faults.push(Fault::invalid(format!("data[{key}]"), &"<secret contents redacted>".into(), &why));
    }
}

/// Why Go's decoder takes no object from a text.
fn go_json(bytes: &[u8]) -> Result<(), String> {
    let Err(error) = serde_json::from_slice::<Map<String, Value>>(bytes) else {
        return Ok(());
    };
    let all = String::from_utf8_lossy(bytes);
    let first = all.trim_start().chars().next();
    Err(match first {
        _ if error.is_eof() => "unexpected end of JSON input".to_owned(),
        _ if error.is_data() => {
            let what = match first {
                Some('"') => "string",
                Some('[') => "array",
                Some('t' | 'f') => "bool",
                _ => "number",
            };
            format!("json: cannot unmarshal {what} into Go value of type map[string]interface {{}}")
        }
        Some(first @ ('n' | 't' | 'f')) => literal(first, all.trim_start()),
        Some(first) if first != '{' => format!("invalid character '{first}' looking for beginning of value"),
        _ => error.to_string(),
    })
}

/// A word that is not the one it begins like.
fn literal(first: char, given: &str) -> String {
    let word = match first {
        'n' => "null",
        't' => "true",
        _ => "false",
    };
    match given.chars().zip(word.chars()).find(|(is, wanted)| is != wanted) {
        Some((is, wanted)) => format!("invalid character '{is}' in literal {word} (expecting '{wanted}')"),
        None => format!("invalid character '{}' after top-level value", given.chars().nth(word.len()).unwrap_or(' ')),
    }
}

/// What is marked as immutable stays, and so does the mark.
pub fn update(old: &Value, new: &Value, parts: &[&str], faults: &mut Faults) {
    if old["immutable"] != true {
        return;
    }
    if new["immutable"] != true {
        faults.push(Fault::forbidden("immutable", KEPT));
    }
    for part in parts.iter().filter(|part| old[**part] != new[**part]) {
        faults.push(Fault::forbidden(*part, KEPT));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_is_no_json_says_why_in_gos_words() {
        assert_eq!(go_json(b"{\"auths\": {}}"), Ok(()));
        assert_eq!(go_json(b"no").unwrap_err(), "invalid character 'o' in literal null (expecting 'u')");
        assert_eq!(go_json(b"a").unwrap_err(), "invalid character 'a' looking for beginning of value");
        assert_eq!(go_json(b"{").unwrap_err(), "unexpected end of JSON input");
        assert!(go_json(b"[]").unwrap_err().starts_with("json: cannot unmarshal array into Go value"));
    }
}
