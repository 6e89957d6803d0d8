//! What decides where no event says it: a field pair that does not fit, a condition, a state that lasts.

use std::collections::BTreeMap;

use super::scene::Scene;
use super::{Clue, Fault, Pair, Side, Source, crash, explain, of_object, of_pod};
use crate::cluster::snapshot::{ContainerState, Fact, ObjectRow, PodRow, PortRow};

/// How long an init container may work before its waiting is the news.
const PATIENT_SECONDS: i64 = 10;
/// Finalizers that Kubernetes itself puts on and takes off in the ordinary course.
const PASSING: [&str; 4] = [
    "foregroundDeletion",
    "orphan",
    "batch.kubernetes.io/job-tracking",
    "kubernetes.io/pv-protection",
];

type Rule = fn(&Scene) -> Option<Clue>;

/// In order: what holds pods back before what leads nowhere, and that before what does not even begin.
const RULES: [Rule; 6] = [init_waits, selector, port, held, suspended, gives_up];

/// The first of the built-in rules that finds something.
#[must_use]
pub(super) fn find(scene: &Scene) -> Option<Clue> {
    RULES.iter().find_map(|rule| rule(scene))
}

fn labels(labels: &BTreeMap<String, String>) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
}

fn selects(service: &ObjectRow, pod: &PodRow) -> bool {
    service.selector.iter().all(|(key, value)| pod.labels.get(key) == Some(value))
}

fn services<'a>(scene: &'a Scene) -> impl Iterator<Item = &'a ObjectRow> {
    scene.snapshot.of_kind("Service").filter(|row| !row.deleting && !row.selector.is_empty())
}

fn side_of(row: &ObjectRow, path: &str, text: String) -> Side {
    Side::new(&row.kind, &row.namespace, &row.name, path, text)
}

fn side_of_pod(pod: &PodRow, path: &str, text: String) -> Side {
    Side::new("Pod", &pod.namespace, &pod.name, path, text)
}

/// A Service that selects none of the pods there are.
pub(super) fn selector(scene: &Scene) -> Option<Clue> {
    let pods = &scene.pods;
    let service = services(scene).find(|service| !pods.is_empty() && !pods.iter().any(|pod| selects(service, pod)))?;
    // the pod that was meant shares the most labels, or words of them
    let near = |pod: &&&PodRow| {
        let keys = service.selector.keys().filter(|key| pod.labels.contains_key(*key)).count();
        let pairs = service.selector.iter().filter(|(key, value)| pod.labels.get(*key) == Some(value)).count();
        let alike: f64 = service
            .selector
            .values()
            .map(|value| pod.labels.values().map(|other| likeness(value, other)).fold(0.0, f64::max))
            .sum();
        (pairs, (alike * 1000.0) as u64, keys)
    };
    // behind a pod that is not ready stands another fault, which comes first
    let pod = pods.iter().max_by_key(near).filter(|pod| pod.is_ready)?;
    let wants = labels(&service.selector).replace(", ", ",");
    let whom = match pods.len() {
        1 => "does not match the only pod".to_owned(),
        several => format!("matches none of the {several} pods"),
    };
    let mut clue = of_object(service, Source::State, format!("selector {wants} {whom}"));
    clue.explain = "A Service has no list of pods, only a selector. Compare it, key by key, with the labels that the pods carry.".to_owned();
    clue.pair = Some(Pair {
        left: side_of(service, "spec.selector", labels(&service.selector)),
        right: side_of_pod(pod, "metadata.labels", labels(&pod.labels)),
    });
    Some(clue)
}

/// 1 for equal texts, 0 for such that share nothing: the part of letters they begin and end with.
fn likeness(a: &str, b: &str) -> f64 {
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| pairs.take_while(|(a, b)| a == b).count();
    let (front, back) = (same(&mut a.chars().zip(b.chars())), same(&mut a.chars().rev().zip(b.chars().rev())));
    let longest = a.chars().count().max(b.chars().count()).max(1);
    ((front + back) as f64 / longest as f64).min(1.0)
}

