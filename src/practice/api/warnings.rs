//! What the API server warns of while it does what it was asked (kubernetes `pkg/api/pod/warnings.go` and the lifecycle of old APIs).

use axum::http::Method;
use serde_json::Value;

use super::call::Call;
use super::path::Resource;
use crate::practice::admission::pod_security;
use crate::practice::cluster::Practice;
use crate::practice::custom::formats;
use crate::practice::field::{items, text};
use crate::practice::kind::{Kind, NAMESPACE};
use crate::practice::quantity::Quantity;

/// Warns of kinds that have a newer form.
pub fn of_kind(kind: &Kind, call: &Call) {
    if let Some(said) = kind.custom.and_then(|custom| custom.deprecation.as_deref()) {
        call.warn(said);
    }
    match (kind.group, kind.built_in()) {
        ("", "Endpoints") => call.warn("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"),
        ("", "ComponentStatus") => call.warn("v1 ComponentStatus is deprecated in v1.19+"),
        _ => {}
    }
}

/// A namespace as it is before a change that may make it stricter.
pub fn before(practice: &Practice, at: &Resource) -> Option<Value> {
    let asked = at.kind == &NAMESPACE && at.sub.is_empty();
    asked.then(|| practice.read(|world| world.store.get(&NAMESPACE, "", &at.name)))?
}

/// Warns of pods that a namespace would not let in any more.
pub fn of_stricter(practice: &Practice, before: Option<&Value>, made: &Value, call: &Call) {
    let Some(before) = before else { return };
    for warning in practice.read(|world| pod_security::left_behind(world, before, made)) {
        call.warn(&warning);
    }
}

/// Warns of what is allowed in an object and seldom meant.
pub fn of_object(practice: &Practice, kind: &Kind, object: &Value, call: &Call) {
    // Changes of a pod do not change what its namespace thinks of it.
    if (kind.built_in() != "Pod" || call.method == Method::POST)
        && let Some(warning) = practice.read(|world| pod_security::warning(world, kind, object))
    {
        call.warn(&warning);
    }
    if kind.custom.is_some() {
        return of_finalizers(object, call);
    }
    let spec = &object["spec"];
    match kind.built_in() {
        "Pod" => of_pod("spec", spec, call),
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicationController" => {
            of_pod("spec.template.spec", &spec["template"]["spec"], call);
        }
        "CustomResourceDefinition" => of_schemas(spec, call),
        "CronJob" => of_pod("spec.jobTemplate.spec.template.spec", &spec["jobTemplate"]["spec"]["template"]["spec"], call),
        "Service" if spec["clusterIP"] == "None" && spec["sessionAffinity"] == "ClientIP" => {
            call.warn("spec.SessionAffinity is ignored for headless services");
        }
        _ => {}
    }
    if kind.built_in() == "Pod" && text(&object["metadata"]["name"]).contains('.') {
        call.warn(
            "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
        );
    }
}

/// Finalizers of defined kinds may be called what they like.
fn of_finalizers(object: &Value, call: &Call) {
    for name in items(&object["metadata"]["finalizers"]).iter().map(text) {
        if !name.contains('/') && !["orphan", "foregroundDeletion", "kubernetes"].contains(&name) {
            let path = if name.contains('.') { " including a path (/)" } else { "" };
            call.warn(&format!(
                "metadata.finalizers: {name:?}: prefer a domain-qualified finalizer name{path} to avoid accidental conflicts with other finalizer writers"
            ));
        }
    }
}

/// Formats that are let pass.
fn of_schemas(spec: &Value, call: &Call) {
    fn walk(schema: &Value, call: &Call) {
        let (kind, format) = (text(&schema["type"]), text(&schema["format"]));
        if !format.is_empty() && formats::known(kind, format).is_empty() {
            call.warn(&format!("unrecognized format {format:?}"));
        }
        let fields = schema["properties"].as_object().into_iter().flatten().map(|(_, inner)| inner);
        let inner = [&schema["items"], &schema["additionalProperties"]]
            .into_iter()
            .filter(|inner| inner.is_object());
        fields.chain(inner).for_each(|inner| walk(inner, call));
    }
    for version in items(&spec["versions"]) {
        walk(&version["schema"]["openAPIV3Schema"], call);
    }
}

fn of_pod(at: &str, spec: &Value, call: &Call) {
    for (old, new) in [("beta.kubernetes.io/arch", "kubernetes.io/arch"), ("beta.kubernetes.io/os", "kubernetes.io/os")] {
        if !spec["nodeSelector"][old].is_null() {
            call.warn(&format!("{at}.nodeSelector[{old}]: deprecated since v1.14; use {new:?} instead"));
        }
    }
    if spec["terminationGracePeriodSeconds"].as_i64().is_some_and(|seconds| seconds < 0) {
        call.warn(&format!(
            "{at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"
        ));
    }
    for field in ["initContainers", "containers"] {
        for (index, container) in items(&spec[field]).iter().enumerate() {
            of_container(&format!("{at}.{field}[{index}]"), container, call);
        }
    }
}

fn of_container(at: &str, container: &Value, call: &Call) {
    for part in ["limits", "requests"] {
        for name in ["memory", "ephemeral-storage"] {
            let amount = &container["resources"][part][name];
            if Quantity::of(amount).is_some_and(|amount| amount.number().fract() != 0.0) {
                call.warn(&format!(
                    "{at}.resources.{part}[{name}]: fractional byte value {amount} is invalid, must be an integer"
                ));
            }
        }
    }
    let env = items(&container["env"]);
    for (index, one) in env.iter().enumerate() {
        if env[..index].iter().any(|earlier| earlier["name"] == one["name"]) && !one["name"].is_null() {
            let name = &one["name"];
            call.warn(&format!(
                "{at}.env[{index}]: hides previous definition of {name}, which may be dropped when using apply"
            ));
        }
    }
    let ports = items(&container["ports"]);
    let same = |one: &Value, other: &Value| {
        ["containerPort", "protocol", "hostPort", "hostIP"]
            .iter()
            .all(|field| one[*field] == other[*field])
    };
    for (index, one) in ports.iter().enumerate() {
        if let Some(earlier) = ports[..index].iter().position(|earlier| same(earlier, one)) {
            call.warn(&format!("{at}.ports[{index}]: duplicate port definition with {at}.ports[{earlier}]"));
        }
    }
}
