//! The shell beside the lesson: whose keys are whose, when it starts and how it ends.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::bench::*;
use crate::lab::msg::{AttemptNo, Effect, FromShell, Measures, Msg, Notice, PaneMeasure, ToShell};
use crate::lab::shell::{Grid, Ink, Run, unseen};
use crate::lab::{Overlay, Pane};

const ONE: AttemptNo = AttemptNo(1);

fn drawn(lab: &mut Lab, width: u16, height: u16) -> Vec<Effect> {
    let pane = PaneMeasure {
        pane: Pane::Shell,
        x: 50,
        y: 5,
        width,
        height,
        rows: 0,
        visible: usize::from(height),
    };
    lab.send(Msg::Measured(Measures {
        panes: vec![pane],
        ..Measures::default()
    }))
}

fn shell() -> Lab {
    let mut lab = Lab::broken();
    lab.keys("!");
    drawn(&mut lab, 80, 24);
    lab
}

fn ctrl(c: char) -> Msg {
    Msg::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))
}

fn shows(lab: &mut Lab, text: &str, ended: Option<&str>) {
    let run = Run {
        column: 0,
        text: text.to_owned(),
        ink: Ink::default(),
    };
    let grid = Grid {
        rows: vec![vec![run], Vec::new()],
        ended: ended.map(str::to_owned),
        ..Grid::default()
    };
    lab.send(Msg::Shell(ONE, FromShell::Screen(Arc::new(grid))));
}

#[test]
fn a_picture_is_drawn_only_where_the_shell_is_shown() {
    let mut lab = shell();
    let picture = |ended: Option<&str>| {
        let grid = Grid {
            ended: ended.map(str::to_owned),
            ..Grid::default()
        };
        Msg::Shell(ONE, FromShell::Screen(Arc::new(grid)))
    };
    assert!(!unseen(&lab.model, &picture(None)));
    lab.send(ctrl(']'));
    assert!(unseen(&lab.model, &picture(None)));
    assert!(!unseen(&lab.model, &picture(Some("0"))), "its end is told");
}

#[test]
fn it_starts_with_the_size_of_its_first_frame_and_follows_it() {
    let mut lab = Lab::broken();
    assert_eq!(lab.keys("!"), []);
    let start = ToShell::Start { columns: 80, rows: 24 };
    assert_eq!(drawn(&mut lab, 80, 24), [Effect::Shell(ONE, start)]);
    assert_eq!(drawn(&mut lab, 80, 24), []);
    let resize = ToShell::Resize { columns: 90, rows: 20 };
    assert_eq!(drawn(&mut lab, 90, 20), [Effect::Shell(ONE, resize)]);
}

#[test]
fn every_key_but_one_is_the_shells() {
    let mut lab = shell();
    for c in ['b', 's', 'c', 'q', '?', '!'] {
        assert_eq!(lab.keys(&c.to_string()), [Effect::Shell(ONE, ToShell::Key(key(c)))]);
    }
    assert!(matches!(lab.send(ctrl('c')).as_slice(), [Effect::Shell(ONE, ToShell::Key(_))]));
    assert!(lab.model.overlays.is_empty() && !lab.model.quitting);
    let pasted = lab.send(Msg::Paste("rm\n".to_owned()));
    assert_eq!(pasted, [Effect::Shell(ONE, ToShell::Paste("rm\n".to_owned()))]);
    // A terminal sends Ctrl-] as the byte that is read as Ctrl-5.
    assert_eq!(lab.send(ctrl('5')), []);
    assert_eq!(lab.attempt().focus, Pane::Lesson);
    lab.keys("!");
    lab.send(ctrl(']'));
    lab.keys("?");
    assert!(matches!(lab.model.overlays.last(), Some(Overlay::Help { .. })));
}

#[test]
fn shift_and_a_page_scroll_back() {
    let mut lab = shell();
    let page = |code| Msg::Key(KeyEvent::new(code, KeyModifiers::SHIFT));
    assert_eq!(lab.send(page(KeyCode::PageUp)), [Effect::Shell(ONE, ToShell::Scroll(23))]);
    assert_eq!(lab.send(page(KeyCode::PageDown)), [Effect::Shell(ONE, ToShell::Scroll(-23))]);
}

#[test]
fn a_shell_that_ends_leads_back_and_says_so() {
    let mut lab = shell();
    lab.keys("x");
    shows(&mut lab, "exit", Some("3"));
    assert_eq!(lab.attempt().focus, Pane::Lesson);
    assert_eq!(lab.notice(), "The shell ended with 3 | ! starts a new one");
    lab.keys("!");
    assert!(matches!(drawn(&mut lab, 80, 24).as_slice(), [Effect::Shell(_, ToShell::Start { .. })]));
}

#[test]
fn a_shell_that_cannot_live_says_why() {
    let mut lab = shell();
    shows(&mut lab, "no such module", Some("127"));
    assert!(lab.notice().contains("ended at once with 127: no such module"), "{}", lab.notice());
    let mut lab = shell();
    let notice = Notice {
        bad: true,
        what: "the shell /bin/none does not start".to_owned(),
        next: String::new(),
    };
    lab.send(Msg::Shell(ONE, FromShell::Failed(notice)));
    assert!(lab.notice().contains("/bin/none"));
    assert_eq!((lab.attempt().focus, lab.attempt().shell.size), (Pane::Lesson, None));
}

#[test]
fn news_of_an_older_attempts_shell_is_dropped() {
    let mut lab = shell();
    lab.send(Msg::Shell(AttemptNo(0), FromShell::Screen(Arc::default())));
    assert_eq!(lab.attempt().shell.grid, None);
}
