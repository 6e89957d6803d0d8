//! Discovery: version, groups and resources, in the old form and in the aggregated one.

use std::collections::HashSet;

use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::call::Call;
use super::path::Target;
use super::{answer, openapi};
use crate::practice::kind::Kind;
use crate::practice::status::Status;

/// The version of Kubernetes that is imitated.
pub const VERSION: &str = "v1.36.3";

/// The kinds that are served.
type Kinds<'a> = &'a [&'static Kind];

pub fn serve(target: &Target, call: &Call, kinds: Kinds) -> Result<Response, Status> {
    let aggregated = call.accept().contains("as=APIGroupDiscoveryList");
    match target {
        // People read this one.
        Target::Version => Ok(answer::typed(StatusCode::OK, "application/json", version())),
        Target::Core if aggregated => Ok(aggregate(&[""], kinds)),
        Target::Groups if aggregated => Ok(aggregate(&groups(kinds), kinds)),
        Target::Core => Ok(answer::object(
            &json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": call.host()}]}),
        )),
        Target::Groups => {
            let groups: Vec<Value> = groups(kinds).into_iter().map(|name| group(name, kinds)).collect();
            Ok(answer::object(&json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})))
        }
        Target::Group(name) if groups(kinds).contains(&name.as_str()) => {
            let mut group = group(name, kinds);
            group["kind"] = "APIGroup".into();
            group["apiVersion"] = "v1".into();
            Ok(answer::object(&group))
        }
        Target::GroupVersion(group, version) => resources(group, version, kinds),
        Target::Root => Ok(answer::object(&json!({"paths": paths(kinds)}))),
        Target::OldOpenApi => Ok(openapi::old::document(call)),
        Target::OpenApi => Ok(openapi::index(kinds)),
        Target::OpenApiGroup(group, version) => openapi::document(group, version, kinds),
        _ => Err(Status::no_such_path()),
    }
}

/// As `version.Info` stands in Go.
fn version() -> String {
    let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
    let members = [
        ("major", "1"),
        ("minor", "36"),
        ("emulationMajor", "1"),
        ("emulationMinor", "36"),
        ("minCompatibilityMajor", "1"),
        ("minCompatibilityMinor", "35"),
        ("gitVersion", VERSION),
        ("gitCommit", ""),
        ("gitTreeState", "clean"),
        ("buildDate", "1970-01-01T00:00:00Z"),
        ("goVersion", ""),
        ("compiler", "rustc"),
        ("platform", &format!("{system}/{processor}")),
    ];
    let lines = members.map(|(name, value)| format!("  \"{name}\": \"{value}\""));
    format!("{{\n{}\n}}", lines.join(",\n"))
}

/// The named groups, in the table's order.
fn groups(kinds: Kinds) -> Vec<&'static str> {
    let mut names: Vec<&str> = kinds.iter().map(|kind| kind.group).filter(|group| !group.is_empty()).collect();
    // A cluster may define kinds in a group that is there already.
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(*name));
    names
}

fn versions(group: &str, kinds: Kinds) -> Vec<&'static str> {
    let mut versions: Vec<&str> = kinds.iter().filter(|kind| kind.group == group).map(|kind| kind.version).collect();
    let mut seen = HashSet::new();
    versions.retain(|version| seen.insert(*version));
    versions
}

fn group(name: &str, kinds: Kinds) -> Value {
    let versions: Vec<Value> = versions(name, kinds)
        .iter()
        .map(|version| json!({"groupVersion": format!("{name}/{version}"), "version": version}))
        .collect();
    json!({"name": name, "preferredVersion": versions[0], "versions": versions})
}

fn paths(kinds: Kinds) -> Vec<String> {
    let mut paths = vec!["/api".to_owned(), "/api/v1".to_owned(), "/apis".to_owned()];
    for group in groups(kinds) {
        paths.push(format!("/apis/{group}"));
        paths.extend(versions(group, kinds).iter().map(|version| format!("/apis/{group}/{version}")));
    }
    paths.extend(["/healthz", "/livez", "/openapi/v3", "/readyz", "/version"].map(str::to_owned));
    paths
}

