//! Screens of three sizes, without colours.

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

#[test]
fn the_card_of_every_clue_says_more_at_each_i() {
    use crate::scenario::clue::{Fault, Source};
    let log = Source::Log { container: "app".to_owned() };
    let refused = "User \"robot\" cannot list resource \"pods\" in API group \"\" in the namespace \"lab\"";
    for (fault, source, text, part) in [
        (Fault::Crash, log.clone(), "fatal: SETTING is not set", "because"),
        (Fault::Other, log, refused, "may not "),
        (
            Fault::Probe,
            Source::State,
            "Readiness probe failed: HTTP probe failed with statuscode: 404",
            "answer",
        ),
        (Fault::Other, Source::Condition, "Failed=True TooMany: it was tried often", "reason"),
        (
            Fault::Other,
            Source::State,
            "configmap c was told to go and stays: metadata.finalizers: a/b",
            "held by",
        ),
    ] {
        let mut model = with_deployment();
        model.attempt_mut().unwrap().clue = Some(clue(fault, source, text));
        let mut at = |depth| {
            model.attempt_mut().unwrap().clue_depth = depth;
            drawn(&model, 140, 40)
        };
        let (said, parts, next) = (at(0), at(1), at(2));
        assert!(said.contains("what are its parts?") && !said.contains(part), "{said}");
        assert!(parts.contains(part) && parts.contains("where to look next?"), "{part}:\n{parts}");
        assert!(next.contains(part) && next.contains("shuts it") && next != parts, "{next}");
    }
}

fn clue(fault: crate::scenario::clue::Fault, source: crate::scenario::clue::Source, text: &str) -> crate::scenario::clue::Clue {
    crate::scenario::clue::Clue {
        about: crate::cluster::snapshot::ObjectRef {
            kind: "Pod".to_owned(),
            namespace: "lab".to_owned(),
            name: "a-pod-with-a-name-that-is-long-6dc96f7777-flj42".to_owned(),
        },
        uid: crate::cluster::snapshot::Uid("p".to_owned()),
        source,
        fault,
        text: text.to_owned(),
        decisive: Vec::new(),
        count: 4,
        last: Some(Timestamp::UNIX_EPOCH),
        explain: "It leads.".to_owned(),
        image: None,
        pair: None,
        promised: false,
    }
}

#[test]
fn the_title_of_a_card_ends_within_it() {
    use crate::scenario::clue::{Fault, Source};
    let mut model = with_deployment();
    let log = Source::Log {
        container: "kubectl".to_owned(),
    };
    model.attempt_mut().unwrap().clue = Some(clue(Fault::Crash, log, "fatal: no"));
    let screen = drawn(&model, 100, 30);
    let title = screen.lines().find(|line| line.contains("The clue")).unwrap();
    assert!(title.contains("log of kubectl"), "{title}");
    assert!(!title.contains("last") || title.contains(" ago"), "{title}");
}

#[test]
fn a_cluster_that_could_not_be_opened_is_not_said_to_connect_nor_looked_at() {
    let mut model = model();
    model.open("02-image-pull-backoff");
    model.attempt_mut().unwrap().stage = crate::lab::Stage::Failed;
    for (columns, rows) in [(140, 40), (100, 30)] {
        let screen = drawn(&model, columns, rows);
        for text in ["not connected", "Enter try again", "could not be opened"] {
            assert!(screen.contains(text), "{text} at {columns}x{rows}:\n{screen}");
        }
        for text in ["connecting", "there is no", "No events yet"] {
            assert!(!screen.contains(text), "{text} at {columns}x{rows}:\n{screen}");
        }
    }
}

#[test]
fn the_command_to_take_away_stands_there_whole() {
    let mut model = with_deployment();
    let command = "kubectl set env deployment/crash-loop-app-of-the-shop -c app REQUIRED_CONFIG=x OTHER_CONFIG=y -n lab-01";
    model.attempt_mut().unwrap().equal = Some((command.to_owned(), Timestamp::UNIX_EPOCH));
    let screen = drawn(&model, 80, 24).replace(['"', '\n'], " ");
    let words: Vec<&str> = screen.split_whitespace().collect();
    assert!(words.join(" ").contains(command), "{screen}");
}

