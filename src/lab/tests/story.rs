//! The story, key by key: open, break, hints, clue, solve, goals, clean up, leave.

use super::bench::*;
use crate::cluster::snapshot::Row;
use crate::lab::msg::{AttemptNo, Effect, FromCluster, Link, Msg, Notice, Order, Solved};
use crate::lab::{Overlay, Place, Question, Stage, lesson, live};
use crate::scenario::clue::Fault;

const ONE: AttemptNo = AttemptNo(1);

#[test]
fn opening_prepares_at_once_on_the_practice_cluster() {
    let mut lab = Lab::new(Place::Practice);
    lab.keys("\n");
    let opened = FromCluster::Opened {
        namespace: "lab-01".to_owned(),
        server: String::new(),
        version: String::new(),
    };
    assert_eq!(lab.cluster(opened), [Effect::Carry(ONE, Order::Prepare)]);
    assert_eq!(lab.stage(), Stage::Ready);
    assert_eq!(lab.cluster(FromCluster::Done(Order::Prepare, Vec::new())), []);
    assert_eq!(lab.keys("b"), [Effect::Carry(ONE, Order::Break)]);
    assert_eq!((lab.stage(), lab.attempt().began), (Stage::Broken, Some(at(0))));
    assert_eq!(lab.equal(), "kubectl apply -f broken/ -n lab-01");
    assert_eq!(lab.model.cards[0].state, Solved::New, "it may be refused yet");
    let begun = Effect::SaveProgress {
        folder: "01-crash-loop".to_owned(),
        state: Solved::Begun,
        seconds: None,
    };
    assert_eq!(lab.cluster(FromCluster::Done(Order::Break, Vec::new())), [begun]);
    assert_eq!(lab.model.cards[0].state, Solved::Begun);
}

#[test]
fn a_quick_b_waits_for_the_preparation() {
    let mut lab = Lab::new(Place::Practice);
    lab.keys("\n");
    lab.cluster(FromCluster::Opened {
        namespace: "lab-01".to_owned(),
        server: String::new(),
        version: String::new(),
    });
    let effects = lab.keys("b");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Carry(..))), "{effects:?}");
    assert_eq!(lab.cluster(FromCluster::Done(Order::Prepare, Vec::new())), [Effect::Carry(ONE, Order::Break)]);
}

