//! What looks after a cluster besides its workloads: budgets, autoscalers, leftovers, endpoints.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Play, SPACE};
use crate::practice::field::{condition, items, text};
use crate::practice::kind::{
    CLUSTER_ROLE, CONFIG_MAP, DEPLOYMENT, ENDPOINT_SLICE, ENDPOINTS, HORIZONTAL_POD_AUTOSCALER, INGRESS, INGRESS_CLASS, JOB, Kind, NAMESPACE, NODE, POD,
    POD_DISRUPTION_BUDGET, SECRET, SERVICE, SERVICE_ACCOUNT,
};
use crate::practice::registry::{Deletion, Part};

fn seen(play: &Play, kind: &'static Kind, name: &str) -> Value {
    play.engine.world.store.get(kind, SPACE, name).unwrap_or_default()
}

#[test]
fn a_budget_counts_its_healthy_pods() {
    let mut play = Play::new();
    let budget = json!({"metadata": {"name": "wall"}, "spec": {"minAvailable": "50%", "selector": {"matchLabels": {"plant": "bed"}}}});
    play.create(&POD_DISRUPTION_BUDGET, budget);
    play.to(1.0);
    assert_eq!(play.told("NoPods").len(), 1);
    play.deploy("bed", 3, &json!({"image": "tulip:1.0"}));
    play.to(10.0);
    let status = seen(&play, &POD_DISRUPTION_BUDGET, "wall")["status"].clone();
    let counts = ["currentHealthy", "desiredHealthy", "expectedPods", "disruptionsAllowed"].map(|field| status[field].clone());
    assert_eq!(counts, [3, 2, 3, 1].map(Value::from));
    assert_eq!(status["conditions"][0]["reason"], "SufficientPods");
}

#[test]
fn an_autoscaler_keeps_to_its_bounds_and_misses_its_metrics() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "tulip:1.0"}));
    let scaler = json!({"metadata": {"name": "sun"}, "spec": {"minReplicas": 2, "maxReplicas": 4,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "bed"}}});
    play.create(&HORIZONTAL_POD_AUTOSCALER, scaler);
    play.to(14.0);
    assert_eq!(play.pods().len(), 1);
    play.to(50.0);
    assert_eq!(play.pods().len(), 2);
    let message = "New size: 2; reason: Current number of replicas below Spec.MinReplicas";
    assert_eq!(play.told("SuccessfulRescale"), [(message.to_owned(), 1)]);
    let scaler = seen(&play, &HORIZONTAL_POD_AUTOSCALER, "sun");
    assert_eq!(condition(&scaler, "ScalingActive")["reason"], "FailedGetResourceMetric");
    assert_eq!(play.told("FailedComputeMetricsReplicas")[0].1, 2);
    play.engine.world.delete(&DEPLOYMENT, SPACE, "bed", &Deletion::default()).expect("delete");
    play.to(61.0);
    assert_eq!(play.told("FailedGetScale")[0].0, "deployments.apps \"bed\" not found");
}

