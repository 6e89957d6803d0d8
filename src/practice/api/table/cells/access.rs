//! Rows of roles' bindings, certificates and of what limits use.

use serde_json::{Value, json};

use super::{Seen, list, or, truth};
use crate::practice::kind::Kind;

use super::super::age::human;

pub fn row(kind: &Kind, seen: &Seen) -> Option<Value> {
    let Seen {
        name,
        age,
        spec,
        status,
        object,
        ..
    } = seen;
    Some(match kind.built_in() {
        "RoleBinding" | "ClusterRoleBinding" => {
            let role = format!("{}/{}", or(&object["roleRef"]["kind"], ""), or(&object["roleRef"]["name"], ""));
            json!([
                name,
                role,
                age,
                subjects(object, "User"),
                subjects(object, "Group"),
                subjects(object, "ServiceAccount")
            ])
        }
        "CertificateSigningRequest" => {
            let lasts = spec["expirationSeconds"].as_i64().map_or("<none>".to_owned(), human);
            json!([
                name,
                age,
                or(&spec["signerName"], "<none>"),
                or(&spec["username"], ""),
                lasts,
                certificate(status)
            ])
        }
        "ResourceQuota" => {
            let (requests, limits) = quota(status);
            json!([name, requests, limits, age])
        }
        "PriorityClass" => {
            json!([
                name,
                object["value"].as_i64().unwrap_or(0),
                truth(&object["globalDefault"], false),
                age,
                or(&object["preemptionPolicy"], "")
            ])
        }
        _ => return None,
    })
}

fn subjects(object: &Value, kind: &str) -> String {
    let of_kind = list(object, "subjects").iter().filter(|subject| subject["kind"] == kind);
    let named = of_kind.map(|subject| match kind {
        "ServiceAccount" => format!("{}/{}", or(&subject["namespace"], ""), or(&subject["name"], "")),
        _ => or(&subject["name"], "").to_owned(),
    });
    named.collect::<Vec<_>>().join(", ")
}

fn certificate(status: &Value) -> String {
    let has = |kind: &str| list(status, "conditions").iter().any(|one| one["type"] == kind);
    let mut text = if has("Denied") {
        "Denied"
    } else if has("Approved") {
        "Approved"
    } else {
        "Pending"
    }
    .to_owned();
    if has("Failed") {
        text += ",Failed";
    }
    if !or(&status["certificate"], "").is_empty() {
        text += ",Issued";
    }
    text
}

/// What is used of what is allowed: requests, and limits.
fn quota(status: &Value) -> (String, String) {
    let hard = status["hard"].as_object();
    let (mut requests, mut limits) = (Vec::new(), Vec::new());
    for (resource, hard) in hard.into_iter().flatten() {
        let part = format!("{resource}: {}/{}", or(&status["used"][resource], "0"), or(hard, "0"));
        if resource.starts_with("limits.") { &mut limits } else { &mut requests }.push(part);
    }
    (requests.join(", "), limits.join(", "))
}
