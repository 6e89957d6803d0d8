//! Fields that decide faults, as people write them: what rules compare and cards show, by their paths.

use serde_json::Value;

use super::{list, words};
use crate::cluster::snapshot::Fact;
use crate::text;

const REQUIREMENTS: [(&str, &str); 4] = [("requests", "cpu"), ("requests", "memory"), ("limits", "cpu"), ("limits", "memory")];
const PROBES: [&str; 3] = ["startupProbe", "livenessProbe", "readinessProbe"];

/// Collects facts, leaving out what is not set.
struct Facts(Vec<Fact>);

impl Facts {
    fn put(&mut self, path: impl Into<String>, said: String) {
        if !said.is_empty() {
            self.0.push(Fact { path: path.into(), text: said });
        }
    }

    fn fields(&mut self, object: &Value, paths: &[&str]) {
        for path in paths {
            let field = path.split('.').fold(object, |at, key| &at[key]);
            self.put(*path, plain(field));
        }
    }

    fn container(&mut self, at: &str, container: &Value) {
        for (side, resource) in REQUIREMENTS {
            self.put(format!("{at}.resources.{side}.{resource}"), plain(&container["resources"][side][resource]));
        }
        for name in PROBES {
            self.put(format!("{at}.{name}"), probe(&container[name]));
        }
    }

    /// What a template says of the process: a pod's own never changes, so that its row need not carry it.
    fn process(&mut self, at: &str, container: &Value) {
        for field in ["command", "args", "envFrom"] {
            self.put(format!("{at}.{field}"), plain(&container[field]));
        }
        for variable in list(&container["env"]) {
            let said = ["value", "valueFrom"].map(|field| plain(&variable[field])).concat();
            self.put(format!("{at}.env.{}", words(&variable["name"])), said);
        }
    }
}

/// The facts of an object of any kind but Pod.
pub fn of_object(kind: &str, object: &Value) -> Vec<Fact> {
    let mut facts = Facts(Vec::new());
    facts.fields(object, &["metadata.finalizers"]);
    match kind {
        "Node" => {
            facts.put("spec.taints", list(&object["spec"]["taints"]).map(taint).collect::<Vec<_>>().join(", "));
            facts.fields(object, &["spec.unschedulable", "status.allocatable.cpu", "status.allocatable.memory"]);
        }
        "PersistentVolumeClaim" => facts.fields(
            object,
            &[
                "spec.storageClassName",
                "spec.accessModes",
                "spec.resources.requests.storage",
                "spec.volumeName",
            ],
        ),
        "PersistentVolume" => facts.fields(object, &["spec.storageClassName", "spec.accessModes", "spec.capacity.storage"]),
        "CronJob" => facts.fields(object, &["spec.suspend", "spec.schedule"]),
        "Job" => facts.fields(object, &["spec.backoffLimit", "spec.activeDeadlineSeconds", "status.failed"]),
        "Deployment" => facts.fields(object, &["spec.progressDeadlineSeconds", "spec.paused"]),
        "Service" => facts.put("spec.selector", plain(&object["spec"]["selector"])),
        "Role" | "ClusterRole" => facts.put("rules", list(&object["rules"]).map(rule).collect::<Vec<_>>().join("; ")),
        "NetworkPolicy" => policy(&mut facts, &object["spec"]),
        _ => {}
    }
    for (at, container) in containers(&object["spec"]["template"]["spec"]) {
        facts.container(&at, container);
        facts.process(&at, container);
    }
    // a claim without a class is not the same as one with the empty class
    if kind == "PersistentVolumeClaim" && object["spec"]["storageClassName"] == "" {
        facts.put("spec.storageClassName", "\"\"".to_owned());
    }
    facts.0
}

/// The facts of a pod; tolerations that every pod gets are no facts.
pub fn of_pod(pod: &Value) -> Vec<Fact> {
    let spec = &pod["spec"];
    let mut facts = Facts(Vec::new());
    facts.fields(pod, &["metadata.finalizers", "spec.nodeSelector"]);
    let own = list(&spec["tolerations"]).filter(|it| !words(&it["key"]).starts_with("node.kubernetes.io/"));
    facts.put("spec.tolerations", own.map(toleration).collect::<Vec<_>>().join(", "));
    for (at, container) in containers(spec) {
        facts.container(&at, container);
    }
    facts.0
}

/// The containers of a pod or of a template, each with the path that people know it by.
fn containers(spec: &Value) -> impl Iterator<Item = (String, &Value)> {
    let all = ["initContainers", "containers"].into_iter().flat_map(|field| list(&spec[field]));
    all.map(|container| (format!("spec.containers[{}]", words(&container["name"])), container))
}