#[test]
fn a_finished_job_goes_when_its_time_is_over() {
    let mut play = Play::new();
    let job = json!({"metadata": {"name": "dig"}, "spec": {"ttlSecondsAfterFinished": 20,
        "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "florist/moss:1.0"}]}}}});
    play.create(&JOB, job);
    play.to(15.0);
    assert_eq!(condition(&seen(&play, &JOB, "dig"), "Complete")["status"], "True");
    play.to(40.0);
    assert!(seen(&play, &JOB, "dig").is_null() && play.pods().is_empty());
}

#[test]
fn a_pod_for_a_node_that_is_not_there_never_begins_and_is_cleared_away() {
    let mut play = Play::new();
    let pod = json!({"metadata": {"name": "lost"}, "spec": {"nodeName": "shed", "containers": [{"name": "main", "image": "tulip:1.0"}]}});
    play.create(&POD, pod);
    play.to(30.0);
    assert_eq!(play.walk(0), ["0/1 Pending"]);
    play.to(90.0);
    assert_eq!(play.walk(0), ["0/1 Pending", "0/1 Failed", "gone"]);
}

#[test]
fn a_namespace_says_what_holds_it() {
    let mut play = Play::new();
    play.create(&CONFIG_MAP, json!({"metadata": {"name": "root", "finalizers": ["garden.example/dig"]}}));
    play.to(1.0);
    play.engine.world.delete(&NAMESPACE, "", SPACE, &Deletion::default()).expect("delete");
    play.to(20.0);
    let namespace = play.engine.world.store.get(&NAMESPACE, "", SPACE).expect("namespace");
    let message = |kind: &str| text(&condition(&namespace, kind)["message"]).to_owned();
    assert_eq!(
        message("NamespaceContentRemaining"),
        "Some resources are remaining: configmaps. has 1 resource instances"
    );
    assert_eq!(
        message("NamespaceFinalizersRemaining"),
        "Some content in the namespace has finalizers remaining: garden.example/dig in 1 resource instances"
    );
    let mut held = seen(&play, &CONFIG_MAP, "root");
    held["metadata"]["finalizers"] = json!([]);
    play.engine.world.update(&CONFIG_MAP, held, Part::Spec).expect("update");
    play.to(40.0);
    assert!(play.engine.world.store.get(&NAMESPACE, "", SPACE).is_none());
}

#[test]
fn endpoints_follow_services_and_are_mirrored_when_made_by_hand() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "tulip:1.0", "ports": [{"name": "http", "containerPort": 8080}]}));
    let ports = json!([{"name": "a", "port": 80, "targetPort": "http"}, {"name": "b", "port": 81, "targetPort": "absent"}]);
    play.create(
        &SERVICE,
        json!({"metadata": {"name": "gate"}, "spec": {"selector": {"plant": "bed"}, "ports": ports}}),
    );
    play.create(&SERVICE, json!({"metadata": {"name": "fence"}, "spec": {"ports": [{"port": 80}]}}));
    let subset = json!({"addresses": [{"ip": "192.0.2.7"}], "ports": [{"port": 80}]});
    play.create(&ENDPOINTS, json!({"metadata": {"name": "fence"}, "subsets": [subset]}));
    play.to(10.0);
    let gate = seen(&play, &ENDPOINTS, "gate");
    let subset = &gate["subsets"][0];
    assert_eq!((items(&subset["addresses"]).len(), &subset["ports"]), (1, &play.slice("gate")["ports"]));
    assert_eq!(subset["ports"], json!([{"name": "a", "port": 8080, "protocol": "TCP"}]));
    assert_eq!(play.slice("fence")["endpoints"][0]["addresses"], json!(["192.0.2.7"]));
    play.engine.world.delete(&SERVICE, SPACE, "fence", &Deletion::default()).expect("delete");
    play.to(12.0);
    assert!(seen(&play, &ENDPOINTS, "fence").is_null());
    let slices = play.engine.world.store.objects(&ENDPOINT_SLICE, Some(SPACE));
    assert_eq!(slices.len(), 1);
}

#[test]
fn a_paused_deployment_says_so_and_a_lone_replica_set_is_taken_in() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "tulip:1.0"}));
    play.to(5.0);
    play.change("bed", |spec| spec["paused"] = true.into());
    play.to(6.0);
    let reason = |play: &Play| text(&condition(&seen(play, &DEPLOYMENT, "bed"), "Progressing")["reason"]).to_owned();
    assert_eq!(reason(&play), "DeploymentPaused");
    play.change("bed", |spec| spec["paused"] = false.into());
    play.to(7.0);
    assert_eq!(reason(&play), "NewReplicaSetAvailable");
    let orphan = Deletion {
        propagation: crate::practice::registry::Propagation::Orphan,
        ..Deletion::default()
    };
    play.engine.world.delete(&DEPLOYMENT, SPACE, "bed", &orphan).expect("delete");
    play.to(8.0);
    play.deploy("bed", 1, &json!({"image": "tulip:1.0"}));
    play.to(12.0);
    assert_eq!(play.pods().len(), 1, "the pod of before is taken over");
    assert_eq!(reason(&play), "NewReplicaSetAvailable");
}

