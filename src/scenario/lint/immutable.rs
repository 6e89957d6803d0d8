//! Changes that the API server refuses on a living object, so that the solution must replace it.

use serde_json::Value;

use super::super::{Manifest, SolutionMode, path};
use super::whole::line_of;
use super::{Finding, Look, Severity};

/// Fields that stay as they were made, by kind (the validation of each kind in `pkg/apis/*/validation`).
const FIXED: &[(&str, &[&str])] = &[
    ("Deployment", &["spec.selector"]),
    ("ReplicaSet", &["spec.selector"]),
    ("DaemonSet", &["spec.selector"]),
    (
        "StatefulSet",
        &["spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"],
    ),
    ("Job", &["spec.selector", "spec.template", "spec.completions", "spec.completionMode"]),
    (
        "PersistentVolumeClaim",
        &[
            "spec.storageClassName",
            "spec.accessModes",
            "spec.volumeName",
            "spec.selector",
            "spec.volumeMode",
        ],
    ),
    ("Service", &["spec.clusterIP"]),
    ("RoleBinding", &["roleRef"]),
    ("ClusterRoleBinding", &["roleRef"]),
    ("StorageClass", &["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"]),
    ("PriorityClass", &["value", "preemptionPolicy"]),
    ("ConfigMap", &[]),
];

pub fn look(look: &Look) -> Vec<Finding> {
    let scenario = look.scenario;
    if scenario.solution_mode != SolutionMode::Apply {
        return Vec::new();
    }
    let mut found = Vec::new();
    for after in &scenario.solution {
        let same = |before: &&Manifest| (before.kind(), before.name()) == (after.kind(), after.name());
        let Some(before) = scenario.broken.iter().find(same).or_else(|| scenario.setup.iter().find(same)) else {
            continue;
        };
        if let Some(field) = changed(before, after) {
            let last = field.rsplit('.').next().unwrap_or(&field);
            let what = format!("{field} of {} {} cannot be changed on a living object", after.kind(), after.name());
            let advice = "add `solution: {mode: replace}` to scenario.yaml, which deletes and creates it";
            let line = line_of(after, &format!("{last}:"));
            found.push(Finding::new(Severity::Error, "needs-replace", look.file(&after.file), line, what, advice));
        }
    }
    found
}

/// The first fixed field that differs.
fn changed(before: &Manifest, after: &Manifest) -> Option<String> {
    if before.object["immutable"] == true && before.object["data"] != after.object["data"] {
        return Some("data".to_owned());
    }
    if after.kind() == "Pod" {
        return pod(&before.object["spec"], &after.object["spec"]);
    }
    let (_, fields) = FIXED.iter().find(|(kind, _)| *kind == after.kind())?;
    let fixed = fields.iter().find(|field| {
        let of = |manifest: &'_ Manifest| path::get(&manifest.object, field).cloned();
        let (was, is) = (of(before), of(after));
        // what a manifest leaves out stays as it is
        is.is_some() && was != is
    });
    fixed.map(|field| (*field).to_owned())
}

/// Of a living pod only images, deadlines and tolerations may change.
fn pod(before: &Value, after: &Value) -> Option<String> {
    let bare = |spec: &Value| {
        let mut spec = spec.clone();
        for list in ["containers", "initContainers"] {
            for container in spec[list].as_array_mut().into_iter().flatten() {
                if let Some(container) = container.as_object_mut() {
                    container.remove("image");
                }
            }
        }
        for field in ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"] {
            if let Some(spec) = spec.as_object_mut() {
                spec.remove(field);
            }
        }
        spec
    };
    let (before, after) = (bare(before), bare(after));
    let field = after.as_object()?.iter().find(|(field, value)| before.get(field.as_str()) != Some(*value))?.0;
    Some(format!("spec.{field}"))
}
