//! Whole screens as text, without colours: a layout that moves is seen. `INSTA_UPDATE=always cargo test layouts` takes them anew.

use std::sync::Arc;

use crossterm::event::KeyCode;
use jiff::SignedDuration;
use klab::app::{Player, Settings};
use klab::cli::Place;
use klab::lab::msg::Msg;
use klab::lab::{self, Attempt, Model, Stage};
use klab::ui::{Look, Palette, render};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const PATIENCE: SignedDuration = SignedDuration::from_secs(180);

fn settings() -> Arc<Settings> {
    let place = Place {
        speed: 1.0,
        ..Place::default()
    };
    Arc::new(Settings::new(place).unwrap().without_progress())
}

/// Draws until what was drawn changes nothing any more, as the screen does after each key.
fn drawn(model: &mut Model, (columns, rows): (u16, u16), ascii: bool) -> String {
    let look = Look { palette: Palette::None, ascii };
    lab::update(model, Msg::Resize(columns, rows));
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    for _ in 0..2 {
        let mut measures = None;
        terminal.draw(|frame| measures = Some(render(model, &look, frame))).unwrap();
        lab::update(model, Msg::Measured(measures.unwrap()));
    }
    terminal.backend().to_string()
}

/// What hangs on the second, or the part of one, in which the test began.
const PASSING: [(&str, &str); 10] = [
    (r"\d\d:\d\d:\d\d", "hh:mm:ss"),
    (r"\b\d\d:\d\d\b", "mm:ss"),
    (r"\b\d+s\b *", "[age] "),
    (r"([≈~]) \d+ s *", "$1 [left] "),
    (r"\+\d+ s", "+[s]"),
    (r"(-[0-9a-f]{8,10})-[bcdfghjklmnpqrstvwxz2456789]{5}\b", "$1-xxxxx"),
    (r"([…~][0-9a-z]*)-[bcdfghjklmnpqrstvwxz2456789]{5}\b", "$1-xxxxx"),
    (r"in \d+:\d\d with", "in m:ss with"),
    (r"([…~])[bcdfghjklmnpqrstvwxz2456789]{2,5}\b", "${1}xxxx"),
    (r"[ ↓vcuRF↻r]{15,16}  back-off", "[strip]  back-off"),
];

/// Holds a screen against what it was.
fn holds(name: &str, screen: &str) {
    insta::with_settings!({filters => PASSING.to_vec(), omit_expression => true}, {
        insta::assert_snapshot!(name, screen);
    });
}

async fn opened(folder: &str) -> Player {
    let mut player = Player::open(&settings(), folder);
    let ready = |_: &Model, attempt: &Attempt| (attempt.stage == Stage::Ready).then_some(());
    player.until(PATIENCE, ready).await.expect("the practice cluster opens");
    player
}

async fn broken(folder: &str) -> Player {
    let mut player = opened(folder).await;
    player.press(KeyCode::Char('b'));
    let seen = |_: &Model, attempt: &Attempt| (attempt.clue.is_some() && attempt.verdicts.first()?.met).then_some(());
    player.until(PATIENCE, seen).await.expect("the fault is seen");
    // past the first bustle, to a moment that is the same each time
    player.until(SignedDuration::from_secs(20), |_, _| None::<()>).await;
    player
}

#[test]
fn the_picker() {
    let (mut model, _) = settings().model();
    holds("picker-140x40", &drawn(&mut model, (140, 40), false));
    holds("picker-80x24", &drawn(&mut model, (80, 24), false));
}

#[tokio::test(start_paused = true)]
async fn the_lab_before_and_after_it_is_broken() {
    let mut player = opened("02-image-pull-backoff").await;
    holds("ready-80x24", &drawn(&mut player.model, (80, 24), false));
    let mut player = broken("02-image-pull-backoff").await;
    holds("broken-140x40", &drawn(&mut player.model, (140, 40), false));
    holds("broken-100x30-ascii", &drawn(&mut player.model, (100, 30), true));
    player.press(KeyCode::Tab);
    holds("broken-80x24", &drawn(&mut player.model, (80, 24), false));
}

#[tokio::test(start_paused = true)]
async fn pages_over_it() {
    let mut player = broken("05-selector-mismatch").await;
    for (key, name) in [
        ('m', "map-100x30"),
        ('t', "timeline-100x30"),
        ('?', "help-100x30"),
        ('h', "hint-80x24"),
        ('s', "solution-80x24"),
    ] {
        player.press(KeyCode::Char(key));
        let size = if name.ends_with("80x24") { (80, 24) } else { (100, 30) };
        holds(name, &drawn(&mut player.model, size, false));
        player.press(KeyCode::Esc);
    }
}

#[tokio::test(start_paused = true)]
async fn the_debrief() {
    let mut player = broken("02-image-pull-backoff").await;
    player.press(KeyCode::Char('s'));
    player.press(KeyCode::Enter);
    let solved = |_: &Model, attempt: &Attempt| attempt.solved_at;
    player.until(PATIENCE, solved).await.expect("the goals hold");
    holds("debrief-80x24", &drawn(&mut player.model, (80, 24), false));
}
