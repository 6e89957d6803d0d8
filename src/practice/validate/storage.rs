//! Validation of claims, volumes and storage classes (kubernetes `pkg/apis/core/validation`, `storage/validation`).

use serde_json::{Value, json};

use super::check::{formed, immutable, list, one_of, quantity, required, selector, shown};
use super::difference::{difference, one_of_type};
use super::{format, pod};
use crate::practice::field::text;
use crate::practice::quantity::Quantity;
use crate::practice::status::Fault;

const MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
/// What a volume may be made of, in the order in which Kubernetes looks.
const SOURCES: &[&str] = &[
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "glusterfs",
    "flocker",
    "nfs",
    "rbd",
    "quobyte",
    "cephfs",
    "iscsi",
    "cinder",
    "fc",
    "flexVolume",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "scaleIO",
    "local",
    "storageos",
    "csi",
];

pub fn claim(at: &str, spec: &Value, faults: &mut Vec<Fault>) {
    lists_modes(at, spec, "at least 1 access mode is required", faults);
    selector(&format!("{at}.selector"), &spec["selector"], faults);
    modes(at, spec, faults);
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
    sources(at, spec, faults);
    let attributes = format!("{at}.volumeAttributesClassName");
    formed(&attributes, &spec["volumeAttributesClassName"], format::subdomain, faults);
}

/// Where the content of a claim comes from.
fn sources(at: &str, spec: &Value, faults: &mut Vec<Fault>) {
    let (source, reference) = (&spec["dataSource"], &spec["dataSourceRef"]);
    for (field, one) in [("dataSource", source), ("dataSourceRef", reference)] {
        if !one.is_null() {
            origin(&format!("{at}.{field}"), one, faults);
        }
    }
    let elsewhere = !text(&reference["namespace"]).is_empty();
    let same = ["apiGroup", "kind", "name"].iter().all(|field| source[*field] == reference[*field]);
    let why = match (source.is_null(), reference.is_null()) {
        (false, false) if elsewhere => "may not be specified when dataSourceRef.namespace is specified",
        (false, false) if !same => "must match dataSourceRef",
        _ => return,
    };
    // Kubernetes shows the path of the field, which has no fields of its own to show.
    faults.push(Fault::invalid(at, &json!({}), why));
}

fn origin(at: &str, source: &Value, faults: &mut Vec<Fault>) {
    for field in ["name", "kind"] {
        required(&format!("{at}.{field}"), &source[field], faults);
    }
    if text(&source["apiGroup"]).is_empty() && source["kind"] != "PersistentVolumeClaim" {
        let why = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
        faults.push(Fault::invalid(at, &source["kind"], why));
    }
    formed(&format!("{at}.apiGroup"), &source["apiGroup"], format::subdomain, faults);
    formed(&format!("{at}.namespace"), &source["namespace"], format::label, faults);
}

fn lists_modes(at: &str, spec: &Value, lacking: &str, faults: &mut Vec<Fault>) {
    if list(spec, "accessModes").is_empty() {
        faults.push(Fault::required(format!("{at}.accessModes"), lacking));
    }
}

