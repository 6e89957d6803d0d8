//! What the cluster's own parts own in an object: derived when it is shown, for it need not be kept to be known.

use serde_json::{Value, json};

use super::fields::{Fields, Path, get};
use super::managed::was_there;
use crate::practice::field::{items, text};
use crate::practice::kind::Kind;

const CONTROLLERS: &str = "kube-controller-manager";
const KUBELET: &str = "kubelet";
const SCHEDULER: &str = "kube-scheduler";

/// Whether objects of a kind are ever shown with derived owners.
#[must_use]
pub fn concerns(kind: &Kind, has_owners: bool) -> bool {
    !has_owners || kind.subresources.contains(&"status")
}

/// Adds the entries of the cluster's own parts.
pub fn add(kind: &Kind, object: &mut Value) {
    if !object["metadata"].is_object() {
        return;
    }
    let mut entries = match object["metadata"]["managedFields"].take() {
        Value::Array(entries) => entries,
        _ => Vec::new(),
    };
    if entries.is_empty() && kind.custom.is_none() {
        entries.extend(creation(kind, object));
    }
    if let Some(writer) = status_writer(kind, object) {
        let held: Vec<Fields> = entries.iter().map(|entry| Fields::decode(&entry["fieldsV1"])).collect();
        entries.extend(status(kind, object, writer, &held));
    }
    if entries.is_empty() {
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.remove("managedFields");
        }
        return;
    }
    // Applies come first, then whoever wrote first.
    entries.sort_by_key(|entry| {
        let own = |field: &str| text(&entry[field]).to_owned();
        (own("operation"), own("time"), own("manager"))
    });
    object["metadata"]["managedFields"] = entries.into();
}

/// Takes away what is derived anyway.
pub fn strip(kind: &Kind, object: &mut Value) {
    let writer = status_writer(kind, object);
    let all = object.get_mut("metadata").and_then(|metadata| metadata.get_mut("managedFields"));
    let Some(all) = all.and_then(Value::as_array_mut) else { return };
    let derived = |entry: &Value| entry["operation"] == "Update" && entry["subresource"] == "status" && Some(text(&entry["manager"])) == writer;
    all.retain(|entry| !derived(entry));
    if all.is_empty()
        && let Some(metadata) = object["metadata"].as_object_mut()
    {
        metadata.remove("managedFields");
    }
}

fn entry(kind: &Kind, manager: &str, time: &str, fields: &Fields, subresource: &str) -> Option<Value> {
    let mut entry = json!({"manager": manager, "operation": "Update", "apiVersion": kind.api_version(), "time": time,
        "fieldsType": "FieldsV1", "fieldsV1": fields.encode()});
    if !subresource.is_empty() {
        entry["subresource"] = subresource.into();
    }
    (!fields.0.is_empty()).then_some(entry)
}

/// Who made an object that no user made.
fn creator(kind: &Kind, object: &Value) -> &'static str {
    match kind.built_in() {
        "Node" | "Lease" => KUBELET,
        "Namespace" | "PriorityClass" | "ClusterRole" | "ClusterRoleBinding" | "Service" => "kube-apiserver",
        "Event" => match text(&object["source"]["component"]) {
            "kubelet" => KUBELET,
            "default-scheduler" => SCHEDULER,
            _ => CONTROLLERS,
        },
        _ => CONTROLLERS,
    }
}

/// What its maker wrote: everything but what admission and the scheduler added.
fn creation(kind: &Kind, object: &Value) -> Option<Value> {
    let mut fields = Fields::written(kind, object);
    if !text(&object["metadata"]["generateName"]).is_empty() {
        fields.0.insert(way(&["metadata", "generateName"]));
    }
    let values = fields.leaves();
    fields.0.retain(|path| values.contains(path) || !was_there(kind, None, path));
    match kind.built_in() {
        "Pod" => fields.0.retain(|path| !admitted(object, path)),
        "Service" => fields
            .0
            .retain(|path| !path.iter().any(|field| field == "f:clusterIPs" || field == "f:ipFamilies")),
        _ => {}
    }
    entry(kind, creator(kind, object), text(&object["metadata"]["creationTimestamp"]), &fields, "")
}

fn way(names: &[&str]) -> Path {
    names.iter().map(|name| format!("f:{name}")).collect()
}

/// Whether a field of a pod came after its maker's word.
fn admitted(pod: &Value, path: &[String]) -> bool {
    const LATER: [&str; 7] = [
        "f:nodeName",
        "f:preemptionPolicy",
        "f:priority",
        "f:serviceAccount",
        "f:serviceAccountName",
        "f:tolerations",
        "f:annotations",
    ];
    let tokens = |list: &Value| items(list).iter().all(|one| text(&one["name"]).starts_with("kube-api-access-"));
    match path {
        [first, field, ..] if first == "f:spec" && LATER.contains(&field.as_str()) => true,
        [first, volumes, rest @ ..] if first == "f:spec" && volumes == "f:volumes" => {
            rest.first().is_some_and(|volume| volume.contains("kube-api-access-")) || tokens(&pod["spec"]["volumes"])
        }
        [.., mounts] if mounts == "f:volumeMounts" => get(pod, path).is_some_and(tokens),
        _ => path.iter().any(|part| part.contains("/var/run/secrets/kubernetes.io/serviceaccount\"")),
    }
}

