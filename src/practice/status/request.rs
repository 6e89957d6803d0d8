//! Refusals of a request as such, whatever object it is about.

use serde_json::{Value, json};

use super::Status;

impl Status {
    /// 504 for a version that there is not yet.
    #[must_use]
    pub fn version_too_large(asked: u64, current: u64) -> Self {
        Self {
            code: 504,
            reason: "Timeout",
            message: format!("Timeout: Too large resource version: {asked}, current: {current}"),
            details: json!({"causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}], "retryAfterSeconds": 1}),
        }
    }

    #[must_use]
    pub fn not_acceptable(message: impl Into<String>) -> Self {
        Self {
            code: 406,
            reason: "NotAcceptable",
            message: message.into(),
            details: Value::Null,
        }
    }

    #[must_use]
    pub fn unauthorized() -> Self {
        Self {
            code: 401,
            reason: "Unauthorized",
            message: "Unauthorized".to_owned(),
            details: Value::Null,
        }
    }

    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self {
            code: 400,
            reason: "BadRequest",
            message: message.into(),
            details: Value::Null,
        }
    }

    /// What went wrong inside, as the API server words it.
    #[must_use]
    pub fn internal(why: impl std::fmt::Display) -> Self {
        Self {
            code: 500,
            reason: "InternalError",
            message: format!("Internal error occurred: {why}"),
            details: json!({"causes": [{"message": why.to_string()}]}),
        }
    }

    #[must_use]
    pub fn service_unavailable(message: impl Into<String>) -> Self {
        Self {
            code: 503,
            reason: "ServiceUnavailable",
            message: message.into(),
            details: Value::Null,
        }
    }

    #[must_use]
    pub fn no_such_path() -> Self {
        Self {
            code: 404,
            reason: "NotFound",
            message: "the server could not find the requested resource".to_owned(),
            details: json!({}),
        }
    }

    #[must_use]
    pub fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource".to_owned();
        Self {
            code: 405,
            reason: "MethodNotAllowed",
            message,
            details: json!({}),
        }
    }

    #[must_use]
    pub fn expired(message: impl Into<String>) -> Self {
        Self {
            code: 410,
            reason: "Expired",
            message: message.into(),
            details: Value::Null,
        }
    }

    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self {
            code: 413,
            reason: "RequestEntityTooLarge",
            message: format!("Request entity too large: limit is {limit}"),
            details: Value::Null,
        }
    }

    #[must_use]
    pub fn too_many_steps(most: usize, given: usize) -> Self {
        Self {
            code: 413,
            reason: "RequestEntityTooLarge",
            message: format!("Request entity too large: The allowed maximum operations in a JSON patch is {most}, got {given}"),
            details: json!({}),
        }
    }

    #[must_use]
    pub fn unsupported_media_type(accepted: &str) -> Self {
        Self {
            code: 415,
            reason: "UnsupportedMediaType",
            message: format!("the body of the request was in an unknown format - accepted media types include: {accepted}"),
            details: Value::Null,
        }
    }

    #[must_use]
    pub fn unsupported_patch() -> Self {
        Self {
            code: 415,
            reason: "UnsupportedMediaType",
            message: "415: Unsupported Media Type".to_owned(),
            details: json!({}),
        }
    }

    /// 500 for what the server did not expect; it gives no reason.
    #[must_use]
    pub fn untold(message: impl Into<String>) -> Self {
        Self {
            code: 500,
            reason: "",
            message: message.into(),
            details: Value::Null,
        }
    }

    /// 422 for a patch whose result cannot be.
    #[must_use]
    pub fn patch_invalid(patch: &str, why: String) -> Self {
        let text = format!("Invalid value: {patch:?}: {why}");
        Self {
            code: 422,
            reason: "Invalid",
            message: format!(" \"\" is invalid: patch: {text}"),
            details: json!({"causes": [{"reason": "FieldValueInvalid", "message": text, "field": "patch"}]}),
        }
    }

    #[must_use]
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self {
            code: 422,
            reason: "Invalid",
            message: message.into(),
            details: json!({}),
        }
    }
}
