//! Containers of a pod or of a pod template.

use jiff::tz::TimeZone;
use serde_json::Value;

use super::page::Page;
use super::words::{date, either, list, number, or_none, sorted, string};

/// The pod that containers belong to; in a template there is none.
pub struct Within<'a> {
    pub pod: Option<&'a Value>,
    pub zone: &'a TimeZone,
}

/// All containers of one sort; a template is set in by `space`.
pub fn containers(page: &mut Page, label: &str, containers: &[Value], statuses: &Value, within: &Within, space: &str) {
    page.line(0, &format!("{space}{label}:{}", if containers.is_empty() { " <none>" } else { "" }));
    let indent = if space.is_empty() { "" } else { " " };
    for container in containers {
        let status = list(statuses).iter().find(|status| status["name"] == container["name"]);
        page.line(1, &format!("{indent}{}:", string(&container["name"])));
        basics(page, container, status);
        words(page, "Command", &container["command"]);
        words(page, "Args", &container["args"]);
        if let Some(status) = status {
            states(page, status, within.zone);
        }
        resources(page, 2, &container["resources"]);
        for (name, probe) in [("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")] {
            if container[probe].is_object() {
                page.field(2, name, describe_probe(&container[probe]));
            }
        }
        environment(page, container, within.pod);
        mounts(page, container);
    }
}

fn basics(page: &mut Page, container: &Value, status: Option<&Value>) {
    if let Some(status) = status {
        page.field(2, "Container ID", string(&status["containerID"]));
    }
    page.field(2, "Image", string(&container["image"]));
    if let Some(status) = status {
        page.field(2, "Image ID", string(&status["imageID"]));
    }
    for (name, key) in [("Port", "containerPort"), ("Host Port", "hostPort")] {
        let ports: Vec<_> = list(&container["ports"])
            .iter()
            .map(|port| format!("{}/{}", number(&port[key]), string(&port["protocol"])))
            .collect();
        let plural = if ports.len() > 1 { "s" } else { "" };
        page.field(2, &format!("{name}{plural}"), or_none(&ports.join(", ")));
    }
    let seccomp = &container["securityContext"]["seccompProfile"];
    if seccomp.is_object() {
        page.field(2, "SeccompProfile", string(&seccomp["type"]));
        if seccomp["type"] == "Localhost" {
            page.field(2, "LocalhostProfile", string(&seccomp["localhostProfile"]));
        }
    }
}

fn words(page: &mut Page, name: &str, words: &Value) {
    if list(words).is_empty() {
        return;
    }
    page.line(2, &format!("{name}:"));
    for line in list(words).iter().flat_map(|word| string(word).split('\n')) {
        page.line(3, line);
    }
}

fn states(page: &mut Page, status: &Value, zone: &TimeZone) {
    state(page, "State", &status["state"], zone);
    if status["lastState"]["terminated"].is_object() {
        state(page, "Last State", &status["lastState"], zone);
    }
    page.field(2, "Ready", if status["ready"] == true { "True" } else { "False" });
    page.field(2, "Restart Count", number(&status["restartCount"]));
}

fn state(page: &mut Page, name: &str, state: &Value, zone: &TimeZone) {
    let (running, waiting, ended) = (&state["running"], &state["waiting"], &state["terminated"]);
    if running.is_object() {
        page.field(2, name, "Running");
        page.field(3, "Started", date(&running["startedAt"], zone));
    } else if ended.is_object() {
        page.field(2, name, "Terminated");
        for (label, key) in [("Reason", "reason"), ("Message", "message")] {
            if !string(&ended[key]).is_empty() {
                page.field(3, label, string(&ended[key]));
            }
        }
        page.field(3, "Exit Code", number(&ended["exitCode"]));
        if number(&ended["signal"]) > 0 {
            page.field(3, "Signal", number(&ended["signal"]));
        }
        page.field(3, "Started", date(&ended["startedAt"], zone));
        page.field(3, "Finished", date(&ended["finishedAt"], zone));
    } else {
        page.field(2, name, "Waiting");
        if !string(&waiting["reason"]).is_empty() {
            page.field(3, "Reason", string(&waiting["reason"]));
        }
    }
}

/// Limits and requests.
pub fn resources(page: &mut Page, level: usize, resources: &Value) {
    for (name, key) in [("Limits", "limits"), ("Requests", "requests")] {
        let amounts = sorted(&resources[key]);
        if !amounts.is_empty() {
            page.line(level, &format!("{name}:"));
        }
        for (resource, amount) in amounts {
            page.field(level + 1, resource, either(amount));
        }
    }
}

