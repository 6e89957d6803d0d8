//! Tests of the clue rules, each under plain names and under names that look like faults.

use super::pull::classify;
use super::{Fault, LogTails, Part, PullFault, Source, behind, needs_logs, tags_line, which_part};
use crate::cluster::snapshot::{ConditionRow, ContainerState, Replicas, Uid};
use crate::scenario::reference::ImageReference;
use crate::scenario::stage::{NASTY, Names, PLAIN, Stage, ended, pull_message, running, waiting};
use crate::scenario::{ClueRule, catalogue};

const BOTH: [Names; 2] = [PLAIN, NASTY];

#[test]
fn every_pull_failure_is_told_apart_whatever_the_image_is_called() {
    let head = "failed to do request: Head \"https://registry/v2/x/manifests/1\": ";
    for names in BOTH {
        let full = ImageReference::parse(names.image).normalised();
        for (why, want, part) in [
            (format!("{full}: not found"), PullFault::NotFound, Part::Tag),
            ("unexpected status: manifest unknown".to_owned(), PullFault::ManifestUnknown, Part::Tag),
            (
                "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
                    .to_owned(),
                PullFault::Denied,
                Part::Repository,
            ),
            (
                "unexpected status from HEAD request to https://registry/v2/: 401 Unauthorized".to_owned(),
                PullFault::Unauthorized,
                Part::Registry,
            ),
            (
                "failed to authorize: authorization failed: no basic auth credentials".to_owned(),
                PullFault::Unauthorized,
                Part::Registry,
            ),
            (
                "unexpected status code: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.".to_owned(),
                PullFault::RateLimited,
                Part::None,
            ),
            (format!("{head}dial tcp 10.0.0.9:443: i/o timeout"), PullFault::Timeout, Part::Registry),
            (format!("{head}context deadline exceeded"), PullFault::Timeout, Part::Registry),
            (
                format!("{head}dial tcp: lookup registry on 10.96.0.10:53: no such host"),
                PullFault::UnknownHost,
                Part::Registry,
            ),
            (
                "unexpected commit digest sha256:aa, expected sha256:bb: failed precondition".to_owned(),
                PullFault::Digest,
                Part::Digest,
            ),
            ("something nobody has seen".to_owned(), PullFault::Other, Part::None),
        ] {
            let mut stage = Stage::new();
            stage.pod("p", names, waiting("ImagePullBackOff", ""), 0);
            stage.event("p", names, true, "Failed", &pull_message(names.image, &why), 3);
            stage.event("p", names, true, "Failed", "Error: ImagePullBackOff", 3);
            let clue = stage.clue().unwrap();
            assert_eq!((clue.fault, which_part(&clue).part, clue.count), (Fault::Pull(want), part, 3), "{why}");
            assert!(clue.decisive.iter().all(|range| clue.text.get(range.clone()).is_some()));
            assert_eq!(clue.image.as_ref().unwrap().written, names.image);
        }
    }
}

#[test]
fn the_other_ways_not_to_get_an_image() {
    for (reason, event, message, want) in [
        (
            "InvalidImageName",
            "InspectFailed",
            "Failed to apply default image tag \"team/Web:1\": couldn't parse image name \"team/Web:1\": invalid reference format: repository name (team/Web) must be lowercase",
            PullFault::InvalidName,
        ),
        (
            "ErrImageNeverPull",
            "ErrImageNeverPull",
            "Container image \"team/Web:1\" is not present with pull policy of Never",
            PullFault::NeverPull,
        ),
    ] {
        let names = Names { image: "team/Web:1", ..PLAIN };
        let mut stage = Stage::new();
        stage.pod("p", names, waiting(reason, ""), 0);
        stage.event("p", names, true, event, message, 1);
        assert_eq!(stage.clue().unwrap().fault, Fault::Pull(want));
    }
    let by_digest = ImageReference::parse("team/web@sha256:00");
    assert_eq!(classify("docker.io/team/web@sha256:00: not found", Some(&by_digest)).0, PullFault::Digest);
}