#[test]
fn the_footer_names_the_way_out_and_the_way_on_at_every_size() {
    let mut model = with_deployment();
    model.attempt_mut().unwrap().clue = Some(clue(crate::scenario::clue::Fault::Crash, crate::scenario::clue::Source::State, "x"));
    for (columns, rows, wanted) in [
        (80, 24, &["i clue", "h hint", "s solve", "c clean up", "? help", "q leave"][..]),
        (100, 30, &["s solve", "c clean up", "Tab pane", "? help", "q leave"]),
        (140, 40, &["s solve", "c clean up", "Tab pane", "t timeline", "m map", "? help", "q leave"]),
    ] {
        let screen = drawn(&model, columns, rows);
        for text in wanted {
            assert!(screen.contains(text), "{text} at {columns}x{rows}:\n{screen}");
        }
    }
}

#[test]
fn the_list_says_how_many_scenarios_are_out_of_view() {
    let screen = drawn(&model(), 100, 30);
    let listed = (1..=20).filter(|number| screen.contains(&format!(" {number:02}  "))).count();
    assert!(listed < 20 && screen.contains(&format!("{} more", 20 - listed)), "{listed}:\n{screen}");
}

#[test]
fn without_colours_the_title_of_the_focused_pane_is_reversed() {
    use ratatui::style::Modifier;
    let mut terminal = Terminal::new(TestBackend::new(140, 40)).unwrap();
    let model = with_deployment();
    terminal.draw(|frame| drop(render(&model, &LOOK, frame))).unwrap();
    let reversed = |x: u16| terminal.backend().buffer()[(x, 1)].modifier.contains(Modifier::REVERSED);
    assert!(reversed(3) && !reversed(60), "the lesson has the focus, the table has not");
}

#[test]
fn a_feed_that_follows_leaves_no_row_blank_while_older_events_are_hidden() {
    use crate::cluster::snapshot::{Change, EventRow, Row, Uid};
    let mut model = with_deployment();
    let attempt = model.attempt_mut().unwrap();
    for at in 0..40_u32 {
        let event = EventRow {
            uid: Uid(format!("e{at:02}")),
            reason: "Pulling".to_owned(),
            message: format!("event {at:02} {}", "of many words ".repeat(usize::try_from(at % 3 * 6).unwrap())),
            count: 1,
            last: Some(Timestamp::from_second(i64::from(at)).unwrap()),
            ..EventRow::default()
        };
        attempt.snapshot.take(Change::Put(Row::Event(event)));
    }
    for (columns, rows) in [(140, 40), (140, 41), (140, 42), (100, 30), (100, 31)] {
        let screen = drawn(&model, columns, rows);
        let feed: Vec<&str> = screen.lines().skip_while(|line| !line.contains(" Events ")).skip(1).collect();
        let feed: Vec<&str> = feed.into_iter().take_while(|line| !line.contains('╰')).collect();
        let right = |line: &&str| line.trim_matches('"').chars().rev().skip(1).take(30).any(char::is_alphanumeric);
        assert!(feed[0].contains("event"), "it begins with an event at {columns}x{rows}:\n{screen}");
        assert!(
            feed.iter().all(|line| right(line) || line.contains("event") || line.contains("words")),
            "{screen}"
        );
    }
}

#[test]
fn a_small_screen_keeps_the_lessons_name_and_the_clue() {
    let mut model = with_deployment();
    let attempt = model.attempt_mut().unwrap();
    attempt.focus = crate::lab::Pane::Pods;
    attempt.clue = Some(clue(crate::scenario::clue::Fault::Crash, crate::scenario::clue::Source::State, "fatal: no"));
    let screen = drawn(&model, 60, 18);
    assert!(screen.contains("02 ImagePull") && screen.contains("fatal: no"), "{screen}");
}

#[test]
fn what_an_overlay_leaves_in_view_is_quiet() {
    let look = Look {
        palette: Palette::Dark,
        ascii: false,
    };
    let mut model = with_deployment();
    let style = |model: &Model| {
        let mut terminal = Terminal::new(TestBackend::new(140, 40)).unwrap();
        terminal.draw(|frame| drop(render(model, &look, frame))).unwrap();
        terminal.backend().buffer()[(2, 2)].fg
    };
    let before = style(&model);
    model.overlays.push(crate::lab::Overlay::Help { scroll: 0 });
    assert_ne!(before, style(&model));
}
