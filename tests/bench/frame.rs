//! What a frame costs with everything on it, 200 columns by 60 rows, and how soon the first one stands.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::KeyCode;
use jiff::SignedDuration;
use klab::app::{Player, Settings};
use klab::cli::Place;
use klab::lab::msg::Msg;
use klab::lab::{self, Model, Stage};
use klab::ui::{Look, render};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const SIZE: (u16, u16) = (200, 60);
const FRAMES: usize = 500;
const PATIENCE: SignedDuration = SignedDuration::from_secs(120);

/// Scenario 02, broken, with its clue taken apart.
async fn broken(settings: &Arc<Settings>) -> Player {
    let mut player = Player::open(settings, "02-image-pull-backoff");
    let ready = player.until(PATIENCE, |_, attempt| (attempt.stage == Stage::Ready).then_some(())).await;
    ready.expect("the practice cluster opens");
    player.press(KeyCode::Char('b'));
    let clue = player.until(PATIENCE, |_, attempt| attempt.clue.clone()).await;
    clue.expect("the clue comes");
    player.press(KeyCode::Char('i'));
    player
}

fn draw(terminal: &mut Terminal<TestBackend>, model: &Model, look: &Look) -> Duration {
    let begin = Instant::now();
    terminal
        .draw(|frame| {
            render(model, look, frame);
        })
        .expect("a frame");
    begin.elapsed()
}

fn main() {
    let look = Look::from_env(|_| None, false);
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("a terminal");

    let begin = Instant::now();
    let place = Place {
        speed: 1.0,
        ..Place::default()
    };
    let settings = Arc::new(Settings::new(place).expect("settings").without_progress());
    let (mut model, _) = settings.model();
    lab::update(&mut model, Msg::Resize(SIZE.0, SIZE.1));
    draw(&mut terminal, &model, &look);
    println!("first frame                 {:>10.2} ms", begin.elapsed().as_secs_f64() * 1e3);

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let mut player = runtime.block_on(broken(&settings));
    lab::update(&mut player.model, Msg::Resize(SIZE.0, SIZE.1));
    let mut took: Vec<Duration> = (0..FRAMES).map(|_| draw(&mut terminal, &player.model, &look)).collect();
    took.sort();
    println!("frame, median of {FRAMES}        {:>10.3} ms", took[FRAMES / 2].as_secs_f64() * 1e3);
    println!("frame, slowest of {FRAMES}       {:>10.3} ms", took[FRAMES - 1].as_secs_f64() * 1e3);
}
