//! The autoscaler: keeps workloads within their bounds; without a source of metrics it says what it could not find out.

use std::time::Duration;

use serde_json::{Value, json};

use super::pods::Owner;
use crate::practice::event::Source;
use crate::practice::field::{items, text};
use crate::practice::kind::{HORIZONTAL_POD_AUTOSCALER, Kind};
use crate::practice::registry::Part;
use crate::practice::selector::written;
use crate::practice::store::{Change, What, names};
use crate::practice::world::{Controller, Id, Key, World};

mod metric;

const SOURCE: Source<'static> = Source::controller("horizontal-pod-autoscaler");
const PERIOD: Duration = Duration::from_secs(15);

/// The autoscaler.
#[derive(Debug, Default)]
pub struct Autoscaler;

impl Controller for Autoscaler {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind == &HORIZONTAL_POD_AUTOSCALER && change.what != What::Deleted {
            world.queue(me, Key::new(&change.namespace, &change.name), PERIOD);
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let Some(scaler) = world.store.get(&HORIZONTAL_POD_AUTOSCALER, &key.namespace, &key.name) else {
            return;
        };
        let status = Look {
            world,
            scaler: &scaler,
            status: scaler["status"].clone(),
        }
        .judge();
        owner(&scaler).write_status(world, status);
        world.queue(me, key.clone(), PERIOD);
    }
}

fn owner(scaler: &Value) -> Owner<'_> {
    Owner {
        source: SOURCE,
        kind: &HORIZONTAL_POD_AUTOSCALER,
        object: scaler,
    }
}

/// One look at one autoscaler, with its status as it becomes.
struct Look<'a> {
    world: &'a mut World,
    scaler: &'a Value,
    status: Value,
}

