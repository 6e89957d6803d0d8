//! Asks the API in the name of the pod's ServiceAccount.

use std::time::Duration;

use futures::future::{Either, select};
use serde_json::Value;

use super::PLAIN;
use super::given::Given;
use crate::practice::field::text;
use crate::practice::kind::Kind;
use crate::practice::net::{ApiAnswer, ApiCall, NoRoute};
use crate::practice::runtime::kernel::Call;
use crate::practice::runtime::process::Process;

/// Where the API is, and how long kubectl tries to reach it.
const SERVER: (&str, u16) = ("10.96.0.1", 443);
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks the API; what kubectl prints when there is no way to it.
pub(super) async fn ask(process: &Process, method: &'static str, path: String, body: Option<Value>, accept: &'static str) -> Result<ApiAnswer, String> {
    let facts = &process.kernel.facts;
    let connected = process.kernel.ask(|slot| Call::Connect(SERVER.0.to_owned(), SERVER.1, slot));
    let patience = Box::pin(process.kernel.sleep(PATIENCE));
    let connected = match select(connected, patience).await {
        Either::Left((connected, _)) => connected,
        Either::Right(_) => Err(NoRoute::TimedOut),
    };
    if connected.is_err() {
        return Err(format!("Unable to connect to the server: dial tcp {}:{}: i/o timeout", SERVER.0, SERVER.1));
    }
    let call = ApiCall {
        user: format!("system:serviceaccount:{}:{}", facts.namespace, facts.account),
        method,
        path,
        body: body.map(|body| (PLAIN, body.to_string())),
        accept,
    };
    let answer = process.kernel.ask(|slot| Call::Api(call, slot)).await;
    match answer.code {
        200..300 => Ok(answer),
        401 => Err("error: You must be logged in to the server (Unauthorized)".to_owned()),
        _ => {
            let reason = answer.body["reason"]
                .as_str()
                .filter(|reason| !reason.is_empty())
                .map(|reason| format!(" ({reason})"));
            Err(format!("Error from server{}: {}", reason.unwrap_or_default(), text(&answer.body["message"])))
        }
    }
}

fn escaped(value: &str) -> String {
    value
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// The path of a kind's objects, or of one.
pub(super) fn path(process: &Process, given: &Given, kind: &Kind, name: &str, query: &[(&str, &str)]) -> String {
    let group = if kind.group.is_empty() {
        "/api".to_owned()
    } else {
        format!("/apis/{}", kind.group)
    };
    let own = given.namespace.as_deref().unwrap_or(&process.kernel.facts.namespace);
    let space = if kind.namespaced && !given.all {
        format!("/namespaces/{own}")
    } else {
        String::new()
    };
    let name = if name.is_empty() { String::new() } else { format!("/{name}") };
    let query: Vec<String> = query
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key}={}", escaped(value)))
        .collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    format!("{group}/{}{space}/{}{name}{query}", kind.version, kind.plural)
}
