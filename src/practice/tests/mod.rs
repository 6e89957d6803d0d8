//! Plays what the practice cluster does over virtual time, and what a watcher would have seen of it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::field::{condition, items, text};
use super::kind::{DEPLOYMENT, EVENT, Kind, POD};
use super::registry::Part;
use super::store::{What, decode};
use super::world::{Engine, World};
use super::{Options, controllers};
use crate::image::Catalogue;

mod awk;
mod endings;
mod failures;
mod inside;
mod later;
mod mounts;
mod probes;
mod quotas;
mod rollouts;
mod running;
mod text;
mod tools;
mod upkeep;
mod volumes;

const SPACE: &str = "garden";

const IMAGES: &str = r#"
tulip: {tags: ["1.0", "1.1"], run: [log: tulip opens, serve: {8080: [/, /bloom]}]}
florist/rose: {tags: ["2.0"], run: [log: looking for water, need-env: {WATER: "error: WATER is missing"}, serve: {8080: [/]}]}
florist/moss: {tags: ["1.0"], run: [log: grown]}
florist/ivy: {tags: ["1.0"], run: [use: 200Mi, stay]}
florist/shed: {tags: ["1.0"], shell: true}
florist/robot: {tags: ["1.0"], kubectl: true}
florist/locked: {tags: ["1.0"], registry: unauthorized}
"#;

/// How the images of these tests behave.
fn images() -> Catalogue {
    let said = crate::yaml::read(IMAGES).expect("YAML");
    serde_json::from_value(said).expect("catalogue")
}

/// A cluster with one namespace, seen from its first second on.
struct Play {
    engine: Engine,
    start: Timestamp,
    /// When each version was written, in seconds since the start.
    times: Vec<(u64, f64)>,
}

impl Play {
    fn new() -> Self {
        let images = images();
        let options = Options {
            images: images.clone(),
            node_name: "bed".to_owned(),
            speed: 1.0,
            seed: 7,
            ..Options::default()
        };
        let start: Timestamp = "2030-01-01T00:00:00Z".parse().expect("instant");
        let mut world = World::new(start, 7, images);
        controllers::bootstrap(&mut world, &options);
        let namespace = json!({"metadata": {"name": SPACE}, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}});
        world.create(&super::kind::NAMESPACE, namespace).expect("namespace");
        let mut play = Self {
            engine: Engine::new(world, controllers::all(&options)),
            start,
            times: Vec::new(),
        };
        play.engine.advance(start + SignedDuration::from_secs(2));
        play.start = play.engine.world.now;
        play
    }

    /// Goes on to so many seconds after the start.
    fn to(&mut self, seconds: f64) {
        let end = self.start + SignedDuration::try_from(Duration::from_secs_f64(seconds)).expect("duration");
        self.engine.dispatch();
        while let Some(due) = self.engine.world.next_due().filter(|due| *due <= end) {
            self.engine.advance(due);
            let at = due.duration_since(self.start).as_secs_f64();
            self.times.push((self.engine.world.store.version(), at));
        }
        self.engine.advance(end);
    }

    fn create(&mut self, kind: &'static Kind, mut object: Value) {
        object["metadata"]["namespace"] = SPACE.into();
        self.engine.world.create(kind, object).expect("create");
    }

    fn deploy(&mut self, name: &str, replicas: i64, container: &Value) {
        let mut container = container.clone();
        container["name"] = "main".into();
        let deployment = json!({"metadata": {"name": name, "labels": {"plant": name}}, "spec": {"replicas": replicas, "progressDeadlineSeconds": 600,
            "selector": {"matchLabels": {"plant": name}}, "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
            "template": {"metadata": {"labels": {"plant": name}}, "spec": {"restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "containers": [container]}}}});
        self.create(&DEPLOYMENT, deployment);
    }

    /// Changes the deployment's spec.
    fn change(&mut self, name: &str, change: impl FnOnce(&mut Value)) {
        let mut object = self.engine.world.store.get(&DEPLOYMENT, SPACE, name).expect("deployment");
        change(&mut object["spec"]);
        self.engine.world.update(&DEPLOYMENT, object, Part::Spec).expect("update");
    }

    fn pods(&self) -> Vec<Value> {
        self.engine.world.store.objects(&POD, Some(SPACE))
    }

    fn events(&self) -> Vec<Value> {
        self.engine.world.store.objects(&EVENT, Some(SPACE))
    }

    /// Events of a reason: message and count.
    fn told(&self, reason: &str) -> Vec<(String, i64)> {
        let events = self.events();
        events
            .iter()
            .filter(|event| event["reason"] == reason)
            .map(|event| (text(&event["message"]).to_owned(), event["count"].as_i64().unwrap_or(1)))
            .collect()
    }

    /// When events of a reason were written, first and again.
    fn when(&self, reason: &str) -> Vec<f64> {
        let changes = self
            .engine
            .world
            .store
            .since(1)
            .expect("log")
            .filter(|change| change.kind == &EVENT && change.what != What::Deleted);
        changes
            .filter(|change| decode(&change.object)["reason"] == reason)
            .map(|change| self.time(change.version))
            .collect()
    }

    /// The slice of a Service.
    fn slice(&self, service: &str) -> Value {
        let slices = self.engine.world.store.objects(&super::kind::ENDPOINT_SLICE, Some(SPACE));
        slices
            .into_iter()
            .find(|slice| slice["metadata"]["labels"]["kubernetes.io/service-name"] == service)
            .expect("slice")
    }

    /// When a version was written, in seconds since the start.
    fn time(&self, version: u64) -> f64 {
        self.times.iter().find(|(newest, _)| version <= *newest).map_or(0.0, |(_, at)| *at)
    }

    /// READY and STATUS of a pod as its watcher saw them change, by the pod's place in the order of their creation.
    fn walk(&self, index: usize) -> Vec<String> {
        let changes = self
            .engine
            .world
            .store
            .since(1)
            .expect("log")
            .filter(|change| change.kind == &POD && *change.namespace == *SPACE);
        let mut names: Vec<String> = Vec::new();
        let mut walk: Vec<String> = Vec::new();
        for change in changes {
            if !names.iter().any(|name| **name == *change.name) {
                names.push(change.name.to_string());
            }
            let pod = decode(&change.object);
            let shown = if change.what == What::Deleted { "gone".to_owned() } else { shown(&pod) };
            if names.get(index).is_some_and(|name| **name == *change.name) && walk.last() != Some(&shown) {
                walk.push(shown);
            }
        }
        walk
    }
}

/// READY and STATUS as kubectl prints them, for the cases that occur here.
fn shown(pod: &Value) -> String {
    let statuses = items(&pod["status"]["containerStatuses"]);
    let ready = statuses
        .iter()
        .filter(|status| status["ready"] == true && !status["state"]["running"].is_null())
        .count();
    let mut status = text(&pod["status"]["phase"]).to_owned();
    for container in statuses.iter().rev() {
        if let Some(reason) = container["state"]["waiting"]["reason"]
            .as_str()
            .or_else(|| container["state"]["terminated"]["reason"].as_str())
        {
            status = reason.to_owned();
        }
    }
    if status == "Completed" && condition(pod, "Ready")["status"] == "True" {
        status = "Running".to_owned();
    }
    if !pod["metadata"]["deletionTimestamp"].is_null() && !matches!(text(&pod["status"]["phase"]), "Succeeded" | "Failed") {
        status = "Terminating".to_owned();
    }
    format!("{ready}/{} {status}", items(&pod["spec"]["containers"]).len())
}