#[test]
fn the_decisive_words_are_marked_at_their_last_place() {
    let mut stage = Stage::new();
    stage.pod("p", PLAIN, waiting("ErrImagePull", ""), 0);
    stage.event("p", PLAIN, true, "Failed", &pull_message(PLAIN.image, "docker.io/team/web:9.9: not found"), 1);
    let clue = stage.clue().unwrap();
    assert_eq!((clue.decisive.len(), clue.decisive[0].clone()), (1, clue.text.len() - 9..clue.text.len()));
    assert!(!clue.explain.contains("9.9"));
}

#[test]
fn a_pull_clue_lasts_while_a_living_pod_waits_for_that_image() {
    let mut stage = Stage::new();
    stage.pod("p", PLAIN, waiting("ContainerCreating", ""), 0);
    stage.event("p", PLAIN, true, "Failed", &pull_message(PLAIN.image, "docker.io/team/web:9.9: not found"), 1);
    assert!(matches!(stage.clue().unwrap().source, Source::Event(_)), "the status comes later");
    stage.pod("p", PLAIN, waiting("ErrImagePull", ""), 0);
    assert!(matches!(stage.clue().unwrap().source, Source::Event(_)));
    stage.pod("p", PLAIN, waiting("ErrImagePull", ""), 0).deleting = true;
    assert_eq!(stage.clue(), None, "the pod is going");
    stage.pod("p", PLAIN, running(0), 0);
    assert_eq!(stage.clue(), None, "the image came");
    stage.pod(
        "p",
        Names { image: "team/web:1", ..PLAIN },
        waiting("ImagePullBackOff", "Back-off pulling image \"team/web:1\": ErrImagePull: not found"),
        0,
    );
    let clue = stage.clue().unwrap();
    assert_eq!(
        (clue.source, clue.image.unwrap().written.as_str()),
        (Source::State, "team/web:1"),
        "the event is of another image"
    );
}

#[test]
fn a_crash_is_decided_by_its_log() {
    for names in BOTH {
        let mut stage = Stage::new();
        let pod = stage.pod("p", names, waiting("CrashLoopBackOff", "back-off 10s"), 2);
        pod.containers[0].last = ended(1, 0);
        stage.event("p", names, true, "BackOff", "Back-off restarting failed container", 4);
        assert_eq!(stage.clue().unwrap().source, Source::State, "the log is still to come");
        stage.log("p", names, &["starting", "fatal: SETTING is not set", "bye", ""]);
        let clue = stage.clue().unwrap();
        assert_eq!(
            (clue.source, clue.fault, clue.text.as_str()),
            (
                Source::Log {
                    container: names.container.into()
                },
                Fault::Crash,
                "fatal: SETTING is not set"
            )
        );
        assert_eq!(clue.count, 2);
        stage.log("p", names, &["one", "two"]);
        assert_eq!(stage.clue().unwrap().text, "two", "the last line where none is telling");
    }
}

#[test]
fn a_crash_clue_ends_ten_seconds_after_the_container_is_up() {
    let mut stage = Stage::new();
    stage.pod("p", PLAIN, running(0), 1).containers[0].last = ended(1, 0);
    stage.log("p", PLAIN, &["fatal: x"]);
    stage.now = crate::scenario::stage::at(9);
    assert!(stage.clue().is_some());
    stage.now = crate::scenario::stage::at(10);
    assert_eq!(stage.clue(), None);
}

#[test]
fn how_a_process_ended_may_say_more_than_its_log() {
    let mut stage = Stage::new();
    stage.pod("p", PLAIN, waiting("CrashLoopBackOff", ""), 1).containers[0].last = ContainerState::Terminated {
        reason: "OOMKilled".into(),
        exit: 137,
        finished: None,
    };
    stage.log("p", PLAIN, &["error: irrelevant"]);
    let clue = stage.clue().unwrap();
    assert!(clue.text.contains("OOMKilled") && clue.explain.contains("memory"), "{clue:?}");
    stage.pod("p", PLAIN, waiting("CrashLoopBackOff", ""), 1).containers[0].last = ended(0, 0);
    stage.event("p", PLAIN, false, "Killing", "Container app failed liveness probe, will be restarted", 1);
    stage.event(
        "p",
        PLAIN,
        true,
        "Unhealthy",
        "Liveness probe failed: dial tcp 10.0.0.1:9090: connect: connection refused",
        3,
    );
    assert_eq!(stage.clue().unwrap().fault, Fault::Probe);
    stage.pod("p", PLAIN, waiting("CrashLoopBackOff", ""), 1).containers[0].last = ContainerState::Terminated {
        reason: "StartError".into(),
        exit: 128,
        finished: None,
    };
    assert!(needs_logs(&stage.scenario, &stage.snapshot, stage.now).is_empty(), "what never ran has no log");
}

