//! What the baseline forbids: the ways out of a container that are known.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Violation, containers, named, plural, quoted, setters, which};
use crate::practice::field::{items, text};

const CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];
const SYSCTLS: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
];
const SELINUX_TYPES: &[&str] = &["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/// In the order in which Kubernetes names them; what the restricted level asks more strictly is left to it.
pub fn violations(spec: &Value, restricted: bool) -> Vec<Violation> {
    let all: [(bool, Option<Violation>); 12] = [
        (true, app_armor(spec)),
        (!restricted, capabilities(spec)),
        (true, host_namespaces(spec)),
        (!restricted, host_paths(spec)),
        (true, host_ports(spec)),
        (true, probe_hosts(spec)),
        (true, privileged(spec)),
        (true, proc_mount(spec)),
        (true, selinux(spec)),
        (!restricted, seccomp(spec)),
        (true, sysctls(spec)),
        (true, host_process(spec)),
    ];
    all.into_iter().filter_map(|(asked, found)| found.filter(|_| asked)).collect()
}

/// A pod whose users are not the host's is given more.
pub fn own_users(spec: &Value) -> bool {
    spec["hostUsers"] == false
}

fn profile(context: &Value, name: &str, allowed: &[&str]) -> Option<String> {
    let given = context[name]["type"].as_str()?;
    (!allowed.contains(&given)).then(|| given.to_owned())
}

/// Who sets a profile that is not allowed, and to what.
pub fn bad_profiles(spec: &Value, name: &str, allowed: &[&str]) -> Option<(String, Vec<String>)> {
    let mut values = BTreeSet::new();
    let pod = profile(&spec["securityContext"], name, allowed);
    let of = |one: &Value| profile(&one["securityContext"], name, allowed);
    let names = which(spec, |one| of(one).is_some());
    values.extend(pod.clone());
    values.extend(containers(spec).filter_map(of));
    (!values.is_empty()).then(|| (setters(pod.is_some(), &names), values.into_iter().collect()))
}

fn app_armor(spec: &Value) -> Option<Violation> {
    let (who, values) = bad_profiles(spec, "appArmorProfile", &["RuntimeDefault", "Localhost"])?;
    Some(Violation {
        reason: plural(values.len(), "forbidden AppArmor profile", "forbidden AppArmor profiles"),
        detail: format!("{who} must not set AppArmor profile type to {}", quoted(&values)),
    })
}

pub fn seccomp(spec: &Value) -> Option<Violation> {
    let (who, values) = bad_profiles(spec, "seccompProfile", &["RuntimeDefault", "Localhost"])?;
    Some(Violation {
        reason: "seccompProfile",
        detail: format!("{who} must not set securityContext.seccompProfile.type to {}", quoted(&values)),
    })
}

/// The capabilities that a container adds beside those allowed.
pub fn added<'a>(container: &'a Value, allowed: &'a [&str]) -> impl Iterator<Item = &'a str> {
    let added = items(&container["securityContext"]["capabilities"]["add"]).iter().map(text);
    added.filter(|name| !allowed.contains(name))
}

fn capabilities(spec: &Value) -> Option<Violation> {
    let found: BTreeSet<&str> = containers(spec).flat_map(|one| added(one, CAPABILITIES)).collect();
    let names = which(spec, |one| added(one, CAPABILITIES).next().is_some());
    let found: Vec<&str> = found.into_iter().collect();
    (!names.is_empty()).then(|| Violation {
        reason: "non-default capabilities",
        detail: format!("{} must not include {} in securityContext.capabilities.add", named(&names), quoted(&found)),
    })
}

fn host_namespaces(spec: &Value) -> Option<Violation> {
    let shared: Vec<String> = ["hostNetwork", "hostPID", "hostIPC"]
        .iter()
        .filter(|field| spec[**field] == true)
        .map(|field| format!("{field}=true"))
        .collect();
    (!shared.is_empty()).then(|| Violation {
        reason: "host namespaces",
        detail: shared.join(", "),
    })
}

fn host_paths(spec: &Value) -> Option<Violation> {
    let volumes = items(&spec["volumes"]).iter().filter(|volume| volume["hostPath"].is_object());
    let names: Vec<&str> = volumes.map(|volume| text(&volume["name"])).collect();
    (!names.is_empty()).then(|| Violation {
        reason: "hostPath volumes",
        detail: format!("{} {}", plural(names.len(), "volume", "volumes"), quoted(&names)),
    })
}

fn host_ports(spec: &Value) -> Option<Violation> {
    let ports = |one: &Value| -> Vec<String> {
        let ports = items(&one["ports"]).iter().filter_map(|port| port["hostPort"].as_i64());
        ports.filter(|port| *port != 0).map(|port| port.to_string()).collect()
    };
    let found: BTreeSet<String> = containers(spec).flat_map(ports).collect();
    let names = which(spec, |one| !ports(one).is_empty());
    let count = found.len();
    (count > 0).then(|| Violation {
        reason: "hostPort",
        detail: format!(
            "{} {} {} {}",
            named(&names),
            plural(names.len(), "uses", "use"),
            plural(count, "hostPort", "hostPorts"),
            found.into_iter().collect::<Vec<_>>().join(", ")
        ),
    })
}

fn probe_hosts(spec: &Value) -> Option<Violation> {
    let hosts = |one: &Value| -> Vec<String> {
        let hooks = ["postStart", "preStop"].map(|hook| &one["lifecycle"][hook]);
        let probes = ["livenessProbe", "readinessProbe", "startupProbe"].map(|probe| &one[probe]);
        let asked = probes.into_iter().chain(hooks);
        let hosts = asked.flat_map(|probe| ["httpGet", "tcpSocket"].map(|way| text(&probe[way]["host"])));
        hosts.filter(|host| !host.is_empty()).map(str::to_owned).collect()
    };
    let found: BTreeSet<String> = containers(spec).flat_map(hosts).collect();
    let mut names = which(spec, |one| !hosts(one).is_empty());
    names.sort_unstable();
    let found: Vec<String> = found.into_iter().collect();
    (!found.is_empty()).then(|| Violation {
        reason: "probe or lifecycle host",
        detail: format!(
            "{} {} {} {}",
            named(&names),
            plural(names.len(), "uses", "use"),
            plural(found.len(), "probe or lifecycle host", "probe or lifecycle hosts"),
            quoted(&found)
        ),
    })
}

fn privileged(spec: &Value) -> Option<Violation> {
    let names = which(spec, |one| one["securityContext"]["privileged"] == true);
    (!names.is_empty()).then(|| Violation {
        reason: "privileged",
        detail: format!("{} must not set securityContext.privileged=true", named(&names)),
    })
}

fn proc_mount(spec: &Value) -> Option<Violation> {
    if own_users(spec) {
        return None;
    }
    let of = |one: &Value| {
        one["securityContext"]["procMount"]
            .as_str()
            .filter(|mount| *mount != "Default")
            .map(str::to_owned)
    };
    let found: BTreeSet<String> = containers(spec).filter_map(of).collect();
    let names = which(spec, |one| of(one).is_some());
    let found: Vec<String> = found.into_iter().collect();
    (!names.is_empty()).then(|| Violation {
        reason: "procMount",
        detail: format!("{} must not set securityContext.procMount to {}", named(&names), quoted(&found)),
    })
}

fn selinux(spec: &Value) -> Option<Violation> {
    let options = |one: &Value| one["securityContext"]["seLinuxOptions"].clone();
    let set = |options: &Value, field: &str| !text(&options[field]).is_empty();
    let odd = |options: &Value| !SELINUX_TYPES.contains(&text(&options["type"]));
    let bad = |options: &Value| odd(options) || set(options, "user") || set(options, "role");
    let pod = options(spec);
    let names = which(spec, |one| bad(&options(one)));
    if !bad(&pod) && names.is_empty() {
        return None;
    }
    let all: Vec<Value> = containers(spec).map(options).chain([pod.clone()]).collect();
    let types: BTreeSet<&str> = all.iter().filter(|one| odd(one)).map(|one| text(&one["type"])).collect();
    let types: Vec<&str> = types.into_iter().collect();
    let mut data = Vec::new();
    if !types.is_empty() {
        data.push(format!("{} {}", plural(types.len(), "type", "types"), quoted(&types)));
    }
    let fields = ["user", "role"].into_iter().filter(|field| all.iter().any(|one| set(one, field)));
    data.extend(fields.map(|field| format!("{field} may not be set")));
    Some(Violation {
        reason: "seLinuxOptions",
        detail: format!(
            "{} set forbidden securityContext.seLinuxOptions: {}",
            setters(bad(&pod), &names),
            data.join("; ")
        ),
    })
}

fn sysctls(spec: &Value) -> Option<Violation> {
    let all = items(&spec["securityContext"]["sysctls"]).iter().map(|one| text(&one["name"]));
    let odd: Vec<&str> = all.filter(|name| !SYSCTLS.contains(name)).collect();
    (!odd.is_empty()).then(|| Violation {
        reason: "forbidden sysctls",
        detail: odd.join(", "),
    })
}

fn host_process(spec: &Value) -> Option<Violation> {
    let set = |one: &Value| one["securityContext"]["windowsOptions"]["hostProcess"] == true;
    let names = which(spec, set);
    (set(spec) || !names.is_empty()).then(|| Violation {
        reason: "hostProcess",
        detail: format!("{} must not set securityContext.windowsOptions.hostProcess=true", setters(set(spec), &names)),
    })
}
