//! Validation of Pod specs (kubernetes `pkg/apis/core/validation`).

mod affinity;
mod container;
mod env;
mod ephemeral;
mod gated;
mod network;
mod probe;
mod projected;
mod resize;
mod resources;
mod security;
mod source;
mod system;
mod update;
mod volume;

use std::collections::BTreeSet;

use serde_json::{Value, json};

pub use affinity::of_volume as volume_affinity;
pub use ephemeral::update as update_ephemeral;
pub use resize::update as update_resources;
pub use resources::{amounts as resources, name as container_resource_name, named as resource_name};
pub use source::check as volume_source;
pub use update::update;

use self::volume::Volumes;
use super::check::{Faults, formed, labels, one_of};
use super::format;
use super::meta::annotations;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;

/// How long a field may be that counts seconds, and the largest user.
const MOST: i64 = 2_147_483_647;

/// A Pod spec at a path.
pub fn spec(at: &str, spec: &Value, faults: &mut Faults) {
    let volumes = volume::all(at, spec, faults);
    resources::claims_of_pod(&format!("{at}.resourceClaims"), &spec["resourceClaims"], faults);
    containers(at, spec, &volumes, faults);
    host_network(at, spec, faults);
    let policies = ["Always", "OnFailure", "Never"];
    one_of(&format!("{at}.restartPolicy"), &spec["restartPolicy"], &policies, faults);
    let policies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    one_of(&format!("{at}.dnsPolicy"), &spec["dnsPolicy"], &policies, faults);
    labels(&format!("{at}.nodeSelector"), &spec["nodeSelector"], faults);
    security::of_pod(&format!("{at}.securityContext"), spec, faults);
    affinity::check(&format!("{at}.affinity"), &spec["affinity"], faults);
    network::dns(at, spec, faults);
    gates(at, spec, faults);
    affinity::spread(at, spec, faults);
    hosting(at, spec, faults);
    security::own_users(at, spec, faults);
    network::host_name(at, spec, faults);
    formed(&format!("{at}.serviceAccountName"), &spec["serviceAccountName"], format::subdomain, faults);
    formed(&format!("{at}.nodeName"), &spec["nodeName"], format::subdomain, faults);
    let deadline = &spec["activeDeadlineSeconds"];
    if deadline.as_i64().is_some_and(|seconds| !(1..=MOST).contains(&seconds)) {
        let why = "must be between 1 and 2147483647, inclusive";
        faults.push(Fault::invalid(format!("{at}.activeDeadlineSeconds"), deadline, why));
    }
    formed(&format!("{at}.hostname"), &spec["hostname"], format::label, faults);
    formed(&format!("{at}.subdomain"), &spec["subdomain"], format::label, faults);
    tolerations(&format!("{at}.tolerations"), &spec["tolerations"], faults);
    network::aliases(&format!("{at}.hostAliases"), &spec["hostAliases"], faults);
    formed(&format!("{at}.priorityClassName"), &spec["priorityClassName"], format::subdomain, faults);
    formed(&format!("{at}.runtimeClassName"), &spec["runtimeClassName"], format::subdomain, faults);
    let policies = ["PreemptLowerPriority", "Never"];
    one_of(&format!("{at}.preemptionPolicy"), &spec["preemptionPolicy"], &policies, faults);
    resources::check(&format!("{at}.overhead"), &json!({"limits": spec["overhead"]}), &[], faults);
    system::check(at, spec, faults);
}

fn containers(at: &str, spec: &Value, volumes: &Volumes, faults: &mut Faults) {
    if items(&spec["containers"]).is_empty() {
        faults.push(Fault::required(format!("{at}.containers"), ""));
    }
    let mut names = BTreeSet::new();
    for field in ["containers", "initContainers"] {
        let (at, all) = (format!("{at}.{field}"), items(&spec[field]));
        for (index, one) in all.iter().enumerate() {
            container::check(&format!("{at}[{index}]"), spec, one, field == "initContainers", volumes, &mut names, faults);
        }
        network::host_ports(&at, all, faults);
    }
}

/// What a Pod waits for before it is placed, and before it counts as ready.
fn gates(at: &str, spec: &Value, faults: &mut Faults) {
    for (index, gate) in items(&spec["readinessGates"]).iter().enumerate() {
        for why in format::qualified(text(&gate["conditionType"])) {
            let at = format!("{at}.readinessGates[{index}].conditionType");
            faults.push(Fault::invalid(at, &gate["conditionType"], &why));
        }
    }
    let gates = items(&spec["schedulingGates"]);
    for (index, gate) in gates.iter().enumerate() {
        let (at, name) = (format!("{at}.schedulingGates[{index}]"), &gate["name"]);
        for why in format::qualified(text(name)) {
            faults.push(Fault::invalid(&*at, name, &why));
        }
        if gates[..index].iter().any(|other| other["name"] == *name) {
            faults.push(Fault::duplicate(at, name));
        }
    }
}

