//! Tests of the judge: latching, windows and what breaks them.

use super::{Judge, Told, Verdict};
use crate::cluster::snapshot::{ContainerState, Endpoints, Replicas};
use crate::scenario::stage::{PLAIN, Stage, at, ended, pull_message, running, waiting};
use crate::scenario::{ClueRule, Test, Want};

const NONE: Replicas = Replicas {
    desired: 1,
    current: 1,
    updated: 1,
    ready: 0,
    available: 0,
    observed: true,
};
const ALL: Replicas = Replicas {
    desired: 1,
    current: 1,
    updated: 1,
    ready: 1,
    available: 1,
    observed: true,
};

fn ready() -> (Want, u64) {
    (
        Want::Ready {
            kind: "Deployment".into(),
            name: "web".into(),
        },
        10,
    )
}

fn look(judge: &mut Judge, stage: &mut Stage, second: i64) -> Vec<Verdict> {
    stage.now = at(second);
    let clue = stage.clue();
    judge.look(&stage.scenario, &stage.evidence(), clue.as_ref())
}

fn mets(verdicts: &[Verdict]) -> Vec<bool> {
    verdicts.iter().map(|verdict| verdict.met).collect()
}

#[test]
fn the_story_of_a_failed_pull() {
    let mut stage = Stage::new();
    stage.goals(&["ErrImagePull", "ImagePullBackOff"], vec![ready(), (Want::Pulls, 0)]);
    let mut judge = Judge::new(&stage.scenario);
    assert_eq!(mets(&look(&mut judge, &mut stage, 0)), [false; 3]);
    stage.object("Deployment", "web", NONE);
    stage.pod("old", PLAIN, waiting("ImagePullBackOff", "not found"), 0);
    let verdicts = look(&mut judge, &mut stage, 5);
    assert_eq!(mets(&verdicts), [true, false, false]);
    assert_eq!(verdicts[1].saw, "ImagePullBackOff; 0 of 1 ready");
    assert_eq!(judge.seen_broken(), Some(at(5)));
    // the new pod is up, the old one not gone yet
    stage.object("Deployment", "web", Replicas { current: 2, ..ALL });
    stage.pod("new", PLAIN, running(20), 0);
    assert_eq!(mets(&look(&mut judge, &mut stage, 20)), [true, false, false]);
    stage.object("Deployment", "web", ALL);
    stage.pod("old", PLAIN, waiting("ImagePullBackOff", ""), 0).deleting = true;
    let verdicts = look(&mut judge, &mut stage, 22);
    assert_eq!((mets(&verdicts), verdicts[1].held), (vec![true, false, true], Some((0, 10))));
    assert_eq!(judge.next_change(), Some(at(32)));
    assert_eq!(look(&mut judge, &mut stage, 31)[1].held, Some((9, 10)));
    assert!(!judge.solved());
    look(&mut judge, &mut stage, 32);
    assert!(judge.solved());
    assert_eq!(judge.next_change(), None);
}

#[test]
fn a_failed_pull_is_seen_with_its_event() {
    let mut stage = Stage::new();
    stage.goals(&["ErrImagePull", "ImagePullBackOff"], vec![]);
    stage.pod("p", PLAIN, waiting("ContainerCreating", ""), 0);
    let mut judge = Judge::new(&stage.scenario);
    assert_eq!(mets(&look(&mut judge, &mut stage, 0)), [false]);
    stage.event("p", PLAIN, true, "Failed", &pull_message(PLAIN.image, "docker.io/team/web:9.9: not found"), 1);
    let verdicts = look(&mut judge, &mut stage, 1);
    assert!(verdicts[0].met && verdicts[0].saw.ends_with("did not get its image"), "{verdicts:?}");
    stage.pod("p", PLAIN, waiting("ErrImagePull", ""), 0);
    let verdicts = look(&mut judge, &mut stage, 2);
    assert!(verdicts[0].met && verdicts[0].saw.ends_with("was ErrImagePull"), "{verdicts:?}");
    assert_eq!(judge.seen_broken(), Some(at(1)));
}

