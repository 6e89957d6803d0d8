//! The form of scenario.yaml as types, for the JSON Schema that editors check against. What is read is read leniently,
//! field by field; a test holds the two together.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;

use crate::image::Image;

/// What prose cannot say of a scenario; every key may be left out.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "klab scenario.yaml")]
pub struct ScenarioYaml {
    /// Short name for the command line; without it, the folder's name without its number.
    #[schemars(regex(pattern = "^[a-z0-9-]+$"))]
    id: Option<String>,
    /// The title, where it is not the README's first heading.
    title: Option<String>,
    level: Option<Level>,
    /// How long the lesson takes.
    minutes: Option<u32>,
    /// Words to find it by.
    tags: Option<Texts>,
    /// What a cluster must have for the scenario to be played on it.
    requires: Option<Texts>,
    /// Nodes of the practice cluster, where the lesson needs more than the one it has.
    nodes: Option<Several<Node>>,
    /// Objects of broken/ that may name a namespace of their own: a kind, or Kind/name.
    allow: Option<Texts>,
    /// What provokes the fault once broken/ is applied.
    trigger: Option<Several<Deed>>,
    /// What decides the case, in order; klab's own rules follow.
    clue: Option<Several<Clue>>,
    /// STATUS values that show the fault; without them, those that the README prints of pods that are not ready.
    expect_broken: Option<Texts>,
    /// What must hold for the scenario to be solved; without them, what the solution's manifests tell.
    goals: Option<Several<Goal>>,
    /// More hints, behind those of the README.
    hints: Option<Several<Hint>>,
    solution: Option<Solution>,
    cleanup: Option<Cleanup>,
    /// What looks like a repair and is none.
    cheats: Option<Several<Cheat>>,
    /// Repairs other than solution/ that count as well.
    repairs: Option<Several<Repair>>,
    /// How images behave on the practice cluster, by repository.
    images: Option<BTreeMap<String, Image>>,
}

/// One, or a list of them.
#[derive(JsonSchema)]
#[schemars(inline)]
#[serde(untagged)]
pub enum Several<T> {
    One(T),
    Many(Vec<T>),
}

/// A text, or a list of them.
#[derive(JsonSchema)]
#[serde(untagged)]
pub enum Texts {
    One(String),
    Many(Vec<String>),
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Beginner,
    Intermediate,
    Advanced,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Node {
    name: String,
    labels: Option<BTreeMap<String, String>>,
    /// `key=value:Effect`, as `kubectl taint` takes them.
    taints: Option<Texts>,
    /// A quantity: `4`, `500m`.
    cpu: Option<String>,
    /// A quantity: `8Gi`.
    memory: Option<String>,
    unschedulable: Option<bool>,
}

/// An object: `kind/name`, or its parts.
#[derive(JsonSchema)]
#[serde(untagged)]
pub enum Object {
    Short(String),
    Long { kind: String, name: String },
}

/// Something done to the cluster.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    Delete(Object),
    Scale(Scale),
    Restart(Object),
    /// Back to the revision before.
    Undo(Object),
    Request(Request),
    Patch(Patch),
    /// Manifests written out, or a file or folder of the scenario.
    Apply(Value),
    /// The same, deleted and created anew.
    Replace(Value),
    /// `namespace`: the lab's own is deleted and its finalizer taken away by force.
    Finalize(String),
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    of: Option<Object>,
    kind: Option<String>,
    name: Option<String>,
    to: Option<u32>,
    replicas: Option<u32>,
}

/// Requests of a Service through the API server.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    service: String,
    port: Option<u16>,
    path: Option<String>,
    times: Option<u32>,
}

/// A strategic merge patch.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    of: Option<Object>,
    kind: Option<String>,
    name: Option<String>,
    /// The fields as they shall be; null takes one out.
    with: BTreeMap<String, Value>,
}

/// What makes something the clue; texts are globs with `*`.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Clue {
    Event(EventClue),
    Log(LogClue),
    Condition(ConditionClue),
    Mismatch(Mismatch),
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventClue {
    reason: Option<String>,
    message: Option<String>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogClue {
    container: Option<String>,
    line: Option<String>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConditionClue {
    kind: Option<String>,
    #[serde(rename = "type")]
    condition: Option<String>,
    status: Option<String>,
}

/// Two fields that should fit and do not.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mismatch {
    left: Side,
    right: Side,
}

#[derive(JsonSchema)]
pub struct Side {
    kind: String,
    path: String,
}

#[derive(JsonSchema)]
pub struct Goal {
    #[serde(flatten)]
    what: Want,
    /// How long it must hold without a break: `10s`, `2m`.
    #[serde(rename = "for")]
    hold: Option<String>,
    /// The reason, one sentence.
    why: Option<String>,
    /// Words for the goal, where klab's would give the answer away.
    title: Option<String>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Want {
    /// Every replica runs the newest template and is ready.
    Ready(Object),
    /// No restart and no new Warning on pods.
    Quiet(Value),
    /// No failed image pull.
    Pulls(Value),
    Endpoints(Endpoints),
    Answers(Answers),
    Condition(Condition),
    Value(Field),
    Gone(Object),
    Can(Can),
    Cannot(Can),
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    service: String,
    at_least: Option<u32>,
}

/// A Service answers with a status of success.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    service: String,
    port: Option<u16>,
    path: Option<String>,
    /// A glob.
    body: Option<String>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    of: Option<Object>,
    kind: Option<String>,
    name: Option<String>,
    #[serde(rename = "type")]
    condition: String,
    status: Option<String>,
}

/// A field of an object, and one test of it.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    of: Object,
    /// `spec.template.spec.containers[main].image`.
    path: String,
    is: Option<Value>,
    not: Option<Value>,
    /// A glob.
    like: Option<String>,
    at_least: Option<Value>,
    at_most: Option<Value>,
    unset_or_at_most: Option<Value>,
    exists: Option<bool>,
}

/// May somebody do something; without `as`, the learner.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Can {
    #[serde(rename = "as")]
    who: Option<String>,
    verb: String,
    resource: String,
}

#[derive(JsonSchema)]
#[serde(untagged)]
pub enum Hint {
    Text(String),
    Offered(OfferedHint),
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferedHint {
    text: String,
    /// After how long it is offered unasked: `3m`.
    when: Option<String>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Solution {
    mode: Option<Mode>,
}

/// How the solution is brought in: applied, deleted and created anew, or deleted.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    Apply,
    Replace,
    Delete,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cleanup {
    /// Finalizers that cleaning up takes off the lab's own objects.
    lift_finalizers: Option<Texts>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cheat {
    #[serde(rename = "do")]
    does: Several<Deed>,
    /// How it is seen in the cluster; without it, by what `do` leaves there.
    when: Option<Want>,
    /// Why it does not count, for the learner.
    say: Option<String>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repair {
    #[serde(rename = "do")]
    does: Several<Deed>,
    say: Option<String>,
}
