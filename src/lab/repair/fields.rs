//! The fields that lessons change most, found in a manifest by a table of paths.

use serde_json::{Map, Number, Value};

/// Names of fields, and places in lists, from the object's root on.
pub type Path = Vec<String>;

/// A field that can be changed, with what it says now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub path: Path,
    /// The path as a person reads it: `app: image`, `spec.ports[http].targetPort`.
    pub label: String,
    /// None where it is not set.
    pub value: Option<String>,
}

/// Below each container; `*` is any key or place.
const OF_CONTAINER: &[&str] = &[
    "image",
    "env.*.value",
    "env.*.valueFrom.configMapKeyRef.name",
    "env.*.valueFrom.configMapKeyRef.key",
    "env.*.valueFrom.secretKeyRef.name",
    "env.*.valueFrom.secretKeyRef.key",
    "envFrom.*.configMapRef.name",
    "envFrom.*.secretRef.name",
    "ports.*.containerPort",
    "resources.requests.*",
    "resources.limits.*",
    "readinessProbe.httpGet.path",
    "readinessProbe.httpGet.port",
    "readinessProbe.tcpSocket.port",
    "readinessProbe.initialDelaySeconds",
    "readinessProbe.timeoutSeconds",
    "readinessProbe.periodSeconds",
    "readinessProbe.failureThreshold",
    "livenessProbe.httpGet.path",
    "livenessProbe.httpGet.port",
    "livenessProbe.tcpSocket.port",
    "livenessProbe.initialDelaySeconds",
    "livenessProbe.timeoutSeconds",
    "livenessProbe.periodSeconds",
    "livenessProbe.failureThreshold",
    "startupProbe.httpGet.path",
    "startupProbe.httpGet.port",
    "startupProbe.tcpSocket.port",
    "startupProbe.periodSeconds",
    "startupProbe.failureThreshold",
    "volumeMounts.*.mountPath",
];

/// Offered for every container, set or not.
const ALWAYS: &[&str] = &[
    "resources.requests.cpu",
    "resources.requests.memory",
    "resources.limits.cpu",
    "resources.limits.memory",
];

/// Below the pod's spec.
const OF_POD: &[&str] = &[
    "volumes.*.configMap.name",
    "volumes.*.secret.secretName",
    "volumes.*.persistentVolumeClaim.claimName",
    "imagePullSecrets.*.name",
    "serviceAccountName",
    "nodeSelector.*",
    "priorityClassName",
];

/// Below the object's root.
const OF_OBJECT: &[&str] = &[
    "spec.replicas",
    "spec.paused",
    "spec.suspend",
    "spec.schedule",
    "spec.completions",
    "spec.parallelism",
    "spec.backoffLimit",
    "spec.activeDeadlineSeconds",
    "spec.progressDeadlineSeconds",
    "spec.minReplicas",
    "spec.maxReplicas",
    "spec.minAvailable",
    "spec.maxUnavailable",
    "spec.scaleTargetRef.name",
    "spec.type",
    "spec.ports.*.port",
    "spec.ports.*.targetPort",
    "spec.ingressClassName",
    "spec.rules.*.host",
    "spec.rules.*.http.paths.*.path",
    "spec.rules.*.http.paths.*.backend.service.name",
    "spec.rules.*.http.paths.*.backend.service.port.number",
    "spec.rules.*.http.paths.*.backend.service.port.name",
    "spec.podSelector.matchLabels.*",
    "spec.ingress.*.from.*.podSelector.matchLabels.*",
    "spec.ingress.*.from.*.namespaceSelector.matchLabels.*",
    "spec.ingress.*.ports.*.port",
    "spec.egress.*.to.*.podSelector.matchLabels.*",
    "spec.egress.*.to.*.namespaceSelector.matchLabels.*",
    "spec.egress.*.ports.*.port",
    "spec.hard.*",
    "spec.storageClassName",
    "spec.accessModes.*",
    "spec.resources.requests.storage",
    "roleRef.name",
    "subjects.*.name",
    "subjects.*.namespace",
    "data.*",
    "spec.selector.matchLabels.*",
    "spec.template.metadata.labels.*",
    "metadata.labels.*",
    "metadata.finalizers.*",
];

/// Fields that hold a number or a name, whichever the other end has.
const NUMBER_OR_NAME: [&str; 4] = ["port", "targetPort", "minAvailable", "maxUnavailable"];

