//! What goes wrong: pulls, crashes, configuration, probes, placement.

use serde_json::json;

use super::{Play, SPACE};
use crate::practice::event::{Note, Source};
use crate::practice::field::{condition, items, text};
use crate::practice::kind::{CONFIG_MAP, DEPLOYMENT, POD, RUNTIME_CLASS, SERVICE};
use crate::practice::log::{LogQuery, logs};
use crate::practice::registry::Part;

const MISSING: &str = "Failed to pull image \"tulip:9.9\": rpc error: code = NotFound desc = failed to pull and unpack image \
    \"docker.io/library/tulip:9.9\": failed to resolve image: docker.io/library/tulip:9.9: not found";

#[test]
fn a_missing_tag_alternates_and_is_mended_by_the_tag() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "tulip:9.9"}));
    play.to(60.0);
    let waits = [
        "0/1 Pending",
        "0/1 ContainerCreating",
        "0/1 ErrImagePull",
        "0/1 ImagePullBackOff",
        "0/1 ErrImagePull",
        "0/1 ImagePullBackOff",
        "0/1 ErrImagePull",
    ];
    assert_eq!(play.walk(0), waits);
    assert_eq!(
        play.told("Failed"),
        [
            (MISSING.to_owned(), 3),
            ("Error: ErrImagePull".to_owned(), 3),
            ("Error: ImagePullBackOff".to_owned(), 3)
        ]
    );
    assert_eq!(play.told("BackOff"), [("Back-off pulling image \"tulip:9.9\"".to_owned(), 3)]);
    let pulls = play.when("Pulling");
    let between = |at: f64, least: f64, most: f64| assert!((least..most).contains(&at), "{pulls:?}");
    between(pulls[0], 0.3, 1.0);
    between(pulls[1], 11.0, 18.0);
    between(pulls[2], 31.0, 50.0);

    play.to(70.0);
    play.change("bed", |spec| spec["template"]["spec"]["containers"][0]["image"] = "tulip:1.0".into());
    play.to(80.0);
    assert_eq!(play.walk(1), ["0/1 Pending", "0/1 ContainerCreating", "1/1 Running"]);
    assert_eq!(
        play.walk(0)[waits.len()..]
            .iter()
            .filter(|shown| !shown.contains("ImagePull"))
            .collect::<Vec<_>>(),
        ["0/1 Terminating", "0/1 ContainerStatusUnknown", "gone"]
    );
    assert_eq!(play.told("ScalingReplicaSet").len(), 3);
    let deployment = play.engine.world.store.get(&DEPLOYMENT, SPACE, "bed").expect("deployment");
    assert_eq!(condition(&deployment, "Progressing")["reason"], "NewReplicaSetAvailable");
    assert_eq!(deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "2");
}

#[test]
fn a_crash_for_want_of_a_variable_backs_off_and_the_variable_mends_it() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "florist/rose:2.0"}));
    play.to(11.0);
    let walk = [
        "0/1 Pending",
        "0/1 ContainerCreating",
        "1/1 Running",
        "0/1 Error",
        "1/1 Running",
        "0/1 Error",
        "0/1 CrashLoopBackOff",
    ];
    assert_eq!(play.walk(0), walk);
    let pod = play.pods().remove(0);
    let status = &pod["status"]["containerStatuses"][0];
    let name = format!("{}_{SPACE}({})", text(&pod["metadata"]["name"]), text(&pod["metadata"]["uid"]));
    assert_eq!(
        status["state"]["waiting"]["message"],
        format!("back-off 10s restarting failed container=main pod={name}")
    );
    assert_eq!(status["lastState"]["terminated"]["exitCode"], 1);
    assert_eq!(status["restartCount"], 1);
    assert_eq!(play.told("BackOff"), [(format!("Back-off restarting failed container main in pod {name}"), 2)]);
    let lines = logs(&play.engine.world, SPACE, text(&pod["metadata"]["name"]), &LogQuery::default()).expect("logs");
    assert_eq!(
        lines.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(),
        ["looking for water", "error: WATER is missing"]
    );
    assert!(lines.done);

    play.to(50.0);
    assert_eq!(play.told("Started"), [("Container started".to_owned(), 4)]);
    play.change("bed", |spec| {
        spec["template"]["spec"]["containers"][0]["env"] = json!([{"name": "WATER", "value": "yes"}])
    });
    play.to(60.0);
    assert_eq!(play.walk(1), ["0/1 Pending", "0/1 ContainerCreating", "1/1 Running"]);
    assert!(
        play.walk(0)
            .ends_with(&["0/1 Terminating".to_owned(), "0/1 Error".to_owned(), "gone".to_owned()]),
        "{:?}",
        play.walk(0)
    );
}

