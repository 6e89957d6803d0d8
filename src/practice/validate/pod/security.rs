//! What a Pod and its containers may do on their node.

use std::collections::BTreeSet;

use serde_json::Value;

use super::MOST;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, one_of, required};
use crate::practice::validate::difference::in_go;
use crate::practice::validate::format;

const PROFILES: [&str; 3] = ["Localhost", "RuntimeDefault", "Unconfined"];
const SYSCTL: &str = "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";

/// Numbers of users and groups.
fn id(at: &str, number: &Value, faults: &mut Faults) {
    if number.as_i64().is_some_and(|number| !(0..=MOST).contains(&number)) {
        faults.push(Fault::invalid(at, number, "must be between 0 and 2147483647, inclusive"));
    }
}

/// What holds for all containers.
pub fn of_pod(at: &str, spec: &Value, faults: &mut Faults) {
    let context = &spec["securityContext"];
    for field in ["fsGroup", "runAsUser", "runAsGroup"] {
        id(&format!("{at}.{field}"), &context[field], faults);
    }
    for (index, group) in items(&context["supplementalGroups"]).iter().enumerate() {
        id(&format!("{at}.supplementalGroups[{index}]"), group, faults);
    }
    if spec["shareProcessNamespace"] == true && spec["hostPID"] == true {
        let why = "ShareProcessNamespace and HostPID cannot both be enabled";
        faults.push(Fault::invalid(format!("{at}.shareProcessNamespace"), &true.into(), why));
    }
    sysctls(&format!("{at}.sysctls"), spec, faults);
    let policies = ["Always", "OnRootMismatch"];
    one_of(&format!("{at}.fsGroupChangePolicy"), &context["fsGroupChangePolicy"], &policies, faults);
    seccomp(&format!("{at}.seccompProfile"), &context["seccompProfile"], faults);
    windows(&format!("{at}.windowsOptions"), &context["windowsOptions"], faults);
    app_armor(&format!("{at}.appArmorProfile"), &context["appArmorProfile"], faults);
    let policies = ["Merge", "Strict"];
    one_of(
        &format!("{at}.supplementalGroupsPolicy"),
        &context["supplementalGroupsPolicy"],
        &policies,
        faults,
    );
    one_of(&format!("{at}.seLinuxChangePolicy"), &context["seLinuxChangePolicy"], &["Recursive"], faults);
}

fn sysctls(at: &str, spec: &Value, faults: &mut Faults) {
    let mut names = BTreeSet::new();
    for (index, one) in items(&spec["securityContext"]["sysctls"]).iter().enumerate() {
        let (at, name) = (format!("{at}[{index}].name"), text(&one["name"]));
        if required(&at, &one["name"], faults) && !is_sysctl(name) {
            faults.push(Fault::invalid(&*at, &one["name"], SYSCTL));
        } else if !name.is_empty() && !names.insert(name) {
            faults.push(Fault::duplicate(&*at, &one["name"]));
        }
        let name = name.replace('/', ".");
        let shared = ["kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."]
            .iter()
            .any(|start| name.starts_with(start));
        let host = match (name.starts_with("net."), shared) {
            (true, _) if spec["hostNetwork"] == true => "hostNetwork",
            (_, true) if spec["hostIPC"] == true => "hostIPC",
            _ => continue,
        };
        faults.push(Fault::invalid(at, &one["name"], &format!("may not be specified when '{host}' is true")));
    }
}

fn is_sysctl(name: &str) -> bool {
    let edge = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let good = |part: &str| part.starts_with(edge) && part.ends_with(edge) && part.chars().all(|letter| edge(letter) || "-_".contains(letter));
    name.len() <= 253 && name.split(['.', '/']).all(good)
}

