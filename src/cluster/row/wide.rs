//! The columns that `kubectl get -o wide` adds to a kind, and label selectors as kubectl writes them.

use serde_json::Value;

use super::{list, words};
use crate::text;

type Column = (&'static str, String);

/// Headings and values, after AGE.
pub fn wide(kind: &str, object: &Value) -> Vec<Column> {
    let spec = &object["spec"];
    let made = |chooses: Option<&Value>| {
        let template = if kind == "CronJob" {
            &spec["jobTemplate"]["spec"]["template"]
        } else {
            &spec["template"]
        };
        let of = |field: &str| {
            list(&template["spec"]["containers"])
                .map(|one| words(&one[field]))
                .collect::<Vec<_>>()
                .join(",")
        };
        let mut columns = vec![("CONTAINERS", of("name")), ("IMAGES", of("image"))];
        columns.extend(chooses.map(|chooses| ("SELECTOR", selector(chooses))));
        columns
    };
    match kind {
        "Deployment" | "ReplicaSet" | "DaemonSet" | "Job" => made(Some(&spec["selector"])),
        "CronJob" => made(Some(&spec["jobTemplate"]["spec"]["selector"])),
        "StatefulSet" => made(None),
        "Service" => vec![("SELECTOR", pairs(&spec["selector"]))],
        "PersistentVolume" | "PersistentVolumeClaim" => vec![("VOLUMEMODE", words(&spec["volumeMode"]))],
        "RoleBinding" | "ClusterRoleBinding" => vec![
            ("USERS", subjects(object, "User")),
            ("GROUPS", subjects(object, "Group")),
            ("SERVICEACCOUNTS", subjects(object, "ServiceAccount")),
        ],
        "PriorityClass" => vec![("PREEMPTIONPOLICY", words(&object["preemptionPolicy"]))],
        _ => Vec::new(),
    }
}

/// `app=web,tier in (a,b),!old`, or `<none>`.
pub fn selector(selector: &Value) -> String {
    let labels = selector["matchLabels"].as_object().into_iter().flatten().map(pair);
    let rules = list(&selector["matchExpressions"]).map(|rule| {
        let values = || list(&rule["values"]).map(words).collect::<Vec<_>>().join(",");
        let key = words(&rule["key"]);
        match rule["operator"].as_str() {
            Some("In") => format!("{key} in ({})", values()),
            Some("NotIn") => format!("{key} notin ({})", values()),
            Some("DoesNotExist") => format!("!{key}"),
            _ => key,
        }
    });
    or_none(labels.chain(rules).collect())
}

/// `app=web,tier=front`, or `<none>`.
fn pairs(map: &Value) -> String {
    or_none(map.as_object().into_iter().flatten().map(pair).collect())
}

fn pair((key, value): (&String, &Value)) -> String {
    format!("{}={}", text::clean(key), words(value))
}

fn or_none(parts: Vec<String>) -> String {
    if parts.is_empty() { "<none>".to_owned() } else { parts.join(",") }
}

fn subjects(object: &Value, kind: &str) -> String {
    let named = list(&object["subjects"]).filter(|one| one["kind"] == kind).map(|one| match kind {
        "ServiceAccount" => format!("{}/{}", words(&one["namespace"]), words(&one["name"])),
        _ => words(&one["name"]),
    });
    named.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(kind: &str, object: &Value) -> String {
        let said = wide(kind, object).into_iter().map(|(heading, value)| format!("{heading}={value}"));
        said.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn wide_columns_are_kubectls() {
        let made = json!({"spec": {"selector": {"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}]},
            "template": {"spec": {"initContainers": [{"name": "i", "image": "i:1"}], "containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:2"}]}}}});
        assert_eq!(shown("Deployment", &made), "CONTAINERS=a,b IMAGES=a:1,b:2 SELECTOR=app=web,tier in (a,b)");
        assert_eq!(shown("StatefulSet", &made), "CONTAINERS=a,b IMAGES=a:1,b:2");
        assert_eq!(shown("Service", &json!({"spec": {"type": "ClusterIP"}})), "SELECTOR=<none>");
        let subjects = json!({"subjects": [{"kind": "ServiceAccount", "namespace": "lab", "name": "robot"}, {"kind": "User", "name": "ann"}]});
        assert_eq!(shown("RoleBinding", &subjects), "USERS=ann GROUPS= SERVICEACCOUNTS=lab/robot");
    }
}
