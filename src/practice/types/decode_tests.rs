//! What is read of a document, and what is said of what does not fit.

use super::decode::{Decoded, decode};
use super::table;

fn read(version: &str, kind: &str, text: &str) -> Result<Decoded, String> {
    decode(table().find(version, kind).unwrap(), &mut serde_json::Deserializer::from_str(text))
}

fn misfit(spec: &str) -> String {
    read("apps/v1", "Deployment", &format!(r#"{{"kind":"Deployment","spec":{spec}}}"#)).unwrap_err()
}

#[test]
fn what_does_not_fit_is_told_in_gos_words() {
    let cases = [
        (
            r#"{"replicas":"two"}"#,
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            r#"{"replicas":2.5}"#,
            "json: cannot unmarshal number 2.5 into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            r#"{"replicas":99999999999}"#,
            "json: cannot unmarshal number 99999999999 into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            r#"{"template":{"spec":{"containers":[{"name":5}]}}}"#,
            "json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.name of type string",
        ),
        (
            r#"{"template":{"spec":{"containers":"x"}}}"#,
            "json: cannot unmarshal string into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
        ),
        (
            r#"{"template":{"spec":{"containers":["x"]}}}"#,
            "json: cannot unmarshal string into Go struct field PodSpec.spec.template.spec.containers of type v1.Container",
        ),
        (
            r#"{"strategy":{"rollingUpdate":{"maxSurge":1.5}}}"#,
            "json: cannot unmarshal number 1.5 into Go struct field RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge of type int32",
        ),
        (
            r#"{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"1x"}}}]}}}"#,
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (
            r#"{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":[1]}}}]}}}"#,
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (
            r#"{"template":{"spec":{"volumes":[{"configMap":{"name":5}}]}}}"#,
            "json: cannot unmarshal number into Go struct field \
             ConfigMapVolumeSource.spec.template.spec.volumes.VolumeSource.configMap.LocalObjectReference.name of type string",
        ),
    ];
    for (spec, wanted) in cases {
        assert_eq!(misfit(spec), wanted);
    }
    let map = read("v1", "ConfigMap", r#"{"data":[]}"#).unwrap_err();
    assert_eq!(
        map,
        "json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string"
    );
}

#[test]
fn odd_fields_are_noted_in_their_order() {
    let text = r#"{"metadata":{"name":"a"},"data":{"a":"b","a":"c"},"foo":1,"metadata":{"name":"b","bar":2}}"#;
    let read = read("v1", "ConfigMap", text).unwrap();
    let wanted = [
        r#"duplicate field "data.a""#,
        r#"unknown field "foo""#,
        r#"duplicate field "metadata""#,
        r#"unknown field "metadata.bar""#,
    ];
    assert_eq!(read.odd, wanted);
    assert_eq!(read.object, serde_json::json!({"metadata": {"name": "b"}, "data": {"a": "c"}}));
}

#[test]
fn nulls_and_spellings_become_what_kubernetes_keeps() {
    let text = r#"{"metadata":{"labels":null,"creationTimestamp":"2026-01-02T03:04:05+02:00"},"spec":{"containers":[{"name":"a",
        "resources":{"limits":{"cpu":0.5,"memory":"1024Mi"}},"imagee":"x"}]}}"#;
    let read = read("v1", "Pod", text).unwrap();
    assert_eq!(read.odd, [r#"unknown field "spec.containers[0].imagee""#]);
    let wanted = serde_json::json!({"metadata": {"creationTimestamp": "2026-01-02T01:04:05Z"},
        "spec": {"containers": [{"name": "a", "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}}}]}});
    assert_eq!(read.object, wanted);
}

#[test]
fn a_document_that_nests_without_end_is_refused() {
    let deep = format!("{{\"spec\":{}", "{\"a\":".repeat(100_000));
    assert!(read("v1", "Pod", &deep).is_err());
}
