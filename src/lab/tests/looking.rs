//! Selecting, folding, copying; describe, YAML, log and events of an object; the mouse.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::bench::*;
use crate::cluster::snapshot::{NodeRow, ObjectRef, Row};
use crate::lab::lesson::Place;
use crate::lab::msg::{AttemptNo, Detail, Effect, FromCluster, Msg, ToShell};
use crate::lab::{Overlay, Pane, Tab, lesson, object, table};
use crate::scenario::commands::{blocks, commands};

fn mouse(kind: MouseEventKind, column: u16, row: u16) -> Msg {
    Msg::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    })
}

const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

#[test]
fn the_newest_pod_is_selected_until_one_is_chosen_by_hand() {
    let mut lab = Lab::broken();
    lab.put(vec![Row::Pod(pod("web-2", 5))]);
    assert_eq!(lab.attempt().selected, Some(uid("web-2")));
    lab.keys("\tk");
    assert_eq!(lab.attempt().selected, Some(uid("web-1")));
    lab.put(vec![Row::Pod(pod("web-0", -5)), Row::Pod(pod("web-3", 9))]);
    assert_eq!(lab.attempt().selected, Some(uid("web-1")), "kept while rows move");
    assert_eq!(table::place(lab.attempt()), Some(1));
}

#[test]
fn tabs_are_the_pods_then_the_kinds_then_the_nodes() {
    let mut lab = Lab::broken();
    lab.put(vec![Row::Object(object("ReplicaSet", "web-rs", Some(("Deployment", "web"))))]);
    let kinds: Vec<Tab> = ["Deployment", "ReplicaSet", "Node"].map(|kind| Tab::Kind(kind.to_owned())).into();
    assert_eq!(table::tabs(lab.attempt())[1..], kinds);
    lab.keys("]]");
    assert_eq!(
        (lab.attempt().tab.clone(), lab.attempt().selected.clone()),
        (kinds[1].clone(), Some(uid("web-rs")))
    );
    lab.keys("[[[");
    assert_eq!(lab.attempt().tab, kinds[2], "around the end");
}

#[test]
fn each_look_names_its_kubectl_command() {
    let about = ObjectRef {
        kind: "Pod".to_owned(),
        namespace: "lab-01".to_owned(),
        name: "web-1".to_owned(),
    };
    let number = crate::lab::msg::AttemptNo(1);
    let mut lab = Lab::broken();
    assert_eq!(lab.keys("d"), [Effect::Show(number, Detail::Describe(about.clone()))]);
    assert_eq!(lab.equal(), "kubectl describe pod web-1 -n lab-01");
    assert_eq!(lab.keys("\x1by"), [Effect::Show(number, Detail::Yaml(about))]);
    assert_eq!(lab.equal(), "kubectl get pod web-1 -o yaml -n lab-01");
    lab.keys("\x1bv");
    assert_eq!(lab.equal(), "kubectl events --for pod/web-1 -n lab-01");
    assert!(matches!(lab.model.overlays.last(), Some(Overlay::Object { .. })));
    lab.put(vec![Row::Pod(crashing("web-1"))]);
    lab.keys("\x1bl");
    assert_eq!(lab.equal(), "kubectl logs web-1 -c app --previous -n lab-01");
}

#[test]
fn without_an_object_a_look_says_so() {
    let mut lab = Lab::opened(crate::lab::Place::Practice);
    for keys in ["d", "y", "l", "v"] {
        assert_eq!(lab.keys(keys), []);
        assert!(lab.notice().contains("Nothing is selected"), "{keys}");
    }
}

#[test]
fn the_object_page_tells_image_policy_owners_and_cache() {
    let mut lab = Lab::broken();
    let names = vec!["docker.io/library/shop@sha256:1".to_owned(), "docker.io/library/shop:bad".to_owned()];
    lab.put(vec![
        Row::Object(object("Deployment", "web", None)),
        Row::Object(object("ReplicaSet", "web-rs", Some(("Deployment", "web")))),
        Row::Node(NodeRow {
            uid: uid("n"),
            name: "node-1".to_owned(),
            images: vec![(names, 7)],
            ..NodeRow::default()
        }),
        Row::Event(event("e1", "web-1", true, 1)),
        Row::Event(event("e2", "other", true, 1)),
    ]);
    lab.keys("v");
    let Some(Overlay::Object { about, uid, .. }) = lab.model.overlays.last() else {
        panic!("the object page is open")
    };
    let view = object::view(lab.attempt(), about, uid);
    assert_eq!(view.owners, ["Pod web-1", "ReplicaSet web-rs", "Deployment web"]);
    assert_eq!(view.events.len(), 1);
    assert_eq!(
        (view.containers[0].image, view.containers[0].pull_policy, view.containers[0].cached),
        ("shop:bad", "Always", Some(true))
    );
    assert_eq!(view.node, Some(("node-1".to_owned(), vec!["docker.io/library/shop:bad".to_owned()])));
}

