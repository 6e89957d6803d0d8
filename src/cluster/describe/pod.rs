//! `kubectl describe pod`.

use serde_json::Value;

use super::DescribeInput;
use super::container::{Within, containers, resources};
use super::page::Page;
use super::volume::volumes;
use super::words::{annotations, controlled_by, date, labels, lines_under, list, number, selector, since, string};

pub fn pod(page: &mut Page, input: &DescribeInput) {
    let pod = &input.object;
    let (spec, status) = (&pod["spec"], &pod["status"]);
    identity(page, input);
    page.field(0, "IP", string(&status["podIP"]));
    let ips = list(&status["podIPs"]);
    page.line(0, if ips.is_empty() { "IPs:\t<none>" } else { "IPs:" });
    for ip in ips {
        page.field(1, "IP", string(&ip["ip"]));
    }
    controlled_by(page, pod);
    if !string(&status["nominatedNodeName"]).is_empty() {
        page.field(0, "NominatedNodeName", string(&status["nominatedNodeName"]));
    }
    if spec["resources"].is_object() {
        page.line(0, "Resources:");
        resources(page, 1, &spec["resources"]);
    }
    let within = Within {
        pod: Some(pod),
        zone: &input.zone,
    };
    for (label, of, statuses) in [
        ("Init Containers", "initContainers", "initContainerStatuses"),
        ("Containers", "containers", "containerStatuses"),
        ("Ephemeral Containers", "ephemeralContainers", "ephemeralContainerStatuses"),
    ] {
        let some = list(&spec[of]);
        if !some.is_empty() || of == "containers" {
            containers(page, label, some, &status[statuses], &within, "");
        }
    }
    conditions(page, pod);
    volumes(page, &spec["volumes"], "");
    page.field(0, "QoS Class", string(&status["qosClass"]));
    placement(page, spec, "");
}

fn identity(page: &mut Page, input: &DescribeInput) {
    let pod = &input.object;
    let (spec, status, metadata) = (&pod["spec"], &pod["status"], &pod["metadata"]);
    page.field(0, "Name", string(&metadata["name"]));
    page.field(0, "Namespace", string(&metadata["namespace"]));
    if spec["priority"].is_number() {
        page.field(0, "Priority", number(&spec["priority"]));
    }
    for (name, key) in [
        ("Priority Class Name", "priorityClassName"),
        ("Runtime Class Name", "runtimeClassName"),
        ("Service Account", "serviceAccountName"),
    ] {
        if !string(&spec[key]).is_empty() {
            page.field(0, name, string(&spec[key]));
        }
    }
    match string(&spec["nodeName"]) {
        "" => page.field(0, "Node", "<none>"),
        node => page.field(0, "Node", format!("{node}/{}", string(&status["hostIP"]))),
    }
    if status["startTime"].is_string() {
        page.field(0, "Start Time", date(&status["startTime"], &input.zone));
    }
    labels(page, "Labels", &metadata["labels"]);
    annotations(page, "Annotations", &metadata["annotations"]);
    let phase = string(&status["phase"]);
    if metadata["deletionTimestamp"].is_string() && !matches!(phase, "Succeeded" | "Failed") {
        page.field(0, "Status", format!("Terminating (lasts {})", since(&metadata["deletionTimestamp"], input.now)));
        page.field(0, "Termination Grace Period", format!("{}s", number(&metadata["deletionGracePeriodSeconds"])));
    } else {
        page.field(0, "Status", phase);
    }
    for (name, key) in [("Reason", "reason"), ("Message", "message")] {
        if !string(&status[key]).is_empty() {
            page.field(0, name, string(&status[key]));
        }
    }
    let seccomp = &spec["securityContext"]["seccompProfile"];
    if seccomp.is_object() {
        page.field(0, "SeccompProfile", string(&seccomp["type"]));
        if seccomp["type"] == "Localhost" {
            page.field(0, "LocalhostProfile", string(&seccomp["localhostProfile"]));
        }
    }
}

