//! The arithmetic of rollouts: surge and unavailability, names of replica sets, a Deployment's status and conditions.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::practice::field::{deleting, instant, int, items, text};
use crate::practice::types::layout;
use crate::practice::world::World;

pub const REVISION: &str = "deployment.kubernetes.io/revision";
pub const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
pub const MAXIMUM: &str = "deployment.kubernetes.io/max-replicas";
pub const HISTORY: &str = "deployment.kubernetes.io/revision-history";
pub const HASH: &str = "pod-template-hash";

/// The replicas asked for; 1 when not said.
#[must_use]
pub fn replicas(object: &Value) -> i64 {
    object["spec"]["replicas"].as_i64().unwrap_or(1)
}

/// How many pods more (`surge`) and fewer (`unavailable`) than asked for a rolling update may have.
#[must_use]
pub fn margins(deployment: &Value) -> (i64, i64) {
    if deployment["spec"]["strategy"]["type"] == "Recreate" {
        return (0, 0);
    }
    let rolling = &deployment["spec"]["strategy"]["rollingUpdate"];
    let total = replicas(deployment);
    let resolve = |field: &str, up: bool| {
        let value = &rolling[field];
        let percent = match value {
            Value::Number(number) => return number.as_i64().unwrap_or_default(),
            Value::String(text) => text.trim_end_matches('%').parse::<i64>().unwrap_or(25),
            _ => 25,
        };
        if up { (total * percent + 99) / 100 } else { total * percent / 100 }
    };
    let (surge, unavailable) = (resolve("maxSurge", true), resolve("maxUnavailable", false));
    if surge == 0 && unavailable == 0 {
        (0, 1)
    } else {
        (surge, unavailable.min(total))
    }
}

/// The hash in a replica set's name: FNV-1a of the template as Go shows it, and of the count of collisions where there were any.
#[must_use]
pub fn template_hash(template: &Value, collisions: Option<i64>) -> String {
    let text = layout::template(template);
    let count = collisions.map(|count| u64::try_from(count).unwrap_or(0).to_le_bytes());
    let bytes = text.bytes().chain(count.into_iter().flatten());
    safe(bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)))
}

/// A hash in the alphabet without vowels.
#[must_use]
pub fn safe(hash: u32) -> String {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let digits = hash.to_string();
    digits.bytes().map(|digit| ALPHABET[usize::from(digit) % ALPHABET.len()] as char).collect()
}

/// A replica set's template without what the Deployment controller added.
#[must_use]
pub fn bare_template(set: &Value) -> Value {
    let mut template = set["spec"]["template"].clone();
    if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
        labels.remove(HASH);
    }
    template
}

