//! The clue's card: what it says at each opening, and that it fits.

use jiff::Timestamp;

use super::{drawn, with_deployment};
use crate::cluster::snapshot::{ObjectRef, Uid};
use crate::scenario::clue::{Clue, Fault, Source};

pub(super) fn clue(fault: Fault, source: Source, text: &str) -> Clue {
    Clue {
        about: ObjectRef {
            kind: "Pod".to_owned(),
            namespace: "lab".to_owned(),
            name: "a-pod-with-a-name-that-is-long-6dc96f7777-flj42".to_owned(),
        },
        uid: Uid("p".to_owned()),
        source,
        fault,
        text: text.to_owned(),
        decisive: Vec::new(),
        count: 4,
        last: Some(Timestamp::UNIX_EPOCH),
        explain: "It leads.".to_owned(),
        image: None,
        pair: None,
        promised: false,
    }
}

#[test]
fn the_card_of_every_clue_says_more_at_each_i() {
    let log = Source::Log { container: "app".to_owned() };
    let refused = "User \"robot\" cannot list resource \"pods\" in API group \"\" in the namespace \"lab\"";
    for (fault, source, text, part) in [
        (Fault::Crash, log.clone(), "fatal: SETTING is not set", "because"),
        (Fault::Other, log, refused, "may not "),
        (
            Fault::Probe,
            Source::State,
            "Readiness probe failed: HTTP probe failed with statuscode: 404",
            "answer",
        ),
        (Fault::Other, Source::Condition, "Failed=True TooMany: it was tried often", "reason"),
        (
            Fault::Other,
            Source::State,
            "configmap c was told to go and stays: metadata.finalizers: a/b",
            "held by",
        ),
    ] {
        let mut model = with_deployment();
        model.attempt_mut().unwrap().clue = Some(clue(fault, source, text));
        let mut at = |depth| {
            model.attempt_mut().unwrap().clue_depth = depth;
            drawn(&model, 140, 40)
        };
        let (said, parts, next) = (at(0), at(1), at(2));
        assert!(said.contains("what are its parts?") && !said.contains(part), "{said}");
        assert!(parts.contains(part) && parts.contains("where to look next?"), "{part}:\n{parts}");
        assert!(next.contains(part) && next.contains("shuts it") && next != parts, "{next}");
    }
}

#[test]
fn the_title_of_a_card_ends_within_it() {
    let mut model = with_deployment();
    let log = Source::Log {
        container: "kubectl".to_owned(),
    };
    model.attempt_mut().unwrap().clue = Some(clue(Fault::Crash, log, "fatal: no"));
    let screen = drawn(&model, 100, 30);
    let title = screen.lines().find(|line| line.contains("The clue")).unwrap();
    assert!(title.contains("log of kubectl"), "{title}");
    assert!(!title.contains("last") || title.contains(" ago"), "{title}");
}
