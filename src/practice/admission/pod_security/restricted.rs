//! What only the restricted level forbids: everything that a careful pod does without.

use std::collections::BTreeSet;

use serde_json::Value;

use super::baseline::{added, own_users, seccomp};
use super::{Violation, containers, named, plural, quoted, setters, which};
use crate::practice::field::{items, text};

/// Kinds of volumes that are part of a pod or claimed for it.
const VOLUMES: &[&str] = &[
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// In the order in which Kubernetes names them.
pub fn violations(spec: &Value) -> Vec<Violation> {
    let linux = spec["os"]["name"] != "windows";
    let all: [(bool, Option<Violation>); 6] = [
        (linux, escalation(spec)),
        (linux, capabilities(spec)),
        (true, volumes(spec)),
        (!own_users(spec), non_root(spec)),
        (!own_users(spec), root_user(spec)),
        (linux, seccomp_profile(spec)),
    ];
    all.into_iter().filter_map(|(asked, found)| found.filter(|_| asked)).collect()
}

fn escalation(spec: &Value) -> Option<Violation> {
    let names = which(spec, |one| one["securityContext"]["allowPrivilegeEscalation"] != false);
    (!names.is_empty()).then(|| Violation {
        reason: "allowPrivilegeEscalation != false",
        detail: format!("{} must set securityContext.allowPrivilegeEscalation=false", named(&names)),
    })
}

fn capabilities(spec: &Value) -> Option<Violation> {
    const MAY_ADD: &[&str] = &["NET_BIND_SERVICE"];
    let drops = |one: &Value| items(&one["securityContext"]["capabilities"]["drop"]).iter().any(|name| name == "ALL");
    let keeping = which(spec, |one| !drops(one));
    let adding = which(spec, |one| added(one, MAY_ADD).next().is_some());
    let found: BTreeSet<&str> = containers(spec).flat_map(|one| added(one, MAY_ADD)).collect();
    let found: Vec<&str> = found.into_iter().collect();
    let mut details = Vec::new();
    if !keeping.is_empty() {
        details.push(format!("{} must set securityContext.capabilities.drop=[\"ALL\"]", named(&keeping)));
    }
    if !adding.is_empty() {
        details.push(format!(
            "{} must not include {} in securityContext.capabilities.add",
            named(&adding),
            quoted(&found)
        ));
    }
    (!details.is_empty()).then(|| Violation {
        reason: "unrestricted capabilities",
        detail: details.join("; "),
    })
}

fn volumes(spec: &Value) -> Option<Violation> {
    let odd = |volume: &&Value| !VOLUMES.iter().any(|kind| volume[*kind].is_object());
    let bad: Vec<&Value> = items(&spec["volumes"]).iter().filter(odd).collect();
    let names: Vec<&str> = bad.iter().map(|volume| text(&volume["name"])).collect();
    let kind = |volume: &&Value| {
        let fields = volume.as_object().into_iter().flatten();
        fields.filter(|(field, _)| *field != "name").map(|(field, _)| field.clone()).next()
    };
    let kinds: BTreeSet<String> = bad.iter().map(|volume| kind(volume).unwrap_or_else(|| "unknown".to_owned())).collect();
    let kinds: Vec<String> = kinds.into_iter().collect();
    (!names.is_empty()).then(|| Violation {
        reason: "restricted volume types",
        detail: format!(
            "{} {} {} {} {}",
            plural(names.len(), "volume", "volumes"),
            quoted(&names),
            plural(names.len(), "uses", "use"),
            plural(kinds.len(), "restricted volume type", "restricted volume types"),
            quoted(&kinds)
        ),
    })
}

fn non_root(spec: &Value) -> Option<Violation> {
    let of = |one: &Value| one["securityContext"]["runAsNonRoot"].as_bool();
    let as_root = which(spec, |one| of(one) == Some(false));
    let detail = if of(spec) == Some(false) || !as_root.is_empty() {
        let who = setters(of(spec) == Some(false), &as_root);
        format!("{who} must not set securityContext.runAsNonRoot=false")
    } else {
        let silent = which(spec, |one| of(one).is_none());
        if of(spec) == Some(true) || silent.is_empty() {
            return None;
        }
        format!("pod or {} must set securityContext.runAsNonRoot=true", named(&silent))
    };
    Some(Violation {
        reason: "runAsNonRoot != true",
        detail,
    })
}

fn root_user(spec: &Value) -> Option<Violation> {
    let root = |one: &Value| one["securityContext"]["runAsUser"] == 0;
    let names = which(spec, root);
    (root(spec) || !names.is_empty()).then(|| Violation {
        reason: "runAsUser=0",
        detail: format!("{} must not set runAsUser=0", setters(root(spec), &names)),
    })
}

fn seccomp_profile(spec: &Value) -> Option<Violation> {
    if let Some(bad) = seccomp(spec) {
        return Some(bad);
    }
    let unset = |one: &Value| one["securityContext"]["seccompProfile"].is_null();
    let names = which(spec, unset);
    (unset(spec) && !names.is_empty()).then(|| Violation {
        reason: "seccompProfile",
        detail: format!(
            "pod or {} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
            named(&names)
        ),
    })
}
