//! The whole story, key by key, on the practice cluster in virtual time.

use std::path::Path;
use std::sync::Arc;

use crossterm::event::KeyCode;
use jiff::SignedDuration;
use klab::app::{Player, Settings};
use klab::cli::Place;
use klab::lab::{Attempt, Overlay, Stage};
use klab::scenario::clue::Fault;
use serde_json::json;

const PATIENCE: SignedDuration = SignedDuration::from_secs(120);

fn settings(scenarios: Option<&Path>) -> Arc<Settings> {
    let place = Place {
        scenarios: scenarios.map(Path::to_owned),
        speed: 1.0,
        ..Place::default()
    };
    Arc::new(Settings::new(place).unwrap().without_progress())
}

fn at(stage: Stage) -> impl Fn(&klab::lab::Model, &Attempt) -> Option<()> {
    move |_, attempt| (attempt.stage == stage).then_some(())
}

async fn broken(folder: &str) -> Player {
    let mut player = Player::open(&settings(None), folder);
    player.until(PATIENCE, at(Stage::Ready)).await.expect("the practice cluster opens");
    player.press(KeyCode::Char('b'));
    player.until(PATIENCE, |_, attempt| attempt.clue.clone()).await.expect("the clue comes");
    player
        .until(PATIENCE, |_, attempt| attempt.verdicts.first().filter(|goal| goal.met).map(drop))
        .await
        .expect("the fault is seen");
    player
}

async fn cleaned(mut player: Player) {
    while !player.model.overlays.is_empty() {
        player.press(KeyCode::Esc);
    }
    player.press(KeyCode::Char('c'));
    player.agree();
    player.until(PATIENCE, at(Stage::Ready)).await.expect("cleanup ends");
    let attempt = player.attempt().unwrap();
    assert!(attempt.going.is_empty(), "left: {:?}", attempt.going);
    assert!(attempt.snapshot.pods.is_empty() && attempt.snapshot.objects.values().all(|row| row.kind != "Deployment"));
}

#[tokio::test(start_paused = true)]
async fn the_pull_fails_is_understood_solved_and_cleaned_up() {
    let mut player = broken("02-image-pull-backoff").await;
    let clue = player.attempt().unwrap().clue.clone().unwrap();
    assert!(matches!(clue.fault, Fault::Pull(_)));
    assert!(
        clue.text.starts_with("Failed to pull image") && clue.text.ends_with("not found"),
        "{}",
        clue.text
    );
    player.press(KeyCode::Char('s'));
    assert!(matches!(player.model.overlays.last(), Some(Overlay::Diff { .. })));
    player.press(KeyCode::Enter);
    player.until(PATIENCE, at(Stage::Solved)).await.expect("the goals hold");
    assert!(player.attempt().unwrap().clue.is_none());
    assert!(matches!(player.model.overlays.last(), Some(Overlay::Debrief { .. })));
    cleaned(player).await;
}

#[tokio::test(start_paused = true)]
async fn status_walks_as_on_a_real_cluster() {
    let mut player = Player::open(&settings(None), "02-image-pull-backoff");
    player.until(PATIENCE, at(Stage::Ready)).await.unwrap();
    player.press(KeyCode::Char('b'));
    let mut walk: Vec<String> = Vec::new();
    for _ in 0..5 {
        let last = walk.last().cloned();
        let next = player.until(PATIENCE, |_, attempt| {
            let status = &attempt.snapshot.pods.values().next()?.status;
            (Some(status) != last.as_ref()).then(|| status.clone())
        });
        walk.push(next.await.expect("the status goes on"));
    }
    walk.retain(|status| status != "Pending");
    assert_eq!(walk[..4], ["ContainerCreating", "ErrImagePull", "ImagePullBackOff", "ErrImagePull"]);
    let repeated = player.until(PATIENCE, |_, attempt| {
        attempt
            .snapshot
            .events
            .values()
            .find(|event| event.message.contains("not found") && event.count == 3)
            .map(drop)
    });
    assert!(repeated.await.is_some(), "repeats count up in place");
}

#[tokio::test(start_paused = true)]
async fn waiting_alone_solves_nothing() {
    let mut player = broken("02-image-pull-backoff").await;
    let solved = player.until(SignedDuration::from_mins(10), at(Stage::Solved)).await;
    assert!(solved.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_tag_mended_alone_leads_to_the_fault_behind_it() {
    use k8s_openapi::api::apps::v1::Deployment;
    use kube::api::{Api, Patch, PatchParams};

    let mut player = broken("02-image-pull-backoff").await;
    let attempt = player.attempt().unwrap();
    let deployment = attempt.scenario.broken[0].clone();
    let solution = attempt.scenario.solution[0].clone();
    let (container, image) = (
        &deployment.object["spec"]["template"]["spec"]["containers"][0]["name"],
        &solution.object["spec"]["template"]["spec"]["containers"][0]["image"],
    );
    let api: Api<Deployment> = Api::namespaced(player.practice().unwrap().client(), "lab-02");
    let patch = json!({"spec": {"template": {"spec": {"containers": [{"name": container, "image": image}]}}}});
    api.patch(deployment.name(), &PatchParams::default(), &Patch::Strategic(patch)).await.unwrap();
    let behind = player
        .until(PATIENCE, |_, attempt| attempt.behind.clone())
        .await
        .expect("the second fault is named");
    assert!(behind.contains("the tag is mended, a second fault was behind it"), "{behind}");
    let told = player.until(PATIENCE, |_, attempt| {
        attempt.clue.as_ref().filter(|clue| clue.text.contains("REQUIRED_CONFIG")).map(drop)
    });
    assert!(told.await.is_some(), "the clue does not move to the log line");
    assert_eq!(player.attempt().unwrap().stage, Stage::Broken);

    let patch = json!({"spec": {"template": {"spec": {"containers": [{"name": container, "env": [{"name": "REQUIRED_CONFIG", "value": "production"}]}]}}}});
    api.patch(deployment.name(), &PatchParams::default(), &Patch::Strategic(patch)).await.unwrap();
    player.until(PATIENCE, at(Stage::Solved)).await.expect("a repair by hand turns the goals green");
    cleaned(player).await;
}

#[tokio::test(start_paused = true)]
async fn the_crash_loop_is_solved_too() {
    let mut player = broken("01-crash-loop").await;
    player.press(KeyCode::Char('s'));
    player.press(KeyCode::Enter);
    player.until(PATIENCE, at(Stage::Solved)).await.expect("the goals hold");
    cleaned(player).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "needs KLAB_TEST_SEED"]
async fn the_seed_lesson_runs_as_it_reads() {
    let folder = std::env::var("KLAB_TEST_SEED").expect("KLAB_TEST_SEED names a folder of scenarios");
    let mut player = Player::open(&settings(Some(Path::new(&folder))), "02-image-pull-backoff");
    player.until(PATIENCE, at(Stage::Ready)).await.unwrap();
    player.press(KeyCode::Char('b'));
    player.until(PATIENCE, |_, attempt| attempt.clue.clone()).await.expect("the clue comes");
    player.press(KeyCode::Char('s'));
    player.press(KeyCode::Enter);
    player.until(PATIENCE, at(Stage::Solved)).await.expect("the goals hold");
    cleaned(player).await;
}
