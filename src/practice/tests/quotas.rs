//! Quotas refuse what would exceed them, and free what has gone.

use serde_json::{Value, json};

use super::{Play, SPACE};
use crate::practice::field::condition;
use crate::practice::kind::{DEPLOYMENT, POD, REPLICA_SET, RESOURCE_QUOTA};
use crate::practice::registry::Deletion;

fn quota(play: &mut Play, hard: &Value) {
    play.create(&RESOURCE_QUOTA, json!({"metadata": {"name": "water"}, "spec": {"hard": hard}}));
}

fn used(play: &Play) -> Value {
    let quota = play.engine.world.store.get(&RESOURCE_QUOTA, SPACE, "water").expect("quota");
    quota["status"]["used"].clone()
}

#[test]
fn a_replica_set_says_what_the_quota_refuses() {
    let mut play = Play::new();
    quota(&mut play, &json!({"pods": "1"}));
    play.to(1.0);
    play.deploy("bed", 2, &json!({"image": "tulip:1.0"}));
    play.to(20.0);
    assert_eq!((play.pods().len(), used(&play)), (1, json!({"pods": "1"})));
    let refusals = play.told("FailedCreate");
    let words = "is forbidden: exceeded quota: water, requested: pods=1, used: pods=1, limited: pods=1";
    assert!(refusals.iter().all(|(message, _)| message.ends_with(words)), "{refusals:?}");
    // The tenth similar message begins to stand for all that follow.
    assert_eq!(refusals.len(), 10);
    let sets = play.engine.world.store.objects(&REPLICA_SET, Some(SPACE));
    assert_eq!(condition(&sets[0], "ReplicaFailure")["reason"], "FailedCreate");
    let deployment = play.engine.world.store.get(&DEPLOYMENT, SPACE, "bed").expect("deployment");
    assert_eq!(condition(&deployment, "ReplicaFailure")["status"], "True");
    play.engine.world.delete(&DEPLOYMENT, SPACE, "bed", &Deletion::default()).expect("delete");
    play.to(60.0);
    assert_eq!(used(&play), json!({"pods": "0"}));
}

#[test]
fn what_a_quota_limits_has_to_be_said() {
    let mut play = Play::new();
    quota(&mut play, &json!({"requests.memory": "1Gi", "limits.cpu": "2"}));
    play.to(1.0);
    let pod = |resources: Value| json!({"metadata": {"name": "p", "namespace": SPACE}, "spec": {"containers": [{"name": "main", "image": "tulip:1.0", "resources": resources}]}});
    let refused = play.engine.world.create(&POD, pod(json!({}))).expect_err("refusal");
    assert_eq!(
        refused.message,
        "pods \"p\" is forbidden: failed quota: water: must specify limits.cpu for: main; requests.memory for: main"
    );
    let large = pod(json!({"requests": {"memory": "1025Mi"}, "limits": {"cpu": "500m"}}));
    let refused = play.engine.world.create(&POD, large).expect_err("refusal");
    assert_eq!(
        refused.message,
        "pods \"p\" is forbidden: exceeded quota: water, requested: requests.memory=1025Mi, used: requests.memory=0, limited: requests.memory=1Gi"
    );
    let fitting = pod(json!({"requests": {"memory": "512Mi"}, "limits": {"cpu": "500m"}}));
    play.engine.world.create(&POD, fitting).expect("pod");
    assert_eq!(used(&play), json!({"requests.memory": "512Mi", "limits.cpu": "500m"}));
}
