//! News of the cluster: rows, events that are not seen, the link.

use super::bench::*;
use crate::cluster::snapshot::{Change, Row};
use crate::lab::msg::{FromCluster, Link};
use crate::lab::{Pane, Place};

#[test]
fn a_feed_that_was_scrolled_up_stays_and_counts() {
    let mut lab = Lab::broken();
    lab.put(vec![Row::Event(event("e1", "web-1", true, 1))]);
    assert_eq!(lab.attempt().scroll.unseen, 0, "the feed follows");
    lab.measure(Pane::Events, 40, 10);
    lab.keys("\t\tk");
    assert_eq!(lab.attempt().scroll.events, Some(29));
    lab.put(vec![Row::Event(event("e1", "web-1", true, 2)), Row::Event(event("e2", "web-1", false, 1))]);
    lab.put(vec![Row::Event(event("e2", "web-1", false, 1))]);
    assert_eq!(
        (lab.attempt().scroll.events, lab.attempt().scroll.unseen),
        (Some(29), 2),
        "what is the same is no news"
    );
    let order: Vec<_> = crate::lab::table::events(lab.attempt())
        .iter()
        .map(|row| (row.uid.0.as_str(), row.count))
        .collect();
    assert_eq!(order, [("e1", 2), ("e2", 1)], "a repeat counts up where it stands");
    lab.keys("f");
    let order: Vec<_> = crate::lab::table::events(lab.attempt()).iter().map(|row| row.uid.0.as_str()).collect();
    assert_eq!(order, ["e2", "e1"], "and moves to the end once the feed follows");
    assert_eq!((lab.attempt().scroll.events, lab.attempt().scroll.unseen), (None, 0));
    lab.keys("kj");
    assert_eq!(lab.attempt().scroll.events, None, "at the end it follows again");
}

#[test]
fn rows_are_bright_for_two_seconds() {
    let mut lab = Lab::broken();
    assert_eq!(lab.attempt().fresh.len(), 1);
    lab.pass(1_900);
    assert_eq!(lab.attempt().fresh.len(), 1);
    lab.pass(100);
    assert_eq!(lab.attempt().fresh, []);
    lab.put(vec![Row::Pod(pod("web-1", 1))]);
    assert_eq!(lab.attempt().fresh, [], "the same row");
}

#[test]
fn a_list_that_is_read_is_no_news() {
    let mut lab = Lab::broken();
    lab.pass(3_000);
    lab.put((0..300).map(|n| Row::Pod(pod(&format!("p{n}"), 2))).collect());
    assert_eq!((lab.attempt().fresh.len(), lab.attempt().snapshot.pods.len()), (0, 301));
}

#[test]
fn rows_go_when_the_watch_says_so() {
    let mut lab = Lab::broken();
    lab.put(vec![Row::Pod(pod("web-2", 5))]);
    lab.cluster(FromCluster::Changed(vec![Change::Gone {
        kind: "Pod".to_owned(),
        uid: uid("web-2"),
    }]));
    assert_eq!(lab.attempt().selected, Some(uid("web-1")), "the selection goes on to a row that lives");
    lab.cluster(FromCluster::Changed(vec![Change::Relisted {
        kind: "Pod".to_owned(),
        live: Vec::new(),
    }]));
    assert_eq!(lab.attempt().selected, None);
}

#[test]
fn a_lost_link_keeps_the_rows_and_says_since_when() {
    let mut lab = Lab::broken();
    let stale = |retry| {
        FromCluster::Link(Link::Stale {
            since: at(0),
            retry,
            why: "refused".to_owned(),
        })
    };
    lab.cluster(stale(None));
    assert!(lab.notice().contains("08:00:00") && lab.notice().contains("refused"), "{}", lab.notice());
    assert_eq!(lab.attempt().snapshot.pods.len(), 1);
    lab.model.notice = None;
    lab.cluster(stale(Some(at(4))));
    assert_eq!(lab.notice(), "", "said once");
    lab.cluster(FromCluster::Link(Link::Live));
    assert!(lab.notice().contains("again"));
}

#[test]
fn a_missing_right_is_named() {
    let mut lab = Lab::opened(Place::Practice);
    lab.cluster(FromCluster::Link(Link::Limited("you may not list events".to_owned())));
    assert!(lab.notice().contains("may not list events"));
}

#[test]
fn events_of_one_second_stand_in_the_order_they_came() {
    let mut lab = Lab::broken();
    let names = ["z", "b", "m"];
    let mut events = names.map(|name| event(name, "web-1", false, 1));
    events[0].last = events[0].last.map(|last| last + jiff::SignedDuration::from_millis(700));
    lab.put(events.map(Row::Event).into());
    let order = |lab: &Lab| crate::lab::table::events(lab.attempt()).iter().map(|row| row.uid.0.clone()).collect::<Vec<_>>();
    assert_eq!(order(&lab), names);
    lab.put(vec![Row::Event(event("z", "web-1", false, 2))]);
    assert_eq!(order(&lab), ["b", "m", "z"]);
    lab.cluster(FromCluster::Changed(vec![Change::Relisted {
        kind: "Event".to_owned(),
        live: vec![uid("m")],
    }]));
    assert_eq!((order(&lab).len(), lab.attempt().memory.arrival.len()), (1, 1));
}
