//! One container of a Pod: image, ports, mounts, security, hooks.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::volume::Volumes;
use super::{env, probe, resources, seccomp, users};
use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, one_of, port, required};
use crate::practice::validate::format;

const INIT_ONLY: &str = "may not be set for init containers without restartPolicy=Always";

pub fn check(at: &str, container: &Value, field: &str, volumes: &Volumes, names: &mut BTreeSet<String>, faults: &mut Faults) {
    let name = text(&container["name"]);
    if required(&format!("{at}.name"), &container["name"], faults)
        && let Some(why) = format::label(name)
    {
        faults.push(Fault::invalid(format!("{at}.name"), &container["name"], &why));
    }
    required(&format!("{at}.image"), &container["image"], faults);
    let policies = ["File", "FallbackToLogsOnError"];
    one_of(
        &format!("{at}.terminationMessagePolicy"),
        &container["terminationMessagePolicy"],
        &policies,
        faults,
    );
    ports(at, container, faults);
    env::check(at, container, faults);
    mounts(at, container, volumes, faults);
    devices(at, container, volumes, faults);
    one_of(
        &format!("{at}.imagePullPolicy"),
        &container["imagePullPolicy"],
        &["Always", "IfNotPresent", "Never"],
        faults,
    );
    resources::check(&format!("{at}.resources"), &container["resources"], faults);
    security(&format!("{at}.securityContext"), &container["securityContext"], faults);
    if !name.is_empty() && !names.insert(name.to_owned()) {
        faults.push(Fault::duplicate(format!("{at}.name"), &container["name"]));
    }
    let once = field == "initContainers" && container["restartPolicy"] != "Always";
    for part in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        let at = format!("{at}.{part}");
        match &container[part] {
            Value::Null => {}
            _ if once => faults.push(Fault::forbidden(at, INIT_ONLY)),
            hooks if part == "lifecycle" => ["postStart", "preStop"]
                .iter()
                .for_each(|hook| probe::handler(&format!("{at}.{hook}"), &hooks[*hook], faults)),
            one => probe::check(&at, one, part, faults),
        }
    }
    if !container["restartPolicy"].is_null() {
        one_of(
            &format!("{at}.restartPolicy"),
            &container["restartPolicy"],
            &["Always", "Never", "OnFailure"],
            faults,
        );
    }
}

fn ports(at: &str, container: &Value, faults: &mut Faults) {
    let mut names = BTreeSet::new();
    for (index, one) in items(&container["ports"]).iter().enumerate() {
        let at = format!("{at}.ports[{index}]");
        let name = text(&one["name"]);
        let wrong = if name.is_empty() { Vec::new() } else { format::port_name(name) };
        if wrong.is_empty() && !name.is_empty() && !names.insert(name) {
            faults.push(Fault::duplicate(format!("{at}.name"), &one["name"]));
        }
        for why in wrong {
            faults.push(Fault::invalid(format!("{at}.name"), &one["name"], &why));
        }
        if one["containerPort"].as_i64().unwrap_or(0) == 0 {
            faults.push(Fault::required(format!("{at}.containerPort"), ""));
        } else {
            port(&format!("{at}.containerPort"), &one["containerPort"], faults);
        }
        if one["hostPort"].as_i64() != Some(0) {
            port(&format!("{at}.hostPort"), &one["hostPort"], faults);
        }
        one_of(&format!("{at}.protocol"), &one["protocol"], &["SCTP", "TCP", "UDP"], faults);
    }
}

