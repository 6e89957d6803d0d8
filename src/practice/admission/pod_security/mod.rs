//! Pod security: what the labels of a namespace allow its pods (kubernetes `pod-security-admission`).

mod baseline;
mod restricted;

use serde_json::Value;

use super::Refusal;
use crate::practice::field::text;
use crate::practice::kind::{Kind, NAMESPACE, POD};
use crate::practice::status::{Fault, Status};
use crate::practice::world::World;

const PREFIX: &str = "pod-security.kubernetes.io/";
/// How many pods of a namespace are looked at when it becomes stricter.
const MOST_PODS: usize = 3000;

/// How much is forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Privileged,
    Baseline,
    Restricted,
}

impl Level {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "privileged" => Some(Self::Privileged),
            "baseline" => Some(Self::Baseline),
            "restricted" => Some(Self::Restricted),
            _ => None,
        }
    }
}

/// A level, and the version of Kubernetes whose idea of it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Policy {
    level: Level,
    version: String,
}

impl Policy {
    /// `baseline:latest`.
    fn name(&self) -> String {
        let level = match self.level {
            Level::Privileged => "privileged",
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        };
        format!("{level}:{}", self.version)
    }

    /// What a pod has that the policy forbids.
    fn violations(&self, spec: &Value) -> Vec<Violation> {
        let restricted = self.level == Level::Restricted;
        let mut found = Vec::new();
        if self.level >= Level::Baseline {
            found.extend(baseline::violations(spec, restricted));
        }
        if restricted {
            found.extend(restricted::violations(spec));
        }
        found
    }
}

/// One thing that is forbidden, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Violation {
    reason: &'static str,
    detail: String,
}

fn told(violations: &[Violation]) -> String {
    let parts: Vec<String> = violations.iter().map(|one| format!("{} ({})", one.reason, one.detail)).collect();
    parts.join(", ")
}

/// What a namespace's labels say for one mode; what cannot be read is taken as strictly as can be where it forbids, and not at all where it warns.
fn policy(labels: &Value, mode: &str) -> Policy {
    let label = |name: &str| labels[format!("{PREFIX}{name}")].as_str();
    let unread = if mode == "enforce" { Level::Restricted } else { Level::Privileged };
    let of = |mode: &str| Policy {
        level: label(mode).map_or(Level::Privileged, |word| Level::parse(word).unwrap_or(unread)),
        version: label(&format!("{mode}-version"))
            .filter(|version| is_version(version))
            .unwrap_or("latest")
            .to_owned(),
    };
    let own = of(mode);
    // Without a word on warnings, what would be refused is warned of.
    if mode == "warn" && label("warn").is_none() && label("enforce").is_some_and(|word| Level::parse(word).is_some()) {
        let enforced = of("enforce");
        let version = if label("warn-version").is_some() { own.version } else { enforced.version };
        return Policy {
            level: enforced.level,
            version,
        };
    }
    own
}

fn is_version(text: &str) -> bool {
    let minor = text.strip_prefix("v1.");
    text == "latest"
        || minor.is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit()) && (minor == "0" || !minor.starts_with('0')))
}

fn labels(world: &World, namespace: &str) -> Value {
    let namespace = world.store.get(&NAMESPACE, "", namespace);
    namespace.map(|mut namespace| namespace["metadata"]["labels"].take()).unwrap_or_default()
}

/// Refuses a pod that its namespace does not allow.
pub fn check(world: &World, kind: &Kind, object: &Value) -> Result<(), Refusal> {
    if kind != &POD {
        return Ok(());
    }
    let policy = policy(&labels(world, text(&object["metadata"]["namespace"])), "enforce");
    let found = policy.violations(&object["spec"]);
    if found.is_empty() {
        Ok(())
    } else {
        Err(format!("violates PodSecurity {:?}: {}", policy.name(), told(&found)))
    }
}

/// The spec of the pods that an object is or makes.
fn pods_spec<'a>(kind: &Kind, object: &'a Value) -> Option<&'a Value> {
    let spec = &object["spec"];
    match kind.built_in() {
        "Pod" => Some(spec),
        "PodTemplate" => Some(&object["template"]["spec"]),
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicationController" => Some(&spec["template"]["spec"]),
        "CronJob" => Some(&spec["jobTemplate"]["spec"]["template"]["spec"]),
        _ => None,
    }
}

/// What is warned of in an object that was let in.
#[must_use]
pub fn warning(world: &World, kind: &Kind, object: &Value) -> Option<String> {
    let spec = pods_spec(kind, object)?;
    let policy = policy(&labels(world, text(&object["metadata"]["namespace"])), "warn");
    let found = policy.violations(spec);
    (!found.is_empty()).then(|| format!("would violate PodSecurity {:?}: {}", policy.name(), told(&found)))
}

/// Refuses labels of a namespace that say no level or version.
///
/// # Errors
/// 422 with each of them.
pub fn labelled(kind: &Kind, object: &Value) -> Result<(), Status> {
    let mut faults = Vec::new();
    for mode in ["enforce", "audit", "warn"] {
        let label = |name: String| object["metadata"]["labels"].get(format!("{PREFIX}{name}"));
        let mut wrong = |name: String, value: &Value, why: &str| {
            faults.push(Fault::invalid(format!("metadata.labels[{PREFIX}{name}]"), value, why));
        };
        if let Some(level) = label(mode.to_owned()).filter(|level| Level::parse(text(level)).is_none()) {
            wrong(mode.to_owned(), level, "must be one of privileged, baseline, restricted");
        }
        let name = format!("{mode}-version");
        if let Some(version) = label(name.clone()).filter(|version| !is_version(text(version))) {
            wrong(name, version, "must be \"latest\" or \"v1.x\"");
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Status::invalid(kind, text(&object["metadata"]["name"]), &faults))
    }
}