fn seccomp(at: &str, profile: &Value, faults: &mut Faults) {
    if profile.is_null() {
        return;
    }
    if text(&profile["type"]).is_empty() {
        faults.push(Fault::required(format!("{at}.type"), "type is required when seccompProfile is set"));
    } else {
        one_of(&format!("{at}.type"), &profile["type"], &PROFILES, faults);
    }
    let (at, file) = (format!("{at}.localhostProfile"), &profile["localhostProfile"]);
    if profile["type"] != "Localhost" {
        if !file.is_null() {
            let fault = Fault::invalid(at, profile, "can only be set when seccomp type is Localhost");
            faults.push(fault.shown(profile, &in_go("v1", "SeccompProfile", profile)));
        }
    } else if file.is_null() {
        faults.push(Fault::required(at, "must be set when seccomp type is Localhost"));
    } else if let Some(why) = format::below(text(file)) {
        faults.push(Fault::invalid(at, file, &why));
    }
}

fn app_armor(at: &str, profile: &Value, faults: &mut Faults) {
    if profile.is_null() {
        return;
    }
    let file = &profile["localhostProfile"];
    let field = format!("{at}.localhostProfile");
    match text(&profile["type"]) {
        "" => faults.push(Fault::required(format!("{at}.type"), "type is required when appArmorProfile is set")),
        "Localhost" if text(file).trim().len() < text(file).len() => {
            faults.push(Fault::invalid(field, file, "must not be padded with whitespace"));
        }
        "Localhost" if text(file).is_empty() => {
            faults.push(Fault::required(field, "must be set when AppArmor type is Localhost"));
        }
        "Localhost" => {}
        "RuntimeDefault" | "Unconfined" if !file.is_null() => {
            faults.push(Fault::invalid(field, file, "can only be set when AppArmor type is Localhost"));
        }
        _ => one_of(&format!("{at}.type"), &profile["type"], &PROFILES, faults),
    }
}

fn windows(at: &str, options: &Value, faults: &mut Faults) {
    if options["runAsUserName"] == "" {
        let why = "runAsUserName cannot be an empty string";
        faults.push(Fault::invalid(format!("{at}.runAsUserName"), &"".into(), why));
    }
}

/// What holds for one container.
pub fn of_container(at: &str, context: &Value, own_users: bool, faults: &mut Faults) {
    if context.is_null() {
        return;
    }
    for field in ["runAsUser", "runAsGroup"] {
        id(&format!("{at}.{field}"), &context[field], faults);
    }
    let mount = format!("{at}.procMount");
    one_of(&mount, &context["procMount"], &["Default", "Unmasked"], faults);
    if context["procMount"] == "Unmasked" && !own_users {
        faults.push(Fault::invalid(mount, &context["procMount"], "`hostUsers` must be false to use `Unmasked`"));
    }
    seccomp(&format!("{at}.seccompProfile"), &context["seccompProfile"], faults);
    if context["allowPrivilegeEscalation"] == false {
        let mut both = |other: &str| {
            let why = format!("cannot set `allowPrivilegeEscalation` to false and {other}");
            faults.push(Fault::invalid(at, context, &why).shown(context, &in_go("v1", "SecurityContext", context)));
        };
        if context["privileged"] == true {
            both("`privileged` to true");
        }
        let added = items(&context["capabilities"]["add"]);
        added
            .iter()
            .filter(|one| *one == "CAP_SYS_ADMIN")
            .for_each(|_| both("`capabilities.Add` CAP_SYS_ADMIN"));
    }
    windows(&format!("{at}.windowsOptions"), &context["windowsOptions"], faults);
    app_armor(&format!("{at}.appArmorProfile"), &context["appArmorProfile"], faults);
}

/// A Pod with users of its own has little else of the node's.
pub fn own_users(at: &str, spec: &Value, faults: &mut Faults) {
    if spec["hostUsers"] != false {
        return;
    }
    for (field, shown) in [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
        if spec[field] == true {
            faults.push(Fault::forbidden(format!("{at}.{shown}"), "when `hostUsers` is false"));
        }
    }
}
