//! Validation of claims, volumes and storage classes (kubernetes `pkg/apis/core/validation`, `storage/validation`).

use serde_json::{Value, json};

use super::check::{immutable, list, one_of, quantity};
use super::difference::{difference, one_of_type};
use super::format;
use crate::practice::quantity::Quantity;
use crate::practice::status::Fault;

const MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
/// What a volume may be made of.
const SOURCES: &[&str] = &[
    "hostPath",
    "local",
    "nfs",
    "csi",
    "iscsi",
    "fc",
    "rbd",
    "cephfs",
    "glusterfs",
    "flexVolume",
    "awsElasticBlockStore",
    "gcePersistentDisk",
    "azureDisk",
    "azureFile",
    "vsphereVolume",
    "cinder",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "scaleIO",
    "storageos",
];

pub fn claim(at: &str, spec: &Value, faults: &mut Vec<Fault>) {
    modes(at, spec, "at least 1 access mode is required", faults);
    let (field, storage) = (format!("{at}.resources[storage]"), &spec["resources"]["requests"]["storage"]);
    match quantity(storage) {
        None => faults.push(Fault::required(field, "")),
        Some(amount) if amount <= Quantity::ZERO => {
            let shown = Value::String(amount.to_string());
            faults.push(Fault::invalid(field, &shown, "must be greater than zero"));
        }
        Some(_) => {}
    }
    class(at, spec, faults);
    one_of(&format!("{at}.volumeMode"), &spec["volumeMode"], &["Block", "Filesystem"], faults);
}

fn modes(at: &str, spec: &Value, lacking: &str, faults: &mut Vec<Fault>) {
    let (field, modes) = (format!("{at}.accessModes"), list(spec, "accessModes"));
    if modes.is_empty() {
        faults.push(Fault::required(field.as_str(), lacking));
    }
    modes.iter().for_each(|mode| one_of(&field, mode, MODES, faults));
    if modes.len() > 1 && modes.iter().any(|mode| mode == "ReadWriteOncePod") {
        faults.push(Fault::forbidden(field, "may not use ReadWriteOncePod with other access modes"));
    }
}

fn class(at: &str, spec: &Value, faults: &mut Vec<Fault>) {
    let name = &spec["storageClassName"];
    if let Some(why) = name.as_str().filter(|name| !name.is_empty()).and_then(format::subdomain) {
        faults.push(Fault::invalid(format!("{at}.storageClassName"), name, &why));
    }
}

pub fn volume(spec: &Value, faults: &mut Vec<Fault>) {
    modes("spec", spec, "", faults);
    let capacity = &spec["capacity"];
    if capacity.as_object().is_none_or(serde_json::Map::is_empty) {
        faults.push(Fault::required("spec.capacity", ""));
    }
    match capacity["storage"].is_null() || capacity.as_object().is_some_and(|map| map.len() > 1) {
        true => faults.push(Fault::unsupported("spec.capacity", capacity, &["storage"])),
        false if quantity(&capacity["storage"]).is_some_and(|amount| amount <= Quantity::ZERO) => {
            faults.push(Fault::invalid("spec.capacity[storage]", &capacity["storage"], "must be greater than zero"));
        }
        false => {}
    }
    let policy = &spec["persistentVolumeReclaimPolicy"];
    one_of("spec.persistentVolumeReclaimPolicy", policy, &["Delete", "Recycle", "Retain"], faults);
    let mut sources = SOURCES.iter().filter(|source| spec[**source].is_object());
    if sources.next().is_none() {
        faults.push(Fault::required("spec", "must specify a volume type"));
    }
    for more in sources {
        faults.push(Fault::forbidden(format!("spec.{more}"), "may not specify more than 1 volume type"));
    }
    let path = &spec["hostPath"]["path"];
    if path.as_str().is_some_and(|path| path.split('/').any(|part| part == "..")) {
        faults.push(Fault::invalid("spec.hostPath.path", path, "must not contain '..'"));
    }
    if spec["local"].is_object() && spec["nodeAffinity"].is_null() {
        faults.push(Fault::required("spec.nodeAffinity", "Local volume requires node affinity"));
    }
    class("spec", spec, faults);
    one_of("spec.volumeMode", &spec["volumeMode"], &["Block", "Filesystem"], faults);
}

/// What of a volume may not change: where it is, how it is used, and by which nodes.
pub fn volume_update(old: &Value, new: &Value, faults: &mut Vec<Fault>) {
    let (before, after) = (&old["spec"], &new["spec"]);
    if SOURCES.iter().any(|source| before[*source] != after[*source]) {
        let [was, is] = [before, after].map(|spec| one_of_type("PersistentVolumeSource", spec));
        let why = format!("spec.persistentvolumesource is immutable after creation\n{}", difference(&was, &is));
        faults.push(Fault::forbidden("spec.persistentvolumesource", &why));
    }
    immutable("volumeMode", &before["volumeMode"], &after["volumeMode"], faults);
    if !before["nodeAffinity"].is_null() && before["nodeAffinity"] != after["nodeAffinity"] {
        let why = "field is immutable, except for updating from beta label to GA";
        faults.push(Fault::invalid("nodeAffinity", &after["nodeAffinity"], why));
    }
}

