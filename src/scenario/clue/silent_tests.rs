//! Faults without an event, under plain names and under names that look like faults.

use std::collections::BTreeMap;

use super::{Clue, Fault, Source};
use crate::cluster::snapshot::{ConditionRow, Fact, ObjectRow, PortRow, Uid};
use crate::scenario::stage::{NASTY, Names, PLAIN, Stage, at, ended, running, waiting};
use crate::scenario::{ClueRule, Scenario};

const BOTH: [Names; 2] = [PLAIN, NASTY];

fn object(stage: &mut Stage, kind: &str, name: &str) -> ObjectRow {
    let row = ObjectRow {
        uid: Uid(format!("{kind}/{name}")),
        kind: kind.to_owned(),
        name: name.to_owned(),
        ..ObjectRow::default()
    };
    stage.snapshot.objects.insert(row.uid.clone(), row.clone());
    row
}

fn put(stage: &mut Stage, row: ObjectRow) {
    stage.snapshot.objects.insert(row.uid.clone(), row);
}

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn texts(clue: &Clue) -> (String, String) {
    let pair = clue.pair.as_ref().expect("two sides");
    (pair.left.text.clone(), pair.right.text.clone())
}

fn port(name: &str, port: &str, target: &str) -> PortRow {
    PortRow {
        name: name.to_owned(),
        port: port.to_owned(),
        target: target.to_owned(),
    }
}

/// A scenario whose clue is a line of this container's log.
fn named(names: Names, line: &str) -> Scenario {
    let clues = vec![ClueRule::Log {
        container: names.container.into(),
        line: line.into(),
    }];
    Scenario { clues, ..Scenario::default() }
}

