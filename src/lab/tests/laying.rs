//! Edges moved by key and mouse and remembered by size; the feed's way to its object; themes, keys of one's own, since.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::bench::*;
use crate::cluster::snapshot::{ObjectRef, Row};
use crate::lab::key::Key;
use crate::lab::keymap::{self, Action};
use crate::lab::layout::{Drawn, Edge, Layout};
use crate::lab::msg::{Effect, FromCluster, Msg};
use crate::lab::{Overlay, Pane, Tab, Theme};

fn mouse(kind: MouseEventKind, column: u16, row: u16) -> Msg {
    Msg::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    })
}

fn wide() -> Lab {
    let mut lab = Lab::broken();
    lab.send(Msg::Resize(100, 30));
    lab.model.measures.edges = vec![Drawn {
        edge: Edge::Lesson,
        at: 40,
        from: 0,
        whole: 100,
        across: (1, 28),
    }];
    lab
}

#[test]
fn an_edge_is_dragged_and_kept_for_this_size_alone() {
    let mut lab = wide();
    lab.send(mouse(MouseEventKind::Down(MouseButton::Left), 39, 5));
    let effects = lab.send(mouse(MouseEventKind::Drag(MouseButton::Left), 55, 9));
    let layout = Layout {
        lesson: Some(55),
        ..Layout::default()
    };
    assert_eq!(effects, [Effect::SaveLayout("100x30".to_owned(), layout)]);
    lab.send(mouse(MouseEventKind::Up(MouseButton::Left), 55, 9));
    assert_eq!(lab.send(mouse(MouseEventKind::Drag(MouseButton::Left), 70, 9)), [], "it was let go");
    lab.send(Msg::Resize(140, 40));
    assert_eq!(lab.model.layout(), Layout::default());
    lab.send(Msg::Resize(100, 30));
    assert_eq!(lab.model.layout(), layout);
}

#[test]
fn a_clicked_tab_is_opened_and_its_command_named() {
    let mut lab = wide();
    lab.model.measures.tabs = vec![(42, 1, 4, Tab::Pods), (48, 1, 11, Tab::Kind("Deployment".to_owned()))];
    lab.send(mouse(MouseEventKind::Down(MouseButton::Left), 50, 1));
    assert_eq!((&lab.attempt().tab, lab.attempt().focus), (&Tab::Kind("Deployment".to_owned()), Pane::Pods));
    assert!(lab.equal().starts_with("kubectl get deployment"), "{}", lab.equal());
    lab.send(mouse(MouseEventKind::Down(MouseButton::Left), 50, 2));
    lab.keys("?");
    lab.send(mouse(MouseEventKind::Down(MouseButton::Left), 43, 1));
    assert_eq!(lab.attempt().tab, Tab::Kind("Deployment".to_owned()), "not beside it, and not through the help");
}

