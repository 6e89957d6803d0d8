//! Without kubectl: what the lesson asks it is answered by the lab's own views. And `:`, and requests.

use super::bench::*;
use crate::cluster::snapshot::{PortRow, Row};
use crate::lab::lesson::Place as At;
use crate::lab::msg::{Detail, Effect, FromCluster, ToShell};
use crate::lab::{Overlay, Pane, Tab, palette};
use crate::scenario::Part;

/// A lab without kubectl whose lesson asks this.
fn asked(command: &str) -> (Lab, Vec<Effect>) {
    let mut lab = Lab::broken();
    lab.model.kubectl = false;
    lab.put(vec![
        Row::Object(object("Deployment", "web", None)),
        Row::Object(service("web")),
        Row::Pod(crashing("web-2")),
    ]);
    let mut scenario = (*lab.attempt().scenario).clone();
    scenario.lesson.parts = vec![Part::Text(format!("```bash\n{command}\n```"))];
    lab.edit().scenario = scenario.into();
    let place = At { part: 0, block: 0, command: 0 };
    lab.model.measures.commands = vec![(place, 0)];
    lab.measure(Pane::Lesson, 10, 10);
    let effects = lab.keys("\n");
    (lab, effects)
}

fn service(name: &str) -> crate::cluster::snapshot::ObjectRow {
    let mut row = object("Service", name, None);
    row.uid = uid("service");
    row.ports = vec![PortRow {
        port: "8080".to_owned(),
        ..PortRow::default()
    }];
    row
}

fn detail(effects: &[Effect]) -> &Detail {
    match effects {
        [Effect::Show(_, detail)] => detail,
        other => panic!("{other:?}"),
    }
}

#[test]
fn get_is_the_table_of_the_kind_and_of_what_nobody_watches_the_servers_own() {
    let (lab, effects) = asked("kubectl get deployments -o wide");
    assert_eq!((effects.len(), lab.attempt().focus, lab.attempt().wide), (0, Pane::Pods, true));
    assert_eq!(lab.attempt().tab, Tab::Kind("Deployment".to_owned()));
    let (_, effects) = asked("kubectl get namespaces --show-labels");
    assert!(matches!(detail(&effects), Detail::List { resource, everywhere: false, .. } if resource == "Namespace"));
    let (_, effects) = asked("kubectl get pods -A");
    assert!(matches!(detail(&effects), Detail::List { resource, everywhere: true, .. } if resource == "Pod"));
    let (lab, _) = asked("kubectl get events");
    assert_eq!(lab.attempt().focus, Pane::Events);
}

#[test]
fn describe_yaml_logs_and_explain_are_pages_of_what_is_named() {
    let (_, effects) = asked("kubectl describe pod -l app=web");
    assert!(matches!(detail(&effects), Detail::Describe(about) if about.name == "web-2"));
    let (_, effects) = asked("kubectl get deployment web -o yaml | grep image:");
    assert!(matches!(detail(&effects), Detail::Yaml(about) if about.kind == "Deployment" && about.name == "web"));
    let (_, effects) = asked("kubectl logs web-2 -c side");
    assert!(
        matches!(effects.as_slice(), [Effect::FollowLog { name, container, .. }] if name == "web-2" && container == "side"),
        "{effects:?}"
    );
    let (_, effects) = asked("kubectl explain service.spec.ports");
    assert!(matches!(detail(&effects), Detail::Explain { kind, fields } if kind == "Service" && fields == &["spec", "ports"]));
}

#[test]
fn what_changes_opens_the_labs_own_way_and_nothing_runs_by_itself() {
    let (lab, effects) = asked("kubectl set image deployment/web app=shop:good");
    assert!(matches!(effects.as_slice(), [Effect::Fetch(_, about)] if about.name == "web"));
    assert!(matches!(lab.model.overlays.last(), Some(Overlay::Repair(_))));
    let (_, effects) = asked("kubectl edit deployment web");
    assert!(matches!(effects.as_slice(), [Effect::Edit(_, about)] if about.name == "web"));
    let (_, effects) = asked("kubectl create configmap shop --from-literal=a=b");
    assert!(matches!(effects.as_slice(), [Effect::Edit(_, about)] if about.kind == "ConfigMap" && about.name.is_empty()));
    for (command, key) in [
        ("kubectl apply -f broken/", "b does"),
        ("kubectl apply -f solution/", "s shows it"),
        ("kubectl delete -f broken/", "c cleans up"),
    ] {
        let (lab, effects) = asked(command);
        assert_eq!(effects, []);
        assert!(lab.notice().contains(key), "{command}: {}", lab.notice());
    }
}