/// What is warned of when a namespace becomes stricter: pods in it that would not be let in any more.
#[must_use]
pub fn left_behind(world: &World, old: &Value, new: &Value) -> Vec<String> {
    let (before, now) = (policy(&old["metadata"]["labels"], "enforce"), policy(&new["metadata"]["labels"], "enforce"));
    if before == now || now.level == Level::Privileged || before.version == now.version && now.level <= before.level {
        return Vec::new();
    }
    let namespace = text(&new["metadata"]["name"]);
    let mut reasons: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
    for pod in world.store.objects(&POD, Some(namespace)).iter().take(MOST_PODS) {
        let found = now.violations(&pod["spec"]);
        if !found.is_empty() {
            let why: Vec<&str> = found.iter().map(|one| one.reason).collect();
            reasons.entry(why.join(", ")).or_default().push(text(&pod["metadata"]["name"]).to_owned());
        }
    }
    if reasons.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<String> = reasons
        .into_iter()
        .map(|(why, pods)| {
            let others = match pods.len() - 1 {
                0 => String::new(),
                1 => " (and 1 other pod)".to_owned(),
                more => format!(" (and {more} other pods)"),
            };
            format!("{}{others}: {why}", pods[0])
        })
        .collect();
    lines.sort();
    lines.insert(
        0,
        format!(
            "existing pods in namespace {namespace:?} violate the new PodSecurity enforce level {:?}",
            now.name()
        ),
    );
    lines
}

/// The containers of a pod, those that begin it first.
fn containers(spec: &Value) -> impl Iterator<Item = &Value> {
    ["initContainers", "containers", "ephemeralContainers"]
        .into_iter()
        .flat_map(|field| spec[field].as_array().into_iter().flatten())
}

/// The names of the containers for which something holds.
fn which<'a>(spec: &'a Value, holds: impl Fn(&Value) -> bool + 'a) -> Vec<&'a str> {
    containers(spec).filter(|one| holds(one)).map(|one| text(&one["name"])).collect()
}

/// `"a", "b"`.
fn quoted<T: AsRef<str>>(names: &[T]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("{:?}", name.as_ref())).collect();
    quoted.join(", ")
}

fn plural(count: usize, one: &'static str, more: &'static str) -> &'static str {
    if count == 1 { one } else { more }
}

/// `container "a"`, `containers "a", "b"`.
fn named(names: &[&str]) -> String {
    format!("{} {}", plural(names.len(), "container", "containers"), quoted(names))
}

/// `pod and container "a"`: who sets what is forbidden.
fn setters(pod: bool, names: &[&str]) -> String {
    let mut all = Vec::new();
    if pod {
        all.push("pod".to_owned());
    }
    if !names.is_empty() {
        all.push(named(names));
    }
    all.join(" and ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn violations(level: Level, spec: &Value) -> String {
        let version = "latest".to_owned();
        told(&Policy { level, version }.violations(spec))
    }

    #[test]
    fn the_baseline_forbids_the_host() {
        let spec = json!({"hostPID": true, "volumes": [{"name": "root", "hostPath": {"path": "/"}}, {"name": "tmp", "emptyDir": {}}],
            "containers": [{"name": "a", "ports": [{"containerPort": 80, "hostPort": 80}], "securityContext": {"privileged": true}}]});
        assert_eq!(violations(Level::Privileged, &spec), "");
        assert_eq!(
            violations(Level::Baseline, &spec),
            "host namespaces (hostPID=true), hostPath volumes (volume \"root\"), hostPort (container \"a\" uses hostPort 80), \
             privileged (container \"a\" must not set securityContext.privileged=true)"
        );
    }

    #[test]
    fn a_careful_pod_is_let_in_where_all_else_is_forbidden() {
        let mut spec = json!({"containers": [{"name": "a", "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}}]});
        assert_eq!(violations(Level::Restricted, &spec), "");
        spec["containers"][0]["securityContext"] = json!({"runAsUser": 0});
        let told = violations(Level::Restricted, &spec);
        assert!(told.starts_with("allowPrivilegeEscalation != false (container \"a\" must set securityContext.allowPrivilegeEscalation=false), unrestricted"));
        assert!(told.contains("runAsNonRoot != true (pod or container \"a\" must set securityContext.runAsNonRoot=true), runAsUser=0 (container \"a\""));
    }

    #[test]
    fn labels_that_cannot_be_read_forbid_and_do_not_warn() {
        let labels = json!({"pod-security.kubernetes.io/enforce": "baselin", "pod-security.kubernetes.io/warn": "all"});
        assert_eq!(policy(&labels, "enforce").level, Level::Restricted);
        assert_eq!(policy(&labels, "warn").level, Level::Privileged);
        let labels = json!({"pod-security.kubernetes.io/enforce": "baseline", "pod-security.kubernetes.io/enforce-version": "v1.30"});
        assert_eq!(policy(&labels, "warn").name(), "baseline:v1.30");
    }
}
