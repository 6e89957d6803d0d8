//! A container's environment: variables and where they come from.

use serde_json::Value;

use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, one_of, required};
use crate::practice::validate::format;

const RESOURCES: [&str; 6] = [
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

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

pub fn check(at: &str, container: &Value, faults: &mut Faults) {
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
            "fieldRef" => field(&at, source, faults),
            "resourceFieldRef" => resource(&at, &source["resource"], faults),
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

fn resource(at: &str, name: &Value, faults: &mut Faults) {
    let at = format!("{at}.resource");
    if required(&at, name, faults) && !text(name).contains("hugepages-") {
        one_of(&at, name, &RESOURCES, faults);
    }
}

fn field(at: &str, source: &Value, faults: &mut Faults) {
    let at = format!("{at}.fieldPath");
    if !required(&at, &source["fieldPath"], faults) {
        return;
    }
    let path = text(&source["fieldPath"]);
    match unknown_field(path) {
        Some(why) => faults.push(Fault::invalid(at, &source["fieldPath"], &why)),
        None if path.contains("['") => {}
        None => one_of(&at, &source["fieldPath"], &FIELDS, faults),
    }
}

/// Why a path names no field of a pod that it could read from itself.
pub fn unknown_field(path: &str) -> Option<String> {
    let keyed = ["metadata.labels['", "metadata.annotations['"].iter().any(|start| path.starts_with(start));
    (!keyed && !FIELDS.contains(&path) && !ELSEWHERE.contains(&path)).then(|| format!("error converting fieldPath: field label not supported: {path}"))
}

fn key(at: &str, source: &Value, faults: &mut Faults) {
    if let Some(why) = format::subdomain(text(&source["name"])) {
        faults.push(Fault::invalid(format!("{at}.name"), &source["name"], &why));
    }
    if required(&format!("{at}.key"), &source["key"], faults)
        && let Some(why) = format::config_key(text(&source["key"]))
    {
        faults.push(Fault::invalid(format!("{at}.key"), &source["key"], &why));
    }
}

fn env_from(at: &str, index: usize, source: &Value, faults: &mut Faults) {
    let prefix = text(&source["prefix"]);
    if let Some(why) = Some(prefix).filter(|prefix| !prefix.is_empty()).and_then(format::variable) {
        faults.push(Fault::invalid(format!("{at}[{index}].prefix"), &source["prefix"], &why));
    }
    let given: Vec<&str> = ["configMapRef", "secretRef"].into_iter().filter(|way| source[*way].is_object()).collect();
    match given.as_slice() {
        [] => faults.push(Fault::invalid(at, &"".into(), "must specify one of: `configMapRef` or `secretRef`")),
        [way] => {
            let field = format!("{at}[{index}].{way}.name");
            let name = &source[*way]["name"];
            if required(&field, name, faults)
                && let Some(why) = format::subdomain(text(name))
            {
                faults.push(Fault::invalid(field, name, &why));
            }
        }
        _ => faults.push(Fault::invalid(at, &"".into(), "may not have more than one field specified at a time")),
    }
}