/// What may change of a claim: where it had none, its volume and class; once it is bound, its size.
pub fn claim_update(old: &Value, new: &Value, faults: &mut Vec<Fault>) {
    let (mut before, after) = (old["spec"].clone(), &new["spec"]);
    let bound = old["status"]["phase"] == "Bound";
    for field in ["volumeName", "storageClassName"] {
        if before[field].is_null() {
            before[field] = after[field].clone();
        }
    }
    let (asked, has) = (&after["resources"]["requests"]["storage"], &old["status"]["capacity"]["storage"]);
    if bound {
        before["resources"]["requests"] = after["resources"]["requests"].clone();
        before["volumeAttributesClassName"] = after["volumeAttributesClassName"].clone();
    }
    let (was, is) = (printed(&before), printed(after));
    if was != is {
        let why = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
        faults.push(Fault::forbidden("spec", &format!("{why}\n{}", difference(&was, &is))));
    }
    // What was asked for before may be less than what came of it.
    if bound && quantity(asked) < quantity(&old["spec"]["resources"]["requests"]["storage"]) && quantity(asked) <= quantity(has) {
        let field = "spec.resources.requests.storage";
        faults.push(Fault::forbidden(field, "field can not be less than status.capacity"));
    }
}

/// The lines of a claim's spec as Go prints the structure.
fn printed(spec: &Value) -> Vec<String> {
    let mut lines = vec!["{".to_owned()];
    let tree = |value: &Value| match value {
        Value::Array(list) if list.is_empty() => "null".to_owned(),
        value => indented(value),
    };
    let resources = json!([["Limits", spec["resources"]["limits"]], ["Requests", spec["resources"]["requests"]]]);
    let mut add = |name: &str, text: &str| {
        let comma = if name == "VolumeAttributesClassName" { "" } else { "," };
        lines.extend(format!(" \"{name}\": {text}{comma}").lines().map(str::to_owned));
    };
    add("AccessModes", &tree(&spec["accessModes"]));
    add("Selector", &tree(&spec["selector"]));
    let parts: Vec<String> = list(&json!({"all": resources}), "all")
        .iter()
        .map(|pair| format!("  {}: {}", pair[0], indented(&pair[1]).replace('\n', "\n ")))
        .collect();
    add("Resources", &format!("{{\n{}\n }}", parts.join(",\n")));
    let volume = if spec["volumeName"].is_null() {
        json!("")
    } else {
        spec["volumeName"].clone()
    };
    for (name, value) in [
        ("VolumeName", &volume),
        ("StorageClassName", &spec["storageClassName"]),
        ("VolumeMode", &spec["volumeMode"]),
        ("DataSource", &spec["dataSource"]),
        ("DataSourceRef", &spec["dataSourceRef"]),
        ("VolumeAttributesClassName", &spec["volumeAttributesClassName"]),
    ] {
        add(name, &tree(value));
    }
    lines.push("}".to_owned());
    lines
}

/// JSON with one space a level, below the first.
fn indented(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let line = |line: &str| {
        let rest = line.trim_start_matches(' ');
        let depth = (line.len() - rest.len()) / 2;
        format!("{}{rest}", " ".repeat(depth))
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n ")
}

pub fn storage_class(object: &Value, faults: &mut Vec<Fault>) {
    if object["provisioner"].as_str().unwrap_or_default().is_empty() {
        faults.push(Fault::required("provisioner", ""));
    }
    one_of("reclaimPolicy", &object["reclaimPolicy"], &["Delete", "Retain"], faults);
    let modes = &["Immediate", "WaitForFirstConsumer"];
    one_of("volumeBindingMode", &object["volumeBindingMode"], modes, faults);
}

/// What of a storage class may not change.
pub fn class_update(old: &Value, new: &Value, faults: &mut Vec<Fault>) {
    for field in ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] {
        let (before, after) = (&old[field], &new[field]);
        if before != after {
            let empty = json!({});
            let same = field == "parameters" && [before, after].iter().all(|value| value.is_null() || **value == empty);
            if !same && field == "parameters" {
                faults.push(Fault::forbidden(field, "updates to parameters are forbidden."));
            } else if !same && field != "volumeBindingMode" {
                faults.push(Fault::forbidden(field, &format!("updates to {field} are forbidden.")));
            } else if !same {
                faults.push(Fault::invalid(field, after, "field is immutable"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_stays_where_it_is() {
        let volume = |path: &str| json!({"spec": {"hostPath": {"path": path}, "capacity": {"storage": "1Gi"}}});
        let faults = |old: &Value, new: &Value| {
            let mut faults = Vec::new();
            volume_update(old, new, &mut faults);
            faults.into_iter().map(|fault| fault.text).collect::<Vec<_>>()
        };
        let mut grown = volume("/a");
        grown["spec"]["capacity"]["storage"] = "2Gi".into();
        assert!(faults(&volume("/a"), &grown).is_empty());
        let moved = faults(&volume("/a"), &volume("/b"));
        assert!(
            moved[0].contains("immutable after creation\n@@ -2,7 +2,7 @@") && moved[0].contains("-  \"Path\": \"/a\",\n+  \"Path\": \"/b\","),
            "{moved:?}"
        );
    }
}
