//! A pod template as Go's debug printer shows the structure: what the hashes in the names of replica sets are taken of.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::OnceLock;

use serde_json::Value;

/// How Go lays out the types of a template; `assets/types/generate-layout.go` prints it.
const LAYOUT: &str = include_str!("../../../assets/types/layout.txt");

/// A member of a structure: Go's name, Go's type, the name in JSON (`-` where its own members stand in the owner's place).
type Member = (&'static str, &'static str, &'static str);

fn layout() -> &'static HashMap<&'static str, Vec<Member>> {
    static TABLE: OnceLock<HashMap<&'static str, Vec<Member>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let (mut table, mut owner) = (HashMap::new(), "");
        for line in LAYOUT.lines() {
            let mut words = line.split_whitespace();
            match (line.starts_with(' '), words.next(), words.next(), words.next()) {
                (true, Some(name), Some(kind), Some(json)) => table.entry(owner).or_insert_with(Vec::new).push((name, kind, json)),
                (false, Some(name), ..) => {
                    owner = name;
                    table.entry(owner).or_insert_with(Vec::new);
                }
                _ => {}
            }
        }
        table
    })
}

/// The text that Kubernetes hashes for a pod template.
#[must_use]
pub fn template(template: &Value) -> String {
    let mut out = String::new();
    typed(&mut out, "v1.PodTemplateSpec", template);
    out
}

/// A value with its type before it.
fn typed(out: &mut String, kind: &str, value: &Value) {
    let (name, _) = kind.split_once('=').unwrap_or((kind, ""));
    let _ = write!(out, "({name})");
    plain(out, kind, value);
}

fn plain(out: &mut String, kind: &str, value: &Value) {
    if let Some(inner) = kind.strip_prefix('*') {
        match value {
            Value::Null => out.push_str("<nil>"),
            value => plain(out, inner, value),
        }
    } else if let Some(inner) = kind.strip_prefix("[]") {
        elements(out, inner, value);
    } else if let Some((_, inner)) = kind.split_once("map[").and_then(|(_, rest)| rest.split_once(']')) {
        entries(out, inner, value);
    } else if let Some(members) = layout().get(kind) {
        structure(out, members, value);
    } else {
        scalar(out, kind, value);
    }
}

fn structure(out: &mut String, members: &[Member], value: &Value) {
    out.push('{');
    for (index, (name, kind, json)) in members.iter().enumerate() {
        let _ = write!(out, "{}{name}:", if index > 0 { " " } else { "" });
        typed(out, kind, if *json == "-" { value } else { &value[*json] });
    }
    out.push('}');
}

fn elements(out: &mut String, kind: &str, value: &Value) {
    let Some(list) = value.as_array().filter(|list| !list.is_empty()) else {
        return out.push_str("<nil>");
    };
    out.push('[');
    for (index, element) in list.iter().enumerate() {
        out.push_str(if index > 0 { " " } else { "" });
        plain(out, kind, element);
    }
    out.push(']');
}

fn entries(out: &mut String, kind: &str, value: &Value) {
    let Some(map) = value.as_object().filter(|map| !map.is_empty()) else {
        return out.push_str("<nil>");
    };
    let mut entries: Vec<(&String, &Value)> = map.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    out.push_str("map[");
    for (index, (key, value)) in entries.into_iter().enumerate() {
        let _ = write!(out, "{}{key}:", if index > 0 { " " } else { "" });
        plain(out, kind, value);
    }
    out.push(']');
}

fn scalar(out: &mut String, kind: &str, value: &Value) {
    let base = kind.split_once('=').map_or(kind, |(_, base)| base);
    let _ = match (base, value) {
        ("v1.Time", _) => write!(out, "{{Time:(time.Time){{wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}}}"),
        ("resource.Quantity", value) => quantity(out, value.as_str().unwrap_or_default()),
        ("intstr.IntOrString", Value::String(text)) => write!(out, "{{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string){text}}}"),
        ("intstr.IntOrString", value) => {
            let number = value.as_i64().unwrap_or(0);
            write!(out, "{{Type:(intstr.Type)0 IntVal:(int32){number} StrVal:(string)}}")
        }
        ("string", value) => write!(out, "{}", value.as_str().unwrap_or_default()),
        ("bool", value) => write!(out, "{}", value.as_bool().unwrap_or(false)),
        (_, value) => write!(out, "{}", value.as_i64().unwrap_or(0)),
    };
}