/// Containers that are processes of a Windows node are that all or none.
fn hosting(at: &str, spec: &Value, faults: &mut Faults) {
    let whole = &spec["securityContext"]["windowsOptions"]["hostProcess"];
    let lists = ["initContainers", "containers", "ephemeralContainers"];
    let all: Vec<&Value> = lists.iter().flat_map(|list| items(&spec[*list])).collect();
    let hosted = |one: &&&Value| one["securityContext"]["windowsOptions"]["hostProcess"].as_bool().or(whole.as_bool()) == Some(true);
    let count = all.iter().filter(hosted).count();
    if count > 0 && count != all.len() {
        let why = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
        faults.push(Fault::invalid(at, &"".into(), why));
    }
    if count > 0 && spec["hostNetwork"] != true {
        let why = "hostNetwork must be true if pod contains any hostProcess containers";
        faults.push(Fault::invalid(format!("{at}.hostNetwork"), &false.into(), why));
    }
}

/// A template of Pods, whose metadata is looked for where it once was.
pub fn template(at: &str, template: &Value, faults: &mut Faults) {
    let metadata = &template["metadata"];
    labels(&format!("{at}.labels"), &metadata["labels"], faults);
    annotations(&format!("{at}.annotations"), &metadata["annotations"], faults);
    spec(&format!("{at}.spec"), &template["spec"], faults);
    if !items(&template["spec"]["ephemeralContainers"]).is_empty() {
        let why = "ephemeral containers not allowed in pod template";
        faults.push(Fault::forbidden(format!("{at}.spec.ephemeralContainers"), why));
    }
}

/// What is asked of a Pod that is made.
pub fn own(spec: &Value, faults: &mut Faults) {
    images(spec, faults);
    if !items(&spec["ephemeralContainers"]).is_empty() {
        faults.push(Fault::forbidden("spec.ephemeralContainers", "cannot be set on create"));
    }
}

/// What is asked of a Pod's images and not of a template's.
pub fn images(spec: &Value, faults: &mut Faults) {
    for (index, container) in items(&spec["containers"]).iter().enumerate() {
        let image = text(&container["image"]);
        if !image.is_empty() && image.trim() != image {
            let at = format!("spec.containers[{index}].image");
            faults.push(Fault::invalid(at, &container["image"], "must not have leading or trailing whitespace"));
        }
    }
}

fn host_network(at: &str, spec: &Value, faults: &mut Faults) {
    if spec["hostNetwork"] != true {
        return;
    }
    for (index, container) in items(&spec["containers"]).iter().enumerate() {
        for (place, port) in items(&container["ports"]).iter().enumerate() {
            if !port["hostPort"].is_null() && port["hostPort"] != port["containerPort"] {
                let at = format!("{at}.containers[{index}].ports[{place}].hostPort");
                faults.push(Fault::invalid(at, &port["hostPort"], "must match `containerPort` when `hostNetwork` is true"));
            }
        }
    }
}

pub fn tolerations(at: &str, list: &Value, faults: &mut Faults) {
    for (index, one) in items(list).iter().enumerate() {
        let at = format!("{at}[{index}]");
        let (key, operator) = (text(&one["key"]), text(&one["operator"]));
        for why in Some(key).filter(|key| !key.is_empty()).map(format::qualified).unwrap_or_default() {
            faults.push(Fault::invalid(format!("{at}.key"), &one["key"], &why));
        }
        if key.is_empty() && operator != "Exists" {
            let why = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            faults.push(Fault::invalid(format!("{at}.operator"), &one["operator"], why));
        }
        if !one["tolerationSeconds"].is_null() && one["effect"] != "NoExecute" {
            let why = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            faults.push(Fault::invalid(format!("{at}.effect"), &one["effect"], why));
        }
        match operator {
            "" | "Equal" => formed(&format!("{at}.operator"), &one["value"], format::label_value, faults),
            "Exists" if !text(&one["value"]).is_empty() => {
                faults.push(Fault::invalid(
                    format!("{at}.operator"),
                    &one["value"],
                    "value must be empty when `operator` is 'Exists'",
                ));
            }
            "Exists" => {}
            // A gate that is closed knows them and takes them not.
            "Lt" | "Gt" => faults.push(Fault::unsupported(format!("{at}.operator"), &one["operator"], &["Equal", "Exists", "Lt", "Gt"])),
            _ => faults.push(Fault::unsupported(format!("{at}.operator"), &one["operator"], &["Equal", "Exists"])),
        }
        if !text(&one["effect"]).is_empty() {
            one_of(
                &format!("{at}.effect"),
                &one["effect"],
                &["NoSchedule", "PreferNoSchedule", "NoExecute"],
                faults,
            );
        }
    }
}
