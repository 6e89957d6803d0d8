//! What the lab asks the cluster and when: goals that rows cannot tell, cheats, and hints that are offered in time.

use std::time::Duration;

use super::bench::*;
use crate::cluster::snapshot::Row;
use crate::lab::msg::{AttemptNo, Effect, FromCluster, Order};
use crate::lab::{Place, Stage};
use crate::scenario::{Cheat, Deed, Goal, Scenario, Want};

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

fn broken() -> (Lab, Vec<Effect>) {
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
    let mut row = pod("web-1", 1);
    row.status = "Error".to_owned();
    let effects = lab.put(vec![Row::Pod(row)]);
    (lab, effects)
}

fn asks(effects: &[Effect]) -> bool {
    effects.contains(&Effect::Ask(ONE, 1, answers()))
}

#[test]
fn a_goal_is_asked_after_a_change_and_every_ten_seconds_until_it_holds() {
    let (mut lab, effects) = broken();
    assert!(asks(&effects), "{effects:?}");
    assert!(!asks(&lab.tick(5)), "the question is still under way");
    lab.cluster(FromCluster::Asked(1, Err("503: nobody".to_owned())));
    assert_eq!(lab.attempt().verdicts[1].saw, "503: nobody");
    assert!(!asks(&lab.tick(9)));
    assert!(asks(&lab.tick(10)), "ten seconds after the last question");
    lab.cluster(FromCluster::Asked(1, Err("503: nobody".to_owned())));
    assert!(!asks(&lab.tick(15)));
    let effects = lab.put(vec![Row::Pod(pod("web-2", 2))]);
    assert!(asks(&effects), "a change is asked about at once");
    lab.cluster(FromCluster::Asked(1, Ok("it answered hello".to_owned())));
    assert_eq!(lab.stage(), Stage::Solved);
    assert!(
        !asks(&lab.tick(100)) && !asks(&lab.put(vec![Row::Pod(pod("web-3", 3))])),
        "solved, it asks for nothing"
    );
}

#[test]
fn a_cheat_is_named_while_it_shows() {
    let (mut lab, effects) = broken();
    assert!(effects.contains(&Effect::Suspect(ONE)), "{effects:?}");
    lab.cluster(FromCluster::Cheated(Some(0)));
    assert_eq!(lab.attempt().cheated.as_deref(), Some("nothing runs."));
    let said = lab.model.notice.as_ref().map(|(notice, _)| (notice.bad, notice.what.clone()));
    assert_eq!(said, Some((false, "That does not count: nothing runs.".to_owned())));
    lab.tick(20);
    let effects = lab.put(vec![Row::Pod(pod("web-2", 2))]);
    assert!(effects.contains(&Effect::Suspect(ONE)), "a change is looked into");
    lab.cluster(FromCluster::Cheated(None));
    assert_eq!(lab.attempt().cheated, None);
}

#[test]
fn a_hint_is_offered_once_when_its_time_has_come() {
    let (mut lab, _) = broken();
    lab.tick(179);
    assert!(lab.model.notice.as_ref().is_none_or(|(notice, _)| !notice.what.starts_with("Hint")));
    lab.tick(180);
    let said = lab.model.notice.take().map(|(notice, _)| notice.what);
    assert_eq!(said.as_deref(), Some("Hint 1 is there if you want it"));
    lab.tick(200);
    assert!(lab.model.notice.is_none());
}
