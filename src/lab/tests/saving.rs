//! An author saves the scenario that is open.

use std::sync::Arc;

use super::bench::{Lab, scenario_of};
use crate::lab::msg::{AttemptNo, Effect, Msg};
use crate::lab::{Place, Stage, update};
use crate::scenario::Part;

const FOLDER: &str = "01-crash-loop";

#[test]
fn words_change_where_they_stand() {
    let mut lab = Lab::broken();
    let mut scenario = (*scenario_of(&lab, 0)).clone();
    scenario.lesson.parts = vec![Part::Text("Better words".to_owned())];
    let effects = update::update(&mut lab.model, Msg::Saved(FOLDER.to_owned(), Ok(Arc::new(scenario.clone()))));
    assert_eq!((effects, lab.stage()), (Vec::new(), Stage::Broken));
    assert_eq!(lab.model.attempt().unwrap().scenario.lesson, scenario.lesson);
}

#[test]
fn other_goals_start_anew_on_the_practice_cluster_and_wait_on_a_real_one() {
    let mut lab = Lab::broken();
    let mut scenario = (*scenario_of(&lab, 0)).clone();
    scenario.expect_broken.push("Error".to_owned());
    let saved = Msg::Saved(FOLDER.to_owned(), Ok(Arc::new(scenario.clone())));
    let effects = update::update(&mut lab.model, saved.clone());
    assert!(
        matches!(effects.as_slice(), [Effect::Close(_), Effect::Open { attempt: AttemptNo(2), scenario: opened }] if **opened == scenario),
        "{effects:?}"
    );

    let mut lab = Lab::opened(Lab::real());
    lab.model.attempt_mut().unwrap().memory.applied = true;
    assert_eq!(update::update(&mut lab.model, saved), []);
    assert!(lab.notice().contains("other manifests"), "{}", lab.notice());
}

#[test]
fn what_cannot_be_read_leaves_the_lesson_and_says_why() {
    let mut lab = Lab::opened(Place::Practice);
    let before = scenario_of(&lab, 0);
    assert_eq!(
        update::update(&mut lab.model, Msg::Saved(FOLDER.to_owned(), Err("a.yaml:3: no".to_owned()))),
        []
    );
    assert!(lab.notice().contains("a.yaml:3"));
    assert_eq!(lab.model.attempt().unwrap().scenario, before);
}
