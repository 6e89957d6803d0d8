//! The claims of a StatefulSet: one a template and ordinal, made before their pod, kept or let go by the retention policy.

use serde_json::{Value, json};

use super::ordinal;
use crate::practice::field::{deleting, items, owner_reference, text};
use crate::practice::kind::{PERSISTENT_VOLUME_CLAIM, POD, STATEFUL_SET};
use crate::practice::registry::Part;
use crate::practice::world::World;

/// The name of a claim.
fn name(set: &Value, template: &Value, number: i64) -> String {
    format!("{}-{}-{number}", text(&template["metadata"]["name"]), text(&set["metadata"]["name"]))
}

/// Puts the set's claims among a pod's volumes.
pub(super) fn mount(set: &Value, pod: &mut Value, number: i64) {
    let templates = items(&set["spec"]["volumeClaimTemplates"]);
    if templates.is_empty() {
        return;
    }
    let mut volumes: Vec<Value> = templates
        .iter()
        .map(|template| json!({"name": template["metadata"]["name"], "persistentVolumeClaim": {"claimName": name(set, template, number)}}))
        .collect();
    let own = |volume: &&Value| !templates.iter().any(|template| template["metadata"]["name"] == volume["name"]);
    volumes.extend(items(&pod["spec"]["volumes"]).iter().filter(own).cloned());
    pod["spec"]["volumes"] = volumes.into();
}

/// Makes the claims a pod needs; gives back what to say of each, and what stands in the way.
pub(super) fn make(world: &mut World, set: &Value, number: i64) -> (Vec<(String, Option<String>)>, Vec<String>) {
    let (mut told, mut wrong) = (Vec::new(), Vec::new());
    for template in items(&set["spec"]["volumeClaimTemplates"]) {
        let name = name(set, template, number);
        let namespace = text(&set["metadata"]["namespace"]);
        if let Some(claim) = world.store.get(&PERSISTENT_VOLUME_CLAIM, namespace, &name) {
            if deleting(&claim) {
                wrong.push(format!("pvc {name} is being deleted"));
            }
            continue;
        }
        let mut claim = template.clone();
        claim["metadata"]["name"] = name.as_str().into();
        claim["metadata"]["namespace"] = namespace.into();
        for (key, value) in set["spec"]["selector"]["matchLabels"].as_object().into_iter().flatten() {
            claim["metadata"]["labels"][key] = value.clone();
        }
        match world.create(&PERSISTENT_VOLUME_CLAIM, claim) {
            Ok(_) => told.push((name, None)),
            Err(refusal) => {
                wrong.push(format!("failed to create PVC {name}: {}", refusal.message));
                told.push((name, Some(refusal.message)));
            }
        }
    }
    (told, wrong)
}

/// Gives each claim of a pod the owner that its retention policy names, or none.
pub(super) fn own(world: &mut World, set: &Value, pod: &Value, in_range: bool) {
    let policy = &set["spec"]["persistentVolumeClaimRetentionPolicy"];
    let owner = if policy["whenScaled"] == "Delete" && !in_range {
        Some(owner_reference(&POD, pod))
    } else if policy["whenDeleted"] == "Delete" {
        Some(owner_reference(&STATEFUL_SET, set))
    } else {
        None
    };
    let Some(number) = ordinal(set, pod) else { return };
    for template in items(&set["spec"]["volumeClaimTemplates"]) {
        let name = name(set, template, number);
        let Some(mut claim) = world.store.get(&PERSISTENT_VOLUME_CLAIM, text(&set["metadata"]["namespace"]), &name) else {
            continue;
        };
        let ours = |reference: &Value| [set, pod].iter().any(|object| object["metadata"]["uid"] == reference["uid"]);
        let before = items(&claim["metadata"]["ownerReferences"]).to_vec();
        let mut owners: Vec<Value> = before.iter().filter(|reference| !ours(reference)).cloned().collect();
        owners.extend(owner.clone());
        if owners != before {
            claim["metadata"]["ownerReferences"] = owners.into();
            // Gone meanwhile is as good.
            let _ = world.update(&PERSISTENT_VOLUME_CLAIM, claim, Part::Spec);
        }
    }
}