/// A NetworkPolicy as what it takes hold of and what it lets through.
fn policy(facts: &mut Facts, spec: &Value) {
    let selected = plain(&spec["podSelector"]["matchLabels"]);
    facts.put("spec.podSelector", if selected.is_empty() { "every pod".to_owned() } else { selected });
    let types: Vec<String> = list(&spec["policyTypes"]).map(words).collect();
    facts.put("spec.policyTypes", types.join(", "));
    for (direction, field) in [("Ingress", "ingress"), ("Egress", "egress")] {
        let covered = types.iter().any(|kind| kind == direction) || (types.is_empty() && (direction == "Ingress" || !spec[field].is_null()));
        if covered {
            let rules = list(&spec[field]).count();
            let said = if rules == 0 {
                "nothing is let through".to_owned()
            } else {
                plain(&spec[field])
            };
            facts.put(format!("spec.{field}"), said);
        }
    }
}

/// `get, list pods`
fn rule(rule: &Value) -> String {
    let all = |field: &str| list(&rule[field]).map(words).collect::<Vec<_>>().join(", ");
    let named = all("resourceNames");
    let of = if named.is_empty() { String::new() } else { format!(" named {named}") };
    format!("{} {}{of}", all("verbs"), [all("resources"), all("nonResourceURLs")].concat())
}

fn taint(taint: &Value) -> String {
    let (key, value, effect) = (words(&taint["key"]), words(&taint["value"]), words(&taint["effect"]));
    if value.is_empty() {
        format!("{key}:{effect}")
    } else {
        format!("{key}={value}:{effect}")
    }
}

fn toleration(toleration: &Value) -> String {
    let any = |field: &str| {
        let said = words(&toleration[field]);
        if said.is_empty() { "*".to_owned() } else { said }
    };
    format!("{}={}:{}", any("key"), any("value"), any("effect"))
}

/// `GET :8080/ready`, `TCP :8080` or the command.
fn probe(probe: &Value) -> String {
    let port = |port: &Value| port.as_i64().map_or_else(|| words(port), |port| port.to_string());
    let (http, tcp, exec) = (&probe["httpGet"], &probe["tcpSocket"], &probe["exec"]);
    if http.is_object() {
        let path = words(&http["path"]);
        format!("GET :{}{}", port(&http["port"]), if path.is_empty() { "/" } else { &path })
    } else if tcp.is_object() {
        format!("TCP :{}", port(&tcp["port"]))
    } else if exec.is_object() {
        list(&exec["command"]).map(words).collect::<Vec<_>>().join(" ")
    } else {
        String::new()
    }
}

/// A value in one line.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(said) => text::clean(said),
        Value::Array(items) if items.iter().all(Value::is_string) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(fields) if fields.values().all(Value::is_string) => {
            let pair = |(key, value): (&String, &Value)| format!("{}={}", text::clean(key), words(value));
            fields.iter().map(pair).collect::<Vec<_>>().join(", ")
        }
        other => text::clean(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(facts: &[Fact]) -> String {
        facts.iter().map(|fact| format!("{}: {}", fact.path, fact.text)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_pods_facts_are_what_somebody_wrote() {
        let pod = json!({"metadata": {}, "spec": {
            "tolerations": [{"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}, {"key": "for", "value": "gpu", "effect": "NoSchedule"}],
            "containers": [{"name": "a", "resources": {"requests": {"cpu": "1"}}, "readinessProbe": {"httpGet": {"port": "web", "path": "/r"}}}]}});
        assert_eq!(
            said(&of_pod(&pod)),
            "spec.tolerations: for=gpu:NoSchedule\nspec.containers[a].resources.requests.cpu: 1\nspec.containers[a].readinessProbe: GET :web/r"
        );
    }

    #[test]
    fn a_templates_facts_are_its_containers_too() {
        let web = json!({"metadata": {}, "spec": {"paused": true, "template": {"spec": {"containers": [{"name": "a", "args": ["-v"], "resources": {"limits": {"memory": "32Mi"}},
            "env": [{"name": "MODE", "value": "fast"}, {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "keys"}}}]}]}}}});
        assert_eq!(
            said(&of_object("Deployment", &web)),
            "spec.paused: true\nspec.containers[a].resources.limits.memory: 32Mi\nspec.containers[a].args: -v\nspec.containers[a].env.MODE: fast\n\
             spec.containers[a].env.KEY: {\"secretKeyRef\":{\"name\":\"keys\"}}"
        );
    }

    #[test]
    fn a_policy_says_what_it_holds_back() {
        let deny = json!({"metadata": {}, "spec": {"podSelector": {}, "policyTypes": ["Egress"]}});
        assert_eq!(
            said(&of_object("NetworkPolicy", &deny)),
            "spec.podSelector: every pod\nspec.policyTypes: Egress\nspec.egress: nothing is let through"
        );
    }
}
