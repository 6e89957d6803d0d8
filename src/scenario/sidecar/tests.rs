//! Tests of scenario.yaml's grammar.

use std::time::Duration;

use serde_json::json;

use super::parse;
use crate::scenario::{Deed, Level, Need, SolutionMode, Test, Want};

#[test]
fn the_whole_grammar_is_read() {
    let text = r#"
id: x
title: X
level: advanced
minutes: 7
tags: [images]
requires: [nodes>=2, practice]
nodes:
- {name: one, cpu: "1"}
- {name: two, taints: ["for=gpu:NoSchedule"], labels: {disk: fast}}
allow: [ClusterRole]
trigger:
- delete: {kind: ConfigMap, name: settings}
- scale: {kind: deploy, name: web, replicas: 3}
- request: {service: web, path: /load, times: 20}
clue:
- event: {reason: Failed, message: "Failed*not found*"}
- log: {container: app, line: "*X*"}
- condition: {kind: Deployment, type: Progressing, status: "False"}
- mismatch: {left: {kind: Service, path: spec.selector}, right: {kind: Pod, path: metadata.labels}}
expect_broken: [ErrImagePull]
goals:
- ready: deployment/web
  for: 1m30s
  why: because
- quiet: pods
- endpoints: {service: web, at_least: 2}
- answers: {service: web, port: 8080, path: /x}
- value: {of: deployment/web, path: spec.replicas, is: 2}
- can: {as: me, verb: list, resource: pods}
- condition: {kind: PersistentVolumeClaim, name: data, type: Bound}
- gone: {kind: ConfigMap, name: held}
hints:
- {text: Look., when: 3m}
- Look again.
solution: {mode: replace}
cleanup: {lift_finalizers: [klab.example/hold]}
cheats:
- {do: {delete: deployment/web}, say: gone}
- do:
  - patch: {of: deploy/web, with: {spec: {paused: true}}}
  - scale: {of: deploy/web, to: 0}
  when: {value: {of: deployment/web, path: spec.paused, is: true}}
  say: paused
repairs:
- {do: {undo: deployment/web}, say: back}
- {do: {apply: {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}}}
images:
  example/x: {tags: ["1"], run: [serve: {8080: [/]}]}
"#;
    let read = parse("s.yaml", text).unwrap();
    assert_eq!(read.warnings, Vec::<String>::new());
    assert_eq!(
        (read.level, read.minutes, read.solution_mode),
        (Some(Level::Advanced), Some(7), SolutionMode::Replace)
    );
    assert_eq!((read.trigger.len(), read.clues.len(), read.cheats.len()), (3, 4, 2));
    assert_eq!(read.requires, [Need::Nodes(2), Need::Practice]);
    assert_eq!(
        (read.nodes[1].taints[0].as_str(), read.nodes[1].labels["disk"].as_str()),
        ("for=gpu:NoSchedule", "fast")
    );
    assert_eq!((read.cheats[1].does.len(), read.cheats[1].when.is_some(), read.repairs.len()), (2, true, 2));
    assert!(matches!(&read.cheats[1].does[0], Deed::Patch { name, patch, .. } if name == "web" && patch["spec"]["paused"] == true));
    let goals = read.goals.unwrap();
    assert_eq!(goals.len(), 8);
    assert_eq!((goals[0].hold, goals[0].why.as_str()), (Duration::from_secs(90), "because"));
    assert_eq!(
        goals[4].what,
        Want::Value {
            kind: "Deployment".into(),
            name: "web".into(),
            path: "spec.replicas".into(),
            test: Test::Is(json!(2))
        }
    );
    assert_eq!(
        read.hints,
        [("Look.".to_owned(), Some(Duration::from_secs(180))), ("Look again.".to_owned(), None)]
    );
    assert_eq!(read.images["example/x"].tags, ["1"]);
}

#[test]
fn what_is_not_known_is_warned_of_with_line_and_nearest() {
    let read = parse(
        "s.yaml",
        "title: X\nminute: 5\ngoals:\n- redy: deployment/web\nlevel: 7\nimages:\n  a: {tag: x}\n",
    )
    .unwrap();
    assert!(
        read.warnings
            .iter()
            .any(|warning| warning.starts_with("s.yaml:2: unknown key `minute`") && warning.contains("`minutes`")),
        "{:?}",
        read.warnings
    );
    assert!(
        read.warnings
            .iter()
            .any(|warning| warning.starts_with("s.yaml:4: ") && warning.contains("`ready`")),
        "{:?}",
        read.warnings
    );
    assert_eq!(read.warnings.len(), 4, "{:?}", read.warnings);
    assert_eq!(parse("s.yaml", "- a\n").unwrap().warnings.len(), 1);
    assert!(parse("s.yaml", "id: ../x\n").unwrap().id.is_none());
}

#[test]
fn only_the_labs_namespace_can_be_finalized() {
    let trigger = |written: &str| parse("s.yaml", &format!("trigger: [{{finalize: {written}}}]\n")).unwrap();
    assert_eq!(trigger("namespace").trigger, [Deed::Finalize]);
    let other = trigger("pod/web");
    assert_eq!((other.trigger.len(), other.warnings.len()), (0, 1), "{:?}", other.warnings);
}