#[test]
fn the_other_faults_by_their_events() {
    for names in BOTH {
        for (reason, event, message, fault, decisive) in [
            (
                "CreateContainerConfigError",
                "Failed",
                "Error: configmap \"settings\" not found",
                Fault::Config,
                "configmap \"settings\" not found",
            ),
            (
                "ContainerCreating",
                "FailedMount",
                "MountVolume.SetUp failed for volume \"v\" : configmap \"x\" not found",
                Fault::Mount,
                "not found",
            ),
        ] {
            let mut stage = Stage::new();
            stage.pod("p", names, waiting(reason, ""), 0);
            stage.event("p", names, true, event, message, 1);
            let clue = stage.clue().unwrap();
            assert_eq!((clue.fault, &clue.text[clue.decisive[0].clone()]), (fault, decisive));
        }
    }
}

#[test]
fn faults_of_scheduling_probes_quotas_and_selectors() {
    let mut stage = Stage::new();
    let pod = stage.pod("p", PLAIN, ContainerState::Unknown, 0);
    pod.is_ready = false;
    pod.conditions = vec![ConditionRow {
        kind: "PodScheduled".into(),
        status: "False".into(),
        reason: "Unschedulable".into(),
        message: "0/1 nodes are available: 1 Insufficient cpu.".into(),
    }];
    assert_eq!(stage.clue().unwrap().source, Source::Condition);
    stage.event("p", PLAIN, true, "FailedScheduling", "0/1 nodes are available: 1 Insufficient cpu.", 1);
    let clue = stage.clue().unwrap();
    assert_eq!((clue.fault, &clue.text[clue.decisive[0].clone()]), (Fault::Scheduling, "Insufficient"));

    let mut stage = Stage::new();
    let pod = stage.pod("p", PLAIN, running(0), 0);
    (pod.is_ready, pod.containers[0].ready) = (false, false);
    stage.event(
        "p",
        PLAIN,
        true,
        "Unhealthy",
        "Readiness probe failed: HTTP probe failed with statuscode: 404",
        5,
    );
    assert_eq!(stage.clue().unwrap().fault, Fault::Probe);

    let mut stage = Stage::new();
    stage.object(
        "ReplicaSet",
        "web",
        Replicas {
            desired: 2,
            current: 1,
            ..Replicas::default()
        },
    );
    stage.event(
        "ReplicaSet/web",
        PLAIN,
        true,
        "FailedCreate",
        "Error creating: pods \"web-x\" is forbidden: exceeded quota: small, requested: pods=1",
        5,
    );
    assert_eq!(stage.clue().unwrap().fault, Fault::Quota);

    let mut stage = Stage::new();
    stage.pod("p", PLAIN, running(0), 0);
    stage.object("Service", "wob", Replicas::default());
    assert!(stage.clue().unwrap().text.contains("app=wob"));
}

#[test]
fn what_is_current_is_preferred_in_order() {
    let mut stage = Stage::new();
    stage.pod("crash", PLAIN, waiting("CrashLoopBackOff", ""), 3).containers[0].last = ended(1, 0);
    stage.pod("config", PLAIN, waiting("CreateContainerConfigError", ""), 0);
    stage.event("config", PLAIN, true, "Failed", "Error: secret \"x\" not found", 1);
    assert_eq!(stage.clue().unwrap().fault, Fault::Config);
    stage.pod("pull", PLAIN, waiting("ErrImagePull", "x: not found"), 0);
    assert_eq!(stage.clue().unwrap().fault, Fault::Pull(PullFault::NotFound));
}

