//! Pages over the screen own every letter: describe, YAML, logs.

use super::bench::*;
use crate::cluster::snapshot::{ObjectRef, Row};
use crate::lab::msg::{Detail, Effect, FromCluster};
use crate::lab::{LogPage, Overlay, Pane, Stage, log};

fn page(lab: &Lab) -> &LogPage {
    match lab.model.overlays.last() {
        Some(Overlay::Log(page)) => page,
        other => panic!("a log is open, not {other:?}"),
    }
}

fn log_lab() -> Lab {
    let mut lab = Lab::broken();
    lab.put(vec![Row::Pod(crashing("web-1"))]);
    lab.keys("l");
    lab
}

fn lines(texts: &[&str]) -> FromCluster {
    FromCluster::LogLines {
        pod: uid("web-1"),
        container: "app".to_owned(),
        lines: texts.iter().map(|&text| text.to_owned()).collect(),
    }
}

#[test]
fn an_overlay_owns_all_letters() {
    for open in ["d", "y", "l", "v", "s", "?"] {
        let mut lab = Lab::broken();
        lab.keys(open);
        let before = (lab.stage(), lab.attempt().hints, lab.attempt().warnings_only);
        for c in ('a'..='z').chain('A'..='Z').filter(|c| !"q?M".contains(*c)) {
            let effects = lab.keys(&c.to_string());
            let carried = effects.iter().any(|effect| matches!(effect, Effect::Carry(..)));
            assert!(!carried, "{open} then {c}");
        }
        assert_eq!((lab.stage(), lab.attempt().hints, lab.attempt().warnings_only), before, "{open}");
    }
}

#[test]
fn a_detail_page_takes_its_own_answer_only() {
    let mut lab = Lab::broken();
    lab.keys("d");
    let about = |name: &str| {
        Detail::Describe(ObjectRef {
            kind: "Pod".to_owned(),
            namespace: "lab-01".to_owned(),
            name: name.to_owned(),
        })
    };
    lab.cluster(FromCluster::Detail(about("other"), Ok("no".to_owned())));
    assert!(matches!(lab.model.overlays.last(), Some(Overlay::Page { loading: true, .. })));
    lab.cluster(FromCluster::Detail(about("web-1"), Ok("Name: web-1".to_owned())));
    assert!(matches!(lab.model.overlays.last(), Some(Overlay::Page { loading: false, text: Ok(text), .. }) if text == "Name: web-1"));
}

#[test]
fn a_search_goes_from_match_to_match() {
    let mut lab = Lab::broken();
    lab.keys("y");
    let about = ObjectRef {
        kind: "Pod".to_owned(),
        namespace: "lab-01".to_owned(),
        name: "web-1".to_owned(),
    };
    lab.cluster(FromCluster::Detail(Detail::Yaml(about), Ok("a\nImage: x\nb\nimage: y\nc".to_owned())));
    let scroll = |lab: &Lab| match lab.model.overlays.last() {
        Some(Overlay::Page { scroll, .. }) => *scroll,
        _ => panic!("a page is open"),
    };
    lab.keys("/image\n");
    assert_eq!(scroll(&lab), 1);
    lab.keys("n");
    assert_eq!(scroll(&lab), 3);
    lab.keys("n");
    assert_eq!(scroll(&lab), 1, "around the end");
    lab.keys("N");
    assert_eq!(scroll(&lab), 3);
    lab.keys("/\x1b");
    assert!(
        matches!(lab.model.overlays.last(), Some(Overlay::Page { search, .. }) if search.text.is_empty() && !search.typing),
        "Esc ends the search first"
    );
    lab.keys("q");
    assert!(lab.model.overlays.is_empty() && lab.stage() == Stage::Broken);
}

#[test]
fn a_crash_looping_pod_opens_the_run_that_crashed() {
    let mut lab = log_lab();
    assert_eq!((page(&lab).shown(), page(&lab).previous, page(&lab).follow), ("app", true, true));
    let asked = lab.keys("p");
    assert!(
        matches!(asked.as_slice(), [Effect::FollowLog { container, previous: false, .. }] if container == "app"),
        "{asked:?}"
    );
    lab.cluster(lines(&["one"]));
    let asked = lab.keys("C");
    assert!(
        matches!(asked.as_slice(), [Effect::FollowLog { container, .. }] if container == "side"),
        "{asked:?}"
    );
    assert_eq!(page(&lab).lines.len(), 0, "another container begins anew");
    lab.cluster(lines(&["late"]));
    assert_eq!(page(&lab).lines.len(), 0, "lines of the other container");
    assert_eq!(lab.keys("q"), [Effect::StopLog]);
}

#[test]
fn a_log_stops_following_when_scrolled_up() {
    let mut lab = log_lab();
    lab.measure(Pane::Page, 100, 20);
    lab.keys("k");
    assert_eq!((page(&lab).follow, page(&lab).scroll), (false, 79));
    lab.cluster(lines(&["more"]));
    assert_eq!(page(&lab).scroll, 79);
    lab.keys("G");
    assert!(page(&lab).follow);
    lab.keys("fwT");
    assert_eq!((page(&lab).follow, page(&lab).wrap, page(&lab).timestamps), (false, false, true));
}

#[test]
fn a_log_keeps_its_last_lines_and_says_that_older_ones_went() {
    let mut lab = log_lab();
    lab.cluster(lines(&["first"]));
    let many: Vec<&str> = std::iter::repeat_n("x", log::LINES).collect();
    lab.cluster(lines(&many));
    assert_eq!((page(&lab).lines.len(), page(&lab).cut, page(&lab).lines[0].as_str()), (log::LINES, true, "x"));
    lab.cluster(FromCluster::LogEnded {
        pod: uid("web-1"),
        container: "app".to_owned(),
        why: None,
    });
    assert!(page(&lab).ended.is_some());
}

#[test]
fn times_before_log_lines_are_shown_on_demand() {
    let stamped = "2026-01-01T10:00:00.5Z ready";
    assert_eq!((log::line(stamped, false), log::line(stamped, true)), ("ready", stamped));
    assert_eq!(log::line("no time here", false), "no time here");
}