#[test]
fn the_log_of_a_deployment_is_that_of_its_newest_pod() {
    let mut lab = Lab::broken();
    let mut deployment = object("Deployment", "web", None);
    deployment.selector = [("app".to_owned(), "web".to_owned())].into();
    lab.put(vec![Row::Object(deployment), Row::Pod(pod("web-2", 8))]);
    let effects = lab.keys("]l");
    assert!(
        matches!(effects.as_slice(), [Effect::FollowLog { name, container, previous: false, .. }] if name == "web-2" && container == "app"),
        "{effects:?}"
    );
}

#[test]
fn folds_turn_by_enter_and_the_answer_only_when_asked_twice() {
    let mut lab = Lab::broken();
    lab.measure(Pane::Lesson, 60, 10);
    for (part, row) in [(5, 4), (3, 30)] {
        lab.model.measures.parts = vec![(part, row)];
        lab.edit().scroll.lesson = row;
        assert_eq!(lesson::current(&lab.model), Some(lesson::Stop::Fold(part)));
        lab.keys("\n");
    }
    let open = |lab: &Lab, part: usize| lesson::shown(lab.attempt())[part].body.is_some();
    assert!(open(&lab, 5) && !open(&lab, 3) && !lab.attempt().solution_seen);
    assert!(lab.notice().contains("counts as help"), "{}", lab.notice());
    lab.keys("\n");
    assert!(open(&lab, 3) && lab.attempt().solution_seen);
}

#[test]
fn a_locked_hint_says_which_comes_first() {
    let mut lab = Lab::broken();
    assert_eq!(lesson::turn(lab.edit(), 2), lesson::Turned::Locked(1));
    assert_eq!(lesson::turn(lab.edit(), 1), lesson::Turned::NextHint);
    let lines: Vec<_> = lesson::shown(lab.attempt()).into_iter().filter_map(|shown| shown.fold).collect();
    assert_eq!((lines[0].label.as_str(), lines[0].summary), ("Hint 1 of 2", "Look at the rows"));
    assert_eq!((lines[1].note.as_str(), lines[1].summary), ("locked: open hint 1", "Look closer"));
}

#[test]
fn dot_copies_the_marked_command_or_the_rows_name() {
    let mut lab = Lab::broken();
    lab.measure(Pane::Lesson, 60, 10);
    lab.model.measures.commands = lesson_commands(&lab);
    assert_eq!(lab.keys("."), [Effect::Copy("kubectl get pods".to_owned())]);
    lab.edit().scroll.lesson = 1;
    assert_eq!(lab.keys("."), [Effect::Copy("kubectl get events".to_owned())]);
    assert_eq!(lab.keys("\t."), [Effect::Copy("web-1".to_owned())]);
}

#[test]
fn enter_types_one_command_after_the_other_and_presses_no_enter() {
    let mut lab = Lab::broken();
    lab.measure(Pane::Lesson, 60, 10);
    lab.model.measures.commands = lesson_commands(&lab);
    lab.edit().shell.size = Some((80, 24));
    let typed = |text: &str| [Effect::Shell(AttemptNo(1), ToShell::Type(text.to_owned()))];
    assert_eq!(lab.keys("\n"), typed("kubectl get pods"));
    assert_eq!(lab.attempt().focus, Pane::Shell);
    lab.edit().focus = Pane::Lesson;
    assert_eq!(lab.keys("\n"), typed("kubectl get events"));
}

#[test]
fn the_mark_walks_where_the_page_does_not_move() {
    let mut lab = Lab::broken();
    lab.measure(Pane::Lesson, 5, 10);
    lab.model.measures.commands = lesson_commands(&lab);
    let first = lesson::current(&lab.model);
    lab.keys("j");
    assert_ne!(lesson::current(&lab.model), first);
    lab.keys("k");
    assert_eq!(lesson::current(&lab.model), first);
}

/// Each command of the lesson's text on a row of its own.
fn lesson_commands(lab: &Lab) -> Vec<(Place, usize)> {
    let places = lesson::shown(lab.attempt())
        .into_iter()
        .filter_map(|shown| Some((shown.part, shown.body?.to_owned())));
    let mut found = Vec::new();
    for (part, body) in places {
        for (block, code) in blocks(&body).iter().enumerate() {
            found.extend((0..commands(code).len()).map(|command| Place { part, block, command }));
        }
    }
    found.into_iter().enumerate().map(|(row, place)| (place, row)).collect()
}