#[test]
fn a_command_that_does_not_exist_is_a_start_error() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "tulip:1.0", "command": ["/bin/serve-tulip"]}));
    play.to(8.0);
    assert_eq!(
        play.walk(0),
        ["0/1 Pending", "0/1 ContainerCreating", "0/1 RunContainerError", "0/1 CrashLoopBackOff"]
    );
    assert_eq!(
        play.pods()[0]["status"]["containerStatuses"][0]["lastState"]["terminated"]["reason"],
        "StartError"
    );
    assert!(
        play.told("Failed")[0]
            .0
            .ends_with("exec: \"/bin/serve-tulip\": stat /bin/serve-tulip: no such file or directory")
    );
}

#[test]
fn a_missing_config_map_holds_the_container_until_it_is_there() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "tulip:1.0", "envFrom": [{"configMapRef": {"name": "soil"}}]}));
    play.to(10.0);
    assert_eq!(play.walk(0), ["0/1 Pending", "0/1 ContainerCreating", "0/1 CreateContainerConfigError"]);
    assert_eq!(play.told("Failed"), [("Error: configmap \"soil\" not found".to_owned(), 2)]);
    play.create(&CONFIG_MAP, json!({"metadata": {"name": "soil"}, "data": {"PH": "7"}}));
    play.to(30.0);
    assert_eq!(play.walk(0).last().map(String::as_str), Some("1/1 Running"));
}

#[test]
fn a_missing_volume_source_is_tried_again_at_doubling_waits() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "tulip:1.0"}));
    play.change("bed", |spec| {
        spec["template"]["spec"]["volumes"] = json!([{"name": "ground", "configMap": {"name": "soil"}}])
    });
    play.to(5.0);
    assert_eq!(
        play.told("FailedMount"),
        [("MountVolume.SetUp failed for volume \"ground\" : configmap \"soil\" not found".to_owned(), 4)]
    );
    play.create(&CONFIG_MAP, json!({"metadata": {"name": "soil"}, "data": {"PH": "7"}}));
    play.to(10.0);
    assert_eq!(play.walk(0), ["0/1 Pending", "0/1 ContainerCreating", "1/1 Running"]);
}

#[test]
fn a_readiness_path_that_is_not_served_keeps_the_endpoint_unready() {
    let mut play = Play::new();
    play.create(
        &SERVICE,
        json!({"metadata": {"name": "bed"}, "spec": {"selector": {"plant": "bed"}, "ports": [{"port": 80, "targetPort": 8080}]}}),
    );
    play.deploy(
        "bed",
        1,
        &json!({"image": "tulip:1.0", "readinessProbe": {"httpGet": {"path": "/nope", "port": 8080}, "periodSeconds": 5}}),
    );
    play.to(22.0);
    assert_eq!(play.walk(0), ["0/1 Pending", "0/1 ContainerCreating", "0/1 Running"]);
    assert_eq!(
        play.told("Unhealthy"),
        [("Readiness probe failed: HTTP probe failed with statuscode: 404".to_owned(), 5)]
    );
    assert_eq!(
        play.slice("bed")["endpoints"][0]["conditions"],
        json!({"ready": false, "serving": false, "terminating": false})
    );
    play.change("bed", |spec| {
        spec["template"]["spec"]["containers"][0]["readinessProbe"]["httpGet"]["path"] = "/bloom".into()
    });
    play.to(30.0);
    let slice = play.slice("bed");
    assert_eq!(slice["endpoints"].as_array().map(Vec::len), Some(1));
    assert_eq!(slice["endpoints"][0]["conditions"]["ready"], true);
    assert_eq!(slice["ports"], json!([{"name": "", "protocol": "TCP", "port": 8080}]));
}

