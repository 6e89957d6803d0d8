//! How a break ends that is refused, what a solution's command is, and which scenario comes next.

use super::bench::*;
use crate::cluster::snapshot::Row;
use crate::lab::msg::{FromCluster, Notice, Order, Solved};
use crate::lab::{Place, Question, Stage};

fn refused() -> FromCluster {
    let notice = Notice {
        bad: true,
        what: "quota".to_owned(),
        next: String::new(),
    };
    FromCluster::Refused(Order::Break, notice)
}

#[test]
fn a_refused_break_that_left_nothing_is_not_applied() {
    let mut lab = Lab::opened(Place::Practice);
    lab.keys("b");
    lab.cluster(refused());
    assert_eq!((lab.stage(), lab.attempt().working), (Stage::Ready, None));
    assert!(lab.notice().contains("quota"));
    lab.keys("q");
    assert!(lab.model.attempt().is_none() && lab.model.overlays.is_empty(), "it is left without a question");
}

#[test]
fn what_a_refused_break_left_can_be_cleaned_up() {
    let mut lab = Lab::opened(Place::Practice);
    lab.keys("b");
    lab.put(vec![Row::Object(object("Deployment", "web", None))]);
    lab.cluster(refused());
    assert_eq!(lab.stage(), Stage::Ready);
    lab.keys("c");
    assert_eq!(top(&lab), Some(Question::Cleanup));
}

#[test]
fn n_leads_where_the_lesson_says_and_past_what_is_solved() {
    let mut lab = Lab::new(Place::Practice);
    let folders = ["01-a", "02-b", "03-c", "04-d"];
    lab.model.cards = folders.iter().map(|folder| card(Ok(scenario(folder, folder)), folder)).collect();
    let mut first = scenario("01-a", "A");
    first.lesson.next = Some("03-c".to_owned());
    lab.model.cards[0] = card(Ok(first), "01-a");
    lab.model.open("01-a");
    let next = |lab: &Lab| lab.model.next_card().map(|card| card.folder.clone());
    assert_eq!(next(&lab).as_deref(), Some("03-c"));
    lab.model.cards[2].state = Solved::WithoutHelp;
    assert_eq!(next(&lab).as_deref(), Some("02-b"), "what is named is solved");
    for card in &mut lab.model.cards {
        card.state = Solved::Solved;
    }
    assert_eq!(next(&lab).as_deref(), Some("03-c"), "once more in the lesson's order");
}

#[test]
fn the_command_of_a_solution_that_takes_a_field_away_does_so() {
    let mut lab = Lab::broken();
    let mut scenario = (*lab.attempt().scenario).clone();
    scenario.broken[0].object["metadata"]["finalizers"] = serde_json::json!(["example/hold"]);
    lab.edit().scenario = scenario.into();
    lab.keys("s\n");
    assert_eq!(lab.equal(), "kubectl apply --server-side --field-manager=klab -f solution/ -n lab-01");
}
