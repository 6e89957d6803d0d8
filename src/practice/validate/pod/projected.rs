//! Volumes that show what the cluster knows: files of several sources in one, and fields of the Pod.

use std::collections::BTreeSet;

use serde_json::Value;

use super::env;
use super::source::{keys, mode};
use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, formed, required};
use crate::practice::validate::format;

/// How long a token may live, in seconds.
const SHORTEST: i64 = 600;
const LONGEST: i64 = 1 << 32;
const OF_POD: [&str; 5] = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

pub fn check(at: &str, source: &Value, faults: &mut Faults) {
    mode(&format!("{at}.defaultMode"), &source["defaultMode"], faults);
    let mut paths = BTreeSet::new();
    for (index, part) in items(&source["sources"]).iter().enumerate() {
        let field = format!("{at}.sources[{index}]");
        let kinds = ["secret", "configMap", "downwardAPI", "serviceAccountToken"];
        let given = kinds.iter().filter(|kind| part[**kind].is_object());
        for kind in given.clone() {
            one(at, &format!("{field}.{kind}"), kind, &part[*kind], &mut paths, faults);
        }
        if given.count() > 1 {
            faults.push(Fault::forbidden(field, "may not specify more than 1 volume type per source"));
        }
    }
}

fn one<'a>(volume: &str, at: &str, kind: &str, source: &'a Value, paths: &mut BTreeSet<&'a str>, faults: &mut Faults) {
    let mut twice = |file: &'a Value, shown: &Value, faults: &mut Faults| {
        let path = text(&file["path"]);
        if !path.is_empty() && !paths.insert(path) {
            faults.push(Fault::invalid(volume, shown, "conflicting duplicate paths"));
        }
    };
    match kind {
        "serviceAccountToken" => token(volume, at, source, faults),
        "downwardAPI" => {
            for item in items(&source["items"]) {
                file(at, item, faults);
                twice(item, &item["path"], faults);
            }
        }
        _ => {
            required(&format!("{at}.name"), &source["name"], faults);
            keys(at, source, faults);
            items(&source["items"]).iter().for_each(|item| twice(item, &source["name"], faults));
        }
    }
}

/// A token, whose path is looked for in the volume.
fn token(volume: &str, at: &str, token: &Value, faults: &mut Faults) {
    let seconds = &token["expirationSeconds"];
    let why = match seconds.as_i64() {
        Some(..SHORTEST) => Some("may not specify a duration less than 10 minutes"),
        Some(length) if length > LONGEST => Some("may not specify a duration larger than 2^32 seconds"),
        _ => None,
    };
    if let Some(why) = why {
        faults.push(Fault::invalid(format!("{at}.expirationSeconds"), seconds, why));
    }
    let path = format!("{volume}.path");
    required(&path, &token["path"], faults);
    formed(&path, &token["path"], format::free, faults);
}

/// A file with a field of the Pod or a resource of a container.
pub fn file(at: &str, file: &Value, faults: &mut Faults) {
    let path = format!("{at}.path");
    required(&path, &file["path"], faults);
    formed(&path, &file["path"], format::free, faults);
    let (field, resource) = (&file["fieldRef"], &file["resourceFieldRef"]);
    if field.is_object() {
        env::field(&format!("{at}.fieldRef"), field, &OF_POD, faults);
        if resource.is_object() {
            let why = "fieldRef and resourceFieldRef can not be specified simultaneously";
            faults.push(Fault::invalid(at, &"resource".into(), why));
        }
    } else if resource.is_object() {
        env::resource(&format!("{at}.resourceFieldRef"), resource, true, faults);
    } else {
        faults.push(Fault::required(at, "one of fieldRef and resourceFieldRef is required"));
    }
    mode(&format!("{at}.mode"), &file["mode"], faults);
}