/// A Service whose port leads where no container of its pods says it listens.
pub(super) fn port(scene: &Scene) -> Option<Clue> {
    services(scene).find_map(|service| {
        let pod = scene.pods.iter().find(|pod| pod.is_ready && selects(service, pod) && !pod.ports.is_empty())?;
        let fits = |target: &PortRow| pod.ports.iter().any(|port| port.port == target.target || (!port.name.is_empty() && port.name == target.target));
        let wrong = service.ports.iter().find(|port| !fits(port))?;
        let text = format!("port {} of the Service leads to {}, where no container of its pods says that it listens", wrong.port, wrong.target);
        let mut clue = of_object(service, Source::State, text);
        clue.explain = "A Service passes a connection on to the targetPort of a pod, and nobody checks that something listens there. Compare the number with what the container opens.".to_owned();
        let ports: Vec<String> = pod.ports.iter().map(shown).collect();
        clue.pair = Some(Pair {
            left: side_of(service, "spec.ports[].targetPort", wrong.target.clone()),
            right: side_of_pod(pod, "spec.containers[].ports[].containerPort", ports.join(", ")),
        });
        Some(clue)
    })
}

fn shown(port: &PortRow) -> String {
    if port.name.is_empty() {
        port.port.clone()
    } else {
        format!("{} {}", port.name, port.port)
    }
}

/// An init container that runs and runs while the others wait for it; its last line, where it says something.
fn init_waits(scene: &Scene) -> Option<Clue> {
    let (pod, container, since) = scene.pods.iter().find_map(|pod| {
        let mut inits = pod.containers.iter().filter(|container| container.init && !container.ready);
        inits.find_map(|container| match container.state {
            ContainerState::Running { since: Some(since) } => Some((*pod, container, since)),
            _ => None,
        })
    })?;
    let seconds = scene.now.duration_since(since).as_secs();
    if pod.is_ready || seconds < PATIENT_SECONDS {
        return None;
    }
    let tail = scene.logs.get(&(pod.uid.clone(), container.name.clone()));
    let mut clue = match tail.and_then(|tail| crash::deciding_line(&tail.lines)) {
        Some(line) => of_pod(
            pod,
            Source::Log {
                container: container.name.clone(),
            },
            Fault::Waits,
            line.clone(),
        ),
        None => of_pod(
            pod,
            Source::State,
            Fault::Waits,
            format!("init container {} is still at work, and the others wait for it", container.name),
        ),
    };
    clue.last = Some(since);
    Some(clue)
}

/// An object that was told to go and is held by a finalizer.
fn held(scene: &Scene) -> Option<Clue> {
    let objects = scene.snapshot.objects.values().filter(|row| row.deleting && row.kind != "Namespace");
    let of_rows = objects.map(|row| (row.kind.as_str(), row.namespace.as_str(), row.name.as_str(), &row.facts, &row.uid));
    let pods = scene.snapshot.pods.values().filter(|pod| pod.deleting);
    let of_pods = pods.map(|pod| ("Pod", pod.namespace.as_str(), pod.name.as_str(), &pod.facts, &pod.uid));
    let (kind, namespace, name, finalizers, uid) = of_rows.chain(of_pods).find_map(|(kind, namespace, name, facts, uid)| {
        let finalizers = &fact(facts, "metadata.finalizers")?.text;
        let lasting = finalizers.split(", ").any(|one| !PASSING.contains(&one));
        lasting.then_some((kind, namespace, name, finalizers, uid))
    })?;
    let text = format!("{} {name} was told to go and stays: metadata.finalizers: {finalizers}", kind.to_lowercase());
    let side = Side::new(kind, namespace, name, "", String::new());
    let row = ObjectRow {
        uid: uid.clone(),
        kind: side.object.kind,
        namespace: side.object.namespace,
        name: side.object.name,
        ..ObjectRow::default()
    };
    let at = text.find("metadata.finalizers").unwrap_or(0);
    let mut clue = of_object(&row, Source::State, text);
    clue.decisive = std::iter::once(at..clue.text.len()).collect();
    clue.explain = "A finalizer is a promise: whoever put it there wants to tidy up before the object goes, and takes it off afterwards. Ask who that is, and whether it still runs.".to_owned();
    Some(clue)
}

