//! What is wrong with a field, in Kubernetes' words (apimachinery `util/validation/field/errors.go`).

use serde_json::Value;

/// One field that is wrong: where, and Kubernetes' text for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `FieldValueInvalid`, `FieldValueRequired` …
    pub reason: &'static str,
    pub field: String,
    pub text: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", self.field, self.text)
    }
}

impl Fault {
    #[must_use]
    pub fn required(field: impl Into<String>, why: &str) -> Self {
        let text = if why.is_empty() {
            "Required value".to_owned()
        } else {
            format!("Required value: {why}")
        };
        Self {
            reason: "FieldValueRequired",
            field: field.into(),
            text,
        }
    }

    #[must_use]
    pub fn invalid(field: impl Into<String>, value: &Value, why: &str) -> Self {
        Self {
            reason: "FieldValueInvalid",
            field: field.into(),
            text: if why.is_empty() {
                format!("Invalid value: {value}")
            } else {
                format!("Invalid value: {value}: {why}")
            },
        }
    }

    /// The same with another rendering of the value.
    #[must_use]
    pub fn shown(mut self, value: &Value, rendered: &str) -> Self {
        self.text = self.text.replacen(&value.to_string(), rendered, 1);
        self
    }

    /// An invalid field whose value is not shown.
    #[must_use]
    pub fn invalid_without_value(field: impl Into<String>, why: &str) -> Self {
        Self {
            reason: "FieldValueInvalid",
            field: field.into(),
            text: format!("Invalid value: {why}"),
        }
    }

    #[must_use]
    pub fn internal(field: impl Into<String>, why: &str) -> Self {
        Self {
            reason: "InternalError",
            field: field.into(),
            text: format!("Internal error: {why}"),
        }
    }

    #[must_use]
    pub fn duplicate(field: impl Into<String>, value: &Value) -> Self {
        Self {
            reason: "FieldValueDuplicate",
            field: field.into(),
            text: format!("Duplicate value: {value}"),
        }
    }

    /// The same where the value is not shown.
    #[must_use]
    pub fn duplicate_without_value(field: impl Into<String>) -> Self {
        Self {
            reason: "FieldValueDuplicate",
            field: field.into(),
            text: "Duplicate value".to_owned(),
        }
    }

    #[must_use]
    pub fn forbidden(field: impl Into<String>, why: &str) -> Self {
        Self {
            reason: "FieldValueForbidden",
            field: field.into(),
            text: format!("Forbidden: {why}"),
        }
    }

    #[must_use]
    pub fn too_long(field: impl Into<String>, most: usize) -> Self {
        Self {
            reason: "FieldValueTooLong",
            field: field.into(),
            text: format!("Too long: may not be more than {most} bytes"),
        }
    }

    #[must_use]
    pub fn too_many(field: impl Into<String>, count: u64, most: u64) -> Self {
        let items = if most == 1 { "item" } else { "items" };
        Self {
            reason: "FieldValueTooMany",
            field: field.into(),
            text: format!("Too many: {count}: must have at most {most} {items}"),
        }
    }

    #[must_use]
    pub fn not_found(field: impl Into<String>, value: &Value) -> Self {
        Self {
            reason: "FieldValueNotFound",
            field: field.into(),
            text: format!("Not found: {value}"),
        }
    }

    #[must_use]
    pub fn unsupported(field: impl Into<String>, value: &Value, supported: &[&str]) -> Self {
        let list: Vec<String> = supported.iter().map(|one| format!("{one:?}")).collect();
        Self {
            reason: "FieldValueNotSupported",
            field: field.into(),
            text: format!("Unsupported value: {value}: supported values: {}", list.join(", ")),
        }
    }
}
