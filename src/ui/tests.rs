//! Screens of three sizes, without colours.

use std::sync::Arc;

use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::{Look, Palette, render};
use crate::lab::{Card, Model, Place};
use crate::scenario::load::embedded;

const LOOK: Look = Look {
    palette: Palette::None,
    ascii: false,
};

fn model() -> Model {
    let cards = embedded()
        .entries
        .iter()
        .map(|entry| Card {
            folder: entry.folder.clone(),
            scenario: entry.result.as_ref().map(|scenario| Arc::new(scenario.clone())).map_err(ToString::to_string),
            state: crate::lab::msg::Solved::New,
            best: None,
        })
        .collect();
    Model::new(cards, Place::Practice, Timestamp::UNIX_EPOCH).0
}

fn drawn(model: &Model, columns: u16, rows: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal
        .draw(|frame| {
            render(model, &LOOK, frame);
        })
        .unwrap();
    terminal.backend().to_string()
}

#[test]
fn the_picker_lists_and_tells_at_every_size() {
    for (columns, rows) in [(140, 40), (100, 30), (80, 24)] {
        let screen = drawn(&model(), columns, rows);
        for text in ["02", "ImagePullBackOff", "Beginner", "15 min", "new", "CrashLoopBackOff"] {
            assert!(screen.contains(text), "{text} is not on the {columns}x{rows} screen:\n{screen}");
        }
    }
}

#[test]
fn the_lab_says_what_to_do_first() {
    for (columns, rows) in [(140, 40), (100, 30)] {
        let mut model = model();
        model.open("02-image-pull-backoff");
        if let Some(attempt) = model.attempt_mut() {
            attempt.stage = crate::lab::Stage::Ready;
        }
        let screen = drawn(&model, columns, rows);
        for text in ["Scenario", "Events", "Goals", "press b", "challenge"] {
            assert!(
                screen.to_lowercase().contains(&text.to_lowercase()),
                "{text} is not on the {columns}x{rows} screen:\n{screen}"
            );
        }
    }
}

#[test]
fn the_answer_stays_folded() {
    let mut model = model();
    model.open("02-image-pull-backoff");
    let screen = drawn(&model, 140, 200);
    assert!(screen.contains("Hint 1 of 3"));
    assert!(!screen.contains("REQUIRED_CONFIG"), "the lesson gives its answer away:\n{screen}");
}

#[test]
fn a_small_terminal_is_told_what_is_needed() {
    let screen = drawn(&model(), 50, 10);
    assert!(screen.contains("60x18"), "{screen}");
}
