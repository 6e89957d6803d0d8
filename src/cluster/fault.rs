//! What a failed request means, in one sentence that a learner can use.

use std::error::Error as _;

use kube::Error;

use crate::text;

/// The HTTP status the server answered with, if it answered.
#[must_use]
pub fn code(error: &Error) -> Option<u16> {
    match error {
        Error::Api(status) => Some(status.code),
        _ => None,
    }
}

/// The server's own message, or the innermost reasons why there is none.
#[must_use]
pub fn say(error: &Error) -> String {
    match error {
        // a patch that does not decode is refused in the name of no object
        Error::Api(status) if !status.message.is_empty() => {
            let message = text::clean(&status.message);
            nameless(&message).unwrap_or(&message).to_owned()
        }
        Error::Api(status) => format!("the server answered {} {}", status.code, text::clean(&status.reason)),
        other => chain(other),
    }
}

/// What is wrong, of a refusal that names no object and quotes the whole of it.
fn nameless(message: &str) -> Option<&str> {
    let rest = message.trim_start().strip_prefix("\"\" is invalid: ")?;
    Some(rest.rfind("strict decoding error: ").map_or(rest, |at| &rest[at..]))
}

/// What to do about an answer of the server.
#[must_use]
pub fn advice(code: Option<u16>) -> &'static str {
    match code {
        Some(401) => "log in to the cluster again",
        Some(403) => "this user lacks the right or a quota is used up; ask whoever runs the cluster, or name another --context or -n",
        Some(404) => "the object or its namespace is not there; break the scenario again",
        Some(409) => "someone else changed it at the same time; try again",
        Some(400 | 422) => "mend the field that the message names",
        Some(429 | 500..) => "the server is busy or in trouble; try again in a moment",
        Some(_) => "read the server's message",
        None => "check that the cluster runs and can be reached",
    }
}

/// An error and its causes, without repeating what a later one says already.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !parts.iter().any(|part| part.contains(&said)) {
            parts.push(said);
        }
        source = cause.source();
    }
    text::clean(&parts.join(": "))
}

/// The causes of a client's error alone.
pub(super) fn causes(error: &Error) -> String {
    error.source().map_or_else(|| error.to_string(), chain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_without_a_name_is_told_without_its_empty_quotes_and_the_whole_object() {
        let said = r#" "" is invalid: patch: Invalid value: "{\"kind\":\"ConfigMap\"}": strict decoding error: unknown field "dada""#;
        assert_eq!(nameless(said), Some(r#"strict decoding error: unknown field "dada""#));
        assert_eq!(nameless(r#" "" is invalid: metadata.name: Required"#), Some("metadata.name: Required"));
        assert_eq!(nameless(r#"Deployment.apps "web" is invalid: x"#), None);
    }
}
