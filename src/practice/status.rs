//! Kubernetes' error answers: the `Status` object (apimachinery `api/errors/errors.go`).

use std::collections::BTreeSet;

use serde_json::{Value, json};

pub use super::fault::Fault;
use super::kind::Kind;

mod request;

/// A refusal, in the terms of Kubernetes' `metav1.Status`.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    pub code: u16,
    pub reason: &'static str,
    pub message: String,
    /// `details` of the Status, or null.
    pub details: Value,
}

impl Status {
    #[must_use]
    pub fn not_found(kind: &Kind, name: &str) -> Self {
        Self {
            code: 404,
            reason: "NotFound",
            message: format!("{} \"{name}\" not found", kind.qualified()),
            details: details(kind, name),
        }
    }

    #[must_use]
    pub fn already_exists(kind: &Kind, name: &str) -> Self {
        Self {
            code: 409,
            reason: "AlreadyExists",
            message: format!("{} \"{name}\" already exists", kind.qualified()),
            details: details(kind, name),
        }
    }

    #[must_use]
    pub fn conflict(kind: &Kind, name: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} \"{name}\": the object has been modified; please apply your changes to the latest version and try again",
            kind.qualified()
        );
        Self {
            code: 409,
            reason: "Conflict",
            message,
            details: details(kind, name),
        }
    }

    /// 409 for another reason than that the object was changed.
    #[must_use]
    pub fn conflict_because(kind: &Kind, name: &str, why: &str) -> Self {
        Self {
            message: format!("Operation cannot be fulfilled on {} \"{name}\": {why}", kind.qualified()),
            ..Self::conflict(kind, name)
        }
    }

    /// 409 for a precondition that does not hold; the kind stands where else the resource does.
    #[must_use]
    pub fn precondition(kind: &Kind, name: &str, why: &str) -> Self {
        Self {
            code: 409,
            reason: "Conflict",
            message: format!("Operation cannot be fulfilled on {} {name:?}: {why}", kind.kind),
            details: named(name, kind.group, kind.kind),
        }
    }

    /// 409 for a write that means another object of the same name, as the storage words it.
    #[must_use]
    pub fn another_object(kind: &Kind, name: &str, key: &str, wanted: &str, uid: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} {name:?}: StorageError: invalid object, Code: 4, Key: /registry/{key}, ResourceVersion: 0, \
             AdditionalErrorMsg: Precondition failed: UID in precondition: {wanted}, UID in object meta: {uid}",
            kind.qualified()
        );
        Self {
            code: 409,
            reason: "Conflict",
            message,
            details: details(kind, name),
        }
    }

    /// 409 for a pod that has its node.
    #[must_use]
    pub fn bound(name: &str, node: &str) -> Self {
        Self {
            code: 409,
            reason: "Conflict",
            message: format!("Operation cannot be fulfilled on pods/binding {name:?}: pod {name} is already assigned to node {node:?}"),
            details: named(name, "", "pods/binding"),
        }
    }

    #[must_use]
    pub fn forbidden(kind: &Kind, name: &str, why: &str) -> Self {
        Self {
            code: 403,
            reason: "Forbidden",
            message: format!("{} \"{name}\" is forbidden: {why}", kind.qualified()),
            details: details(kind, name),
        }
    }

    /// 429 of a disruption budget that does not let a pod go.
    #[must_use]
    pub fn budget(why: &str, retry_seconds: Option<i64>) -> Self {
        let mut details = json!({"causes": [{"reason": "DisruptionBudget", "message": why}]});
        if let Some(seconds) = retry_seconds {
            details["retryAfterSeconds"] = seconds.into();
        }
        Self {
            code: 429,
            reason: "TooManyRequests",
            message: "Cannot evict pod as it would violate the pod's disruption budget.".to_owned(),
            details,
        }
    }

    /// 500 for an eviction of a pod with more than one disruption budget.
    #[must_use]
    pub fn several_budgets() -> Self {
        Self {
            code: 500,
            reason: "",
            message: "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.".to_owned(),
            details: Value::Null,
        }
    }

    /// 403 of the authoriser, which knows resources by name only; an empty one stands for a path.
    #[must_use]
    pub fn denied(resource: &str, group: &str, name: &str, why: &str) -> Self {
        let qualified = if group.is_empty() {
            resource.to_owned()
        } else {
            format!("{resource}.{group}")
        };
        let subject = match (resource, name) {
            ("", _) => "forbidden".to_owned(),
            (_, "") => format!("{qualified} is forbidden"),
            (_, name) => format!("{qualified} {name:?} is forbidden"),
        };
        Self {
            code: 403,
            reason: "Forbidden",
            message: format!("{subject}: {why}"),
            details: named(name, group, resource),
        }
    }

    /// 422 from the faults found, in the form of Kubernetes' `field.ErrorList`.
    #[must_use]
    pub fn invalid(kind: &Kind, name: &str, faults: &[Fault]) -> Self {
        Self::invalid_as(kind.kind, kind.group, name, faults)
    }

    /// The same for what has no kind of the table: options, requests.
    #[must_use]
    pub fn invalid_as(kind: &str, group: &str, name: &str, faults: &[Fault]) -> Self {
        let qualified = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
        let mut told = BTreeSet::new();
        let mut texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
        texts.retain(|text| told.insert(text.clone()));
        let all = if texts.len() == 1 {
            texts.remove(0)
        } else {
            format!("[{}]", texts.join(", "))
        };
        let mut details = named(name, group, kind);
        details["causes"] = faults
            .iter()
            .map(|fault| json!({"reason": fault.reason, "message": fault.text, "field": fault.field}))
            .collect();
        Self {
            code: 422,
            reason: "Invalid",
            message: format!("{qualified} {name:?} is invalid: {all}"),
            details,
        }
    }

    /// Adds the causes of a refusal.
    #[must_use]
    pub fn causes(mut self, causes: Value) -> Self {
        self.details["causes"] = causes;
        self
    }

    /// The answer's body.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "code": self.code});
        if !self.reason.is_empty() {
            body["reason"] = self.reason.into();
        }
        if !self.details.is_null() {
            body["details"] = self.details.clone();
        }
        body
    }
}

fn details(kind: &Kind, name: &str) -> Value {
    named(name, kind.group, kind.plural)
}

/// Details of what there is to say.
fn named(name: &str, group: &str, kind: &str) -> Value {
    let mut details = json!({});
    for (field, value) in [("name", name), ("group", group), ("kind", kind)] {
        if !value.is_empty() {
            details[field] = value.into();
        }
    }
    details
}