/// Where an object keeps its pods' spec.
#[must_use]
pub fn pod_spec(kind: &str) -> Option<&'static str> {
    match kind {
        "Pod" => Some("spec"),
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" => Some("spec.template.spec"),
        "CronJob" => Some("spec.jobTemplate.spec.template.spec"),
        _ => None,
    }
}

/// The path of each container, init containers last, with its name.
#[must_use]
pub fn containers(object: &Value) -> Vec<(Path, String)> {
    let kind = object["kind"].as_str().unwrap_or_default();
    let Some(spec) = pod_spec(kind) else { return Vec::new() };
    let lists = ["containers.*", "initContainers.*"];
    let paths = lists.iter().flat_map(|list| found(object, &format!("{spec}.{list}")));
    paths
        .map(|path| {
            let name = at(object, &path).map(|container| text(&container["name"])).unwrap_or_default();
            (path, name)
        })
        .collect()
}

/// Everything in the object that can be changed here.
#[must_use]
pub fn fields(object: &Value) -> Vec<Field> {
    let kind = object["kind"].as_str().unwrap_or_default();
    let mut fields = Vec::new();
    for (container, name) in containers(object) {
        for pattern in OF_CONTAINER {
            for path in below(object, &container, pattern) {
                let label = format!("{name}: {}", label(object, &path, container.len()));
                fields.push(field(object, path, label));
            }
        }
        for pattern in ALWAYS {
            let path: Path = container.iter().cloned().chain(pattern.split('.').map(str::to_owned)).collect();
            if fields.iter().all(|field| field.path != path) {
                fields.push(field(object, path, format!("{name}: {pattern}")));
            }
        }
    }
    let spec = pod_spec(kind);
    let of_pod = spec.iter().flat_map(|spec| OF_POD.iter().map(move |pattern| format!("{spec}.{pattern}")));
    // the selector of a Service stands bare, that of a workload below matchLabels
    let selector = (kind == "Service").then(|| "spec.selector.*".to_owned());
    let patterns = of_pod.chain(selector).chain(OF_OBJECT.iter().map(|pattern| (*pattern).to_owned()));
    for pattern in patterns.filter(|pattern| kind != "Secret" || !pattern.starts_with("data")) {
        for path in found(object, &pattern) {
            let label = label(object, &path, 0);
            fields.push(field(object, path, label));
        }
    }
    let labs = |name: &String| name == "app.kubernetes.io/managed-by" || name.starts_with("klab.dev/");
    fields.retain(|field| !field.path.last().is_some_and(labs));
    fields.retain(|field| field.value.as_ref().is_none_or(|value| !value.contains('\n')));
    fields
}

fn field(object: &Value, path: Path, label: String) -> Field {
    let value = at(object, &path).map(text);
    Field { path, label, value }
}

fn below(object: &Value, from: &[String], pattern: &str) -> Vec<Path> {
    let Some(inner) = at(object, from) else { return Vec::new() };
    let paths = found(inner, pattern);
    paths.into_iter().map(|path| from.iter().cloned().chain(path).collect()).collect()
}

/// Paths to plain values, or to list elements, that fit a pattern.
fn found(object: &Value, pattern: &str) -> Vec<Path> {
    let mut open: Vec<(Path, &Value)> = vec![(Vec::new(), object)];
    for name in pattern.split('.') {
        let mut next = Vec::new();
        for (path, value) in open {
            let step = |key: String, value| (path.iter().cloned().chain([key]).collect::<Path>(), value);
            match (name, value) {
                ("*", Value::Array(items)) => next.extend(items.iter().enumerate().map(|(place, item)| step(place.to_string(), item))),
                ("*", Value::Object(fields)) => next.extend(fields.iter().map(|(key, value)| step(key.clone(), value))),
                (name, Value::Object(fields)) => next.extend(fields.get(name).map(|value| step(name.to_owned(), value))),
                _ => {}
            }
        }
        open = next;
    }
    let wanted = |value: &Value| pattern.ends_with("ontainers.*") || !(value.is_array() || value.is_object());
    open.into_iter().filter(|(_, value)| wanted(value)).map(|(path, _)| path).collect()
}

/// The value at a path.
#[must_use]
pub fn at<'a>(object: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, name| match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        other => other.get(name.as_str()),
    })
}

