//! Rows of volumes, claims and their classes.

use serde_json::{Value, json};

use super::network::default_marked;
use super::{Seen, joined, list, or, truth};
use crate::practice::kind::Kind;

pub fn row(kind: &Kind, seen: &Seen) -> Option<Value> {
    let Seen {
        name,
        age,
        spec,
        status,
        object,
        ..
    } = seen;
    let phase = if object["metadata"]["deletionTimestamp"].is_null() {
        or(&status["phase"], "")
    } else {
        "Terminating"
    };
    let attributes = or(&spec["volumeAttributesClassName"], "<unset>");
    let mode = or(&spec["volumeMode"], "<unset>");
    Some(match kind.built_in() {
        "PersistentVolumeClaim" => {
            let bound = or(&spec["volumeName"], "");
            let (capacity, modes) = if bound.is_empty() {
                ("", String::new())
            } else {
                (or(&status["capacity"]["storage"], "0"), modes(&status["accessModes"]))
            };
            json!([name, phase, bound, capacity, modes, class(object), attributes, age, mode])
        }
        "PersistentVolume" => {
            let claim = &spec["claimRef"];
            let claim = if claim.is_null() {
                String::new()
            } else {
                format!("{}/{}", or(&claim["namespace"], ""), or(&claim["name"], ""))
            };
            json!([
                name,
                or(&spec["capacity"]["storage"], "0"),
                modes(&spec["accessModes"]),
                or(&spec["persistentVolumeReclaimPolicy"], ""),
                phase,
                claim,
                class(object),
                attributes,
                or(&status["reason"], ""),
                age,
                mode
            ])
        }
        "StorageClass" => {
            let marked = default_marked(seen, "storageclass.kubernetes.io/is-default-class");
            json!([
                marked,
                object["provisioner"],
                or(&object["reclaimPolicy"], "Delete"),
                or(&object["volumeBindingMode"], "Immediate"),
                truth(&object["allowVolumeExpansion"], false),
                age
            ])
        }
        "VolumeAttributesClass" => json!([name, object["driverName"], age]),
        "VolumeAttachment" => {
            json!([
                name,
                spec["attacher"],
                or(&spec["source"]["persistentVolumeName"], ""),
                spec["nodeName"],
                truth(&status["attached"], false),
                age
            ])
        }
        "CSINode" => json!([name, list(spec, "drivers").len(), age]),
        "CSIDriver" => driver(seen),
        _ => return None,
    })
}

/// Access modes in the short form, in Kubernetes' order.
fn modes(value: &Value) -> String {
    let has = |mode: &str| value.as_array().is_some_and(|list| list.iter().any(|one| one == mode));
    let all = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    joined(all.into_iter().filter(|(mode, _)| has(mode)).map(|(_, short)| short))
}

/// The storage class, which an old annotation may name.
fn class(object: &Value) -> &str {
    let annotated = &object["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"];
    or(annotated, or(&object["spec"]["storageClassName"], ""))
}

fn driver(seen: &Seen) -> Value {
    let Seen { name, age, spec, .. } = seen;
    let tokens = match spec["tokenRequests"].as_array() {
        None => "<unset>".to_owned(),
        Some(all) => joined(all.iter().map(|one| or(&one["audience"], ""))),
    };
    let modes = joined(list(spec, "volumeLifecycleModes").iter().filter_map(Value::as_str));
    let modes = if modes.is_empty() { "<none>".to_owned() } else { modes };
    json!([
        name,
        truth(&spec["attachRequired"], true),
        truth(&spec["podInfoOnMount"], false),
        truth(&spec["storageCapacity"], false),
        tokens,
        truth(&spec["requiresRepublish"], false),
        modes,
        age
    ])
}
