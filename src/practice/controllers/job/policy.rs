//! The pod failure policy of a Job: what the end of one pod means for the whole.

use serde_json::Value;

use crate::practice::field::{int, items, text};

/// What a failed pod counts as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Count,
    Ignore,
    FailIndex,
    /// The Job fails, with this message.
    FailJob(String),
}

/// Judges a failed pod by the first rule that matches.
pub(super) fn judge(job: &Value, pod: &Value) -> Verdict {
    for (at, rule) in items(&job["spec"]["podFailurePolicy"]["rules"]).iter().enumerate() {
        let metadata = &pod["metadata"];
        let name = format!("{}/{}", text(&metadata["namespace"]), text(&metadata["name"]));
        let action = text(&rule["action"]);
        let why = if let Some(container) = exited(&rule["onExitCodes"], pod) {
            format!(
                "Container {} for pod {name} failed with exit code {} matching {action} rule at index {at}",
                text(&container["name"]),
                int(&container["state"]["terminated"]["exitCode"])
            )
        } else if let Some(condition) = conditioned(&rule["onPodConditions"], pod) {
            format!("Pod {name} has condition {} matching {action} rule at index {at}", text(&condition["type"]))
        } else {
            continue;
        };
        return match action {
            "Ignore" => Verdict::Ignore,
            "FailIndex" => Verdict::FailIndex,
            "FailJob" => Verdict::FailJob(why),
            _ => Verdict::Count,
        };
    }
    Verdict::Count
}

/// The container whose exit code a rule asks for.
fn exited<'a>(rule: &Value, pod: &'a Value) -> Option<&'a Value> {
    let named = |status: &&Value| rule["containerName"].is_null() || rule["containerName"] == status["name"];
    let matching = |status: &&Value| {
        let code = &status["state"]["terminated"]["exitCode"];
        let listed = items(&rule["values"]).contains(code);
        int(code) != 0
            && match text(&rule["operator"]) {
                "In" => listed,
                "NotIn" => !listed,
                _ => false,
            }
    };
    ["containerStatuses", "initContainerStatuses"]
        .iter()
        .flat_map(|list| items(&pod["status"][*list]))
        .filter(|_| !rule.is_null())
        .find(|status| named(status) && matching(status))
}

/// The condition of the pod that a rule asks for.
fn conditioned<'a>(patterns: &Value, pod: &'a Value) -> Option<&'a Value> {
    let asked = |condition: &&Value| {
        let matches = |pattern: &Value| pattern["type"] == condition["type"] && pattern.get("status").unwrap_or(&Value::from("True")) == &condition["status"];
        items(patterns).iter().any(matches)
    };
    items(&pod["status"]["conditions"]).iter().find(asked)
}