#[test]
fn a_taint_drives_pods_away_and_a_cordon_becomes_one() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "tulip:1.0"}));
    play.to(5.0);
    let change = |play: &mut Play, change: &dyn Fn(&mut Value)| {
        let mut node = play.engine.world.store.get(&NODE, "", "bed").expect("node");
        change(&mut node["spec"]);
        play.engine.world.update(&NODE, node, Part::Spec).expect("update");
    };
    change(&mut play, &|spec| spec["unschedulable"] = true.into());
    play.to(6.0);
    let node = play.engine.world.store.get(&NODE, "", "bed").expect("node");
    assert_eq!(node["spec"]["taints"][0]["key"], "node.kubernetes.io/unschedulable");
    change(&mut play, &|spec| spec["unschedulable"] = false.into());
    play.to(7.0);
    let node = play.engine.world.store.get(&NODE, "", "bed").expect("node");
    assert!(node["spec"]["taints"].is_null());
    change(&mut play, &|spec| spec["taints"] = json!([{"key": "frost", "effect": "NoExecute"}]));
    play.to(20.0);
    assert_eq!(play.told("TaintManagerEviction").len(), 1);
    let pods = play.pods();
    assert_eq!((pods.len(), &condition(&pods[0], "PodScheduled")["reason"]), (1, &json!("Unschedulable")));
    change(&mut play, &|spec| spec["taints"] = json!([]));
    play.to(30.0);
    assert_eq!(play.walk(1).last().map(String::as_str), Some("1/1 Running"));
}

#[test]
fn a_secret_that_asks_for_a_token_gets_one_and_goes_with_its_account() {
    let mut play = Play::new();
    play.create(&SERVICE_ACCOUNT, json!({"metadata": {"name": "robot"}}));
    let secret = |name: &str, account: &str| json!({"metadata": {"name": name, "annotations": {"kubernetes.io/service-account.name": account}}, "type": "kubernetes.io/service-account-token"});
    play.create(&SECRET, secret("key", "robot"));
    play.create(&SECRET, secret("lost", "nobody"));
    play.to(1.0);
    assert_eq!(seen(&play, &SECRET, "lost"), Value::Null);
    let key = seen(&play, &SECRET, "key");
    let uid = &seen(&play, &SERVICE_ACCOUNT, "robot")["metadata"]["uid"];
    assert_eq!(key["metadata"]["annotations"]["kubernetes.io/service-account.uid"], *uid);
    assert_eq!(key["data"]["namespace"], "Z2FyZGVu");
    let token = STANDARD.decode(text(&key["data"]["token"])).expect("base64");
    let token = String::from_utf8(token).expect("text");
    let user = crate::practice::access::token::user(&play.engine.world, &token).expect("user");
    assert_eq!(user.name, "system:serviceaccount:garden:robot");
    play.engine
        .world
        .delete(&SERVICE_ACCOUNT, SPACE, "robot", &Deletion::default())
        .expect("delete");
    play.to(2.0);
    assert_eq!(seen(&play, &SECRET, "key"), Value::Null);
    assert!(crate::practice::access::token::user(&play.engine.world, &token).is_none());
}

