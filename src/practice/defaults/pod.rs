//! Defaults of Pods and of the Pod specs in templates (kubernetes `pkg/apis/core/v1/defaults.go`).

use serde_json::{Value, json};

use super::{each, set};

/// A Pod of its own.
pub fn pod(object: &mut Value) {
    let spec = &mut object["spec"];
    set(spec, "enableServiceLinks", true.into());
    for list in ["initContainers", "containers"] {
        each(spec, list).for_each(requests_from_limits);
    }
    pod_spec(spec);
}

/// Any Pod spec.
pub fn pod_spec(spec: &mut Value) {
    if !spec.is_object() {
        return;
    }
    set(spec, "restartPolicy", "Always".into());
    set(spec, "dnsPolicy", "ClusterFirst".into());
    set(spec, "terminationGracePeriodSeconds", 30.into());
    if spec["terminationGracePeriodSeconds"].as_i64().is_some_and(|seconds| seconds < 0) {
        spec["terminationGracePeriodSeconds"] = 1.into();
    }
    set(spec, "schedulerName", "default-scheduler".into());
    set(spec, "securityContext", json!({}));
    // The old name of the field is always written along.
    if let Some(account) = spec.get("serviceAccountName").cloned() {
        spec["serviceAccount"] = account;
    }
    let host_network = spec["hostNetwork"] == true;
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        each(spec, list).for_each(|one| container(one, host_network));
    }
    each(spec, "volumes").for_each(volume);
}

fn container(container: &mut Value, host_network: bool) {
    let policy = if pulls_always(container["image"].as_str().unwrap_or_default()) {
        "Always"
    } else {
        "IfNotPresent"
    };
    set(container, "imagePullPolicy", policy.into());
    set(container, "terminationMessagePath", "/dev/termination-log".into());
    set(container, "terminationMessagePolicy", "File".into());
    set(container, "resources", json!({}));
    for port in each(container, "ports") {
        set(port, "protocol", "TCP".into());
        if host_network {
            let number = port["containerPort"].clone();
            set(port, "hostPort", number);
        }
    }
    for env in each(container, "env").filter(|env| env["valueFrom"]["fieldRef"].is_object()) {
        set(&mut env["valueFrom"]["fieldRef"], "apiVersion", "v1".into());
    }
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(found) = container.get_mut(name) {
            probe(found);
        }
    }
    for hook in ["postStart", "preStop"] {
        if let Some(get) = container
            .get_mut("lifecycle")
            .and_then(|hooks| hooks.get_mut(hook))
            .and_then(|hook| hook.get_mut("httpGet"))
        {
            http_get(get);
        }
    }
}

/// Whether the image names `latest`, by its tag or for want of one.
fn pulls_always(image: &str) -> bool {
    let (name, digest) = image.split_once('@').map_or((image, None), |(name, digest)| (name, Some(digest)));
    let valid = !name.is_empty() && !name.contains(char::is_whitespace) && !name.ends_with([':', '/']) && !name.rsplit('/').next().is_some_and(has_upper_name);
    match name.rsplit('/').next().and_then(|last| last.split_once(':')) {
        Some((_, tag)) => valid && tag == "latest",
        None => valid && digest.is_none(),
    }
}

fn has_upper_name(last: &str) -> bool {
    last.split(':')
        .next()
        .is_some_and(|name| name.chars().any(|letter| letter.is_ascii_uppercase()))
}

fn probe(probe: &mut Value) {
    for (field, value) in [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)] {
        if probe[field].as_i64().unwrap_or(0) == 0 {
            probe[field] = value.into();
        }
    }
    if let Some(get) = probe.get_mut("httpGet") {
        http_get(get);
    }
    if let Some(grpc) = probe.get_mut("grpc") {
        set(grpc, "service", "".into());
    }
}

fn http_get(get: &mut Value) {
    if get["path"].as_str().is_none_or(str::is_empty) {
        get["path"] = "/".into();
    }
    set(get, "scheme", "HTTP".into());
}

fn volume(volume: &mut Value) {
    if volume.as_object().is_some_and(|fields| fields.len() == 1) {
        volume["emptyDir"] = json!({});
    }
    for source in ["secret", "configMap", "downwardAPI", "projected"] {
        if let Some(source) = volume.get_mut(source) {
            set(source, "defaultMode", 420.into());
        }
    }
    if let Some(path) = volume.get_mut("hostPath") {
        set(path, "type", "".into());
    }
    if let Some(items) = volume.get_mut("downwardAPI") {
        references(items);
    }
    for source in volume.get_mut("projected").into_iter().flat_map(|projected| each(projected, "sources")) {
        if let Some(token) = source.get_mut("serviceAccountToken") {
            set(token, "expirationSeconds", 3600.into());
        }
        if let Some(items) = source.get_mut("downwardAPI") {
            references(items);
        }
    }
}

fn references(downward: &mut Value) {
    for item in each(downward, "items").filter(|item| item["fieldRef"].is_object()) {
        set(&mut item["fieldRef"], "apiVersion", "v1".into());
    }
}

/// What is limited and not requested is requested as much as it is limited.
fn requests_from_limits(container: &mut Value) {
    let Some(limits) = container["resources"]["limits"].as_object().cloned() else {
        return;
    };
    for (resource, amount) in limits {
        set(&mut container["resources"]["requests"], &resource, amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pull_policy_follows_the_tag() {
        for (image, always) in [
            ("nginx", true),
            ("nginx:latest", true),
            ("localhost:5000/nginx", true),
            ("nginx:1.27", false),
            ("localhost:5000/nginx:1", false),
            ("nginx@sha256:abc", false),
            ("NGINX", false),
            ("", false),
        ] {
            assert_eq!(pulls_always(image), always, "{image}");
        }
    }

    #[test]
    fn defaults_are_filled_in_once() {
        let mut object = json!({"spec": {"volumes": [{"name": "v"}, {"name": "c", "configMap": {"name": "x"}}], "containers": [{"name": "a", "image": "x:1",
            "resources": {"limits": {"memory": "32Mi"}}, "ports": [{"containerPort": 80}], "livenessProbe": {"httpGet": {"port": 80}, "periodSeconds": 5}}]}});
        pod(&mut object);
        let spec = &object["spec"];
        assert_eq!(spec["containers"][0]["resources"]["requests"], json!({"memory": "32Mi"}));
        assert_eq!(spec["containers"][0]["ports"][0]["protocol"], "TCP");
        let probe = json!({"httpGet": {"path": "/", "port": 80, "scheme": "HTTP"}, "timeoutSeconds": 1, "periodSeconds": 5, "successThreshold": 1, "failureThreshold": 3});
        assert_eq!(spec["containers"][0]["livenessProbe"], probe);
        assert_eq!(
            spec["volumes"],
            json!([{"name": "v", "emptyDir": {}}, {"name": "c", "configMap": {"name": "x", "defaultMode": 420}}])
        );
        let once = object.clone();
        pod(&mut object);
        assert_eq!(object, once);
    }
}
