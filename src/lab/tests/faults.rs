//! Faults by the real rules: the clue comes, moves on to the fault behind, and the goals turn green by what the cluster says.

use super::bench::*;
use crate::cluster::snapshot::{Change, ContainerState, EventRow, ObjectRef, PodRow, Replicas, Row};
use crate::lab::msg::{Effect, FromCluster, Order, Solved};
use crate::lab::{Overlay, Pane, Place, Stage, next_wake};
use crate::scenario::clue::Fault;
use crate::scenario::{ClueRule, Goal, Scenario, Want};
use std::time::Duration;

const TAGGED: &str = "example/shop:v1";

fn lesson() -> Scenario {
    let goal = |what: Want, seconds: u64| Goal {
        what,
        hold: Duration::from_secs(seconds),
        why: String::new(),
        title: String::new(),
    };
    let ready = Want::Ready {
        kind: "Deployment".to_owned(),
        name: "web".to_owned(),
    };
    Scenario {
        expect_broken: vec!["ErrImagePull".to_owned(), "ImagePullBackOff".to_owned()],
        goals: vec![goal(Want::SeenBroken, 0), goal(ready, 10)],
        ..scenario("01-shop", "Shop")
    }
}

fn lab() -> Lab {
    let mut lab = Lab::new(Place::Practice);
    lab.model.cards = vec![card(Ok(lesson()), "01-shop")];
    lab.keys("\n");
    lab.cluster(FromCluster::Opened {
        namespace: "lab-01".to_owned(),
        server: String::new(),
        version: String::new(),
    });
    lab.cluster(FromCluster::Done(Order::Prepare, Vec::new()));
    lab.keys("b");
    lab.cluster(FromCluster::Done(Order::Break, Vec::new()));
    lab
}

fn waiting(mut row: PodRow, reason: &str) -> PodRow {
    row.status = reason.to_owned();
    row.phase = "Pending".to_owned();
    row.containers[0].state = ContainerState::Waiting {
        reason: reason.to_owned(),
        message: String::new(),
    };
    row
}

fn failed_pull(about: &str, count: u32) -> EventRow {
    let message = "Failed to pull image \"shop:bad\": rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/library/shop:bad\": \
                   failed to resolve reference \"docker.io/library/shop:bad\": docker.io/library/shop:bad: not found";
    let about_ref = ObjectRef {
        kind: "Pod".to_owned(),
        namespace: "lab-01".to_owned(),
        name: about.to_owned(),
    };
    EventRow {
        message: message.to_owned(),
        about: about_ref,
        field: "spec.containers{app}".to_owned(),
        ..event("pull", about, true, count)
    }
}

fn broken() -> Lab {
    let mut lab = lab();
    lab.tick(5);
    lab.put(vec![
        Row::Pod(waiting(pod("web-1", 1), "ImagePullBackOff")),
        Row::Event(failed_pull("web-1", 1)),
    ]);
    lab
}

fn fault(lab: &Lab) -> Option<Fault> {
    lab.attempt().clue.as_ref().map(|clue| clue.fault)
}

#[test]
fn the_clue_comes_with_its_event_and_only_after_b() {
    let lab = broken();
    assert_eq!(fault(&lab), Some(PULL));
    let mut early = Lab::opened(Place::Practice);
    early.put(vec![
        Row::Pod(waiting(pod("web-1", 1), "ImagePullBackOff")),
        Row::Event(failed_pull("web-1", 1)),
    ]);
    assert_eq!(fault(&early), None);
}

#[test]
fn a_second_fault_behind_the_first_is_announced() {
    let mut lab = broken();
    lab.keys("i");
    assert_eq!(lab.attempt().clue_depth, 1);
    lab.tick(40);
    let mut second = pod("web-2", 30);
    second.status = "CrashLoopBackOff".to_owned();
    second.phase = "Running".to_owned();
    second.containers[0].image = "shop:good".to_owned();
    second.containers[0].restarts = 1;
    second.containers[0].state = ContainerState::Waiting {
        reason: "CrashLoopBackOff".to_owned(),
        message: String::new(),
    };
    second.containers[0].last = ContainerState::Terminated {
        reason: "Error".to_owned(),
        exit: 1,
        finished: Some(at(38)),
    };
    let gone = Change::Gone {
        kind: "Pod".to_owned(),
        uid: uid("web-1"),
    };
    let effects = lab.cluster(FromCluster::Changed(vec![gone, Change::Put(Row::Pod(second))]));
    let [Effect::ReadLog(_, wanted)] = effects.as_slice() else {
        panic!("the rules ask for the log: {effects:?}")
    };
    assert_eq!((wanted.pod.as_str(), wanted.container.as_str()), ("web-2", "app"));
    lab.cluster(FromCluster::LogTail(wanted.clone(), vec!["SHOP_CONFIG is not set".to_owned()]));
    assert_eq!(fault(&lab), Some(Fault::Crash));
    assert_eq!(lab.attempt().behind.as_deref(), Some("the tag is mended, a second fault was behind it"));
    assert_eq!(lab.attempt().clue_depth, 0, "the card is shut again");
    let before = lab.attempt().clue.clone();
    lab.cluster(FromCluster::LogTail(wanted.clone(), Vec::new()));
    assert_eq!(lab.attempt().clue, before, "a log that cannot be read takes nothing away");
    lab.tick(41);
    assert!(lab.attempt().behind.is_some(), "said while the fault lasts");
    assert_eq!(lab.cluster(FromCluster::Changed(Vec::new())), [], "the log is asked for once");
}

