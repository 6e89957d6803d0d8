//! The volumes of a Pod.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::env::unknown_field;
use super::named;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, one_of, required};
use crate::practice::validate::format;

/// The volumes that are right, by name.
pub type Volumes = BTreeMap<String, Value>;

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
const OF_POD: [&str; 5] = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

/// Checks all volumes; what is wrong is not there for those that mount it.
pub fn all(at: &str, spec: &Value, faults: &mut Faults) -> Volumes {
    let (mut names, mut good) = (BTreeSet::new(), Volumes::new());
    for (index, volume) in items(&spec["volumes"]).iter().enumerate() {
        let at = format!("{at}.volumes[{index}]");
        let mut own = Vec::new();
        source(&at, volume, &mut own);
        named(&at, volume, &mut names, &mut own);
        if own.is_empty() {
            good.insert(text(&volume["name"]).to_owned(), volume.clone());
        }
        faults.append(&mut own);
    }
    good
}

fn source(at: &str, volume: &Value, faults: &mut Faults) {
    let given = volume
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(field, value)| *field != "name" && !value.is_null());
    let mut given: Vec<(&String, &Value)> = given.collect();
    // Kubernetes looks at them in this order.
    given.sort_by_key(|(field, _)| match field.as_str() {
        "emptyDir" => 0,
        "hostPath" => 1,
        _ => 2,
    });
    for (place, (field, source)) in given.into_iter().enumerate() {
        let at = format!("{at}.{field}");
        if place > 0 {
            faults.push(Fault::forbidden(at, "may not specify more than 1 volume type"));
        } else {
            one(&at, field, source, faults);
        }
    }
}

fn one(at: &str, kind: &str, source: &Value, faults: &mut Faults) {
    match kind {
        "emptyDir" if text(&source["sizeLimit"]).starts_with('-') => {
            faults.push(Fault::forbidden(format!("{at}.sizeLimit"), "SizeLimit field must be a valid resource quantity"));
        }
        "hostPath" => {
            if required(&format!("{at}.path"), &source["path"], faults)
                && let Some(why) = format::not_upwards(text(&source["path"]))
            {
                faults.push(Fault::invalid(format!("{at}.path"), &source["path"], &why));
            }
            one_of(&format!("{at}.type"), &source["type"], &HOST_TYPES, faults);
        }
        "secret" | "configMap" => {
            let name = if kind == "secret" { "secretName" } else { "name" };
            required(&format!("{at}.{name}"), &source[name], faults);
            mode(at, source, faults);
            keys(at, source, faults);
        }
        "persistentVolumeClaim" => {
            required(&format!("{at}.claimName"), &source["claimName"], faults);
        }
        "nfs" => {
            required(&format!("{at}.server"), &source["server"], faults);
            if required(&format!("{at}.path"), &source["path"], faults) && !text(&source["path"]).starts_with('/') {
                faults.push(Fault::invalid(format!("{at}.path"), &source["path"], "must be an absolute path"));
            }
        }
        "projected" => projected(at, source, faults),
        "downwardAPI" => {
            mode(at, source, faults);
            downward(at, source, faults);
        }
        "ephemeral" if source["volumeClaimTemplate"].is_null() => faults.push(Fault::required(format!("{at}.volumeClaimTemplate"), "")),
        "image" => {
            required(&format!("{at}.reference"), &source["reference"], faults);
        }
        _ => {}
    }
}

fn mode(at: &str, source: &Value, faults: &mut Faults) {
    if source["defaultMode"].as_i64().is_some_and(|mode| !(0..=0o777).contains(&mode)) {
        faults.push(Fault::invalid(format!("{at}.defaultMode"), &source["defaultMode"], MODE));
    }
}

/// Which keys become which files.
fn keys(at: &str, source: &Value, faults: &mut Faults) {
    for (index, item) in items(&source["items"]).iter().enumerate() {
        let at = format!("{at}.items[{index}]");
        required(&format!("{at}.key"), &item["key"], faults);
        if required(&format!("{at}.path"), &item["path"], faults)
            && let Some(why) = format::below(text(&item["path"]))
        {
            faults.push(Fault::invalid(format!("{at}.path"), &item["path"], &why));
        }
        if item["mode"].as_i64().is_some_and(|mode| !(0..=0o777).contains(&mode)) {
            faults.push(Fault::invalid(format!("{at}.mode"), &item["mode"], MODE));
        }
    }
}

fn projected(at: &str, source: &Value, faults: &mut Faults) {
    mode(at, source, faults);
    for (index, part) in items(&source["sources"]).iter().enumerate() {
        let at = format!("{at}.sources[{index}]");
        let given: Vec<(&String, &Value)> = part.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()).collect();
        match given.as_slice() {
            [(kind, one)] if matches!(kind.as_str(), "secret" | "configMap") => {
                required(&format!("{at}.{kind}.name"), &one["name"], faults);
                keys(&format!("{at}.{kind}"), one, faults);
            }
            [(kind, one)] if *kind == "downwardAPI" => downward(&format!("{at}.{kind}"), one, faults),
            [] | [_] => {}
            _ => faults.push(Fault::forbidden(at, "may not specify more than 1 volume type per source")),
        }
    }
}

fn downward(at: &str, source: &Value, faults: &mut Faults) {
    for item in items(&source["items"]) {
        if required(&format!("{at}.path"), &item["path"], faults)
            && let Some(why) = format::below(text(&item["path"]))
        {
            faults.push(Fault::invalid(format!("{at}.path"), &item["path"], &why));
        }
        let path = &item["fieldRef"]["fieldPath"];
        let keyed = text(path).contains("['");
        if let Some(why) = Some(text(path)).filter(|path| !path.is_empty()).and_then(unknown_field) {
            faults.push(Fault::invalid(format!("{at}.fieldRef.fieldPath"), path, &why));
        } else if !keyed {
            one_of(&format!("{at}.fieldRef.fieldPath"), path, &OF_POD, faults);
        }
        if item["fieldRef"].is_null() && item["resourceFieldRef"].is_null() {
            faults.push(Fault::required(at, "one of fieldRef and resourceFieldRef is required"));
        }
    }
}
