//! What the manifests of one stage give each container's process: variables, files, arguments, ports, memory, a user.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::reference::ImageReference;
use super::{Manifest, kind, manifest, path};

/// A container, and what surrounds its process.
#[derive(Debug, Clone, Default)]
pub struct Process {
    /// Kind and name of the object, name of the container.
    pub place: (String, String, String),
    pub image: ImageReference,
    pub env: BTreeSet<String>,
    pub files: BTreeSet<String>,
    pub args: Vec<String>,
    /// Paths by port, as probes ask for them.
    pub serves: BTreeMap<u16, BTreeSet<String>>,
    /// Bytes.
    pub memory: Option<f64>,
    pub user: Option<i64>,
    /// A Job's, or an init container: it does its work and ends.
    pub ends: bool,
}

/// Every process that these manifests start.
pub fn processes(manifests: &[&Manifest]) -> Vec<Process> {
    let mut found = Vec::new();
    for owner in manifests {
        let Some(spec) = manifest::pod_spec(&owner.object) else { continue };
        for (list, container) in of_spec(spec) {
            let Some(image) = container["image"].as_str() else { continue };
            let mut process = Process {
                place: (owner.kind().to_owned(), owner.name().to_owned(), text(&container["name"])),
                image: ImageReference::parse(image),
                env: variables(container, manifests),
                files: files(spec, container, manifests),
                args: items(&container["args"]).map(text).collect(),
                memory: path::number(&container["resources"]["limits"]["memory"]),
                user: [&container["securityContext"], &spec["securityContext"]]
                    .into_iter()
                    .find_map(|context| context["runAsUser"].as_i64()),
                ends: matches!(owner.kind(), "Job" | "CronJob") || (list == "initContainers" && container["restartPolicy"] != "Always"),
                ..Process::default()
            };
            add_ports(&mut process, container);
            if is_asked(spec, container) {
                add_targets(&mut process, owner, container, manifests);
            }
            found.push(process);
        }
    }
    found
}

fn of_spec(spec: &Value) -> impl Iterator<Item = (&'static str, &Value)> {
    ["initContainers", "containers"]
        .into_iter()
        .flat_map(|list| items(&spec[list]).map(move |container| (list, container)))
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The keys of a ConfigMap or Secret among the manifests.
fn keys<'a>(kind: &'a str, name: &'a Value, manifests: &'a [&Manifest]) -> impl Iterator<Item = &'a String> {
    let named = move |manifest: &&&Manifest| manifest.kind() == kind && name.as_str() == Some(manifest.name());
    let fields = ["data", "stringData", "binaryData"];
    manifests
        .iter()
        .filter(named)
        .flat_map(move |manifest| fields.into_iter().filter_map(|field| manifest.object[field].as_object()))
        .flat_map(serde_json::Map::keys)
}

fn variables(container: &Value, manifests: &[&Manifest]) -> BTreeSet<String> {
    let named = items(&container["env"]).filter_map(|env| env["name"].as_str()).map(str::to_owned);
    let mut names: BTreeSet<String> = named.collect();
    for source in items(&container["envFrom"]) {
        let prefix = text(&source["prefix"]);
        for (reference, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            names.extend(keys(kind, &source[reference]["name"], manifests).map(|key| format!("{prefix}{key}")));
        }
    }
    names
}

/// The files that ConfigMaps and Secrets bring, by path.
fn files(spec: &Value, container: &Value, manifests: &[&Manifest]) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for mount in items(&container["volumeMounts"]) {
        let Some(volume) = items(&spec["volumes"]).find(|volume| volume["name"] == mount["name"]) else {
            continue;
        };
        let (source, kind, name) = match (&volume["configMap"], &volume["secret"]) {
            (Value::Null, Value::Null) => continue,
            (Value::Null, secret) => (secret, "Secret", &secret["secretName"]),
            (config, _) => (config, "ConfigMap", &config["name"]),
        };
        let chosen: Vec<String> = items(&source["items"]).map(|item| text(&item["path"])).collect();
        let names = if chosen.is_empty() {
            keys(kind, name, manifests).cloned().collect()
        } else {
            chosen
        };
        let at = text(&mount["mountPath"]);
        match mount["subPath"].as_str() {
            Some(_) => drop(paths.insert(at)),
            None => paths.extend(names.iter().map(|name| format!("{}/{name}", at.trim_end_matches('/')))),
        }
    }
    paths
}

/// Whether it is this container that a Service without a name for its target asks: one that declares ports,
/// or the first where none does; no init container.
fn is_asked(spec: &Value, container: &Value) -> bool {
    let declares = |container: &Value| items(&container["ports"]).next().is_some();
    let stays = items(&spec["containers"]).any(|other| other["name"] == container["name"]);
    let first = items(&spec["containers"]).next().is_some_and(|first| first["name"] == container["name"]);
    stays && (declares(container) || (first && !items(&spec["containers"]).any(declares)))
}

/// The number of a port, or of the port that a container calls so.
fn number(container: &Value, port: &Value) -> Option<u16> {
    let named = items(&container["ports"]).find(|declared| declared["name"] == *port);
    let number = port.as_u64().or_else(|| named.and_then(|declared| declared["containerPort"].as_u64()));
    number.and_then(|number| u16::try_from(number).ok())
}

/// Declared ports, and the ports that probes ask.
fn add_ports(process: &mut Process, container: &Value) {
    let by_name = |port: &Value| number(container, port);
    for declared in items(&container["ports"]) {
        if let Some(port) = by_name(&declared["containerPort"]) {
            process.serves.entry(port).or_default();
        }
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let (http, tcp) = (&container[probe]["httpGet"], &container[probe]["tcpSocket"]);
        if let Some(port) = by_name(&tcp["port"]) {
            process.serves.entry(port).or_default();
        }
        if let Some(port) = by_name(&http["port"]) {
            process.serves.entry(port).or_default().insert(http["path"].as_str().unwrap_or("/").to_owned());
        }
    }
}

/// The targets of the Services that select the pod.
fn add_targets(process: &mut Process, owner: &Manifest, container: &Value, manifests: &[&Manifest]) {
    let Some(labels) = pod_labels(&owner.object) else { return };
    for service in manifests.iter().filter(|manifest| manifest.kind() == "Service") {
        let selector = service.object["spec"]["selector"].as_object().filter(|selector| !selector.is_empty());
        if !selector.is_some_and(|selector| selector.iter().all(|(key, value)| labels.get(key) == Some(value))) {
            continue;
        }
        for port in items(&service.object["spec"]["ports"]) {
            let target = if port["targetPort"].is_null() { &port["port"] } else { &port["targetPort"] };
            // a name that the container does not declare belongs to another container of the pod
            if let Some(port) = number(container, target) {
                process.serves.entry(port).or_default();
            }
        }
    }
}

/// The labels of the pods that an object starts.
fn pod_labels(object: &Value) -> Option<&serde_json::Map<String, Value>> {
    let kind = object["kind"].as_str()?;
    let metadata = if kind == "Pod" {
        &object["metadata"]
    } else if kind::is_workload(kind) {
        &object["spec"]["template"]["metadata"]
    } else {
        return None;
    };
    metadata["labels"].as_object()
}
