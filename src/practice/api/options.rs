//! The options in a request's query, checked before anything is done (apimachinery `apis/meta/v1/validation`).

use serde_json::{Value, json};

use super::call::Call;
use super::path::Resource;
use crate::practice::status::{Fault, Status};

/// The longest name of a field manager.
const MANAGER: usize = 128;
const NOT_OLDER: &str = "NotOlderThan";
const POLICIES: [&str; 4] = ["Foreground", "Background", "Orphan", "nil"];

/// Refuses options that the verb does not take.
///
/// # Errors
/// 422 with every fault found.
pub fn check(at: &Resource, call: &Call) -> Result<(), Status> {
    let (kind, faults) = match call.method.as_str() {
        "GET" if at.name.is_empty() || call.flag("watch") => ("ListOptions", list(call)),
        "POST" if at.sub.is_empty() || matches!(at.sub.as_str(), "binding" | "eviction" | "token") => ("CreateOptions", write(call)),
        "PUT" => ("UpdateOptions", write(call)),
        "PATCH" => ("PatchOptions", patch(call)),
        _ => return Ok(()),
    };
    refuse(kind, &faults)
}

fn refuse(kind: &str, faults: &[Fault]) -> Result<(), Status> {
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Status::invalid_as(kind, "meta.k8s.io", "", faults))
    }
}

fn list(call: &Call) -> Vec<Fault> {
    let (version, matching) = (call.param("resourceVersion"), call.param("resourceVersionMatch"));
    let (streaming, going_on) = (!call.param("sendInitialEvents").is_empty(), !call.param("continue").is_empty());
    let forbidden = |why: &str| Fault::forbidden("resourceVersionMatch", why);
    let unsupported = |supported: &[&str]| Fault::unsupported("resourceVersionMatch", &matching.into(), supported);
    let mut faults = Vec::new();
    if call.flag("watch") {
        if streaming && matching != NOT_OLDER {
            faults.push(forbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }
        if !matching.is_empty() && !streaming {
            faults.push(forbidden("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
        }
        if !matching.is_empty() && matching != NOT_OLDER {
            faults.push(unsupported(&[NOT_OLDER]));
        }
        return faults;
    }
    if !matching.is_empty() {
        if version.is_empty() {
            faults.push(forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided"));
        }
        if going_on {
            faults.push(forbidden("resourceVersionMatch is forbidden when continue is provided"));
        }
        if !["Exact", NOT_OLDER].contains(&matching) {
            faults.push(unsupported(&["Exact", NOT_OLDER, ""]));
        }
        if matching == "Exact" && version == "0" {
            faults.push(forbidden("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
        }
    }
    if streaming {
        faults.push(Fault::forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
    }
    faults
}

fn write(call: &Call) -> Vec<Fault> {
    let mut faults = manager(call.param("fieldManager"));
    faults.extend(dry_run(&call.params("dryRun").collect::<Vec<_>>()));
    let validation = call.param("fieldValidation");
    let known = ["", "Ignore", "Strict", "Warn"];
    if !known.contains(&validation) {
        faults.push(Fault::unsupported("fieldValidation", &validation.into(), &known));
    }
    faults
}

fn manager(name: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    if name.len() > MANAGER {
        faults.push(Fault::too_long("fieldManager", MANAGER));
    }
    for (at, letter) in name.char_indices().filter(|(_, letter)| letter.is_control()) {
        let shown: String = name.chars().map(shown).collect();
        faults.push(Fault {
            reason: "FieldValueInvalid",
            field: "fieldManager".to_owned(),
            text: format!("Invalid value: \"{shown}\": invalid character U+{:04X} (at position {at})", letter as u32),
        });
    }
    faults
}

/// A letter as Go quotes it.
fn shown(letter: char) -> String {
    match letter {
        '\n' => r"\n".to_owned(),
        '\t' => r"\t".to_owned(),
        '\r' => r"\r".to_owned(),
        other if other.is_control() => format!("\\x{:02x}", other as u32),
        other => other.to_string(),
    }
}

fn dry_run(stages: &[&str]) -> Option<Fault> {
    let odd = stages.iter().any(|stage| !stage.is_empty() && *stage != "All");
    odd.then(|| Fault::unsupported("dryRun", &json!(stages), &["All"]))
}

fn patch(call: &Call) -> Vec<Fault> {
    let mut faults = Vec::new();
    if call.content_type() == super::patching::APPLY {
        if call.param("fieldManager").is_empty() {
            faults.push(Fault::required("fieldManager", "is required for apply patch"));
        }
    } else if !call.param("force").is_empty() {
        faults.push(Fault::forbidden("force", "may not be specified for non-apply patch"));
    }
    faults.extend(write(call));
    faults
}

/// DeleteOptions, from a body or a query.
///
/// # Errors
/// 422 with every fault found.
pub fn deletion(options: &Value, call: &Call) -> Result<(), Status> {
    let policy = options["propagationPolicy"].as_str().unwrap_or(call.param("propagationPolicy"));
    let mut faults = Vec::new();
    if !options["orphanDependents"].is_null() && !policy.is_empty() {
        let why = "orphanDependents and deletionPropagation cannot be both set";
        faults.push(Fault::invalid("propagationPolicy", &policy.into(), why));
    }
    if !policy.is_empty() && !POLICIES[..3].contains(&policy) {
        faults.push(Fault::unsupported("propagationPolicy", &policy.into(), &POLICIES));
    }
    let sent = options["dryRun"].as_array().into_iter().flatten().filter_map(Value::as_str);
    faults.extend(dry_run(&sent.chain(call.params("dryRun")).collect::<Vec<_>>()));
    refuse("DeleteOptions", &faults)
}
