//! What a volume is made of, in a Pod or on its own.

use serde_json::Value;

use super::projected;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, formed, labels, one_of, required};
use crate::practice::validate::{format, meta, storage};

const MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";
const HOST_TYPES: [&str; 8] = [
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
];

pub fn check(at: &str, kind: &str, source: &Value, faults: &mut Faults) {
    match kind {
        "emptyDir" if text(&source["sizeLimit"]).starts_with('-') => {
            faults.push(Fault::forbidden(format!("{at}.sizeLimit"), "SizeLimit field must be a valid resource quantity"));
        }
        "hostPath" => {
            path(&format!("{at}.path"), &source["path"], format::not_upwards, faults);
            one_of(&format!("{at}.type"), &source["type"], &HOST_TYPES, faults);
        }
        "local" => path(&format!("{at}.path"), &source["path"], format::not_upwards, faults),
        "gitRepo" => {
            required(&format!("{at}.repository"), &source["repository"], faults);
            formed(&format!("{at}.directory"), &source["directory"], format::below, faults);
        }
        "secret" | "configMap" => {
            let name = if kind == "secret" { "secretName" } else { "name" };
            required(&format!("{at}.{name}"), &source[name], faults);
            mode(&format!("{at}.defaultMode"), &source["defaultMode"], faults);
            keys(at, source, faults);
        }
        "persistentVolumeClaim" => {
            required(&format!("{at}.claimName"), &source["claimName"], faults);
        }
        "nfs" => {
            required(&format!("{at}.server"), &source["server"], faults);
            path(&format!("{at}.path"), &source["path"], absolute, faults);
        }
        "iscsi" => iscsi(at, source, faults),
        "projected" => projected::check(at, source, faults),
        "downwardAPI" => {
            mode(&format!("{at}.defaultMode"), &source["defaultMode"], faults);
            items(&source["items"]).iter().for_each(|file| projected::file(at, file, faults));
        }
        "csi" => driver(at, source, faults),
        "ephemeral" => template(&format!("{at}.volumeClaimTemplate"), &source["volumeClaimTemplate"], faults),
        "image" => {
            required(&format!("{at}.reference"), &source["reference"], faults);
            let policies = ["Always", "IfNotPresent", "Never"];
            one_of(&format!("{at}.pullPolicy"), &source["pullPolicy"], &policies, faults);
        }
        _ => {}
    }
}

fn path(at: &str, value: &Value, form: fn(&str) -> Option<String>, faults: &mut Faults) {
    required(at, value, faults);
    formed(at, value, form, faults);
}

fn absolute(path: &str) -> Option<String> {
    (!path.starts_with('/')).then(|| "must be an absolute path".to_owned())
}

pub fn mode(at: &str, mode: &Value, faults: &mut Faults) {
    if mode.as_i64().is_some_and(|mode| !(0..=0o777).contains(&mode)) {
        faults.push(Fault::invalid(at, mode, MODE));
    }
}

/// Which keys become which files.
pub fn keys(at: &str, source: &Value, faults: &mut Faults) {
    for (index, item) in items(&source["items"]).iter().enumerate() {
        let at = format!("{at}.items[{index}]");
        required(&format!("{at}.key"), &item["key"], faults);
        path(&format!("{at}.path"), &item["path"], format::free, faults);
        mode(&format!("{at}.mode"), &item["mode"], faults);
    }
}

fn iscsi(at: &str, source: &Value, faults: &mut Faults) {
    required(&format!("{at}.targetPortal"), &source["targetPortal"], faults);
    if required(&format!("{at}.iqn"), &source["iqn"], faults) && !["iqn.", "eui.", "naa."].iter().any(|start| text(&source["iqn"]).starts_with(start)) {
        let why = "must be valid format starting with iqn, eui, or naa";
        faults.push(Fault::invalid(format!("{at}.iqn"), &source["iqn"], why));
    }
    if source["lun"].as_i64().is_some_and(|number| !(0..=255).contains(&number)) {
        faults.push(Fault::invalid(format!("{at}.lun"), &source["lun"], "must be between 0 and 255, inclusive"));
    }
}

/// A volume that a driver brings.
fn driver(at: &str, source: &Value, faults: &mut Faults) {
    let field = format!("{at}.driver");
    required(&field, &source["driver"], faults);
    let name = text(&source["driver"]);
    if let Some(why) = format::subdomain(&name.to_lowercase()).filter(|_| !name.is_empty()) {
        faults.push(Fault::invalid(field, &source["driver"], &why));
    }
    if source["nodePublishSecretRef"].is_object() {
        required(&format!("{at}.nodePublishSecretRef.name"), &source["nodePublishSecretRef"]["name"], faults);
    }
}

/// The claim that is made along with a Pod.
fn template(at: &str, template: &Value, faults: &mut Faults) {
    if template.is_null() {
        return faults.push(Fault::required(at, ""));
    }
    let metadata = &template["metadata"];
    meta::annotations(&format!("{at}.metadata.annotations"), &metadata["annotations"], faults);
    labels(&format!("{at}.metadata.labels"), &metadata["labels"], faults);
    let fields = metadata.as_object().into_iter().flatten();
    for (field, _) in fields.filter(|(field, value)| !value.is_null() && !matches!(field.as_str(), "labels" | "annotations")) {
        faults.push(Fault::forbidden(format!("{at}.metadata.{field}"), "cannot be set"));
    }
    storage::claim(&format!("{at}.spec"), &template["spec"], faults);
}