/// A path after its first `skip` names; elements of lists by their names where they have some.
fn label(object: &Value, path: &[String], skip: usize) -> String {
    let mut said = String::new();
    for end in skip..path.len() {
        let (before, name) = (at(object, &path[..end]), &path[end]);
        if matches!(before, Some(Value::Array(_))) {
            let element = at(object, &path[..=end]).and_then(|element| element["name"].as_str());
            said.push_str(&format!("[{}]", element.unwrap_or(name)));
        } else if said.is_empty() {
            said.push_str(name);
        } else {
            said.push_str(&format!(".{name}"));
        }
    }
    said
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What was typed, as the kind of value that the field holds.
#[must_use]
pub fn typed(before: Option<&Value>, path: &[String], text: &str) -> Value {
    let number = || text.trim().parse::<i64>().ok().map(|number| Value::Number(Number::from(number)));
    let either = path.last().is_some_and(|name| NUMBER_OR_NAME.contains(&name.as_str()));
    let found = match before {
        Some(Value::Number(_)) => number(),
        Some(Value::Bool(_)) => text.trim().parse().ok().map(Value::Bool),
        _ if either => number(),
        _ => None,
    };
    found.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Sets a value at a path, and makes the maps on the way that are missing.
pub fn put(object: &mut Value, path: &[String], value: Value) {
    let Some((name, rest)) = path.split_first() else {
        *object = value;
        return;
    };
    if object.is_null() {
        *object = Value::Object(Map::new());
    }
    match object {
        Value::Array(items) => {
            if let Some(item) = name.parse::<usize>().ok().and_then(|place| items.get_mut(place)) {
                put(item, rest, value);
            }
        }
        Value::Object(fields) => put(fields.entry(name.clone()).or_insert(Value::Null), rest, value),
        _ => {}
    }
}

/// Takes out what stands at a path.
pub fn take(object: &mut Value, path: &[String]) {
    let Some((last, before)) = path.split_last() else { return };
    let holder = before.iter().try_fold(object, |value, name| match value {
        Value::Array(items) => items.get_mut(name.parse::<usize>().ok()?),
        other => other.get_mut(name.as_str()),
    });
    match holder {
        Some(Value::Array(items)) => {
            if let Some(place) = last.parse::<usize>().ok().filter(|place| *place < items.len()) {
                items.remove(place);
            }
        }
        Some(Value::Object(fields)) => drop(fields.remove(last)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deployment() -> Value {
        json!({"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 2, "template": {
            "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": "shop:bad",
            "env": [{"name": "MODE", "value": "test"}], "resources": {"limits": {"memory": "32Mi"}},
            "readinessProbe": {"httpGet": {"path": "/health", "port": "http"}}}]}}}})
    }

    fn find(object: &Value, label: &str) -> Field {
        let fields = fields(object);
        fields
            .iter()
            .find(|field| field.label == label)
            .unwrap_or_else(|| panic!("{label} is not among {fields:?}"))
            .clone()
    }

    #[test]
    fn what_lessons_change_is_found_by_a_readable_name() {
        let object = deployment();
        let value = |label: &str| find(&object, label).value;
        assert_eq!(value("app: image").as_deref(), Some("shop:bad"));
        assert_eq!(value("app: env[MODE].value").as_deref(), Some("test"));
        assert_eq!(value("app: resources.limits.memory").as_deref(), Some("32Mi"));
        assert_eq!(value("app: resources.requests.cpu"), None, "offered, though it is not set");
        assert_eq!(value("spec.replicas").as_deref(), Some("2"));
        assert_eq!(value("spec.template.metadata.labels.app").as_deref(), Some("web"));
        let service = json!({"kind": "Service", "spec": {"selector": {"app": "w"}, "ports": [{"name": "http", "port": 80, "targetPort": "web"}]}});
        assert_eq!(find(&service, "spec.selector.app").value.as_deref(), Some("w"));
        assert_eq!(find(&service, "spec.ports[http].targetPort").value.as_deref(), Some("web"));
    }

    #[test]
    fn a_value_keeps_its_kind_and_a_port_is_a_number_or_a_name() {
        let mut object = deployment();
        for (label, text, want) in [
            ("spec.replicas", "3", json!(3)),
            ("app: readinessProbe.httpGet.port", "8080", json!(8080)),
            ("app: image", "1", json!("1")),
            ("app: resources.requests.cpu", "2", json!("2")),
        ] {
            let field = find(&object, label);
            let value = typed(at(&object, &field.path), &field.path, text);
            put(&mut object, &field.path, value);
            assert_eq!(at(&object, &field.path), Some(&want), "{label}");
        }
        let image = find(&object, "app: image");
        take(&mut object, &image.path);
        assert_eq!(at(&object, &image.path), None);
    }
}
