//! Validation of Pod specs (kubernetes `pkg/apis/core/validation`).

mod affinity;
mod container;
mod env;
mod ephemeral;
mod gated;
mod probe;
mod resize;
mod resources;
mod update;
mod volume;

use std::collections::BTreeSet;

use serde_json::Value;

pub use ephemeral::update as update_ephemeral;
pub use resize::update as update_resources;
pub use update::update;

use super::check::{Faults, formed, labels, not_negative, one_of, required};
use super::format;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;

/// How long a field may be that counts seconds, and the largest user.
const MOST: i64 = 2_147_483_647;

/// A Pod spec at a path.
pub fn spec(at: &str, spec: &Value, faults: &mut Faults) {
    let volumes = volume::all(at, spec, faults);
    if items(&spec["containers"]).is_empty() {
        faults.push(Fault::required(format!("{at}.containers"), ""));
    }
    let mut names = BTreeSet::new();
    for field in ["containers", "initContainers"] {
        for (index, container) in items(&spec[field]).iter().enumerate() {
            container::check(&format!("{at}.{field}[{index}]"), container, field, &volumes, &mut names, faults);
        }
    }
    one_of(
        &format!("{at}.restartPolicy"),
        &spec["restartPolicy"],
        &["Always", "OnFailure", "Never"],
        faults,
    );
    let policies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    one_of(&format!("{at}.dnsPolicy"), &spec["dnsPolicy"], &policies, faults);
    host_ports(at, spec, faults);
    labels(&format!("{at}.nodeSelector"), &spec["nodeSelector"], faults);
    security(&format!("{at}.securityContext"), &spec["securityContext"], faults);
    affinity::check(&format!("{at}.affinity"), &spec["affinity"], faults);
    if spec["dnsPolicy"] == "None" && items(&spec["dnsConfig"]["nameservers"]).is_empty() {
        faults.push(Fault::required(format!("{at}.dnsConfig"), "must provide `dnsConfig` when `dnsPolicy` is None"));
    }
    affinity::spread(at, spec, faults);
    formed(&format!("{at}.serviceAccountName"), &spec["serviceAccountName"], format::subdomain, faults);
    formed(&format!("{at}.nodeName"), &spec["nodeName"], format::subdomain, faults);
    let deadline = &spec["activeDeadlineSeconds"];
    if deadline.as_i64().is_some_and(|seconds| !(1..=MOST).contains(&seconds)) {
        faults.push(Fault::invalid(
            format!("{at}.activeDeadlineSeconds"),
            deadline,
            "must be between 1 and 2147483647, inclusive",
        ));
    }
    not_negative(at, spec, &["terminationGracePeriodSeconds"], faults);
    formed(&format!("{at}.hostname"), &spec["hostname"], format::label, faults);
    formed(&format!("{at}.subdomain"), &spec["subdomain"], format::label, faults);
    tolerations(&format!("{at}.tolerations"), &spec["tolerations"], faults);
    aliases(&format!("{at}.hostAliases"), &spec["hostAliases"], faults);
    formed(&format!("{at}.priorityClassName"), &spec["priorityClassName"], format::subdomain, faults);
    formed(&format!("{at}.runtimeClassName"), &spec["runtimeClassName"], format::subdomain, faults);
}

/// What is asked of a Pod that is made.
pub fn own(spec: &Value, faults: &mut Faults) {
    if !items(&spec["ephemeralContainers"]).is_empty() {
        faults.push(Fault::forbidden("spec.ephemeralContainers", "cannot be set on create"));
    }
    images(spec, faults);
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

/// The name of a list's element: there, well formed, and the only one.
fn named(at: &str, element: &Value, names: &mut BTreeSet<String>, faults: &mut Faults) {
    let field = format!("{at}.name");
    let name = text(&element["name"]);
    if !required(&field, &element["name"], faults) {
        return;
    }
    if let Some(why) = format::label(name) {
        faults.push(Fault::invalid(field, &element["name"], &why));
    } else if !names.insert(name.to_owned()) {
        faults.push(Fault::duplicate(field, &element["name"]));
    }
}

fn host_ports(at: &str, spec: &Value, faults: &mut Faults) {
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

/// Numbers of users and groups.
fn users(at: &str, context: &Value, fields: &[&str], faults: &mut Faults) {
    for field in fields {
        if context[*field].as_i64().is_some_and(|number| !(0..=MOST).contains(&number)) {
            faults.push(Fault::invalid(
                format!("{at}.{field}"),
                &context[*field],
                "must be between 0 and 2147483647, inclusive",
            ));
        }
    }
}

fn security(at: &str, context: &Value, faults: &mut Faults) {
    users(at, context, &["fsGroup", "runAsUser", "runAsGroup"], faults);
    one_of(
        &format!("{at}.fsGroupChangePolicy"),
        &context["fsGroupChangePolicy"],
        &["Always", "OnRootMismatch"],
        faults,
    );
    seccomp(at, context, faults);
}

fn seccomp(at: &str, context: &Value, faults: &mut Faults) {
    let profile = &context["seccompProfile"];
    one_of(
        &format!("{at}.seccompProfile.type"),
        &profile["type"],
        &["Localhost", "RuntimeDefault", "Unconfined"],
        faults,
    );
    if profile["type"] == "Localhost" && text(&profile["localhostProfile"]).is_empty() {
        let why = "must be set when seccomp type is Localhost";
        faults.push(Fault::required(format!("{at}.seccompProfile.localhostProfile"), why));
    }
}

fn tolerations(at: &str, list: &Value, faults: &mut Faults) {
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

fn aliases(at: &str, list: &Value, faults: &mut Faults) {
    for (index, alias) in items(list).iter().enumerate() {
        if let Some(why) = format::address(text(&alias["ip"])) {
            faults.push(Fault::invalid(format!("{at}[{index}].ip"), &alias["ip"], &why));
        }
        for (place, name) in items(&alias["hostnames"]).iter().enumerate() {
            formed(&format!("{at}[{index}].hostnames[{place}]"), name, format::subdomain, faults);
        }
    }
}