/// Kind, group and version of a subresource's answers, and its verbs.
fn subresource(kind: &Kind, name: &str) -> (&'static str, &'static str, &'static str, &'static [&'static str]) {
    match name {
        "scale" => ("Scale", "autoscaling", "v1", &["get", "patch", "update"]),
        "eviction" => ("Eviction", "policy", "v1", &["create"]),
        "binding" => ("Binding", "", "v1", &["create"]),
        "log" => (kind.kind, kind.group, kind.version, &["get"]),
        "finalize" => (kind.kind, kind.group, kind.version, &["update"]),
        "token" => ("TokenRequest", "authentication.k8s.io", "v1", &["create"]),
        "attach" => ("PodAttachOptions", "", "v1", &["create", "get"]),
        "exec" => ("PodExecOptions", "", "v1", &["create", "get"]),
        "portforward" => ("PodPortForwardOptions", "", "v1", &["create", "get"]),
        "proxy" => (
            match kind.kind {
                "Node" => "NodeProxyOptions",
                "Service" => "ServiceProxyOptions",
                _ => "PodProxyOptions",
            },
            "",
            "v1",
            &["create", "delete", "get", "patch", "update"],
        ),
        _ => (kind.kind, kind.group, kind.version, &["get", "patch", "update"]),
    }
}

/// Tells in what form a kind is kept (apiserver `pkg/endpoints/discovery/storageversionhash.go`).
fn storage_hash(kind: &'static Kind) -> String {
    let kept = kind.storage();
    let digest = Sha256::digest(format!("{}/{}/{}", kept.group, kept.version, kept.kind));
    STANDARD.encode(&digest[..8])
}

fn resources(group: &str, version: &str, kinds: Kinds) -> Result<Response, Status> {
    let mut list = Vec::new();
    for kind in kinds.iter().filter(|kind| kind.group == group && kind.version == version) {
        let mut entry = json!({"name": kind.plural, "singularName": kind.singular, "namespaced": kind.namespaced, "kind": kind.kind, "verbs": kind.verbs});
        if !kind.short.is_empty() {
            entry["shortNames"] = json!(kind.short);
        }
        if !kind.categories.is_empty() {
            entry["categories"] = json!(kind.categories);
        }
        if kind.verbs.contains(&"list") {
            entry["storageVersionHash"] = storage_hash(kind).into();
        }
        list.push(entry);
        for sub in kind.subresources {
            let (answer, answer_group, answer_version, verbs) = subresource(kind, sub);
            let mut entry =
                json!({"name": format!("{}/{sub}", kind.plural), "singularName": "", "namespaced": kind.namespaced, "kind": answer, "verbs": verbs});
            if answer_group != kind.group {
                entry["group"] = answer_group.into();
                entry["version"] = answer_version.into();
            }
            list.push(entry);
        }
    }
    if list.is_empty() {
        return Err(Status::no_such_path());
    }
    let name = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    Ok(answer::object(
        &json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": name, "resources": list}),
    ))
}

fn aggregate(groups: &[&str], kinds: Kinds) -> Response {
    let items: Vec<Value> = groups
        .iter()
        .map(|group| {
            let versions: Vec<Value> = versions(group, kinds)
                .iter()
                .map(|version| json!({"version": version, "resources": aggregated(group, version, kinds), "freshness": "Current"}))
                .collect();
            let metadata = if group.is_empty() {
                json!({"creationTimestamp": null})
            } else {
                json!({"name": group, "creationTimestamp": null})
            };
            json!({"metadata": metadata, "versions": versions})
        })
        .collect();
    let body = json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items});
    answer::typed(
        StatusCode::OK,
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        body.to_string(),
    )
}

fn aggregated(group: &str, version: &str, kinds: Kinds) -> Vec<Value> {
    let kinds = kinds.iter().filter(|kind| kind.group == group && kind.version == version);
    kinds
        .map(|kind| {
            let subresources: Vec<Value> = kind
                .subresources
                .iter()
                .map(|sub| {
                    let (answer, group, version, verbs) = subresource(kind, sub);
                    json!({"subresource": sub, "responseKind": {"group": group, "version": version, "kind": answer}, "verbs": verbs})
                })
                .collect();
            json!({"resource": kind.plural, "responseKind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
                "scope": if kind.namespaced { "Namespaced" } else { "Cluster" }, "singularResource": kind.singular, "verbs": kind.verbs,
                "shortNames": kind.short, "categories": kind.categories, "subresources": subresources})
        })
        .collect()
}
