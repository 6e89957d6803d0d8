//! What comes to a cluster while it runs: containers into pods, archives into containers, cordons, larger claims.

use std::time::Duration;

use kube::api::{Api, Patch, PatchParams};
use serde_json::{Value, json};

use super::Play;
use super::inside::{cluster, idle, script};
use crate::practice::field::{condition, items, text};
use crate::practice::kind::{EVENT, NODE, PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, POD};
use crate::practice::log::{LogQuery, logs};
use crate::practice::registry::Part;

#[tokio::test(start_paused = true)]
async fn a_container_comes_into_a_running_pod_and_stays_as_it_came() {
    let practice = cluster(&[("shed", idle())]).await;
    let pods: Api<k8s_openapi::api::core::v1::Pod> = Api::namespaced(practice.client(), "default");
    let patch = |containers: Value| Patch::Strategic(json!({"spec": {"ephemeralContainers": containers}}));
    let looking = json!([{"name": "look", "image": "florist/shed:1.0", "command": ["sh", "-c", "echo looking; exit 3"], "targetContainerName": "main"}]);
    let send = async |patch: &Patch<Value>| pods.patch_subresource("ephemeralcontainers", "shed", &PatchParams::default(), patch).await;
    send(&patch(looking)).await.expect("added");
    tokio::time::sleep(Duration::from_secs(5)).await;
    let pod = practice.read(|world| world.store.get(&POD, "default", "shed")).expect("pod");
    let status = &pod["status"]["ephemeralContainerStatuses"][0];
    assert_eq!(
        (status["state"]["terminated"]["exitCode"].as_i64(), status["restartCount"].as_i64()),
        (Some(3), Some(0))
    );
    assert_eq!(
        (pod["status"]["phase"].as_str(), pod["status"]["containerStatuses"][0]["ready"].as_bool()),
        (Some("Running"), Some(true))
    );
    let query = LogQuery {
        container: Some("look".to_owned()),
        ..LogQuery::default()
    };
    let printed = practice.read(|world| logs(world, "default", "shed", &query)).expect("log");
    assert_eq!(printed.lines[0].text, "looking");

    let refusal = async |containers: Value| send(&patch(containers)).await.expect_err("refused").to_string();
    assert!(
        refusal(json!([{"name": "look", "image": "other"}]))
            .await
            .contains("existing ephemeral containers \"look\" may not be changed")
    );
    assert!(
        refusal(json!([{"name": "main", "image": "x"}]))
            .await
            .contains("ephemeralContainers[0].name: Duplicate value: \"main\"")
    );
    let wrong = json!([{"name": "more", "image": "x", "ports": [{"containerPort": 1}], "targetContainerName": "nobody"}]);
    let told = refusal(wrong).await;
    for part in [
        "targetContainerName: Not found: \"nobody\"",
        "ports: Forbidden: cannot be set for an Ephemeral Container",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_archive_goes_out_of_a_container_and_back() {
    let practice = cluster(&[("shed", idle())]).await;
    let source = "mkdir -p /a/b; echo leaf > /a/b/c; chmod 600 /a/b/c; ln -s c /a/b/d; tar czf /a.tgz -C / a && rm -r /a && tar xf /a.tgz -C /tmp \
                  && tar tf /a.tgz && cat /tmp/a/b/d && stat -c %a /tmp/a/b/c; tar cf - /tmp/a | tar xmf - -C /var && ls /var/tmp/a/b; tar xf /none";
    let (out, code) = script(&practice, source).await;
    assert_eq!((out.as_str(), code), ("a/\na/b/\na/b/c\na/b/d\nleaf\n600\nc\nd\n", 1));
}

#[tokio::test(start_paused = true)]
async fn a_container_knows_its_users_and_its_first_process() {
    let practice = cluster(&[("shed", idle())]).await;
    let (out, _) = script(&practice, "whoami; id; cat /proc/1/cmdline | tr '\\0' ' '").await;
    assert_eq!(out, "root\nuid=0(root) gid=0(root) groups=0(root)\nsleep 9999 ");
}

#[tokio::test(start_paused = true)]
async fn a_node_tells_of_being_cordoned() {
    let practice = cluster(&[]).await;
    let name = practice.read(|world| text(&world.store.objects(&NODE, None)[0]["metadata"]["name"]).to_owned());
    for (closed, reason) in [(true, "NodeNotSchedulable"), (false, "NodeSchedulable")] {
        practice.write(|world| {
            let mut node = world.store.get(&NODE, "", &name).expect("node");
            node["spec"]["unschedulable"] = closed.into();
            world.update(&NODE, node, Part::Spec).expect("update");
        });
        tokio::time::sleep(Duration::from_secs(11)).await;
        let events = practice.read(|world| world.store.objects(&EVENT, Some("default")));
        let told = events.iter().find(|event| event["reason"] == reason).expect(reason);
        assert_eq!(told["message"], format!("Node {name} status is now: {reason}"));
        assert_eq!(told["involvedObject"]["uid"], *name);
    }
}

#[tokio::test(start_paused = true)]
async fn a_claim_grows_only_where_its_class_lets_it() {
    let practice = cluster(&[]).await;
    let soil = |size: &str| {
        json!({"metadata": {"name": "soil", "namespace": "default"}, "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "",
        "resources": {"requests": {"storage": size}}}})
    };
    practice.write(|world| {
        let volume = json!({"metadata": {"name": "bed"}, "spec": {"capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": "/bed"}}});
        world.create(&PERSISTENT_VOLUME, volume).expect("volume");
        world.create(&PERSISTENT_VOLUME_CLAIM, soil("1Gi")).expect("claim");
    });
    tokio::time::sleep(Duration::from_secs(20)).await;
    let refusal = practice.write(|world| {
        let mut claim = world.store.get(&PERSISTENT_VOLUME_CLAIM, "default", "soil").expect("claim");
        assert_eq!(claim["status"]["phase"], "Bound");
        claim["spec"]["resources"]["requests"]["storage"] = "2Gi".into();
        world.update(&PERSISTENT_VOLUME_CLAIM, claim, Part::Spec)
    });
    let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
    assert_eq!(
        refusal.expect_err("refused").message,
        format!("persistentvolumeclaims \"soil\" is forbidden: {why}")
    );
    let endpoints = practice
        .read(|world| world.store.get(&crate::practice::kind::ENDPOINTS, "default", "kubernetes"))
        .expect("endpoints");
    assert_eq!(items(&endpoints["subsets"]).len(), 1);
}

#[test]
fn a_gated_pod_is_placed_when_its_last_gate_is_lifted_and_not_looked_at_before() {
    let mut play = Play::new();
    let spec = json!({"schedulingGates": [{"name": "a/b"}, {"name": "a/c"}], "containers": [{"name": "main", "image": "tulip:1.0"}]});
    play.create(&POD, json!({"metadata": {"name": "held"}, "spec": spec}));
    play.to(5.0);
    let lift = |play: &mut Play, gates: Value| {
        let mut pod = play.pods().remove(0);
        pod["spec"]["schedulingGates"] = gates;
        play.engine.world.update(&POD, pod, Part::Spec).expect("update");
    };
    lift(&mut play, json!([{"name": "a/c"}]));
    play.to(10.0);
    let scheduled = condition(&play.pods()[0], "PodScheduled").clone();
    assert_eq!((&scheduled["reason"], &scheduled["observedGeneration"]), (&json!("SchedulingGated"), &json!(1)));
    lift(&mut play, json!([]));
    play.to(15.0);
    assert_eq!(play.walk(0).last().map(String::as_str), Some("1/1 Running"));
    assert!(play.told("FailedScheduling").is_empty());
}
