//! Screens of three sizes, without colours.

mod cards;
mod sizes;

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
            scenario: entry.result.clone().map_err(|error| error.to_string()),
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

/// A lab whose table has a Deployment with this image.
fn with_deployment() -> Model {
    use crate::cluster::snapshot::{Change, ObjectRow, Row, Uid};
    let mut model = model();
    model.open("02-image-pull-backoff");
    let attempt = model.attempt_mut().unwrap();
    attempt.stage = crate::lab::Stage::Broken;
    attempt.tab = crate::lab::Tab::Kind("Deployment".to_owned());
    let row = ObjectRow {
        uid: Uid("u".to_owned()),
        kind: "Deployment".to_owned(),
        name: "shop".to_owned(),
        columns: vec![("READY".to_owned(), "0/1".to_owned())],
        wide: [("IMAGES", "shop:bad"), ("SELECTOR", "app=shop")]
            .map(|(heading, said)| (heading.to_owned(), said.to_owned()))
            .to_vec(),
        images: vec!["shop:bad".to_owned()],
        selector: [("app".to_owned(), "shop".to_owned())].into(),
        ..ObjectRow::default()
    };
    attempt.snapshot.take(Change::Put(Row::Object(row)));
    model
}

#[test]
fn a_warning_names_its_file_whole_on_a_small_screen() {
    let mut model = model();
    let file = "/home/learner/.local/state/klab/edits/deployment-imagepull-app-2026-11-23.yaml";
    model.say(
        true,
        "the editor `none` ended with exit status: 127; nothing was applied",
        format!("what was typed is in {file}"),
    );
    let screen = drawn(&model, 80, 24).replace(['"', '\n', ' '], "");
    assert!(screen.contains(&format!("whatwastypedisin{file}")), "{screen}");
}

#[test]
fn wide_columns_a_sorted_heading_and_a_filter_stand_in_the_table() {
    let mut model = with_deployment();
    let attempt = model.attempt_mut().unwrap();
    attempt.wide = true;
    attempt.order.by = Some("READY".to_owned());
    attempt.order.rows = "sh".to_owned();
    let screen = drawn(&model, 140, 40);
    for text in ["IMAGES", "shop:bad", "app=shop", "READY↓", "/sh"] {
        assert!(screen.contains(text), "{text} is not on the screen:\n{screen}");
    }
    model.attempt_mut().unwrap().order.rows = "zz".to_owned();
    assert!(drawn(&model, 140, 40).contains("No row fits the filter"));
}

#[test]
fn a_repair_shows_the_field_the_text_and_the_command_at_every_size() {
    use crate::cluster::snapshot::ObjectRef;
    use crate::lab::repair::{RepairPage, Row, fields::fields};
    let containers = serde_json::json!([{"name": "app", "image": "shop:bad"}]);
    let object = serde_json::json!({"kind": "Deployment", "spec": {"template": {"spec": {"containers": containers}}}});
    let page = RepairPage {
        about: ObjectRef {
            kind: "Deployment".to_owned(),
            namespace: "lab-02".to_owned(),
            name: "shop".to_owned(),
        },
        rows: fields(&object).into_iter().map(Row::Field).collect(),
        object: Some(object),
        typed: Some("shop:good".to_owned()),
        ..RepairPage::default()
    };
    for (columns, rows) in [(140, 40), (100, 30), (80, 24)] {
        let mut model = with_deployment();
        model.overlays.push(crate::lab::Overlay::Repair(Box::new(page.clone())));
        let screen = drawn(&model, columns, rows);
        for text in [
            "repair deployment/shop",
            "app: image",
            "shop:good_",
            "kubectl set image deployment/shop",
            "Enter send",
        ] {
            assert!(screen.contains(text), "{text} is not on the {columns}x{rows} screen:\n{screen}");
        }
    }
}

#[test]
fn a_moved_edge_is_where_it_was_put() {
    let mut model = with_deployment();
    model.size = (140, 40);
    let edge = |model: &Model| {
        let mut terminal = Terminal::new(TestBackend::new(140, 40)).unwrap();
        let mut edges = Vec::new();
        terminal.draw(|frame| edges = render(model, &LOOK, frame).edges).unwrap();
        edges[0].at
    };
    let before = edge(&model);
    let layout = crate::lab::layout::Layout {
        lesson: Some(60),
        ..Default::default()
    };
    model.layouts.insert("140x40".to_owned(), layout);
    assert_eq!((before, edge(&model)), (56, 84));
}
