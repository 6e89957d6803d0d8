//! What is added when an object is made: service account, tolerations, addresses, the first status.

use serde_json::{Value, json};

use super::{address, each, set};
use crate::practice::kind::{Kind, SERVICE_ACCOUNT};
use crate::practice::status::Status;
use crate::practice::store::names;
use crate::practice::world::World;

const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Completes a new object.
///
/// # Errors
/// 403 for a Pod whose service account does not exist; 422 for a Service whose port or address is taken.
pub fn admit(world: &mut World, kind: &Kind, object: &mut Value) -> Result<(), Status> {
    match kind.built_in() {
        "Pod" => pod(world, kind, object)?,
        "Service" => address::service(world, object)?,
        _ => {}
    }
    Ok(())
}

fn pod(world: &mut World, kind: &Kind, object: &mut Value) -> Result<(), Status> {
    let (namespace, mut name) = names(object);
    if name.is_empty() {
        name = object["metadata"]["generateName"].as_str().unwrap_or_default().to_owned();
    }
    let spec = &mut object["spec"];
    set(spec, "serviceAccountName", "default".into());
    spec["serviceAccount"] = spec["serviceAccountName"].clone();
    let account = spec["serviceAccountName"].as_str().unwrap_or_default().to_owned();
    let found = world.store.get(&SERVICE_ACCOUNT, &namespace, &account);
    // The default account is made by a controller, which may be a moment behind.
    if found.is_none() && account != "default" {
        let why = format!("error looking up service account {namespace}/{account}: serviceaccount {account:?} not found");
        return Err(Status::forbidden(kind, &name, &why));
    }
    let wants_token = spec["automountServiceAccountToken"]
        .as_bool()
        .or_else(|| found.and_then(|account| account["automountServiceAccountToken"].as_bool()));
    if wants_token.unwrap_or(true) {
        mount_token(world, spec);
    }
    tolerations(spec);
    Ok(())
}

fn mount_token(world: &mut World, spec: &mut Value) {
    let has = |container: &Value| {
        container["volumeMounts"]
            .as_array()
            .is_some_and(|mounts| mounts.iter().any(|mount| mount["mountPath"] == TOKEN_PATH))
    };
    let volume = format!("kube-api-access-{}", world.suffix(5));
    let mut mounted = false;
    for list in ["initContainers", "containers"] {
        for container in each(spec, list).filter(|container| !has(container)) {
            push(container, "volumeMounts", json!({"name": volume, "readOnly": true, "mountPath": TOKEN_PATH}));
            mounted = true;
        }
    }
    if mounted {
        let sources = json!([
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}},
        ]);
        push(spec, "volumes", json!({"name": volume, "projected": {"sources": sources, "defaultMode": 420}}));
    }
}

/// Lets a pod stay for a while on a node that fails.
pub fn tolerate(kind: &Kind, object: &mut Value) {
    if kind.built_in() == "Pod" {
        tolerations(&mut object["spec"]);
    }
}

fn tolerations(spec: &mut Value) {
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let covers = |one: &Value| {
            (one["key"] == key || one["key"].is_null() && one["operator"] == "Exists") && (one["effect"].is_null() || one["effect"] == "NoExecute")
        };
        if !spec["tolerations"].as_array().is_some_and(|list| list.iter().any(covers)) {
            push(
                spec,
                "tolerations",
                json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}),
            );
        }
    }
}

fn push(object: &mut Value, list: &str, element: Value) {
    set(object, list, json!([]));
    if let Some(list) = object[list].as_array_mut() {
        list.push(element);
    }
}

/// Gives a new pod its first status, once nothing more is added to its spec.
pub fn rank(kind: &Kind, object: &mut Value) {
    if kind.built_in() == "Pod" {
        object["status"] = json!({"phase": "Pending", "qosClass": quality(&object["spec"])});
    }
}

/// The quality of service that requests and limits amount to.
#[must_use]
pub fn quality(spec: &Value) -> &'static str {
    let containers: Vec<&Value> = ["initContainers", "containers"]
        .iter()
        .flat_map(|list| spec[*list].as_array().into_iter().flatten())
        .collect();
    let amount = |container: &Value, what: &str, resource: &str| container["resources"][what][resource].as_str().map(str::to_owned).filter(|text| text != "0");
    let any = containers.iter().any(|one| {
        ["requests", "limits"]
            .iter()
            .any(|what| ["cpu", "memory"].iter().any(|resource| amount(one, what, resource).is_some()))
    });
    let all = containers.iter().all(|one| {
        ["cpu", "memory"].iter().all(|resource| {
            let limit = amount(one, "limits", resource);
            limit.is_some() && limit == amount(one, "requests", resource)
        })
    });
    match (any, all) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}
