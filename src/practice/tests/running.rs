//! Containers that run commands, one after the other, and what they print.

use serde_json::json;

use super::Play;
use super::SPACE;
use crate::practice::field::text;
use crate::practice::log::{LogQuery, logs};

fn lines(play: &Play, container: &str) -> Vec<String> {
    let pod = play.pods().remove(0);
    let query = LogQuery {
        container: Some(container.to_owned()),
        ..LogQuery::default()
    };
    logs(&play.engine.world, SPACE, text(&pod["metadata"]["name"]), &query)
        .expect("logs")
        .lines
        .into_iter()
        .map(|line| line.text)
        .collect()
}

#[test]
fn a_loop_of_the_shell_prints_and_sleeps() {
    let mut play = Play::new();
    let script = "echo \"hello $WHO\" && while true; do echo tick; sleep 10; done";
    play.deploy(
        "bed",
        1,
        &json!({"image": "florist/shed:1.0", "command": ["sh", "-c", script], "env": [{"name": "WHO", "value": "bee"}]}),
    );
    play.to(25.0);
    assert_eq!(lines(&play, "main"), ["hello bee", "tick", "tick", "tick"]);
    assert_eq!(play.walk(0), ["0/1 Pending", "0/1 ContainerCreating", "1/1 Running"]);
}

#[test]
fn the_shell_takes_its_whole_grace_to_stop() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "florist/shed:1.0", "command": ["sleep", "3600"]}));
    play.to(5.0);
    play.change("bed", |spec| spec["replicas"] = 0.into());
    play.to(33.0);
    assert_eq!(play.pods().len(), 1);
    play.to(37.0);
    assert_eq!(play.pods().len(), 0);
    assert!(play.walk(0).contains(&"0/1 Error".to_owned()));
}

#[test]
fn init_containers_go_first_one_by_one() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "tulip:1.0"}));
    play.change("bed", |spec| {
        let dig =
            |name: &str, seconds: u8| json!({"name": name, "image": "florist/shed:1.0", "command": ["sh", "-c", format!("sleep {seconds}; echo {name} done")]});
        spec["template"]["spec"]["initContainers"] = json!([dig("dig", 3), dig("rake", 3)]);
    });
    play.to(5.0);
    let pod = play.pods().remove(0);
    assert_eq!(pod["status"]["phase"], "Pending");
    assert_eq!(pod["status"]["initContainerStatuses"][0]["state"]["terminated"]["reason"], "Completed");
    assert!(!pod["status"]["initContainerStatuses"][1]["state"]["running"].is_null());
    assert_eq!(pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"], "PodInitializing");
    play.to(12.0);
    assert_eq!(play.walk(0).last().map(String::as_str), Some("1/1 Running"));
    assert_eq!(lines(&play, "rake"), ["rake done"]);
}

#[test]
fn logs_are_refused_as_kubernetes_does() {
    let mut play = Play::new();
    play.deploy("bed", 1, &json!({"image": "tulip:9.9"}));
    play.to(1.9);
    let name = text(&play.pods()[0]["metadata"]["name"]).to_owned();
    let refusal = |query: &LogQuery| logs(&play.engine.world, SPACE, &name, query).expect_err("refusal").message;
    let waiting = |why: &str| format!("container \"main\" in pod \"{name}\" is waiting to start: {why}");
    assert_eq!(refusal(&LogQuery::default()), waiting("image can't be pulled"));
    assert_eq!(
        refusal(&LogQuery {
            container: Some("x".into()),
            ..LogQuery::default()
        }),
        format!("container x is not valid for pod {name}")
    );
    let previous = LogQuery {
        previous: true,
        ..LogQuery::default()
    };
    assert_eq!(
        refusal(&previous),
        format!("previous terminated container \"main\" in pod \"{name}\" not found")
    );
}

#[test]
fn the_same_seed_gives_the_same_story() {
    let story = || {
        let mut play = Play::new();
        play.deploy("bed", 2, &json!({"image": "florist/rose:2.0"}));
        play.to(120.0);
        play.engine.world.store.objects(&crate::practice::kind::EVENT, None)
    };
    assert_eq!(story(), story());
}
