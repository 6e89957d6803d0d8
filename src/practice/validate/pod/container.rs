//! One container of a Pod: image, ports, mounts, security, hooks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::volume::Volumes;
use super::{env, probe, resources, security};
use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, formed, one_of, port, required};
use crate::practice::validate::format;

const INIT_ONLY: &str = "may not be set for init containers without restartPolicy=Always";

pub fn check(at: &str, pod: &Value, container: &Value, first: bool, volumes: &Volumes, names: &mut BTreeSet<String>, faults: &mut Faults) {
    let name = text(&container["name"]);
    required(&format!("{at}.name"), &container["name"], faults);
    for why in if name.is_empty() { Vec::new() } else { format::faults_of_label(name) } {
        faults.push(Fault::invalid(format!("{at}.name"), &container["name"], &why));
    }
    required(&format!("{at}.image"), &container["image"], faults);
    let policies = ["File", "FallbackToLogsOnError"];
    let policy = &container["terminationMessagePolicy"];
    one_of(&format!("{at}.terminationMessagePolicy"), policy, &policies, faults);
    ports(at, container, faults);
    env::all(at, container, faults);
    mounts(at, container, volumes, faults);
    devices(at, container, volumes, faults);
    let policies = ["Always", "IfNotPresent", "Never"];
    one_of(&format!("{at}.imagePullPolicy"), &container["imagePullPolicy"], &policies, faults);
    resources::check(&format!("{at}.resources"), &container["resources"], items(&pod["resourceClaims"]), faults);
    resizing(&format!("{at}.resizePolicy"), pod, container, faults);
    let own_users = pod["hostUsers"] == false;
    security::of_container(&format!("{at}.securityContext"), &container["securityContext"], own_users, faults);
    if first {
        restarts(at, container, faults);
    }
    if !name.is_empty() && !names.insert(name.to_owned()) {
        faults.push(Fault::duplicate(format!("{at}.name"), &container["name"]));
    }
    hooks(at, pod, container, first && container["restartPolicy"] != "Always", faults);
    if !first {
        restarts(at, container, faults);
    }
}

/// Hooks and probes, which a container that runs once has not.
fn hooks(at: &str, pod: &Value, container: &Value, once: bool, faults: &mut Faults) {
    let grace = pod["terminationGracePeriodSeconds"].as_i64();
    for part in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        let at = format!("{at}.{part}");
        match &container[part] {
            Value::Null => {}
            _ if once => faults.push(Fault::forbidden(at, INIT_ONLY)),
            hooks if part == "lifecycle" => ["postStart", "preStop"]
                .iter()
                .for_each(|hook| probe::handler(&format!("{at}.{hook}"), &hooks[*hook], grace, faults)),
            one => probe::check(&at, one, part, grace, faults),
        }
    }
}

/// What a container does when its resources change.
fn resizing(at: &str, pod: &Value, container: &Value, faults: &mut Faults) {
    let policies = items(&container["resizePolicy"]);
    for (index, policy) in policies.iter().enumerate() {
        let (resource, restart) = (&policy["resourceName"], &policy["restartPolicy"]);
        if policies[..index].iter().any(|other| other["resourceName"] == *resource) {
            faults.push(Fault::duplicate(format!("{at}[{index}]"), resource));
        }
        one_of(at, resource, &["cpu", "memory"], faults);
        one_of(at, restart, &["NotRequired", "RestartContainer"], faults);
        if pod["restartPolicy"] == "Never" && restart != "NotRequired" {
            let why = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
            faults.push(Fault::invalid(at, restart, why));
        }
    }
}

