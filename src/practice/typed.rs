//! Objects as users send them, read through Kubernetes' own types: wrong types are refused, unknown fields found.

use k8s_openapi::api::{apps, autoscaling, batch, coordination, core, discovery, networking, policy, rbac, scheduling, storage};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::kind::Kind;
use super::status::Status;
use super::validate::quantity;

/// Fields whose values are quantities by resource.
const AMOUNTS: &[&str] = &["limits", "requests", "capacity", "allocatable", "hard", "used", "overhead"];

/// Reads an object; `validation` is the query's `fieldValidation`.
///
/// # Errors
/// 400 for what the kind's type cannot hold, and with `Strict` for fields it does not know.
pub fn read(kind: &Kind, mut object: Value, validation: &str) -> Result<Value, Status> {
    quantities("", &mut object);
    prune_nulls(&mut object);
    let refuse = |why: String| {
        Status::bad_request(format!(
            "{} in version {:?} cannot be handled as a {}: {why}",
            kind.kind, kind.version, kind.kind
        ))
    };
    if kind.kind == "Secret" {
        base64(&object["data"]).map_err(&refuse)?;
    }
    if !amounts_are_quantities("", &object) {
        return Err(refuse(
            r"quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'".to_owned(),
        ));
    }
    let known = through(kind, &object).map_err(|why| refuse(why.to_string()))?;
    let mut unknown = Vec::new();
    unknown_fields("", &object, &known, &mut unknown);
    if validation == "Strict" && !unknown.is_empty() {
        let list: Vec<String> = unknown.iter().map(|field| format!("unknown field {field:?}")).collect();
        return Err(refuse(format!("strict decoding error: {}", list.join(", "))));
    }
    keep_known(&mut object, known);
    Ok(object)
}

/// Leaves in an object what its type knows, in the type's own spelling, and adds nothing.
fn keep_known(sent: &mut Value, known: Value) {
    match (sent, known) {
        (Value::Object(sent), Value::Object(mut known)) => {
            sent.retain(|name, _| known.contains_key(name));
            for (name, value) in sent.iter_mut() {
                keep_known(value, known.remove(name).unwrap_or_default());
            }
        }
        (Value::Array(sent), Value::Array(known)) => sent.iter_mut().zip(known).for_each(|(sent, known)| keep_known(sent, known)),
        (sent, known) => *sent = known,
    }
}

fn through(kind: &Kind, object: &Value) -> serde_json::Result<Value> {
    fn pass<T: DeserializeOwned + Serialize>(object: &Value) -> serde_json::Result<Value> {
        serde_json::to_value(T::deserialize(object)?)
    }
    match kind.kind {
        "Namespace" => pass::<core::v1::Namespace>(object),
        "Node" => pass::<core::v1::Node>(object),
        "Pod" => pass::<core::v1::Pod>(object),
        "Event" if kind.group.is_empty() => pass::<core::v1::Event>(object),
        "Service" => pass::<core::v1::Service>(object),
        "ConfigMap" => pass::<core::v1::ConfigMap>(object),
        "Secret" => pass::<core::v1::Secret>(object),
        "ServiceAccount" => pass::<core::v1::ServiceAccount>(object),
        "Deployment" => pass::<apps::v1::Deployment>(object),
        "ReplicaSet" => pass::<apps::v1::ReplicaSet>(object),
        "Endpoints" => pass::<core::v1::Endpoints>(object),
        "LimitRange" => pass::<core::v1::LimitRange>(object),
        "PersistentVolumeClaim" => pass::<core::v1::PersistentVolumeClaim>(object),
        "PersistentVolume" => pass::<core::v1::PersistentVolume>(object),
        "PodTemplate" => pass::<core::v1::PodTemplate>(object),
        "ReplicationController" => pass::<core::v1::ReplicationController>(object),
        "ResourceQuota" => pass::<core::v1::ResourceQuota>(object),
        "DaemonSet" => pass::<apps::v1::DaemonSet>(object),
        "StatefulSet" => pass::<apps::v1::StatefulSet>(object),
        "HorizontalPodAutoscaler" if kind.version == "v2" => pass::<autoscaling::v2::HorizontalPodAutoscaler>(object),
        "CronJob" => pass::<batch::v1::CronJob>(object),
        "Job" => pass::<batch::v1::Job>(object),
        "Lease" => pass::<coordination::v1::Lease>(object),
        "Ingress" => pass::<networking::v1::Ingress>(object),
        "IngressClass" => pass::<networking::v1::IngressClass>(object),
        "NetworkPolicy" => pass::<networking::v1::NetworkPolicy>(object),
        "PodDisruptionBudget" => pass::<policy::v1::PodDisruptionBudget>(object),
        "ClusterRole" => pass::<rbac::v1::ClusterRole>(object),
        "ClusterRoleBinding" => pass::<rbac::v1::ClusterRoleBinding>(object),
        "Role" => pass::<rbac::v1::Role>(object),
        "RoleBinding" => pass::<rbac::v1::RoleBinding>(object),
        "PriorityClass" => pass::<scheduling::v1::PriorityClass>(object),
        "StorageClass" => pass::<storage::v1::StorageClass>(object),
        "EndpointSlice" => pass::<discovery::v1::EndpointSlice>(object),
        _ => Ok(object.clone()),
    }
}

/// Quantities may be written as numbers.
fn quantities(field: &str, value: &mut Value) {
    match value {
        Value::Object(map) => {
            let amounts = AMOUNTS.contains(&field);
            for (name, value) in map {
                if (amounts || name == "sizeLimit") && value.is_number() {
                    *value = value.to_string().into();
                }
                quantities(name, value);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|element| quantities("", element)),
        _ => {}
    }
}

fn amounts_are_quantities(field: &str, value: &Value) -> bool {
    match value {
        Value::Object(map) if AMOUNTS.contains(&field) => map.values().all(|amount| amount.as_str().is_some_and(|text| quantity(text).is_some())),
        Value::Object(map) => map.iter().all(|(name, value)| amounts_are_quantities(name, value)),
        Value::Array(list) => list.iter().all(|element| amounts_are_quantities("", element)),
        _ => true,
    }
}

/// A Secret's data must be base64; says where it is not, as Go's decoder does.
fn base64(data: &Value) -> Result<(), String> {
    for text in data.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str()) {
        let body = text.trim_end_matches('=');
        let wrong = body.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || b"+/\r\n".contains(&byte)));
        let short = (text.bytes().filter(|byte| !b"\r\n".contains(byte)).count() % 4 != 0).then_some(text.len());
        if let Some(at) = wrong.or(short) {
            return Err(format!("illegal base64 data at input byte {at}"));
        }
    }
    Ok(())
}

/// A field that is null is a field that is not there.
pub fn prune_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(prune_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(prune_nulls),
        _ => {}
    }
}

/// What was sent and did not come back.
fn unknown_fields(way: &str, sent: &Value, known: &Value, unknown: &mut Vec<String>) {
    match (sent, known) {
        (Value::Object(sent), Value::Object(known)) => {
            for (name, value) in sent {
                let way = if way.is_empty() { name.clone() } else { format!("{way}.{name}") };
                match known.get(name) {
                    Some(known) => unknown_fields(&way, value, known, unknown),
                    None => unknown.push(way),
                }
            }
        }
        (Value::Array(sent), Value::Array(known)) => {
            for (index, (sent, known)) in sent.iter().zip(known).enumerate() {
                unknown_fields(&format!("{way}[{index}]"), sent, known, unknown);
            }
        }
        _ => {}
    }
}