/// A CronJob that is told not to start anything.
fn suspended(scene: &Scene) -> Option<Clue> {
    let is_suspended = |row: &&ObjectRow| !row.deleting && fact(&row.facts, "spec.suspend").is_some_and(|fact| fact.text == "true");
    let row = scene.snapshot.of_kind("CronJob").find(is_suspended)?;
    let mut clue = of_object(row, Source::State, "spec.suspend: true".to_owned());
    clue.explain = "The schedule is only a wish while this field stands: no Job is started, and nothing is said about it.".to_owned();
    Some(clue)
}

/// A condition by which a controller says that it has given up.
fn gives_up(scene: &Scene) -> Option<Clue> {
    const SIGNS: [(&str, &str, &str, &str); 3] = [
        ("Job", "Failed", "True", ""),
        ("Deployment", "Progressing", "False", "ProgressDeadlineExceeded"),
        ("Deployment", "ReplicaFailure", "True", ""),
    ];
    let rows = scene.snapshot.objects.values().filter(|row| !row.deleting);
    rows.flat_map(|row| row.conditions.iter().map(move |condition| (row, condition)))
        .find_map(|(row, condition)| {
            let fits = |(kind, name, status, reason): &(&str, &str, &str, &str)| {
                row.kind == *kind && condition.kind == *name && condition.status == *status && (reason.is_empty() || condition.reason == *reason)
            };
            SIGNS.iter().any(fits).then(|| {
                let text = format!("{}={} {}: {}", condition.kind, condition.status, condition.reason, condition.message);
                let mut clue = of_object(row, Source::Condition, text);
                clue.explain = explain::word(&condition.reason).unwrap_or(explain::fault(Fault::Other)).to_owned();
                clue
            })
        })
}

fn fact<'a>(facts: &'a [Fact], path: &str) -> Option<&'a Fact> {
    facts.iter().find(|fact| fact.path == path)
}

/// A pair that a scenario names by kind and path, where the two texts differ.
pub(super) fn differ(left: &(String, String), right: &(String, String), scene: &Scene) -> Option<Clue> {
    let side = |(kind, path): &(String, String)| -> Option<Side> {
        let of_pod = |pod: &&PodRow| fact(&pod.facts, path).map(|fact| side_of_pod(pod, path, fact.text.clone()));
        if kind == "Pod" {
            return scene.pods.iter().find_map(of_pod);
        }
        if kind == "Node" {
            let nodes = scene.snapshot.nodes.values();
            return nodes
                .into_iter()
                .find_map(|node| fact(&node.facts, path).map(|fact| Side::new("Node", "", &node.name, path, fact.text.clone())));
        }
        let mut rows = scene.snapshot.of_kind(kind).filter(|row| !row.deleting);
        rows.find_map(|row| fact(&row.facts, path).map(|fact| side_of(row, path, fact.text.clone())))
    };
    let (left, right) = (side(left)?, side(right)?);
    if left.text == right.text {
        return None;
    }
    let row = ObjectRow {
        kind: left.object.kind.clone(),
        namespace: left.object.namespace.clone(),
        name: left.object.name.clone(),
        ..ObjectRow::default()
    };
    let mut clue = of_object(
        &row,
        Source::State,
        format!("{} {} and {} {} do not fit", left.object.kind, left.path, right.object.kind, right.path),
    );
    clue.explain = "Two fields that should fit stand side by side. Compare them word by word.".to_owned();
    clue.pair = Some(Pair { left, right });
    Some(clue)
}