#[test]
fn a_real_cluster_is_not_written_to_before_the_yes() {
    let mut lab = Lab::opened(Lab::real());
    assert_eq!(lab.stage(), Stage::Ready);
    assert_eq!(lab.keys("b"), []);
    let Some(Overlay::Ask {
        question: Question::Write(Order::Break),
        lines,
        ..
    }) = lab.model.overlays.last()
    else {
        panic!("asks first")
    };
    let text = lines.join("\n");
    for part in ["school", "https://10.0.0.1:6443", "lab-01", "Deployment web"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    lab.keys("n");
    assert_eq!((lab.stage(), top(&lab)), (Stage::Ready, None), "no means no");
    lab.keys("b");
    let effects = lab.keys("y");
    assert!(
        effects.contains(&Effect::Carry(ONE, Order::Prepare)) && !effects.contains(&Effect::Carry(ONE, Order::Break)),
        "{effects:?}"
    );
    assert_eq!(lab.cluster(FromCluster::Done(Order::Prepare, Vec::new())), [Effect::Carry(ONE, Order::Break)]);
}

#[test]
fn a_cluster_that_looks_like_production_wants_its_name_typed() {
    let mut lab = Lab::opened(Place::Real {
        context: "shop-prod".to_owned(),
        server: "https://10.0.0.1:6443".to_owned(),
        shared: false,
    });
    lab.keys("b");
    assert_eq!(lab.keys("y\n"), [], "a yes is not enough");
    assert!(lab.notice().contains("That is not shop-prod"), "{}", lab.notice());
    lab.keys("\x08");
    let effects = lab.keys("shop-prod\n");
    assert!(effects.contains(&Effect::Carry(ONE, Order::Prepare)), "{effects:?}");
}

#[test]
fn broken_by_hand_is_broken() {
    let mut lab = Lab::opened(Place::Practice);
    let effects = lab.put(vec![Row::Object(object("Deployment", "web", None))]);
    assert_eq!(lab.stage(), Stage::Broken);
    assert!(lab.attempt().began.is_some() && effects.iter().any(|effect| matches!(effect, Effect::SaveProgress { .. })));
    let mut lab = Lab::opened(Place::Practice);
    lab.put(vec![Row::Object(object("Deployment", "other", None))]);
    assert_eq!(lab.stage(), Stage::Ready);
}

#[test]
fn b_twice_says_how_to_start_afresh() {
    let mut lab = Lab::broken();
    assert_eq!(lab.keys("b"), []);
    assert!(lab.notice().contains("c cleans up first"), "{}", lab.notice());
}

#[test]
fn hints_open_in_order_and_never_past_the_last() {
    let mut lab = Lab::broken();
    lab.measure(crate::lab::Pane::Lesson, 60, 10);
    lab.model.measures.parts = vec![(1, 12), (2, 20)];
    lab.keys("h");
    lab.measure(crate::lab::Pane::Lesson, 60, 10);
    assert_eq!(
        (lab.attempt().hints, lab.attempt().scroll.lesson),
        (1, 12),
        "it comes into view, drawn before or not"
    );
    let open = |lab: &Lab| lesson::shown(lab.attempt()).iter().map(|shown| shown.body.is_some()).collect::<Vec<_>>();
    assert_eq!(open(&lab), [true, true, false, false, false, false]);
    lab.keys("hhh");
    assert_eq!(lab.attempt().hints, 2);
    assert!(lab.notice().contains("All 2 hints"), "{}", lab.notice());
}

#[test]
fn the_clues_card_opens_in_steps_and_counts_as_help() {
    let mut lab = Lab::broken();
    lab.keys("i");
    assert!(lab.notice().contains("no clue yet") && !lab.attempt().memory.helped);
    lab.edit().clue = Some(clue("web-1", PULL));
    let depths: Vec<u8> = "iii".chars().map(|c| (lab.keys(&c.to_string()), lab.attempt().clue_depth).1).collect();
    assert_eq!(depths, [1, 2, 0]);
    assert!(lab.attempt().memory.helped);
}

#[test]
fn s_shows_the_change_and_enter_applies_it() {
    let mut lab = Lab::broken();
    assert_eq!(lab.keys("s"), []);
    let Some(Overlay::Diff { lines, .. }) = lab.model.overlays.last() else {
        panic!("the diff is shown")
    };
    let lines: Vec<_> = lines.iter().map(|line| format!("{}{}", line.sign, line.text)).collect();
    assert_eq!(
        lines,
        ["#Deployment web", " kind: Deployment", "-image: shop:bad", "+image: shop:good", " replicas: 1"]
    );
    assert!(lab.attempt().solution_seen, "looking is help");
    assert_eq!(lab.keys("\n"), [Effect::Carry(ONE, Order::Solve)]);
    assert_eq!((lab.stage(), lab.equal()), (Stage::Solving, "kubectl apply -f solution/ -n lab-01"));
}

#[test]
fn s_before_b_gives_nothing_away() {
    let mut lab = Lab::opened(Place::Practice);
    lab.keys("s");
    assert!(lab.model.overlays.is_empty() && !lab.attempt().solution_seen);
}

#[test]
fn solved_without_help_only_when_nothing_helped() {
    let helps = [
        ("", Solved::WithoutHelp, Some(75)),
        ("h", Solved::Solved, Some(75)),
        ("iii", Solved::Solved, Some(75)),
        // no time to beat, as nobody found anything
        ("s\x1b", Solved::Solved, None),
    ];
    for (keys, state, seconds) in helps {
        let mut lab = Lab::broken();
        lab.edit().clue = Some(clue("web-1", PULL));
        lab.keys(keys);
        lab.model.now = at(75);
        let effects = live::solved(&mut lab.model);
        assert_eq!(
            effects,
            [Effect::SaveProgress {
                folder: "01-crash-loop".to_owned(),
                state,
                seconds
            }],
            "{keys:?}"
        );
        assert_eq!((lab.stage(), lab.attempt().solved_at), (Stage::Solved, Some(at(75))));
        assert_eq!((lab.model.cards[0].state, lab.model.cards[0].best), (state, seconds));
    }
}

#[test]
fn the_debrief_waits_for_a_free_screen_and_comes_once() {
    let mut lab = Lab::broken();
    lab.keys("d");
    live::solved(&mut lab.model);
    assert!(matches!(lab.model.overlays.as_slice(), [Overlay::Page { .. }]));
    lab.keys("\x1b");
    assert!(matches!(lab.model.overlays.as_slice(), [Overlay::Debrief { .. }]));
    lab.keys("\x1b?\x1b");
    assert!(lab.model.overlays.is_empty());
}

#[test]
fn n_in_the_debrief_opens_the_next_scenario() {
    let mut lab = Lab::broken();
    live::solved(&mut lab.model);
    let effects = lab.keys("n");
    assert_eq!(
        effects,
        [
            Effect::Close(ONE),
            Effect::Open {
                attempt: AttemptNo(2),
                scenario: scenario_of(&lab, 1)
            }
        ]
    );
    lab.keys("n");
    assert!(lab.notice().contains("last scenario"), "03 cannot be opened: {}", lab.notice());
}

#[test]
fn c_in_the_debrief_asks_to_clean_up() {
    let mut lab = Lab::broken();
    live::solved(&mut lab.model);
    lab.keys("c");
    assert!(matches!(lab.model.overlays.as_slice(), [Overlay::Ask { .. }]), "{:?}", lab.model.overlays);
}

#[test]
fn the_card_shuts_and_a_word_is_said_when_the_fault_changes() {
    let mut lab = Lab::broken();
    lab.edit().clue_depth = 2;
    live::follow_fault(lab.edit(), &clue("web-1", PULL));
    assert_eq!(lab.attempt().clue_depth, 2, "the first fault follows none");
    live::follow_fault(lab.edit(), &clue("web-2", Fault::Crash));
    assert_eq!(lab.attempt().clue_depth, 0);
}

#[test]
fn a_cluster_that_cannot_be_opened_can_be_tried_again() {
    let mut lab = Lab::new(Place::Practice);
    lab.keys("\n");
    lab.cluster(FromCluster::Failed(Notice {
        bad: true,
        what: "refused".to_owned(),
        next: String::new(),
    }));
    assert_eq!(lab.stage(), Stage::Failed);
    let again = lab.keys("\n");
    assert_eq!(
        again,
        [
            Effect::Close(ONE),
            Effect::Open {
                attempt: AttemptNo(2),
                scenario: scenario_of(&lab, 0)
            }
        ]
    );
    assert_eq!(lab.keys("q"), [Effect::Close(AttemptNo(2))]);
}

#[test]
fn answers_to_an_older_attempt_are_dropped() {
    let mut lab = Lab::opened(Place::Practice);
    lab.keys("q\n");
    assert_eq!(lab.attempt().number, AttemptNo(2));
    lab.send(Msg::Cluster(ONE, FromCluster::Link(Link::Live)));
    lab.send(Msg::Cluster(
        ONE,
        FromCluster::Opened {
            namespace: "old".to_owned(),
            server: String::new(),
            version: String::new(),
        },
    ));
    assert_eq!(
        (lab.stage(), &lab.attempt().link, &lab.attempt().opened),
        (Stage::Opening, &Link::Connecting, &None)
    );
}

#[test]
fn the_answers_folds_open_by_themselves_once_it_is_solved() {
    let mut lab = Lab::broken();
    live::solved(&mut lab.model);
    let open: Vec<bool> = lesson::shown(lab.attempt()).iter().map(|shown| shown.body.is_some()).collect();
    assert_eq!(open, [true, false, false, true, true, false]);
    assert!(!lab.attempt().solution_seen, "reading it afterwards is no help");
}

#[test]
fn the_clock_stops_when_it_is_solved_and_the_next_scenario_is_known() {
    let mut lab = Lab::broken();
    assert_eq!(lab.model.next_card().map(|card| card.folder.as_str()), Some("02-image-pull"));
    lab.tick(30);
    assert_eq!(lab.attempt().elapsed(at(30)), Some(30));
    live::solved(&mut lab.model);
    assert_eq!(lab.attempt().elapsed(at(90)), Some(30));
    assert_eq!(Lab::opened(Place::Practice).attempt().elapsed(at(9)), None);
}
