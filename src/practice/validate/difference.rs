//! Two forms of an object side by side, as errors show what was changed: Go's names, a field a line, the lines that differ.

use serde_json::Value;

use super::check::selector_text;
use crate::practice::types::{Id, Shape, table};
use crate::text::diff;

/// A value as Go's encoder prints it, its fields in their own order.
enum Printed {
    Leaf(String),
    List(Vec<Printed>),
    Fields(Vec<(String, Printed)>),
}

/// Names that are not just capitalised in Go.
const NAMES: [(&str, &str); 25] = [
    ("apiVersion", "APIVersion"),
    ("awsElasticBlockStore", "AWSElasticBlockStore"),
    ("cephfs", "CephFS"),
    ("csi", "CSI"),
    ("dnsConfig", "DNSConfig"),
    ("dnsPolicy", "DNSPolicy"),
    ("fc", "FC"),
    ("fsGroup", "FSGroup"),
    ("fsGroupChangePolicy", "FSGroupChangePolicy"),
    ("fsType", "FSType"),
    ("gcePersistentDisk", "GCEPersistentDisk"),
    ("grpc", "GRPC"),
    ("httpGet", "HTTPGet"),
    ("httpHeaders", "HTTPHeaders"),
    ("ip", "IP"),
    ("iscsi", "ISCSI"),
    ("nfs", "NFS"),
    ("os", "OS"),
    ("rbd", "RBD"),
    ("seLinuxChangePolicy", "SELinuxChangePolicy"),
    ("seLinuxOptions", "SELinuxOptions"),
    ("storageos", "StorageOS"),
    ("tcpSocket", "TCPSocket"),
    ("tty", "TTY"),
    ("uid", "UID"),
];

/// Fields of a Pod's spec that stand in its security context inside of the API server.
const SHARED: [&str; 5] = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];
/// Fields that stand elsewhere inside of the API server than in its API: each right after the other.
const MOVED: [(&str, &str); 6] = [
    ("SetHostnameAsFQDN", "Subdomain"),
    ("PreemptionPolicy", "Priority"),
    ("Overhead", "RuntimeClassName"),
    ("EnableServiceLinks", "Overhead"),
    ("FSGroupChangePolicy", "FSGroup"),
    ("Quobyte", "RBD"),
];
/// Fields that the API server keeps under one name only, or elsewhere.
const ELSEWHERE: [&str; 2] = ["serviceAccount", "securityContext"];

fn go(name: &str) -> String {
    if let Some((_, go)) = NAMES.iter().find(|(known, _)| *known == name) {
        return (*go).to_owned();
    }
    let mut letters = name.chars();
    letters
        .next()
        .map_or(String::new(), |first| format!("{}{}", first.to_ascii_uppercase(), letters.as_str()))
}

fn print(shape: &Shape, pointer: bool, value: &Value) -> Printed {
    let leaf = |zero: &str| match value {
        Value::Null if pointer => Printed::Leaf("null".to_owned()),
        Value::Null => Printed::Leaf(zero.to_owned()),
        other => Printed::Leaf(other.to_string()),
    };
    match (shape, value) {
        (Shape::Text(_), _) => leaf("\"\""),
        (Shape::Whole(_) | Shape::Float, _) => leaf("0"),
        (Shape::Bool, _) => leaf("false"),
        (Shape::List(element), Value::Array(list)) => Printed::List(list.iter().map(|one| print(element, false, one)).collect()),
        (Shape::Map(shape), Value::Object(map)) => Printed::Fields(map.iter().map(|(key, one)| (key.clone(), print(shape, false, one))).collect()),
        // Selectors are one type for all, which goes by its names in the API.
        (Shape::Type(id), Value::Object(_)) if table().of(*id).short() == "LabelSelector" => Printed::Leaf(selector_text(value)),
        (Shape::Type(id), Value::Object(_)) => Printed::Fields(fields(*id, value, &[])),
        _ => leaf("null"),
    }
}

/// The fields of a type; those of its members stand in their place.
fn fields(id: Id, value: &Value, without: &[&str]) -> Vec<(String, Printed)> {
    let mut all = Vec::new();
    for field in table().of(id).fields.iter().filter(|field| !without.contains(&field.name)) {
        match &field.shape {
            Shape::Type(member) if field.name.is_empty() => all.extend(fields(*member, value, &[])),
            shape => all.push((go(field.name), print(shape, field.keep, &value[field.name]))),
        }
    }
    moved(all)
}

