//! Questions that cannot be put to a container say nothing about it.

use serde_json::json;

use super::Play;

#[test]
fn a_probe_of_a_port_that_has_no_such_name_is_told_and_counts_for_nothing() {
    let mut play = Play::new();
    let probe = |port: &str| json!({"httpGet": {"path": "/", "port": port}, "periodSeconds": 2, "failureThreshold": 1});
    let ports = json!([{"name": "web", "containerPort": 8080}]);
    play.deploy(
        "bed",
        1,
        &json!({"image": "tulip:1.0", "ports": ports, "livenessProbe": probe("wbe"), "readinessProbe": probe("web")}),
    );
    play.to(20.0);
    let told = play.told("Unhealthy");
    let words = "Liveness probe errored and resulted in unknown state: strconv.Atoi: parsing \"wbe\": invalid syntax";
    assert!(told.len() == 1 && told[0].0 == words && told[0].1 > 5, "{told:?}");
    assert_eq!(play.walk(0), ["0/1 Pending", "0/1 ContainerCreating", "0/1 Running", "1/1 Running"]);
}

#[test]
fn a_probe_of_a_program_that_is_not_there_leaves_the_container_as_it_was() {
    let mut play = Play::new();
    let probe = json!({"exec": {"command": ["nosuch", "-x"]}, "periodSeconds": 5});
    play.deploy("bed", 1, &json!({"image": "tulip:1.0", "livenessProbe": probe, "readinessProbe": probe}));
    play.to(30.0);
    let told = play.told("Unhealthy");
    let tells = |kind: &str| {
        let begins = format!("{kind} probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container");
        told.iter()
            .any(|(words, _)| words.starts_with(&begins) && words.ends_with("exec: \"nosuch\": executable file not found in $PATH"))
    };
    assert!(tells("Liveness") && tells("Readiness"), "{told:?}");
    assert_eq!(play.walk(0), ["0/1 Pending", "0/1 ContainerCreating", "0/1 Running"]);
}
