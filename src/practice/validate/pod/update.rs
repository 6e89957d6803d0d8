//! What of a Pod's spec may change (kubernetes `ValidatePodUpdate`).

use serde_json::Value;

use super::MOST;
use super::gated::{self, put_back};
use crate::practice::field::items;
use crate::practice::status::Fault;
use crate::practice::validate::difference::{difference, pod_spec};

const MAY_CHANGE: &str = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,\
    `spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// A Pod spec that replaces another: little of it may change.
pub fn update(old: &Value, new: &Value, faults: &mut Vec<Fault>) {
    for field in ["containers", "initContainers"] {
        if items(&old[field]).len() != items(&new[field]).len() {
            faults.push(Fault::forbidden(format!("spec.{field}"), "pod updates may not add or remove containers"));
            return;
        }
        for (index, container) in items(&new[field]).iter().enumerate() {
            if container["image"].as_str().unwrap_or_default().is_empty() {
                faults.push(Fault::required(format!("spec.{field}[{index}].image"), ""));
            }
        }
    }
    if !deadline(&old["activeDeadlineSeconds"], &new["activeDeadlineSeconds"], faults) {
        return;
    }
    let kept = |one: &Value| items(&new["tolerations"]).iter().any(|other| same_but_seconds(one, other));
    if !items(&old["tolerations"]).iter().all(kept) {
        faults.push(Fault::forbidden(
            "spec.tolerations",
            "existing toleration can not be modified except its tolerationSeconds",
        ));
    }
    gated::gates(old, new, faults);
    let mut allowed = new.clone();
    for field in ["containers", "initContainers"] {
        for (mine, before) in allowed
            .get_mut(field)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
            .zip(items(&old[field]))
        {
            put_back(mine, before, "image");
        }
    }
    for field in ["activeDeadlineSeconds", "tolerations", "schedulingGates"] {
        put_back(&mut allowed, old, field);
    }
    if old["terminationGracePeriodSeconds"].as_i64().is_some_and(|seconds| seconds < 0) && new["terminationGracePeriodSeconds"] == 1 {
        put_back(&mut allowed, old, "terminationGracePeriodSeconds");
    }
    let allowed = gated::narrowed(old, allowed, faults);
    if allowed != *old {
        let shown = difference(&pod_spec(old), &pod_spec(&allowed));
        faults.push(Fault::forbidden("spec", &format!("{MAY_CHANGE}\n{shown}")));
    }
}

/// A deadline may be set, and brought nearer; whether the rest is looked at.
fn deadline(old: &Value, new: &Value, faults: &mut Vec<Fault>) -> bool {
    let at = "spec.activeDeadlineSeconds";
    match (old.as_i64(), new.as_i64()) {
        (_, Some(after)) if !(0..=MOST).contains(&after) => {
            faults.push(Fault::invalid(at, new, "must be between 0 and 2147483647, inclusive"));
            false
        }
        (Some(before), Some(after)) if after > before => {
            faults.push(Fault::invalid(at, new, "must be less than or equal to previous value"));
            false
        }
        (Some(_), None) => {
            faults.push(Fault::invalid(at, new, "must not update from a positive integer to nil value"));
            true
        }
        _ => true,
    }
}

fn same_but_seconds(one: &Value, other: &Value) -> bool {
    ["key", "operator", "value", "effect"].iter().all(|field| one.get(field) == other.get(field))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pod_may_change_its_image_and_little_else() {
        let old = json!({"containers": [{"name": "a", "image": "x:1"}], "restartPolicy": "Always"});
        let found = |change: fn(&mut Value)| {
            let (mut new, mut faults) = (old.clone(), Vec::new());
            change(&mut new);
            update(&old, &new, &mut faults);
            faults.first().map(|fault| fault.text.clone())
        };
        assert_eq!(found(|spec| spec["containers"][0]["image"] = "x:2".into()), None);
        let refused = |change| found(change).is_some_and(|why| why.starts_with("Forbidden: pod updates may not change fields other than"));
        assert!(refused(|spec| spec["nodeName"] = "n".into()));
        assert!(refused(|spec| spec["restartPolicy"] = "Never".into()));
        assert!(
            found(|spec| spec["containers"] = json!([]))
                .unwrap()
                .ends_with("may not add or remove containers")
        );
    }

    #[test]
    fn what_keeps_a_pod_from_being_placed_may_be_lifted_or_made_narrower() {
        let exists = |keys: &[&str]| -> Value { keys.iter().map(|key| json!({"key": key, "operator": "Exists"})).collect() };
        let needs = |keys: &[&str]| json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": exists(keys)}]}}});
        let old = json!({"containers": [{"name": "a", "image": "x"}], "schedulingGates": [{"name": "a/b"}, {"name": "a/c"}],
            "nodeSelector": {"disk": "fast"}, "affinity": needs(&["gpu"])});
        let found = |changes: Value| {
            let (mut new, mut faults) = (old.clone(), Vec::new());
            for (field, value) in changes.as_object().unwrap() {
                new[field] = value.clone();
            }
            update(&old, &new, &mut faults);
            faults
                .iter()
                .map(|fault| format!("{}: {}", fault.field, fault.text))
                .collect::<Vec<_>>()
                .join("\n")
        };
        assert_eq!(
            found(json!({"schedulingGates": [], "nodeSelector": {"disk": "fast", "zone": "a"}, "affinity": needs(&["gpu", "big"])})),
            ""
        );
        assert!(found(json!({"schedulingGates": [{"name": "a/d"}]})).contains("found new scheduling gate 'a/d'"));
        assert!(found(json!({"nodeSelector": {}})).contains("only additions to spec.nodeSelector"));
        assert!(
            found(json!({"affinity": needs(&["big"])}))
                .contains("[{\"Key\":\"big\",\"Operator\":\"Exists\",\"Values\":null}],\"MatchFields\":null}: only additions")
        );
        assert!(found(json!({"affinity": null})).contains("no additions/deletions to non-empty"));
        let pods = json!({"podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}});
        assert!(found(json!({"affinity": pods})).contains("pod updates may not change fields"));
    }
}
