//! Timeline, strips, words: how what happened is kept and told.

use super::bench::*;
use crate::cluster::snapshot::{Change, ConditionRow, EventRow, Fact, ObjectRef, PodRow, Row};
use crate::lab::journal::{Mark, Shade};
use crate::lab::msg::{Detail, Effect, FromCluster, Order};
use crate::lab::timeline::{Tone, moments};
use crate::lab::{Overlay, Place, Tab, View};
use crate::scenario::clue::{Clue, Fault};

fn told(lab: &Lab) -> Vec<(usize, String)> {
    moments(lab.attempt()).into_iter().map(|moment| (moment.depth, moment.text)).collect()
}

fn failed_pull(pod: &str, count: u32, first: i64, last: i64) -> Row {
    Row::Event(EventRow {
        about: ObjectRef {
            kind: "Pod".to_owned(),
            namespace: "lab-01".to_owned(),
            name: pod.to_owned(),
        },
        field: "spec.containers{app}".to_owned(),
        message: "Failed to pull image \"shop:bad\": failed to resolve image: docker.io/library/shop:bad: not found".to_owned(),
        first: Some(at(first)),
        last: Some(at(last)),
        ..event(&format!("pull-{pod}"), pod, true, count)
    })
}

fn status(name: &str, status: &str, ready: bool) -> Row {
    let ready = (u32::from(ready), 1);
    Row::Pod(PodRow {
        status: status.to_owned(),
        ready,
        ..pod(name, 1)
    })
}

/// Broken, its two pods fail to pull, then the learner sets another image and a new pod runs.
fn story() -> Lab {
    let mut lab = Lab::opened(crate::lab::Place::Practice);
    for kind in ["Deployment", "ReplicaSet"] {
        lab.cluster(FromCluster::Changed(vec![Change::Relisted {
            kind: kind.to_owned(),
            live: Vec::new(),
        }]));
    }
    lab.keys("b");
    let mut web = object("Deployment", "web", None);
    web.images = vec!["shop:bad".to_owned()];
    web.wish = 1;
    lab.put(vec![Row::Object(web.clone())]);
    lab.cluster(FromCluster::Done(Order::Break, Vec::new()));
    lab.tick(1);
    lab.put(vec![Row::Object(object("ReplicaSet", "web-rs", Some(("Deployment", "web"))))]);
    lab.put(vec![Row::Pod(pod("web-1", 1)), Row::Pod(pod("web-2", 1))]);
    lab.tick(3);
    lab.put(vec![failed_pull("web-1", 1, 2, 2), failed_pull("web-2", 1, 2, 2)]);
    lab.put(vec![status("web-1", "ErrImagePull", false)]);
    lab.tick(20);
    lab.put(vec![failed_pull("web-1", 3, 2, 40)]);
    lab.tick(60);
    web.images = vec!["shop:good".to_owned()];
    web.wish = 2;
    lab.put(vec![Row::Object(web)]);
    lab.tick(62);
    let mut new = pod("web-3", 61);
    new.status = "Running".to_owned();
    new.ready = (1, 1);
    lab.put(vec![Row::Pod(new)]);
    lab
}

#[test]
fn effects_stand_under_what_caused_them() {
    let lab = story();
    let lines = told(&lab);
    let place = |wanted: &str| {
        lines
            .iter()
            .position(|(_, text)| text.contains(wanted))
            .unwrap_or_else(|| panic!("no {wanted}: {lines:#?}"))
    };
    let order = [
        "you broke it",
        "made Deployment web with shop:bad",
        "ReplicaSet web-rs made",
        "Pod web-1 made",
        "pull failed",
        "you set Deployment web from shop:bad to shop:good",
        "Running and ready",
    ]
    .map(place);
    assert!(order.is_sorted(), "{lines:#?}");
    assert_eq!(order.map(|at| lines[at].0), [0, 1, 1, 2, 2, 0, 2]);
}

#[test]
fn repeats_count_up_and_the_same_of_sisters_is_one_line() {
    let lab = story();
    let moments = moments(lab.attempt());
    let pull = moments.iter().find(|moment| moment.text.contains("pull failed")).unwrap();
    assert_eq!((pull.times, pull.more, pull.tone), (3, 1, Tone::Fault));
    assert!(pull.text.ends_with("shop:bad: not found"), "{}", pull.text);
    assert_eq!(moments.iter().filter(|moment| moment.text.contains("made")).count(), 4, "{moments:#?}");
}

