//! The practice clock's keys, and the two times that part once it runs at another speed.

use super::bench::*;
use crate::lab::clock::{Clock, DESCRIBE};
use crate::lab::keymap;
use crate::lab::msg::{Effect, Msg, Tempo};
use crate::lab::{Place, next_wake};

#[test]
fn space_pauses_and_goes_on() {
    let mut lab = Lab::broken();
    assert_eq!(lab.keys(" "), vec![Effect::Clock(Tempo::Speed(0.0))]);
    assert!(lab.model.clock.paused && lab.notice().contains("stands still"));
    assert_eq!(lab.keys(">"), vec![Effect::Clock(Tempo::Step)]);
    assert!(lab.model.clock.paused);
    assert_eq!(lab.keys(" "), vec![Effect::Clock(Tempo::Speed(1.0))]);
}

#[test]
fn plus_and_minus_go_through_the_speeds_and_back_to_live() {
    let mut lab = Lab::broken();
    let speeds: Vec<Vec<Effect>> = "++++-".chars().map(|c| lab.keys(&c.to_string())).collect();
    let wanted = [4.0, 16.0, 60.0, 60.0, 16.0].map(|speed| vec![Effect::Clock(Tempo::Speed(speed))]);
    assert_eq!(speeds, wanted);
    assert_eq!(lab.model.notice.as_ref().map(|(notice, _)| notice.next.as_str()), Some(DESCRIBE));
    assert_eq!(lab.keys("<"), vec![Effect::Clock(Tempo::Speed(1.0))]);
    assert_eq!(lab.model.clock, Clock::default());
}

#[test]
fn another_scenario_does_not_begin_paused() {
    let mut lab = Lab::broken();
    lab.keys("+ ");
    lab.model.open("02-image-pull");
    assert_eq!(lab.model.clock, Clock { speed: 4.0, paused: false });
}

#[test]
fn a_real_cluster_has_no_clock_keys() {
    let mut lab = Lab::opened(Lab::real());
    assert!(lab.keys(" ").is_empty() && lab.keys("+").is_empty() && lab.keys(">").is_empty());
    let groups = |lab: &Lab| keymap::help(&lab.model).iter().any(|(group, _)| group.contains("Clock"));
    assert!(!groups(&lab));
    assert!(groups(&Lab::opened(Place::Practice)));
}

#[test]
fn notices_and_the_time_it_took_go_by_the_learners_own_clock() {
    let mut lab = Lab::broken();
    lab.send(Msg::Wall(at(0)));
    lab.keys("+");
    // An hour of the cluster's passes in ten seconds of the learner's.
    lab.tick(3600);
    assert!(!lab.notice().is_empty());
    lab.send(Msg::Wall(at(10)));
    assert_eq!(lab.notice(), "");
    assert_eq!(lab.attempt().elapsed(lab.model.wall()), Some(10));
    assert_eq!(next_wake(&lab.model).wall, Some(at(11)));
}
