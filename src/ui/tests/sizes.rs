//! What must be in view, and what must not, on screens of several sizes.

use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::cards::clue;
use super::{LOOK, drawn, model, with_deployment};
use crate::lab::Model;
use crate::scenario::clue::{Fault, Source};
use crate::ui::{Look, Palette, render};

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
    model.attempt_mut().unwrap().clue = Some(clue(Fault::Crash, Source::State, "x"));
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
    attempt.clue = Some(clue(Fault::Crash, Source::State, "fatal: no"));
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

#[test]
fn the_lesson_says_what_enter_does_with_the_marked_command() {
    let mut model = with_deployment();
    let screen = drawn(&model, 140, 40);
    assert!(screen.contains("Enter opens it"), "a fold comes first: {screen}");
    model.attempt_mut().unwrap().scroll.lesson = 40;
    for (columns, rows, said) in [(140, 40, ". copies it"), (100, 30, "Enter types it"), (80, 24, ". copies it")] {
        let screen = drawn(&model, columns, rows);
        let marked = screen.contains("› kubectl") || screen.contains("› cd scenarios/");
        assert!(marked && screen.contains(said), "{said} at {columns}x{rows}:\n{screen}");
    }
}