#[test]
fn a_liveness_probe_of_a_closed_port_restarts_the_container() {
    let mut play = Play::new();
    play.deploy(
        "bed",
        1,
        &json!({"image": "tulip:1.0", "livenessProbe": {"httpGet": {"path": "/", "port": 9090}, "periodSeconds": 5}}),
    );
    play.to(20.0);
    let ip = text(&play.pods()[0]["status"]["podIP"]).to_owned();
    assert_eq!(
        play.told("Unhealthy"),
        [(
            format!("Liveness probe failed: Get \"http://{ip}:9090/\": dial tcp {ip}:9090: connect: connection refused"),
            3
        )]
    );
    assert_eq!(
        play.told("Killing"),
        [("Container main failed liveness probe, will be restarted".to_owned(), 1)]
    );
    assert_eq!(play.pods()[0]["status"]["containerStatuses"][0]["restartCount"], 1);
    play.to(62.0);
    assert_eq!(play.walk(0).last().map(String::as_str), Some("0/1 CrashLoopBackOff"));
}

#[test]
fn a_pod_that_fits_nowhere_says_why() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "tulip:1.0", "resources": {"requests": {"cpu": "64"}}}));
    play.to(5.0);
    let message = "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    assert_eq!(play.told("FailedScheduling"), [(message.to_owned(), 1)]);
    let pod = play.pods().remove(0);
    assert_eq!(condition(&pod, "PodScheduled")["reason"], "Unschedulable");
    assert_eq!(condition(&pod, "PodScheduled")["message"], message);
    play.change("bed", |spec| {
        spec["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "1".into()
    });
    play.to(10.0);
    assert_eq!(play.pods().len(), 1);
    assert_eq!(condition(&play.pods()[0], "Ready")["status"], "True");
}

#[test]
fn a_pod_that_was_turned_away_is_looked_at_again_only_when_what_went_can_help_it() {
    let mut play = Play::new();
    play.deploy("rose", 1, &json!({"image": "tulip:1.0"}));
    play.deploy("moss", 1, &json!({"image": "florist/moss:1.0"}));
    play.to(5.0);
    play.deploy("tulip", 1, &json!({"image": "tulip:1.0"}));
    play.change("tulip", |spec| {
        spec["template"]["spec"]["affinity"] = json!({"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
            [{"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"plant": "rose"}}}]}});
    });
    play.to(10.0);
    let tries = play.when("FailedScheduling").len();
    assert!(tries > 0);
    play.change("moss", |spec| spec["replicas"] = 0.into());
    play.to(50.0);
    assert_eq!(play.when("FailedScheduling").len(), tries);
    play.change("rose", |spec| spec["replicas"] = 0.into());
    play.to(100.0);
    let ready: Vec<_> = play.pods().iter().map(|pod| condition(pod, "Ready")["status"].clone()).collect();
    assert_eq!(ready, ["True"]);
}

#[test]
fn too_much_memory_ends_in_oom() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "florist/ivy:1.0", "resources": {"limits": {"memory": "64Mi"}}}));
    play.to(3.0);
    assert!(play.walk(0).contains(&"0/1 OOMKilled".to_owned()), "{:?}", play.walk(0));
}

#[test]
fn refusals_and_bad_names_are_told_apart() {
    let mut play = Play::new();
    for (name, image) in [
        ("a", "florist/locked:1.0"),
        ("b", "nobody/knows:1"),
        ("c", "Tulip:1.0"),
        ("d", "registry.example/x:1"),
    ] {
        play.deploy(name, 1, &json!({"image": image}));
    }
    play.to(2.5);
    let failed: String = play.told("Failed").into_iter().map(|(message, _)| message + "\n").collect();
    for part in [
        "401 Unauthorized",
        "pull access denied, repository does not exist",
        "Error: InvalidImageName",
        "lookup registry.example on 10.0.0.2:53: no such host",
    ] {
        assert!(failed.contains(part), "{part} in {failed}");
    }
}

