//! Policies that are asked about ConfigMaps.

use serde_json::json;

use super::*;
use crate::practice::kind::CONFIG_MAP;

fn world(spec: Value, actions: &[&str]) -> World {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut world = World::new(now, 1, Default::default());
    let labels = json!({"kubernetes.io/metadata.name": "shop"});
    world.store.put(&NAMESPACE, json!({"metadata": {"name": "shop", "labels": labels}}));
    let rules = json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"], "scope": "*"}]);
    let mut policy = json!({"metadata": {"name": "p"}, "spec": spec});
    policy["spec"]["matchConstraints"] = json!({"resourceRules": rules, "matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {}});
    policy["spec"]["failurePolicy"] = "Fail".into();
    world.create(&VALIDATING_ADMISSION_POLICY, policy).unwrap();
    let chosen = json!({"namespaceSelector": {"matchLabels": labels}});
    let binding = json!({"metadata": {"name": "b"}, "spec": {"policyName": "p", "validationActions": actions, "matchResources": chosen}});
    world.create(&VALIDATING_ADMISSION_POLICY_BINDING, binding).unwrap();
    world
}

fn made(world: &mut World, namespace: &str) -> Result<Value, Status> {
    world.create(&CONFIG_MAP, json!({"metadata": {"name": "c", "namespace": namespace}, "data": {"n": "5"}}))
}

fn later(world: &mut World) {
    world.now += jiff::SignedDuration::from_secs(2);
}

fn at_most_three() -> Value {
    json!({"variables": [{"name": "n", "expression": "int(object.data.n)"}],
        "validations": [{"expression": "variables.n <= 3", "messageExpression": "'not ' + string(variables.n)", "reason": "Forbidden"}]})
}

#[test]
fn a_policy_denies_once_it_is_known_and_where_it_is_bound() {
    let mut world = world(at_most_three(), &["Deny"]);
    assert!(made(&mut world, "shop").is_ok());
    later(&mut world);
    world.store.remove(&CONFIG_MAP, "shop", "c");
    let status = made(&mut world, "shop").unwrap_err();
    let why = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: not 5";
    assert_eq!(
        (status.code, status.message.as_str()),
        (403, format!("configmaps \"c\" is forbidden: {why}").as_str())
    );
    assert_eq!(status.details["causes"], json!([{"message": why}]));
    assert!(made(&mut world, "elsewhere").is_ok());
}

#[test]
fn a_policy_may_only_warn() {
    let mut world = world(at_most_three(), &["Warn", "Audit"]);
    later(&mut world);
    assert!(made(&mut world, "shop").is_ok());
    let warning = "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': not 5";
    assert_eq!(world.request.warnings, [warning]);
}

#[test]
fn what_fails_is_denied_and_what_does_not_match_is_let_pass() {
    let validations = json!([{"expression": "object.data.nope == '1'"}]);
    let mut strict = world(json!({"validations": validations}), &["Deny"]);
    later(&mut strict);
    let status = made(&mut strict, "shop").unwrap_err();
    assert!(
        status
            .message
            .ends_with("denied request: expression 'object.data.nope == '1'' resulted in error: no such key: nope")
    );
    assert_eq!((status.code, status.reason), (422, "Invalid"));
    let conditions = json!([{"name": "other", "expression": "object.metadata.name == 'other'"}]);
    let mut narrow = world(json!({"matchConditions": conditions, "validations": validations}), &["Deny"]);
    later(&mut narrow);
    assert!(made(&mut narrow, "shop").is_ok());
}