fn fact(path: &str, text: &str) -> Fact {
    Fact {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn a_selector_stands_beside_the_labels_it_should_match() {
    for names in BOTH {
        let mut stage = Stage::new();
        stage.pod("p", names, running(0), 0).labels = pairs(&[("app", names.app), ("tier", "front")]);
        stage.pod("decoy", names, running(0), 0).labels = pairs(&[("app", "other")]);
        let mut service = object(&mut stage, "Service", names.app);
        let wrong = format!("{}x", names.app);
        service.selector = pairs(&[("app", &wrong)]);
        put(&mut stage, service.clone());
        let clue = stage.clue().expect("a clue");
        assert_eq!(texts(&clue), (format!("app={wrong}"), format!("app={}, tier=front", names.app)));
        assert!(clue.text.contains("matches none of the 2 pods"), "{}", clue.text);
        service.selector = pairs(&[("app", names.app)]);
        put(&mut stage, service);
        assert_eq!(stage.clue(), None);
    }
}

#[test]
fn behind_a_pod_that_is_not_ready_another_fault_comes_first() {
    for names in BOTH {
        let mut stage = Stage::new();
        let mut service = object(&mut stage, "Service", "web");
        service.selector = pairs(&[("app", "other")]);
        put(&mut stage, service);
        stage.pod("p", names, waiting("ContainerCreating", ""), 0);
        assert_eq!(stage.clue(), None);
        stage.pod("p", names, running(0), 0);
        let clue = stage.clue().expect("now nothing else is in the way");
        assert!(clue.text.ends_with("does not match the only pod"), "{}", clue.text);
    }
}

#[test]
fn a_port_that_nobody_opens_stands_beside_those_that_are() {
    for names in BOTH {
        let mut stage = Stage::new();
        stage.pod("p", names, running(0), 0).ports = vec![port("web", "8080", "")];
        let mut service = object(&mut stage, "Service", names.app);
        service.selector = pairs(&[("app", names.app)]);
        for (target, fits) in [("8081", false), ("8080", true), ("web", true), ("http", false)] {
            service.ports = vec![port("", "80", target)];
            put(&mut stage, service.clone());
            let clue = stage.clue();
            assert_eq!(clue.is_none(), fits, "{target}");
            if let Some(clue) = clue {
                assert_eq!(texts(&clue), (target.to_owned(), "web 8080".to_owned()));
            }
        }
        // containers need not say what they open
        stage.pod("p", names, running(0), 0);
        assert_eq!(stage.clue(), None);
    }
}

#[test]
fn an_init_container_that_goes_on_is_the_news_after_a_while() {
    for names in BOTH {
        let mut stage = Stage::new();
        let pod = stage.pod("p", names, running(0), 0);
        pod.is_ready = false;
        (pod.containers[0].init, pod.containers[0].ready) = (true, false);
        assert_eq!(stage.clue(), None);
        stage.now = at(12);
        let clue = stage.clue().expect("a clue");
        assert_eq!((clue.fault, &clue.source), (Fault::Waits, &Source::State));
        let wanted = super::needs_logs(&stage.scenario, &stage.snapshot, stage.now);
        assert_eq!((wanted.len(), wanted[0].look), (1, 2));
        stage.log("p", names, &["waiting", "wget: bad address 'db:8080'"]);
        let clue = stage.clue().expect("a clue");
        assert_eq!(clue.text, "wget: bad address 'db:8080'");
        assert!(matches!(clue.source, Source::Log { .. }));
    }
}

#[test]
fn a_log_that_the_scenario_names_is_read_of_a_pod_that_runs() {
    for names in BOTH {
        let mut stage = Stage::new();
        stage.pod("p", names, running(0), 0);
        stage.now = at(15);
        assert!(super::needs_logs(&stage.scenario, &stage.snapshot, stage.now).is_empty());
        stage.scenario = named(names, "*bad address*");
        assert_eq!(super::needs_logs(&stage.scenario, &stage.snapshot, stage.now).len(), 1);
        stage.log("p", names, &["asking", "wget: bad address 'x'"]);
        let clue = stage.clue().expect("the line decides");
        assert!(clue.promised && clue.fault == Fault::Other, "{clue:?}");
        assert!(!clue.explain.contains("starts it again"), "it has not ended: {}", clue.explain);
        stage.log("p", names, &["wget: bad address 'x'", "ok", "ok", "ok"]);
        assert_eq!(stage.clue(), None, "it does well by now");
    }
}

#[test]
fn what_an_earlier_run_said_is_no_news_of_one_that_does_well() {
    for names in BOTH {
        let mut stage = Stage::new();
        stage.scenario = named(names, "*bad address*");
        stage.pod("p", names, running(40), 2).containers[0].last = ended(1, 20);
        stage.log_of(1, "p", names, &["wget: bad address 'x'"]);
        stage.now = at(45);
        assert_eq!(stage.clue().expect("it has only just come up").fault, Fault::Crash);
        assert!(super::needs_logs(&stage.scenario, &stage.snapshot, stage.now)[0].previous);
        stage.now = at(55);
        assert_eq!(stage.clue(), None, "the run before is over");
        let now = &super::needs_logs(&stage.scenario, &stage.snapshot, stage.now)[0];
        assert!(!now.previous && now.tail(Vec::new()).run == 2, "{now:?}");
        stage.log_of(2, "p", names, &["wget: bad address 'x'"]);
        assert_eq!(stage.clue().expect("it says so again").fault, Fault::Other);
    }
}

#[test]
fn an_init_container_that_is_done_has_nothing_more_to_say() {
    for names in BOTH {
        let mut stage = Stage::new();
        stage.scenario = named(names, "*bad address*");
        let pod = stage.pod("p", names, running(0), 0);
        pod.is_ready = false;
        (pod.containers[0].init, pod.containers[0].ready) = (true, false);
        stage.log("p", names, &["wget: bad address 'db'", "db answers"]);
        assert_eq!(stage.clue().expect("it waits").fault, Fault::Waits);
        let pod = stage.pod("p", names, ended(0, 20), 0);
        (pod.containers[0].init, pod.containers[0].ready) = (true, true);
        assert_eq!(stage.clue(), None);
    }
}

#[test]
fn what_is_held_suspended_or_given_up_is_said() {
    for names in BOTH {
        let mut stage = Stage::new();
        let mut map = object(&mut stage, "ConfigMap", names.app);
        map.facts = vec![fact("metadata.finalizers", "shop.example/ledger")];
        put(&mut stage, map.clone());
        assert_eq!(stage.clue(), None, "it was not told to go");
        map.deleting = true;
        put(&mut stage, map.clone());
        let clue = stage.clue().expect("a clue");
        assert_eq!(
            (clue.about.name.as_str(), &clue.text[clue.decisive[0].clone()]),
            (names.app, "metadata.finalizers: shop.example/ledger")
        );
        map.facts = vec![fact("metadata.finalizers", "foregroundDeletion")];
        put(&mut stage, map);
        assert_eq!(stage.clue(), None, "that passes");

        let mut cron = object(&mut stage, "CronJob", names.app);
        cron.facts = vec![fact("spec.suspend", "true")];
        put(&mut stage, cron.clone());
        assert_eq!(stage.clue().map(|clue| clue.text), Some("spec.suspend: true".to_owned()));
        stage.snapshot.objects.remove(&cron.uid);

        let mut job = object(&mut stage, "Job", names.app);
        job.conditions = vec![ConditionRow {
            kind: "Failed".into(),
            status: "True".into(),
            reason: "BackoffLimitExceeded".into(),
            message: "Job has reached the specified backoff limit".into(),
        }];
        put(&mut stage, job);
        assert!(
            stage
                .clue()
                .is_some_and(|clue| clue.source == Source::Condition && clue.text.contains("BackoffLimitExceeded"))
        );
    }
}

#[test]
fn a_scenario_may_name_two_fields_that_should_fit() {
    let mut stage = Stage::new();
    let side = |kind: &str| (kind.to_owned(), "spec.accessModes".to_owned());
    let clues = vec![ClueRule::Mismatch {
        left: side("PersistentVolumeClaim"),
        right: side("PersistentVolume"),
    }];
    stage.scenario = Scenario { clues, ..Scenario::default() };
    for (kind, mode) in [("PersistentVolumeClaim", "ReadWriteMany"), ("PersistentVolume", "ReadWriteOnce")] {
        let mut row = object(&mut stage, kind, "data");
        row.facts = vec![fact("spec.accessModes", mode)];
        put(&mut stage, row);
    }
    let clue = stage.clue().expect("a clue");
    assert_eq!(texts(&clue), ("ReadWriteMany".to_owned(), "ReadWriteOnce".to_owned()));
    assert!(clue.promised);
}

#[test]
fn a_claim_stands_beside_the_volume_that_comes_nearest() {
    for names in BOTH {
        let mut stage = Stage::new();
        let mut claim = object(&mut stage, "PersistentVolumeClaim", names.app);
        claim.facts = vec![
            fact("spec.storageClassName", "\"\""),
            fact("spec.accessModes", "ReadWriteOnce"),
            fact("spec.resources.requests.storage", "5Gi"),
        ];
        put(&mut stage, claim.clone());
        for (name, modes, size) in [("far", "ReadOnlyMany", "1Gi"), ("near", "ReadWriteOnce, ReadOnlyMany", "1Gi")] {
            let mut volume = object(&mut stage, "PersistentVolume", name);
            volume.facts = vec![fact("spec.accessModes", modes), fact("spec.capacity.storage", size)];
            put(&mut stage, volume);
        }
        let message = "no persistent volumes available for this claim and no storage class is set";
        stage.event(&claim.uid.0, names, false, "FailedBinding", message, 3);
        let clue = stage.clue().expect("a clue");
        assert_eq!(texts(&clue), ("5Gi".to_owned(), "1Gi".to_owned()));
        assert_eq!(clue.pair.map(|pair| pair.right.object.name), Some("near".to_owned()));
        claim.facts[1].text = "ReadWriteMany".to_owned();
        put(&mut stage, claim);
        let clues = vec![ClueRule::Event {
            reason: "FailedBinding".into(),
            message: "*".into(),
        }];
        stage.scenario = Scenario { clues, ..Scenario::default() };
        let pair = stage
            .clue()
            .and_then(|clue| clue.pair)
            .expect("a lesson's own rule shows the two as well, and all that differs");
        assert_eq!(
            (pair.left.path.as_str(), pair.left.text.as_str()),
            ("accessModes, storage", "ReadWriteMany, 5Gi")
        );
    }
}

#[test]
fn a_policy_that_covers_the_pod_is_asked_about_when_no_name_can_be_looked_up() {
    for names in BOTH {
        let mut stage = Stage::new();
        stage.pod("p", names, running(0), 0).labels = pairs(&[("app", names.app)]);
        stage.now = at(15);
        let clues = vec![ClueRule::Log {
            container: names.container.into(),
            line: "*bad address*".into(),
        }];
        stage.scenario = Scenario { clues, ..Scenario::default() };
        stage.log("p", names, &["wget: bad address 'api:80'"]);
        let mut policy = object(&mut stage, "NetworkPolicy", "egress");
        policy.facts = vec![fact("spec.podSelector", "app=other"), fact("spec.egress", "nothing is let through")];
        put(&mut stage, policy.clone());
        assert!(!stage.clue().expect("a clue").explain.contains("NetworkPolicy"), "it covers others");
        policy.facts[0].text = format!("app={}", names.app);
        put(&mut stage, policy);
        assert!(stage.clue().expect("a clue").explain.contains("NetworkPolicy `egress`"));
    }
}

#[test]
fn refusals_that_differ_only_in_a_made_up_name_are_counted_as_one() {
    let mut stage = Stage::new();
    let replicas = crate::cluster::snapshot::Replicas {
        desired: 2,
        ..Default::default()
    };
    let set = stage.object("ReplicaSet", "web-6d4cf56db6", replicas).uid.clone();
    for (name, count) in [("x2k4z", 1), ("bq7tn", 2)] {
        let message =
            format!("Error creating: pods \"web-6d4cf56db6-{name}\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1");
        stage.event(&set.0, PLAIN, true, "FailedCreate", &message, count);
    }
    let clue = stage.clue().expect("a clue");
    assert_eq!((clue.fault, clue.count), (Fault::Quota, 3));
}
