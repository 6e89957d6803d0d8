//! A container's environment: variables and where they come from.

use serde_json::Value;

use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{self, Faults, one_of, required};
use crate::practice::validate::format;

const RESOURCES: [&str; 6] = [
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

/// What bytes may be counted in.
const SIZES: [&str; 13] = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

/// Fields of the pod that a variable may hold.
const FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
/// Fields that can be read from a pod, though not into a variable.
const ELSEWHERE: [&str; 5] = [
    "metadata.annotations",
    "metadata.labels",
    "spec.restartPolicy",
    "spec.schedulerName",
    "status.phase",
];

pub fn all(at: &str, container: &Value, faults: &mut Faults) {
    for (index, env) in items(&container["env"]).iter().enumerate() {
        let at = format!("{at}.env[{index}]");
        if required(&format!("{at}.name"), &env["name"], faults)
            && let Some(why) = format::variable(text(&env["name"]))
        {
            faults.push(Fault::invalid(format!("{at}.name"), &env["name"], &why));
        }
        if env["valueFrom"].is_object() {
            value_from(&format!("{at}.valueFrom"), env, faults);
        }
    }
    for (index, source) in items(&container["envFrom"]).iter().enumerate() {
        env_from(&format!("{at}.envFrom"), index, source, faults);
    }
}

fn value_from(at: &str, env: &Value, faults: &mut Faults) {
    let from = &env["valueFrom"];
    let given: Vec<&str> = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"]
        .into_iter()
        .filter(|way| !from[*way].is_null())
        .collect();
    for way in &given {
        let (at, source) = (format!("{at}.{way}"), &from[*way]);
        match *way {
            "fieldRef" => field(&at, source, &FIELDS, faults),
            "resourceFieldRef" => resource(&at, source, false, faults),
            "configMapKeyRef" | "secretKeyRef" => key(&at, source, faults),
            _ => {}
        }
    }
    let wrong = match given.len() {
        0 => Some("must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"),
        _ if !text(&env["value"]).is_empty() => Some("may not be specified when `value` is not empty"),
        1 => None,
        _ => Some("may not have more than one field specified at a time"),
    };
    if let Some(why) = wrong {
        faults.push(Fault::invalid(at, &"".into(), why));
    }
}

/// A resource of a container and what it is counted in; elsewhere than in a variable the container is named too.
pub fn resource(at: &str, source: &Value, named: bool, faults: &mut Faults) {
    let (name, field) = (&source["resource"], format!("{at}.resource"));
    if named && text(&source["containerName"]).is_empty() {
        faults.push(Fault::required(format!("{at}.containerName"), ""));
    } else if required(&field, name, faults) && !text(name).contains("hugepages-") {
        one_of(&field, name, &RESOURCES, faults);
    }
    divisor(&format!("{at}.divisor"), text(name), &source["divisor"], faults);
}

fn divisor(at: &str, resource: &str, divisor: &Value, faults: &mut Faults) {
    let given = check::shown(divisor);
    if divisor.is_null() || given == "0" {
        return;
    }
    let what = match resource.split_once('.').map_or("", |(_, resource)| resource) {
        "cpu" => "cpu",
        "memory" => "memory",
        "ephemeral-storage" => "local ephemeral storage",
        other if other.starts_with("hugepages-") => "hugepages",
        _ => return,
    };
    let (known, told): (&[&str], String) = if what == "cpu" {
        (&["1m", "1"], "1m and 1".to_owned())
    } else {
        (&SIZES, SIZES.join(", "))
    };
    if !known.contains(&text(&given)) {
        let why = format!("only divisor's values {told} are supported with the {what} resource");
        faults.push(Fault::invalid(at, &resource.into(), &why));
    }
}

/// A field of the Pod, one of some.
pub fn field(at: &str, source: &Value, known: &[&str], faults: &mut Faults) {
    let (field, path) = (format!("{at}.fieldPath"), text(&source["fieldPath"]));
    if !required(&field, &source["fieldPath"], faults) {
        return;
    }
    let subscripted = path.strip_suffix("']").and_then(|path| path.split_once("['"));
    let why = match (text(&source["apiVersion"]), subscripted) {
        ("" | "v1", Some(("metadata.labels" | "metadata.annotations", _))) => None,
        ("" | "v1", Some(_)) => Some(format!("field label does not support subscript: {path}")),
        ("" | "v1", None) if FIELDS.contains(&path) || ELSEWHERE.contains(&path) => None,
        ("" | "v1", None) => Some(format!("field label not supported: {path}")),
        (version, _) => Some(format!("unsupported pod version: {version}")),
    };
    if let Some(why) = why {
        return faults.push(Fault::invalid(field, &source["fieldPath"], &format!("error converting fieldPath: {why}")));
    }
    let Some((of, key)) = subscripted else {
        return one_of(&field, &source["fieldPath"], known, faults);
    };
    let key = if of == "metadata.labels" { key.to_owned() } else { key.to_lowercase() };
    for why in format::qualified(&key) {
        faults.push(Fault::invalid(at, &key.as_str().into(), &why));
    }
}

fn key(at: &str, source: &Value, faults: &mut Faults) {
    if let Some(why) = format::subdomain(text(&source["name"])) {
        faults.push(Fault::invalid(format!("{at}.name"), &source["name"], &why));
    }
    if required(&format!("{at}.key"), &source["key"], faults) {
        for why in format::config_key(text(&source["key"])) {
            faults.push(Fault::invalid(format!("{at}.key"), &source["key"], &why));
        }
    }
}

fn env_from(at: &str, index: usize, source: &Value, faults: &mut Faults) {
    let prefix = text(&source["prefix"]);
    if let Some(why) = Some(prefix).filter(|prefix| !prefix.is_empty()).and_then(format::variable) {
        faults.push(Fault::invalid(format!("{at}[{index}].prefix"), &source["prefix"], &why));
    }
    let given: Vec<&str> = ["configMapRef", "secretRef"].into_iter().filter(|way| source[*way].is_object()).collect();
    for way in &given {
        let field = format!("{at}[{index}].{way}.name");
        let name = &source[*way]["name"];
        if required(&field, name, faults)
            && let Some(why) = format::subdomain(text(name))
        {
            faults.push(Fault::invalid(field, name, &why));
        }
    }
    let why = match given.len() {
        0 => "must specify one of: `configMapRef` or `secretRef`",
        1 => return,
        _ => "may not have more than one field specified at a time",
    };
    faults.push(Fault::invalid(at, &"".into(), why));
}
