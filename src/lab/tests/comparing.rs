//! `D`: what was changed since it was broken, and the solution only once it was seen.

use super::bench::*;
use crate::lab::diff::Twins;
use crate::lab::msg::{Compared, Effect, FromCluster};
use crate::lab::{Overlay, View, views};

fn twins(old: &str, new: &str) -> Vec<Twins> {
    vec![Twins {
        name: "Deployment web".to_owned(),
        old: old.to_owned(),
        new: new.to_owned(),
    }]
}

fn page(lab: &Lab) -> String {
    match lab.model.overlays.last() {
        Some(Overlay::View {
            view: View::Compare { .. }, ..
        }) => views::text(&lab.model).unwrap_or_default(),
        other => panic!("no comparison is open: {other:?}"),
    }
}

#[test]
fn nothing_is_compared_before_it_is_broken() {
    let mut lab = Lab::opened(crate::lab::Place::Practice);
    assert_eq!(lab.keys("D"), []);
    assert!(lab.model.overlays.is_empty());
}

#[test]
fn broken_stands_beside_live_and_the_solution_waits_until_it_was_seen() {
    let mut lab = Lab::broken();
    let number = lab.attempt().number;
    assert_eq!(lab.keys("D"), [Effect::Compare(number, false)]);
    let broken = twins("image: shop:bad", "image: shop:good");
    lab.cluster(FromCluster::Compared(Ok(Compared {
        broken: broken.clone(),
        solution: None,
    })));
    let text = page(&lab);
    assert!(text.contains("- image: shop:bad\n+ image: shop:good"), "{text}");
    assert!(text.contains("s shows the solution") && !text.contains("solution/"), "{text}");

    lab.keys("\x1bs\x1b");
    assert_eq!(lab.keys("D"), [Effect::Compare(number, true)]);
    lab.cluster(FromCluster::Compared(Ok(Compared {
        broken,
        solution: Some(twins("a: 1", "a: 1")),
    })));
    assert!(page(&lab).contains("it stands as the solution has it"), "{}", page(&lab));
}

#[test]
fn what_the_cluster_refuses_is_said_on_the_page() {
    let mut lab = Lab::broken();
    lab.keys("D");
    lab.cluster(FromCluster::Compared(Err("deployments is forbidden".to_owned())));
    assert!(page(&lab).contains("deployments is forbidden"));
}
