//! What must be on the screen at three sizes, without colours, while real lessons are played on the practice cluster.

use std::sync::Arc;

use crossterm::event::KeyCode;
use jiff::SignedDuration;
use klab::app::{Player, Settings};
use klab::cli::Place;
use klab::lab::{Attempt, Model, Stage};
use klab::ui::{Look, Palette, render};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const PATIENCE: SignedDuration = SignedDuration::from_secs(180);
const SIZES: [(u16, u16); 3] = [(140, 40), (100, 30), (80, 24)];
const LOOK: Look = Look {
    palette: Palette::None,
    ascii: false,
};

fn settings() -> Arc<Settings> {
    let place = Place {
        speed: 1.0,
        ..Place::default()
    };
    Arc::new(Settings::new(place).unwrap().without_progress())
}

/// The lesson with its fault seen and its clue found; the cluster's side in view on a small screen too.
async fn broken(folder: &str) -> Player {
    let mut player = Player::open(&settings(), folder);
    let ready = |_: &Model, attempt: &Attempt| (attempt.stage == Stage::Ready).then_some(());
    player.until(PATIENCE, ready).await.expect("the practice cluster opens");
    player.press(KeyCode::Char('b'));
    let seen = |_: &Model, attempt: &Attempt| (attempt.clue.is_some() && attempt.verdicts.first()?.met).then_some(());
    player.until(PATIENCE, seen).await.expect("the fault is seen");
    // a pull's event comes before the pod's STATUS
    player.until(SignedDuration::from_secs(2), |_, _| None::<()>).await;
    player.press(KeyCode::Tab);
    player
}

fn drawn(player: &Player, columns: u16, rows: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let frame = terminal.draw(|frame| {
        render(&player.model, &LOOK, frame);
    });
    frame.unwrap();
    terminal.backend().to_string()
}

fn holds(player: &Player, wanted: &[&str]) {
    for (columns, rows) in SIZES {
        let screen = drawn(player, columns, rows);
        for text in wanted {
            assert!(screen.contains(text), "{text} is not on the {columns}x{rows} screen:\n{screen}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_pull_its_parts_its_key_and_the_goals_fit_every_screen() {
    let mut player = broken("02-image-pull-backoff").await;
    let parts = ["The clue", "not found", "└ registry", "└ user", "└ repository", "└ tag"];
    let goals = ["✔ fault seen", "○ imagepull-app ready", "○ no pull failures", "○ pods quiet"];
    holds(&player, &[&parts[..], &goals[..], &["which part is blamed?", "back-off"]].concat());
    player.press(KeyCode::Char('i'));
    holds(&player, &["which tags exist?", "The registry was reached", "not found"]);
    player.press(KeyCode::Char('i'));
    holds(&player, &[&["v1.0", "not found"], &goals[..]].concat());
}

#[tokio::test(start_paused = true)]
async fn two_fields_that_should_fit_stand_on_every_screen() {
    let mut player = broken("03-port-mismatch").await;
    holds(
        &player,
        &[
            "service/web",
            "targetPort",
            "containerPort",
            "8080",
            "where do they differ?",
            "✔ fault seen",
            "○ the Service web",
        ],
    );
    player.press(KeyCode::Char('m'));
    holds(&player, &["What leads to them", "✗ Port 8080", "targetPort", "containerPort", "EndpointSlice"]);
}

#[tokio::test(start_paused = true)]
async fn every_pod_of_a_small_table_is_in_view() {
    let player = broken("12-init-container-waits").await;
    let names: Vec<String> = player.attempt().unwrap().snapshot.pods.values().map(|pod| pod.status.clone()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    for (columns, rows) in SIZES {
        let screen = drawn(&player, columns, rows);
        let table = screen.split("The clue").next().unwrap();
        assert!(
            names.iter().all(|status| table.contains(status.as_str())),
            "a pod is hidden at {columns}x{rows}:\n{screen}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_timeline_names_the_cause_before_its_effects() {
    let mut player = broken("05-selector-mismatch").await;
    player.press(KeyCode::Char('t'));
    for (columns, rows) in SIZES {
        let screen = drawn(&player, columns, rows);
        let places: Vec<Option<usize>> = ["you broke it", "made Service shop", "▲ service/shop: selector"]
            .map(|text| screen.find(text))
            .to_vec();
        assert!(
            places.iter().all(Option::is_some) && places.is_sorted(),
            "{places:?} at {columns}x{rows}:\n{screen}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_that_belongs_to_no_chain_is_on_the_map() {
    let mut player = broken("15-finalizer-stuck").await;
    player.press(KeyCode::Char('m'));
    holds(&player, &["Beside them", "ConfigMap", "is being deleted"]);
}

#[tokio::test(start_paused = true)]
async fn broken_and_live_differ_in_nothing_until_something_is_changed() {
    let mut player = broken("06-readiness-path").await;
    player.press(KeyCode::Char('D'));
    let filled = |model: &Model, _: &Attempt| klab::lab::views::text(model).map(drop);
    player.until(PATIENCE, filled).await.expect("the cluster answers");
    holds(&player, &["Differences", "nothing of it was changed yet"]);
}
