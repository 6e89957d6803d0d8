//! Cleaning up and leaving, key by key, and what an earlier run left.

use super::bench::*;
use crate::lab::msg::{AttemptNo, Effect, FromCluster, Msg, Order};
use crate::lab::{Place, Question, Screen, Stage, lesson, live};

const ONE: AttemptNo = AttemptNo(1);

#[test]
fn c_asks_once_shows_what_goes_and_starts_afresh() {
    let mut lab = Lab::broken();
    assert_eq!(lab.keys("c"), []);
    assert_eq!(top(&lab), Some(Question::Cleanup));
    assert_eq!(lab.keys("\n"), [Effect::Carry(ONE, Order::Cleanup)]);
    assert_eq!((lab.stage(), lab.equal()), (Stage::Cleaning, "kubectl delete namespace lab-01"));
    lab.cluster(FromCluster::Going(vec!["Pod web-1".to_owned()]));
    assert_eq!(lab.attempt().going, ["Pod web-1"]);
    lab.cluster(FromCluster::Done(Order::Cleanup, Vec::new()));
    assert_eq!((lab.stage(), lab.attempt().began, lab.attempt().going.len()), (Stage::Ready, None, 0));
    assert!(lab.notice().contains("All gone"));
    assert_eq!(lab.keys("b"), [Effect::Carry(ONE, Order::Prepare)], "the namespace is gone too");
    lab.keys("c");
    assert_eq!(top(&lab), Some(Question::Cleanup));
}

#[test]
fn after_a_clean_up_the_answers_stay_readable_until_the_next_break() {
    let mut lab = Lab::broken();
    lab.keys("h");
    live::solved(&mut lab.model);
    lab.keys("\x1bcy");
    lab.cluster(FromCluster::Done(Order::Cleanup, Vec::new()));
    let answer = |lab: &Lab| lesson::shown(lab.attempt())[4].body.is_some();
    assert!(answer(&lab) && lab.attempt().solved_at.is_none());
    lab.keys("b");
    assert!(!answer(&lab));
    assert_eq!(lab.attempt().hints, 0, "afresh");
}

#[test]
fn what_is_left_after_a_clean_up_is_said_and_c_tries_again() {
    let mut lab = Lab::broken();
    lab.keys("cy");
    lab.cluster(FromCluster::Done(Order::Cleanup, vec!["ConfigMap held".to_owned()]));
    assert!(lab.notice().contains("ConfigMap held"), "{}", lab.notice());
    assert_eq!(lab.stage(), Stage::Broken);
    assert_eq!(lab.keys("cy"), [Effect::Carry(ONE, Order::Cleanup)]);
}

#[test]
fn nothing_applied_nothing_to_clean_up_and_nothing_asked_on_leaving() {
    let mut lab = Lab::opened(Place::Practice);
    lab.keys("c");
    assert!(lab.model.overlays.is_empty() && lab.notice().contains("nothing to clean up"));
    assert_eq!(lab.keys("q"), [Effect::Close(ONE)]);
    assert!(matches!(lab.model.screen, Screen::Picker(_)));
}

#[test]
fn leaving_offers_to_clean_up_first() {
    let mut lab = Lab::broken();
    assert_eq!(lab.keys("q"), []);
    assert_eq!(top(&lab), Some(Question::Leave { quit: false }));
    lab.keys("\x1b");
    assert_eq!((lab.stage(), top(&lab)), (Stage::Broken, None), "Esc stays");
    assert_eq!(lab.keys("qc"), [Effect::Carry(ONE, Order::Cleanup)]);
    assert_eq!(lab.cluster(FromCluster::Done(Order::Cleanup, Vec::new())), [Effect::Close(ONE)]);
    assert!(matches!(lab.model.screen, Screen::Picker(_)));
    let mut lab = Lab::broken();
    assert_eq!(lab.keys("qy"), [Effect::Close(ONE)]);
}

#[test]
fn ctrl_c_asks_like_q_and_twice_at_once_quits() {
    let mut lab = Lab::broken();
    assert_eq!(lab.keys("\x03"), []);
    assert_eq!(top(&lab), Some(Question::Leave { quit: false }));
    assert_eq!(lab.keys("\x03"), [Effect::Close(ONE), Effect::Quit]);
    let mut lab = Lab::broken();
    lab.keys("\x03");
    lab.tick(10);
    assert_eq!(lab.keys("\x03"), [], "a late second one is a first one");
    assert_eq!(top(&lab), None);
}

#[test]
fn an_earlier_run_is_gone_on_with_or_cleaned_up() {
    let found = || FromCluster::Found(vec!["Deployment web".to_owned()]);
    let mut lab = Lab::opened(Lab::real());
    lab.cluster(found());
    assert_eq!(top(&lab), Some(Question::GoOn));
    lab.keys("y");
    assert_eq!(lab.stage(), Stage::Broken);
    assert_eq!(lab.keys("s\n"), [Effect::Carry(ONE, Order::Solve)], "no preparation again");

    let mut lab = Lab::opened(Lab::real());
    lab.cluster(found());
    assert_eq!(lab.keys("n"), [Effect::Carry(ONE, Order::Cleanup)]);

    let mut lab = Lab::opened(Lab::real());
    lab.cluster(found());
    assert_eq!(lab.keys("\x1b"), [], "Esc deletes nothing");
    assert_eq!(lab.stage(), Stage::Ready);
    lab.keys("b");
    assert_eq!(lab.stage(), Stage::Broken);
}

#[test]
fn on_a_terminal_that_shows_nothing_q_leaves_at_once_and_no_other_key_counts() {
    let mut lab = Lab::broken();
    lab.send(Msg::Resize(50, 10));
    for keys in ["b", "c\n", "s\n", "x"] {
        assert_eq!(lab.keys(keys), [], "{keys}");
    }
    assert!(lab.model.overlays.is_empty() && lab.stage() == Stage::Broken);
    let effects = lab.keys("q");
    assert!(lab.model.quitting && effects.contains(&Effect::Quit), "{effects:?}");
}