#[test]
fn an_action_may_have_several_keys_and_movements_other_ones() {
    let mut lab = wide();
    lab.model.keys.bind(Action::Zoom, vec![Key::Char('Z'), Key::Code(KeyCode::F(5))]);
    lab.model.keys.bind(Action::Move(crate::lab::scroll::Step::Down), vec![Key::Char('J')]);
    for zoomed in [true, false] {
        lab.send(Msg::Key(KeyEvent::new(
            if zoomed { KeyCode::F(5) } else { KeyCode::Char('Z') },
            KeyModifiers::NONE,
        )));
        assert_eq!(lab.attempt().zoom, zoomed);
    }
    lab.measure(Pane::Lesson, 100, 10);
    lab.edit().focus = Pane::Lesson;
    let down = |lab: &mut Lab, code| {
        lab.send(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        lab.attempt().scroll.lesson
    };
    assert_eq!((down(&mut lab, KeyCode::Down), down(&mut lab, KeyCode::Char('J'))), (0, 1));
}

#[test]
fn ctrl_arrows_move_an_edge_within_reason_and_the_zoom_is_remembered() {
    let mut lab = wide();
    let right = Msg::Key(KeyEvent::new(KeyCode::Right, KeyModifiers::CONTROL));
    lab.send(right.clone());
    assert_eq!(lab.model.layout().lesson, Some(42));
    for at in [60, 80, 98] {
        lab.model.measures.edges[0].at = at;
        lab.send(right.clone());
    }
    assert_eq!(lab.model.layout().lesson, Some(75), "the cluster keeps a quarter");
    let effects = lab.keys("z");
    assert!(matches!(effects.as_slice(), [Effect::SaveLayout(_, layout)] if layout.zoom), "{effects:?}");
    lab.model.measures.edges.clear();
    lab.send(right);
    assert!(lab.notice().contains("no edge"), "{}", lab.notice());
}

#[test]
fn enter_on_an_event_selects_its_object() {
    let mut lab = Lab::broken();
    let about = |kind: &str, name: &str| ObjectRef {
        kind: kind.to_owned(),
        namespace: "lab-01".to_owned(),
        name: name.to_owned(),
    };
    let (mut scaled, mut gone) = (event("e1", "web", false, 1), event("e2", "old", true, 2));
    scaled.about = about("Deployment", "web");
    gone.about = about("Pod", "old");
    lab.put(vec![Row::Object(object("Deployment", "web", None)), Row::Event(scaled), Row::Event(gone)]);
    lab.edit().focus = Pane::Events;
    lab.model.measures.events = vec![(uid("e1"), 0), (uid("e2"), 1)];
    lab.keys("\n");
    assert!(lab.notice().contains("not there any more"), "the newest is at hand: {}", lab.notice());
    assert_eq!(lab.attempt().tab, Tab::Pods);
    lab.edit().event = Some(uid("e1"));
    lab.keys("\n");
    let attempt = lab.attempt();
    assert_eq!((attempt.focus, attempt.selected.clone()), (Pane::Pods, Some(uid("web"))));
    assert_eq!(attempt.tab, Tab::Kind("Deployment".to_owned()));
}

#[test]
fn a_key_of_ones_own_takes_the_place_of_the_tables_everywhere() {
    let mut lab = Lab::broken();
    lab.model.keys.bind(Action::Describe, vec![Key::Char('A')]);
    assert_eq!(keymap::action(&lab.model, &key('A')), Some(Action::Describe));
    assert_eq!(keymap::action(&lab.model, &key('d')), None);
    assert!(keymap::footer(&lab.model).contains(&("A".to_owned(), "describe".to_owned())));
    assert!(keymap::help(&lab.model).iter().any(|(_, lines)| lines.iter().any(|(key, _)| key == "A")));
}

#[test]
fn a_theme_is_turned_by_its_name() {
    let mut lab = Lab::broken();
    lab.keys(":theme\n");
    assert_eq!(lab.model.theme, Theme::Dark);
    assert!(Theme::NAMES.iter().all(|name| Theme::named(name).is_some_and(|theme| theme.name() == *name)));
}

#[test]
fn a_log_is_read_since_a_minute_ago() {
    let mut lab = Lab::broken();
    lab.keys("l");
    let lines = [at(-90), at(-5)].map(|time| format!("{time} said"));
    lab.cluster(FromCluster::LogLines {
        pod: uid("web-1"),
        container: "app".to_owned(),
        lines: lines.to_vec(),
    });
    lab.keys("s");
    let Some(Overlay::Log(page)) = lab.model.overlays.last() else {
        panic!("the log is open")
    };
    assert_eq!(page.shown_lines(lab.model.now).collect::<Vec<_>>(), [&lines[1]]);
    assert_eq!(lab.equal(), "kubectl logs web-1 --since=60s -n lab-01");
    lab.keys("sss");
    let Some(Overlay::Log(page)) = lab.model.overlays.last() else {
        panic!("the log is open")
    };
    assert_eq!(page.shown_lines(lab.model.now).count(), 2);
}