/// When a container starts again by itself.
fn restarts(at: &str, container: &Value, faults: &mut Faults) {
    let (policy, rules) = (&container["restartPolicy"], items(&container["restartPolicyRules"]));
    if policy.is_null() && !rules.is_empty() {
        let why = "must specify restartPolicy when restart rules are used";
        faults.push(Fault::required(format!("{at}.restartPolicy"), why));
    }
    let policies = ["Always", "Never", "OnFailure"];
    one_of(&format!("{at}.restartPolicy"), policy, &policies, faults);
    for (index, rule) in rules.iter().enumerate() {
        let at = format!("{at}.restartPolicyRules[{index}]");
        let actions = ["Restart", "RestartAllContainers"];
        one_of(&format!("{at}.action"), &rule["action"], &actions, faults);
        let codes = &rule["exitCodes"];
        if codes.is_null() {
            faults.push(Fault::required(format!("{at}.exitCodes"), "must be specified"));
        }
        one_of(&format!("{at}.exitCodes.operator"), &codes["operator"], &["In", "NotIn"], faults);
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
    let devices: BTreeMap<&str, &str> = items(&container["volumeDevices"])
        .iter()
        .map(|device| (text(&device["name"]), text(&device["devicePath"])))
        .collect();
    let mut paths = BTreeSet::new();
    for (index, mount) in items(&container["volumeMounts"]).iter().enumerate() {
        let field = format!("{at}.volumeMounts[{index}]");
        let (name, path) = (text(&mount["name"]), text(&mount["mountPath"]));
        required(&format!("{field}.name"), &mount["name"], faults);
        if !volumes.contains_key(name) {
            faults.push(Fault::not_found(format!("{field}.name"), &name.into()));
        }
        required(&format!("{field}.mountPath"), &mount["mountPath"], faults);
        if !paths.insert(path) {
            faults.push(Fault::invalid(format!("{field}.mountPath"), &mount["mountPath"], "must be unique"));
        }
        if devices.contains_key(name) {
            faults.push(Fault::invalid(
                format!("{field}.name"),
                &mount["name"],
                "must not already exist in volumeDevices",
            ));
        }
        if devices.values().any(|taken| *taken == path) {
            let why = "must not already exist as a path in volumeDevices";
            faults.push(Fault::invalid(format!("{field}.mountPath"), &mount["mountPath"], why));
        }
        mounted(at, &field, container, mount, faults);
    }
}

/// What part of a volume is mounted, and how.
fn mounted(at: &str, field: &str, container: &Value, mount: &Value, faults: &mut Faults) {
    let all = format!("{at}.volumeMounts");
    formed(&format!("{all}.subPath"), &mount["subPath"], format::below, faults);
    if !text(&mount["subPathExpr"]).is_empty() && !text(&mount["subPath"]).is_empty() {
        let why = "subPathExpr and subPath are mutually exclusive";
        faults.push(Fault::invalid(format!("{field}.subPathExpr"), &mount["subPathExpr"], why));
    }
    formed(&format!("{all}.subPathExpr"), &mount["subPathExpr"], format::below, faults);
    let (spread, at) = (&mount["mountPropagation"], format!("{all}.mountPropagation"));
    if spread == "Bidirectional" && container["securityContext"]["privileged"] != true {
        faults.push(Fault::forbidden(
            &*at,
            "Bidirectional mount propagation is available only to privileged containers",
        ));
    }
    one_of(&at, spread, &["Bidirectional", "HostToContainer", "None"], faults);
    let (deep, at) = (&mount["recursiveReadOnly"], format!("{all}.recursiveReadOnly"));
    one_of(&at, deep, &["Disabled", "Enabled", "IfPossible"], faults);
    if !matches!(text(deep), "Enabled" | "IfPossible") {
        return;
    }
    if mount["readOnly"] != true {
        faults.push(Fault::forbidden(&*at, "may only be specified when readOnly is true"));
    }
    if !matches!(text(spread), "" | "None") {
        let why = "may only be specified when mountPropagation is None or not specified";
        faults.push(Fault::forbidden(at, why));
    }
}

fn devices(at: &str, container: &Value, volumes: &Volumes, faults: &mut Faults) {
    // The later of two mounts of a volume is the one that is known.
    let mounts: BTreeMap<&str, &str> = items(&container["volumeMounts"])
        .iter()
        .map(|mount| (text(&mount["name"]), text(&mount["mountPath"])))
        .collect();
    let (mut names, mut paths) = (BTreeSet::new(), BTreeSet::new());
    for (index, device) in items(&container["volumeDevices"]).iter().enumerate() {
        let at = format!("{at}.volumeDevices[{index}]");
        let (name, path) = (&device["name"], &device["devicePath"]);
        let mut wrong = |field: &str, value: &Value, why: &str| faults.push(Fault::invalid(format!("{at}.{field}"), value, why));
        if names.contains(text(name)) {
            wrong("name", name, "must be unique");
        }
        let claimed = |volume: &&Value| !volume["persistentVolumeClaim"].is_null() || !volume["ephemeral"].is_null();
        let volume = volumes.get(text(name));
        if volume.is_some() && volume.filter(claimed).is_none() {
            wrong(
                "name",
                name,
                "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode",
            );
        }
        if volume.is_none() {
            faults.push(Fault::not_found(format!("{at}.name"), name));
        }
        required(&format!("{at}.devicePath"), path, faults);
        let mut wrong = |field: &str, value: &Value, why: &str| faults.push(Fault::invalid(format!("{at}.{field}"), value, why));
        if paths.contains(text(path)) {
            wrong("devicePath", path, "must be unique");
        }
        if format::not_upwards(text(path)).is_some() {
            wrong("devicePath", path, "can not contain backsteps ('..')");
        } else {
            paths.insert(text(path));
        }
        if mounts.contains_key(text(name)) {
            wrong("name", name, "must not already exist in volumeMounts");
        }
        if mounts.values().any(|mounted| *mounted == text(path)) {
            wrong("devicePath", path, "must not already exist as a path in volumeMounts");
        }
        names.insert(text(name));
    }
}