fn modes(at: &str, spec: &Value, faults: &mut Vec<Fault>) {
    let (field, modes) = (format!("{at}.accessModes"), list(spec, "accessModes"));
    modes.iter().for_each(|mode| one_of(&field, mode, MODES, faults));
    let (alone, others): (Vec<&str>, Vec<&str>) = modes
        .iter()
        .map(text)
        .filter(|mode| MODES.contains(mode))
        .partition(|mode| *mode == "ReadWriteOncePod");
    if !alone.is_empty() && !others.is_empty() {
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
    lists_modes("spec", spec, "", faults);
    modes("spec", spec, faults);
    capacity(&spec["capacity"], faults);
    let policy = &spec["persistentVolumeReclaimPolicy"];
    one_of("spec.persistentVolumeReclaimPolicy", policy, &["Delete", "Recycle", "Retain"], faults);
    let affinity = &spec["nodeAffinity"];
    if affinity.is_object() {
        pod::volume_affinity("spec.nodeAffinity", affinity, faults);
    }
    made_of(spec, faults);
    if spec["hostPath"]["path"] == "/" && policy == "Recycle" {
        let why = "may not be 'recycle' for a hostPath mount of '/'";
        faults.push(Fault::forbidden("spec.persistentVolumeReclaimPolicy", why));
    }
    class("spec", spec, faults);
    one_of("spec.volumeMode", &spec["volumeMode"], &["Block", "Filesystem"], faults);
    let attributes = &spec["volumeAttributesClassName"];
    if attributes.is_null() {
        return;
    }
    if text(attributes).is_empty() {
        faults.push(Fault::required("spec.volumeAttributesClassName", "an empty string is disallowed"));
    }
    formed("spec.volumeAttributesClassName", attributes, format::subdomain, faults);
    if spec["csi"].is_null() {
        faults.push(Fault::required("spec.csi", "has to be specified when using volumeAttributesClassName"));
    }
}

fn made_of(spec: &Value, faults: &mut Vec<Fault>) {
    let given = SOURCES.iter().filter(|source| spec[**source].is_object());
    for (index, source) in given.clone().enumerate() {
        let at = format!("spec.{source}");
        if index > 0 {
            faults.push(Fault::forbidden(at, "may not specify more than 1 volume type"));
            continue;
        }
        pod::volume_source(&at, source, &spec[*source], faults);
        if *source == "csi" {
            required(&format!("{at}.volumeHandle"), &spec["csi"]["volumeHandle"], faults);
        }
        if *source == "local" && spec["nodeAffinity"].is_null() {
            faults.push(Fault::required("spec.nodeAffinity", "Local volume requires node affinity"));
        }
    }
    if given.count() == 0 {
        faults.push(Fault::required("spec", "must specify a volume type"));
    }
}

fn capacity(capacity: &Value, faults: &mut Vec<Fault>) {
    let amounts = || capacity.as_object().into_iter().flatten();
    if amounts().count() == 0 {
        faults.push(Fault::required("spec.capacity", ""));
    }
    if capacity["storage"].is_null() || amounts().count() > 1 {
        faults.push(Fault::unsupported("spec.capacity", capacity, &["storage"]));
    }
    for (name, value) in amounts() {
        let (field, amount) = (format!("spec.capacity[{name}]"), quantity(value));
        if amount.is_some_and(Quantity::is_negative) {
            let whole = json!(amount.map_or(0, |amount| amount.number() as i64));
            faults.push(Fault::invalid(&*field, &whole, "must be a valid resource quantity"));
        }
        if amount.is_some_and(|amount| amount <= Quantity::ZERO) {
            faults.push(Fault::invalid(field, &shown(value), "must be greater than zero"));
        }
    }
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
    if quantity(asked) < quantity(&old["spec"]["resources"]["requests"]["storage"]) && quantity(asked) <= Some(quantity(has).unwrap_or(Quantity::ZERO)) {
        let field = "spec.resources.requests.storage";
        faults.push(Fault::forbidden(field, "field can not be less than status.capacity"));
    }
    immutable("volumeMode", &old["spec"]["volumeMode"], &after["volumeMode"], faults);
}

/// The lines of a claim's spec as Go prints the structure.
fn printed(spec: &Value) -> Vec<String> {
    let mut lines = vec!["{".to_owned()];
    let resources = json!([["Limits", spec["resources"]["limits"]], ["Requests", spec["resources"]["requests"]]]);
    let mut add = |name: &str, text: &str| {
        let comma = if name == "VolumeAttributesClassName" { "" } else { "," };
        lines.extend(format!(" \"{name}\": {text}{comma}").lines().map(str::to_owned));
    };
    add("AccessModes", &indented(&spec["accessModes"]));
    add("Selector", &indented(&spec["selector"]));
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
        add(name, &indented(value));
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
