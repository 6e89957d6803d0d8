//! Columns of volumes, claims and their classes.

use serde_json::Value;

use super::{list, words};

type Column = (&'static str, String);

/// Of a claim: what it is bound to counts only once it is bound.
pub fn claim(object: &Value) -> Vec<Column> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let bound = spec["volumeName"].as_str().is_some_and(|name| !name.is_empty());
    let only = |text: String| if bound { text } else { String::new() };
    vec![
        ("STATUS", phase(object)),
        ("VOLUME", words(&spec["volumeName"])),
        ("CAPACITY", only(words(&status["capacity"]["storage"]))),
        ("ACCESS MODES", only(modes(&status["accessModes"]))),
        ("STORAGECLASS", words(&spec["storageClassName"])),
        ("VOLUMEATTRIBUTESCLASS", attributes(spec)),
    ]
}

pub fn volume(object: &Value) -> Vec<Column> {
    let spec = &object["spec"];
    let claim = &spec["claimRef"];
    let named = |claim: &Value| format!("{}/{}", words(&claim["namespace"]), words(&claim["name"]));
    vec![
        ("CAPACITY", words(&spec["capacity"]["storage"])),
        ("ACCESS MODES", modes(&spec["accessModes"])),
        ("RECLAIM POLICY", words(&spec["persistentVolumeReclaimPolicy"])),
        ("STATUS", phase(object)),
        ("CLAIM", if claim.is_null() { String::new() } else { named(claim) }),
        ("STORAGECLASS", words(&spec["storageClassName"])),
        ("VOLUMEATTRIBUTESCLASS", attributes(spec)),
        ("REASON", words(&object["status"]["reason"])),
    ]
}

pub fn class(object: &Value) -> Vec<Column> {
    let or = |field: &str, usual: &str| object[field].as_str().map_or_else(|| usual.to_owned(), |_| words(&object[field]));
    vec![
        ("PROVISIONER", words(&object["provisioner"])),
        ("RECLAIMPOLICY", or("reclaimPolicy", "Delete")),
        ("VOLUMEBINDINGMODE", or("volumeBindingMode", "Immediate")),
        ("ALLOWVOLUMEEXPANSION", (object["allowVolumeExpansion"] == true).to_string()),
    ]
}

fn phase(object: &Value) -> String {
    if object["metadata"]["deletionTimestamp"].is_null() {
        words(&object["status"]["phase"])
    } else {
        "Terminating".to_owned()
    }
}

fn attributes(spec: &Value) -> String {
    match &spec["volumeAttributesClassName"] {
        Value::Null => "<unset>".to_owned(),
        name => words(name),
    }
}

fn modes(value: &Value) -> String {
    let short = |mode: &Value| match mode.as_str() {
        Some("ReadWriteOnce") => "RWO".to_owned(),
        Some("ReadOnlyMany") => "ROX".to_owned(),
        Some("ReadWriteMany") => "RWX".to_owned(),
        Some("ReadWriteOncePod") => "RWOP".to_owned(),
        _ => words(mode),
    };
    list(value).map(short).collect::<Vec<_>>().join(",")
}