/// In place of the pod that fails one that is ready.
fn mended() -> Vec<Change> {
    let mut healthy = pod("web-2", 58);
    healthy.status = "Running".to_owned();
    healthy.phase = "Running".to_owned();
    healthy.ready = (1, 1);
    healthy.is_ready = true;
    healthy.containers[0].image = TAGGED.to_owned();
    healthy.containers[0].ready = true;
    healthy.containers[0].state = ContainerState::Running { since: Some(at(59)) };
    let mut deployment = object("Deployment", "web", None);
    deployment.replicas = Replicas {
        desired: 1,
        current: 1,
        updated: 1,
        ready: 1,
        available: 1,
        observed: true,
    };
    let gone = Change::Gone {
        kind: "Pod".to_owned(),
        uid: uid("web-1"),
    };
    vec![gone, Change::Put(Row::Object(deployment)), Change::Put(Row::Pod(healthy))]
}

#[test]
fn where_every_goal_holds_there_is_no_clue_whatever_the_rules_still_find() {
    let mut lab = broken();
    let mut scenario = lesson();
    scenario.clues = vec![ClueRule::Event {
        reason: "Old".to_owned(),
        message: "*".to_owned(),
    }];
    lab.edit().scenario = scenario.into();
    lab.tick(60);
    lab.cluster(FromCluster::Changed(mended()));
    let stale = |name: &str| EventRow {
        reason: "Old".to_owned(),
        ..event(name, "web", false, 1)
    };
    lab.put(vec![Row::Event(stale("old"))]);
    assert!(lab.attempt().clue.is_some());
    lab.tick(75);
    assert_eq!((lab.stage(), fault(&lab)), (Stage::Solved, None));
    lab.put(vec![Row::Event(stale("older"))]);
    assert_eq!(fault(&lab), None, "nor does news bring it back");
}

#[test]
fn what_goes_has_no_clue() {
    let mut lab = broken();
    lab.keys("c\n");
    assert_eq!((lab.stage(), fault(&lab)), (Stage::Cleaning, None));
}

#[test]
fn goals_turn_green_without_a_key_when_they_have_held() {
    let mut lab = broken();
    lab.tick(60);
    lab.cluster(FromCluster::Changed(mended()));
    assert_eq!((fault(&lab), lab.stage()), (None, Stage::Broken));
    assert!(lab.attempt().judge.next_change().is_some() && next_wake(&lab.model).first() == Some(at(62)));
    for second in 61..70 {
        assert_eq!(lab.tick(second), [], "{second}: {:?}", lab.attempt().verdicts);
    }
    assert_eq!(
        lab.tick(70),
        [Effect::SaveProgress {
            folder: "01-shop".to_owned(),
            state: Solved::WithoutHelp,
            seconds: Some(70)
        }]
    );
    assert_eq!(lab.stage(), Stage::Solved);
    assert!(matches!(lab.model.overlays.as_slice(), [Overlay::Debrief { .. }]));
}

#[test]
fn what_is_looked_at_before_b_is_unmet() {
    let mut lab = Lab::new(Place::Practice);
    lab.model.cards = vec![card(Ok(lesson()), "01-shop")];
    lab.keys("\n");
    assert_eq!(lab.attempt().verdicts.iter().map(|verdict| verdict.met).collect::<Vec<_>>(), [false, false]);
}

#[test]
fn on_the_lessons_page_i_turns_to_the_clue_before_it_opens_more() {
    let mut lab = broken();
    lab.measure(Pane::Lesson, 60, 10);
    lab.edit().focus = Pane::Lesson;
    lab.keys("i");
    assert_eq!((lab.attempt().focus, lab.attempt().clue_depth), (Pane::Events, 0));
    lab.keys("i");
    assert_eq!((lab.attempt().focus, lab.attempt().clue_depth), (Pane::Events, 1));
}
