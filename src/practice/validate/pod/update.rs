//! What of a Pod's spec may change (kubernetes `ValidatePodUpdate`).

use serde_json::Value;

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
    let deadline = |spec: &Value| spec["activeDeadlineSeconds"].as_i64();
    match (deadline(old), deadline(new)) {
        (Some(before), Some(after)) if after > before => {
            let why = "must be less than or equal to previous value";
            faults.push(Fault::invalid("spec.activeDeadlineSeconds", &after.into(), why));
            return;
        }
        (Some(_), None) => {
            let why = "must not update from a positive integer to nil value";
            faults.push(Fault::invalid("spec.activeDeadlineSeconds", &Value::Null, why));
            return;
        }
        _ => {}
    }
    let mut allowed = new.clone();
    for field in ["containers", "initContainers"] {
        for (mine, before) in allowed[field].as_array_mut().into_iter().flatten().zip(items(&old[field])) {
            mine["image"] = before["image"].clone();
        }
        drop_null(&mut allowed, field);
    }
    let added_only = items(&old["tolerations"]).iter().all(|one| items(&new["tolerations"]).contains(one));
    let bound = old["nodeName"].as_str().unwrap_or_default().is_empty();
    for (field, free) in [("activeDeadlineSeconds", true), ("tolerations", added_only), ("nodeName", bound)] {
        if free {
            allowed[field] = old[field].clone();
            drop_null(&mut allowed, field);
        }
    }
    if allowed != *old {
        let shown = difference(&pod_spec(old), &pod_spec(&allowed));
        faults.push(Fault::forbidden("spec", &format!("{MAY_CHANGE}\n{shown}")));
    }
}

/// Takes back what indexing for a change may have put there.
fn drop_null(spec: &mut Value, field: &str) {
    if spec[field].is_null()
        && let Some(fields) = spec.as_object_mut()
    {
        fields.remove(field);
    }
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
        assert_eq!(found(|spec| spec["nodeName"] = "n".into()), None);
        assert!(
            found(|spec| spec["restartPolicy"] = "Never".into())
                .unwrap()
                .starts_with("Forbidden: pod updates may not change fields other than")
        );
        assert!(
            found(|spec| spec["containers"] = json!([]))
                .unwrap()
                .ends_with("may not add or remove containers")
        );
    }
}