/// A quantity: its number and scale, and the text it was read from where that is surely the shortest.
fn quantity(out: &mut String, text: &str) -> std::fmt::Result {
    let split = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let all = format!("{whole}{part}");
    let digits: i64 = all.parse().unwrap_or(0);
    let shift = |power: u32| digits.saturating_mul(1_i64 << power);
    let (value, scale, format) = match suffix {
        "Ki" => (shift(10), 0, "BinarySI"),
        "Mi" => (shift(20), 0, "BinarySI"),
        "Gi" => (shift(30), 0, "BinarySI"),
        "Ti" => (shift(40), 0, "BinarySI"),
        "Pi" => (shift(50), 0, "BinarySI"),
        "n" => (digits, -9, "DecimalSI"),
        "u" => (digits, -6, "DecimalSI"),
        "m" => (digits, -3, "DecimalSI"),
        "k" => (digits, 3, "DecimalSI"),
        "M" => (digits, 6, "DecimalSI"),
        "G" => (digits, 9, "DecimalSI"),
        "T" => (digits, 12, "DecimalSI"),
        "P" => (digits, 15, "DecimalSI"),
        "E" => (digits, 18, "DecimalSI"),
        exponent => match exponent.strip_prefix(['e', 'E']) {
            Some(power) => (digits, power.parse().unwrap_or(0), "DecimalExponent"),
            None => (digits, 0, "DecimalSI"),
        },
    };
    let scale = scale - i32::try_from(part.len()).unwrap_or(0);
    let shortest = match format {
        "BinarySI" => digits & 7 != 0,
        _ => text == "0" || scale % 3 == 0 && !all.ends_with("000") && !all.starts_with('0'),
    };
    let text = if shortest { text } else { "" };
    write!(
        out,
        "{{i:(resource.int64Amount){{value:(int64){value} scale:(resource.Scale){scale}}} d:(resource.infDecAmount){{Dec:(*inf.Dec)<nil>}} \
         s:(string){text} Format:(resource.Format){format}}}"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_template_is_shown_as_go_shows_it() {
        let shown = template(
            &json!({"metadata": {"labels": {"b": "2", "a": "1"}}, "spec": {"terminationGracePeriodSeconds": 30,
            "containers": [{"name": "app", "ports": [{"containerPort": 80}], "resources": {"requests": {"cpu": "50m"}},
                "livenessProbe": {"httpGet": {"path": "/", "port": "web"}}}], "volumes": [{"name": "x", "emptyDir": {}}]}}),
        );
        for part in [
            "(v1.PodTemplateSpec){ObjectMeta:(v1.ObjectMeta){Name:(string) GenerateName:(string)",
            "Labels:(map[string]string)map[a:1 b:2] Annotations:(map[string]string)<nil>",
            "EmptyDir:(*v1.EmptyDirVolumeSource){Medium:(v1.StorageMedium) SizeLimit:(*resource.Quantity)<nil>}",
            "Requests:(v1.ResourceList)map[cpu:{i:(resource.int64Amount){value:(int64)50 scale:(resource.Scale)-3}",
            "Port:(intstr.IntOrString){Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)web}",
            "TerminationGracePeriodSeconds:(*int64)30 ActiveDeadlineSeconds:(*int64)<nil> DNSPolicy:(v1.DNSPolicy) ",
            "Ports:([]v1.ContainerPort)[{Name:(string) HostPort:(int32)0 ContainerPort:(int32)80 Protocol:(v1.Protocol) HostIP:(string)}]",
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }
}
