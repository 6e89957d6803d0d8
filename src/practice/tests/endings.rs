//! How containers and pods come to their end: hooks, last words, deadlines, containers that stay.

use serde_json::{Value, json};

use super::{Play, SPACE};
use crate::practice::field::{items, text};
use crate::practice::kind::POD;
use crate::practice::log::{LogQuery, logs};

fn shell(name: &str, script: &str) -> Value {
    json!({"name": name, "image": "florist/shed:1.0", "command": ["sh", "-c", script]})
}

fn plant(play: &mut Play, spec: Value) {
    let pod = json!({"metadata": {"name": "bed", "namespace": SPACE}, "spec": spec});
    play.engine.world.create(&POD, pod).expect("pod");
    play.engine.dispatch();
}

fn statuses(play: &Play, field: &str) -> Vec<Value> {
    items(&play.pods()[0]["status"][field]).to_vec()
}

#[test]
fn a_container_that_stays_starts_first_and_is_stopped_last() {
    let mut play = Play::new();
    let mut side = shell("side", "trap 'exit 0' TERM; touch /tmp/up; while true; do sleep 1; done");
    side["restartPolicy"] = "Always".into();
    side["startupProbe"] = json!({"exec": {"command": ["test", "-f", "/tmp/up"]}, "periodSeconds": 1});
    plant(
        &mut play,
        json!({"restartPolicy": "Never", "initContainers": [side, shell("dig", "sleep 2")], "containers": [shell("main", "sleep 5")]}),
    );
    play.to(7.0);
    assert_eq!(text(&play.pods()[0]["status"]["phase"]), "Running");
    let init = statuses(&play, "initContainerStatuses");
    assert_eq!(
        (&init[0]["ready"], &init[0]["started"], &init[1]["ready"]),
        (&json!(true), &json!(true), &json!(true))
    );
    play.to(16.0);
    assert_eq!(text(&play.pods()[0]["status"]["phase"]), "Succeeded");
    assert_eq!(play.told("Killing"), [("Stopping container side".to_owned(), 1)]);
    assert_eq!(statuses(&play, "initContainerStatuses")[0]["state"]["terminated"]["exitCode"], 0);
}

#[test]
fn a_failed_hook_after_the_start_ends_the_container() {
    let mut play = Play::new();
    let mut main = shell("main", "trap 'exit 0' TERM; while true; do sleep 1; done");
    main["lifecycle"] = json!({"postStart": {"exec": {"command": ["sh", "-c", "echo weeds; exit 7"]}}});
    plant(&mut play, json!({"containers": [main]}));
    play.to(5.0);
    assert_eq!(play.told("FailedPostStartHook")[0].0, "PostStartHook failed");
    let seen: Vec<String> = play.walk(0);
    assert!(seen.iter().any(|step| step.contains("PostStartHookError")), "{seen:?}");
}

#[test]
fn the_hook_before_the_stop_comes_before_the_signal() {
    let mut play = Play::new();
    let mut main = shell("main", "trap 'test -f /tmp/told && exit 0 || exit 9' TERM; while true; do sleep 1; done");
    main["lifecycle"] = json!({"preStop": {"exec": {"command": ["sh", "-c", "sleep 3; touch /tmp/told"]}}});
    plant(&mut play, json!({"containers": [main]}));
    play.to(5.0);
    let how = crate::practice::registry::Deletion::default();
    play.engine.world.delete(&POD, SPACE, "bed", &how).expect("deleted");
    play.engine.dispatch();
    play.to(7.5);
    assert_eq!(play.pods().len(), 1, "the hook takes three seconds");
    play.to(12.0);
    assert_eq!(play.pods().len(), 0);
    assert!(play.walk(0).contains(&"0/1 Completed".to_owned()), "{:?}", play.walk(0));
}

#[test]
fn last_words_are_in_the_status() {
    let mut play = Play::new();
    let mut logged = shell("logged", "echo late; exit 1");
    logged["terminationMessagePolicy"] = "FallbackToLogsOnError".into();
    plant(
        &mut play,
        json!({"restartPolicy": "Never", "containers": [shell("written", "echo frost > /dev/termination-log; exit 3"), logged]}),
    );
    play.to(5.0);
    let messages: Vec<String> = statuses(&play, "containerStatuses")
        .iter()
        .map(|status| text(&status["state"]["terminated"]["message"]).to_owned())
        .collect();
    // In the order of the containers' names.
    assert_eq!(messages, ["late\n", "frost\n"]);
}

#[test]
fn a_pod_past_its_deadline_fails() {
    let mut play = Play::new();
    plant(
        &mut play,
        json!({"activeDeadlineSeconds": 8, "containers": [{"name": "main", "image": "tulip:1.0"}]}),
    );
    play.to(7.0);
    assert_eq!(text(&play.pods()[0]["status"]["phase"]), "Running");
    play.to(12.0);
    let status = &play.pods()[0]["status"];
    assert_eq!((text(&status["phase"]), text(&status["reason"])), ("Failed", "DeadlineExceeded"));
    assert_eq!(status["containerStatuses"][0]["state"]["terminated"]["exitCode"], 0);
}

#[test]
fn the_run_before_a_dead_one_leaves_no_output() {
    let mut play = Play::new();
    plant(&mut play, json!({"containers": [shell("main", "echo wilted; exit 1")]}));
    let query = LogQuery {
        previous: true,
        ..LogQuery::default()
    };
    let dead = |status: &Value| !status["state"]["terminated"].is_null() && !status["lastState"]["terminated"].is_null();
    let tenth = (1..100).find(|tenth| {
        play.to(f64::from(*tenth) / 10.0);
        statuses(&play, "containerStatuses").first().is_some_and(dead)
    });
    assert!(tenth.is_some(), "it never was dead twice");
    let said = logs(&play.engine.world, SPACE, "bed", &query).expect("logs").lines.remove(0).text;
    assert!(said.starts_with("unable to retrieve container logs for containerd://"), "{said}");
}
