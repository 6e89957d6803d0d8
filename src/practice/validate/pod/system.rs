//! What goes with the operating system of a Pod and what does not.

use serde_json::Value;

use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, one_of, required};

/// What Windows has not: of a Pod, in the order of Kubernetes' checks, and of a container.
const OF_POD: [(bool, &str); 15] = [
    (true, "appArmorProfile"),
    (true, "seLinuxOptions"),
    (false, "hostUsers"),
    (false, "hostPID"),
    (false, "hostIPC"),
    (true, "seccompProfile"),
    (true, "fsGroup"),
    (true, "fsGroupChangePolicy"),
    (true, "sysctls"),
    (false, "shareProcessNamespace"),
    (true, "runAsUser"),
    (true, "runAsGroup"),
    (true, "supplementalGroups"),
    (true, "supplementalGroupsPolicy"),
    (true, "seLinuxChangePolicy"),
];
const OF_CONTAINER: [&str; 10] = [
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
];
const NOT_ON_WINDOWS: &str = "cannot be set for a windows pod";

pub fn check(at: &str, spec: &Value, faults: &mut Faults) {
    let name = &spec["os"]["name"];
    match text(name) {
        _ if spec["os"].is_null() => {}
        "" => drop(required(&format!("{at}.os.name"), name, faults)),
        "linux" => linux(at, spec, faults),
        "windows" => windows(at, spec, faults),
        _ => one_of(&format!("{at}.os"), name, &["linux", "windows"], faults),
    }
}

/// The security contexts of all containers, and where they are.
fn contexts<'a>(at: &'a str, spec: &'a Value) -> impl Iterator<Item = (String, &'a Value)> {
    ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(move |list| {
        let all = items(&spec[list]).iter().enumerate();
        all.map(move |(index, one)| (format!("{at}.{list}[{index}].securityContext"), &one["securityContext"]))
    })
}

fn linux(at: &str, spec: &Value, faults: &mut Faults) {
    let own = (format!("{at}.securityContext"), &spec["securityContext"]);
    for (at, context) in [own].into_iter().chain(contexts(at, spec)) {
        if !context["windowsOptions"].is_null() {
            let why = "windows options cannot be set for a linux pod";
            faults.push(Fault::forbidden(format!("{at}.windowsOptions"), why));
        }
    }
}

fn windows(at: &str, spec: &Value, faults: &mut Faults) {
    for (secured, field) in OF_POD {
        let (holder, at) = if secured {
            (&spec["securityContext"], format!("{at}.securityContext"))
        } else {
            (spec, at.to_owned())
        };
        if !holder[field].is_null() && holder[field] != false {
            faults.push(Fault::forbidden(format!("{at}.{field}"), NOT_ON_WINDOWS));
        }
    }
    for (at, context) in contexts(at, spec) {
        for field in OF_CONTAINER.iter().filter(|field| !context[**field].is_null()) {
            faults.push(Fault::forbidden(format!("{at}.{field}"), NOT_ON_WINDOWS));
        }
    }
}