#[test]
fn what_comes_again_says_when_it_came_last() {
    let lab = story();
    let text = crate::lab::timeline::markdown(lab.attempt());
    assert!(text.contains("not found ×3, last +40 s, and 1 more"), "{text}");
}

#[test]
fn within_a_second_a_cause_stands_before_its_effect() {
    let mut lab = Lab::opened(crate::lab::Place::Practice);
    lab.cluster(FromCluster::Changed(vec![Change::Relisted {
        kind: "ReplicaSet".to_owned(),
        live: Vec::new(),
    }]));
    lab.keys("b");
    lab.put(vec![failed_pull("web-1", 1, 1, 1), Row::Pod(pod("web-1", 1))]);
    lab.tick(1);
    lab.put(vec![Row::Object(object("ReplicaSet", "web-rs", Some(("Deployment", "web"))))]);
    let lines = told(&lab);
    let place = |wanted: &str| lines.iter().position(|(_, text)| text.contains(wanted));
    let order = ["ReplicaSet web-rs made", "Pod web-1 made", "pull failed"].map(place);
    assert!(order.is_sorted() && order[0].is_some(), "{lines:#?}");
}

#[test]
fn an_event_that_came_before_its_pod_is_one_line_with_its_sisters() {
    let mut lab = story();
    let refused = |pod: &str| {
        Row::Event(EventRow {
            reason: "FailedScheduling".to_owned(),
            message: "0/1 nodes are available".to_owned(),
            about_uid: uid(pod),
            ..match failed_pull(pod, 1, 61, 61) {
                Row::Event(row) => EventRow {
                    uid: uid(&format!("refused-{pod}")),
                    ..row
                },
                _ => unreachable!(),
            }
        })
    };
    lab.put(vec![refused("web-8"), refused("web-9")]);
    lab.put(vec![Row::Pod(pod("web-8", 61)), Row::Pod(pod("web-9", 61))]);
    let found = moments(lab.attempt());
    let found: Vec<_> = found
        .iter()
        .filter(|moment| moment.text.contains("0/1 nodes"))
        .map(|moment| moment.more)
        .collect();
    assert_eq!(found, [1]);
}

#[test]
fn a_clue_that_no_event_tells_is_told_once() {
    let mut lab = story();
    let pair = Clue {
        text: "the selector meets no pod".to_owned(),
        ..clue("web-1", Fault::Other)
    };
    let now = lab.model.now;
    for _ in 0..2 {
        lab.model.attempt_mut().unwrap().journal.clue(now, &pair);
    }
    let found = moments(lab.attempt());
    let found: Vec<_> = found.iter().filter(|moment| moment.text.contains("the selector meets no pod")).collect();
    assert_eq!(found.iter().map(|moment| (moment.depth, moment.tone)).collect::<Vec<_>>(), [(1, Tone::Fault)]);
}

#[test]
fn help_that_was_taken_is_told_and_starts_nothing() {
    let mut lab = story();
    lab.keys("h");
    lab.put(vec![status("web-2", "Error", false)]);
    let lines = told(&lab);
    assert_eq!(lines[lines.len() - 2], (0, "you opened hint 1 of 2".to_owned()));
    assert_eq!(lines[lines.len() - 1].0, 2);
}

#[test]
fn the_timeline_is_kept_as_markdown() {
    let mut lab = story();
    lab.keys("t");
    assert!(matches!(lab.model.overlays.as_slice(), [Overlay::View { view: View::Timeline, .. }]));
    let Some(Effect::Keep { name, text }) = lab.keys("S").pop() else {
        panic!("nothing is kept")
    };
    assert!(name.starts_with("01-crash-loop-") && name.ends_with(".md"), "{name}");
    assert!(text.starts_with("# CrashLoopBackOff") && text.contains("**") && text.contains("- +"), "{text}");
}

#[test]
fn a_strip_holds_states_and_marks() {
    let mut lab = Lab::broken();
    lab.tick(5);
    lab.put(vec![status("web-1", "Running", true)]);
    lab.tick(9);
    let Row::Pod(mut fallen) = status("web-1", "CrashLoopBackOff", false) else {
        unreachable!()
    };
    fallen.restarts = 1;
    lab.put(vec![Row::Pod(fallen)]);
    let strip = &lab.attempt().journal.strips[&uid("web-1")];
    assert_eq!(
        Vec::from(strip.states.clone()),
        [(at(0), Shade::Coming), (at(5), Shade::Ready), (at(9), Shade::Faulty)]
    );
    assert_eq!(Vec::from(strip.marks.clone()), [(at(9), Mark::Restart)]);
}