#[test]
fn nothing_holds_before_the_fault_was_seen() {
    let mut stage = Stage::new();
    stage.goals(&["ErrImagePull"], vec![ready()]);
    stage.object("Deployment", "web", ALL);
    stage.pod("p", PLAIN, running(0), 0);
    let mut judge = Judge::new(&stage.scenario);
    look(&mut judge, &mut stage, 0);
    let verdicts = look(&mut judge, &mut stage, 60);
    assert_eq!(mets(&verdicts), [false, false]);
    assert!(verdicts[1].saw.contains("not been seen"), "{}", verdicts[1].saw);
}

#[test]
fn a_healthy_look_counts_only_with_a_clue() {
    let mut stage = Stage::new();
    stage.goals(&["Running"], vec![]);
    stage.pod("p", PLAIN, running(0), 0);
    let mut judge = Judge::new(&stage.scenario);
    assert_eq!(mets(&look(&mut judge, &mut stage, 0)), [false]);
    stage.object("Service", "other", Replicas::default());
    assert_eq!(mets(&look(&mut judge, &mut stage, 1)), [true]);
    stage.snapshot.objects.clear();
    assert_eq!(mets(&look(&mut judge, &mut stage, 2)), [true], "it stays seen");
}

#[test]
fn a_restart_or_a_warning_breaks_the_window() {
    let mut stage = Stage::new();
    stage.goals(&["Error"], vec![ready(), (Want::Quiet, 10)]);
    stage.object("Deployment", "web", ALL);
    stage.pod("bad", PLAIN, ended(1, 0), 0);
    let mut judge = Judge::new(&stage.scenario);
    look(&mut judge, &mut stage, 0);
    stage.snapshot.pods.clear();
    stage.pod("p", PLAIN, running(1), 0);
    look(&mut judge, &mut stage, 1);
    stage.now = at(8);
    stage.event("p", PLAIN, true, "Unhealthy", "Readiness probe failed", 1);
    look(&mut judge, &mut stage, 8);
    assert_eq!(mets(&look(&mut judge, &mut stage, 11)), [true, false, false], "a new Warning");
    stage.event("p", PLAIN, true, "Unhealthy", "Readiness probe failed", 2);
    look(&mut judge, &mut stage, 12);
    assert_eq!(look(&mut judge, &mut stage, 21)[1].held, Some((9, 10)), "a repeat");
    stage.pod("p", PLAIN, running(21), 1).containers[0].last = ended(1, 21);
    assert!(look(&mut judge, &mut stage, 22)[2].saw.contains("restarted once"));
    assert_eq!(judge.next_change(), Some(at(31)));
    look(&mut judge, &mut stage, 31);
    assert!(!judge.solved());
    look(&mut judge, &mut stage, 41);
    assert!(judge.solved());
}

#[test]
fn a_repair_must_outlast_the_crash_cycle_that_was_seen() {
    let mut stage = Stage::new();
    stage.goals(&["Error"], vec![ready()]);
    stage.object("Deployment", "web", NONE);
    let mut judge = Judge::new(&stage.scenario);
    stage.pod("p", PLAIN, running(0), 0);
    look(&mut judge, &mut stage, 1);
    stage.pod("p", PLAIN, ended(1, 25), 0);
    look(&mut judge, &mut stage, 25);
    stage.snapshot.pods.clear();
    stage.object("Deployment", "web", ALL);
    stage.pod("q", PLAIN, running(30), 0);
    assert_eq!(look(&mut judge, &mut stage, 30)[1].held, Some((0, 26)));
    assert_eq!(mets(&look(&mut judge, &mut stage, 45)), [true, false]);
    assert_eq!(mets(&look(&mut judge, &mut stage, 56)), [true, true]);
}

