//! The families of addresses that a Service has: the cluster has IPv4 only.

use serde_json::{Value, json};

use super::set;
use crate::practice::field::{items, text};
use crate::practice::kind::SERVICE;
use crate::practice::status::{Fault, Status};
use crate::practice::validate;

const OWN: &str = "IPv4";

/// Says which families a Service's addresses are of.
///
/// # Errors
/// 422 for addresses that are wrong in themselves or that the cluster does not have.
pub fn settle(before: &Value, object: &mut Value) -> Result<(), Status> {
    let name = text(&object["metadata"]["name"]).to_owned();
    let spec = &mut object["spec"];
    align(before, spec);
    if spec["type"] == "ExternalName" {
        return Ok(());
    }
    let bare = bare(spec);
    let policy = if bare { "RequireDualStack" } else { "SingleStack" };
    let kept = before["ipFamilyPolicy"].as_str().unwrap_or(policy);
    set(spec, "ipFamilyPolicy", kept.into());
    let mut faults = Vec::new();
    validate::service_addresses(spec, &mut faults);
    if faults.is_empty() {
        counted(spec, &mut faults);
    }
    if faults.is_empty() && !bare {
        had(spec, &mut faults);
    }
    if !faults.is_empty() {
        return Err(Status::invalid(&SERVICE, &name, &faults));
    }
    set(spec, "ipFamilies", json!([OWN]));
    if bare && spec["ipFamilyPolicy"] != "SingleStack" && items(&spec["ipFamilies"]).len() == 1 {
        let other = if spec["ipFamilies"][0] == OWN { "IPv6" } else { OWN };
        spec["ipFamilies"] = json!([spec["ipFamilies"][0], other]);
    }
    Ok(())
}

/// The address that was given, or changed, alone is the first of the list.
fn align(before: &Value, spec: &mut Value) {
    let address = text(&spec["clusterIP"]);
    let alone = items(&spec["clusterIPs"]).is_empty();
    let changed = before["clusterIP"].is_string() && before["clusterIP"] != spec["clusterIP"] && before["clusterIPs"] == spec["clusterIPs"];
    if !address.is_empty() && (alone || changed) {
        spec["clusterIPs"] = json!([address]);
    }
}

/// Whether whoever made the Service brings its endpoints too, of which nothing is known.
fn bare(spec: &Value) -> bool {
    spec["clusterIP"] == "None" && spec["selector"].as_object().is_none_or(serde_json::Map::is_empty)
}

fn counted(spec: &Value, faults: &mut Vec<Fault>) {
    for (field, what) in [("clusterIPs", "cluster IPs"), ("ipFamilies", "IP families")] {
        if spec["ipFamilyPolicy"] == "SingleStack" && items(&spec[field]).len() == 2 {
            let why = format!("must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified");
            faults.push(Fault::invalid("spec.ipFamilyPolicy", &spec["ipFamilyPolicy"], &why));
        }
    }
    let undeclared = items(&spec["clusterIPs"]).iter().enumerate().skip(items(&spec["ipFamilies"]).len());
    for (index, _) in undeclared.filter(|(_, address)| text(address).contains(':')) {
        let why = "IPv6 is not configured on this cluster";
        faults.push(Fault::invalid(format!("spec.clusterIPs[{index}]"), &spec["clusterIPs"], why));
    }
}

/// The cluster has what is asked for.
fn had(spec: &Value, faults: &mut Vec<Fault>) {
    if spec["ipFamilyPolicy"] == "RequireDualStack" {
        let why = "this cluster is not configured for dual-stack services";
        faults.push(Fault::invalid("spec.ipFamilyPolicy", &spec["ipFamilyPolicy"], why));
    }
    for (index, family) in items(&spec["ipFamilies"]).iter().enumerate().filter(|(_, family)| *family != OWN) {
        faults.push(Fault::invalid(format!("spec.ipFamilies[{index}]"), family, "not configured on this cluster"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_the_clusters_family() {
        let settled = |spec: Value| {
            let mut object = json!({"metadata": {"name": "s"}, "spec": spec});
            settle(&Value::Null, &mut object).map(|()| object["spec"].clone())
        };
        let plain = settled(json!({"type": "ClusterIP"})).unwrap();
        assert_eq!((&plain["ipFamilies"], &plain["ipFamilyPolicy"]), (&json!(["IPv4"]), &json!("SingleStack")));
        let bare = settled(json!({"type": "ClusterIP", "clusterIP": "None"})).unwrap();
        assert_eq!(
            (&bare["ipFamilies"], &bare["ipFamilyPolicy"]),
            (&json!(["IPv4", "IPv6"]), &json!("RequireDualStack"))
        );
        let told = |spec: Value| settled(spec).unwrap_err().message;
        assert!(told(json!({"ipFamilyPolicy": "RequireDualStack"})).ends_with("this cluster is not configured for dual-stack services"));
        assert!(told(json!({"ipFamilies": ["IPv6"]})).contains("spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured"));
        assert!(told(json!({"clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.8"]})).ends_with("first value must match `clusterIP`"));
    }
}