fn describe_probe(probe: &Value) -> String {
    let seconds = |key: &str| number(&probe[key]);
    let attributes = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        seconds("initialDelaySeconds"),
        seconds("timeoutSeconds"),
        seconds("periodSeconds"),
        seconds("successThreshold"),
        seconds("failureThreshold")
    );
    let (http, exec, tcp, grpc) = (&probe["httpGet"], &probe["exec"], &probe["tcpSocket"], &probe["grpc"]);
    if exec.is_object() {
        let command = list(&exec["command"]).iter().map(string).collect::<Vec<_>>().join(" ");
        format!("exec [{command}] {attributes}")
    } else if http.is_object() {
        let path = string(&http["path"]);
        let slash = if path.starts_with('/') || path.is_empty() { "" } else { "/" };
        format!(
            "http-get {}://{}:{}{slash}{path} {attributes}",
            string(&http["scheme"]).to_lowercase(),
            string(&http["host"]),
            either(&http["port"])
        )
    } else if tcp.is_object() {
        format!("tcp-socket {}:{} {attributes}", string(&tcp["host"]), either(&tcp["port"]))
    } else if grpc.is_object() {
        format!("grpc <pod>:{} {} {attributes}", number(&grpc["port"]), string(&grpc["service"]))
    } else {
        format!("unknown {attributes}")
    }
}

fn environment(page: &mut Page, container: &Value, pod: Option<&Value>) {
    let from = list(&container["envFrom"]);
    if !from.is_empty() {
        page.line(2, "Environment Variables from:");
    }
    for source in from {
        let (kind, source, prefix) = match source["configMapRef"].is_object() {
            true => ("ConfigMap", &source["configMapRef"], string(&source["prefix"])),
            false => ("Secret", &source["secretRef"], string(&source["prefix"])),
        };
        let prefix = if prefix.is_empty() {
            String::new()
        } else {
            format!(" with prefix '{prefix}'")
        };
        page.line(
            3,
            &format!("{}\t{kind}{prefix}\tOptional: {}", string(&source["name"]), source["optional"] == true),
        );
    }
    let variables = list(&container["env"]);
    page.line(2, if variables.is_empty() { "Environment:\t<none>" } else { "Environment:" });
    for variable in variables {
        one_variable(page, variable, pod);
    }
}

fn one_variable(page: &mut Page, variable: &Value, pod: Option<&Value>) {
    let (name, from) = (string(&variable["name"]), &variable["valueFrom"]);
    let (field, resource, secret, config) = (&from["fieldRef"], &from["resourceFieldRef"], &from["secretKeyRef"], &from["configMapKeyRef"]);
    let optional = |source: &Value| source["optional"] == true;
    if field.is_object() {
        let (version, path) = (string(&field["apiVersion"]), string(&field["fieldPath"]));
        let value = pod.map(|pod| metadata_at(pod, path)).unwrap_or_default();
        page.line(3, &format!("{name}:\t{value} ({version}:{path})"));
    } else if resource.is_object() {
        page.line(3, &format!("{name}:\t ({})", string(&resource["resource"])));
    } else if secret.is_object() {
        let (key, of) = (string(&secret["key"]), string(&secret["name"]));
        page.line(
            3,
            &format!("{name}:\t<set to the key '{key}' in secret '{of}'>\tOptional: {}", optional(secret)),
        );
    } else if config.is_object() {
        let (key, of) = (string(&config["key"]), string(&config["name"]));
        page.line(
            3,
            &format!("{name}:\t<set to the key '{key}' of config map '{of}'>\tOptional: {}", optional(config)),
        );
    } else {
        for (index, line) in string(&variable["value"]).split('\n').enumerate() {
            page.line(3, &if index == 0 { format!("{name}:\t{line}") } else { format!("\t{line}") });
        }
    }
}

/// The metadata that a `fieldRef` names; kubectl resolves nothing else.
fn metadata_at<'a>(pod: &'a Value, path: &str) -> &'a str {
    let Some(field) = path.strip_prefix("metadata.") else { return "" };
    match field.split_once("['") {
        Some((map, key)) => string(&pod["metadata"][map][key.trim_end_matches("']")]),
        None => string(&pod["metadata"][field]),
    }
}

fn mounts(page: &mut Page, container: &Value) {
    let mut mounts: Vec<&Value> = list(&container["volumeMounts"]).iter().collect();
    mounts.sort_by_key(|mount| string(&mount["mountPath"]));
    page.line(2, if mounts.is_empty() { "Mounts:\t<none>" } else { "Mounts:" });
    for mount in mounts {
        let flag = if mount["readOnly"] == true { "ro" } else { "rw" };
        let sub = match string(&mount["subPath"]) {
            "" => String::new(),
            path => format!(",path={path:?}"),
        };
        page.line(3, &format!("{} from {} ({flag}{sub})", string(&mount["mountPath"]), string(&mount["name"])));
    }
}