fn conditions(page: &mut Page, pod: &Value) {
    let conditions = list(&pod["status"]["conditions"]);
    let gates = list(&pod["spec"]["readinessGates"]);
    if !gates.is_empty() {
        page.line(0, "Readiness Gates:");
        page.line(1, "Type\tStatus");
    }
    for gate in gates {
        let status = conditions
            .iter()
            .find(|c| c["type"] == gate["conditionType"])
            .map_or("<none>", |c| string(&c["status"]));
        page.line(1, &format!("{} \t{status} ", string(&gate["conditionType"])));
    }
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus");
    }
    for c in conditions {
        page.line(1, &format!("{} \t{} ", string(&c["type"]), string(&c["status"])));
    }
}

/// Where pods may run: the end of a pod and of a template, each in its own order.
fn placement(page: &mut Page, spec: &Value, space: &str) {
    labels(page, &format!("{space}Node-Selectors"), &spec["nodeSelector"]);
    tolerations(page, &format!("{space}Tolerations"), &spec["tolerations"]);
    spread(page, &format!("{space}Topology Spread Constraints"), &spec["topologySpreadConstraints"]);
}

/// The pod template of a workload.
pub fn template(page: &mut Page, input: &DescribeInput) {
    let template = &input.object["spec"]["template"];
    let (metadata, spec) = (&template["metadata"], &template["spec"]);
    page.line(0, "Pod Template:");
    labels(page, "  Labels", &metadata["labels"]);
    if metadata["annotations"].as_object().is_some_and(|annotations| !annotations.is_empty()) {
        annotations(page, "  Annotations", &metadata["annotations"]);
    }
    if !string(&spec["serviceAccountName"]).is_empty() {
        page.field(0, "  Service Account", string(&spec["serviceAccountName"]));
    }
    let within = Within { pod: None, zone: &input.zone };
    if !list(&spec["initContainers"]).is_empty() {
        containers(page, "Init Containers", list(&spec["initContainers"]), &Value::Null, &within, "  ");
    }
    containers(page, "Containers", list(&spec["containers"]), &Value::Null, &within, "  ");
    volumes(page, &spec["volumes"], "  ");
    spread(page, "  Topology Spread Constraints", &spec["topologySpreadConstraints"]);
    if !string(&spec["priorityClassName"]).is_empty() {
        page.field(0, "  Priority Class Name", string(&spec["priorityClassName"]));
    }
    labels(page, "  Node-Selectors", &spec["nodeSelector"]);
    tolerations(page, "  Tolerations", &spec["tolerations"]);
}

fn tolerations(page: &mut Page, name: &str, tolerations: &Value) {
    let mut sorted: Vec<&Value> = list(tolerations).iter().collect();
    sorted.sort_by_key(|toleration| string(&toleration["key"]));
    let line = |t: &&Value| {
        let (key, value, effect) = (string(&t["key"]), string(&t["value"]), string(&t["effect"]));
        let mut line = key.to_owned();
        if !value.is_empty() {
            line += &format!("={value}");
        }
        if !effect.is_empty() {
            line += &format!(":{effect}");
        }
        if t["operator"] == "Exists" && value.is_empty() {
            line += if key.is_empty() && effect.is_empty() { "op=Exists" } else { " op=Exists" };
        }
        if t["tolerationSeconds"].is_number() {
            line += &format!(" for {}s", number(&t["tolerationSeconds"]));
        }
        line
    };
    lines_under(page, name, &sorted.iter().map(line).collect::<Vec<_>>());
}

fn spread(page: &mut Page, name: &str, constraints: &Value) {
    let line = |c: &Value| {
        let of = if c["labelSelector"].is_object() {
            format!(" for selector {}", selector(&c["labelSelector"]))
        } else {
            String::new()
        };
        format!(
            "{}:{} when max skew {} is exceeded{of}",
            string(&c["topologyKey"]),
            string(&c["whenUnsatisfiable"]),
            number(&c["maxSkew"])
        )
    };
    let lines: Vec<_> = list(constraints).iter().map(line).collect();
    if !lines.is_empty() {
        lines_under(page, name, &lines);
    }
}