#[test]
fn the_other_goals_say_what_they_saw() {
    let mut stage = Stage::new();
    let value = Want::Value {
        kind: "Deployment".into(),
        name: "web".into(),
        path: "spec.replicas".into(),
        test: Test::Is(1.into()),
    };
    let bound = Want::Condition {
        kind: "PersistentVolumeClaim".into(),
        name: "data".into(),
        condition: "Bound".into(),
        status: "True".into(),
    };
    let gone = Want::Gone {
        kind: "ConfigMap".into(),
        name: "held".into(),
    };
    let answers = Want::Answers {
        service: "web".into(),
        port: 80,
        path: "/".into(),
        body: String::new(),
    };
    stage.goals(
        &["Error"],
        vec![
            (
                Want::Endpoints {
                    service: "web".into(),
                    at_least: 1,
                },
                0,
            ),
            (value, 0),
            (bound, 0),
            (gone, 0),
            (answers, 0),
        ],
    );
    stage.pod("bad", PLAIN, ended(1, 0), 0);
    stage.object("Deployment", "web", ALL);
    stage.object("Service", "web", Replicas::default());
    stage.object("PersistentVolumeClaim", "data", Replicas::default()).columns = vec![("STATUS".into(), "Pending".into())];
    stage.object("ConfigMap", "held", Replicas::default()).deleting = true;
    let slice = stage.object("EndpointSlice", "web-x", Replicas::default());
    slice.owner = Some(("Service".into(), "web".into()));
    slice.endpoints = Endpoints { ready: 0, not_ready: 1 };
    let mut judge = Judge::new(&stage.scenario);
    let verdicts = look(&mut judge, &mut stage, 0);
    let saw: Vec<&str> = verdicts.iter().skip(1).map(|verdict| verdict.saw.as_str()).collect();
    assert_eq!(saw, ["0 ready, 1 not ready", "1", "Pending", "it is being deleted", "not asked yet"]);
    judge.tell(5, Told::Holds("hello".into()));
    stage.object("PersistentVolumeClaim", "data", Replicas::default()).columns = vec![("STATUS".into(), "Bound".into())];
    stage.snapshot.objects.retain(|_, row| row.kind != "ConfigMap");
    assert_eq!(mets(&look(&mut judge, &mut stage, 1)), [true, false, true, true, true, true]);
    judge.tell(5, Told::Unmet("503".into()));
    assert_eq!(look(&mut judge, &mut stage, 2)[5].saw, "503");
}

#[test]
fn a_pod_that_only_waits_has_not_got_its_image_yet() {
    let mut stage = Stage::new();
    stage.goals(&["ErrImagePull"], vec![(Want::Pulls, 0)]);
    stage.pod("p", PLAIN, waiting("ErrImagePull", "x"), 0);
    let mut judge = Judge::new(&stage.scenario);
    look(&mut judge, &mut stage, 0);
    stage.snapshot.pods.clear();
    stage.pod("q", PLAIN, waiting("ContainerCreating", ""), 0);
    assert_eq!(look(&mut judge, &mut stage, 1)[1].saw, "0 of 1 containers have their image");
    stage.pod("q", PLAIN, ContainerState::Unknown, 0);
    assert_eq!(mets(&look(&mut judge, &mut stage, 2)), [true, false]);
    stage.pod("q", PLAIN, waiting("CrashLoopBackOff", ""), 1);
    assert_eq!(mets(&look(&mut judge, &mut stage, 3)), [true, true]);
}

#[test]
fn where_the_clue_is_named_another_one_shows_no_fault() {
    let mut stage = Stage::new();
    stage.goals(&[], vec![ready()]);
    stage.scenario.clues = vec![ClueRule::Log {
        container: "app".into(),
        line: "*bad address*".into(),
    }];
    stage.object("Deployment", "web", NONE);
    stage.pod("a", PLAIN, waiting("ImagePullBackOff", "not found"), 0);
    let mut judge = Judge::new(&stage.scenario);
    assert!(stage.clue().is_some_and(|clue| !clue.promised));
    assert_eq!(mets(&look(&mut judge, &mut stage, 5)), [false, false]);
    stage.scenario.clues.clear();
    assert_eq!(mets(&look(&mut judge, &mut stage, 6)), [true, false]);
}