impl Look<'_> {
    fn judge(mut self) -> Value {
        let (kind, target) = match self.target() {
            Ok(found) => found,
            Err(why) => {
                self.tell("Warning", "FailedGetScale", &why);
                let message = format!("the HPA controller was unable to get the target's current scale: {why}");
                self.set("AbleToScale", "False", "FailedGetScale", &message);
                return self.status;
            }
        };
        let message = "the HPA controller was able to get the target's current scale";
        self.set("AbleToScale", "True", "SucceededGetScale", message);
        let spec = &self.scaler["spec"];
        let (least, most) = (spec["minReplicas"].as_i64().unwrap_or(1), spec["maxReplicas"].as_i64().unwrap_or(1));
        let current = target["spec"]["replicas"].as_i64().unwrap_or(1);
        if current == 0 && least != 0 {
            let message = "scaling is disabled since the replica count of the target is zero";
            self.set("ScalingActive", "False", "ScalingDisabled", message);
            self.count(0, 0, false);
        } else if current > most {
            self.rescale(kind, target, most, "Current number of replicas above Spec.MaxReplicas");
        } else if current < least {
            self.rescale(kind, target, least, "Current number of replicas below Spec.MinReplicas");
        } else {
            self.ask_for_metrics(kind, &target, current);
        }
        self.status
    }

    /// The workload that the autoscaler is for.
    fn target(&self) -> Result<(&'static Kind, Value), String> {
        let reference = &self.scaler["spec"]["scaleTargetRef"];
        let group = text(&reference["apiVersion"]).split_once('/').map_or("", |(group, _)| group);
        let known = self.world.kinds().find(|kind| reference["kind"] == kind.kind && kind.group == group);
        let Some(kind) = known else {
            let name = text(&reference["kind"]);
            return Err(match group {
                "" => format!("no matches for kind {name:?} in group \"\""),
                group => format!("no matches for kind {name:?} in group {group:?}"),
            });
        };
        if !kind.subresources.contains(&"scale") {
            return Err("the server could not find the requested resource".to_owned());
        }
        let (namespace, name) = (text(&self.scaler["metadata"]["namespace"]), text(&reference["name"]));
        let found = self.world.store.get(kind, namespace, name);
        found
            .map(|found| (kind, found))
            .ok_or_else(|| format!("{} {name:?} not found", kind.qualified()))
    }

    /// Brings a workload back within the bounds.
    fn rescale(&mut self, kind: &'static Kind, mut target: Value, count: i64, reason: &str) {
        let current = target["spec"]["replicas"].as_i64().unwrap_or(1);
        target["spec"]["replicas"] = count.into();
        if let Err(refusal) = self.world.update(kind, target, Part::Spec) {
            let why = &refusal.message;
            self.tell("Warning", "FailedRescale", &format!("New size: {count}; reason: {reason}; error: {why}"));
            let message = format!("the HPA controller was unable to update the target scale: {why}");
            self.set("AbleToScale", "False", "FailedUpdateScale", &message);
            return;
        }
        let message = format!("the HPA controller was able to update the target scale to {count}");
        self.set("AbleToScale", "True", "SucceededRescale", &message);
        self.tell("Normal", "SuccessfulRescale", &format!("New size: {count}; reason: {reason}"));
        self.count(current, count, true);
    }

    fn ask_for_metrics(&mut self, kind: &'static Kind, target: &Value, current: i64) {
        if current == 0 {
            drop(self.status.as_object_mut().map(|status| status.remove("currentReplicas")));
        } else {
            self.status["currentReplicas"] = current.into();
        }
        self.status["desiredReplicas"] = self.status["desiredReplicas"].as_i64().unwrap_or(0).into();
        let rivals = self.rivals(kind, target);
        if rivals.len() > 1 {
            let selector = written(&target["spec"]["selector"]);
            let why = format!("pods by selector {selector} are controlled by multiple HPAs: [{}]", rivals.join(" "));
            self.tell("Warning", "AmbiguousSelector", &why);
            self.set("ScalingActive", "False", "AmbiguousSelector", &why);
            self.status["currentMetrics"] = Value::Null;
            return self.tell("Warning", "FailedComputeMetricsReplicas", &why);
        }
        let namespace = text(&self.scaler["metadata"]["namespace"]).to_owned();
        let metrics = items(&self.scaler["spec"]["metrics"]).to_vec();
        let mut first = None;
        for metric in &metrics {
            let failure = metric::failure(metric, &namespace);
            self.tell("Warning", failure.reason, &failure.message);
            first.get_or_insert(failure);
        }
        self.status["currentMetrics"] = metrics.iter().map(|_| json!({"type": ""})).collect();
        let Some(first) = first else { return };
        let message = format!("the HPA was unable to compute the replica count: {}", first.message);
        self.set("ScalingActive", "False", first.reason, &message);
        let (count, what) = (metrics.len(), format!("failed to get {} metric value: {}", first.what, first.message));
        let message = format!("invalid metrics ({count} invalid out of {count}), first error is: {what}");
        self.tell("Warning", "FailedComputeMetricsReplicas", &message);
    }

    /// The autoscalers that steer the same pods, this one among them.
    fn rivals(&self, kind: &'static Kind, target: &Value) -> Vec<String> {
        let all = self
            .world
            .store
            .objects(&HORIZONTAL_POD_AUTOSCALER, Some(text(&self.scaler["metadata"]["namespace"])));
        let same = |scaler: &&Value| {
            let reference = &scaler["spec"]["scaleTargetRef"];
            reference["kind"] == kind.kind && reference["name"] == target["metadata"]["name"]
        };
        let name = |scaler: &Value| {
            let (namespace, name) = names(scaler);
            format!("{namespace}/{name}")
        };
        all.iter().filter(same).map(name).collect()
    }

    fn count(&mut self, current: i64, desired: i64, rescaled: bool) {
        let mut status = json!({"desiredReplicas": desired, "currentMetrics": null, "conditions": self.status["conditions"]});
        if current > 0 {
            status["currentReplicas"] = current.into();
        }
        if rescaled {
            status["lastScaleTime"] = self.world.seconds().into();
        } else if let Some(time) = self.status.get("lastScaleTime") {
            status["lastScaleTime"] = time.clone();
        }
        self.status = status;
    }

    fn tell(&mut self, kind: &str, reason: &str, message: &str) {
        owner(self.scaler).tell(self.world, kind, reason, message);
    }

    /// Sets a condition; its time changes with its status only.
    fn set(&mut self, kind: &str, status: &str, reason: &str, message: &str) {
        let mut conditions = items(&self.status["conditions"]).to_vec();
        let mut fresh = json!({"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": self.world.seconds()});
        match conditions.iter_mut().find(|known| known["type"] == kind) {
            Some(known) => {
                if known["status"] == status {
                    fresh["lastTransitionTime"] = known["lastTransitionTime"].clone();
                }
                *known = fresh;
            }
            None => conditions.push(fresh),
        }
        self.status["conditions"] = conditions.into();
    }
}