#[test]
fn a_scenarios_own_rules_come_first() {
    let mut stage = Stage::new();
    stage.pod("p", PLAIN, waiting("CrashLoopBackOff", ""), 3).containers[0].last = ended(1, 0);
    stage.log("p", PLAIN, &["fatal: a", "note: the door is shut"]);
    assert_eq!(stage.clue().unwrap().text, "fatal: a");
    stage.scenario.clues = vec![
        ClueRule::Event {
            reason: "None".into(),
            message: String::new(),
        },
        ClueRule::Log {
            container: "app".into(),
            line: "*door*".into(),
        },
    ];
    assert_eq!(stage.clue().unwrap().text, "note: the door is shut");
    stage.object("Deployment", "web", Replicas::default()).conditions = vec![ConditionRow {
        kind: "Progressing".into(),
        status: "False".into(),
        reason: "Late".into(),
        message: "m".into(),
    }];
    stage.scenario.clues = vec![ClueRule::Condition {
        kind: "Deployment".into(),
        condition: "Progressing".into(),
        status: "False".into(),
    }];
    assert_eq!(stage.clue().unwrap().text, "Progressing=False Late: m");
}

#[test]
fn logs_are_wanted_once_for_each_run() {
    let mut stage = Stage::new();
    stage.pod("p", PLAIN, ended(1, 0), 1).phase = "Running".into();
    let first = needs_logs(&stage.scenario, &stage.snapshot, stage.now);
    stage.pod("p", PLAIN, waiting("CrashLoopBackOff", ""), 1).containers[0].last = ended(1, 0);
    assert_eq!(needs_logs(&stage.scenario, &stage.snapshot, stage.now), first, "the same run");
    assert_eq!((first[0].uid.clone(), first[0].previous, first[0].restarts), (Uid("p".into()), false, 1));
    stage.pod("p", PLAIN, running(20), 2).containers[0].last = ended(1, 0);
    let next = needs_logs(&stage.scenario, &stage.snapshot, stage.now);
    assert!(next[0].previous && next != first);
    stage.pod("p", PLAIN, running(20), 0);
    assert!(needs_logs(&stage.scenario, &stage.snapshot, stage.now).is_empty());
    assert_eq!(stage.logs, LogTails::new());
}

#[test]
fn tags_are_told_on_practice_and_asked_for_elsewhere() {
    let mut stage = Stage::new();
    stage.pod("p", Names { image: "nginx:9", ..PLAIN }, waiting("ErrImagePull", "nginx:9: not found"), 0);
    let clue = stage.clue().unwrap();
    let known = catalogue();
    assert!(
        known.len() > 10 && tags_line(&clue, Some(known)).contains("1.29-alpine"),
        "{}",
        tags_line(&clue, Some(known))
    );
    let real = tags_line(&clue, None);
    assert!(
        real.contains("skopeo list-tags docker://docker.io/library/nginx") && real.contains("hub.docker.com/_/nginx"),
        "{real}"
    );
    stage.pod("p", PLAIN, waiting("ErrImagePull", "not found"), 0);
    assert!(tags_line(&stage.clue().unwrap(), Some(known)).contains("no repository team/web"));
}

#[test]
fn a_mended_tag_uncovers_the_second_fault() {
    let mut stage = Stage::new();
    stage.pod("old", PLAIN, waiting("ErrImagePull", "not found"), 0);
    let before = stage.clue().unwrap();
    stage.pod("old", PLAIN, waiting("ErrImagePull", "not found"), 0).deleting = true;
    stage
        .pod("new", Names { image: "team/web:1", ..PLAIN }, waiting("CrashLoopBackOff", ""), 1)
        .containers[0]
        .last = ended(1, 0);
    stage.log("new", PLAIN, &["fatal: X is not set"]);
    let now = stage.clue().unwrap();
    assert_eq!(behind(&before, &now).as_deref(), Some("the tag is mended, a second fault was behind it"));
    assert_eq!((behind(&now, &before), behind(&before, &before)), (None, None));
    let other = super::Clue {
        image: Some(ImageReference::parse("teem/web:9.9")),
        ..before
    };
    assert!(behind(&other, &now).unwrap().starts_with("the repository is mended"));
}