#[test]
fn views_toggle() {
    let mut lab = Lab::broken();
    lab.keys("Wwz");
    assert!(lab.attempt().warnings_only && lab.attempt().wide && lab.attempt().zoom);
    lab.put(vec![Row::Event(event("e1", "web-1", false, 1)), Row::Event(event("e2", "web-1", true, 1))]);
    assert_eq!(table::events(lab.attempt()).len(), 1);
    lab.keys("\x1b");
    assert!(!lab.attempt().zoom, "Esc ends the zoom");
    assert_eq!(lab.keys("M"), [Effect::Mouse(false)]);
    assert_eq!(lab.send(mouse(CLICK, 1, 1)), [], "the terminal has the mouse");
}

#[test]
fn the_wheel_scrolls_and_a_click_selects_focuses_and_presses() {
    let mut lab = Lab::broken();
    lab.put(vec![Row::Pod(pod("web-2", 5))]);
    lab.measure(Pane::Lesson, 60, 10);
    lab.measure(Pane::Pods, 2, 5);
    lab.send(mouse(MouseEventKind::ScrollDown, 3, 3));
    assert_eq!(lab.attempt().scroll.lesson, 3);
    lab.send(mouse(CLICK, 3, 20));
    assert_eq!((lab.attempt().focus, lab.attempt().selected.clone()), (Pane::Pods, Some(uid("web-1"))));
    lab.model.measures.keys = vec![(10, 50, 6, 'h')];
    lab.send(mouse(CLICK, 12, 50));
    assert_eq!(lab.attempt().hints, 1);
    assert_eq!(lab.send(mouse(CLICK, 16, 50)), [], "beside the key");
}

#[test]
fn the_selection_stays_in_view() {
    let mut lab = Lab::broken();
    lab.put((0..30).map(|n| Row::Pod(pod(&format!("p-{n:02}"), 10 + n))).collect());
    lab.measure(Pane::Pods, 31, 5);
    lab.keys("\tg");
    assert_eq!(lab.attempt().scroll.pods, 0);
    lab.keys("jjjjj");
    assert_eq!(lab.attempt().scroll.pods, 1);
    lab.keys("G");
    assert_eq!(lab.attempt().scroll.pods, 26);
    lab.keys("kkkkk");
    assert_eq!(lab.attempt().scroll.pods, 25);
}

#[test]
fn editing_gives_the_selected_object_to_the_editor_and_names_the_command() {
    let mut lab = Lab::broken();
    let effects = lab.keys("e");
    let [Effect::Edit(_, about)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!((about.kind.as_str(), about.name.as_str()), ("Pod", "web-1"));
    let equal = lab.attempt().equal.clone().map(|(command, _)| command);
    assert_eq!(equal, Some(format!("kubectl edit pod web-1 -n {}", about.namespace)));
}

#[test]
fn by_pages_tab_turns_the_page_and_back_tab_goes_through_the_clusters() {
    let mut lab = Lab::broken();
    lab.measure(Pane::Lesson, 60, 10);
    let back = |lab: &mut Lab| lab.send(Msg::Key(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT)));
    lab.keys("\t");
    assert_eq!(lab.attempt().focus, Pane::Pods);
    lab.model.measures = Default::default();
    lab.measure(Pane::Pods, 2, 2);
    let seen: Vec<Pane> = (0..3).map(|_| (back(&mut lab), lab.attempt().focus).1).collect();
    assert_eq!(seen, [Pane::Events, Pane::Goals, Pane::Pods]);
    lab.keys("\t");
    assert_eq!(lab.attempt().focus, Pane::Lesson);
    // side by side it goes through all of them
    lab.measure(Pane::Lesson, 60, 10);
    let seen: Vec<Pane> = (0..4).map(|_| (lab.keys("\t"), lab.attempt().focus).1).collect();
    assert_eq!(seen, [Pane::Pods, Pane::Events, Pane::Goals, Pane::Lesson]);
}

#[test]
fn the_kubeconfig_line_is_asked_for_shown_and_copied() {
    let mut lab = Lab::broken();
    assert_eq!(lab.keys("K"), [Effect::Access(AttemptNo(1))]);
    let line = "export KUBECONFIG=/tmp/kube/lab-01";
    let copied = lab.cluster(FromCluster::Access(line.to_owned()));
    assert_eq!((copied, lab.equal()), (vec![Effect::Copy(line.to_owned())], line));
}
