//! Rollouts, their history, and the end of things.

use serde_json::json;

use super::{Play, SPACE};
use crate::practice::field::{condition, int, ready, text};
use crate::practice::kind::{DEPLOYMENT, NAMESPACE, POD, REPLICA_SET, SERVICE};
use crate::practice::registry::{Deletion, Propagation};

#[test]
fn a_rollout_replaces_pods_without_losing_availability() {
    let mut play = Play::new();
    play.deploy("bed", 2, &json!({"image": "tulip:1.0"}));
    play.to(5.0);
    assert_eq!(play.pods().iter().filter(|pod| ready(pod)).count(), 2);
    play.change("bed", |spec| spec["template"]["spec"]["containers"][0]["image"] = "tulip:1.1".into());
    play.to(12.0);
    let messages: Vec<String> = play
        .told("ScalingReplicaSet")
        .into_iter()
        .map(|(message, _)| message.split(' ').filter(|word| !word.starts_with("bed-")).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        messages,
        [
            "Scaled up replica set from 0 to 2",
            "Scaled up replica set from 0 to 1",
            "Scaled down replica set from 2 to 1",
            "Scaled up replica set from 1 to 2",
            "Scaled down replica set from 1 to 0",
        ]
    );
    let deployment = play.engine.world.store.get(&DEPLOYMENT, SPACE, "bed").expect("deployment");
    assert_eq!(
        (
            int(&deployment["status"]["availableReplicas"]),
            int(&deployment["status"]["observedGeneration"])
        ),
        (2, 2)
    );
    assert_eq!(condition(&deployment, "Available")["reason"], "MinimumReplicasAvailable");
    assert!(play.pods().iter().all(|pod| ready(pod) && pod["spec"]["containers"][0]["image"] == "tulip:1.1"));
    assert_eq!(
        play.walk(0),
        [
            "0/1 Pending",
            "0/1 ContainerCreating",
            "1/1 Running",
            "1/1 Terminating",
            "0/1 Completed",
            "gone"
        ]
    );
    assert_eq!(play.told("Killing").len(), 2);
}

#[test]
fn going_back_uses_the_old_replica_set_again() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "tulip:1.0"}));
    play.to(5.0);
    for (image, until) in [("tulip:1.1", 10.0), ("tulip:1.0", 15.0)] {
        play.change("bed", |spec| spec["template"]["spec"]["containers"][0]["image"] = image.into());
        play.to(until);
    }
    let sets = play.engine.world.store.objects(&REPLICA_SET, Some(SPACE));
    assert_eq!(sets.len(), 2);
    let used = sets.iter().find(|set| int(&set["spec"]["replicas"]) == 1).expect("used");
    assert_eq!(used["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "3");
    assert_eq!(used["metadata"]["annotations"]["deployment.kubernetes.io/revision-history"], "1");
}

#[test]
fn a_rollout_that_hangs_runs_into_its_deadline() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "tulip:9.9"}));
    play.change("bed", |spec| spec["progressDeadlineSeconds"] = 30.into());
    play.to(29.0);
    let reason =
        |play: &Play| text(&condition(&play.engine.world.store.get(&DEPLOYMENT, SPACE, "bed").expect("deployment"), "Progressing")["reason"]).to_owned();
    assert_eq!(reason(&play), "ReplicaSetUpdated");
    play.to(33.0);
    assert_eq!(reason(&play), "ProgressDeadlineExceeded");
}

#[test]
fn recreate_ends_the_old_pod_before_the_new_one_begins() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "florist/shed:1.0", "command": ["sleep", "3600"]}));
    play.change("bed", |spec| spec["strategy"] = json!({"type": "Recreate"}));
    play.to(5.0);
    play.change("bed", |spec| {
        spec["template"]["spec"]["containers"][0] = json!({"name": "main", "image": "tulip:1.1"})
    });
    play.to(34.0);
    assert_eq!(play.pods().len(), 1);
    assert_eq!(play.pods()[0]["spec"]["containers"][0]["image"], "florist/shed:1.0");
    play.to(40.0);
    assert_eq!(play.pods().len(), 1);
    assert_eq!(play.pods()[0]["spec"]["containers"][0]["image"], "tulip:1.1");
    assert!(ready(&play.pods()[0]));
}

#[test]
fn scaling_down_takes_a_pod_that_is_not_ready_first() {
    let mut play = Play::new();
    play.deploy("bed", 2, &json!({"image": "tulip:1.0"}));
    play.to(5.0);
    play.change("bed", |spec| spec["replicas"] = 3.into());
    play.to(5.1);
    play.change("bed", |spec| spec["replicas"] = 2.into());
    play.to(9.0);
    assert_eq!(play.walk(2).last().map(String::as_str), Some("gone"));
    assert_eq!(play.pods().iter().filter(|pod| ready(pod)).count(), 2);
}

#[test]
fn deleting_a_namespace_leaves_nothing() {
    let mut play = Play::new();
    play.create(
        &SERVICE,
        json!({"metadata": {"name": "bed"}, "spec": {"selector": {"plant": "bed"}, "ports": [{"port": 80}]}}),
    );
    play.deploy("bed", 2, &json!({"image": "tulip:1.0"}));
    play.deploy("hole", 1, &json!({"image": "tulip:9.9"}));
    play.to(5.0);
    play.engine.world.delete(&NAMESPACE, "", SPACE, &Deletion::default()).expect("delete");
    play.to(20.0);
    for kind in play.engine.world.kept().filter(|kind| kind.namespaced) {
        assert_eq!(play.engine.world.store.list(kind, Some(SPACE)).count(), 0, "{}", kind.kind);
    }
    assert!(play.engine.world.store.get(&NAMESPACE, "", SPACE).is_none());
}

#[test]
fn dependents_go_after_before_or_not_at_all() {
    for (propagation, sets, pods) in [(Propagation::Background, 0, 0), (Propagation::Foreground, 0, 0), (Propagation::Orphan, 1, 1)] {
        let mut play = Play::new();
        play.deploy("bed", 1, &json!({"image": "tulip:1.0"}));
        play.to(4.0);
        play.engine
            .world
            .delete(
                &DEPLOYMENT,
                SPACE,
                "bed",
                &Deletion {
                    propagation,
                    ..Deletion::default()
                },
            )
            .expect("delete");
        play.to(4.1);
        let there = play.engine.world.store.get(&DEPLOYMENT, SPACE, "bed").is_some();
        assert_eq!(there, propagation == Propagation::Foreground);
        play.to(10.0);
        assert!(play.engine.world.store.get(&DEPLOYMENT, SPACE, "bed").is_none());
        assert_eq!(play.engine.world.store.list(&REPLICA_SET, Some(SPACE)).count(), sets);
        assert_eq!(play.engine.world.store.list(&POD, Some(SPACE)).count(), pods);
    }
}
