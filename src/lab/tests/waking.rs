//! When the lab wants to be woken: never in vain.

use super::bench::*;
use crate::cluster::snapshot::Row;
use crate::lab::{Place, Stage, next_wake, wake};

#[test]
fn idle_it_sleeps() {
    let mut lab = Lab::new(Place::Practice);
    assert_eq!(next_wake(&lab.model).first(), None);
    lab.keys("\n");
    assert_eq!(next_wake(&lab.model).first(), None, "nothing with an age is shown");
}

#[test]
fn while_the_clock_runs_it_wakes_on_every_whole_second() {
    let mut lab = Lab::broken();
    lab.pass(10_300);
    assert_eq!(next_wake(&lab.model).first(), Some(at(11)));
}

#[test]
fn what_nobody_touches_wakes_on_every_other_one_until_somebody_does() {
    let mut lab = Lab::broken();
    lab.pass(70_300);
    assert_eq!(next_wake(&lab.model).first(), Some(at(72)));
    lab.keys("j");
    assert_eq!(next_wake(&lab.model).first(), Some(at(71)));
    lab.pass(70_000);
    assert_eq!(next_wake(&lab.model).first(), Some(at(142)));
    lab.put(vec![Row::Pod(pod("new", 140))]);
    assert_eq!(next_wake(&lab.model).first(), Some(at(142)), "news are shown when they come");
}

#[test]
fn rows_that_stand_wake_it_when_an_age_changes() {
    let mut lab = Lab::opened(Place::Practice);
    lab.put(vec![Row::Pod(pod("old", -3_600 * 9))]);
    assert_eq!(lab.stage(), Stage::Ready);
    lab.pass(5_000);
    assert_eq!(next_wake(&lab.model).first(), Some(at(3_600)));
    let steps: [(i64, i64); 5] = [(5, 1), (599, 1), (600, 60), (659, 1), (28_799, 1)];
    for (age, step) in steps {
        assert_eq!(wake::next_age(age), step, "{age}");
    }
}

#[test]
fn a_notice_goes_by_itself_and_a_bad_one_stays() {
    let mut lab = Lab::new(Place::Practice);
    lab.keys("M");
    assert_eq!(next_wake(&lab.model).first(), Some(at(8)));
    lab.tick(8);
    assert_eq!((lab.notice(), next_wake(&lab.model).first()), (String::new(), None));
    lab.model.open("nowhere");
    lab.tick(60);
    assert!(lab.notice().contains("nowhere"));
}