/// The lines of an object of one of core's types.
pub fn one_of_type(name: &str, value: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(id) = table().find("v1", name) {
        write(&mut lines, 0, "", &Printed::Fields(fields(id, value, &[])), "");
    }
    lines
}

/// The lines of a Pod's spec.
pub fn pod_spec(spec: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    write(&mut lines, 0, "", &Printed::Fields(spec_fields(spec)), "");
    lines
}

/// A Pod's spec in one line.
pub fn pod_spec_text(spec: &Value) -> String {
    compact(&Printed::Fields(spec_fields(spec)))
}

/// A value of a type in one line.
pub fn in_go(api_version: &str, name: &str, value: &Value) -> String {
    let fields = |id| compact(&Printed::Fields(fields(id, value, &[])));
    table().find(api_version, name).map_or_else(|| value.to_string(), fields)
}

/// A template of Pods in one line; its metadata goes by the names it has in the API.
pub fn pod_template(template: &Value) -> String {
    let metadata = template["metadata"].as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let mut parts: Vec<String> = metadata.map(|(name, value)| format!("{name:?}:{value}")).collect();
    parts.push(format!("\"Spec\":{}", compact(&Printed::Fields(spec_fields(&template["spec"])))));
    format!("{{{}}}", parts.join(","))
}

fn compact(value: &Printed) -> String {
    match value {
        Printed::Leaf(text) => text.clone(),
        Printed::List(list) => format!("[{}]", list.iter().map(compact).collect::<Vec<_>>().join(",")),
        Printed::Fields(all) => {
            let parts: Vec<String> = all.iter().map(|(name, value)| format!("{name:?}:{}", compact(value))).collect();
            format!("{{{}}}", parts.join(","))
        }
    }
}

fn spec_fields(spec: &Value) -> Vec<(String, Printed)> {
    let (Some(id), Some(context)) = (table().find("v1", "PodSpec"), table().find("v1", "PodSecurityContext")) else {
        return Vec::new();
    };
    let mut all = fields(id, spec, &[&SHARED[..], &ELSEWHERE[..]].concat());
    let shared = SHARED.iter().map(|name| {
        // The first three are plain there, the others may be unset.
        let zero = if name.starts_with("host") && *name != "hostUsers" { "false" } else { "null" };
        let shown = if spec[*name].is_null() { zero.to_owned() } else { spec[*name].to_string() };
        (go(name), Printed::Leaf(shown))
    });
    let security = shared.chain(fields(context, &spec["securityContext"], &[])).collect();
    let place = all.iter().position(|(name, _)| name == "ImagePullSecrets").unwrap_or(all.len());
    all.insert(place, ("SecurityContext".to_owned(), Printed::Fields(security)));
    all
}

fn moved(mut all: Vec<(String, Printed)>) -> Vec<(String, Printed)> {
    for (name, after) in MOVED {
        let place = |all: &[(String, Printed)], name: &str| all.iter().position(|(known, _)| known == name);
        if let (Some(from), Some(_)) = (place(&all, name), place(&all, after)) {
            let field = all.remove(from);
            let to = place(&all, after).map_or(from, |place| place + 1);
            all.insert(to, field);
        }
    }
    all
}

/// One space a level, as Go indents it here.
fn write(lines: &mut Vec<String>, depth: usize, before: &str, value: &Printed, after: &str) {
    let indent = " ".repeat(depth);
    let comma = |place: usize, count: usize| if place + 1 < count { "," } else { "" };
    match value {
        Printed::Leaf(text) => lines.push(format!("{indent}{before}{text}{after}")),
        Printed::List(list) if list.is_empty() => lines.push(format!("{indent}{before}[]{after}")),
        Printed::Fields(all) if all.is_empty() => lines.push(format!("{indent}{before}{{}}{after}")),
        Printed::List(list) => {
            lines.push(format!("{indent}{before}["));
            for (place, one) in list.iter().enumerate() {
                write(lines, depth + 1, "", one, comma(place, list.len()));
            }
            lines.push(format!("{indent}]{after}"));
        }
        Printed::Fields(all) => {
            lines.push(format!("{indent}{before}{{"));
            for (place, (name, one)) in all.iter().enumerate() {
                write(lines, depth + 1, &format!("{name:?}: "), one, comma(place, all.len()));
            }
            lines.push(format!("{indent}}}{after}"));
        }
    }
}

/// The lines that differ, with three around them, in the unified form.
#[must_use]
pub fn difference(old: &[String], new: &[String]) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    diff::unified(&old, &new, 3)
}
