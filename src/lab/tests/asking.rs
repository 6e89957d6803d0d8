//! What the lab asks the cluster and when: goals that rows cannot tell, cheats, and hints that are offered in time.

use std::time::Duration;

use super::bench::*;
use crate::cluster::snapshot::Row;
use crate::lab::msg::{AttemptNo, Effect, FromCluster, Link, Order};
use crate::lab::{Place, Stage};
use crate::scenario::goal::Told;
use crate::scenario::{Cheat, Deed, Goal, Scenario, Test, Want};

const ONE: AttemptNo = AttemptNo(1);

fn lesson() -> Scenario {
    let goal = |what: Want| Goal {
        what,
        hold: Duration::ZERO,
        why: String::new(),
        title: String::new(),
    };
    Scenario {
        expect_broken: vec!["Error".to_owned()],
        goals: vec![goal(Want::SeenBroken), goal(answers())],
        cheats: vec![Cheat {
            does: vec![Deed::Scale {
                kind: "Deployment".to_owned(),
                name: "web".to_owned(),
                replicas: 0,
            }],
            when: None,
            say: "nothing runs.".to_owned(),
        }],
        hint_offers: [(1, Duration::from_secs(180))].into(),
        ..scenario("01-shop", "Shop")
    }
}

fn answers() -> Want {
    Want::Answers {
        service: "web".to_owned(),
        port: 80,
        path: "/".to_owned(),
        body: String::new(),
    }
}

fn image() -> Want {
    Want::Value {
        kind: "Deployment".to_owned(),
        name: "web".to_owned(),
        path: "spec.paused".to_owned(),
        test: Test::Exists(false),
    }
}

/// A lesson whose second goal only the fields of the Deployment can tell.
fn by_field() -> Scenario {
    let mut lesson = lesson();
    lesson.goals[1].what = image();
    lesson
}

fn broken(lesson: Scenario) -> (Lab, Vec<Effect>) {
    let mut lab = Lab::new(Place::Practice);
    lab.model.cards = vec![card(Ok(lesson), "01-shop")];
    lab.keys("\n");
    lab.cluster(FromCluster::Opened {
        namespace: "lab-01".to_owned(),
        server: String::new(),
        version: String::new(),
    });
    lab.cluster(FromCluster::Done(Order::Prepare, Vec::new()));
    lab.keys("b");
    lab.cluster(FromCluster::Done(Order::Break, Vec::new()));
    let mut row = pod("web-1", 1);
    row.status = "Error".to_owned();
    let effects = lab.put(vec![Row::Pod(row)]);
    (lab, effects)
}

fn asks(effects: &[Effect]) -> bool {
    effects.contains(&Effect::Ask(ONE, 1, answers()))
}

#[test]
fn a_service_is_asked_after_a_change_and_every_ten_seconds_until_it_answers() {
    let (mut lab, effects) = broken(lesson());
    assert!(asks(&effects), "{effects:?}");
    assert!(!asks(&lab.tick(5)), "the question is still under way");
    lab.cluster(FromCluster::Asked(1, Told::Unmet("503: nobody".to_owned())));
    assert_eq!(lab.attempt().verdicts[1].saw, "503: nobody");
    assert!(!asks(&lab.tick(9)));
    assert!(asks(&lab.tick(10)), "ten seconds after the last question");
    lab.cluster(FromCluster::Asked(1, Told::Unmet("503: nobody".to_owned())));
    assert!(!asks(&lab.tick(15)));
    let effects = lab.put(vec![Row::Pod(pod("web-2", 2))]);
    assert!(asks(&effects), "a change is asked about at once");
    lab.cluster(FromCluster::Asked(1, Told::Holds("it answered hello".to_owned())));
    assert_eq!(lab.stage(), Stage::Solved);
    assert!(
        !asks(&lab.tick(100)) && !asks(&lab.put(vec![Row::Pod(pod("web-3", 3))])),
        "solved, it asks for nothing"
    );
}

#[test]
fn what_a_watched_object_says_is_asked_when_it_changed_and_never_by_the_clock() {
    let (mut lab, effects) = broken(by_field());
    let asks = |effects: &[Effect]| effects.contains(&Effect::Ask(ONE, 1, image()));
    assert!(asks(&effects), "{effects:?}");
    lab.cluster(FromCluster::Asked(1, Told::Unmet("true".to_owned())));
    assert!(!asks(&lab.tick(11)) && !asks(&lab.tick(700)), "nothing has changed");
    assert!(!asks(&lab.put(vec![Row::Pod(pod("web-2", 2))])), "a pod does not change the Deployment");
    assert!(asks(&lab.put(vec![Row::Object(object("Deployment", "web", None))])));
    lab.cluster(FromCluster::Asked(1, Told::Unasked("connection refused".to_owned())));
    assert!(asks(&lab.tick(711)), "a question that got no answer is put again");
    lab.cluster(FromCluster::Asked(1, Told::Unmet("true".to_owned())));
    lab.cluster(FromCluster::Link(Link::Limited("deployments is forbidden".to_owned())));
    assert!(asks(&lab.tick(730)), "who may not watch asks by the clock");
}

#[test]
fn a_cheat_is_named_while_it_shows() {
    let (mut lab, effects) = broken(lesson());
    assert!(effects.contains(&Effect::Suspect(ONE)), "{effects:?}");
    lab.cluster(FromCluster::Cheated(Some(0)));
    assert_eq!(lab.attempt().cheated.as_deref(), Some("nothing runs."));
    let said = lab.model.notice.as_ref().map(|(notice, _)| (notice.bad, notice.what.clone()));
    assert_eq!(said, Some((false, "That does not count: nothing runs.".to_owned())));
    lab.tick(20);
    let effects = lab.put(vec![Row::Pod(pod("web-2", 2))]);
    assert!(!effects.contains(&Effect::Suspect(ONE)), "no pod makes it one");
    let effects = lab.put(vec![Row::Object(object("Deployment", "web", None))]);
    assert!(effects.contains(&Effect::Suspect(ONE)), "a change of what the deed left is looked into");
    lab.cluster(FromCluster::Cheated(None));
    assert_eq!(lab.attempt().cheated, None);
}

#[test]
fn a_hint_is_offered_once_when_its_time_has_come() {
    let (mut lab, _) = broken(lesson());
    lab.tick(179);
    assert!(lab.model.notice.as_ref().is_none_or(|(notice, _)| !notice.what.starts_with("Hint")));
    lab.tick(180);
    let said = lab.model.notice.take().map(|(notice, _)| notice.what);
    assert_eq!(said.as_deref(), Some("Hint 1 is there if you want it"));
    lab.tick(200);
    assert!(lab.model.notice.is_none());
}