#[test]
fn x_explains_the_words_of_the_selected_row() {
    let mut lab = Lab::broken();
    lab.put(vec![status("web-1", "ErrImagePull", false), failed_pull("web-1", 1, 2, 2)]);
    lab.keys("x");
    let [
        Overlay::View {
            view: View::Words { words, .. },
            ..
        },
    ] = lab.model.overlays.as_slice()
    else {
        panic!("no words are open")
    };
    assert_eq!(words, &["ErrImagePull", "Failed"]);
}

#[test]
fn a_lesson_without_pods_opens_the_table_on_what_it_has() {
    let mut lab = Lab::opened(Place::Practice);
    let mut scenario = (*lab.attempt().scenario).clone();
    scenario.broken = vec![manifest("broken/c.yaml", "ConfigMap", "kept", "kind: ConfigMap\n")];
    lab.edit().scenario = scenario.into();
    lab.keys("b");
    lab.put(vec![Row::Object(object("ConfigMap", "kept", None))]);
    assert_eq!(lab.attempt().tab, Tab::Kind("ConfigMap".to_owned()));
    assert!(matches!(lab.keys("d").as_slice(), [Effect::Show(_, Detail::Describe(about))] if about.name == "kept"));
}

#[test]
fn where_no_pod_comes_the_table_shows_what_the_clue_is_about() {
    let mut lab = Lab::opened(Place::Practice);
    let mut scenario = (*lab.attempt().scenario).clone();
    scenario.broken[0].object["spec"]["template"]["spec"]["containers"] = serde_json::json!([]);
    lab.edit().scenario = scenario.into();
    lab.keys("b");
    let mut stuck = object("Deployment", "web", None);
    lab.put(vec![Row::Object(stuck.clone())]);
    assert_eq!(lab.attempt().tab, Tab::Pods, "they may still come");
    stuck.conditions = vec![ConditionRow {
        kind: "ReplicaFailure".to_owned(),
        status: "True".to_owned(),
        ..ConditionRow::default()
    }];
    lab.put(vec![Row::Object(stuck)]);
    assert_eq!(lab.attempt().tab, Tab::Kind("Deployment".to_owned()));
    lab.put(vec![Row::Pod(pod("web-1", 1))]);
    assert_eq!(lab.attempt().tab, Tab::Pods);
    lab.keys("]");
    lab.put(vec![Row::Pod(pod("web-2", 2))]);
    assert_ne!(lab.attempt().tab, Tab::Pods, "a tab that was chosen stays");
}

#[test]
fn the_lines_stand_in_the_order_of_the_seconds_they_show() {
    let mut lab = Lab::opened(Place::Practice);
    lab.pass(900);
    lab.keys("b");
    let put = |created: i64| Row::Pod(pod(&format!("web-{created}"), created));
    lab.pass(300);
    lab.put(vec![put(1), failed_pull("web-1", 1, 2, 2)]);
    let shown: Vec<i64> = moments(lab.attempt())
        .iter()
        .filter_map(|moment| moment.after)
        .map(|after| after.as_secs())
        .collect();
    assert!(shown.len() >= 2 && shown.is_sorted() && shown[0] == 1, "{shown:?}");
}

#[test]
fn a_pod_that_was_told_to_go_is_no_fault() {
    let mut lab = Lab::broken();
    let mut going = pod("web-1", 1);
    (going.deleting, going.status) = (true, "ContainerStatusUnknown".to_owned());
    lab.put(vec![Row::Pod(going)]);
    assert!(told(&lab).iter().all(|(_, text)| !text.contains("Unknown")), "{:?}", told(&lab));
}

#[test]
fn a_change_names_the_field_that_the_rows_show() {
    let mut lab = Lab::broken();
    let paused = |says: &str, wish: u64| {
        let mut row = object("CronJob", "backup", None);
        row.wish = wish;
        row.facts = vec![Fact {
            path: "spec.suspend".to_owned(),
            text: says.to_owned(),
        }];
        Row::Object(row)
    };
    lab.put(vec![paused("true", 1)]);
    lab.tick(60);
    lab.put(vec![paused("false", 2)]);
    let said = "you set spec.suspend of CronJob backup from true to false";
    assert!(told(&lab).iter().any(|(_, text)| text == said), "{:?}", told(&lab));
}