fn mounts(at: &str, container: &Value, volumes: &Volumes, faults: &mut Faults) {
    let taken = |field: &str| {
        items(&container["volumeDevices"])
            .iter()
            .map(|device| text(&device[field]))
            .collect::<BTreeSet<_>>()
    };
    let (names, devices) = (taken("name"), taken("devicePath"));
    let mut paths = BTreeSet::new();
    for (index, mount) in items(&container["volumeMounts"]).iter().enumerate() {
        let field = format!("{at}.volumeMounts[{index}]");
        let (name, path) = (text(&mount["name"]), text(&mount["mountPath"]));
        if required(&format!("{field}.name"), &mount["name"], faults) && !volumes.contains_key(name) {
            faults.push(Fault::not_found(format!("{field}.name"), &mount["name"]));
        }
        if required(&format!("{field}.mountPath"), &mount["mountPath"], faults) && !paths.insert(path) {
            faults.push(Fault::invalid(format!("{field}.mountPath"), &mount["mountPath"], "must be unique"));
        }
        if names.contains(name) {
            faults.push(Fault::invalid(
                format!("{field}.name"),
                &mount["name"],
                "must not already exist in volumeDevices",
            ));
        }
        if devices.contains(path) {
            let why = "must not already exist as a path in volumeDevices";
            faults.push(Fault::invalid(format!("{field}.mountPath"), &mount["mountPath"], why));
        }
        for sub in ["subPath", "subPathExpr"] {
            if let Some(why) = Some(text(&mount[sub])).filter(|path| !path.is_empty()).and_then(format::below) {
                faults.push(Fault::invalid(format!("{at}.volumeMounts.{sub}"), &mount[sub], &why));
            }
        }
    }
}

fn devices(at: &str, container: &Value, volumes: &Volumes, faults: &mut Faults) {
    let mounted = |field: &str, value: &Value| items(&container["volumeMounts"]).iter().any(|mount| mount[field] == *value);
    for (index, device) in items(&container["volumeDevices"]).iter().enumerate() {
        let at = format!("{at}.volumeDevices[{index}]");
        if required(&format!("{at}.name"), &device["name"], faults) {
            match volumes.get(text(&device["name"])) {
                None => faults.push(Fault::not_found(format!("{at}.name"), &device["name"])),
                Some(volume) if volume["persistentVolumeClaim"].is_null() && volume["ephemeral"].is_null() => {
                    let why = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                    faults.push(Fault::invalid(format!("{at}.name"), &device["name"], why));
                }
                Some(_) => {}
            }
        }
        required(&format!("{at}.devicePath"), &device["devicePath"], faults);
        if mounted("name", &device["name"]) {
            faults.push(Fault::invalid(format!("{at}.name"), &device["name"], "must not already exist in volumeMounts"));
        }
        if mounted("mountPath", &device["devicePath"]) {
            let why = "must not already exist as a path in volumeMounts";
            faults.push(Fault::invalid(format!("{at}.devicePath"), &device["devicePath"], why));
        }
    }
}

fn security(at: &str, context: &Value, faults: &mut Faults) {
    if context.is_null() {
        return;
    }
    users(at, context, &["runAsUser", "runAsGroup"], faults);
    one_of(&format!("{at}.procMount"), &context["procMount"], &["Default", "Unmasked"], faults);
    seccomp(at, context, faults);
    if context["allowPrivilegeEscalation"] != false {
        return;
    }
    if context["privileged"] == true {
        let why = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
        faults.push(Fault::invalid(at, &in_go(context), why));
    }
    if items(&context["capabilities"]["add"]).iter().any(|capability| capability == "CAP_SYS_ADMIN") {
        let why = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
        faults.push(Fault::invalid(at, &in_go(context), why));
    }
}

/// A security context with the names that its fields have in Go, as errors print it.
fn in_go(context: &Value) -> Value {
    const NAMES: [(&str, &str); 12] = [
        ("Capabilities", "capabilities"),
        ("Privileged", "privileged"),
        ("SELinuxOptions", "seLinuxOptions"),
        ("WindowsOptions", "windowsOptions"),
        ("RunAsUser", "runAsUser"),
        ("RunAsGroup", "runAsGroup"),
        ("RunAsNonRoot", "runAsNonRoot"),
        ("ReadOnlyRootFilesystem", "readOnlyRootFilesystem"),
        ("AllowPrivilegeEscalation", "allowPrivilegeEscalation"),
        ("ProcMount", "procMount"),
        ("SeccompProfile", "seccompProfile"),
        ("AppArmorProfile", "appArmorProfile"),
    ];
    let all: Map<String, Value> = NAMES
        .iter()
        .map(|(go, name)| {
            let value = match &context[*name] {
                Value::Object(sets) if *name == "capabilities" => json!({"Add": sets.get("add"), "Drop": sets.get("drop")}),
                other => other.clone(),
            };
            ((*go).to_owned(), value)
        })
        .collect();
    Value::Object(all)
}
