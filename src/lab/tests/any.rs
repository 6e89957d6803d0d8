//! Any sequence of keys and news: nothing panics, every scroll stays in range, an older attempt never speaks.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::bench::*;
use crate::cluster::snapshot::{Change, Row};
use crate::lab::layout::{Drawn, Edge};
use crate::lab::msg::{AttemptNo, FromCluster, Link, Measures, Msg, Notice, Order, PaneMeasure};
use crate::lab::scroll::measured;
use crate::lab::{Overlay, Pane, Place, Screen, Tab, next_wake, picker, update};

fn keys() -> impl Strategy<Value = Msg> {
    let codes = [
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::BackTab,
    ];
    let typed = "bhscn.dylviWwfz/?MqjkgG[]pTCNyn\n\n\x1b\t\x08xreoO,:!RS".chars().map(key).collect::<Vec<_>>();
    let codes = codes.map(|code| KeyEvent::new(code, KeyModifiers::NONE));
    prop_oneof![prop::sample::select(typed), prop::sample::select(codes.to_vec())].prop_map(Msg::Key)
}

fn news() -> impl Strategy<Value = FromCluster> {
    let order = || prop::sample::select(vec![Order::Prepare, Order::Break, Order::Solve, Order::Cleanup]);
    let name = || prop::sample::select(vec!["web-1", "web-2", "web-3"]);
    let row = (name(), 0..20_i64, any::<bool>(), 0..4_u32).prop_map(|(name, created, warning, kind)| match kind {
        0 => Row::Pod(pod(name, created)),
        1 => Row::Pod(crashing(name)),
        2 => Row::Event(event(&format!("e{created}"), name, warning, 3)),
        _ => Row::Object(object("Deployment", "web", None)),
    });
    prop_oneof![
        Just(FromCluster::Opened {
            namespace: "lab-01".to_owned(),
            server: String::new(),
            version: String::new()
        }),
        Just(FromCluster::Failed(Notice::default())),
        Just(FromCluster::Found(vec!["Pod web-1".to_owned()])),
        Just(FromCluster::Link(Link::Live)),
        Just(FromCluster::Link(Link::Stale {
            since: at(0),
            retry: None,
            why: String::new()
        })),
        prop::collection::vec(row, 1..4).prop_map(|rows| FromCluster::Changed(rows.into_iter().map(Change::Put).collect())),
        name().prop_map(|name| FromCluster::Changed(vec![Change::Gone {
            kind: "Pod".to_owned(),
            uid: uid(name)
        }])),
        order().prop_map(|order| FromCluster::Done(order, Vec::new())),
        order().prop_map(|order| FromCluster::Done(order, vec!["left".to_owned()])),
        order().prop_map(|order| FromCluster::Refused(order, Notice::default())),
        name().prop_map(|name| FromCluster::LogLines {
            pod: uid(name),
            container: "app".to_owned(),
            lines: vec!["x".to_owned(); 9]
        }),
    ]
}

fn measures() -> impl Strategy<Value = Msg> {
    let panes = [Pane::Lesson, Pane::Pods, Pane::Events, Pane::Goals, Pane::Shell, Pane::Page];
    prop::collection::vec((0..80_usize, 0..30_usize), 6).prop_map(move |sizes| {
        let of = |(n, (rows, visible)): (usize, (usize, usize))| {
            let (n16, height) = (u16::try_from(n).unwrap(), u16::try_from(visible).unwrap());
            PaneMeasure {
                pane: panes[n],
                x: n16 * 20,
                y: 1,
                width: 20,
                height,
                rows,
                visible,
            }
        };
        let parts = (0..6).map(|part| (part, part * 7)).collect();
        Msg::Measured(Measures {
            panes: sizes.into_iter().enumerate().map(of).collect(),
            keys: vec![(0, 31, 5, 'b')],
            tabs: vec![(50, 0, 4, Tab::Pods), (56, 0, 8, Tab::Kind("Service".to_owned()))],
            parts,
            commands: (0..4)
                .map(|block| (crate::lab::lesson::Place { part: 0, block, command: 0 }, block * 5))
                .collect(),
            events: (1..4).map(|number| (uid(&format!("e{number}")), number * 2)).collect(),
            edges: vec![Drawn {
                edge: Edge::Lesson,
                at: 40,
                from: 0,
                whole: 100,
                across: (0, 30),
            }],
        })
    })
}

fn mouse() -> impl Strategy<Value = Msg> {
    let left = MouseButton::Left;
    let kinds = vec![
        MouseEventKind::ScrollUp,
        MouseEventKind::ScrollDown,
        MouseEventKind::Down(left),
        MouseEventKind::Drag(left),
        MouseEventKind::Up(left),
    ];
    (prop::sample::select(kinds), 0..110_u16, 0..35_u16).prop_map(|(kind, column, row)| {
        Msg::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        })
    })
}

#[derive(Debug, Clone)]
enum Step {
    Plain(Msg),
    /// News of this or an older attempt.
    News(FromCluster, u64),
    Pass(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => keys().prop_map(Step::Plain),
        5 => (news(), prop::sample::select(vec![0, 0, 0, 1])).prop_map(|(news, older)| Step::News(news, older)),
        1 => measures().prop_map(Step::Plain),
        1 => mouse().prop_map(Step::Plain),
        1 => (1..5_000_i64).prop_map(Step::Pass),
    ];
    prop::collection::vec(step, 1..120)
}

fn check(lab: &Lab) {
    let measures = &lab.model.measures;
    match &lab.model.screen {
        Screen::Picker(picker) => assert!(picker.selected <= picker::shown(&lab.model.cards, &picker.filter).len().saturating_sub(1)),
        Screen::Attempt(attempt) => {
            let max = |pane| measures.extent(pane).max;
            if measures.pane(Pane::Events).is_some() {
                assert!(attempt.scroll.events.is_none_or(|at| at <= max(Pane::Events)));
            }
            assert!(attempt.scroll.events.is_some() || attempt.scroll.unseen == 0);
            assert!(attempt.hints <= 2 && attempt.clue_depth <= 2);
            assert_eq!(attempt.number, AttemptNo(lab.model.attempts));
        }
    }
    assert!(next_wake(&lab.model).first().is_none_or(|at| at > lab.model.now));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_scrolls_stay_in_range(real in any::<bool>(), steps in steps()) {
        let mut lab = Lab::opened(if real { Lab::real() } else { Place::Practice });
        for step in steps {
            match step {
                Step::Plain(msg) => { lab.send(msg); }
                Step::News(news, older) => {
                    let number = AttemptNo(lab.model.attempts.saturating_sub(older));
                    update(&mut lab.model, Msg::Cluster(number, news));
                }
                Step::Pass(millis) => { lab.pass(millis); }
            }
            check(&lab);
        }
        // Whatever was drawn last, a new frame's measures pull every scroll into range.
        let panes = [Pane::Lesson, Pane::Pods, Pane::Events, Pane::Page].map(|pane| PaneMeasure { pane, x: 0, y: 0, width: 9, height: 4, rows: 5, visible: 4 });
        measured(&mut lab.model, Measures { panes: panes.to_vec(), ..Measures::default() });
        if let Some(attempt) = lab.model.attempt() {
            prop_assert!(attempt.scroll.lesson <= 1 && attempt.scroll.pods <= 1);
        }
        if let Some(Overlay::Log(page)) = lab.model.overlays.last() {
            prop_assert!(page.scroll <= 1);
        }
    }
}