/// Who of the cluster's parts writes the status of an object.
fn status_writer(kind: &Kind, object: &Value) -> Option<&'static str> {
    if kind.custom.is_some() {
        return None;
    }
    match kind.built_in() {
        "Pod" if text(&object["spec"]["nodeName"]).is_empty() => Some(SCHEDULER),
        "Pod" | "Node" => Some(KUBELET),
        "Service" | "Ingress" | "Namespace" | "CertificateSigningRequest" => None,
        _ if kind.subresources.contains(&"status") => Some(CONTROLLERS),
        _ => None,
    }
}

/// What was written into the status since the object was made, as far as no user wrote it.
fn status(kind: &Kind, object: &Value, writer: &str, held: &[Fields]) -> Option<Value> {
    let mut fields = Fields::written_status(kind, object);
    let values = fields.leaves();
    fields.0.retain(|path| values.contains(path) || !was_there(kind, None, path));
    fields.0.retain(|path| !from_the_first(kind, object, path));
    if kind.built_in() == "Deployment" && !object["metadata"]["annotations"][REVISION].is_null() {
        fields.0.insert(way(&["metadata", "annotations"]));
        fields.0.insert(way(&["metadata", "annotations", REVISION]));
    }
    fields.0.retain(|path| held.iter().all(|others| !others.0.contains(path)));
    entry(kind, writer, &newest(object), &fields, "status")
}

/// The revision goes into a Deployment together with its status.
const REVISION: &str = "deployment.kubernetes.io/revision";

/// Whether a status had a field before anyone wrote it: what the registry sets, and what the binding did.
fn from_the_first(kind: &Kind, object: &Value, path: &[String]) -> bool {
    let status = &object["status"];
    let Some(field) = path.get(1).and_then(|field| field.strip_prefix("f:")) else {
        return true;
    };
    match (kind.built_in(), field) {
        ("Pod", "qosClass") => true,
        ("Pod" | "PersistentVolumeClaim" | "PersistentVolume", "phase") => status["phase"] == "Pending",
        ("Pod", "conditions") if !text(&object["spec"]["nodeName"]).is_empty() => {
            let bound = path.get(2).is_some_and(|element| element.contains("\"PodScheduled\""));
            path.len() == 2 || bound && path.last().is_some_and(|last| last != "f:observedGeneration")
        }
        _ => false,
    }
}

/// The newest time that a status tells of.
fn newest(object: &Value) -> String {
    fn of<'a>(value: &'a Value, newest: &mut &'a str) {
        match value {
            Value::String(text) if text.len() == 20 && text.ends_with('Z') && text.as_str() > *newest => *newest = text,
            Value::Array(list) => list.iter().for_each(|one| of(one, newest)),
            Value::Object(map) => map.values().for_each(|one| of(one, newest)),
            _ => {}
        }
    }
    let mut time = text(&object["metadata"]["creationTimestamp"]);
    of(&object["status"], &mut time);
    time.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::kind::{DEPLOYMENT, POD};

    fn entries(object: &Value) -> Vec<Value> {
        items(&object["metadata"]["managedFields"]).to_vec()
    }

    fn shown(kind: &Kind, mut object: Value) -> Vec<Value> {
        add(kind, &mut object);
        entries(&object)
    }

    #[test]
    fn a_pod_of_a_controller_is_its_makers_and_its_status_the_kubelets() {
        let pod = json!({"metadata": {"name": "a", "generateName": "a-", "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"app": "web"},
            "ownerReferences": [{"uid": "u", "kind": "ReplicaSet", "name": "a"}]},
            "spec": {"nodeName": "n", "priority": 0, "tolerations": [{"key": "x"}], "containers": [{"name": "app", "image": "web",
                "volumeMounts": [{"name": "kube-api-access-x", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}]}]},
            "status": {"phase": "Running", "qosClass": "BestEffort", "startTime": "2026-01-01T00:00:02Z"}});
        let entries = shown(&POD, pod.clone());
        let [made, status] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!((text(&made["manager"]), text(&status["manager"])), (CONTROLLERS, KUBELET));
        assert_eq!(made["fieldsV1"]["f:metadata"]["f:labels"], json!({".": {}, "f:app": {}}));
        assert_eq!(made["fieldsV1"]["f:metadata"]["f:ownerReferences"], json!({".": {}, "k:{\"uid\":\"u\"}": {}}));
        let container = json!({"k:{\"name\":\"app\"}": {".": {}, "f:image": {}, "f:name": {}}});
        assert_eq!(made["fieldsV1"]["f:spec"], json!({"f:containers": container}));
        assert_eq!(status["fieldsV1"], json!({"f:status": {"f:phase": {}, "f:startTime": {}}}));
        assert_eq!((&status["time"], &status["subresource"]), (&json!("2026-01-01T00:00:02Z"), &json!("status")));
    }

    #[test]
    fn what_is_derived_is_not_kept_and_users_keep_what_is_theirs() {
        let own = json!([{"manager": "ann", "operation": "Update", "fieldsV1": {"f:spec": {"f:replicas": {}}}}]);
        let mut object = json!({"metadata": {"name": "web", "managedFields": own, "annotations": {REVISION: "1"}},
            "spec": {"replicas": 1}, "status": {"replicas": 1}});
        let kept = object.clone();
        add(&DEPLOYMENT, &mut object);
        let managers: Vec<String> = entries(&object).iter().map(|entry| text(&entry["manager"]).to_owned()).collect();
        assert_eq!(managers, ["ann", CONTROLLERS]);
        assert_eq!(
            object["metadata"]["managedFields"][1]["fieldsV1"],
            json!({"f:metadata": {"f:annotations": {".": {}, "f:deployment.kubernetes.io/revision": {}}}, "f:status": {"f:replicas": {}}})
        );
        strip(&DEPLOYMENT, &mut object);
        assert_eq!(object, kept);
    }
}
