//! Validation of StatefulSets (kubernetes `pkg/apis/apps/validation`).

use serde_json::{Value, json};

use super::check::{Faults, formed, go, list, not_negative, one_of};
use super::{format, pod, storage, workload};
use crate::practice::status::Fault;

/// A new StatefulSet's spec; one that replaces another keeps its name for a Service and its claims, which are not looked at again.
pub fn spec(spec: &Value, new: bool, faults: &mut Faults) {
    let policy = &spec["podManagementPolicy"];
    if policy.as_str().is_some_and(|policy| policy != "OrderedReady" && policy != "Parallel") {
        faults.push(Fault::invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'"));
    }
    strategy(&spec["updateStrategy"], faults);
    for field in ["whenDeleted", "whenScaled"] {
        let at = format!("spec.persistentVolumeClaimRetentionPolicy.{field}");
        one_of(&at, &spec["persistentVolumeClaimRetentionPolicy"][field], &["Retain", "Delete"], faults);
    }
    for (index, claim) in list(spec, "volumeClaimTemplates").iter().enumerate().filter(|_| new) {
        storage::claim(&format!("spec.volumeClaimTemplates[{index}].spec"), &claim["spec"], faults);
    }
    not_negative("spec", spec, &["replicas", "minReadySeconds"], faults);
    not_negative("spec.ordinals", &spec["ordinals"], &["start"], faults);
    if new {
        formed("spec.serviceName", &spec["serviceName"], format::label, faults);
    }
    if workload::selector("statefulset", "", &spec["selector"], faults) {
        workload::matched(spec, faults);
        pod::template("spec.template", &with_claims(spec), faults);
    }
    workload::running("spec.template", &spec["template"], "StatefulSet", faults);
}

/// The template as its Pods come about: with a volume for each claim, and names that are not the template's.
fn with_claims(spec: &Value) -> Value {
    let mut template = spec["template"].clone();
    let claims = list(spec, "volumeClaimTemplates");
    let name = |claim: &Value| claim["metadata"]["name"].clone();
    let mut volumes: Vec<Value> = claims
        .iter()
        .map(|claim| json!({"name": name(claim), "persistentVolumeClaim": {"claimName": name(claim)}}))
        .collect();
    let own = list(&template["spec"], "volumes").iter();
    volumes.extend(own.filter(|volume| !claims.iter().any(|claim| name(claim) == volume["name"])).cloned());
    if let Some(spec) = template["spec"].as_object_mut() {
        spec.insert("volumes".to_owned(), volumes.into());
        spec.retain(|field, _| field != "hostname" && field != "subdomain");
    }
    template
}

fn strategy(strategy: &Value, faults: &mut Faults) {
    let rolling = &strategy["rollingUpdate"];
    match strategy["type"].as_str().unwrap_or("RollingUpdate") {
        "RollingUpdate" => not_negative("spec.updateStrategy.rollingUpdate", rolling, &["partition"], faults),
        "OnDelete" if rolling.is_null() => {}
        "OnDelete" => {
            let why = "only allowed for updateStrategy 'RollingUpdate'";
            faults.push(Fault::invalid("spec.updateStrategy.rollingUpdate", rolling, why).shown(rolling, &in_go(rolling)));
        }
        _ => {
            let shown = format!("{{\"Type\":{},\"RollingUpdate\":{}}}", strategy["type"], in_go(rolling));
            let why = "must be 'RollingUpdate' or 'OnDelete'";
            faults.push(Fault::invalid("spec.updateStrategy", strategy, why).shown(strategy, &shown));
        }
    }
}

fn in_go(rolling: &Value) -> String {
    if rolling.is_null() {
        return "null".to_owned();
    }
    let partition = json!(rolling["partition"].as_i64().unwrap_or(0));
    go(&[("Partition", &partition), ("MaxUnavailable", &rolling["maxUnavailable"])]).1
}

/// What of a StatefulSet may change.
pub fn update(old: &Value, new: &Value, faults: &mut Faults) {
    const FREE: &[&str] = &[
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    ];
    let bare = |spec: &Value| {
        let fields = spec.as_object().into_iter().flatten().filter(|(field, _)| !FREE.contains(&field.as_str()));
        fields.map(|(field, value)| (field.clone(), value.clone())).collect::<Value>()
    };
    if bare(old) != bare(new) {
        let why = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
            'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
        faults.push(Fault::forbidden("spec", why));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_of_the_set_is_a_volume_of_its_pods() {
        let set = |mounted: &str| {
            json!({"selector": {"matchLabels": {"a": "b"}}, "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}}}}], "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"subdomain": "Not_Its_Own",
                "containers": [{"name": "a", "image": "x", "volumeMounts": [{"name": mounted, "mountPath": "/d"}]}]}}})
        };
        let found = |mounted: &str| {
            let mut faults = Vec::new();
            spec(&set(mounted), true, &mut faults);
            faults.into_iter().map(|fault| fault.to_string()).collect::<Vec<_>>()
        };
        assert!(found("data").is_empty());
        assert_eq!(found("gone"), ["spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"gone\""]);
    }
}
