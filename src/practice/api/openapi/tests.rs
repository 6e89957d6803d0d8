//! What kubectl reads in a document.

use super::*;
use crate::practice::kind::KINDS;

fn of(group: &str, version: &str) -> Map<String, Value> {
    let kinds: Vec<&Kind> = KINDS.iter().copied().filter(|kind| kind.group == group && kind.version == version).collect();
    schemas(&kinds).collect()
}

#[test]
fn a_container_says_what_explain_prints() {
    let schemas = of("", "v1");
    let container = &schemas["io.k8s.api.core.v1.Container"];
    assert_eq!(container["required"], json!(["name"]));
    let policy = &container["properties"]["imagePullPolicy"];
    assert_eq!(policy["enum"], json!(["Always", "IfNotPresent", "Never"]));
    let said = policy["description"].as_str().unwrap();
    assert!(
        said.contains("\n\nPossible enum values:\n - `\"Always\"` means that kubelet always attempts to pull"),
        "{said}"
    );
    let ports = &container["properties"]["ports"];
    assert_eq!(ports["x-kubernetes-list-map-keys"], json!(["containerPort", "protocol"]));
    assert_eq!(
        (&ports["x-kubernetes-patch-merge-key"], &ports["x-kubernetes-patch-strategy"]),
        (&json!("containerPort"), &json!("merge"))
    );
    let pod = &schemas["io.k8s.api.core.v1.Pod"];
    assert_eq!(pod["x-kubernetes-group-version-kind"], json!([{"group": "", "kind": "Pod", "version": "v1"}]));
    assert!(pod.get("required").is_none(), "{}", pod["required"]);
    assert_eq!(schemas["io.k8s.api.core.v1.PodSpec"]["required"], json!(["containers"]));
}

#[test]
fn every_reference_leads_somewhere() {
    for kind in KINDS {
        let schemas = of(kind.group, kind.version);
        let name = marks::schema_name(types::table().find(&kind.api_version(), kind.kind).unwrap());
        assert!(schemas.contains_key(&name), "{name} has no schema");
        for schema in schemas.values() {
            super::schemas::references(schema, &mut |name| assert!(schemas.contains_key(name), "{name} is not in the document"));
        }
    }
}