#[test]
fn other_commands_and_learners_with_kubectl_get_the_shell() {
    let (lab, _) = asked("cd scenarios/01-crash-loop");
    assert_eq!(lab.attempt().focus, Pane::Shell);
    let mut lab = Lab::broken();
    lab.edit().shell.size = Some((80, 20));
    lab.measure(Pane::Lesson, 10, 10);
    lab.model.measures.commands = vec![(At { part: 0, block: 0, command: 0 }, 0)];
    let effects = lab.keys("\n");
    assert!(
        matches!(effects.as_slice(), [Effect::Shell(_, ToShell::Type(text))] if text == "kubectl get pods"),
        "{effects:?}"
    );
}

#[test]
fn enter_on_a_service_asks_it_and_its_address_can_be_changed() {
    let (mut lab, _) = asked("kubectl get services");
    let effects = lab.keys("\n");
    let want = Detail::Request {
        service: "web".to_owned(),
        port: "8080".to_owned(),
        path: "/".to_owned(),
    };
    assert_eq!(detail(&effects), &want);
    assert_eq!(lab.equal(), "kubectl get --raw /api/v1/namespaces/lab-01/services/web:8080/proxy/");
    lab.cluster(FromCluster::Detail(want.clone(), Ok("200 OK".to_owned())));
    assert_eq!(detail(&lab.keys("\n")), &want, "Enter asks again");
    let effects = lab.keys("pready\n");
    assert!(matches!(detail(&effects), Detail::Request { path, .. } if path == "/ready"), "{effects:?}");
    assert_eq!(lab.model.overlays.len(), 1, "the new page in place of the one before");
}

#[test]
fn every_action_is_in_the_palette_by_its_name() {
    let mut lab = Lab::broken();
    lab.keys(":timel");
    let found = palette::shown(&lab.model, "timel");
    assert_eq!((found[0].name.as_str(), found[0].keys.as_str()), ("timeline", "t"));
    lab.keys("\n");
    assert!(matches!(lab.model.overlays.last(), Some(Overlay::View { .. })), "done as its key does it");
    assert_eq!(lab.keys("\x1b:request web:80/x\n").len(), 1);
    lab.keys("\x1b:zzzzzz\n");
    assert!(lab.notice().contains("No action"), "{}", lab.notice());
    let all = palette::shown(&lab.model, "");
    for binding in crate::lab::keymap::TABLE.iter().filter(|b| b.scope == crate::lab::keymap::Scope::Attempt) {
        assert!(all.iter().any(|entry| entry.action == Some(binding.action)), "{:?}", binding.action);
    }
}

/// What the lab has no view of: a program inside a container, and everything that somebody may do.
const WITHOUT: [&str; 2] = ["kubectl exec", "kubectl auth can-i --list"];

#[test]
fn every_kubectl_command_of_the_lessons_has_an_answer() {
    let mut asked = 0;
    for entry in crate::scenario::load::embedded().entries {
        let scenario = entry.result.unwrap();
        let text = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Fold { body, .. } => body.clone(),
        };
        let mut lab = Lab::broken();
        let parts: Vec<String> = scenario.lesson.parts.iter().map(text).collect();
        lab.edit().scenario = scenario;
        for command in parts.iter().flat_map(|part| crate::scenario::commands::of(part)) {
            let Some(effects) = crate::lab::answer::open(&mut lab.model, &command.text) else {
                continue;
            };
            asked += 1;
            let said = lab.notice();
            lab.model.notice = None;
            lab.model.overlays.clear();
            let answered = !effects.is_empty() || !said.contains("no view of its own") && !said.contains("does not know");
            assert!(
                answered || WITHOUT.iter().any(|begin| command.text.starts_with(begin)),
                "{}: {}: {said}",
                entry.folder,
                command.text
            );
        }
    }
    assert!(asked > 80, "{asked}");
}

#[test]
fn the_palette_over_a_page_has_the_pages_actions() {
    let mut lab = Lab::broken();
    lab.keys("l:");
    let all = palette::shown(&lab.model, "");
    assert!(all.iter().any(|entry| entry.name == "since") && all.iter().all(|entry| entry.name != "break"));
    lab.keys("wrap\n");
    assert!(matches!(lab.model.overlays.last(), Some(Overlay::Log(page)) if !page.wrap));
}