/// The annotations of a Deployment that its replica sets have too.
#[must_use]
pub fn passed_on(deployment: &Value) -> Vec<(String, Value)> {
    let own = [
        "kubectl.kubernetes.io/last-applied-configuration",
        REVISION,
        HISTORY,
        DESIRED,
        MAXIMUM,
        "deprecated.deployment.rollback.to",
    ];
    let all = deployment["metadata"]["annotations"].as_object().into_iter().flatten();
    all.filter(|(key, _)| !own.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Whether the progress of a Deployment is judged at all.
#[must_use]
pub fn has_deadline(deployment: &Value) -> bool {
    deployment["spec"]["progressDeadlineSeconds"].as_i64() != Some(i64::from(i32::MAX))
}

/// The sum of a number over replica sets.
#[must_use]
pub fn total(sets: &[Value], of: impl Fn(&Value) -> i64) -> i64 {
    sets.iter().map(of).sum()
}

/// A field of a replica set's status.
#[must_use]
pub fn counted(set: &Value, field: &str) -> i64 {
    int(&set["status"][field])
}

/// The revision that an object's annotation tells.
#[must_use]
pub fn revision(object: &Value) -> i64 {
    text(&object["metadata"]["annotations"][REVISION]).parse().unwrap_or(0)
}

/// A Deployment's condition, with both its times set to now.
#[must_use]
pub fn condition(world: &World, kind: &str, status: &str, reason: &str, message: &str) -> Value {
    json!({"type": kind, "status": status, "reason": reason, "message": message, "lastUpdateTime": world.seconds(), "lastTransitionTime": world.seconds()})
}

/// Sets a condition as the Deployment controller does: the same status and reason leave it as it is; otherwise it moves to the end.
pub fn set_condition(status: &mut Value, mut new: Value) {
    let mut conditions = items(&status["conditions"]).to_vec();
    if let Some(old) = conditions.iter().find(|old| old["type"] == new["type"]) {
        if old["status"] == new["status"] && old["reason"] == new["reason"] {
            return;
        }
        if old["status"] == new["status"] {
            new["lastTransitionTime"] = old["lastTransitionTime"].clone();
        }
    }
    conditions.retain(|old| old["type"] != new["type"]);
    conditions.push(new);
    status["conditions"] = conditions.into();
}

/// Takes a condition away.
pub fn remove_condition(status: &mut Value, kind: &str) {
    let conditions: Vec<Value> = items(&status["conditions"])
        .iter()
        .filter(|condition| condition["type"] != kind)
        .cloned()
        .collect();
    if status["conditions"].is_array() {
        status["conditions"] = conditions.into();
    }
}

/// The Deployment's status as its replica sets tell it, progress not yet judged.
#[must_use]
pub fn status(world: &World, deployment: &Value, sets: &[Value], new: Option<&Value>) -> Value {
    let available = total(sets, |set| counted(set, "availableReplicas"));
    let mut status = json!({"observedGeneration": deployment["metadata"]["generation"],
        "terminatingReplicas": total(sets, |set| counted(set, "terminatingReplicas"))});
    let counts = [
        ("replicas", total(sets, |set| counted(set, "replicas"))),
        ("updatedReplicas", new.map_or(0, |set| counted(set, "replicas"))),
        ("readyReplicas", total(sets, |set| counted(set, "readyReplicas"))),
        ("availableReplicas", available),
        ("unavailableReplicas", (total(sets, replicas) - available).max(0)),
    ];
    for (field, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        status[field] = count.into();
    }
    if let Some(conditions) = deployment["status"].get("conditions") {
        status["conditions"] = conditions.clone();
    }
    let enough = available >= replicas(deployment) - margins(deployment).1;
    let (is, reason, message) = if enough {
        ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    set_condition(&mut status, condition(world, "Available", is, reason, message));
    status
}

/// Whether the rollout is over.
#[must_use]
pub fn complete(deployment: &Value, status: &Value) -> bool {
    let wanted = replicas(deployment);
    ["updatedReplicas", "replicas", "availableReplicas"]
        .iter()
        .all(|field| int(&status[*field]) == wanted)
        && int(&status["observedGeneration"]) >= int(&deployment["metadata"]["generation"])
}

/// Whether the rollout has come forward since the status before.
#[must_use]
pub fn progressing(before: &Value, after: &Value) -> bool {
    let old = |status: &Value| int(&status["replicas"]) - int(&status["updatedReplicas"]);
    ["updatedReplicas", "readyReplicas", "availableReplicas"]
        .iter()
        .any(|field| int(&after[*field]) > int(&before[*field]))
        || old(after) < old(before)
}

/// When the progress deadline of a rollout that is under way runs out.
#[must_use]
pub fn deadline(deployment: &Value, status: &Value) -> Option<jiff::Timestamp> {
    let seconds = deployment["spec"]["progressDeadlineSeconds"].as_i64().unwrap_or(600);
    let condition = items(&status["conditions"]).iter().find(|condition| condition["type"] == "Progressing")?;
    if matches!(text(&condition["reason"]), "NewReplicaSetAvailable" | "ProgressDeadlineExceeded") {
        return None;
    }
    Some(instant(&condition["lastUpdateTime"])? + SignedDuration::from_secs(seconds))
}

/// Judges the progress of a rollout and sets the Progressing condition.
pub fn judge(world: &World, deployment: &Value, status: &mut Value, new: Option<&Value>) {
    let current = items(&deployment["status"]["conditions"])
        .iter()
        .find(|condition| condition["type"] == "Progressing");
    if !has_deadline(deployment) {
        return remove_condition(status, "Progressing");
    }
    let settled = current.is_some_and(|current| current["reason"] == "NewReplicaSetAvailable") && int(&status["replicas"]) == int(&status["updatedReplicas"]);
    if settled {
        return;
    }
    let subject = new.map_or_else(
        || format!("Deployment \"{}\"", text(&deployment["metadata"]["name"])),
        |set| format!("ReplicaSet \"{}\"", text(&set["metadata"]["name"])),
    );
    if complete(deployment, status) {
        let message = format!("{subject} has successfully progressed.");
        set_condition(status, condition(world, "Progressing", "True", "NewReplicaSetAvailable", &message));
    } else if progressing(&deployment["status"], status) {
        let mut fresh = condition(world, "Progressing", "True", "ReplicaSetUpdated", &format!("{subject} is progressing."));
        if let Some(current) = current.filter(|current| current["status"] == "True") {
            fresh["lastTransitionTime"] = current["lastTransitionTime"].clone();
        }
        remove_condition(status, "Progressing");
        set_condition(status, fresh);
    } else if deadline(deployment, status).is_some_and(|at| world.now >= at) {
        let message = format!("{subject} has timed out progressing.");
        set_condition(status, condition(world, "Progressing", "False", "ProgressDeadlineExceeded", &message));
    }
}

/// Carries a replica set's refusal to make pods over to the Deployment.
pub fn failures(status: &mut Value, sets: &[Value], new: Option<&Value>) {
    let failing = new
        .into_iter()
        .chain(sets)
        .flat_map(|set| items(&set["status"]["conditions"]))
        .find(|condition| condition["type"] == "ReplicaFailure");
    match failing {
        Some(failing) => {
            let mut own = failing.clone();
            own["lastUpdateTime"] = failing["lastTransitionTime"].clone();
            set_condition(status, own);
        }
        None => remove_condition(status, "ReplicaFailure"),
    }
}

/// Replica sets still wanted as history or in use are kept; these are the oldest beyond the limit.
#[must_use]
pub fn outdated(deployment: &Value, old: &[Value]) -> Vec<String> {
    let limit = usize::try_from(deployment["spec"]["revisionHistoryLimit"].as_i64().unwrap_or(10)).unwrap_or_default();
    let mut idle: Vec<&Value> = old
        .iter()
        .filter(|set| replicas(set) == 0 && counted(set, "replicas") == 0 && !deleting(set))
        .collect();
    idle.sort_by_key(|set| revision(set));
    let beyond = idle.len().saturating_sub(limit);
    idle.into_iter().take(beyond).map(|set| text(&set["metadata"]["name"]).to_owned()).collect()
}