#[test]
fn the_newest_of_the_marked_classes_is_that_of_an_ingress_without_one() {
    let mut play = Play::new();
    let class = |name: &str, marked: &str| json!({"metadata": {"name": name, "annotations": {"ingressclass.kubernetes.io/is-default-class": marked}}, "spec": {"controller": "a.example/b"}});
    for (name, marked) in [("old", "true"), ("other", "false")] {
        play.create(&INGRESS_CLASS, class(name, marked));
    }
    play.to(2.0);
    play.create(&INGRESS_CLASS, class("new", "true"));
    let ingress = |name: &str| json!({"metadata": {"name": name}, "spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}}});
    play.create(&INGRESS, ingress("plain"));
    let mut own = ingress("own");
    own["spec"]["ingressClassName"] = "other".into();
    play.create(&INGRESS, own);
    assert_eq!(seen(&play, &INGRESS, "plain")["spec"]["ingressClassName"], "new");
    assert_eq!(seen(&play, &INGRESS, "own")["spec"]["ingressClassName"], "other");
}

#[test]
fn a_pod_is_ready_as_soon_as_its_gate_is_said_to_be() {
    let mut play = Play::new();
    let pod = json!({"metadata": {"name": "late"}, "spec": {"readinessGates": [{"conditionType": "bed.example/dug"}], "containers": [{"name": "a", "image": "tulip:1.0"}]}});
    play.create(&POD, pod);
    play.to(10.0);
    let mut late = seen(&play, &POD, "late");
    assert_eq!(condition(&late, "Ready")["reason"], "ReadinessGatesNotReady");
    let dug = json!({"type": "bed.example/dug", "status": "True"});
    late["status"]["conditions"].as_array_mut().expect("conditions").push(dug);
    play.engine.world.update(&POD, late, Part::Status).expect("update");
    play.to(12.0);
    assert_eq!(condition(&seen(&play, &POD, "late"), "Ready")["status"], "True");
}

#[test]
fn a_mount_whose_path_names_nothing_keeps_its_container_from_starting() {
    let mut play = Play::new();
    let container = json!({"name": "a", "image": "tulip:1.0", "volumeMounts": [{"name": "v", "mountPath": "/v", "subPathExpr": "x/$(NOBODY)"}]});
    play.create(
        &POD,
        json!({"metadata": {"name": "lost"}, "spec": {"volumes": [{"name": "v", "emptyDir": {}}], "containers": [container]}}),
    );
    play.to(10.0);
    let waiting = &seen(&play, &POD, "lost")["status"]["containerStatuses"][0]["state"]["waiting"];
    assert_eq!(waiting["reason"], "CreateContainerConfigError");
    assert_eq!(waiting["message"], "missing value for NOBODY");
}

#[test]
fn an_aggregated_role_holds_the_rules_of_those_it_chooses() {
    let mut play = Play::new();
    let world = &mut play.engine.world;
    let rule = |verb: &str| json!([{"apiGroups": ["bed.example"], "resources": ["bulbs"], "verbs": [verb]}]);
    let all = json!({"metadata": {"name": "gardener"}, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"for": "gardener"}}]}, "rules": []});
    world.create(&CLUSTER_ROLE, all).expect("role");
    for (name, verb, label) in [("b", "get", "for"), ("a", "dig", "for"), ("c", "eat", "not-for")] {
        let role = json!({"metadata": {"name": name, "labels": {label: "gardener"}}, "rules": rule(verb)});
        world.create(&CLUSTER_ROLE, role).expect("role");
    }
    let role = json!({"metadata": {"name": "look", "labels": {"rbac.authorization.k8s.io/aggregate-to-view": "true"}}, "rules": rule("get")});
    world.create(&CLUSTER_ROLE, role).expect("role");
    play.to(1.0);
    let rules = |name: &str| {
        play.engine
            .world
            .store
            .get(&CLUSTER_ROLE, "", name)
            .map(|role| role["rules"].clone())
            .unwrap_or_default()
    };
    let both: Vec<Value> = [rule("dig"), rule("get")].iter().flat_map(|rules| items(rules).to_vec()).collect();
    assert_eq!(rules("gardener"), Value::from(both));
    assert!(items(&rules("view")).contains(&rule("get")[0]) && items(&rules("admin")).contains(&rule("get")[0]));
}