#[test]
fn similar_events_are_combined_and_floods_stall() {
    let mut play = Play::new();
    play.create(&CONFIG_MAP, json!({"metadata": {"name": "soil"}}));
    let object = play.engine.world.store.get(&CONFIG_MAP, SPACE, "soil").expect("object");
    let source = Source::controller("gardener");
    for number in 0..12 {
        let message = format!("weed {number}");
        play.engine.world.event(
            source,
            &CONFIG_MAP,
            &object,
            Note {
                kind: "Normal",
                reason: "Weeded",
                message: &message,
                path: "",
            },
        );
    }
    let told = play.told("Weeded");
    assert_eq!(told.len(), 10);
    assert!(told.contains(&("(combined from similar events): weed 11".to_owned(), 3)));
    for _ in 0..40 {
        play.engine.world.event(
            source,
            &CONFIG_MAP,
            &object,
            Note {
                kind: "Warning",
                reason: "Dry",
                message: "no rain",
                path: "",
            },
        );
    }
    assert_eq!(play.told("Dry"), [("no rain".to_owned(), 25)]);
    play.to(3700.0);
    assert!(play.told("Dry").is_empty());
}

#[test]
fn a_class_of_runtimes_that_the_node_does_not_have_leaves_a_pod_without_its_sandbox() {
    let mut play = Play::new();
    let class = json!({"metadata": {"name": "glass"}, "handler": "glass", "overhead": {"podFixed": {"memory": "16Mi"}},
        "scheduling": {"tolerations": [{"key": "glass", "operator": "Exists"}]}});
    play.engine.world.create(&RUNTIME_CLASS, class).expect("class");
    let pod = |class: &str| json!({"metadata": {"name": "rose", "namespace": SPACE}, "spec": {"runtimeClassName": class, "containers": [{"name": "a", "image": "tulip:1.0"}]}});
    let refused = play.engine.world.create(&POD, pod("clay")).unwrap_err();
    assert_eq!(refused.message, "pods \"rose\" is forbidden: pod rejected: RuntimeClass \"clay\" not found");
    let made = play.engine.world.create(&POD, pod("glass")).expect("pod");
    assert_eq!(made["spec"]["overhead"]["memory"], "16Mi");
    assert!(items(&made["spec"]["tolerations"]).iter().any(|one| one["key"] == "glass"));
    play.to(20.0);
    let told = play.told("FailedCreatePodSandBox");
    assert!(told.len() > 1 && told[0].0.ends_with("no runtime for \"glass\" is configured"), "{told:?}");
    assert_eq!(play.pods()[0]["status"]["phase"], "Pending");
}

#[test]
fn a_pod_that_wants_company_is_placed_when_another_gets_the_label() {
    let mut play = Play::new();
    let pod = |name: &str, label: &str, spec: serde_json::Value| {
        let mut pod =
            json!({"metadata": {"name": name, "namespace": SPACE, "labels": {"plant": label}}, "spec": {"containers": [{"name": "a", "image": "tulip:1.0"}]}});
        pod["spec"]["affinity"] = spec;
        pod
    };
    let near = json!({"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"plant": "rose"}}}]}});
    play.engine.world.create(&POD, pod("bee", "bee", near)).expect("pod");
    play.engine.world.create(&POD, pod("flower", "weed", json!(null))).expect("pod");
    play.to(5.0);
    let node = |play: &Play| play.engine.world.store.get(&POD, SPACE, "bee").map(|pod| pod["spec"]["nodeName"].clone());
    assert_eq!(node(&play), Some(json!(null)));
    let mut flower = play.engine.world.store.get(&POD, SPACE, "flower").expect("pod");
    flower["metadata"]["labels"]["plant"] = "rose".into();
    play.engine.world.update(&POD, flower, Part::Spec).expect("update");
    play.to(6.0);
    assert_eq!(node(&play), Some(json!("bed")));
}
